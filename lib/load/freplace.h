/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Programs in the place of functions of another program (BPF_PROG_TYPE_EXT, "freplace"): a second
 * call of bpf(2) each, since a link puts the loaded program there.
 */
#ifndef LOAD_FREPLACE_H
#define LOAD_FREPLACE_H

#include "lib/load/load.h"

/* What is replaced: a global function of a program that is loaded with BTF. */
struct load_replaced {
	const struct load_inst *inst;
	func_id program;
	const char *function;
};

/*
 * Load one program of an object as a replacement. *inst is the caller's to close, which takes the
 * program away unless the link is held elsewhere (pinned); *link is a handle, the caller's. -ENOENT
 * no such function or no BTF, or what the target said: many kernels refuse these programs, and the
 * diagnostic says what else there is.
 */
int load_freplace(const struct load_replaced *at, const struct obj *o, const char *program,
		  struct load_inst **inst, int *link);

#endif
