/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/base/hmap.h"

#include <stdlib.h>

static u32 fold(u64 hash)
{
	return (u32)(hash ^ hash >> 32);
}

u32 hmap_next(const struct hmap *m, struct hmap_iter *it)
{
	const struct hmap_slot *s;

	if (!m->slots)
		return HMAP_NONE;
	for (;;) {
		s = &m->slots[it->at & m->mask];
		it->at++;
		if (s->val == HMAP_NONE || s->hash == it->hash)
			return s->val;
	}
}

u32 hmap_first(const struct hmap *m, u64 hash, struct hmap_iter *it)
{
	it->hash = it->at = fold(hash);
	return hmap_next(m, it);
}

static void insert(struct hmap *m, u32 hash, u32 val)
{
	u32 at = hash;

	while (m->slots[at & m->mask].val != HMAP_NONE)
		at++;
	m->slots[at & m->mask] = (struct hmap_slot){ .hash = hash, .val = val };
}

/*
 * Entries of one hash keep their order: the walk starts behind a free slot, so that a run that
 * wraps around the end is moved from its beginning.
 */
static void rehash(struct hmap *m, const struct hmap *old)
{
	u32 start = 0;

	if (!old->slots)
		return;
	while (old->slots[start].val != HMAP_NONE)
		start++;
	for (u32 i = 1; i <= old->mask + 1; i++) {
		const struct hmap_slot *s = &old->slots[(start + i) & old->mask];

		if (s->val != HMAP_NONE)
			insert(m, s->hash, s->val);
	}
}

/* A power of two of slots, more than there are. */
static int grow(struct hmap *m, u64 n_slots)
{
	struct hmap old = *m;

	if (n_slots > UINT32_MAX)
		return -ENOMEM;
	m->slots = malloc(n_slots * sizeof(*m->slots));
	if (!m->slots) {
		*m = old;
		return -ENOMEM;
	}
	for (u64 i = 0; i < n_slots; i++)
		m->slots[i].val = HMAP_NONE;
	m->mask = (u32)(n_slots - 1);
	rehash(m, &old);
	free(old.slots);
	return 0;
}

int hmap_reserve(struct hmap *m, u32 n)
{
	u64 n_slots = 16;

	while ((u64)n * 4 > n_slots * 3)
		n_slots *= 2;
	return m->slots && n_slots <= (u64)m->mask + 1 ? 0 : grow(m, n_slots);
}

int hmap_add(struct hmap *m, u64 hash, u32 val)
{
	/* At most three quarters full, so probing always meets a free slot. */
	if (!m->slots || (u64)(m->n + 1) * 4 > ((u64)m->mask + 1) * 3) {
		int err = grow(m, m->slots ? ((u64)m->mask + 1) * 2 : 16);

		if (err)
			return err;
	}
	insert(m, fold(hash), val);
	m->n++;
	return 0;
}

void hmap_free(struct hmap *m)
{
	free(m->slots);
	*m = (struct hmap){ 0 };
}

/* Both halves of a product: each bit of it depends on all bits of both factors. */
static u64 fold_product(u64 a, u64 b)
{
#ifdef __SIZEOF_INT128__
	unsigned __int128 product = (unsigned __int128)a * b;

	return (u64)product ^ (u64)(product >> 64);
#else
	u64 low = (a & UINT32_MAX) * (b & UINT32_MAX), high = (a >> 32) * (b >> 32);
	u64 mid = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
	u64 other = (a & UINT32_MAX) * (b >> 32) + (mid & UINT32_MAX);

	return ((other << 32) | (low & UINT32_MAX)) ^ (high + (mid >> 32) + (other >> 32));
#endif
}

/*
 * Whoever chooses v may choose a factor that wipes the other one out: with 0 the product is 0, with
 * -1 its halves fold to -1, whatever h is. So h goes in once more, turned, since with the factor 1
 * it would meet itself.
 */
u64 hash_mix(u64 h, u64 v)
{
	u64 a = h ^ 0x9e3779b97f4a7c15ull, b = v ^ 0xd6e8feb86659fd93ull;

	return fold_product(a, b) + (a << 23 | a >> 41);
}

enum { LANES = 4 };

/* Of many bytes: a multiplication waits for the one before it, so four go side by side. */
static u64 hash_long(u64 h, const u8 **p, size_t *size)
{
	u64 lanes[LANES] = { h, h + 1, h + 2, h + 3 };

	for (; *size >= LANES * 8; *p += LANES * 8, *size -= LANES * 8)
		for (u32 i = 0; i < LANES; i++)
			lanes[i] = hash_mix(lanes[i], get_u64(*p + i * 8, false));
	for (u32 i = 0; i < LANES; i++)
		h = hash_mix(h, lanes[i]);
	return h;
}

/* Fewer than 8 bytes as a number; which of them overlap depends on their count only. */
static u64 load_short(const u8 *p, size_t size)
{
	if (size >= 4)
		return get_u32(p, false) | (u64)get_u32(p + size - 4, false) << 32;
	return size ? p[0] | (u64)p[size / 2] << 8 | (u64)p[size - 1] << 16 : 0;
}

u64 hash_seeded(u64 seed, const void *data, size_t size)
{
	const u8 *p = data;
	u64 h = seed ^ size * 0x9e3779b97f4a7c15ull;

	if (size >= LANES * 32)
		h = hash_long(h, &p, &size);
	for (; size >= 8; p += 8, size -= 8)
		h = hash_mix(h, get_u64(p, false));
	return hash_mix(h, load_short(p, size));
}

u64 hash_bytes(const void *data, size_t size)
{
	return hash_seeded(0, data, size);
}

u64 hash_str(const char *s)
{
	return hash_bytes(s, strlen(s));
}
