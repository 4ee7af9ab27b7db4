/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * An arena owns many allocations that die together. Each public object has one; its parts are
 * never freed alone. Arrays that grow don't live in an arena (see vec.h): they would leave their
 * outgrown copies behind.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "lib/base/types.h"

struct arena_block;

/* All zero is an empty arena. */
struct arena {
	struct arena_block *head;	/* the block that is being filled, then the full ones */
	size_t used;			/* bytes of head in use */
	size_t total;			/* bytes asked from the system, for statistics */
};

/* size bytes, zeroed, aligned for any type; NULL without memory. */
void *arena_alloc(struct arena *a, size_t size);

/* n elements of size bytes, zeroed; NULL without memory or when n * size overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);

/* Copies into the arena; NULL without memory. arena_memdup of 0 bytes returns a valid pointer. */
void *arena_memdup(struct arena *a, const void *data, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Free everything; the arena is empty and usable again. */
void arena_free(struct arena *a);

#endif
