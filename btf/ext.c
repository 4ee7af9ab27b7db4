/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Reading BTF.ext. All three subsections have one shape, so one reader takes them, with a row of
 * `kinds` for what differs.
 */
#include "btf/ext.h"

#include "btf/btf_int.h"

#include <stdlib.h>

struct ext_parse {
	struct diag *d;
	const char *file;
	struct span all;	/* the blob */
	const struct btf *b;
	bool swap;
	bool long_strs;		/* of b, some are too long to refer to */
	struct btf_ext *x;
};

/* Where reading is: a subsection, one of its sections, a record. */
struct cursor {
	const struct ext_kind *kind;
	struct span left;	/* of the subsection */
	u32 rec_size;
	u32 sec_name;
	u32 rec;		/* in this section */
	const u8 *rec_at;	/* its bytes */
};

struct ext_kind {
	const char *name;
	u32 off_at;		/* of its offset in the header; its length follows */
	u32 n_words;		/* known words of a record */
	int (*open)(struct btf_ext *x, u32 name_off);
	/* Check and keep a record of n_words words. */
	int (*add)(struct ext_parse *p, const struct cursor *c, const u32 *words);
};

static struct weld_where at(const struct ext_parse *p, const u8 *where)
{
	struct weld_where w = WELD_WHERE_NONE;

	w.file = p->file;
	w.section = ".BTF.ext";
	w.offset = where ? where - p->all.data : 0;
	return w;
}

static int bad_header(const struct ext_parse *p, const u8 *where, const char *what)
{
	struct weld_where w = at(p, where);

	return diag_raise(p->d, DIAG_BTF_EXT_HEADER, &w, what);
}

static int no_memory(const struct ext_parse *p)
{
	struct weld_where w = at(p, NULL);

	return diag_raise(p->d, DIAG_NO_MEMORY, &w, "reading BTF.ext");
}

static int bad_record(const struct ext_parse *p, const struct cursor *c, const char *what)
{
	struct weld_where w = at(p, c->rec_at);

	return diag_raise(p->d, DIAG_BTF_EXT_RECORD, &w, c->kind->name, c->rec,
			  btf_str(p->b, c->sec_name), what);
}

static bool str_ok(const struct ext_parse *p, u32 off)
{
	return off < p->b->first_str + p->b->strs.n &&
	       (!p->long_strs || !btf_str_is_long(p->b, off));
}

/* Source lines may be of any length: the text of a long one is left out. */
static u32 line_text(const struct ext_parse *p, u32 off)
{
	return p->long_strs && btf_str_is_long(p->b, off) ? 0 : off;
}

/* --- the three kinds of records ------------------------------------------------------------ */

static int add_func(struct ext_parse *p, const struct cursor *c, const u32 *words)
{
	struct bpf_func_info rec = { .insn_off = words[0], .type_id = words[1] };

	if (btf_kind_of(p->b, rec.type_id) != BTF_KIND_FUNC)
		return bad_record(p, c, "its type is not a FUNC");
	return btf_ext_add_func(p->x, &rec) ? no_memory(p) : 0;
}

static int add_line(struct ext_parse *p, const struct cursor *c, const u32 *words)
{
	struct bpf_line_info rec = {
		.insn_off = words[0],
		.file_name_off = words[1],
		.line_off = line_text(p, words[2]),
		.line_col = words[3],
	};

	if (!str_ok(p, rec.file_name_off) || !str_ok(p, rec.line_off))
		return bad_record(p, c, "a string lies outside the string section, or is too long");
	return btf_ext_add_line(p->x, &rec) ? no_memory(p) : 0;
}

static int add_core(struct ext_parse *p, const struct cursor *c, const u32 *words)
{
	struct bpf_core_relo rec = {
		.insn_off = words[0],
		.type_id = words[1],
		.access_str_off = words[2],
		.kind = words[3],
	};

	if (rec.type_id > btf_n_types(p->b))
		return bad_record(p, c, "its type does not exist");
	if (!str_ok(p, rec.access_str_off))
		return bad_record(p, c, "a string lies outside the string section, or is too long");
	return btf_ext_add_core(p->x, &rec) ? no_memory(p) : 0;
}

