/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Relocations, in two steps: plan_relocs finds which labels and section symbols are needed, while
 * symbols can still be added; emit_relocs writes those of a piece, sorted because pieces are.
 */
#include "linker/link_int.h"

/* Relocations are sorted. */
u32 link_first_reloc(const struct obj_sec *s, u64 off)
{
	u32 lo = 0, hi = s->relocs.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (s->relocs.v[mid].off < off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

typedef int reloc_fn(struct link *l, piece_id piece, const struct obj_reloc *r,
		     struct link_target t);

static int each_reloc_of(struct link *l, piece_id piece, reloc_fn *fn)
{
	const struct link_piece *p = link_piece(l, piece);
	const struct obj_sec *s = obj_sec(link_obj(l, p->input), p->sec);
	bool is_code = obj_sec_is_code(s->kind);
	int err = 0;

	for (u32 i = link_first_reloc(s, p->off); i < s->relocs.n && !err; i++) {
		const struct obj_reloc *r = &s->relocs.v[i];

		if (r->off >= p->off + p->size)
			break;
		err = fn(l, piece, r, link_reloc_target(l, p->input, is_code, r));
	}
	return err;
}

/* A reference to bytes that are gone (the licence of an input whose licence wasn't kept). */
static int raise_lost(struct link *l, piece_id piece, const struct obj_reloc *r)
{
	const struct link_piece *p = link_piece(l, piece);
	struct weld_where at = obj_where(link_obj(l, p->input), p->sec, r->off);

	return diag_raise(l->diag, DIAG_LINK_RELOC_LOST, &at, link_input(l, p->input)->name);
}

/* Pieces of code are placed apart from each other: what lies behind a function in its input lies
 * somewhere else in the output, so an offset from its name must stay inside, and, which nobody
 * could see while it was an extern, meet an instruction. */
static bool misses_function(const struct link *l, const struct link_node *n, s64 addend)
{
	const struct link_piece *p = link_piece(l, n->piece);

	return addend && n->piece.i && obj_sec_is_code(l->outs.v[p->out.i].kind) &&
	       (n->piece_off + (u64)addend >= p->size || addend % 8);
}

static int plan(struct link *l, piece_id piece, const struct obj_reloc *r, struct link_target t)
{
	const struct link_piece *p = link_piece(l, t.piece);

	if (t.node.i) {
		struct link_node *n = link_node(l, t.node);

		if (n->referenced && !t.addend)
			return 0; /* as an earlier one found */
		if (misses_function(l, n, t.addend) || link_piece(l, n->piece)->dropped)
			return link_fault(l, raise_lost(l, piece, r));
		n->referenced = true;
		l->outs.v[link_piece(l, n->piece)->out.i].referenced = true;
		return 0;
	}
	if (!t.piece.i || p->dropped)
		return link_fault(l, raise_lost(l, piece, r));
	l->outs.v[p->out.i].wants_symbol = l->outs.v[p->out.i].referenced = true;
	return 0;
}

/* Metadata that no code looks at may have any name. */
static void warn_custom_sections(struct link *l)
{
	for (u32 i = 1; i < l->outs.n; i++) {
		const struct link_out *o = &l->outs.v[i];
		struct weld_where at = WELD_WHERE_NONE;

		if (o->kind != OBJ_SEC_CUSTOM || !o->referenced)
			continue;
		at.file = link_obj(l, o->from)->name;
		at.section = o->name;
		diag_raise(l->diag, DIAG_LINK_CUSTOM_SECTION, &at, o->name);
	}
}

int link_plan_relocs(struct link *l)
{
	int err = 0;

	for (u32 o = 1; o < l->outs.n; o++)
		for (u32 i = 0; i < l->outs.v[o].pieces.n && !err; i++)
			err = each_reloc_of(l, l->outs.v[o].pieces.v[i], plan);
	if (err || l->err)
		return err ? err : l->err;
	warn_custom_sections(l);
	return 0;
}

static int emit(struct link *l, piece_id piece, const struct obj_reloc *r, struct link_target t)
{
	const struct link_piece *p = link_piece(l, piece), *to = link_piece(l, t.piece);
	struct obj_sec *out = obj_sec(l->obj, l->outs.v[p->out.i].sec);
	struct obj_reloc n = {
		.off = r->off - p->off + p->out_off, .addend = t.addend, .type = r->type,
	};

	if (t.node.i) {
		n.sym = link_node(l, t.node)->out;
	} else {
		n.sym = obj_sec(l->obj, l->outs.v[to->out.i].sec)->sec_sym;
		n.addend += (s64)to->out_off;
	}
	return vec_append(&out->relocs, &n, 1);
}

int link_emit_relocs(struct link *l, piece_id piece)
{
	return each_reloc_of(l, piece, emit);
}
