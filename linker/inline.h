/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Inlining on objects: a call of a subprogram becomes the subprogram's body, with its relocations,
 * line_info and CO-RE records.
 *
 *	caller's frame	[r10 - depth, r10)		stays
 *	saved r6-r9	below it, 8 bytes each		only what the caller still needs
 *	callee's frame	below that			each access of it moves down by `shift`
 *
 * Where two bodies run in turn and nothing of a frame outlives its body, frames may overlap:
 * shift 0.
 */
#ifndef LINKER_INLINE_H
#define LINKER_INLINE_H

#include "lib/obj/obj.h"

/* Why a call stays a call. */
enum link_inline_no {
	LINK_INLINE_DONE,
	LINK_INLINE_NO_FUNC,	/* no call of a function that is defined here */
	LINK_INLINE_CODE,	/* the function isn't well formed, or runs past its end */
	LINK_INLINE_ITSELF,	/* the call is in the function that it calls */
	LINK_INLINE_TAIL_CALL,	/* a tail call of the function would end the caller */
	LINK_INLINE_LD_ABS,	/* so would a failing LD_ABS or LD_IND */
	LINK_INLINE_FRAME,	/* it uses its frame pointer in a way that can't be moved */
	LINK_INLINE_FAR,	/* a jump would not reach any more */
};

/* One call that is to become a body. */
struct link_inline_site {
	sec_id sec;
	u32 insn;	/* the call, in instructions from the section's start */
	u32 shift;	/* bytes that the callee's frame moves down; a multiple of 8 */
	u16 save;	/* bits 6 to 9: registers to keep over the body ... */
	s32 save_off;	/* ... from r10 + save_off on, downwards: negative, a multiple of 8 */
	enum link_inline_no no;	/* out */
};

/* In words that go after "because ". */
const char *link_inline_why(enum link_inline_no no);

/*
 * A copy of the object in which the bodies stand in place of the calls; what couldn't be inlined
 * says why (no) and is a call still. A body that has calls of its own keeps them,
 * also if they are sites. A static function that nothing calls or refers to any more is left out.
 * cpu_v4: jumps may become gotol. -ENOMEM, or what obj_index() and the linker say.
 */
int link_inline(const struct obj *o, struct link_inline_site *sites, u32 n, bool cpu_v4,
		struct obj **out);

/*
 * Inline the functions of these names into all their callers. A call that stays one is a warning
 * that says why; a name without a function is an error, -ENOENT. -ENOMEM.
 */
int link_inline_funcs(const struct obj *o, const char *const *names, u32 n, bool cpu_v4,
		      struct obj **out);

#endif