static const struct ext_kind kinds[] = {
	{ "func_info", offsetof(struct btf_ext_header, func_info_off),
	  sizeof(struct bpf_func_info) / sizeof(u32), btf_ext_add_func_sec, add_func },
	{ "line_info", offsetof(struct btf_ext_header, line_info_off),
	  sizeof(struct bpf_line_info) / sizeof(u32), btf_ext_add_line_sec, add_line },
	{ "core_relo", offsetof(struct btf_ext_header, core_relo_off),
	  sizeof(struct bpf_core_relo) / sizeof(u32), btf_ext_add_core_sec, add_core },
};

/* Most records are lines, and nearly all of those are fine: this takes the ones in front that are,
 * if nothing about them is special. How many those were. */
static u32 take_plain_lines(struct ext_parse *p, struct cursor *c, u32 n)
{
	const u32 n_strs = p->b->first_str + p->b->strs.n;
	struct bpf_line_info *rec;
	u32 i;

	if (!n || p->long_strs || c->rec_size != sizeof(*rec) || vec_reserve(&p->x->lines, n))
		return 0;
	rec = p->x->lines.v + p->x->lines.n;
	for (i = 0; i < n; i++, rec++) {
		const u8 *at = c->left.data + i * sizeof(*rec);

		*rec = (struct bpf_line_info){
			.insn_off = get_u32(at, p->swap),
			.file_name_off = get_u32(at + 4, p->swap),
			.line_off = get_u32(at + 8, p->swap),
			.line_col = get_u32(at + 12, p->swap),
		};
		if (rec->insn_off % 8 || rec->file_name_off >= n_strs || rec->line_off >= n_strs)
			break;
	}
	p->x->lines.n += i;
	p->x->line_secs.v[p->x->line_secs.n - 1].n += i;
	c->left = span_of(c->left.data + i * sizeof(*rec), c->left.size - i * sizeof(*rec));
	return i;
}

/* --- subsections --------------------------------------------------------------------------- */

enum { MAX_WORDS = 4 };

/* The caller has made sure that the subsection holds the record. */
static int take_record(struct ext_parse *p, struct cursor *c)
{
	u32 words[MAX_WORDS];
	struct span rec;

	c->rec_at = c->left.data;
	if (span_take(&c->left, c->rec_size, &rec))
		return bad_record(p, c, "it is cut short");
	for (u32 i = 0; i < c->kind->n_words; i++)
		words[i] = get_u32(rec.data + i * sizeof(u32), p->swap);
	if (words[0] % 8)
		return bad_record(p, c, "its offset is not that of an instruction");
	return c->kind->add(p, c, words);
}

static int take_section(struct ext_parse *p, struct cursor *c)
{
	u32 n;
	int err = 0;

	if (span_take_u32(&c->left, p->swap, &c->sec_name) ||
	    span_take_u32(&c->left, p->swap, &n))
		return bad_header(p, c->left.data, "a section's head is cut short");
	if (!str_ok(p, c->sec_name) || !*btf_str(p->b, c->sec_name))
		return bad_header(p, c->left.data, "a section has no name");
	if ((u64)n * c->rec_size > c->left.size)
		return bad_header(p, c->left.data, "a section's records run past the end");
	if (c->kind->open(p->x, c->sec_name))
		return no_memory(p);
	if (c->kind->add == add_func && vec_reserve(&p->x->funcs, n))
		return no_memory(p);
	c->rec = c->kind->add == add_line ? take_plain_lines(p, c, n) : 0;
	for (; c->rec < n && !err; c->rec++)
		err = take_record(p, c);
	return err;
}

