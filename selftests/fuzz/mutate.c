/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What is changed in an object to make a mutant of it. */
#include "selftests/fuzz/mutate.h"

#include "uapi/btf.h"
#include "uapi/elf.h"

/* --- chance ------------------------------------------------------------------------------ */

/* splitmix64: the next of a sequence that depends on the seed alone. */
static u64 next(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

u64 mut_below(struct mut_file *f, u64 n)
{
	return n ? next(&f->rng) % n : 0;
}

u32 mut_some(struct mut_file *f, u32 n)
{
	u32 bits = 0;

	while (bits < 31 && n >> bits)
		bits++;
	return (u32)min_u64(n, 1 + mut_below(f, (u64)1 << mut_below(f, bits + 1)));
}

/* --- one field --------------------------------------------------------------------------- */

static bool swapped(struct mut_file *f, enum mut_part part)
{
	struct mut_sec s;

	/* BTF has a byte order of its own. */
	if ((part == MUT_TYPES || part == MUT_RECORDS) &&
	    mut_find_sec(f, part == MUT_TYPES ? ".BTF" : ".BTF.ext", &s) && s.size >= 2)
		return get_u16(mut_at(f, s.off), false) != BTF_MAGIC;
	return f->swap;
}

static u64 get(struct mut_file *f, struct mut_field at, bool swap)
{
	const u8 *p = mut_at(f, at.off);

	switch (at.width) {
	case 1:
		return *p;
	case 2:
		return get_u16(p, swap);
	case 4:
		return get_u32(p, swap);
	default:
		return get_u64(p, swap);
	}
}

static void put(struct mut_file *f, struct mut_field at, bool swap, u64 v)
{
	u8 *p = mut_at(f, at.off);

	switch (at.width) {
	case 1:
		*p = (u8)v;
		break;
	case 2:
		put_u16(p, (u16)v, swap);
		break;
	case 4:
		put_u32(p, (u32)v, swap);
		break;
	default:
		put_u64(p, v, swap);
	}
}

/* A field that has the same sort of value, the field itself when chance finds none. */
static struct mut_field sibling(struct mut_file *f, enum mut_part part, struct mut_field of)
{
	for (u32 tries = 0; tries < 32; tries++) {
		u64 i = mut_below(f, f->parts[part].n);
		struct mut_field found = f->parts[part].v[i];

		if (found.class == of.class && found.width == of.width)
			return found;
	}
	return of;
}

/* A number that the field could be meant to have. */
static u64 near(struct mut_file *f, struct mut_field at, u64 old)
{
	static const u64 edges[] = { 0,
				     1,
				     7,
				     8,
				     0xff,
				     0xfff1,
				     0xfff2,
				     0xffff,
				     0x7fffffff,
				     0x80000000,
				     0xffffffff,
				     (u64)INT64_MAX,
				     (u64)INT64_MIN,
				     UINT64_MAX };
	u64 step = (u64)1 << mut_below(f, 6);

	switch (mut_below(f, 6)) {
	case 0:
		return edges[mut_below(f, ARRAY_SIZE(edges))];
	case 1:
		return old + step;
	case 2:
		return old - step;
	case 3:
		return old ^ (u64)1 << mut_below(f, 8 * at.width);
	case 4:
		return f->bytes.size - mut_below(f, 64);
	default:
		return mut_below(f, at.class == MUT_OFFSET ? f->bytes.size : old * 2 + 16);
	}
}

static void change_field(struct mut_file *f)
{
	/* Headers seldom: what is wrong there ends the reading early. */
	static const u8 often[] = {
		MUT_HEAD,    MUT_SECTIONS, MUT_SYMBOLS, MUT_SYMBOLS,  MUT_SYMBOLS,  MUT_RELOCS,
		MUT_RELOCS,  MUT_TYPES,	   MUT_TYPES,	MUT_TYPES,    MUT_TYPES,    MUT_TYPES,
		MUT_RECORDS, MUT_RECORDS,  MUT_RECORDS, MUT_CONTENTS, MUT_CONTENTS,
	};
	enum mut_part part = often[mut_below(f, sizeof(often))];
	bool swap = swapped(f, part);
	struct mut_field at;

	if (!f->parts[part].n)
		return;
	at = f->parts[part].v[mut_below(f, f->parts[part].n)];
	switch (mut_below(f, 4)) {
	case 0:
	case 1:
		put(f, at, swap, get(f, sibling(f, part, at), swap));
		break;
	case 2:
		put(f, at, swap, at.class == MUT_INDEX ? at.owner : near(f, at, at.owner));
		break;
	default:
		put(f, at, swap, near(f, at, get(f, at, swap)));
	}
}

/* Let what was there before refer to the types that are new. */
static void reach(struct mut_file *f, u32 first)
{
	bool swap = swapped(f, MUT_TYPES);
	u32 wanted = 1 + (u32)mut_below(f, 4);

	if (first > f->n_types)
		return;
	for (u32 tries = 0; tries < 256 && wanted; tries++) {
		struct mut_field at = f->parts[MUT_TYPES].v[mut_below(f, f->parts[MUT_TYPES].n)];

		if (at.class != MUT_INDEX || at.owner >= first)
			continue;
		put(f, at, swap, first + mut_below(f, f->n_types - first + 1));
		wanted--;
	}
}

/* --- more than a field ------------------------------------------------------------------- */

static void truncate_file(struct mut_file *f)
{
	sbuf_trim(&f->bytes, ELF64_EHDR_SIZE + mut_below(f, f->bytes.size - ELF64_EHDR_SIZE));
}

/* The bytes of one section over another's. */
static void copy_over(struct mut_file *f)
{
	struct mut_sec from, to;
	u64 n;

	if (!mut_sec(f, (u32)mut_below(f, mut_n_secs(f)), &from) ||
	    !mut_sec(f, (u32)mut_below(f, mut_n_secs(f)), &to))
		return;
	n = min_u64(from.size, to.size);
	n = mut_below(f, n + 1);
	memmove(mut_at(f, to.off + mut_below(f, to.size - n + 1)), mut_at(f, from.off), n);
}

/* A section in the other byte order. */
static void swap_words(struct mut_file *f)
{
	static const char *const names[] = { ".BTF", ".BTF.ext" };
	struct mut_sec s;

	if (!mut_find_sec(f, names[mut_below(f, 2)], &s) || s.size < 24)
		return;
	put_u16(mut_at(f, s.off), get_u16(mut_at(f, s.off), true), false);
	for (u64 i = 4; i + 4 <= s.size; i += 4)
		put_u32(mut_at(f, s.off + i), get_u32(mut_at(f, s.off + i), true), false);
}

/* One section's header where another's was, or both exchanged. */
static void move_header(struct mut_file *f)
{
	u64 table = get_u64(mut_at(f, MUT_EHDR_SHOFF), f->swap);
	u64 a = table + mut_below(f, mut_n_secs(f)) * ELF64_SHDR_SIZE;
	u64 b = table + mut_below(f, mut_n_secs(f)) * ELF64_SHDR_SIZE;
	u8 keep[ELF64_SHDR_SIZE];

	if (table > f->bytes.size || a + ELF64_SHDR_SIZE > f->bytes.size ||
	    b + ELF64_SHDR_SIZE > f->bytes.size)
		return;
	memcpy(keep, mut_at(f, a), sizeof(keep));
	memmove(mut_at(f, a), mut_at(f, b), sizeof(keep));
	if (mut_below(f, 2))
		memcpy(mut_at(f, b), keep, sizeof(keep));
}

static void change_much(struct mut_file *f)
{
	static void (*const ways[])(struct mut_file * f) = { truncate_file, copy_over, swap_words,
							     move_header };

	ways[mut_below(f, ARRAY_SIZE(ways))](f);
}

/* --- a mutant ---------------------------------------------------------------------------- */

static int change(struct mut_file *f)
{
	u32 first = 0, n = mut_some(f, 8);
	int err;

	if (!mut_below(f, 3)) {
		mut_grow(f, &first);
		/* Alone, growth gets deepest. */
		n = first && mut_below(f, 2) ? 0 : n;
	}
	if (sbuf_err(&f->bytes))
		return -ENOMEM;
	err = mut_find_fields(f);
	if (err)
		return err;
	if (first)
		reach(f, first);
	while (n--)
		change_field(f);
	if (!mut_below(f, 12))
		change_much(f);
	return 0;
}

int mutate(struct span object, u64 n, struct sbuf *out)
{
	struct mut_file f = { .rng = n };
	int err;

	if (object.size < ELF64_EHDR_SIZE ||
	    memcmp(object.data,
		   "\x7f"
		   "ELF\x02",
		   5) ||
	    object.size > INT32_MAX)
		return -EINVAL;
	f.swap = (object.data[5] == 2) != HOST_BIG_ENDIAN;
	sbuf_put(&f.bytes, object.data, object.size);
	err = sbuf_err(&f.bytes);
	if (!err)
		err = change(&f);
	if (!err) {
		sbuf_put(out, f.bytes.data, f.bytes.size);
		err = sbuf_err(out);
	}
	for (u32 i = 0; i < MUT_N_PARTS; i++)
		vec_free(&f.parts[i]);
	sbuf_free(&f.bytes);
	return err;
}
