/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Where the fields of an object file are. Nothing is taken for granted: a file that was grown or
 * changed already is listed as far as it makes sense.
 */
#include "selftests/fuzz/mutate.h"

#include "uapi/btf.h"
#include "uapi/elf.h"

/* Fields of a part, and bytes of one section's contents, that are listed: enough to choose from,
 * and little beside what a reader of the file may take. */
enum { MAX_FIELDS = 1 << 17, MAX_CONTENTS = 4096 };

/* The words of a record, a letter each: n name, t type, v value, o offset, k kind, s size,
 * i index. */
static u8 class_of(char letter)
{
	static const char letters[] = "vnosik";
	static const u8 classes[] = { MUT_VALUE, MUT_NAME, MUT_OFFSET,
				      MUT_SIZE,	 MUT_INDEX, MUT_KIND };
	const char *at = strchr(letters, letter);

	return letter == 't' ? MUT_INDEX : at ? classes[at - letters] : MUT_VALUE;
}

static int add(struct mut_file *f, enum mut_part part, struct mut_field field)
{
	struct mut_field *slot;

	if (field.off + (u64)field.width > f->bytes.size || f->parts[part].n >= MAX_FIELDS)
		return 0;
	slot = vec_push(&f->parts[part]);
	if (!slot)
		return -ENOMEM;
	*slot = field;
	return 0;
}

/* Fields that follow each other: pairs of a width and a letter, "4n1k8o". */
static int add_record(struct mut_file *f, enum mut_part part, u64 off, const char *layout,
		      u32 owner)
{
	int err = 0;

	for (; *layout && !err; layout += 2) {
		u8 width = (u8)(layout[0] - '0');

		err = add(f, part,
			  (struct mut_field){ (u32)off, width, class_of(layout[1]), owner });
		off += width;
	}
	return err;
}

/* --- sections ---------------------------------------------------------------------------- */

u32 mut_n_secs(struct mut_file *f)
{
	return get_u16(mut_at(f, MUT_EHDR_SHNUM), f->swap);
}

static bool sec_at(struct mut_file *f, u32 idx, struct mut_sec *s)
{
	u64 table = get_u64(mut_at(f, MUT_EHDR_SHOFF), f->swap);
	const u8 *head;

	if (idx >= mut_n_secs(f) || table > f->bytes.size ||
	    (idx + 1) * (u64)ELF64_SHDR_SIZE > f->bytes.size - table)
		return false;
	head = mut_at(f, table + idx * (u64)ELF64_SHDR_SIZE);
	*s = (struct mut_sec){ .idx = idx,
			       .name = "",
			       .type = get_u32(head + 4, f->swap),
			       .off = get_u64(head + MUT_SHDR_OFF, f->swap),
			       .size = get_u64(head + MUT_SHDR_SIZE, f->swap),
			       .entsize = get_u64(head + 56, f->swap) };
	return s->type != SHT_NOBITS && s->off <= f->bytes.size &&
	       s->size <= f->bytes.size - s->off;
}

bool mut_sec(struct mut_file *f, u32 idx, struct mut_sec *s)
{
	u64 table = get_u64(mut_at(f, MUT_EHDR_SHOFF), f->swap);
	struct mut_sec names;
	const char *name;

	if (!sec_at(f, idx, s))
		return false;
	if (sec_at(f, get_u16(mut_at(f, MUT_EHDR_SHSTRNDX), f->swap), &names)) {
		u32 at = get_u32(mut_at(f, table + idx * (u64)ELF64_SHDR_SIZE), f->swap);

		name = span_cstr(span_of(mut_at(f, names.off), names.size), at);
		s->name = name ? name : "";
	}
	return true;
}

bool mut_find_sec(struct mut_file *f, const char *name, struct mut_sec *out)
{
	for (u32 i = 1; i < mut_n_secs(f); i++)
		if (mut_sec(f, i, out) && !strcmp(out->name, name))
			return true;
	return false;
}

