/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/base/vec.h"

#include <stdlib.h>

/* The pointer is copied as bytes: its type is that of the caller's elements, not void *. */
static void *load(const void *v)
{
	void *p;

	memcpy(&p, v, sizeof(p));
	return p;
}

int vec_grow_raw(void *v, u32 n, u32 *cap, u32 extra, size_t elem_size)
{
	u64 need = (u64)n + extra, want;
	void *grown;
	size_t bytes;

	if (need <= *cap)
		return 0;
	want = min_u64(UINT32_MAX, max_u64(8, (u64)*cap + *cap / 2));
	want = max_u64(need, want);
	if (want > UINT32_MAX || __builtin_mul_overflow((size_t)want, elem_size, &bytes))
		return -ENOMEM;
	grown = realloc(load(v), bytes);
	if (!grown)
		return -ENOMEM;
	memcpy(v, &grown, sizeof(grown));
	*cap = (u32)want;
	return 0;
}

void vec_release_raw(void *v)
{
	void *none = NULL;

	free(load(v));
	memcpy(v, &none, sizeof(none));
}
