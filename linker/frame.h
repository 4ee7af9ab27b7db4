/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What a function does to its frame, as far as it can be told without a verifier: how deep it
 * goes, which saved registers it changes, what would not survive being inlined. All answers are
 * safe to build on: a frame is never deeper than said, or its depth is LINK_DEPTH_UNBOUND.
 */
#ifndef LINKER_FRAME_H
#define LINKER_FRAME_H

#include "lib/obj/obj.h"

enum { LINK_DEPTH_UNBOUND = UINT32_MAX };

struct link_frame_facts {
	u32 depth;		/* bytes below its frame pointer that it, or whoever it hands a
				 * pointer there, may use; a multiple of 8, or UNBOUND */
	u16 saved;		/* bits 6 to 9: the registers r6-r9 that its own body writes */
	u32 n_insns;		/* of its own body, slots */
	u32 n_branches;		/* conditional jumps of its own body */
	bool tail_calls;	/* its own body may end in bpf_tail_call */
	bool ld_abs;		/* ... in a failing LD_ABS or LD_IND */
	bool throws;		/* it, or a function that it reaches, calls bpf_throw */
	bool recursive;		/* it may reach itself */
	bool dynptr;		/* dynptrs may be left in [r10 - dynptr_lo, r10 - dynptr_hi) */
	u32 dynptr_lo, dynptr_hi;
};

/* The facts of all functions of an object, by func_id; element 0 is empty. The caller frees the
 * array. Linear in the code. -ENOMEM. */
int link_frames(const struct obj *o, struct link_frame_facts **out);

/* The facts of one function, at the cost of those that it reaches. -ENOMEM. */
int link_frame_facts(const struct obj *o, func_id f, struct link_frame_facts *out);

#endif