bool mut_any_sec(struct mut_file *f, u32 type, struct mut_sec *out)
{
	u32 n = mut_n_secs(f), start = (u32)mut_below(f, n);

	for (u32 i = 0; i < n; i++)
		if (mut_sec(f, (start + i) % n, out) && out->type == type)
			return true;
	return false;
}

/* --- ELF --------------------------------------------------------------------------------- */

static int add_elf_header(struct mut_file *f)
{
	/* The class stays: what isn't ELF64 is over at once. */
	int err = add_record(f, MUT_HEAD, 5, "1k1k1k1v", 0);

	if (!err)
		err = add_record(f, MUT_HEAD, 16, "2k2k4v8o8o8o4v2s2s2s2s2s2i", 0);
	return err;
}

static int add_sections(struct mut_file *f)
{
	u64 table = get_u64(mut_at(f, MUT_EHDR_SHOFF), f->swap);
	int err = 0;

	for (u32 i = 0; i < mut_n_secs(f) && table < f->bytes.size && !err; i++)
		err = add_record(f, MUT_SECTIONS, table + i * (u64)ELF64_SHDR_SIZE,
				 "4n4k8k8v8o8s4i4i8s8s", i);
	return err;
}

static int add_table(struct mut_file *f, const struct mut_sec *s)
{
	/* Of r_info the type lies where the lower half does. */
	const char *rel = HOST_BIG_ENDIAN == f->swap ? "8o4k4i" : "8o4i4k";
	bool symbols = s->type == SHT_SYMTAB;
	u64 step = symbols ? ELF64_SYM_SIZE : ELF64_REL_SIZE;
	int err = 0;

	if (!symbols && s->type != SHT_REL)
		return 0;
	for (u64 i = 0; (i + 1) * step <= s->size && !err; i++)
		err = add_record(f, symbols ? MUT_SYMBOLS : MUT_RELOCS, s->off + i * step,
				 symbols ? "4n1k1k2i8o8s" : rel, (u32)i);
	return err;
}

/* Instructions: opcode, registers, offset, immediate. Data, map definitions for one, as the
 * same; the licence too. */
static int add_contents(struct mut_file *f, const struct mut_sec *s)
{
	int err = 0;

	if (s->type != 1 || s->name[0] == '.')
		return 0;
	for (u64 i = 0; i + 8 <= s->size && i < MAX_CONTENTS && !err; i += 8)
		err = add_record(f, MUT_CONTENTS, s->off + i, "1k1k2v4v", s->idx);
	return err;
}

/* --- BTF --------------------------------------------------------------------------------- */

