/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Entry programs as callees. The kernel starts a program at its first instruction and calls
 * subprograms in .text; a function in a SEC() section that is called has to be both:
 *
 *	xdp    | xdp_main | 		stays, as long as somebody may want to load it
 *	.text  | ... | xdp_main__1 |	the copy that is called
 *
 * A private input's entry that a mapping binds was meant to be a part of something else: it
 * moves, so that it doesn't load a second time on its own. Unless it is exported, or data (the
 * values of a program array, a table of kernel operations) refers to it.
 */
#include "linker/link_int.h"

/* The start of a function that is defined: what can be called. */
static bool is_callee(const struct link *l, struct link_target t)
{
	const struct link_node *n = link_node(l, t.node);

	return n->kind == LINK_FUNC && n->piece.i && !n->piece_off && !t.addend;
}

/* What is at a place of an input that no symbol of the output tells. */
static struct link_target target_at(const struct link *l, input_id input, const struct obj_reloc *r)
{
	const struct obj *o = link_obj(l, input);
	const struct obj_sym *sym = obj_sym(o, r->sym);
	u64 off = sym->value + (u64)r->addend;
	struct link_target t = { 0 };
	const struct link_piece *p;

	if (!sym->sec.i)
		return t;
	t.piece = link_piece_at(l, input, sym->sec, off);
	p = link_piece(l, t.piece);
	t.addend = (s64)(off - p->off);
	if (p->owner.i && (p->dropped || !t.addend)) {
		t.node = link_root(l, p->owner);
	} else if (obj_sec(o, sym->sec)->kind == OBJ_SEC_MAPS) {
		node_id map = link_map_at(l, t.piece, (u64)t.addend);

		if (map.i)
			t = (struct link_target){ .node = link_root(l, map) };
	}
	return t;
}

struct link_target link_find_target(const struct link *l, input_id input, bool from_code,
				    const struct obj_reloc *r)
{
	node_id node = link_root(l, link_node_of(l, input, r->sym));
	const struct link_node *n = link_node(l, node);
	struct link_target t = { .node = node, .addend = r->addend };

	if (n->kind == LINK_SKIP || (n->piece.i && link_piece(l, n->piece)->dropped))
		t = target_at(l, input, r);
	if (from_code && is_callee(l, t) && link_piece(l, link_node(l, t.node)->piece)->clone.i)
		t.node = link_piece(l, link_node(l, t.node)->piece)->clone;
	return t;
}

/* Most symbols are maps, variables and functions that are no programs: who refers to those makes no
 * difference. */
static bool may_be_entry(const struct link *l, input_id input, sym_id sym)
{
	node_id id = link_root(l, link_node_of(l, input, sym));
	const struct link_node *n = link_node(l, id);

	if (n->kind == LINK_FUNC)
		return n->is_entry || n->piece_off || link_piece(l, n->piece)->dropped;
	return (n->kind == LINK_LABEL || n->kind == LINK_SKIP) &&
	       obj_sec_is_code(obj_sec(link_obj(l, n->input), link_node_sym(l, id)->sec)->kind);
}

/* Relocations and pieces of a section are both in order. */
static void find_uses_in(struct link *l, input_id input, sec_id sec)
{
	const struct obj *o = link_obj(l, input);
	const struct obj_sec *s = obj_sec(o, sec);
	const piece_id *pieces = &link_input(l, input)->sec_pieces[sec.i];
	bool is_code = obj_sec_is_code(s->kind);
	u32 piece = pieces[0].i;

	for (u32 i = 0; i < s->relocs.n; i++) {
		const struct obj_reloc *r = &s->relocs.v[i];
		struct link_target t;
		const struct link_node *n;

		while (piece + 1 < pieces[1].i && l->pieces.v[piece + 1].off <= r->off)
			piece++;
		if (l->pieces.v[piece].dropped || !may_be_entry(l, input, r->sym))
			continue;
		t = link_find_target(l, input, is_code, r);
		n = link_node(l, t.node);
		if (is_code && is_callee(l, t))
			link_piece(l, n->piece)->called = true;
		else if (n->kind == LINK_FUNC && n->piece.i)
			link_piece(l, n->piece)->in_data = true;
	}
}

/* Only few inputs call programs, which a look at their symbols tells. */
static bool may_use_entries(const struct link *l, input_id input)
{
	const struct obj *o = link_obj(l, input);

	for (u32 s = 1; s < o->syms.n; s++)
		if (o->syms.v[s].used && may_be_entry(l, input, (sym_id){ s }))
			return true;
	return false;
}

/* Who refers to the programs that stay, and how. */
int link_find_uses(struct link *l)
{
	for (u32 i = 1; i < l->inputs.n; i++) {
		input_id input = { i };

		if (!may_use_entries(l, input))
			continue;
		for (u32 s = 1; s < link_obj(l, input)->secs.n; s++)
			find_uses_in(l, input, (sec_id){ s });
	}
	for (u32 i = 1; i < l->nodes.n; i++)
		if (l->nodes.v[i].how == LINK_HOW_MAPPING) {
			node_id target = link_root(l, (node_id){ i });

			link_piece(l, link_node(l, target)->piece)->mapped = true;
		}
	return 0;
}

static bool moves(const struct link *l, const struct link_piece *p)
{
	const struct link_node *n = link_node(l, p->owner);

	return link_input(l, n->input)->is_private && p->mapped && !p->in_data;
}

static bool is_exported(const struct link *l, piece_id piece)
{
	const struct link_piece *p = link_piece(l, piece);
	const struct obj *o = link_obj(l, p->input);

	for (u32 i = 0; i < l->exports.n; i++) {
		sym_id sym = obj_find_sym(o, l->exports.v[i].from);
		const struct link_node *n = link_node(l, link_node_of(l, p->input, sym));

		if (sym.i && n->exported && n->piece.i == piece.i)
			return true;
	}
	return false;
}

/* All names of the function go along. */
static void move_entry(struct link *l, piece_id piece)
{
	struct link_piece *p = link_piece(l, piece);

	p->to_text = true;
	for (u32 s = 1; s < link_obj(l, p->input)->syms.n; s++) {
		struct link_node *n = link_node(l, link_node_of(l, p->input, (sym_id){ s }));

		if (n->kind == LINK_FUNC && n->piece.i == piece.i) {
			n->moved = true;
			n->is_entry = false;
		}
	}
}

static int clone_entry(struct link *l, piece_id piece)
{
	struct link_piece *p = vec_push(&l->pieces);
	struct link_node *n = vec_push(&l->nodes);
	node_id id = { l->nodes.n - 1 }, owner;

	if (!p || !n)
		return -ENOMEM;
	owner = link_root(l, link_piece(l, piece)->owner);
	*p = *link_piece(l, piece);
	p->is_clone = p->to_text = true;
	p->owner = id;
	*n = *link_node(l, owner);
	n->to = id;
	n->is_clone = true;
	n->is_entry = false;
	n->vis = STV_DEFAULT;
	n->piece.i = l->pieces.n - 1;
	link_piece(l, piece)->clone = id;
	return 0;
}

int link_make_clones(struct link *l)
{
	u32 n_pieces = l->pieces.n;

	for (u32 i = 1; i < n_pieces; i++) {
		piece_id id = { i };
		const struct link_piece *p = link_piece(l, id);

		if (p->dropped || !p->owner.i || !link_node(l, p->owner)->is_entry)
			continue;
		if (moves(l, p) && !is_exported(l, id))
			move_entry(l, id);
		else if (p->called && clone_entry(l, id))
			return -ENOMEM;
	}
	return 0;
}
