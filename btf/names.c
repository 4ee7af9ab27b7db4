/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The look-up index behind btf_find(): chains of types by hash of (name, kind).
 *
 *	bucket[hash & mask] -> {first, last}     next[], prev[] by index of the type
 *
 * A chain is in order of ids, so that look-ups find the lowest, and a hostile graph with a million
 * types of one name is no slower: the first of the chain is the answer. A type that is renamed goes
 * to the end of its new chain. The index is only a shortcut: without memory for it, btf_find()
 * looks at each type.
 */
#include "btf/btf_int.h"

#include <stdlib.h>

#define NONE UINT32_MAX

struct chain {
	u32 first, last;
};

struct link {
	u32 next, prev;
};

struct btf_names {
	struct chain *buckets;
	u32 mask;
	VEC(struct link) links;		/* of types with index < links.n */
};

struct btf_names *btf_names_new(void)
{
	return calloc(1, sizeof(struct btf_names));
}

void btf_names_free(struct btf_names *names)
{
	if (!names)
		return;
	free(names->buckets);
	vec_free(&names->links);
	free(names);
}

static struct chain *chain_of(const struct btf_names *n, const char *name, u32 kind)
{
	u64 hash = hash_mix(hash_str(name), kind);

	return &n->buckets[(u32)(hash ^ hash >> 32) & n->mask];
}

static struct chain *chain_of_type(const struct btf *b, u32 i)
{
	const struct btf_type *t = rec_at(b, i);

	return t->name_off ? chain_of(b->names, btf_str(b, t->name_off), btf_kind(t)) : NULL;
}

static void chain_append(const struct btf *b, u32 i)
{
	struct chain *c = chain_of_type(b, i);
	struct link *links = b->names->links.v;

	links[i] = (struct link){ NONE, NONE };
	if (!c)
		return;
	links[i].prev = c->last;
	if (c->last == NONE)
		c->first = i;
	else
		links[c->last].next = i;
	c->last = i;
}

static void chain_remove(const struct btf *b, u32 i)
{
	struct chain *c = chain_of_type(b, i);
	struct link *links = b->names->links.v, l = links[i];

	if (!c)
		return;
	if (l.prev == NONE)
		c->first = l.next;
	else
		links[l.prev].next = l.next;
	if (l.next == NONE)
		c->last = l.prev;
	else
		links[l.next].prev = l.prev;
}

/* More buckets: all types move, in order of their ids. */
static int rehash(const struct btf *b, u32 n_types)
{
	struct btf_names *n = b->names;
	u32 n_buckets = 64;
	struct chain *buckets;

	while (n_buckets < n_types && n_buckets < 1u << 31)
		n_buckets *= 2;
	buckets = malloc(n_buckets * sizeof(*buckets));
	if (!buckets)
		return -ENOMEM;
	memset(buckets, 0xff, n_buckets * sizeof(*buckets));
	free(n->buckets);
	n->buckets = buckets;
	n->mask = n_buckets - 1;
	n->links.n = 0;
	return 0;
}

static int index_types(const struct btf *b)
{
	struct btf_names *n = b->names;
	u32 n_types = b->recs.n;

	if (n->links.n == n_types)
		return 0;
	if (vec_reserve(&n->links, n_types - n->links.n))
		return -ENOMEM;
	if ((!n->buckets || n->mask < n_types / 2) && rehash(b, n_types))
		return -ENOMEM;
	while (n->links.n < n_types)
		chain_append(b, n->links.n++);
	return 0;
}

void btf_names_forget(struct btf *b, u32 id)
{
	if (id - b->first_id < b->names->links.n)
		chain_remove(b, id - b->first_id);
}

void btf_names_learn(struct btf *b, u32 id)
{
	if (id - b->first_id < b->names->links.n)
		chain_append(b, id - b->first_id);
}

void btf_names_reset(struct btf *b)
{
	free(b->names->buckets);
	b->names->buckets = NULL;
	b->names->links.n = 0;
}

static bool matches(const struct btf *b, u32 i, const char *name, u32 kind)
{
	const struct btf_type *t = rec_at(b, i);

	return btf_kind(t) == kind && !strcmp(btf_str(b, t->name_off), name);
}

/* The first match from index i on, without the index. */
static u32 scan(const struct btf *b, u32 i, const char *name, u32 kind)
{
	while (i < b->recs.n && !matches(b, i, name, kind))
		i++;
	return i < b->recs.n ? b->first_id + i : 0;
}

static u32 follow(const struct btf *b, u32 i, const char *name, u32 kind)
{
	while (i != NONE && !matches(b, i, name, kind))
		i = b->names->links.v[i].next;
	return i == NONE ? 0 : b->first_id + i;
}

/* In b alone, not its base. */
static u32 find_own(const struct btf *b, const char *name, u32 kind)
{
	if (index_types(b))
		return scan(b, 0, name, kind);
	return b->recs.n ? follow(b, chain_of(b->names, name, kind)->first, name, kind) : 0;
}

static u32 find_kind(const struct btf *b, const char *name, u32 kind)
{
	u32 id = b->base ? find_kind(b->base, name, kind) : 0;

	return id ? id : find_own(b, name, kind);
}

u32 btf_find(const struct btf *b, const char *name, u32 kind)
{
	u32 best = 0;

	if (!*name || kind >= NR_BTF_KINDS)
		return 0;
	if (kind)
		return find_kind(b, name, kind);
	for (kind = 1; kind < NR_BTF_KINDS; kind++) {
		u32 id = find_kind(b, name, kind);

		if (id && (!best || id < best))
			best = id;
	}
	return best;
}

/* In the graph that id belongs to, then in those above it, up to b. */
static u32 find_next(const struct btf *b, const char *name, u32 kind, u32 id)
{
	u32 next = 0;

	if (id < b->first_id) {
		next = b->base ? find_next(b->base, name, kind, id) : 0;
		return next ? next : find_own(b, name, kind);
	}
	if (index_types(b))
		return scan(b, id - b->first_id + 1, name, kind);
	return follow(b, b->names->links.v[id - b->first_id].next, name, kind);
}

u32 btf_find_next(const struct btf *b, u32 id)
{
	const char *name = btf_name(b, id);

	return *name && id <= btf_n_types(b) ? find_next(b, name, btf_kind_of(b, id), id) : 0;
}