static const struct kind {
	const char *fixed, *element;
	bool counts, refers;
} kinds[] = {
	{ "", "", false, false },
	/* clang-format off */
#define SIZE false
#define UNUSED false
#define TYPE true
#define COUNT_IS_COUNT true
#define COUNT_IS_UNUSED false
#define COUNT_IS_LINKAGE false
#define KIND(name, text, rule, word, vlen, kflag, fixed, element, ...) \
	{ fixed, element, COUNT_IS_##vlen, word },
#include "btf/kinds.def"
#undef KIND
#undef SIZE
#undef UNUSED
#undef TYPE
	/* clang-format on */
};

/* One word each: the letters of kinds.def. */
static int add_words(struct mut_file *f, u64 *off, const char *letters, u32 owner)
{
	int err = 0;

	for (; *letters && !err; letters++) {
		char layout[3] = { '4', *letters == 's' ? 'n' : *letters, 0 };

		err = add_record(f, MUT_TYPES, *off, layout, owner);
		*off += 4;
	}
	return err;
}

static int add_type(struct mut_file *f, u64 *off, u64 end, bool swap, u32 id)
{
	u32 info = get_u32(mut_at(f, *off + 4), swap);
	const struct kind *k;
	int err;

	if (BTF_INFO_KIND(info) >= ARRAY_SIZE(kinds)) {
		*off = end;
		return 0;
	}
	k = &kinds[BTF_INFO_KIND(info)];
	err = add_record(f, MUT_TYPES, *off, k->refers ? "4n4k4t" : "4n4k4s", id);
	*off += 12;
	if (!err)
		err = add_words(f, off, k->fixed, id);
	for (u32 i = 0; k->counts && i < BTF_INFO_VLEN(info) && *off < end && !err; i++)
		err = add_words(f, off, k->element, id);
	return err;
}

static int add_btf(struct mut_file *f)
{
	struct mut_sec s;
	u64 off, end;
	u32 id = 1;
	bool swap;
	int err;

	if (!mut_find_sec(f, ".BTF", &s) || s.size < MUT_BTF_HEAD)
		return 0;
	swap = get_u16(mut_at(f, s.off), false) != BTF_MAGIC;
	off = s.off + get_u32(mut_at(f, s.off + 4), swap) + get_u32(mut_at(f, s.off + 8), swap);
	end = min_u64(off + get_u32(mut_at(f, s.off + 12), swap), s.off + s.size);
	err = add_record(f, MUT_HEAD, s.off, "2k1k1k4s4o4s4o4s", s.idx);
	for (; off + 12 <= end && !err; id++)
		err = add_type(f, &off, end, swap, id);
	f->n_types = id - 1;
	return err;
}

/* One of BTF.ext's three tables: the size of its records, then sections with records. */
static int add_table_of(struct mut_file *f, struct mut_sec area, const char *layout, bool swap)
{
	u64 off = area.off, end = off + area.size, size;
	int err;

	if (area.size < 4)
		return 0;
	size = get_u32(mut_at(f, off), swap);
	err = add_record(f, MUT_RECORDS, off, "4s", 0);
	for (off += 4; off + 8 <= end && size && !err;) {
		u32 n = get_u32(mut_at(f, off + 4), swap);

		err = add_record(f, MUT_RECORDS, off, "4n4s", 0);
		off += 8;
		for (u32 i = 0; i < n && off + size <= end && !err; i++, off += size)
			err = add_record(f, MUT_RECORDS, off, layout, 0);
	}
	return err;
}

static int add_btf_ext(struct mut_file *f)
{
	static const char *const layouts[] = { "4o4t", "4o4n4n4v", "4o4t4n4k" };
	struct mut_sec s;
	u64 head;
	bool swap;
	int err;

	if (!mut_find_sec(f, ".BTF.ext", &s) || s.size < MUT_EXT_HEAD)
		return 0;
	swap = get_u16(mut_at(f, s.off), false) != BTF_MAGIC;
	head = get_u32(mut_at(f, s.off + 4), swap);
	err = add_record(f, MUT_HEAD, s.off, "2k1k1k4s4o4s4o4s4o4s", s.idx);
	for (u32 i = 0; i < ARRAY_SIZE(layouts) && !err; i++) {
		u64 off = head + get_u32(mut_at(f, s.off + 8 + i * 8), swap);
		u64 size = get_u32(mut_at(f, s.off + 12 + i * 8), swap);

		if (off <= s.size && size <= s.size - off)
			err = add_table_of(f, (struct mut_sec){ .off = s.off + off, .size = size },
					   layouts[i], swap);
	}
	return err;
}

int mut_find_fields(struct mut_file *f)
{
	struct mut_sec s;
	int err;

	for (u32 i = 0; i < MUT_N_PARTS; i++)
		f->parts[i].n = 0;
	err = add_elf_header(f);
	if (!err)
		err = add_sections(f);
	for (u32 i = 1; i < mut_n_secs(f) && !err; i++) {
		if (!mut_sec(f, i, &s))
			continue;
		err = add_table(f, &s);
		if (!err)
			err = add_contents(f, &s);
	}
	if (!err)
		err = add_btf(f);
	if (!err)
		err = add_btf_ext(f);
	return err;
}
