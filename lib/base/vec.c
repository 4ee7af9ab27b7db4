/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/base/vec.h"

#include <stdlib.h>

int vec_grow_raw(void **v, u32 n, u32 *cap, u32 extra, size_t elem_size)
{
	u64 need = (u64)n + extra, want;
	void *grown;
	size_t bytes;

	if (need <= *cap)
		return 0;
	want = max_u64(need, max_u64(8, (u64)*cap + *cap / 2));
	if (want > UINT32_MAX || __builtin_mul_overflow((size_t)want, elem_size, &bytes))
		return -ENOMEM;
	grown = realloc(*v, bytes);
	if (!grown)
		return -ENOMEM;
	*v = grown;
	*cap = (u32)want;
	return 0;
}

void vec_release_raw(void **v)
{
	free(*v);
	*v = NULL;
}
