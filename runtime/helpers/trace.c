/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * trace_printk: the kernel's small dialect of printf (bpf_bprintf_prepare in kernel/bpf/helpers.c).
 *
 *	%[0 +-][width] then d i u x X, ld ..., lld ..., c, s,
 *	p px pK ps pS pB (numbers), pks pus (strings), pI4 pi4 pI6 pi6 (addresses in memory)
 *
 * The program gets the length that the text would have without the limit of 1023 bytes, or
 * -EINVAL for a format outside the dialect. A pointer that can't be read prints as nothing.
 */
#include "runtime/helpers/helpers_int.h"

#include <ctype.h>
#include <stdio.h>

enum {
	TEXT_SIZE = 1024,		/* NUL included */
	ARGS_SIZE = 512,		/* where the kernel keeps the arguments meanwhile */
	MAX_WIDTH = (1 << 23) - 1,
	MAX_ARGS = 3,
};

struct print {
	struct rt_run *run;
	const char *at;			/* the rest of the format, NUL terminated */
	const u64 *args;
	u32 n_args;			/* used so far */
	u32 args_used;			/* of ARGS_SIZE */
	char text[TEXT_SIZE];
	u64 len;			/* may exceed the text */
};

/* One conversion: flags and width. */
struct spec {
	bool zero, plus, space, left;
	s32 width;
};

static void put(struct print *p, const char *s, size_t size)
{
	if (p->len < TEXT_SIZE - 1)
		memcpy(p->text + p->len, s, min_u64(size, TEXT_SIZE - 1 - p->len));
	p->len += size;
}

static void pad(struct print *p, char c, s64 n)
{
	for (; n > 0 && p->len < TEXT_SIZE; n--)
		put(p, &c, 1);
	if (n > 0)
		p->len += (u64)n;
}

/* n_sign characters stay in front of zeros. */
static void put_padded(struct print *p, const struct spec *s, const char *text, size_t size,
		       size_t n_sign)
{
	s64 room = s->width - (s64)size;

	if (!s->left && !s->zero)
		pad(p, ' ', room);
	put(p, text, n_sign);
	if (!s->left && s->zero)
		pad(p, '0', room);
	put(p, text + n_sign, size - n_sign);
	if (s->left)
		pad(p, ' ', room);
}

static void parse_spec(struct print *p, struct spec *s)
{
	u32 width = 0;

	*s = (struct spec){ 0 };
	for (; *p->at && strchr("0 +-", *p->at); p->at++) {
		s->zero |= *p->at == '0';
		s->space |= *p->at == ' ';
		s->plus |= *p->at == '+';
		s->left |= *p->at == '-';
	}
	for (; isdigit((unsigned char)*p->at); p->at++)
		width = width * 10 + (u32)(*p->at - '0');
	s->width = (s32)width < 0 ? 0 : (s32)min_u64(width, MAX_WIDTH);
}

/* --- conversions: at stands on their first letter; each leaves it behind its last one ------- */

/* Account for size bytes, aligned, in the kernel's argument buffer. */
static bool take_room(struct print *p, u32 size)
{
	u32 off = (u32)align_up(p->args_used, size);

	if (off + size > ARGS_SIZE)
		return false;
	p->args_used = off + size;
	return true;
}

static void put_signed(struct print *p, const struct spec *s, s64 v)
{
	char text[24];
	const char *fmt = s->plus ? "%+lld" : s->space ? "% lld" : "%lld";
	int n = snprintf(text, sizeof(text), fmt, (long long)v);

	put_padded(p, s, text, (size_t)n, isdigit((unsigned char)text[0]) ? 0 : 1);
}

static int convert_number(struct print *p, const struct spec *s)
{
	u32 size = sizeof(u32);
	u64 v = p->args[p->n_args];
	char text[24];
	int n;

	if (*p->at == 'l') {
		size = sizeof(u64);
		p->at++;
		p->at += *p->at == 'l';
	}
	if (!*p->at || !strchr("diuxX", *p->at))
		return -EINVAL;
	if (!take_room(p, size))
		return -ENOSPC;
	if (*p->at == 'd' || *p->at == 'i') {
		put_signed(p, s, size == sizeof(u32) ? (s32)v : (s64)v);
	} else {
		v = size == sizeof(u32) ? (u32)v : v;
		n = snprintf(text, sizeof(text),
			     *p->at == 'u' ? "%llu" : *p->at == 'x' ? "%llx" : "%llX",
			     (unsigned long long)v);
		put_padded(p, s, text, (size_t)n, 0);
	}
	p->at++;
	return 0;
}

