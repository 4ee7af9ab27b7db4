/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Sections that grow. The larger section goes to the end of the file and its header is told so;
 * the old bytes stay where they were, referred to by nobody.
 */
#include "selftests/fuzz/mutate.h"

#include <stdlib.h>

#include "uapi/btf.h"
#include "uapi/elf.h"

enum { MAX_NEW = 20000 };

static u64 begin_section(struct mut_file *f)
{
	sbuf_align(&f->bytes, 8);
	return f->bytes.size;
}

static void end_section(struct mut_file *f, u32 idx, u64 off)
{
	u8 *head;

	if (sbuf_err(&f->bytes))
		return;
	head = mut_at(f, get_u64(mut_at(f, MUT_EHDR_SHOFF), f->swap) + idx * (u64)ELF64_SHDR_SIZE);
	put_u64(head + MUT_SHDR_OFF, off, f->swap);
	put_u64(head + MUT_SHDR_SIZE, f->bytes.size - off, f->swap);
}

/* Bytes of the file itself, once more at its end. */
static void again(struct mut_file *f, u64 off, u64 size)
{
	u8 *copy = malloc(size ? size : 1);

	if (!copy) {
		f->bytes.failed = true;
		return;
	}
	memcpy(copy, mut_at(f, off), size);
	sbuf_put(&f->bytes, copy, size);
	free(copy);
}

/* --- types ------------------------------------------------------------------------------- */

/* Types under construction: ids first .. first + n - 1 behind those that the file has. */
struct types {
	struct mut_file *f;
	struct sbuf words;
	bool swap;
	u32 first, n; /* n as planned */
	u32 name;     /* a string that the file has */
	u32 some;     /* a type that the file has */
};

static void word(struct types *t, u32 v)
{
	u8 bytes[4];

	put_u32(bytes, v, t->swap);
	sbuf_put(&t->words, bytes, sizeof(bytes));
}

static void head(struct types *t, u32 name, u32 kind, u32 vlen, u32 third)
{
	word(t, name);
	word(t, kind << 24 | vlen);
	word(t, third);
}

/* The type that the i-th new one refers to: the one before it, or behind it; at the end nothing,
 * a type of the file, or the other end. */
static u32 other(struct types *t, u32 i, u32 way)
{
	u32 ends[] = { 0, t->some, way & 1 ? t->first : t->first + t->n - 1 };
	bool last = way & 1 ? i + 1 == t->n : i == 0;

	return last ? ends[(way >> 1) % 3] : way & 1 ? t->first + i + 1 : t->first + i - 1;
}

static void chain(struct types *t, u32 way)
{
	static const u8 links[] = { BTF_KIND_PTR, BTF_KIND_CONST, BTF_KIND_TYPEDEF,
				    BTF_KIND_VOLATILE, BTF_KIND_TYPE_TAG };

	for (u32 i = 0; i < t->n; i++) {
		u32 kind = links[mut_below(t->f, way & 8 ? 5 : 1)];
		bool named = kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_TYPE_TAG;

		head(t, named ? t->name : 0, kind, 0, other(t, i, way));
	}
}

static void arrays(struct types *t, u32 way)
{
	for (u32 i = 0; i < t->n; i++) {
		head(t, 0, BTF_KIND_ARRAY, 0, 0);
		word(t, other(t, i, way));
		word(t, t->some);
		word(t, way & 8 ? 1 : 1u << mut_below(t->f, 32));
	}
}

/* Two members of the type before: twice as large, and twice as much to print, each time. */
static void structs(struct types *t, u32 way)
{
	for (u32 i = 0; i < t->n; i++) {
		u32 size = way & 8 ? 0 : 8u << min_u64(i, 24);

		head(t, way & 16 ? t->name : 0, way & 32 ? BTF_KIND_UNION : BTF_KIND_STRUCT, 2,
		     size);
		for (u32 k = 0; k < 2; k++) {
			word(t, t->name);
			word(t, other(t, i, way));
			word(t, way & 32 ? 0 : size * 4 * k);
		}
	}
}

/* Functions that take pointers to functions that take ...: two types a level. */
static void protos(struct types *t, u32 way)
{
	t->n &= ~1u;
	for (u32 i = 0; i < t->n; i += 2) {
		head(t, 0, BTF_KIND_PTR, 0, t->first + i + 1);
		head(t, 0, BTF_KIND_FUNC_PROTO, 2, way & 4 ? other(t, i, 1) : 0);
		for (u32 k = 0; k < 2; k++) {
			word(t, way & 8 ? t->name : 0);
			word(t, i + 2 < t->n ? t->first + i + 2 : way & 2 ? t->first : 0);
		}
	}
}

