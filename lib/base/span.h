/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A span is a range of bytes that somebody else owns. All input bytes are reached through one:
 * taking more than there is fails and leaves the span as it was, so a reader that checks the
 * return value can't run past its input.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include "lib/base/types.h"

struct span {
	const u8 *data;		/* may be NULL when size is 0 */
	size_t size;		/* bytes */
};

#define SPAN_NONE ((struct span){ NULL, 0 })

static inline struct span span_of(const void *data, size_t size)
{
	return (struct span){ data, size };
}

static inline struct span span_str(const char *s)
{
	return (struct span){ (const u8 *)s, strlen(s) };
}

/* Take n bytes off the front; -EINVAL when fewer are left. */
static inline MUST_CHECK int span_take(struct span *s, u64 n, struct span *out)
{
	if (n > s->size)
		return -EINVAL;
	*out = span_of(s->data, n);
	if (n)
		s->data += n;
	s->size -= n;
	return 0;
}

/* The n bytes at off; -EINVAL when they don't lie within s. */
static inline MUST_CHECK int span_sub(struct span s, u64 off, u64 n, struct span *out)
{
	if (off > s.size || n > s.size - off)
		return -EINVAL;
	*out = span_of(off ? s.data + off : s.data, n);
	return 0;
}

static inline MUST_CHECK int span_take_u8(struct span *s, u8 *v)
{
	struct span b;

	if (span_take(s, sizeof(*v), &b))
		return -EINVAL;
	*v = b.data[0];
	return 0;
}

static inline MUST_CHECK int span_take_u16(struct span *s, bool swap, u16 *v)
{
	struct span b;

	if (span_take(s, sizeof(*v), &b))
		return -EINVAL;
	*v = get_u16(b.data, swap);
	return 0;
}

static inline MUST_CHECK int span_take_u32(struct span *s, bool swap, u32 *v)
{
	struct span b;

	if (span_take(s, sizeof(*v), &b))
		return -EINVAL;
	*v = get_u32(b.data, swap);
	return 0;
}

static inline MUST_CHECK int span_take_u64(struct span *s, bool swap, u64 *v)
{
	struct span b;

	if (span_take(s, sizeof(*v), &b))
		return -EINVAL;
	*v = get_u64(b.data, swap);
	return 0;
}

/* The NUL-terminated string at off within a string table; NULL when off or its end lies outside. */
static inline const char *span_cstr(struct span s, u64 off)
{
	if (off >= s.size || !memchr(s.data + off, 0, s.size - off))
		return NULL;
	return (const char *)s.data + off;
}

/* A string table up to its last NUL: each offset in it begins a terminated string. */
static inline struct span span_strs(struct span s)
{
	while (s.size && s.data[s.size - 1])
		s.size--;
	return s;
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.size == b.size && (!a.size || !memcmp(a.data, b.data, a.size));
}

#endif
