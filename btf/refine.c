/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Hopcroft's way of minimising automata, for nodes with any number of edges.
 *
 * A node's signature is the list of its successors' classes. All nodes of a class had the same
 * signature when it was last looked at; a node becomes dirty when a successor got another class.
 * A round takes the dirty nodes class by class and groups them by signature. Each group differs
 * from the nodes of its class that aren't dirty, so group by group they leave the class:
 *
 *	elem:  ... | g0 g0 | g1 | g2 g2 g2 | rest rest | ...	the segment of one class
 *
 * The largest piece keeps the class, the others get new ones, and whoever refers to a node of
 * those becomes dirty. So a node that changes its class lands in one of at most half the size:
 * that happens log2(n) times at most, and the whole is O(edges * log(nodes)) whatever the graph.
 *
 * Signatures are compared in full; hashes only find candidates.
 */
#include "btf/refine.h"

#include <stdlib.h>

#include "lib/base/hmap.h"

/* Nodes of a class are elem[first .. first + size), dirty ones in front. */
struct cls {
	u32 first, size;
	u32 n_dirty;
};

struct work {
	struct refine *r;
	u32 *user_start, *user;	/* edges backwards */
	struct cls *classes;	/* room for n */
	u32 *elem, *pos;	/* nodes sorted by class; where each is */
	u32 *dirty, *next;	/* nodes to look at in this round and in the next */
	u32 n_dirty, n_next;
	u32 *touched;		/* classes with dirty nodes */
	u32 n_touched;
	u8 *in_next;
	/* Grouping the dirty nodes of one class: */
	u32 *slot;		/* hash table: group + 1, or 0 */
	u32 *group_of;		/* by position within the class */
	u32 *group_rep;		/* a node of each group */
	u32 *group_size;
	u32 *sorted;
};

/* Slots of the hash table for m nodes. */
static u32 n_slots(u32 m)
{
	u32 n = 4;

	while (n < 2 * (u64)m && n < 1u << 31)
		n *= 2;
	return n;
}

static void work_free(struct work *w)
{
	free(w->user_start);
	free(w->user);
	free(w->classes);
	free(w->elem);
	free(w->pos);
	free(w->dirty);
	free(w->next);
	free(w->touched);
	free(w->in_next);
	free(w->slot);
	free(w->group_of);
	free(w->group_rep);
	free(w->group_size);
	free(w->sorted);
}

static u32 *new_array(size_t n)
{
	return malloc((n + 1) * sizeof(u32));
}

static int work_alloc(struct work *w)
{
	u32 n = w->r->n;

	w->user_start = calloc((size_t)n + 2, sizeof(u32));
	w->user = new_array(w->r->edge_start[n]);
	w->classes = calloc((size_t)n + 1, sizeof(*w->classes));
	w->in_next = calloc((size_t)n + 1, 1);
	w->elem = new_array(n);
	w->pos = new_array(n);
	w->dirty = new_array(n);
	w->next = new_array(n);
	w->touched = new_array(n);
	w->slot = new_array(n_slots(n));
	w->group_of = new_array(n);
	w->group_rep = new_array(n);
	w->group_size = new_array(n);
	w->sorted = new_array(n);
	return w->user_start && w->user && w->classes && w->in_next && w->elem && w->pos &&
	       w->dirty && w->next && w->touched && w->slot && w->group_of && w->group_rep &&
	       w->group_size && w->sorted ? 0 : -ENOMEM;
}

/* Counting sort of edges by where they lead. */
static void find_users(struct work *w)
{
	const struct refine *r = w->r;
	u32 n_edges = r->edge_start[r->n];
	u32 *start = w->user_start;

	for (u32 e = 0; e < n_edges; e++)
		start[r->edge[e] + 2]++;
	for (u32 i = 2; i <= r->n; i++)
		start[i] += start[i - 1];
	/* start[i + 1] walks through the users of i and ends where those of i + 1 begin. */
	for (u32 i = 0; i < r->n; i++)
		for (u32 e = r->edge_start[i]; e < r->edge_start[i + 1]; e++)
			w->user[start[r->edge[e] + 1]++] = i;
}

/* Counting sort of nodes by class. */
static void fill_classes(struct work *w)
{
	const struct refine *r = w->r;
	u32 at = 0;

	for (u32 i = 0; i < r->n; i++)
		w->classes[r->cls[i]].size++;
	for (u32 c = 0; c < r->n_cls; c++) {
		w->classes[c].first = at;
		at += w->classes[c].size;
		w->classes[c].size = 0;
	}
	for (u32 i = 0; i < r->n; i++) {
		struct cls *c = &w->classes[r->cls[i]];

		w->pos[i] = c->first + c->size++;
		w->elem[w->pos[i]] = i;
	}
}

static void make_dirty(struct work *w, u32 node)
{
	if (w->in_next[node] || w->classes[w->r->cls[node]].size == 1)
		return;
	w->in_next[node] = 1;
	w->next[w->n_next++] = node;
}

/* Move the dirty nodes of each class to its front. */
static void sort_dirty(struct work *w)
{
	w->n_touched = 0;
	for (u32 d = 0; d < w->n_dirty; d++) {
		u32 node = w->dirty[d], class = w->r->cls[node];
		struct cls *c = &w->classes[class];
		u32 to = c->first + c->n_dirty, from = w->pos[node], other = w->elem[to];

		if (!c->n_dirty++)
			w->touched[w->n_touched++] = class;
		w->elem[to] = node;
		w->pos[node] = to;
		w->elem[from] = other;
		w->pos[other] = from;
	}
}

