/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * func_info for assembled text: the kernel wants it for callbacks and for tail calls in
 * functions. All functions are said to be `static int name(void)`.
 */
#ifndef RUNNER_FUNCS_H
#define RUNNER_FUNCS_H

#include <bpfweld/target.h>

#include "lib/isa/isa.h"

struct func_info {
	u32 insn, type_id;
};

struct funcs {
	int btf;			/* handle on the target */
	struct func_info *info;		/* owned */
	u32 n;				/* 0: one function only, nothing is needed */
};

int funcs_describe(const struct isa_asm *a, const struct weld_target *t, struct funcs *out);
void funcs_release(struct funcs *f, const struct weld_target *t);

#endif
