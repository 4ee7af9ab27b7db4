/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Many graphs are appended to one, and most of their types are there already. Types that were just
 * appended, the tail, are compared with what came before them, and go again if they are known:
 *
 *	known types ############ | tail ------#----#	->	############ | ##
 *
 * That is a short way only: it spares merging (dedup.c) most of its types, which it leaves to
 * merging wherever it can't tell at a glance. A type's hash says how it looks and what lies a few
 * steps away, as there. The first type of each hash is remembered, and a type of the tail with the
 * same hash is taken for that one. Then each such guess is looked at: the two must look alike, and
 * what they refer to must be the same by the other guesses. Wrong guesses are dropped until no more
 * are found. What remains holds together, cycles too, so the types are equal.
 *
 * Nothing here depends on hashes being hard to forge: they decide what is compared, and no look-up
 * takes more than a few steps.
 */
#include "btf/btf_int.h"
#include "btf/look.h"

#include <stdlib.h>

struct slot {
	u32 hash;
	u32 id;			/* 0: free */
};

struct btf_folder {
	struct btf *b;
	struct slot *slots;
	u32 mask;		/* slots - 1 */
	u32 n;
	/* The tail, whose types are nodes here: id - first. */
	u32 first, n_nodes;
	VEC(u64) hashes[2];
	u64 *hash, *before;	/* now one of them, now the other */
	VEC(u32) edge_start, edges;
	VEC(u32) same;		/* the id that a node is taken for, maybe its own; then its last */
	VEC(u8) single;		/* is taken for nothing else, nor anything for it */
};

int btf_folder_new(struct btf *b, struct btf_folder **out)
{
	struct btf_folder *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->b = b;
	*out = f;
	return 0;
}

void btf_folder_free(struct btf_folder *f)
{
	if (!f)
		return;
	free(f->slots);
	vec_free(&f->hashes[0]);
	vec_free(&f->hashes[1]);
	vec_free(&f->edge_start);
	vec_free(&f->edges);
	vec_free(&f->same);
	vec_free(&f->single);
	free(f);
}

void btf_folder_move(struct btf_folder *f, const u32 *id_map)
{
	for (u32 i = 0; f->slots && i <= f->mask; i++)
		f->slots[i].id = id_map[f->slots[i].id];
}

/* --- types that are remembered ------------------------------------------------------------- */

/* The slot of a hash, or a free one for it; NULL where too many others are in the way. */
static struct slot *find_slot(const struct btf_folder *f, u32 hash)
{
	enum { MAX_STEPS = 16 };

	for (u32 i = 0; i < MAX_STEPS; i++) {
		struct slot *slot = &f->slots[(hash + i) & f->mask];

		if (!slot->id || slot->hash == hash)
			return slot;
	}
	return NULL;
}

/* At most half of the slots are taken, with extra more. */
static int reserve_slots(struct btf_folder *f, u32 extra)
{
	struct slot *old = f->slots;
	u64 n_old = old ? (u64)f->mask + 1 : 0, n_slots = n_old ? n_old : 256;

	while (n_slots < 2 * ((u64)f->n + extra))
		n_slots *= 2;
	if (n_slots == n_old)
		return 0;
	if (n_slots > UINT32_MAX || !(f->slots = calloc(n_slots, sizeof(*f->slots)))) {
		f->slots = old;
		return -ENOMEM;
	}
	f->mask = (u32)(n_slots - 1);
	for (u64 i = 0; i < n_old; i++) {
		struct slot *slot = old[i].id ? find_slot(f, old[i].hash) : NULL;

		if (slot)
			*slot = old[i];
	}
	free(old);
	return 0;
}

/* --- hashes -------------------------------------------------------------------------------- */

static const struct btf_type *node_type(const struct btf_folder *f, u32 node)
{
	return btf_type(f->b, f->first + node);
}

/* Entities are all different, and tags belong to what a type is: neither is looked into here. */
static void mark_single(struct btf_folder *f, u32 node, const struct btf_type *t)
{
	const u32 kinds = KIND_BIT(FUNC) | KIND_BIT(VAR) | KIND_BIT(DATASEC) | KIND_BIT(DECL_TAG);

	if (!(kinds >> btf_kind(t) & 1))
		return;
	f->single.v[node] = 1;
	if (btf_kind(t) == BTF_KIND_DECL_TAG)
		f->single.v[t->type - f->first] = 1;
}

/* Looks, edges and who is single. */
static int look_at_tail(struct btf_folder *f)
{
	u32 n = f->n_nodes, n_words = f->b->words.n - f->b->recs.v[f->first - f->b->first_id];

	f->edge_start.n = f->edges.n = f->same.n = f->single.n = 0;
	if (vec_reserve(&f->hashes[0], n) || vec_reserve(&f->hashes[1], n) ||
	    vec_reserve(&f->edge_start, n + 1) || vec_reserve(&f->edges, n_words) ||
	    vec_reserve(&f->same, n) || vec_reserve(&f->single, n))
		return -ENOMEM;
	memset(f->single.v, 0, n);
	f->hash = f->hashes[0].v;
	f->before = f->hashes[1].v;
	for (u32 i = 0; i < n; i++) {
		const struct btf_type *t = node_type(f, i);
		struct btf_ref_iter it = type_refs(t);

		f->edge_start.v[i] = f->edges.n;
		for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
			if (*ref)
				f->edges.v[f->edges.n++] = *ref - f->first;
		f->hash[i] = hash_record(f->b, t, 0);
		mark_single(f, i, t);
	}
	f->edge_start.v[n] = f->edges.n;
	return 0;
}

