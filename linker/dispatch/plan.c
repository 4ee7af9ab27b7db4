/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What is decided before a line of the entry is written. */
#include "linker/dispatch/dispatch_int.h"

int disp_plan(struct disp *c)
{
	for (u32 i = 0; i < c->components.n; i++)
		c->components.v[i].facts.why_called = "the chain was built to call";
	c->frame.ctx_reg = BPF_REG_6;
	c->frame.scratch = -8;
	return 0;
}
