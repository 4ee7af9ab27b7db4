/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Merging equal types.
 *
 * Types form a graph, with cycles wherever a struct leads to itself through a pointer. Two types
 * are equal when they look alike (same kind, names, sizes, offsets; tags on them alike) and the
 * types that they refer to are equal, one by one. That is the equality of states of an automaton,
 * and it is computed the same way: begin with few classes, then split them until equal types refer
 * to equal classes (refine.c). No order of types, no candidate lists, no hypotheses to undo; cyclic
 * types are not a special case; O(n log n) in the worst case.
 *
 * Nearly all of the splitting is done beforehand, by hashes: a type's hash says how it looks, and a
 * few times over takes in the hashes of what it refers to, so that it tells apart what differs a
 * few steps away. Types are in one class then if they look alike and have the same hash. Equal
 * types have equal hashes, so no class is too small; where hashes meet by chance, or types differ
 * further away, splitting finds it. In a kernel's BTF nothing is left to split.
 *
 * Forward declarations don't look like what they declare, so they are paired beforehand: a FWD (or
 * an enum without enumerators) stands for the struct, union or enum of its name if all of that name
 * look alike. Splitting then shows whether these are really equal. If not, the name is ambiguous:
 * its FWDs stay FWDs, and the splitting is done again without that pairing.
 *
 * Which object a static function or variable belongs to can't be seen in BTF; so FUNCs, VARs and
 * DATASECs are equal only to themselves, unless BTF_DEDUP_ENTITIES says otherwise.
 */
#include "btf/btf_int.h"
#include "btf/look.h"
#include "btf/refine.h"

#include <stdlib.h>

#define NONE UINT32_MAX

/* All structs (unions, enums) of one name, if there is a forward declaration of it. */
struct fwd_group {
	u32 name_off;
	u32 flavour;		/* BTF_KIND_STRUCT, UNION or ENUM */
	u32 full;		/* the first complete type, or NONE */
	u32 n_full;
	bool ambiguous;
};

struct tag {
	u32 owner, node;
};

/* Types are nodes here: id - first_id. Filled pass by pass. */
struct dedup {
	struct btf *b;
	u32 flags;
	u32 n;
	/* intern_names, sort_tags */
	VEC(struct tag) tags;		/* by owner, then by what the tag says */
	u32 *tag_start;			/* n + 1: where an owner's are */
	/* hash_looks */
	u64 seed;
	u64 *look;			/* hash of each node by look alone */
	/* pair_fwds */
	VEC(struct fwd_group) groups;
	struct hmap group_index;
	u32 *group;			/* of each node, or NONE */
	/* split_classes */
	u32 *cls;
	u32 n_cls;
	/* renumber */
	u32 *new_id;			/* of each node */
	VEC(u32) words, recs;
};

static const struct btf_type *node_type(const struct dedup *d, u32 node)
{
	return rec_at(d->b, node);
}

static u32 *new_array(size_t n)
{
	return malloc((n + 1) * sizeof(u32));
}

/* --- names --------------------------------------------------------------------------------- */

/* Do all names begin where a string of the table begins? */
static bool names_are_whole(const struct dedup *d)
{
	u32 first = d->b->first_str;

	for (u32 i = 0; i < d->n; i++) {
		struct btf_ref_iter it = str_refs(node_type(d, i));

		for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
			if (*ref > first && d->b->strs.v[*ref - first - 1])
				return false;
	}
	return true;
}

/* Equal strings get equal offsets, so that from here on names are numbers. */
static int intern_names(struct dedup *d)
{
	struct str_map map;
	bool distinct;
	int err;

	if (d->b->interned)
		return 0;
	err = btf_strs_are_distinct(d->b, &distinct);
	if (err || (distinct && names_are_whole(d))) {
		d->b->interned = !err;
		return err;
	}
	err = str_map_init(&map, d->b, d->b, 0);
	for (u32 i = 0; i < d->n && !err; i++)
		str_map_note_rec(&map, node_type(d, i));
	if (!err)
		err = str_map_resolve(&map);
	for (u32 i = 0; i < d->n && !err; i++)
		str_map_apply_rec(&map, rec_at(d->b, i));
	str_map_free(&map);
	d->b->interned = !err;
	return err;
}

