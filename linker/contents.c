/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Bytes, relocations and records of the output, piece by piece, in the order of the output. Since
 * everything else is known by then, the pieces of an input are the last that anybody wants of it:
 *
 *	inputs	################  ####____________  ________________
 *	output	                  ####              ################
 *
 * An input goes when its last piece went, so a large link needs the memory of its inputs or of its
 * output, not that of both. For that the largest section, in which most inputs have a part, comes
 * last.
 */
#include "linker/link_int.h"

#include <stdlib.h>

/* How many inputs to free before their memory is offered to the system: that walks the heap. */
enum { INPUTS_AT_ONCE = 32 };

struct contents {
	struct link *l;
	struct link_str_cache strs;
	u32 *left;		/* by input: pieces that are still to be copied */
	struct obj *fetched;	/* whose code was fetched last, and of which section */
	sec_id fetched_sec;
	u32 n_freed;
};

/* --- bytes ------------------------------------------------------------------------------- */

/* Pages that nobody writes to are not there: what counts is not to copy while vectors grow. */
static int reserve_records(const struct link *l, struct obj_sec *sec, const struct link_out *o)
{
	const struct obj_sec *last = NULL;
	u32 n_relocs = 0, n_lines = 0;

	for (u32 i = 0; i < o->pieces.n; i++) {
		const struct link_piece *p = link_piece(l, o->pieces.v[i]);
		const struct obj_sec *from = obj_sec(link_obj(l, p->input), p->sec);

		if (from == last)
			continue;
		n_relocs += from->relocs.n;
		n_lines += from->line_infos.n;
		last = from;
	}
	return vec_reserve(&sec->relocs, n_relocs) || vec_reserve(&sec->line_infos, n_lines) ?
		       -ENOMEM : 0;
}

static int reserve(const struct link *l, struct obj_sec *sec, const struct link_out *o)
{
	int err = reserve_records(l, sec, o);

	if (err)
		return err;
	if (obj_sec_is_code(o->kind))
		return vec_reserve(&sec->insns, (u32)(o->size / 8));
	return sec->elf_type == SHT_NOBITS ? 0 : vec_reserve(&sec->bytes, (u32)o->size);
}

/* Append zeros up to a place: sections have gaps where pieces are aligned. */
static void fill_gap(struct obj_sec *sec, bool is_code, u64 to)
{
	u32 gap;

	if (is_code) {
		gap = (u32)(to / 8) - sec->insns.n;
		if (gap)
			memset(&sec->insns.v[sec->insns.n], 0, gap * sizeof(*sec->insns.v));
		sec->insns.n += gap;
	} else {
		gap = (u32)to - sec->bytes.n;
		if (gap)
			memset(&sec->bytes.v[sec->bytes.n], 0, gap);
		sec->bytes.n += gap;
	}
}

/* Room was reserved for the whole section, and pieces are in order. */
static void copy_piece(struct link *l, struct obj_sec *sec, const struct link_piece *p)
{
	const struct obj_sec *from = obj_sec(link_obj(l, p->input), p->sec);
	bool is_code = obj_sec_is_code(sec->kind);

	if (!p->size || sec->elf_type == SHT_NOBITS)
		return;
	fill_gap(sec, is_code, p->out_off);
	if (is_code) {
		memcpy(&sec->insns.v[sec->insns.n], &from->insns.v[p->off / 8], p->size);
		sec->insns.n += (u32)(p->size / 8);
	} else if (p->sec.i) {
		memcpy(&sec->bytes.v[sec->bytes.n], &from->bytes.v[p->off], p->size);
		sec->bytes.n += (u32)p->size;
	}
}

/* --- whole inputs ------------------------------------------------------------------------ */

static int count_pieces(struct contents *c)
{
	const struct link *l = c->l;

	c->left = calloc(l->inputs.n, sizeof(*c->left));
	if (!c->left)
		return -ENOMEM;
	for (u32 i = 1; i < l->outs.n; i++)
		for (u32 p = 0; p < l->outs.v[i].pieces.n; p++)
			c->left[link_piece(l, l->outs.v[i].pieces.v[p])->input.i]++;
	return 0;
}

/* The tables and places of a link look at its inputs later. */
static void drop_input(struct contents *c, input_id id)
{
	struct link_input *in = link_input(c->l, id);

	if (in->lent || c->l->keep_inputs || !c->l->no_table)
		return;
	if (c->fetched == in->obj)
		c->fetched = NULL;
	obj_free(in->obj);
	in->obj = NULL;
	if (++c->n_freed % INPUTS_AT_ONCE == 0)
		link_trim(c->l);
}

/* Code that was left in files: of one section at a time. */
static int fetch_code(struct contents *c, const struct link_piece *p)
{
	struct obj *o = link_input(c->l, p->input)->obj;
	int err;

	if (!o->code_path || (c->fetched == o && c->fetched_sec.i == p->sec.i))
		return 0;
	if (c->fetched)
		obj_drop_code(c->fetched, c->fetched_sec);
	err = obj_fetch_code(o, p->sec);
	c->fetched = err ? NULL : o;
	c->fetched_sec = p->sec;
	return err;
}

static int emit_piece(struct contents *c, struct obj_sec *sec, piece_id id)
{
	const struct link_piece *p = link_piece(c->l, id);
	int err = fetch_code(c, p);

	if (!err)
		copy_piece(c->l, sec, p);
	if (!err)
		err = link_emit_relocs(c->l, id);
	if (!err && obj_sec_is_code(sec->kind))
		err = link_emit_records(c->l, id, &c->strs);
	if (!err && !--c->left[p->input.i])
		drop_input(c, p->input);
	return err;
}

static int emit_out(struct contents *c, const struct link_out *o)
{
	struct obj_sec *sec = obj_sec(c->l->obj, o->sec);
	int err = o->sec.i ? reserve(c->l, sec, o) : 0;

	for (u32 i = 0; i < o->pieces.n && !err; i++)
		err = emit_piece(c, sec, o->pieces.v[i]);
	if (!err && o->sec.i && sec->elf_type != SHT_NOBITS)
		fill_gap(sec, obj_sec_is_code(o->kind), o->size);
	return err;
}

/* The most bytes to copy: zeroed variables are none. */
static u32 find_largest(const struct link *l)
{
	u32 largest = 0;

	for (u32 i = 1; i < l->outs.n; i++) {
		const struct link_out *o = &l->outs.v[i];

		if (obj_sec(l->obj, o->sec)->elf_type != SHT_NOBITS &&
		    o->size > l->outs.v[largest].size)
			largest = i;
	}
	return largest;
}

int link_emit_contents(struct link *l)
{
	struct contents c = { .l = l };
	u32 largest = find_largest(l);
	int err = count_pieces(&c);

	for (u32 i = 1; i < l->outs.n && !err; i++)
		if (i != largest)
			err = emit_out(&c, &l->outs.v[i]);
	if (!err && largest)
		err = emit_out(&c, &l->outs.v[largest]);
	free(c.left);
	return err;
}
