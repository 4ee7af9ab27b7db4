/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Which operations of lib/isa/op.def the programs had that the kernel took. */
#ifndef DIFF_COVER_H
#define DIFF_COVER_H

#include <bpfweld/bpfweld.h>

#include "lib/isa/isa.h"

struct cover {
	struct weld_target_ops ops;	/* the kernel's, but looking on */
	struct weld_target kernel;
	bool taken[ISA_N_OPS];	/* by operation: in a program that the kernel took */
	bool tried[ISA_N_OPS];	/* in one that it refused */
};

/* Put the watch in front of *target, the kernel; it must outlive what is loaded. */
void cover_watch(struct cover *c, struct weld_target *target);
/* Print the operations that no program had, how many; and those that only refused ones had. */
unsigned int cover_report(const struct cover *c, unsigned int *n_refused);

#endif
