/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * How types look, and what lies around them, as hashes: equal types have equal ones. In a header,
 * since dedup.c and fold.c spend much of their time here.
 */
#ifndef BTF_LOOK_H
#define BTF_LOOK_H

#include "btf/btf_int.h"

/* A type id as it looks: void and the base's types are themselves, others can't be told apart. */
static inline u32 look_of_ref(const struct btf *b, u32 id)
{
	return id < b->first_id ? id : UINT32_MAX;
}

static inline u64 hash_step(u64 h, u64 v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 32;
}

/* Words and elements as they look, type ids left out. */
static inline u64 hash_tail(const struct btf *b, const struct btf_type *t, u64 h)
{
	const struct kind_info *k = &btf_kinds[btf_kind(t)];
	u32 n = k->vlen == VLEN_COUNT ? btf_vlen(t) : 0, ref = k->type_run - HEAD_WORDS;
	const u32 *w = (const u32 *)(t + 1);

	for (u32 i = 0; i < k->n_fixed; i++)
		h = hash_step(h, i < k->fixed_types ? look_of_ref(b, w[i]) : w[i]);
	for (; n; n--, w += k->n_element) {
		u64 element = 0;

		for (u32 i = 0; i < k->n_element; i++)
			element = element * 0xd6e8feb86659fd93ull +
				  (i == ref ? look_of_ref(b, w[i]) : w[i]);
		h = hash_step(h, element);
	}
	return h;
}

/* A record as it looks, without tags on it. */
static inline u64 hash_record(const struct btf *b, const struct btf_type *t, u64 seed)
{
	u32 third = btf_kinds[btf_kind(t)].head_type ? look_of_ref(b, t->type) : t->size;

	return hash_tail(b, t, hash_step(seed ^ t->info, (u64)t->name_off << 32 | third));
}

/* Each of n nodes takes in what its references, edges[edge_start[i] .. edge_start[i + 1]), were. */
static inline void spread_hashes(u32 n, const u32 *edge_start, const u32 *edges, const u64 *from,
				 u64 *to)
{
	for (u32 i = 0; i < n; i++) {
		u64 sum = 0, factor = 0x9e3779b97f4a7c15ull;

		for (u32 at = edge_start[i]; at < edge_start[i + 1]; at++) {
			sum += from[edges[at]] * factor;
			factor += 0x632be59bd9b4e018ull;
		}
		to[i] = hash_step(from[i], sum);
	}
}

#endif
