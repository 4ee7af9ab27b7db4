/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Bytes to graph: header, string table, records. What is done here makes every record whole and
 * of a known kind; check.c then checks what the records say.
 */
#include "btf/check.h"

#include <stdlib.h>

struct parse {
	struct diag *d;
	const char *file;
	struct span all;	/* the blob */
	struct span types, strs;
	u32 types_off;		/* of types in the blob */
	struct btf *b;
};

static struct weld_where at(const struct parse *p, u64 off)
{
	struct weld_where w = WELD_WHERE_NONE;

	w.file = p->file;
	w.section = ".BTF";
	w.offset = (s64)off;
	return w;
}

static int bad_header(const struct parse *p, u64 off, const char *what)
{
	struct weld_where w = at(p, off);

	return diag_raise(p->d, DIAG_BTF_HEADER, &w, what);
}

static int no_memory(const struct parse *p)
{
	struct weld_where w = at(p, 0);

	return diag_raise(p->d, DIAG_NO_MEMORY, &w, "reading BTF");
}

/* The magic tells the byte order. */
static int take_magic(struct parse *p, struct span *s)
{
	struct weld_where w = at(p, 0);
	u16 magic;
	u8 version, flags;

	if (span_take_u16(s, false, &magic) || span_take_u8(s, &version) ||
	    span_take_u8(s, &flags))
		return bad_header(p, 0, "the header is cut short");
	if (magic != BTF_MAGIC && magic != __builtin_bswap16(BTF_MAGIC))
		return diag_raise(p->d, DIAG_BTF_MAGIC, &w, magic);
	p->b->swapped = magic != BTF_MAGIC;
	if (version != BTF_VERSION || flags)
		return diag_raise(p->d, DIAG_BTF_VERSION, &w, version, flags);
	return 0;
}

static bool overlap(u64 off_a, u64 len_a, u64 off_b, u64 len_b)
{
	return len_a && len_b && off_a < off_b + len_b && off_b < off_a + len_a;
}

/* A longer header than ours is fine as long as what we don't know is zero. */
static int check_header_tail(const struct parse *p, u32 hdr_len)
{
	for (size_t i = sizeof(struct btf_header); i < hdr_len; i++)
		if (p->all.data[i])
			return bad_header(p, i, "it has unknown members that are not zero");
	return 0;
}

static int take_header(struct parse *p)
{
	struct span s = p->all, body;
	struct btf_header h;
	bool swap;
	int err;

	err = take_magic(p, &s);
	if (err)
		return err;
	swap = p->b->swapped;
	if (span_take_u32(&s, swap, &h.hdr_len) || span_take_u32(&s, swap, &h.type_off) ||
	    span_take_u32(&s, swap, &h.type_len) || span_take_u32(&s, swap, &h.str_off) ||
	    span_take_u32(&s, swap, &h.str_len))
		return bad_header(p, 0, "the header is cut short");
	if (h.hdr_len < sizeof(h) || span_sub(p->all, h.hdr_len, p->all.size - h.hdr_len, &body))
		return bad_header(p, 4, "its length is wrong");
	err = check_header_tail(p, h.hdr_len);
	if (err)
		return err;
	if (span_sub(body, h.type_off, h.type_len, &p->types))
		return bad_header(p, 8, "the type section runs past the end");
	if (h.type_off % 4 || h.type_len % 4)
		return bad_header(p, 8, "the type section is not in multiples of 4 bytes");
	if (span_sub(body, h.str_off, h.str_len, &p->strs))
		return bad_header(p, 16, "the string section runs past the end");
	if (overlap(h.type_off, h.type_len, h.str_off, h.str_len))
		return bad_header(p, 8, "type and string section overlap");
	p->types_off = h.hdr_len + h.type_off;
	return 0;
}

