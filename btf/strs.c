/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The string table's index: which strings it has, and where.
 *
 * Linking is interning, so this is a table of its own, half as large as a `struct hmap`: a slot has
 * 32 bits of the hash, which decide nearly always, and growing needs no look at the strings.
 */
#include "btf/btf_int.h"

#include <stdlib.h>

/* A long string fills a block. */
static bool each_block_has_an_end(const struct btf *b)
{
	enum { BLOCK = BTF_MAX_STR / 2 };

	for (u32 at = 0; b->strs.n - at >= BLOCK; at += BLOCK)
		if (!memchr(b->strs.v + at, 0, BLOCK))
			return false;
	return true;
}

bool btf_has_long_strs(const struct btf *b)
{
	u32 at = 0;

	/* At a glance, whose steps don't wait for each other. */
	if (each_block_has_an_end(b))
		return false;
	/* What lies between the first and the last NUL of a window isn't long. */
	while (b->strs.n - at > BTF_MAX_STR + 1) {
		const char *window = b->strs.v + at;
		const char *last = memrchr(window, 0, BTF_MAX_STR + 1);

		if (!last)
			return true;
		at += (u32)(last - window) + 1;
	}
	return false;
}

void btf_strs_forget(struct btf *b)
{
	free(b->index.slots);
	b->index = (struct btf_str_index){ 0 };
	b->n_str_indexed = 0;
}

static u32 hash_name(const char *s, size_t len)
{
	u64 h = len, w;

	for (; len >= sizeof(w); s += sizeof(w), len -= sizeof(w)) {
		memcpy(&w, s, sizeof(w));
		h = (h ^ w) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 32;
	}
	w = 0;
	memcpy(&w, s, len);
	h = (h ^ w) * 0xd6e8feb86659fd93ull;
	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15ull;
	return (u32)(h >> 32);
}

/* The slot of the string s, len bytes long without its NUL, or the free one where it belongs. */
static struct btf_str_slot *find_slot(const struct btf *b, const char *s, size_t len, u32 hash)
{
	const struct btf_str_index *x = &b->index;

	for (u32 at = hash & x->mask;; at = (at + 1) & x->mask) {
		struct btf_str_slot *slot = &x->slots[at];

		if (!slot->at1)
			return slot;
		/* Equal bytes up to the NUL: only the table's end may come before it. */
		if (slot->hash == hash && len < b->strs.n - (slot->at1 - 1) &&
		    !memcmp(b->strs.v + (slot->at1 - 1), s, len + 1))
			return slot;
	}
}