/* Structs that look alike, and differ, if at all, far away. */
static void twins(struct types *t, u32 way)
{
	for (u32 i = 0; i < t->n; i++) {
		head(t, way & 1 ? t->name : 0, BTF_KIND_STRUCT, 1, 8);
		word(t, way & 2 ? t->name : 0);
		word(t, way & 4 ? t->first + (u32)mut_below(t->f, t->n) : t->some);
		word(t, way & 8 ? i : 0);
	}
}

static void forwards(struct types *t, u32 way)
{
	for (u32 i = 0; i < t->n; i++)
		head(t, t->name + (way & 1 ? i % 8 : 0), BTF_KIND_FWD | (way & i & 1) << 7, 0, 0);
}

static void tags(struct types *t, u32 way)
{
	for (u32 i = 0; i < t->n; i++) {
		head(t, t->name, BTF_KIND_DECL_TAG, 0, way & 1 ? t->first + i - 1 : t->some);
		word(t, way & 2 ? i : UINT32_MAX);
	}
}

/* Variables, and the sections that hold them: names that the file's own may have. */
static void sections(struct types *t, u32 way)
{
	for (u32 i = 0; i < t->n; i++) {
		bool var = way & 1 || i % 4;

		head(t, t->name, var ? BTF_KIND_VAR : BTF_KIND_DATASEC, var ? 0 : 2,
		     var ? t->some : 16);
		if (var)
			word(t, i % 3);
		for (u32 k = 0; k < 2 && !var; k++) {
			word(t, t->first + i - 1 - k);
			word(t, k * 8);
			word(t, 8);
		}
	}
}

/* One type with as many elements as fit. */
static void wide(struct types *t, u32 way)
{
	static const u8 all[] = { BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_FUNC_PROTO,
				  BTF_KIND_ENUM, BTF_KIND_DATASEC };
	u32 kind = all[way % sizeof(all)], vlen = (u32)min_u64(t->n, BTF_MAX_VLEN);

	head(t, kind == BTF_KIND_FUNC_PROTO ? 0 : t->name, kind, vlen, 4);
	for (u32 i = 0; i < vlen; i++) {
		word(t, kind == BTF_KIND_DATASEC ? t->some : t->name);
		word(t, way & 8 ? i : t->some);
		if (kind != BTF_KIND_FUNC_PROTO && kind != BTF_KIND_ENUM)
			word(t, 0);
	}
	t->n = 1;
}

/* Each one's name is another tail of one long string. */
static void tails(struct types *t, u32 way)
{
	for (u32 i = 0; i < t->n; i++) {
		head(t, t->name + i, BTF_KIND_TYPEDEF, 0, t->some);
		(void)way;
	}
}

typedef void grow_types(struct types *t, u32 way);

static void put_btf(struct mut_file *f, const struct mut_sec *s, struct types *t, bool long_string)
{
	u64 hdr = get_u32(mut_at(f, s->off + 4), t->swap), off = begin_section(f);
	u64 types = get_u32(mut_at(f, s->off + 12), t->swap);
	u64 strs = get_u32(mut_at(f, s->off + 16), t->swap);
	u64 strs_size = get_u32(mut_at(f, s->off + 20), t->swap);

	if (hdr + types > s->size || strs != types || hdr + strs + strs_size > s->size)
		return;
	again(f, s->off, hdr + types);
	sbuf_put(&f->bytes, t->words.data, t->words.size);
	again(f, s->off + hdr + strs, strs_size);
	for (u32 i = 0; long_string && i < t->n; i++)
		sbuf_putc(&f->bytes, 'x');
	if (long_string)
		sbuf_putc(&f->bytes, 0);
	if (sbuf_err(&f->bytes))
		return;
	put_u32(mut_at(f, off + 12), (u32)(types + t->words.size), t->swap);
	put_u32(mut_at(f, off + 16), (u32)(types + t->words.size), t->swap);
	put_u32(mut_at(f, off + 20), (u32)(f->bytes.size - off - hdr - types - t->words.size),
		t->swap);
	end_section(f, s->idx, off);
}

