/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* All of bpfweld. */
#ifndef BPFWELD_BPFWELD_H
#define BPFWELD_BPFWELD_H

#include <bpfweld/btf.h>
#include <bpfweld/common.h>
#include <bpfweld/diag.h>
#include <bpfweld/dispatch.h>
#include <bpfweld/features.h>
#include <bpfweld/image.h>
#include <bpfweld/insn.h>
#include <bpfweld/linker.h>
#include <bpfweld/map.h>
#include <bpfweld/object.h>
#include <bpfweld/program.h>
#include <bpfweld/runtime.h>
#include <bpfweld/target.h>

#endif
