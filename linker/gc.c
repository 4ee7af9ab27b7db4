/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Dropping what nothing reaches (--gc). The graph is that of pieces: a function, a map or a
 * variable is reached when a relocation of a reached piece refers to it. It begins with
 *
 *	entry programs, also those that aren't loaded by default
 *	tables of kernel operations, exported symbols, maps that are pinned by name
 *	what tools look for: licence, version, custom sections, variables bpf_metadata_*
 *
 * An output that others are to be linked with (a partial link, or one without any of the first
 * two lines: a library) keeps all of its public symbols as well, since they are what it is for.
 */
#include "linker/link_int.h"

#define SHF_GNU_RETAIN (1ull << 21)

struct sweep {
	struct link *l;
	VEC(piece_id) todo;
};

static int reach_piece(struct sweep *s, piece_id piece)
{
	struct link_piece *p = link_piece(s->l, piece);

	if (!piece.i || p->reached || p->dropped)
		return 0;
	p->reached = true;
	return vec_append(&s->todo, &piece, 1);
}

static int reach_node(struct sweep *s, node_id id)
{
	struct link_node *n = link_node(s->l, id);

	n->reached = true;
	return reach_piece(s, n->piece);
}

/* --- where it begins --------------------------------------------------------------------- */

static bool is_root_section(const struct obj_sec *s)
{
	switch (s->kind) {
	case OBJ_SEC_LICENSE:
	case OBJ_SEC_VERSION:
	case OBJ_SEC_CUSTOM:
	case OBJ_SEC_ARENA:
	case OBJ_SEC_STRUCT_OPS:
		return true;
	default:
		return s->flags & SHF_GNU_RETAIN;
	}
}

static bool is_pinned(const struct link *l, const struct link_node *n)
{
	return n->kind == LINK_MAP && n->map.i &&
	       obj_map(link_obj(l, n->input), n->map)->pinning == OBJ_PIN_BY_NAME;
}

static bool is_metadata(const struct link *l, node_id id)
{
	static const char prefix[] = "bpf_metadata_";

	return link_node(l, id)->kind == LINK_VAR &&
	       !strncmp(link_node_name(l, id), prefix, sizeof(prefix) - 1);
}

/* A definition that stands for itself and isn't a label. */
static bool is_candidate(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);

	return n->is_def && n->to.i == id.i && n->kind != LINK_SKIP && n->kind != LINK_LABEL &&
	       !n->is_clone;
}

/* Is there a program, or something that is loaded as one? */
static bool has_programs(const struct link *l)
{
	for (u32 i = 1; i < l->nodes.n; i++)
		if (is_candidate(l, (node_id){ i }) &&
		    (l->nodes.v[i].is_entry || l->nodes.v[i].exported))
			return true;
	for (u32 i = 1; i < l->outs.n; i++)
		if (l->outs.v[i].kind == OBJ_SEC_STRUCT_OPS)
			return true;
	return false;
}

static bool is_public(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);

	return link_node_sym(l, id)->bind != STB_LOCAL && !link_is_private(l, id) && !n->moved &&
	       !n->hidden_here;
}

static int reach_roots(struct sweep *s, bool publics)
{
	struct link *l = s->l;
	int err = 0;

	for (u32 i = 1; i < l->pieces.n && !err; i++) {
		const struct link_piece *p = &l->pieces.v[i];

		if (p->sec.i && is_root_section(obj_sec(link_obj(l, p->input), p->sec)))
			err = reach_piece(s, (piece_id){ i });
	}
	for (u32 i = 1; i < l->nodes.n && !err; i++) {
		node_id id = { i };
		const struct link_node *n = link_node(l, id);

		if (is_candidate(l, id) &&
		    (n->is_entry || n->exported || is_pinned(l, n) || is_metadata(l, id) ||
		     (publics && is_public(l, id))))
			err = reach_node(s, id);
	}
	return err;
}

/* --- and where it leads ------------------------------------------------------------------ */

static int follow(struct sweep *s, piece_id piece)
{
	const struct link_piece *p = link_piece(s->l, piece);
	const struct obj_sec *sec = obj_sec(link_obj(s->l, p->input), p->sec);
	int err = 0;

	for (u32 i = link_first_reloc(sec, p->off); i < sec->relocs.n && !err; i++) {
		const struct obj_reloc *r = &sec->relocs.v[i];
		struct link_target t;

		if (r->off >= p->off + p->size)
			break;
		t = link_find_target(s->l, p->input, obj_sec_is_code(sec->kind), r);
		err = t.node.i ? reach_node(s, t.node) : reach_piece(s, t.piece);
	}
	return err;
}

static void drop_the_rest(struct link *l)
{
	for (u32 i = 1; i < l->pieces.n; i++) {
		struct link_piece *p = &l->pieces.v[i];

		if (!p->dropped && !p->reached)
			p->dropped = p->unreached = true;
	}
}

int link_drop_unreached(struct link *l)
{
	struct sweep s = { .l = l };
	bool programs;
	int err;

	if (!l->gc)
		return 0;
	programs = has_programs(l);
	l->gc_types = programs && !l->allow_unresolved;
	err = reach_roots(&s, !l->gc_types);
	while (s.todo.n && !err)
		err = follow(&s, s.todo.v[--s.todo.n]);
	vec_free(&s.todo);
	if (err)
		return err;
	drop_the_rest(l);
	l->swept = true;
	return 0;
}
