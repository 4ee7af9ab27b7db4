/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_MIN = 2048, BLOCK_MAX = 1 << 20 };

/* Under a sanitizer each allocation is a block of exactly its size: accesses past it are seen. */
#if defined(__SANITIZE_ADDRESS__)
enum { ONE_BLOCK_EACH = 1 };
#elif defined(__has_feature)
enum { ONE_BLOCK_EACH = __has_feature(address_sanitizer) };
#else
enum { ONE_BLOCK_EACH = 0 };
#endif

struct arena_block {
	struct arena_block *next;
	size_t size;			/* bytes in data */
	max_align_t data[];
};

/* Blocks double up to BLOCK_MAX, so n small allocations take O(log n) system requests. One that
 * would take most of a block gets a block of its size. */
static struct arena_block *block_new(struct arena *a, size_t need)
{
	size_t size = a->head ? min_u64(a->head->size * 2, BLOCK_MAX) : BLOCK_MIN;
	struct arena_block *b;

	if (size / 2 < need || ONE_BLOCK_EACH)
		size = need;
	if (size > SIZE_MAX - sizeof(*b))
		return NULL;
	b = calloc(1, sizeof(*b) + size);
	if (!b)
		return NULL;
	b->size = size;
	a->total += size;
	return b;
}

/* align is a power of two, at most that of max_align_t. */
static void *take(struct arena *a, size_t size, size_t align)
{
	struct arena_block *b = a->head;
	void *p;

	if (size > PTRDIFF_MAX)
		return NULL;
	if (!ONE_BLOCK_EACH && !size)
		size = 1;
	if (b)
		a->used = min_u64(align_up(a->used, align), b->size);
	if (!b || size > b->size - a->used || ONE_BLOCK_EACH) {
		b = block_new(a, size);
		if (!b)
			return NULL;
		/* What has no room left doesn't take the place of a block that may have some. */
		if (a->head && b->size == size) {
			b->next = a->head->next;
			a->head->next = b;
			return b->data;
		}
		b->next = a->head;
		a->head = b;
		a->used = 0;
	}
	p = (char *)b->data + a->used;
	a->used += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return take(a, size, _Alignof(max_align_t));
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return arena_alloc(a, bytes);
}

void *arena_memdup(struct arena *a, const void *data, size_t size)
{
	void *p = arena_alloc(a, size);

	if (p && size)
		memcpy(p, data, size);
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = take(a, len + 1, 1);

	if (p)
		memcpy(p, s, len);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	size_t size = strlen(s) + 1;
	char *p = take(a, size, 1);

	return p ? memcpy(p, s, size) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	p = n < 0 ? NULL : take(a, (size_t)n + 1, 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return p;
}

void arena_free(struct arena *a)
{
	struct arena_block *next;

	for (struct arena_block *b = a->head; b; b = next) {
		next = b->next;
		free(b);
	}
	*a = (struct arena){ 0 };
}
