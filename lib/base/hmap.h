/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A hash index: from a 64-bit hash to numbers of things that live elsewhere (indices into an
 * array). The map doesn't know the keys; a lookup walks the numbers whose hash seems equal and the
 * caller compares:
 *
 *	for (u32 i = hmap_first(&m, hash, &it); i != HMAP_NONE; i = hmap_next(&m, &it))
 *		if (!strcmp(syms[i].name, name))
 *			return i;
 *	return hmap_add(&m, hash, n);
 *
 * Open addressing, linear probing, no removal of single entries.
 */
#ifndef BASE_HMAP_H
#define BASE_HMAP_H

#include "lib/base/types.h"

#define HMAP_NONE UINT32_MAX

struct hmap_slot {
	u32 hash;		/* the halves of it, folded: it tells where the slot belongs, too */
	u32 val;		/* HMAP_NONE: free */
};

/* All zero is an empty map. */
struct hmap {
	struct hmap_slot *slots;
	u32 mask;		/* number of slots - 1 */
	u32 n;
};

struct hmap_iter {
	u32 hash;
	u32 at;
};

u32 hmap_first(const struct hmap *m, u64 hash, struct hmap_iter *it);
u32 hmap_next(const struct hmap *m, struct hmap_iter *it);
/* val must not be HMAP_NONE; 0 or -ENOMEM. Equal hashes are met in order of adding. */
int hmap_add(struct hmap *m, u64 hash, u32 val);
/* Make room for n entries in all, so that adding them moves none. 0 or -ENOMEM. */
int hmap_reserve(struct hmap *m, u32 n);
void hmap_free(struct hmap *m);

u64 hash_bytes(const void *data, size_t size);
/* Who doesn't know the seed can't choose bytes that collide. */
u64 hash_seeded(u64 seed, const void *data, size_t size);
u64 hash_str(const char *s);
/* Mix one more value into a hash. */
u64 hash_mix(u64 h, u64 v);

#endif