static int take_strs(struct parse *p)
{
	struct span s = p->strs;

	if (!p->b->base && (!s.size || s.data[0]))
		return bad_header(p, 16, "the string section does not start with an empty string");
	if (s.size && s.data[s.size - 1])
		return bad_header(p, 16, "the string section does not end in a zero byte");
	if (s.size > UINT32_MAX - p->b->first_str)
		return bad_header(p, 16, "the string section is too large");
	p->b->interned = false;
	if (btf_is_held(p->b)) {
		p->b->strs.v = (char *)s.data;
		p->b->strs.n = (u32)s.size;
		return 0;
	}
	p->b->strs.n = 0;
	return vec_append(&p->b->strs, s.data, (u32)s.size) ? no_memory(p) : 0;
}

static int take_words(struct parse *p)
{
	struct btf *b = p->b;
	u32 n = (u32)(p->types.size / sizeof(u32));

	if (btf_is_held(b)) {
		b->words.v = (u32 *)p->types.data;
		b->words.n = n;
		return 0;
	}
	if (vec_reserve(&b->words, n))
		return no_memory(p);
	if (n)
		memcpy(b->words.v, p->types.data, p->types.size);
	b->words.n = n;
	for (u32 i = 0; b->swapped && i < n; i++)
		b->words.v[i] = __builtin_bswap32(b->words.v[i]);
	return 0;
}

/* The record at word i is cut off, or of no kind that is known. */
static int bad_record(const struct parse *p, u32 i)
{
	struct weld_where w = at(p, p->types_off + (u64)i * sizeof(u32));
	const struct btf_type *t = (const struct btf_type *)&p->b->words.v[i];
	u32 id = btf_n_types(p->b) + 1;

	if (p->b->words.n - i >= HEAD_WORDS && (!btf_kind(t) || btf_kind(t) >= NR_BTF_KINDS))
		return diag_raise(p->d, DIAG_BTF_KIND, &w, id, btf_kind(t));
	return diag_raise(p->d, DIAG_BTF_CUT, &w, id);
}

static int check(struct parse *p)
{
	struct check c = {
		.d = p->d, .file = p->file, .b = p->b, .types_off = p->types_off,
		.strs_end = p->b->first_str + p->b->strs.n,
		.long_strs = btf_has_long_strs(p->b),
	};
	u32 bad;
	int err;

	c.plain_strs_end = c.long_strs ? 0 : c.strs_end;
	err = check_index(&c, &bad);
	if (err)
		err = err == -ENOMEM ? no_memory(p) : bad_record(p, bad);
	/* From here on records are whole and their kinds known. */
	if (!err)
		err = check_all(&c);
	free(c.kinds);
	free(c.notes);
	vec_free(&c.later);
	return err;
}

/* Can the bytes stay where they are? Then the graph lets go of them when it must. */
static void hold(struct parse *p, struct file_bytes *bytes)
{
	struct btf *b = p->b;

	if (b->swapped || (uintptr_t)p->types.data % sizeof(u32))
		return;
	vec_free(&b->strs);
	b->held = *bytes;
	*bytes = (struct file_bytes){ .span = SPAN_NONE };
}

static int parse(struct parse *p, struct file_bytes *bytes, const struct btf *base,
		 struct btf **out)
{
	int err;

	if (btf_new_split(base, &p->b))
		return no_memory(p);
	err = take_header(p);
	if (!err && bytes)
		hold(p, bytes);
	if (!err)
		err = take_strs(p);
	if (!err)
		err = take_words(p);
	if (!err)
		err = check(p);
	if (err) {
		btf_free(p->b);
		return err;
	}
	*out = p->b;
	return 0;
}

int btf_parse_held(struct diag *d, struct file_bytes *bytes, const char *file,
		   const struct btf *base, struct btf **out)
{
	struct parse p = { .d = d, .file = file, .all = bytes->span };
	int err = parse(&p, bytes, base, out);

	file_release(bytes);
	return err;
}

int btf_parse_split(struct diag *d, struct span bytes, const char *file, const struct btf *base,
		    struct btf **out)
{
	struct parse p = { .d = d, .file = file, .all = bytes };

	return parse(&p, NULL, base, out);
}

int btf_parse(struct diag *d, struct span bytes, const char *file, struct btf **out)
{
	return btf_parse_split(d, bytes, file, NULL, out);
}
