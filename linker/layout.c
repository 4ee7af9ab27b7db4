/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Where everything goes. Sections of one name become one, in the order in which their names were
 * first seen, .text before all others; .text.* is folded into .text. Within a section pieces come
 * in the order of the inputs, each at the first offset that is congruent to its old one modulo
 * the alignment of its section, so a definition never loses the alignment that it had. A variable
 * that is moved alone is content with as many low zero bits as its old offset has.
 */
#include "linker/link_int.h"

/* Offsets in BTF and instruction numbers in BTF.ext have 32 bits. */
#define MAX_SECTION (1ull << 31)

/* Flags that a merge may lose: group membership has done its work in the compiler. */
#define FLAGS_THAT_COUNT (~(u64)SHF_GROUP)

static out_id find_out(const struct link *l, const char *name)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&l->out_index, hash_str(name), &it); i != HMAP_NONE;
	     i = hmap_next(&l->out_index, &it))
		if (!strcmp(l->outs.v[i].name, name))
			return (out_id){ i };
	return (out_id){ 0 };
}

static int add_out(struct link *l, const struct link_out *proto, out_id *out)
{
	struct link_out *o = vec_push(&l->outs);

	if (!o)
		return -ENOMEM;
	*o = *proto;
	out->i = l->outs.n - 1;
	return hmap_add(&l->out_index, hash_str(proto->name), out->i);
}

static struct weld_where where_sec(const struct link *l, input_id input, sec_id sec)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = link_obj(l, input)->name;
	at.section = obj_sec(link_obj(l, input), sec)->name;
	return at;
}

static int raise_section(struct link *l, const struct link_out *o, input_id input, sec_id sec)
{
	const struct obj_sec *a = obj_sec(link_obj(l, o->from), o->from_sec);
	const struct obj_sec *b = obj_sec(link_obj(l, input), sec);
	struct weld_where at = where_sec(l, input, sec);
	struct weld_where there = where_sec(l, o->from, o->from_sec);
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_SECTION, &at, b->name, link_input(l, input)->name,
		   b->elf_type, (unsigned long long)b->flags, link_input(l, o->from)->name,
		   a->elf_type, (unsigned long long)a->flags);
	diag_note(&m, &there, "the first section of that name, %s in entries of %llu bytes",
		  obj_sec_kind_text(a->kind), (unsigned long long)a->entsize);
	diag_note(&m, &at, "this one, %s in entries of %llu bytes", obj_sec_kind_text(b->kind),
		  (unsigned long long)b->entsize);
	return diag_end(&m);
}

/* Empty sections agree with everything. */
static bool secs_agree(const struct link *l, const struct link_out *o, const struct obj_sec *b)
{
	const struct obj_sec *a;

	if (!o->from.i || !b->size)
		return true;
	a = obj_sec(link_obj(l, o->from), o->from_sec);
	return a->kind == b->kind && a->elf_type == b->elf_type && a->entsize == b->entsize &&
	       (a->flags & FLAGS_THAT_COUNT) == (b->flags & FLAGS_THAT_COUNT);
}

/* The output section for a section of an input; the first one that isn't empty sets its type. */
static int out_for_sec(struct link *l, input_id input, sec_id sec, out_id *out)
{
	const struct obj_sec *s = obj_sec(link_obj(l, input), sec);
	struct link_out fresh = {
		.name = s->kind == OBJ_SEC_TEXT ? ".text" : s->name, .kind = s->kind, .align = 1,
	};
	struct link_out *o;
	int err = 0;

	*out = find_out(l, fresh.name);
	if (!out->i)
		err = add_out(l, &fresh, out);
	if (err)
		return err;
	o = &l->outs.v[out->i];
	if (!secs_agree(l, o, s))
		return link_fault(l, raise_section(l, o, input, sec));
	if (!o->from.i && s->size) {
		o->kind = s->kind;
		o->from = input;
		o->from_sec = sec;
	}
	o->align = max_u64(o->align, s->align);
	return 0;
}

static int place(struct link *l, piece_id piece, out_id out, u64 align)
{
	struct link_out *o = &l->outs.v[out.i];
	struct link_piece *p = link_piece(l, piece);
	piece_id *slot = vec_push(&o->pieces);
	struct weld_where at = WELD_WHERE_NONE;
	u64 own = p->off & -p->off;
	u64 skew;

	if (!slot)
		return -ENOMEM;
	*slot = piece;
	if (p->loose)
		skew = -o->size & ((own ? min_u64(own, align) : align) - 1);
	else
		skew = (p->off - o->size) & (align - 1);
	if (p->size > MAX_SECTION || o->size + skew > MAX_SECTION - p->size) {
		at.section = o->name;
		return diag_raise(l->diag, DIAG_LINK_TOO_BIG, &at, o->name,
				  (unsigned long long)MAX_SECTION);
	}
	p->out = out;
	p->out_off = o->size + skew;
	o->size = p->out_off + p->size;
	return 0;
}