static void note_tail(struct ext_parse *p, const struct cursor *c)
{
	struct weld_where w = at(p, c->left.data);
	u32 known = c->kind->n_words * (u32)sizeof(u32);

	if (c->rec_size == known)
		return;
	if (c->rec_size - known > p->x->dropped_tail)
		p->x->dropped_tail = c->rec_size - known;
	diag_raise(p->d, DIAG_BTF_EXT_TAIL, &w, c->kind->name, c->rec_size, known);
}

static int take_subsection(struct ext_parse *p, const struct ext_kind *kind, struct span bytes)
{
	struct cursor c = { .kind = kind, .left = bytes };
	int err = 0;

	if (!bytes.size)
		return 0;
	if (span_take_u32(&c.left, p->swap, &c.rec_size))
		return bad_header(p, bytes.data, "a subsection is cut short");
	if (c.rec_size < kind->n_words * sizeof(u32) || c.rec_size % sizeof(u32))
		return bad_header(p, bytes.data, "the record size is wrong");
	note_tail(p, &c);
	while (c.left.size && !err)
		err = take_section(p, &c);
	return err;
}

/* --- header -------------------------------------------------------------------------------- */

static int take_magic(struct ext_parse *p)
{
	struct span s = p->all;
	struct weld_where w = at(p, NULL);
	u16 magic;
	u8 version, flags;

	if (span_take_u16(&s, false, &magic) || span_take_u8(&s, &version) ||
	    span_take_u8(&s, &flags))
		return bad_header(p, NULL, "the header is cut short");
	if (magic != BTF_MAGIC && magic != __builtin_bswap16(BTF_MAGIC))
		return bad_header(p, NULL, "the magic is not 0xeb9f");
	if (version != BTF_VERSION || flags)
		return diag_raise(p->d, DIAG_BTF_VERSION, &w, version, flags);
	p->swap = magic != BTF_MAGIC;
	p->x->swapped = p->swap;
	return 0;
}

static int take_header(struct ext_parse *p, struct span *head, struct span *body)
{
	struct span s = p->all;
	u32 hdr_len;
	int err = take_magic(p);

	if (err)
		return err;
	if (span_sub(p->all, offsetof(struct btf_ext_header, hdr_len), sizeof(u32), &s))
		return bad_header(p, NULL, "the header is cut short");
	hdr_len = get_u32(s.data, p->swap);
	s = p->all;
	if (hdr_len < offsetof(struct btf_ext_header, core_relo_off) ||
	    span_take(&s, hdr_len, head))
		return bad_header(p, NULL, "its header's length is wrong");
	*body = s;
	for (size_t i = sizeof(struct btf_ext_header); i < hdr_len; i++)
		if (head->data[i])
			return bad_header(p, head->data + i, "the header has unknown members");
	return 0;
}

static int take_all(struct ext_parse *p)
{
	struct span head = SPAN_NONE, body = SPAN_NONE, sub, words;
	int err = take_header(p, &head, &body);

	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !err; i++) {
		/* Old files have no core_relo. */
		if (span_sub(head, kinds[i].off_at, 2 * sizeof(u32), &words))
			continue;
		if (span_sub(body, get_u32(words.data, p->swap),
			     get_u32(words.data + sizeof(u32), p->swap), &sub))
			return bad_header(p, words.data, "a subsection runs past the end");
		err = take_subsection(p, &kinds[i], sub);
	}
	return err;
}

int btf_ext_parse(struct diag *d, struct span bytes, const char *file, const struct btf *b,
		  struct btf_ext **out)
{
	struct ext_parse p = { .d = d, .file = file, .all = bytes, .b = b };
	int err;

	if (btf_ext_new(&p.x))
		return no_memory(&p);
	p.long_strs = btf_has_long_strs(b);
	err = take_all(&p);
	if (err) {
		btf_ext_free(p.x);
		return err;
	}
	*out = p.x;
	return 0;
}