/* --- tags ---------------------------------------------------------------------------------- */

static int cmp_u32(u32 a, u32 b)
{
	return a < b ? -1 : a > b;
}

/* By what tags say; nothing about their owners. */
static int cmp_tag_text(const struct btf_type *a, const struct btf_type *b)
{
	int c = cmp_u32((u32)btf_component(a), (u32)btf_component(b));

	if (!c)
		c = cmp_u32(a->name_off, b->name_off);
	return c ? c : cmp_u32(a->info, b->info);
}

static int cmp_tags(const void *pa, const void *pb, void *arg)
{
	const struct tag *a = pa, *b = pb;
	int c = cmp_u32(a->owner, b->owner);

	if (!c)
		c = cmp_tag_text(node_type(arg, a->node), node_type(arg, b->node));
	return c ? c : cmp_u32(a->node, b->node);
}

static int collect_tags(struct dedup *d)
{
	for (u32 i = 0; i < d->n; i++) {
		const struct btf_type *t = node_type(d, i);
		struct tag *tag;

		if (btf_kind(t) != BTF_KIND_DECL_TAG || t->type < d->b->first_id)
			continue;
		tag = vec_push(&d->tags);
		if (!tag)
			return -ENOMEM;
		*tag = (struct tag){ .owner = t->type - d->b->first_id, .node = i };
	}
	return 0;
}

static int sort_tags(struct dedup *d)
{
	int err = collect_tags(d);
	u32 at = 0;

	if (err)
		return err;
	if (d->tags.n)
		qsort_r(d->tags.v, d->tags.n, sizeof(*d->tags.v), cmp_tags, d);
	d->tag_start = new_array(d->n);
	if (!d->tag_start)
		return -ENOMEM;
	for (u32 i = 0; i <= d->n; i++) {
		while (at < d->tags.n && d->tags.v[at].owner < i)
			at++;
		d->tag_start[i] = at;
	}
	return 0;
}

/* --- looks --------------------------------------------------------------------------------- */

static bool is_entity(const struct btf_type *t)
{
	return btf_kind(t) == BTF_KIND_FUNC || btf_kind(t) == BTF_KIND_VAR ||
	       btf_kind(t) == BTF_KIND_DATASEC;
}

/* Functions and variables of different objects are different things, whatever they look like. */
static bool is_unique(const struct dedup *d, u32 node)
{
	return !(d->flags & BTF_DEDUP_ENTITIES) && is_entity(node_type(d, node));
}

static u64 hash_look(const struct dedup *d, u32 node)
{
	const struct btf_type *t = node_type(d, node);
	u64 h = hash_record(d->b, t, d->seed);

	for (u32 g = d->tag_start[node]; g < d->tag_start[node + 1]; g++) {
		const struct btf_type *tag = node_type(d, d->tags.v[g].node);

		h = hash_step(h, (u64)tag->name_off << 32 | (u32)btf_component(tag));
	}
	return is_unique(d, node) ? hash_step(h, node) : h;
}

/* Depends on all that is hashed, so that types can't be made to collide. */
static u64 make_seed(const struct btf *b)
{
	u64 h[2] = { b->words.n, b->strs.n };

	for (u32 i = 0; i + 1 < b->words.n; i += 2) {
		h[0] = (h[0] ^ b->words.v[i]) * 0x9e3779b97f4a7c15ull;
		h[1] = (h[1] ^ b->words.v[i + 1]) * 0xd6e8feb86659fd93ull;
	}
	return hash_mix(h[0], h[1]);
}

static int hash_looks(struct dedup *d)
{
	d->look = malloc(((size_t)d->n + 1) * sizeof(*d->look));
	if (!d->look)
		return -ENOMEM;
	d->seed = make_seed(d->b);
	for (u32 i = 0; i < d->n; i++)
		d->look[i] = hash_look(d, i);
	return 0;
}

static bool same_tags(const struct dedup *d, u32 a, u32 b)
{
	u32 at = d->tag_start[a], bt = d->tag_start[b], n = d->tag_start[a + 1] - at;

	if (n != d->tag_start[b + 1] - bt)
		return false;
	for (u32 i = 0; i < n; i++)
		if (cmp_tag_text(node_type(d, d->tags.v[at + i].node),
				 node_type(d, d->tags.v[bt + i].node)))
			return false;
	return true;
}