/* Each node takes in what its references were, a few times over. */
static void look_around(struct btf_folder *f)
{
	enum { ROUNDS = 3 };

	for (u32 i = 0; i < f->n_nodes; i++)
		if (f->single.v[i])
			f->hash[i] += f->first + i;
	for (u32 round = 0; round < ROUNDS; round++) {
		u64 *to = f->before;

		spread_hashes(f->n_nodes, f->edge_start.v, f->edges.v, f->hash, to);
		f->before = f->hash;
		f->hash = to;
	}
}

/* --- guesses ------------------------------------------------------------------------------- */

static u32 short_hash(const struct btf_folder *f, u32 node)
{
	return (u32)(f->hash[node] >> 32);
}

static void guess(struct btf_folder *f)
{
	for (u32 i = 0; i < f->n_nodes; i++) {
		struct slot *slot = f->single.v[i] ? NULL : find_slot(f, short_hash(f, i));

		f->same.v[i] = f->first + i;
		if (slot && slot->id) {
			f->same.v[i] = slot->id;
		} else if (slot) {
			*slot = (struct slot){ short_hash(f, i), f->first + i };
			f->n++;
		}
	}
}

static u32 meaning(const struct btf_folder *f, u32 id)
{
	return id < f->first ? id : f->same.v[id - f->first];
}

/* Do two types look alike, and refer to the same by what is guessed? */
static bool fits(const struct btf_folder *f, const struct btf_type *a, const struct btf_type *b)
{
	const u32 *wa = (const u32 *)a, *wb = (const u32 *)b;
	struct btf_ref_iter it = type_refs(a);
	const u32 *ref = btf_next_ref(&it);

	/* info gives kind and length. */
	if (a->info != b->info)
		return false;
	for (u32 i = 0, n = rec_words(a); i < n; i++) {
		if (ref == wa + i) {
			if (meaning(f, wa[i]) != meaning(f, wb[i]))
				return false;
			ref = btf_next_ref(&it);
		} else if (wa[i] != wb[i]) {
			return false;
		}
	}
	return true;
}

/* Where guesses go on and on falling, all do. */
static void drop_wrong_guesses(struct btf_folder *f)
{
	enum { MAX_ROUNDS = 8 };
	bool wrong = true;

	for (u32 round = 0; wrong && round < MAX_ROUNDS; round++) {
		wrong = false;
		for (u32 i = 0; i < f->n_nodes; i++) {
			u32 id = f->first + i, same = f->same.v[i];

			if (same == id || fits(f, btf_type(f->b, same), btf_type(f->b, id)))
				continue;
			f->same.v[i] = id;
			wrong = true;
		}
	}
	for (u32 i = 0; wrong && i < f->n_nodes; i++)
		f->same.v[i] = f->first + i;
}

/* --- the result ---------------------------------------------------------------------------- */

static void remember_place(struct btf_folder *f, u32 node, u32 new_id)
{
	struct slot *slot = find_slot(f, short_hash(f, node));

	if (slot && slot->id == f->first + node)
		slot->id = new_id;
}

/* What stays moves up. A guess is always an earlier type, so its last id is known already. */
static void close_ranks(struct btf_folder *f)
{
	struct btf *b = f->b;
	u32 n_recs = f->first - b->first_id, n_words = b->recs.v[n_recs];

	for (u32 i = 0; i < f->n_nodes; i++) {
		const struct btf_type *t = node_type(f, i);
		u32 n = rec_words(t);

		if (f->same.v[i] != f->first + i) {
			f->same.v[i] = meaning(f, f->same.v[i]);
			continue;
		}
		memmove(b->words.v + n_words, t, n * sizeof(u32));
		b->recs.v[n_recs++] = n_words;
		n_words += n;
		f->same.v[i] = b->first_id + n_recs - 1;
		remember_place(f, i, f->same.v[i]);
	}
	b->recs.n = n_recs;
	b->words.n = n_words;
}

static void rewrite_refs(struct btf_folder *f)
{
	struct btf *b = f->b;

	for (u32 i = f->first - b->first_id; i < b->recs.n; i++) {
		struct btf_ref_iter it = type_refs(rec_at(b, i));

		for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
			*ref_mut(ref) = meaning(f, *ref);
	}
}

int btf_fold(struct btf_folder *f, u32 first, u32 *id_map, u32 n)
{
	int err;

	assert(!f->b->base && !btf_is_held(f->b));
	f->first = first;
	f->n_nodes = btf_n_types(f->b) + 1 - first;
	if (!f->n_nodes)
		return 0;
	err = look_at_tail(f);
	if (!err)
		err = reserve_slots(f, f->n_nodes);
	if (err)
		return err;
	look_around(f);
	guess(f);
	drop_wrong_guesses(f);
	close_ranks(f);
	rewrite_refs(f);
	for (u32 i = 0; i < n; i++)
		id_map[i] = meaning(f, id_map[i]);
	btf_names_reset(f->b);
	return 0;
}
