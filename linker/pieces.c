/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Cutting the inputs' sections into pieces.
 *
 *	.text   | f | g | (padding) | h |	a piece a function, and what lies between
 *	.data   | a b | v | c d |		v lost: a piece of its own, which is dropped
 *
 * The pieces of a section cover it from its start to its end, in order, so that every byte has
 * a piece; an empty section has one empty piece, for symbols that lie there.
 */
#include "linker/link_int.h"

#include <stdlib.h>

#include "lib/base/sort.h"

struct link_piece *link_add_piece(struct link *l, input_id input, sec_id sec, u64 from, u64 to)
{
	struct link_piece *p = vec_push(&l->pieces);

	if (p)
		*p = (struct link_piece){
			.input = input, .sec = sec, .off = from, .size = to - from,
		};
	return p;
}

/* --- code -------------------------------------------------------------------------------- */

enum { FUNC_LOST = 1, FUNC_KEPT = 2 };

/* Which functions lost all of their names. */
static u8 *func_states(struct link *l, input_id input)
{
	const struct obj *o = link_obj(l, input);
	u8 *states = arena_array(&l->arena, o->funcs.n, 1);

	for (u32 s = 1; states && s < o->syms.n; s++) {
		node_id id = link_node_of(l, input, (sym_id){ s });
		const struct link_node *n = link_node(l, id);

		if (n->func.i && n->kind == LINK_FUNC)
			states[n->func.i] |= n->to.i == id.i ? FUNC_KEPT : FUNC_LOST;
	}
	return states;
}

static int add_func_piece(struct link *l, input_id input, func_id f, u8 state)
{
	const struct obj *o = link_obj(l, input);
	const struct obj_func *func = obj_func(o, f);
	u64 from = (u64)func->insn * 8;
	u64 to = from + (u64)func->n_insns * 8;
	struct link_piece *p = link_add_piece(l, input, func->sec, from, to);

	if (!p)
		return -ENOMEM;
	p->owner = link_node_of(l, input, func->sym);
	p->dropped = state == FUNC_LOST;
	p->to_text = obj_sec(o, func->sec)->kind == OBJ_SEC_PROG && !func->is_entry;
	return 0;
}

/* *f is the first function that isn't cut yet; functions are sorted by section. */
static int cut_code(struct link *l, input_id input, sec_id sec, const u8 *states, u32 *f)
{
	const struct obj *o = link_obj(l, input);
	u64 at = 0, end = obj_sec(o, sec)->size;

	for (; *f < o->funcs.n && o->funcs.v[*f].sec.i == sec.i; (*f)++) {
		u64 start = (u64)o->funcs.v[*f].insn * 8;

		if (start > at && !link_add_piece(l, input, sec, at, start))
			return -ENOMEM;
		if (add_func_piece(l, input, (func_id){ *f }, states[*f]))
			return -ENOMEM;
		at = start + (u64)o->funcs.v[*f].n_insns * 8;
	}
	return (at < end || !end) && !link_add_piece(l, input, sec, at, end) ? -ENOMEM : 0;
}

/* --- data -------------------------------------------------------------------------------- */

static int cmp_covers(const void *a, const void *b)
{
	const struct link_cover *x = a, *y = b;

	if (x->sec != y->sec)
		return x->sec < y->sec ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->node.i < y->node.i ? -1 : x->node.i > y->node.i;
}

static void sort_covers(link_covers *covers)
{
	sort_unless_sorted(covers->v, covers->n, sizeof(*covers->v), cmp_covers);
}

