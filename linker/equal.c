/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Equal strings and constants become one. A section that allows it (SHF_MERGE) is cut into its
 * entries, strings up to their zero or constants of one size:
 *
 *	.rodata.str1.1	| alpha\0 | beta\0 |	of one input
 *			| gamma\0 | alpha\0 |	of the next: its alpha goes where the first one is
 *
 * Each entry is a piece, so that whatever refers to it, in its middle too, follows it. A variable
 * that lies in such a section keeps a place of its own: two of them at one place are more than
 * BTF can say. Compilers name the string (and not the section) where they refer to its end.
 */
#include "linker/link_int.h"

/* Entries that are shorter on average cost more as pieces than they can save. */
enum { MIN_MEAN = 4 };

static bool is_zero(const struct obj_sec *s, u64 off)
{
	for (u64 i = 0; i < s->entsize; i++)
		if (s->bytes.v[off + i])
			return false;
	return true;
}

/* The end of the entry that covers a byte, of strings behind its zero; somewhere behind limit if
 * that comes first. */
static u64 entry_end(const struct obj_sec *s, u64 off, u64 limit)
{
	u64 at = off - off % s->entsize;

	while (s->flags & SHF_STRINGS && at + s->entsize <= limit && !is_zero(s, at))
		at += s->entsize;
	return at + s->entsize;
}

static bool is_start(const struct obj_sec *s, u64 off)
{
	return !(off % s->entsize) &&
	       (!off || !(s->flags & SHF_STRINGS) || is_zero(s, off - s->entsize));
}

static bool has_entries(const struct obj_sec *s)
{
	u64 n = 0;

	if (!obj_sec_is_data(s->kind) || !(s->flags & SHF_MERGE) || s->flags & SHF_WRITE ||
	    s->bytes.n != s->size || !s->size || !s->entsize || s->size % s->entsize || s->relocs.n)
		return false;
	/* Without a zero at its end the last string would run on into the next input's. */
	if (s->flags & SHF_STRINGS && !is_zero(s, s->size - s->entsize))
		return false;
	for (u64 at = 0; at < s->size; at = entry_end(s, at, s->size))
		n++;
	return s->size / n >= MIN_MEAN;
}

int link_find_entries(struct link *l, input_id input, bool *any)
{
	const struct obj *o = link_obj(l, input);
	bool *entries = arena_array(&l->arena, o->secs.n, sizeof(*entries));

	*any = false;
	for (u32 s = 1; entries && s < o->secs.n; s++)
		*any |= entries[s] = has_entries(&o->secs.v[s]);
	link_input(l, input)->has_entries = entries;
	return entries ? 0 : -ENOMEM;
}

int link_cut_entries(struct link *l, input_id input, sec_id sec, u64 from, u64 to)
{
	const struct obj_sec *s = obj_sec(link_obj(l, input), sec);

	while (from < to) {
		u64 end = entry_end(s, from, to);
		struct link_piece *p = link_add_piece(l, input, sec, from, min_u64(end, to));

		if (!p)
			return -ENOMEM;
		/* Padding looks like empty strings: they stay where they are. */
		p->whole = end <= to && is_start(s, from) &&
			   (!(s->flags & SHF_STRINGS) || end - from > s->entsize);
		from = end;
	}
	return 0;
}

static struct span bytes_of(const struct link *l, const struct link_piece *p)
{
	return span_of(&obj_sec(link_obj(l, p->input), p->sec)->bytes.v[p->off], p->size);
}

/* Whoever counts on an alignment of the piece finds it at the one that has its place, too. */
static bool stands_for(const struct link *l, const struct link_piece *placed,
		       const struct link_piece *p)
{
	u64 align = obj_sec(link_obj(l, p->input), p->sec)->align;

	return !((placed->out_off ^ p->off) & (align - 1)) &&
	       span_eq(bytes_of(l, placed), bytes_of(l, p));
}

int link_find_equal(struct link *l, piece_id piece, out_id out, bool *found)
{
	struct link_piece *p = link_piece(l, piece);
	struct span bytes = bytes_of(l, p);
	u64 hash = hash_mix(hash_bytes(bytes.data, bytes.size), out.i);
	struct hmap_iter it;

	*found = false;
	for (u32 i = hmap_first(&l->equal_index, hash, &it); i != HMAP_NONE;
	     i = hmap_next(&l->equal_index, &it)) {
		const struct link_piece *first = &l->pieces.v[i];

		if (first->out.i != out.i || !stands_for(l, first, p))
			continue;
		p->out = first->out;
		p->out_off = first->out_off;
		*found = true;
		return 0;
	}
	return hmap_add(&l->equal_index, hash, piece.i);
}