static bool same_look(const struct dedup *d, u32 a, u32 b)
{
	const struct btf_type *ta = node_type(d, a), *tb = node_type(d, b);
	const u32 *wa = (const u32 *)ta, *wb = (const u32 *)tb;
	struct btf_ref_iter it = type_refs(ta);
	const u32 *ref = btf_next_ref(&it);

	/* info gives kind and length. */
	if (ta->info != tb->info)
		return false;
	for (u32 i = 0, n = rec_words(ta); i < n; i++) {
		if (ref == wa + i) {
			if (look_of_ref(d->b, wa[i]) != look_of_ref(d->b, wb[i]))
				return false;
			ref = btf_next_ref(&it);
		} else if (wa[i] != wb[i]) {
			return false;
		}
	}
	return same_tags(d, a, b);
}

/* --- forward declarations ------------------------------------------------------------------ */

static u32 flavour_of(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_FWD:
		return btf_kflag(t) ? BTF_KIND_UNION : BTF_KIND_STRUCT;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return btf_kind(t);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return BTF_KIND_ENUM;
	default:
		return 0;
	}
}

static bool is_fwd(const struct btf_type *t)
{
	return t->name_off && (btf_kind(t) == BTF_KIND_FWD || (btf_is_enum(t) && !btf_vlen(t)));
}

static u64 hash_group(const struct btf_type *t)
{
	return hash_mix(t->name_off, flavour_of(t));
}

static u32 group_of(const struct dedup *d, const struct btf_type *t)
{
	u32 flavour = flavour_of(t);
	struct hmap_iter it;

	if (!t->name_off || !flavour)
		return NONE;
	for (u32 g = hmap_first(&d->group_index, hash_group(t), &it); g != HMAP_NONE;
	     g = hmap_next(&d->group_index, &it))
		if (d->groups.v[g].name_off == t->name_off && d->groups.v[g].flavour == flavour)
			return g;
	return NONE;
}

/* The group of a forward declaration, unless there is one of its name already. */
static int found_group(struct dedup *d, u32 node)
{
	const struct btf_type *t = node_type(d, node);
	struct fwd_group *g;

	if (group_of(d, t) != NONE)
		return 0;
	g = vec_push(&d->groups);
	if (!g)
		return -ENOMEM;
	*g = (struct fwd_group){ .name_off = t->name_off, .flavour = flavour_of(t), .full = NONE };
	return hmap_add(&d->group_index, hash_group(t), d->groups.n - 1);
}

/* Are two complete types of one name one type? Before there are classes, by their looks. */
static bool same_meaning(const struct dedup *d, u32 a, u32 b)
{
	return d->cls ? d->cls[a] == d->cls[b] : d->look[a] == d->look[b] && same_look(d, a, b);
}

/* Note which names have more than one complete type; true if there is a new one. */
static bool find_ambiguous(struct dedup *d)
{
	bool found = false;

	for (u32 i = 0; i < d->n; i++) {
		struct fwd_group *g = d->group[i] == NONE ? NULL : &d->groups.v[d->group[i]];

		if (!g || g->ambiguous || is_fwd(node_type(d, i)) ||
		    same_meaning(d, i, g->full))
			continue;
		g->ambiguous = true;
		found = true;
	}
	return found;
}

static int pair_fwds(struct dedup *d)
{
	int err = 0;

	d->group = new_array(d->n);
	if (!d->group)
		return -ENOMEM;
	if (d->flags & BTF_DEDUP_PARTIAL) {
		memset(d->group, 0xff, d->n * sizeof(u32));
		return 0;
	}
	/* Declarations found groups, which complete types from before them join as well. */
	for (u32 i = 0; i < d->n && !err; i++)
		if (is_fwd(node_type(d, i)))
			err = found_group(d, i);
	if (err)
		return err;
	for (u32 i = 0; i < d->n; i++)
		d->group[i] = d->groups.n ? group_of(d, node_type(d, i)) : NONE;
	for (u32 i = 0; i < d->n; i++) {
		struct fwd_group *g = d->group[i] == NONE ? NULL : &d->groups.v[d->group[i]];

		if (!g || is_fwd(node_type(d, i)))
			continue;
		if (!g->n_full++)
			g->full = i;
	}
	find_ambiguous(d);
	return 0;
}

