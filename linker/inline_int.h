/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The code of a section while calls are replaced: a list of items, one a slot, each of which
 * knows where it came from. Jumps name the item that they land at, so positions are free until
 * the end.
 */
#ifndef LINKER_INLINE_INT_H
#define LINKER_INLINE_INT_H

#include "linker/inline.h"

enum { INL_NONE = UINT32_MAX };

struct inl_item {
	struct bpf_insn insn;
	u32 target;		/* item; jumps only, else INL_NONE */
	u32 sec, from;		/* instruction that it is a copy of; from INL_NONE: made here */
	u32 line_sec, line;	/* line_info record that starts here, line INL_NONE: none */
	u32 site;		/* whose body it is in, INL_NONE */
	u32 pos;		/* first slot in the result */
	bool far;		/* a jump that needs 32 bits */
};

/* A section of code. */
struct inl_code {
	VEC(struct inl_item) items;
	u32 *first;		/* by old instruction, and for the end: first item of it */
	u32 n_slots;		/* of the result */
};

struct inl_site {
	struct link_inline_site s;
	func_id callee, caller;
};

struct inl {
	const struct obj *o;
	struct inl_site *sites;	/* by section and instruction */
	u32 n_sites;
	bool cpu_v4;
	struct inl_code *codes;	/* by section */
	u8 *gone;		/* by func_id: left out */
	struct obj *out;
};

/* --- inline_body.c ------------------------------------------------------------------------ */

/* Whether the body can be taken at all. */
enum link_inline_no inl_check(const struct obj *o, const struct inl_site *site);

/* Items of all code of a section. -ENOMEM. */
int inl_make_code(struct inl *in, sec_id sec);

/* Positions of the items. False when a jump does not reach: its site is FAR, make the code anew. */
bool inl_place(struct inl *in, sec_id sec);

/* --- inline_copy.c ------------------------------------------------------------------------ */

/* in->out, from the items. */
int inl_copy(struct inl *in);

static inline bool inl_is_gone(const struct inl *in, sec_id sec, u32 insn)
{
	func_id f = obj_func_covering(in->o, sec, insn);

	return f.i && in->gone[f.i];
}

#endif