/* The string at a program address, cut to the room that is left; "" when it can't be read. */
static int convert_string(struct print *p, const struct spec *s)
{
	struct spec spaces = *s;
	u32 room = ARGS_SIZE - p->args_used, n;
	const void *host;
	char text[ARGS_SIZE];

	if (*p->at && !isspace((unsigned char)*p->at) && !ispunct((unsigned char)*p->at))
		return -EINVAL;
	if (!room)
		return -ENOSPC;
	for (n = 0; n < room - 1; n++) {
		if (!p->run->ops->probe(p->run, p->args[p->n_args] + n, 1, &host)) {
			n = 0;
			break;
		}
		text[n] = *(const char *)host;
		if (!text[n])
			break;
	}
	p->args_used += n + 1;
	spaces.zero = false;
	put_padded(p, &spaces, text, n, 0);
	return 0;
}

/* IPv4 and IPv6 addresses in memory; "I" with separators, "i" padded without. */
static int convert_ip(struct print *p)
{
	bool v4 = p->at[1] == '4', plain = p->at[0] == 'i';
	u32 size = v4 ? 4 : 16;
	const void *host;
	u8 ip[16] = { 0 };
	char text[48];
	int n = 0;

	if (!v4 && p->at[1] != '6')
		return -EINVAL;
	if (p->run->ops->probe(p->run, p->args[p->n_args], size, &host))
		memcpy(ip, host, size);
	for (u32 i = 0; v4 && i < size; i++)
		n += sprintf(text + n, plain ? "%03u%s" : "%u%s", ip[i], i < size - 1 ? "." : "");
	for (u32 i = 0; !v4 && i < size; i += 2)
		n += sprintf(text + n, "%02x%02x%s", ip[i], ip[i + 1],
			     plain || i == size - 2 ? "" : ":");
	if (p->args_used + (u32)n + 1 > ARGS_SIZE)
		return -ENOSPC;
	p->args_used += (u32)n + 1;
	put(p, text, (size_t)n);
	p->at += 2;
	/* What else the kernel's printk knows behind it is skipped. */
	while (isalnum((unsigned char)*p->at))
		p->at++;
	return 0;
}

/* A pointer as a number: 16 digits, or 0x... where the kernel would look for a symbol. */
static int put_pointer(struct print *p, const struct spec *s, bool symbol)
{
	struct spec wide = *s;
	char text[24];
	int n;

	if (!take_room(p, sizeof(u64)))
		return -ENOSPC;
	if (!symbol && !s->width) {
		wide.width = 16;
		wide.zero = true;
	}
	n = snprintf(text, sizeof(text), symbol ? "0x%llx" : "%llx",
		     (unsigned long long)p->args[p->n_args]);
	put_padded(p, &wide, text, (size_t)n, 0);
	while (isalnum((unsigned char)*p->at))
		p->at++;
	return 0;
}

static int convert_pointer(struct print *p, const struct spec *s)
{
	char kind = *++p->at;

	if (!kind || isspace((unsigned char)kind) || ispunct((unsigned char)kind))
		return put_pointer(p, s, false);
	if ((kind == 'k' || kind == 'u') && p->at[1] == 's') {
		p->at += 2;
		return convert_string(p, s);
	}
	if (strchr("KxsSB", kind))
		return put_pointer(p, s, kind != 'K' && kind != 'x');
	if (kind == 'i' || kind == 'I')
		return convert_ip(p);
	return -EINVAL;
}

/* at stands behind a '%' that begins a conversion. */
static int convert(struct print *p)
{
	struct spec s;
	char c;
	int err;

	if (p->n_args >= MAX_ARGS)
		return -EINVAL;
	parse_spec(p, &s);
	if (*p->at == 'p') {
		err = convert_pointer(p, &s);
	} else if (*p->at == 's') {
		p->at++;
		err = convert_string(p, &s);
	} else if (*p->at == 'c') {
		p->at++;
		c = (char)p->args[p->n_args];
		s.zero = false;
		put_padded(p, &s, &c, 1, 0);
		err = take_room(p, 1) ? 0 : -ENOSPC;
	} else {
		err = convert_number(p, &s);
	}
	p->n_args++;
	return err;
}

static int print(struct print *p)
{
	while (*p->at) {
		unsigned char c = (unsigned char)*p->at++;
		int err = 0;

		if (isascii(c) && !isprint(c) && !isspace(c))
			return -EINVAL;
		if (c == '%' && *p->at != '%') {
			err = convert(p);
		} else {
			p->at += c == '%';
			put(p, (const char *)&c, 1);
		}
		if (err)
			return err;
	}
	return 0;
}

/* trace_printk(fmt, fmt_size, ...) */
int rt_helper_trace_printk(struct rt_run *run, const u64 args[5], u64 *ret)
{
	struct print p = { .run = run, .args = args + 2 };
	void *fmt;
	int err = run->ops->mem(run, args[0], args[1], RT_READ, &fmt);

	if (err)
		return err;
	p.at = fmt;
	err = memchr(fmt, 0, args[1]) ? print(&p) : -EINVAL;
	*ret = err ? rt_errno(err) : p.len;
	if (err)
		return 0;
	p.text[min_u64(p.len, TEXT_SIZE - 1)] = 0;
	run->env->trace(run->env->user, p.text);
	return 0;
}
