/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Sorting what compilers and linkers nearly always write in order already. */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stdlib.h>

#include "lib/base/types.h"

/* qsort(3), unless one look finds v in order. v may be NULL when n is 0. */
static inline void sort_unless_sorted(void *v, size_t n, size_t size,
				      int (*cmp)(const void *a, const void *b))
{
	const char *at = v;

	for (size_t i = 1; i < n; i++, at += size) {
		if (cmp(at, at + size) > 0) {
			qsort(v, n, size, cmp);
			return;
		}
	}
}

#endif
