/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A growing array. Elements move when it grows: keep indices, not pointers, across a push.
 *
 *	VEC(struct obj_sym) syms = { 0 };
 *	struct obj_sym *sym = vec_push(&syms);		(zeroed; NULL without memory)
 *	vec_free(&syms);
 *
 * Lengths are u32: no array of this project has 2^32 elements, and growth past that is refused.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "lib/base/types.h"

#define VEC(type) struct { type *v; u32 n; u32 cap; }

/* Make room for extra more elements; 0 or -ENOMEM. v points to the member v of a VEC. */
int vec_grow_raw(void *v, u32 n, u32 *cap, u32 extra, size_t elem_size);

/* Most calls find room: that is seen without a call. */
#define vec_reserve(vec, extra)							\
	((u64)(vec)->n + (extra) <= (vec)->cap ? 0 :				\
	 vec_grow_raw(&(vec)->v, (vec)->n, &(vec)->cap, (extra), sizeof(*(vec)->v)))

/* A pointer to a new zeroed element at the end, or NULL. */
#define vec_push(vec)								\
	(vec_reserve((vec), 1) ? NULL :						\
	 (__typeof__((vec)->v))memset(&(vec)->v[(vec)->n++], 0, sizeof(*(vec)->v)))

/* Append n elements from src (which must not lie in the vec); 0 or -ENOMEM. */
#define vec_append(vec, src, len)						\
	(vec_reserve((vec), (len)) ? -ENOMEM :					\
	 ((len) ? (void)memcpy(&(vec)->v[(vec)->n], (src), (size_t)(len) * sizeof(*(vec)->v)) : \
	  (void)0, (vec)->n += (len), 0))

#define vec_free(vec)								\
	do {									\
		vec_release_raw(&(vec)->v);					\
		(vec)->n = (vec)->cap = 0;					\
	} while (0)

void vec_release_raw(void *v);

#endif
