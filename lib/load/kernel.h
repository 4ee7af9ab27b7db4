/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The running kernel as a target. */
#ifndef LOAD_KERNEL_H
#define LOAD_KERNEL_H

#include <bpfweld/target.h>

extern const struct weld_target_ops load_kernel_ops;

#endif