u32 link_cover_behind(const link_covers *covers, u32 sec, u64 off)
{
	u32 lo = 0, hi = covers->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;
		const struct link_cover *c = &covers->v[mid];

		if (c->sec < sec || (c->sec == sec && c->from <= off))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Does a field lie in two covers, or in one and beside it? They are sorted. */
static bool is_cut(const link_covers *covers, u32 sec, u64 from, u64 to)
{
	u32 next = link_cover_behind(covers, sec, from);
	const struct link_cover *c = &covers->v[next];

	if (next && c[-1].sec == sec && from < c[-1].to)
		return to > c[-1].to;
	return next < covers->n && c->sec == sec && c->from < to;
}

/* Symbols may be smaller than what a relocation patches there: the field covers its bytes, too. */
static int cover_fields(const struct obj *o, link_covers *covers)
{
	u32 n_symbols = covers->n;
	link_covers fields = { 0 };
	int err = 0;

	for (u32 s = 1; s < o->secs.n; s++)
		for (u32 i = 0; i < o->secs.v[s].relocs.n && !err; i++) {
			const struct obj_reloc *r = &o->secs.v[s].relocs.v[i];
			u64 to = r->off + (r->type == R_BPF_64_ABS32 ? 4 : 8);
			struct link_cover c = { .from = r->off, .to = to, .sec = s, .kept = true };

			if (!obj_sec_is_code(o->secs.v[s].kind) && is_cut(covers, s, c.from, c.to))
				err = vec_append(&fields, &c, 1);
		}
	if (!err)
		err = vec_append(covers, fields.v, fields.n);
	vec_free(&fields);
	if (covers->n > n_symbols)
		sort_covers(covers);
	return err;
}

/* The symbols of data sections, by place; none at all when nothing lost and all stays, which is
 * the rule. */
static int find_covers(struct link *l, input_id input, link_covers *covers)
{
	const struct obj *o = link_obj(l, input);
	bool any_lost = false, any_entries;

	if (link_find_entries(l, input, &any_entries))
		return -ENOMEM;
	for (u32 s = 1; s < o->syms.n; s++) {
		node_id id = link_node_of(l, input, (sym_id){ s });
		const struct link_node *n = link_node(l, id);
		const struct obj_sym *sym = &o->syms.v[s];
		struct link_cover *c;

		if (!n->is_def || !sym->sec.i || (n->kind != LINK_VAR && n->kind != LINK_MAP))
			continue;
		c = vec_push(covers);
		if (!c)
			return -ENOMEM;
		*c = (struct link_cover){
			.from = sym->value, .to = sym->value + sym->size, .sec = sym->sec.i,
			.node = id, .kept = n->to.i == id.i,
		};
		any_lost |= !c->kept && sym->size;
	}
	if (!any_lost && !l->gc && !any_entries)
		covers->n = 0;
	sort_covers(covers);
	if (covers->n && cover_fields(o, covers))
		return -ENOMEM;
	return l->gc && covers->n ? link_mark_open_ends(l, input, covers) : 0;
}

/* Covers that can't be cut apart. */
struct cluster {
	u64 from, to;
	bool kept;		/* something in it is */
	bool single;		/* one variable, of whatever many names */
	bool open;		/* what lies behind the last belongs to it */
};

static bool joins(const struct cluster *cl, const struct link_cover *next)
{
	return next->from < cl->to || (cl->open && next->kept);
}

/* The covers from c on that make one cluster; returns its end. */
static u32 next_cluster(const link_covers *covers, u32 c, struct cluster *cl)
{
	const struct link_cover *first = &covers->v[c];

	*cl = (struct cluster){ first->from, first->to, first->kept, !first->open, first->open };
	for (c++; c < covers->n && covers->v[c].sec == first->sec && joins(cl, &covers->v[c]);
	     c++) {
		cl->to = max_u64(cl->to, covers->v[c].to);
		cl->kept |= covers->v[c].kept;
		cl->single &= covers->v[c].from == cl->from && !covers->v[c].open;
		cl->open = covers->v[c].open;
	}
	if (cl->open)
		cl->to = c < covers->n && covers->v[c].sec == first->sec ?
				 max_u64(cl->to, covers->v[c].from) : UINT64_MAX;
	return c;
}

/* Sections whose definitions stay or go one by one when what isn't reached is dropped. */
static bool cuts_all(const struct link *l, enum obj_sec_kind kind)
{
	return l->gc && (kind == OBJ_SEC_MAPS || obj_sec_is_data(kind));
}

static int add_cluster(struct link *l, input_id input, sec_id sec, const struct cluster *cl,
		       node_id first)
{
	struct link_piece *p = link_add_piece(l, input, sec, cl->from, cl->to);

	if (!p)
		return -ENOMEM;
	p->dropped = !cl->kept;
	p->loose = l->gc && cl->kept && cl->single;
	if (p->dropped)
		p->owner = first;
	return 0;
}

/* What lies between definitions. */
static int add_gap(struct link *l, input_id input, sec_id sec, u64 from, u64 to)
{
	if (link_input(l, input)->has_entries[sec.i])
		return link_cut_entries(l, input, sec, from, to);
	return link_add_piece(l, input, sec, from, to) ? 0 : -ENOMEM;
}

static int cut_data(struct link *l, input_id input, sec_id sec, const link_covers *covers, u32 *c)
{
	const struct obj_sec *s = obj_sec(link_obj(l, input), sec);
	bool all = cuts_all(l, s->kind) || link_input(l, input)->has_entries[sec.i];
	u64 at = 0, end = s->size;
	struct cluster cl;

	while (*c < covers->n && covers->v[*c].sec == sec.i) {
		node_id first = covers->v[*c].node;

		*c = next_cluster(covers, *c, &cl);
		cl.to = min_u64(cl.to, end);
		if ((cl.kept && !all) || cl.from < at || cl.from >= cl.to)
			continue;
		if (cl.from > at && add_gap(l, input, sec, at, cl.from))
			return -ENOMEM;
		if (add_cluster(l, input, sec, &cl, first))
			return -ENOMEM;
		at = cl.to;
	}
	return at < end || !end ? add_gap(l, input, sec, at, end) : 0;
}

/* --- all of it --------------------------------------------------------------------------- */

static bool is_skipped(const struct link_input *in, u32 sec)
{
	enum obj_sec_kind kind = in->obj->secs.v[sec].kind;

	return (in->lost_secs && in->lost_secs[sec]) ||
	       (kind == OBJ_SEC_LICENSE && in->license_skipped) ||
	       (kind == OBJ_SEC_VERSION && in->version_skipped);
}

static int cut_sections(struct link *l, input_id input, const link_covers *covers)
{
	struct link_input *in = link_input(l, input);
	const struct obj *o = in->obj;
	const u8 *states = func_states(l, input);
	u32 f = 1, c = 0;
	int err = states ? 0 : -ENOMEM;

	in->sec_pieces = arena_array(&l->arena, o->secs.n + 1, sizeof(*in->sec_pieces));
	if (!in->sec_pieces)
		return -ENOMEM;
	for (u32 s = 1; s < o->secs.n && !err; s++) {
		sec_id sec = { s };

		in->sec_pieces[s].i = l->pieces.n;
		if (obj_sec_is_code(o->secs.v[s].kind))
			err = cut_code(l, input, sec, states, &f);
		else
			err = cut_data(l, input, sec, covers, &c);
		if (!err && is_skipped(in, s))
			for (u32 p = in->sec_pieces[s].i; p < l->pieces.n; p++)
				l->pieces.v[p].dropped = true;
	}
	in->sec_pieces[o->secs.n].i = l->pieces.n;
	return err;
}

piece_id link_piece_at(const struct link *l, input_id input, sec_id sec, u64 off)
{
	const struct link_input *in = &l->inputs.v[input.i];
	u32 lo = in->sec_pieces[sec.i].i, hi = in->sec_pieces[sec.i + 1].i;

	/* The last piece that starts at or before off. */
	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (l->pieces.v[mid].off <= off)
			lo = mid;
		else
			hi = mid;
	}
	return (piece_id){ lo };
}

