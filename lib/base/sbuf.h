/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A byte and text buffer that grows. Running out of memory sticks: later calls do nothing and
 * sbuf_err() tells, so a printer of a hundred lines checks once, at its end.
 */
#ifndef BASE_SBUF_H
#define BASE_SBUF_H

#include "lib/base/types.h"

#include <stdarg.h>

/* All zero is an empty buffer. */
struct sbuf {
	char *data;		/* size bytes and a NUL behind them, owned; NULL while empty */
	size_t size;
	size_t cap;
	bool failed;
};

void sbuf_put(struct sbuf *b, const void *data, size_t size);
/* size zeroed bytes at the end, to be filled in before anything else is added; NULL on failure. */
char *sbuf_room(struct sbuf *b, size_t size);
/* Ask for the room for size more bytes at once; a failure sticks, as with sbuf_put(). */
void sbuf_reserve(struct sbuf *b, size_t size);
void sbuf_putc(struct sbuf *b, char c);
void sbuf_puts(struct sbuf *b, const char *s);
void sbuf_printf(struct sbuf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void sbuf_vprintf(struct sbuf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
/* n more bytes, which the caller fills (and trims what it doesn't); NULL after a failure. */
char *sbuf_extend(struct sbuf *b, size_t n);
/* n zero bytes; zeros up to a multiple of align (a power of two). */
void sbuf_zero(struct sbuf *b, size_t n);
void sbuf_align(struct sbuf *b, size_t align);

/* The text so far, never NULL. */
const char *sbuf_str(const struct sbuf *b);
/* 0 or -ENOMEM. */
int sbuf_err(const struct sbuf *b);
/* Cut back to size bytes (at most the present size). */
void sbuf_trim(struct sbuf *b, size_t size);
/* Hand the bytes to the caller, who calls free(); NULL after a failure. It is empty then. */
char *sbuf_steal(struct sbuf *b, size_t *size);
void sbuf_free(struct sbuf *b);

#endif