static const out_id text = { 1 };

/* A function and the clone of it. */
static int place_function(struct link *l, piece_id piece, out_id out)
{
	const struct link_piece *p = link_piece(l, piece);
	int err = place(l, piece, p->to_text ? text : out, 8);

	if (!err && p->clone.i && !link_piece(l, link_node(l, p->clone)->piece)->dropped)
		err = place(l, link_node(l, p->clone)->piece, text, 8);
	return err;
}

static int place_data(struct link *l, piece_id piece, out_id out, u64 align)
{
	bool found = false;
	int err = 0;

	if (link_piece(l, piece)->whole)
		err = link_find_equal(l, piece, out, &found);
	return err || found ? err : place(l, piece, out, align);
}

static int place_section(struct link *l, input_id input, sec_id sec)
{
	const struct link_input *in = link_input(l, input);
	const struct obj_sec *s = obj_sec(in->obj, sec);
	out_id out = in->outs[sec.i];
	int err = 0;

	for (u32 p = in->sec_pieces[sec.i].i; p < in->sec_pieces[sec.i + 1].i && !err; p++) {
		if (l->pieces.v[p].dropped)
			continue;
		if (obj_sec_is_code(s->kind))
			err = place_function(l, (piece_id){ p }, out);
		else
			err = place_data(l, (piece_id){ p }, out, s->align);
	}
	return err;
}

/* Their sizes are numbers in a symbol table, which must not become bytes of a file. */
static bool has_bytes(const struct link *l, out_id out)
{
	const struct link_out *o = &l->outs.v[out.i];

	return o->from.i && obj_sec(link_obj(l, o->from), o->from_sec)->elf_type != SHT_NOBITS;
}

/* The section of common symbols: .bss, or .bss.1, ... where inputs have put bytes into that. */
static int out_for_commons(struct link *l, out_id *out)
{
	struct link_out bss = { .name = ".bss", .kind = OBJ_SEC_BSS, .align = 1 };

	*out = find_out(l, bss.name);
	for (u32 i = 1; has_bytes(l, *out); i++) {
		bss.name = arena_printf(&l->arena, ".bss.%u", i);
		if (!bss.name)
			return -ENOMEM;
		*out = find_out(l, bss.name);
	}
	return out->i ? 0 : add_out(l, &bss, out);
}

static int place_commons(struct link *l)
{
	out_id out = { 0 };
	int err = 0;

	for (u32 i = 1; i < l->pieces.n && !err; i++) {
		const struct link_piece *p = &l->pieces.v[i];
		u64 align;

		if (p->sec.i || p->dropped || p->is_clone)
			continue;
		if (!out.i)
			err = out_for_commons(l, &out);
		if (err)
			return err;
		align = link_node(l, p->owner)->common_align;
		l->outs.v[out.i].align = max_u64(l->outs.v[out.i].align, align);
		err = place(l, (piece_id){ i }, out, align);
	}
	return err;
}

static void mark_symbols(struct link *l)
{
	for (u32 i = 1; i < l->nodes.n; i++) {
		struct link_node *n = &l->nodes.v[i];
		const struct link_piece *p = link_piece(l, n->piece);

		n->plain = n->kind != LINK_SKIP && !p->dropped && !p->clone.i;
		if (n->piece.i && link_is_kept(l, (node_id){ i }))
			l->outs.v[p->out.i].has_symbols = true;
	}
}

int link_join_sections(struct link *l)
{
	struct link_out first = { .name = ".text", .kind = OBJ_SEC_TEXT, .align = 8 };
	out_id out;
	int err = add_out(l, &first, &out);

	for (u32 i = 1; i < l->inputs.n && !err; i++) {
		struct link_input *in = &l->inputs.v[i];

		in->outs = arena_array(&l->arena, in->obj->secs.n, sizeof(*in->outs));
		if (!in->outs)
			return -ENOMEM;
		for (u32 s = 1; s < in->obj->secs.n && !err; s++)
			err = out_for_sec(l, (input_id){ i }, (sec_id){ s }, &in->outs[s]);
	}
	return err;
}

int link_place_pieces(struct link *l)
{
	int err = 0;

	for (u32 i = 1; i < l->inputs.n && !err; i++)
		for (u32 s = 1; s < l->inputs.v[i].obj->secs.n && !err; s++)
			err = place_section(l, (input_id){ i }, (sec_id){ s });
	if (!err)
		err = place_commons(l);
	if (!err)
		mark_symbols(l);
	return err;
}