/* The complete type that a forward declaration stands for, or the node itself. */
static u32 meaning(const struct dedup *d, u32 node)
{
	const struct fwd_group *g;

	if (d->group[node] == NONE || !is_fwd(node_type(d, node)))
		return node;
	g = &d->groups.v[d->group[node]];
	return g->ambiguous || g->full == NONE ? node : g->full;
}

/* --- splitting ----------------------------------------------------------------------------- */

struct edges {
	u32 *start, *to;
};

static u32 count_edges(const struct dedup *d, u32 node)
{
	struct btf_ref_iter it = type_refs(node_type(d, node));
	u32 n = 0;

	for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
		n += *ref >= d->b->first_id;
	return n;
}

static int build_edges(const struct dedup *d, struct edges *e)
{
	u32 at = 0;

	e->start = new_array(d->n);
	if (!e->start)
		return -ENOMEM;
	for (u32 i = 0; i < d->n; i++) {
		e->start[i] = at;
		at += count_edges(d, i);
	}
	e->start[d->n] = at;
	e->to = new_array(at);
	if (!e->to)
		return -ENOMEM;
	at = 0;
	for (u32 i = 0; i < d->n; i++) {
		struct btf_ref_iter it = type_refs(node_type(d, i));

		for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
			if (*ref >= d->b->first_id)
				e->to[at++] = meaning(d, *ref - d->b->first_id);
	}
	return 0;
}

/* Hashes of all types, and of what they were before they last took in others. */
struct hashes {
	u64 *now, *before;
};

static void spread(const struct dedup *d, const struct edges *e, struct hashes *h)
{
	u64 *to = h->before;

	spread_hashes(d->n, e->start, e->to, h->now, to);
	h->before = h->now;
	h->now = to;
}

