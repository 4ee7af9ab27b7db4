/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/base/sbuf.h"

#include <stdio.h>
#include <stdlib.h>

/* Room for extra bytes and the NUL behind them. */
static bool reserve(struct sbuf *b, size_t extra)
{
	size_t need, cap;
	char *grown;

	if (b->failed)
		return false;
	if (__builtin_add_overflow(b->size, extra, &need) || need == SIZE_MAX)
		goto fail;
	need++;
	if (need <= b->cap)
		return true;
	cap = b->cap + b->cap / 2;
	if (cap < need)
		cap = need < 64 ? 64 : need;
	grown = realloc(b->data, cap);
	if (!grown)
		goto fail;
	b->data = grown;
	b->cap = cap;
	return true;
fail:
	b->failed = true;
	return false;
}

void sbuf_put(struct sbuf *b, const void *data, size_t size)
{
	if (!reserve(b, size))
		return;
	if (size)
		memcpy(b->data + b->size, data, size);
	b->size += size;
	b->data[b->size] = 0;
}

char *sbuf_extend(struct sbuf *b, size_t n)
{
	char *room;

	if (!reserve(b, n))
		return NULL;
	room = b->data + b->size;
	b->size += n;
	b->data[b->size] = 0;
	return room;
}

void sbuf_putc(struct sbuf *b, char c)
{
	sbuf_put(b, &c, 1);
}

void sbuf_puts(struct sbuf *b, const char *s)
{
	sbuf_put(b, s, strlen(s));
}

void sbuf_vprintf(struct sbuf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		b->failed = true;
	if (n < 0 || !reserve(b, (size_t)n))
		return;
	vsnprintf(b->data + b->size, (size_t)n + 1, fmt, ap);
	b->size += (size_t)n;
}

void sbuf_printf(struct sbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sbuf_vprintf(b, fmt, ap);
	va_end(ap);
}

void sbuf_zero(struct sbuf *b, size_t n)
{
	if (!reserve(b, n))
		return;
	memset(b->data + b->size, 0, n + 1);
	b->size += n;
}

char *sbuf_room(struct sbuf *b, size_t size)
{
	sbuf_zero(b, size);
	return b->failed ? NULL : b->data + b->size - size;
}

void sbuf_reserve(struct sbuf *b, size_t size)
{
	reserve(b, size);
}

void sbuf_align(struct sbuf *b, size_t align)
{
	sbuf_zero(b, align_up(b->size, align) - b->size);
}

const char *sbuf_str(const struct sbuf *b)
{
	return b->data ? b->data : "";
}

int sbuf_err(const struct sbuf *b)
{
	return b->failed ? -ENOMEM : 0;
}

void sbuf_trim(struct sbuf *b, size_t size)
{
	if (size >= b->size)
		return;
	b->size = size;
	b->data[size] = 0;
}

char *sbuf_steal(struct sbuf *b, size_t *size)
{
	char *data = NULL;

	if (reserve(b, 0)) {
		data = b->data;
		data[b->size] = 0;
		if (size)
			*size = b->size;
		b->data = NULL;
	}
	sbuf_free(b);
	return data;
}

void sbuf_free(struct sbuf *b)
{
	free(b->data);
	*b = (struct sbuf){ 0 };
}