static void grow_btf(struct mut_file *f, u32 *first)
{
	static grow_types *const ways[] = { chain,    arrays, structs,	protos, twins,
					    forwards, tags,   sections, wide,	tails };
	grow_types *way = ways[mut_below(f, ARRAY_SIZE(ways))];
	struct mut_sec s;
	struct types t = { .f = f, .first = f->n_types + 1, .n = 2 + mut_some(f, MAX_NEW) };
	u32 strs_size;

	if (!f->n_types || !mut_find_sec(f, ".BTF", &s) || s.size < MUT_BTF_HEAD)
		return;
	t.swap = get_u16(mut_at(f, s.off), false) != BTF_MAGIC;
	strs_size = get_u32(mut_at(f, s.off + 20), t.swap);
	t.name = way == tails ? strs_size : (u32)mut_below(f, strs_size);
	t.some = 1 + (u32)mut_below(f, f->n_types);
	way(&t, (u32)mut_below(f, 64));
	if (t.words.failed)
		f->bytes.failed = true;
	else
		put_btf(f, &s, &t, way == tails);
	*first = t.first;
	sbuf_free(&t.words);
}

/* --- the rest ---------------------------------------------------------------------------- */

/* Symbols or relocations: one of them over and over. */
static void grow_table(struct mut_file *f, u32 type, u32 entry)
{
	u64 n = mut_some(f, MAX_NEW), off, which;
	struct mut_sec s;

	if (!mut_any_sec(f, type, &s) || s.size < entry)
		return;
	which = s.off + mut_below(f, s.size / entry) * entry;
	off = begin_section(f);
	again(f, s.off, s.size);
	while (n-- && !sbuf_err(&f->bytes))
		again(f, which, entry);
	end_section(f, s.idx, off);
}

static void grow_symbols(struct mut_file *f, u32 *first)
{
	grow_table(f, SHT_SYMTAB, ELF64_SYM_SIZE);
}

static void grow_relocs(struct mut_file *f, u32 *first)
{
	grow_table(f, SHT_REL, ELF64_REL_SIZE);
}

/* A section's contents many times: instructions, map definitions, strings. */
static void grow_contents(struct mut_file *f, u32 *first)
{
	u32 times = 1 + mut_some(f, 64);
	struct mut_sec s;
	u64 off;

	if (!mut_any_sec(f, 1, &s) || s.size > 4096)
		return;
	off = begin_section(f);
	while (times--)
		again(f, s.off, s.size);
	end_section(f, s.idx, off);
}

/* The table of sections with one of them over and over. */
static void grow_sections(struct mut_file *f, u32 *first)
{
	u64 table = get_u64(mut_at(f, MUT_EHDR_SHOFF), f->swap), which, off;
	u32 n = mut_n_secs(f), more = mut_some(f, 8192);
	struct mut_sec s;

	if (!n || !mut_sec(f, n - 1, &s))
		return;
	which = table + mut_below(f, n) * ELF64_SHDR_SIZE;
	off = begin_section(f);
	again(f, table, n * (u64)ELF64_SHDR_SIZE);
	for (u32 i = 0; i < more; i++)
		again(f, which, ELF64_SHDR_SIZE);
	if (sbuf_err(&f->bytes))
		return;
	put_u64(mut_at(f, MUT_EHDR_SHOFF), off, f->swap);
	put_u16(mut_at(f, MUT_EHDR_SHNUM), (u16)(n + more), f->swap);
}

/* The last of BTF.ext's tables with its sections over and over. */
static void grow_records(struct mut_file *f, u32 *first)
{
	u32 times = mut_some(f, 256), which = 8 + 8 * (u32)mut_below(f, 3);
	u64 hdr, from, size, off;
	struct mut_sec s;
	bool swap;

	if (!mut_find_sec(f, ".BTF.ext", &s) || s.size < MUT_EXT_HEAD)
		return;
	swap = get_u16(mut_at(f, s.off), false) != BTF_MAGIC;
	hdr = get_u32(mut_at(f, s.off + 4), swap);
	from = hdr + get_u32(mut_at(f, s.off + which), swap);
	size = get_u32(mut_at(f, s.off + which + 4), swap);
	if (size < 4 || from + size > s.size || size > 65536)
		return;
	off = begin_section(f);
	again(f, s.off, s.size);
	again(f, s.off + from, size);
	while (times--)
		again(f, s.off + from + 4, size - 4);
	if (sbuf_err(&f->bytes))
		return;
	put_u32(mut_at(f, off + which), (u32)(s.size - hdr), swap);
	put_u32(mut_at(f, off + which + 4), (u32)(f->bytes.size - off - s.size), swap);
	end_section(f, s.idx, off);
}

void mut_grow(struct mut_file *f, u32 *first)
{
	static void (*const ways[])(struct mut_file * f, u32 * first) = {
		grow_btf,     grow_btf,	   grow_btf,	  grow_btf,	grow_btf,
		grow_symbols, grow_relocs, grow_contents, grow_records, grow_sections,
	};

	/* Counts the types that there are. */
	if (mut_find_fields(f)) {
		f->bytes.failed = true;
		return;
	}
	ways[mut_below(f, ARRAY_SIZE(ways))](f, first);
}