/* Room for extra more; the table is three quarters full at most. */
static int reserve_slots(struct btf_str_index *x, u32 extra)
{
	u64 n_slots = x->slots ? (u64)x->mask + 1 : 64, want = ((u64)x->n + extra) * 4;
	struct btf_str_slot *slots;
	u32 mask;

	if (x->slots && want <= (u64)x->mask * 3)
		return 0;
	while (want > (n_slots - 1) * 3)
		n_slots *= 2;
	mask = (u32)(n_slots - 1);
	slots = n_slots > UINT32_MAX ? NULL : calloc(n_slots, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (u32 i = 0; x->slots && i <= x->mask; i++) {
		u32 at = x->slots[i].hash & mask;

		if (!x->slots[i].at1)
			continue;
		while (slots[at].at1)
			at = (at + 1) & mask;
		slots[at] = x->slots[i];
	}
	free(x->slots);
	x->slots = slots;
	x->mask = mask;
	return 0;
}

/* Strings are looked up in batches: a slot is asked for some time before it is looked at. */
enum { BATCH = 16 };

struct batch {
	struct {
		const char *s;
		size_t len;
		u32 hash;
	} v[BATCH];
	u32 n;
};

static void batch_add(const struct btf *b, struct batch *batch, const char *s)
{
	size_t len = strlen(s);
	u32 hash = hash_name(s, len);

	__builtin_prefetch(&b->index.slots[hash & b->index.mask]);
	batch->v[batch->n].s = s;
	batch->v[batch->n].len = len;
	batch->v[batch->n++].hash = hash;
}

/* Bring the index up to the end of the table, which parsing fills without it. */
static int index_strs(struct btf *b)
{
	/* Names are seldom shorter: less than there will be, which saves most of the growing. */
	enum { USUAL_SIZE = 24 };

	if (reserve_slots(&b->index, (b->strs.n - b->n_str_indexed) / USUAL_SIZE))
		return -ENOMEM;
	while (b->n_str_indexed < b->strs.n) {
		struct batch batch = { .n = 0 };
		u32 at = b->n_str_indexed;

		if (reserve_slots(&b->index, BATCH))
			return -ENOMEM;
		while (batch.n < BATCH && at < b->strs.n) {
			batch_add(b, &batch, b->strs.v + at);
			at += (u32)batch.v[batch.n - 1].len + 1;
		}
		for (u32 i = 0; i < batch.n; i++) {
			struct btf_str_slot *slot =
				find_slot(b, batch.v[i].s, batch.v[i].len, batch.v[i].hash);

			if (slot->at1) {
				b->index.has_twins = true;
				continue;
			}
			slot->hash = batch.v[i].hash;
			slot->at1 = (u32)(batch.v[i].s - b->strs.v) + 1;
			b->index.n++;
		}
		b->n_str_indexed = at;
	}
	return 0;
}

/* Append s, which may lie in the table itself (the tail of another string). */
static int append_str(struct btf *b, const char *s, size_t size)
{
	size_t at = (uintptr_t)s - (uintptr_t)b->strs.v;
	bool inside = at < b->strs.n;

	if (size > UINT32_MAX - b->first_str - b->strs.n)
		return -E2BIG;
	if (btf_own(b) || vec_reserve(&b->strs, (u32)size))
		return -ENOMEM;
	memcpy(b->strs.v + b->strs.n, inside ? b->strs.v + at : s, size);
	b->strs.n += (u32)size;
	b->n_str_indexed = b->strs.n;
	return 0;
}

static int intern(struct btf *b, const char *s, size_t len, u32 hash, u32 *off)
{
	struct btf_str_slot *slot = find_slot(b, s, len, hash);

	if (!slot->at1) {
		int err = append_str(b, s, len + 1);

		if (err)
			return err;
		*slot = (struct btf_str_slot){ hash, b->strs.n - (u32)len };
		b->index.n++;
	}
	*off = b->first_str + slot->at1 - 1;
	return 0;
}

int btf_add_str(struct btf *b, const char *s, u32 *off)
{
	size_t len = s ? strlen(s) : 0;
	int err;

	if (!len) {
		*off = 0;
		return 0;
	}
	err = index_strs(b);
	if (!err)
		err = reserve_slots(&b->index, 1);
	return err ? err : intern(b, s, len, hash_name(s, len), off);
}

u32 btf_find_str(struct btf *b, const char *s)
{
	size_t len = strlen(s);
	struct btf_str_slot *slot;

	if (!len || index_strs(b) || !b->index.slots)
		return 0;
	slot = find_slot(b, s, len, hash_name(s, len));
	return slot->at1 ? b->first_str + slot->at1 - 1 : 0;
}

/* --- many strings at once ------------------------------------------------------------------ */

int str_map_init(struct str_map *m, struct btf *to, const struct btf *from, u32 n_others)
{
	/* Two words of each record hold no string. */
	u64 n_refs = (u64)from->words.n - 2 * (u64)from->recs.n + n_others;

	*m = (struct str_map){ .to = to, .from = from };
	m->map = calloc((size_t)from->strs.n + 1, sizeof(u32));
	m->used = malloc((min_u64(from->strs.n, n_refs) + 1) * sizeof(u32));
	return m->map && m->used ? 0 : -ENOMEM;
}

void str_map_free(struct str_map *m)
{
	free(m->map);
	free(m->used);
}

static int resolve_batch(struct str_map *m, u32 first)
{
	u32 n = (u32)min_u64(BATCH, m->n_used - first);
	struct batch batch = { .n = 0 };
	int err = reserve_slots(&m->to->index, BATCH);

	for (u32 i = 0; i < n && !err; i++)
		batch_add(m->to, &batch, m->from->strs.v + m->used[first + i]);
	for (u32 i = 0; i < n && !err; i++) {
		/* Within one graph the table may have moved. */
		const char *s = m->from->strs.v + m->used[first + i];

		err = intern(m->to, s, batch.v[i].len, batch.v[i].hash,
			     &m->map[m->used[first + i]]);
	}
	return err;
}

int str_map_resolve(struct str_map *m)
{
	int err = index_strs(m->to);

	for (u32 i = 0; i < m->n_used && !err; i += BATCH)
		err = resolve_batch(m, i);
	return err;
}

int btf_strs_are_distinct(struct btf *b, bool *distinct)
{
	int err = index_strs(b);

	if (!err)
		*distinct = !b->index.has_twins;
	return err;
}