/* A class for types of one look and one hash, in order of the first of each. */
static int group(struct dedup *d, const u64 *hash)
{
	u64 n_slots = 16;
	u32 *slots, mask;

	while (n_slots < 2 * (u64)d->n)
		n_slots *= 2;
	slots = calloc(n_slots, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	mask = (u32)(n_slots - 1);
	d->n_cls = 0;
	for (u32 i = 0; i < d->n; i++) {
		u32 at = (u32)(hash[i] >> 32) & mask, other = 0;

		while (!is_unique(d, i) && (other = slots[at]) &&
		       (hash[other - 1] != hash[i] || !same_look(d, other - 1, i)))
			at = (at + 1) & mask;
		d->cls[i] = other ? d->cls[other - 1] : d->n_cls++;
		if (!other && !is_unique(d, i))
			slots[at] = i + 1;
	}
	free(slots);
	return 0;
}

/*
 * How far hashes reach: in rounds, between looks at whether classes are final. Types that differ
 * further away than all of them together are left to splitting.
 */
static int guess_classes(struct dedup *d, const struct edges *e, struct hashes *h)
{
	static const u32 rounds[] = { 5, 4, 8 };
	bool stable = false;
	int err = 0;

	memcpy(h->now, d->look, d->n * sizeof(u64));
	for (u32 i = 0; i < ARRAY_SIZE(rounds) && !stable && !err; i++) {
		struct refine r = { d->n, e->start, e->to, d->cls, 0 };

		for (u32 k = 0; k < rounds[i]; k++)
			spread(d, e, h);
		err = group(d, h->now);
		r.n_cls = d->n_cls;
		if (!err)
			err = refine_is_stable(&r, &stable);
	}
	return err;
}

static int refine(struct dedup *d)
{
	struct edges e = { 0 };
	struct hashes h = { 0 };
	struct refine r = { .n = d->n, .cls = d->cls };
	size_t size = ((size_t)d->n + 1) * sizeof(u64);
	int err = build_edges(d, &e);

	h.now = malloc(size);
	h.before = malloc(size);
	if (!err && (!h.now || !h.before))
		err = -ENOMEM;
	if (!err)
		err = guess_classes(d, &e, &h);
	free(h.now);
	free(h.before);
	if (!err) {
		r.edge_start = e.start;
		r.edge = e.to;
		r.n_cls = d->n_cls;
		err = refine_run(&r);
		d->n_cls = r.n_cls;
	}
	free(e.start);
	free(e.to);
	return err;
}

/*
 * Each try ends with pairings that hold, or finds names to leave alone. After a few tries, which
 * real programs don't need, all names with more than one complete type are left alone: the rest
 * can't be wrong, so the number of tries doesn't depend on the input.
 */
static int split_classes(struct dedup *d)
{
	enum { MAX_TRIES = 4 };
	int err;

	d->cls = new_array(d->n);
	if (!d->cls)
		return -ENOMEM;
	for (u32 try = 1;; try++) {
		err = refine(d);
		if (err || !find_ambiguous(d))
			return err;
		for (u32 g = 0; try >= MAX_TRIES && g < d->groups.n; g++)
			d->groups.v[g].ambiguous |= d->groups.v[g].n_full > 1;
	}
}

/* --- the result ---------------------------------------------------------------------------- */

/* The first of each class stays, in order. */
static int number_classes(struct dedup *d)
{
	u32 *first = new_array(d->n_cls), next = d->b->first_id;

	d->new_id = new_array(d->n);
	if (!first || !d->new_id) {
		free(first);
		return -ENOMEM;
	}
	memset(first, 0xff, d->n_cls * sizeof(u32));
	for (u32 i = 0; i < d->n; i++) {
		if (meaning(d, i) == i && first[d->cls[i]] == NONE) {
			first[d->cls[i]] = next++;
			if (vec_append(&d->recs, &i, 1)) {
				free(first);
				return -ENOMEM;
			}
		}
	}
	for (u32 i = 0; i < d->n; i++)
		d->new_id[i] = first[d->cls[meaning(d, i)]];
	free(first);
	return 0;
}

/* Copy the records that stay; recs has their nodes and gets their places. */
static int renumber(struct dedup *d)
{
	u32 first_id = d->b->first_id;
	int err = number_classes(d);

	if (err || vec_reserve(&d->words, d->b->words.n))
		return -ENOMEM;
	for (u32 i = 0; i < d->recs.n; i++) {
		const struct btf_type *t = node_type(d, d->recs.v[i]);
		u32 *copy = d->words.v + d->words.n, n = rec_words(t);
		struct btf_ref_iter it;

		memcpy(copy, t, n * sizeof(u32));
		d->recs.v[i] = d->words.n;
		d->words.n += n;
		it = type_refs((const struct btf_type *)copy);
		for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
			if (*ref >= first_id)
				*ref_mut(ref) = d->new_id[*ref - first_id];
	}
	return 0;
}

static void commit(struct dedup *d, u32 *id_map)
{
	struct btf *b = d->b;

	for (u32 id = 0; id_map && id < b->first_id; id++)
		id_map[id] = id;
	if (id_map && d->n)
		memcpy(id_map + b->first_id, d->new_id, d->n * sizeof(u32));
	vec_free(&b->words);
	vec_free(&b->recs);
	memcpy(&b->words, &d->words, sizeof(b->words));
	memcpy(&b->recs, &d->recs, sizeof(b->recs));
	memset(&d->words, 0, sizeof(d->words));
	memset(&d->recs, 0, sizeof(d->recs));
	btf_names_reset(b);
}

static void dedup_free(struct dedup *d)
{
	vec_free(&d->tags);
	free(d->tag_start);
	free(d->look);
	vec_free(&d->groups);
	hmap_free(&d->group_index);
	free(d->group);
	free(d->cls);
	free(d->new_id);
	vec_free(&d->words);
	vec_free(&d->recs);
}

static int (*const passes[])(struct dedup *d) = {
	intern_names,
	/* From here on names are compared as numbers. */
	sort_tags,
	hash_looks,
	pair_fwds,
	split_classes,
	/* From here on classes and what forward declarations mean are final. */
	renumber,
};

int btf_dedup(struct btf *b, u32 flags, u32 *id_map)
{
	struct dedup d = { .b = b, .flags = flags, .n = b->recs.n };
	int err = btf_own(b);

	for (size_t i = 0; i < ARRAY_SIZE(passes) && !err; i++)
		err = passes[i](&d);
	if (!err)
		commit(&d, id_map);
	dedup_free(&d);
	return err;
}
