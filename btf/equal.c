/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Comparing graphs id by id, and types by structure across graphs. */
#include "btf/btf_int.h"

/* Two records without what they refer to by type id. */
static bool same_record(const struct btf *a, const struct btf_type *ta, const struct btf *b,
			const struct btf_type *tb)
{
	struct btf_ref_iter ids = type_refs(ta), strs = str_refs(ta);
	const u32 *id = btf_next_ref(&ids), *str = btf_next_ref(&strs);
	const u32 *wa = (const u32 *)ta, *wb = (const u32 *)tb;

	if (ta->info != tb->info)
		return false;
	for (u32 i = 0, n = rec_words(ta); i < n; i++) {
		if (id == wa + i) {
			id = btf_next_ref(&ids);
		} else if (str == wa + i) {
			str = btf_next_ref(&strs);
			if (strcmp(btf_str(a, wa[i]), btf_str(b, wb[i])))
				return false;
		} else if (wa[i] != wb[i]) {
			return false;
		}
	}
	return true;
}

static bool same_ids(const struct btf_type *ta, const struct btf_type *tb)
{
	struct btf_ref_iter ia = type_refs(ta), ib = btf_each_type_ref(tb);
	const u32 *ra = btf_next_ref(&ia), *rb = btf_next_ref(&ib);

	for (; ra && rb; ra = btf_next_ref(&ia), rb = btf_next_ref(&ib))
		if (*ra != *rb)
			return false;
	return !ra && !rb;
}

bool btf_equal(const struct btf *a, const struct btf *b)
{
	if (a->first_id != b->first_id || a->recs.n != b->recs.n)
		return false;
	for (u32 i = 0; i < a->recs.n; i++) {
		const struct btf_type *ta = rec_at(a, i), *tb = rec_at(b, i);

		if (!same_record(a, ta, b, tb) || !same_ids(ta, tb))
			return false;
	}
	return true;
}

/* --- across graphs ------------------------------------------------------------------------- */

/*
 * The test for equal automata: assume that the pair is equal, and with it whatever must be equal
 * then, until two records contradict. Assumptions are kept as sets of nodes (union-find), so that
 * at most as many pairs are looked at as both sides have types.
 */
struct node {
	u32 side;		/* 0: of the first graph, 1: of the second */
	u32 id;
	u32 parent;		/* index of a node, itself for the root of a set */
};

struct pair {
	u32 a, b;		/* indices of nodes */
};

struct compare {
	const struct btf *b[2];
	VEC(struct node) nodes;
	struct hmap index;	/* (side, id) -> node */
	VEC(struct pair) work;
	bool equal;
};

static int node_of(struct compare *c, u32 side, u32 id, u32 *out)
{
	u64 hash = hash_mix(id, side);
	struct hmap_iter it;
	struct node *n;

	for (u32 i = hmap_first(&c->index, hash, &it); i != HMAP_NONE;
	     i = hmap_next(&c->index, &it)) {
		if (c->nodes.v[i].id == id && c->nodes.v[i].side == side) {
			*out = i;
			return 0;
		}
	}
	*out = c->nodes.n;
	n = vec_push(&c->nodes);
	if (!n)
		return -ENOMEM;
	*n = (struct node){ .side = side, .id = id, .parent = *out };
	return hmap_add(&c->index, hash, *out);
}

static u32 root(struct compare *c, u32 i)
{
	struct node *n = c->nodes.v;

	while (n[i].parent != i) {
		n[i].parent = n[n[i].parent].parent;
		i = n[i].parent;
	}
	return i;
}

/* Assume that two types are equal; remember to look at what follows, if that is new. */
static int assume(struct compare *c, u32 id_a, u32 id_b)
{
	u32 na, nb, ra, rb;
	struct pair *p;

	if (node_of(c, 0, id_a, &na) || node_of(c, 1, id_b, &nb))
		return -ENOMEM;
	ra = root(c, na);
	rb = root(c, nb);
	if (ra == rb)
		return 0;
	c->nodes.v[rb].parent = ra;
	p = vec_push(&c->work);
	if (!p)
		return -ENOMEM;
	*p = (struct pair){ na, nb };
	return 0;
}

static int compare_pair(struct compare *c, struct pair p)
{
	const struct btf_type *ta = btf_type(c->b[0], c->nodes.v[p.a].id);
	const struct btf_type *tb = btf_type(c->b[1], c->nodes.v[p.b].id);
	struct btf_ref_iter ia = type_refs(ta), ib = btf_each_type_ref(tb);
	const u32 *ra, *rb;
	int err = 0;

	if (!same_record(c->b[0], ta, c->b[1], tb)) {
		c->equal = false;
		return 0;
	}
	for (ra = btf_next_ref(&ia), rb = btf_next_ref(&ib); ra && rb && !err;
	     ra = btf_next_ref(&ia), rb = btf_next_ref(&ib))
		err = assume(c, *ra, *rb);
	return err;
}

int btf_types_equal(const struct btf *a, u32 id_a, const struct btf *b, u32 id_b, bool *out)
{
	struct compare c = { .b = { a, b }, .equal = true };
	int err = assume(&c, id_a, id_b);

	while (!err && c.equal && c.work.n)
		err = compare_pair(&c, c.work.v[--c.work.n]);
	if (!err)
		*out = c.equal;
	vec_free(&c.nodes);
	hmap_free(&c.index);
	vec_free(&c.work);
	return err;
}