static u64 hash_signature(const struct refine *r, u32 node)
{
	u64 h = 0;

	for (u32 e = r->edge_start[node]; e < r->edge_start[node + 1]; e++)
		h = (h ^ r->cls[r->edge[e]]) * 0x9e3779b97f4a7c15ull + (h >> 29);
	return hash_mix(h, 0);
}

static bool same_signature(const struct refine *r, u32 a, u32 b)
{
	const u32 *ea = r->edge + r->edge_start[a], *eb = r->edge + r->edge_start[b];
	u32 n = r->edge_start[a + 1] - r->edge_start[a];

	for (u32 i = 0; i < n; i++)
		if (r->cls[ea[i]] != r->cls[eb[i]])
			return false;
	return true;
}

/* Number the groups among the dirty nodes of a class; returns how many. */
static u32 group_dirty(struct work *w, const struct cls *c)
{
	u32 mask = n_slots(c->n_dirty) - 1, n_groups = 0;

	memset(w->slot, 0, ((size_t)mask + 1) * sizeof(u32));
	for (u32 i = 0; i < c->n_dirty; i++) {
		u32 node = w->elem[c->first + i], g;
		u32 at = (u32)hash_signature(w->r, node) & mask;

		while ((g = w->slot[at]) && !same_signature(w->r, w->group_rep[g - 1], node))
			at = (at + 1) & mask;
		if (!g) {
			w->group_rep[n_groups] = node;
			w->group_size[n_groups] = 0;
			g = w->slot[at] = ++n_groups;
		}
		w->group_of[i] = g - 1;
		w->group_size[g - 1]++;
	}
	return n_groups;
}

/* Put the dirty nodes of a class in order of their groups. */
static void sort_groups(struct work *w, const struct cls *c, u32 n_groups)
{
	u32 *at = w->group_rep, sum = 0;

	for (u32 g = 0; g < n_groups; g++) {
		at[g] = sum;
		sum += w->group_size[g];
	}
	for (u32 i = 0; i < c->n_dirty; i++)
		w->sorted[at[w->group_of[i]]++] = w->elem[c->first + i];
	for (u32 i = 0; i < c->n_dirty; i++) {
		w->elem[c->first + i] = w->sorted[i];
		w->pos[w->sorted[i]] = c->first + i;
	}
}

/* A piece of a segment becomes a class; users of its nodes have to be looked at again. */
static void leave_class(struct work *w, u32 first, u32 size)
{
	u32 class = w->r->n_cls++;

	w->classes[class] = (struct cls){ .first = first, .size = size };
	for (u32 i = first; i < first + size; i++)
		w->r->cls[w->elem[i]] = class;
	for (u32 i = first; i < first + size; i++)
		for (u32 u = w->user_start[w->elem[i]]; u < w->user_start[w->elem[i] + 1]; u++)
			make_dirty(w, w->user[u]);
}

static void split_class(struct work *w, u32 class)
{
	struct cls c = w->classes[class];
	u32 n_groups = group_dirty(w, &c), rest = c.size - c.n_dirty, at = c.first;
	u32 keep = n_groups, keep_size = rest;

	w->classes[class].n_dirty = 0;
	if (n_groups == 1 && !rest)
		return;
	sort_groups(w, &c, n_groups);
	for (u32 g = 0; g < n_groups; g++) {
		if (w->group_size[g] > keep_size) {
			keep = g;
			keep_size = w->group_size[g];
		}
	}
	for (u32 g = 0; g <= n_groups; g++) {
		u32 size = g < n_groups ? w->group_size[g] : rest;

		if (g == keep)
			w->classes[class] = (struct cls){ .first = at, .size = size };
		else if (size)
			leave_class(w, at, size);
		at += size;
	}
}

static void next_round(struct work *w)
{
	u32 *done = w->dirty;

	w->dirty = w->next;
	w->n_dirty = w->n_next;
	w->next = done;
	w->n_next = 0;
	for (u32 d = 0; d < w->n_dirty; d++)
		w->in_next[w->dirty[d]] = 0;
}

/* Each node against the first of its class. */
int refine_is_stable(const struct refine *r, bool *stable)
{
	u32 *first = calloc((size_t)r->n_cls + 1, sizeof(u32));
	bool same = true;

	if (!first)
		return -ENOMEM;
	for (u32 i = 0; i < r->n && same; i++) {
		u32 *rep = &first[r->cls[i]];

		if (*rep)
			same = same_signature(r, *rep - 1, i);
		else
			*rep = i + 1;
	}
	free(first);
	*stable = same;
	return 0;
}

int refine_run(struct refine *r)
{
	struct work w = { .r = r };
	bool stable;
	int err = refine_is_stable(r, &stable);

	if (err || stable)
		return err;
	err = work_alloc(&w);
	if (err)
		goto out;
	find_users(&w);
	fill_classes(&w);
	for (u32 i = 0; i < r->n; i++)
		make_dirty(&w, i);
	for (next_round(&w); w.n_dirty; next_round(&w)) {
		sort_dirty(&w);
		for (u32 i = 0; i < w.n_touched; i++)
			split_class(&w, w.touched[i]);
	}
out:
	work_free(&w);
	return err;
}
