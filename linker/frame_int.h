/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Pointers into frames, abstractly. A register holds a pointer that is some bytes above or below
 * one of a few bases, and only the lowest such distance matters:
 *
 *	FP	the function's own frame pointer
 *	ARG1-5	what the caller passed in r1 ... r5, perhaps pointers into its frame
 *	FAR	what the caller left in memory that an argument points at
 *
 * A function's summary says how far below each base it reaches; the caller adds that to what it
 * passed. So depth is found function by function, callees first.
 */
#ifndef LINKER_FRAME_INT_H
#define LINKER_FRAME_INT_H

#include "linker/frame.h"

enum { FRAME_FP, FRAME_ARG1, FRAME_ARG5 = 5, FRAME_FAR, FRAME_N_BASES };

/* Distances of no pointer, and of one that may point anywhere. */
enum { FRAME_NONE = INT32_MAX, FRAME_ANYWHERE = INT32_MIN };

struct frame_val {
	s32 lo[FRAME_N_BASES];	/* lowest distance from each base, or NONE */
	u8 exact;		/* bit per base: lo is the only distance */
	u8 bits;		/* as a number it is below 2^bits; 64 says nothing. What came in as
				 * an argument may be a number as well. */
	bool func;		/* the address of a function, taken by the function itself */
};

/* What a function does with each base. */
struct frame_sum {
	s32 reach[FRAME_N_BASES];	/* lowest byte that it touches */
	s32 dyn[FRAME_N_BASES];		/* lowest dynptr that it makes */
	u8 dyn_exact;			/* bit per base: it is the only one */
	struct frame_val stored;	/* pointers that it leaves in memory */
	struct link_frame_facts facts;
};

/* --- frame_val.c: values; all pure -------------------------------------------------------- */

struct frame_val frame_number(u32 bits);
struct frame_val frame_pointer(u32 base);
bool frame_is_pointer(const struct frame_val *v);
s32 frame_add(s32 lo, s64 by);	/* stays in range, keeps NONE and ANYWHERE */
/* Both may be it. with widen, whatever still changes gives up at once. True if dst changed. */
bool frame_join(struct frame_val *dst, const struct frame_val *src, bool widen);
/* dst = dst oper src, or with a constant; width 4 or 8. */
struct frame_val frame_alu(u32 oper, u32 width, struct frame_val dst, struct frame_val src);
struct frame_val frame_alu_imm(u32 oper, u32 width, struct frame_val dst, s32 imm);
u32 frame_bits_of(u64 n);

/* --- frame_flow.c: one function ----------------------------------------------------------- */

/* sums: of all functions by func_id; those that f calls are final. cb: the worst of all functions
 * whose address f takes. -ENOMEM. */
int frame_flow(const struct obj *o, func_id f, const struct frame_sum *sums,
	       const struct frame_sum *cb, struct frame_sum *out);

void frame_sum_init(struct frame_sum *s);
/* Says nothing good about the function: for those that aren't known. */
void frame_sum_worst(struct frame_sum *s);
/* An extern's name, perhaps with a flavour behind three underscores, means this kfunc. */
bool frame_kfunc_is(const char *name, const char *kfunc);
/* The relocation of an instruction, NULL without one. */
const struct obj_reloc *frame_reloc_at(const struct obj_sec *sec, u32 insn);

#endif
