/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Chains of types: no type contains itself or is a pointer to itself, and no chain is longer than
 * BTF_MAX_DEPTH, so that whoever follows one needs no check.
 *
 * The depths of most types are in their notes already (plain.c). What is left is walked depth
 * first, each edge once.
 */
#include "btf/check.h"

struct frame {
	u32 id;
	u32 next;		/* the next of its edges to follow */
	u32 depth;		/* of the deepest type below so far, plus one */
};

struct walk {
	const struct check *c;
	enum btf_chain chain;
	bool tell;		/* what is wrong, else only that something is */
	struct frame stack[BTF_MAX_DEPTH + 1];
	u32 n;
};

static const struct btf_type *own_type(const struct walk *w, u32 id)
{
	return rec_at(w->c->b, id - w->c->b->first_id);
}

static u8 *state_of(const struct walk *w, u32 id)
{
	return &w->c->notes[id].depth[w->chain];
}

/* Edges are those of a kind that leads on. */
static u32 n_edges(const struct btf_type *t)
{
	return btf_is_composite(t) ? btf_vlen(t) : 1;
}

static u32 edge(const struct btf_type *t, u32 n)
{
	if (btf_is_composite(t))
		return btf_members(t)[n].type;
	return btf_kind(t) == BTF_KIND_ARRAY ? btf_array(t)->type : t->type;
}

static int bad_chain(const struct walk *w, u32 id, bool loop)
{
	struct rec r = { w->c, own_type(w, id), id };
	struct weld_where where = check_where(w->c, id);

	if (!w->tell)
		return loop ? -EINVAL : -E2BIG;
	if (loop)
		return check_bad_rec(&r, w->chain == BY_PTR ? "it points to itself" :
							      "it contains itself");
	return diag_raise(w->c->d, DIAG_BTF_DEEP, &where, id, btf_kind_text(btf_kind(r.t)),
			  btf_str(w->c->b, r.t->name_off), BTF_MAX_DEPTH);
}

static void push(struct walk *w, u32 id)
{
	const struct btf_type *t = own_type(w, id);

	*state_of(w, id) = OPEN;
	/* A struct is one deeper than its members, wherever these are. */
	w->stack[w->n++] = (struct frame){ .id = id, .depth = btf_is_composite(t) && btf_vlen(t) };
}

/*
 * Learn from what is known below the topmost type, up to the first edge that leads to something
 * unknown: that is given. 0 (void, whose depth is known) when there is none.
 */
static u32 learn(struct walk *w, struct frame *f)
{
	const struct btf_type *t = own_type(w, f->id);

	for (u32 n = n_edges(t); f->next < n && f->depth <= BTF_MAX_DEPTH; f->next++) {
		u32 id = edge(t, f->next), state = *state_of(w, id);

		if (state < BELOW)
			return id;
		if (state - BELOW > f->depth)
			f->depth = state - BELOW;
	}
	return 0;
}

static int walk_from(struct walk *w, u32 start)
{
	w->n = 0;
	push(w, start);
	while (w->n) {
		struct frame *f = &w->stack[w->n - 1];
		u32 id = learn(w, f);

		if (f->depth > BTF_MAX_DEPTH)
			return bad_chain(w, f->id, false);
		if (!id) {
			*state_of(w, f->id) = (u8)(DEPTH_0 + f->depth);
			w->n--;
			continue;
		}
		if (*state_of(w, id) == OPEN)
			return bad_chain(w, id, true);
		if (w->n > BTF_MAX_DEPTH)
			return bad_chain(w, w->stack[0].id, false);
		push(w, id);
	}
	return 0;
}

static int walk_unseen(struct walk *w, u32 id)
{
	return *state_of(w, id) == UNSEEN ? walk_from(w, id) : 0;
}

/*
 * Of a loop or a long chain the first type is named that leads into it: so all are walked in order,
 * with nothing known.
 */
static int walk_anew(struct walk *w)
{
	u32 first = w->c->b->first_id, end = w->c->ids_end;
	int err = 0;

	w->tell = true;
	for (u32 id = first; id < end; id++)
		*state_of(w, id) = btf_kinds[w->c->kinds[id]].note.depth[w->chain];
	for (u32 id = first; id < end && !err; id++)
		err = walk_unseen(w, id);
	return err;
}

int check_chains(const struct check *c, enum btf_chain chain)
{
	struct walk w = { .c = c, .chain = chain };
	int err = 0;

	for (u32 n = 0; n < c->later.n && !err; n++)
		err = walk_unseen(&w, c->b->first_id + c->later.v[n]);
	return err ? walk_anew(&w) : 0;
}