static u64 map_hash(piece_id piece, u64 off)
{
	return hash_mix(piece.i, off);
}

node_id link_map_at(const struct link *l, piece_id piece, u64 off)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&l->map_index, map_hash(piece, off), &it); i != HMAP_NONE;
	     i = hmap_next(&l->map_index, &it))
		if (l->nodes.v[i].piece.i == piece.i && l->nodes.v[i].piece_off == off)
			return (node_id){ i };
	return (node_id){ 0 };
}

/* Common symbols get their bytes here. */
static int place_symbol(struct link *l, node_id id)
{
	struct link_node *n = link_node(l, id);
	const struct obj_sym *sym = link_node_sym(l, id);
	struct link_piece *p;

	if (sym->absolute)
		return 0;
	if (sym->common) {
		p = link_add_piece(l, n->input, (sec_id){ 0 }, 0, sym->size);
		if (!p)
			return -ENOMEM;
		p->owner = id;
		p->dropped = n->to.i != id.i;
		n->piece.i = l->pieces.n - 1;
		return 0;
	}
	n->piece = link_piece_at(l, n->input, sym->sec, sym->value);
	p = link_piece(l, n->piece);
	n->piece_off = sym->value - p->off;
	/* A function that kept one of its names goes by that one. */
	if (n->kind == LINK_FUNC && n->to.i == id.i && !n->piece_off && p->owner.i &&
	    link_node(l, p->owner)->to.i != p->owner.i)
		p->owner = id;
	if (n->kind != LINK_MAP)
		return 0;
	return hmap_add(&l->map_index, map_hash(n->piece, n->piece_off), id.i);
}

static int cut_input(struct link *l, input_id input)
{
	link_covers covers = { 0 };
	int err = find_covers(l, input, &covers);

	if (!err)
		err = cut_sections(l, input, &covers);
	vec_free(&covers);
	for (u32 s = 1; s < link_obj(l, input)->syms.n && !err; s++) {
		node_id id = link_node_of(l, input, (sym_id){ s });

		if (link_node(l, id)->is_def)
			err = place_symbol(l, id);
	}
	return err;
}

/* A body that lost its names and is kept for a mapping (link_keep_targets). */
static int revive(struct link *l, node_id id)
{
	int err = place_symbol(l, id);
	struct link_piece *p = link_piece(l, link_node(l, id)->piece);

	if (err || !p->dropped)
		return err;
	p->dropped = false;
	p->to_text = obj_sec(link_obj(l, p->input), p->sec)->kind == OBJ_SEC_PROG;
	return 0;
}

int link_cut_pieces(struct link *l)
{
	int err = 0;

	for (u32 i = 1; i < l->inputs.n && !err; i++)
		err = cut_input(l, (input_id){ i });
	for (u32 i = l->first_clone; i < l->nodes.n && !err; i++)
		err = revive(l, (node_id){ i });
	return err;
}

bool link_is_kept(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);

	if (n->kind == LINK_SKIP || n->to.i != id.i || (n->kind == LINK_LABEL && !n->referenced))
		return false;
	if (!n->piece.i)
		return !l->swept || n->reached;
	return !link_piece(l, n->piece)->dropped;
}
