/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Object -> ELF, in the form that compilers write and other loaders expect:
 *
 *  - addends go back into the patched fields;
 *  - local functions are named by their section's symbol and an offset, and calls of local
 *    functions within one section carry no relocation at all (libbpf accepts no others);
 *  - sections, then their relocations, then .BTF and .BTF.ext.
 *
 * What the reader does to such a file is the inverse, so reading it gives an equal object.
 */
#include "lib/obj/obj_int.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/isa/isa.h"

struct writer;

/* The bytes of one section, which are made where they go. */
struct contents {
	const struct writer *w;
	u32 sec;
};

struct writer {
	const struct obj *o;
	bool swap;
	struct arena arena;		/* names and relocations of the output */
	VEC(struct elf_out_sec) secs;	/* [i - 1] is section i of the object, then others */
	VEC(struct elf_out_sym) syms;
	struct contents *contents;	/* by section of the object */
	struct sbuf btf, ext;		/* .BTF, .BTF.ext */
	u32 *sec_syms;			/* section -> number of its symbol, 0 none */
	u32 *sym_nums;			/* symbol -> number */
};

/* --- symbols -------------------------------------------------------------------------------- */

static bool is_local_code(const struct obj *o, const struct obj_sym *sym)
{
	return sym->bind == STB_LOCAL && sym->sec.i &&
	       obj_sec_is_code(obj_sec(o, sym->sec)->kind);
}

/* A call that assemblers resolve, since nothing can come between. */
static bool is_resolved(const struct obj *o, u32 sec, const struct obj_reloc *r)
{
	const struct obj_sym *sym = obj_sym(o, r->sym);

	return r->type == R_BPF_64_32 && sym->sec.i == sec && is_local_code(o, sym);
}

/* Does the relocation name the section's symbol in the file? */
static bool by_section(const struct obj *o, const struct obj_reloc *r)
{
	const struct obj_sym *sym = obj_sym(o, r->sym);

	return sym->type == STT_SECTION || is_local_code(o, sym);
}

u32 obj_symbol_order(const struct obj *o, u32 *order)
{
	u32 n = 0;

	for (u32 i = 1; i < o->syms.n; i++)
		if (o->syms.v[i].type != STT_SECTION && o->syms.v[i].bind == STB_LOCAL)
			order[n++] = i;
	for (u32 i = 1; i < o->syms.n; i++)
		if (o->syms.v[i].bind != STB_LOCAL)
			order[n++] = i;
	return n;
}

static int add_sec_sym(struct writer *w, u32 sec)
{
	struct elf_out_sym *sym;

	if (w->sec_syms[sec])
		return 0;
	sym = vec_push(&w->syms);
	if (!sym)
		return -ENOMEM;
	*sym = (struct elf_out_sym){ .name = "", .sec = sec, .type = STT_SECTION };
	w->sec_syms[sec] = w->syms.n;
	return 0;
}

static int add_sec_syms(struct writer *w)
{
	const struct obj *o = w->o;
	int err = 0;

	for (u32 i = 1; i < o->secs.n; i++) {
		const struct obj_sec *sec = &o->secs.v[i];

		for (u32 k = 0; k < sec->relocs.n && !err; k++) {
			const struct obj_reloc *r = &sec->relocs.v[k];

			if (by_section(o, r) && !is_resolved(o, i, r))
				err = add_sec_sym(w, obj_sym(o, r->sym)->sec.i);
		}
	}
	return err;
}

static int add_named_sym(struct writer *w, u32 i)
{
	const struct obj_sym *s = &w->o->syms.v[i];
	struct elf_out_sym *sym = vec_push(&w->syms);

	if (!sym)
		return -ENOMEM;
	*sym = (struct elf_out_sym){
		.name = s->name,
		.value = s->value,
		.size = s->size,
		.sec = s->absolute ? ELF_SEC_ABS : s->common ? ELF_SEC_COMMON : s->sec.i,
		.type = s->type,
		.bind = s->bind,
		.vis = s->vis,
	};
	w->sym_nums[i] = w->syms.n;
	return 0;
}

static int add_syms(struct writer *w)
{
	u32 *order = arena_array(&w->arena, w->o->syms.n, sizeof(*order));
	int err = order ? add_sec_syms(w) : -ENOMEM;
	u32 n = order ? obj_symbol_order(w->o, order) : 0;

	for (u32 i = 0; i < n && !err; i++)
		err = add_named_sym(w, order[i]);
	return err;
}

/* --- contents ------------------------------------------------------------------------------- */

/* What the patched field of a relocation holds in the file. */
static s64 field_addend(const struct obj *o, const struct obj_reloc *r)
{
	const struct obj_sym *sym = obj_sym(o, r->sym);

	return (s64)((u64)r->addend + (is_local_code(o, sym) ? sym->value : 0));
}

static void patch_insn(const struct writer *w, u32 sec, const struct obj_reloc *r,
		       struct bpf_insn *insn)
{
	s64 addend = field_addend(w->o, r);

	if (r->type == R_BPF_64_64) {
		insn[0].imm = (s32)addend;
		insn[1].imm = (s32)(addend >> 32);
		return;
	}
	assert(addend % 8 == 0);
	insn->imm = (s32)(addend / 8 - 1);
	if (is_resolved(w->o, sec, r))
		insn->imm -= (s32)(r->off / 8);
}

static void fill_code(const void *user, u8 *to)
{
	const struct contents *c = user;
	const struct obj_sec *sec = &c->w->o->secs.v[c->sec];

	isa_store_insns(to, c->w->swap, sec->insns.v, sec->insns.n);
	for (u32 k = 0; k < sec->relocs.n; k++) {
		const struct obj_reloc *r = &sec->relocs.v[k];
		u32 at = (u32)(r->off / 8), n = r->type == R_BPF_64_64 ? 2 : 1;
		struct bpf_insn insns[2] = { sec->insns.v[at], sec->insns.v[at + n - 1] };

		patch_insn(c->w, c->sec, r, insns);
		isa_store_insns(to + at * 8ull, c->w->swap, insns, n);
	}
}

static void fill_data(const void *user, u8 *to)
{
	const struct contents *c = user;
	const struct writer *w = c->w;
	const struct obj_sec *sec = &w->o->secs.v[c->sec];

	if (sec->bytes.n)
		memcpy(to, sec->bytes.v, sec->bytes.n);
	for (u32 k = 0; k < sec->relocs.n; k++) {
		const struct obj_reloc *r = &sec->relocs.v[k];
		s64 addend = field_addend(w->o, r);

		if (r->type == R_BPF_64_ABS64)
			put_u64(to + r->off, (u64)addend, w->swap);
		else
			put_u32(to + r->off, (u32)addend, w->swap);
	}
}

static int add_sec(struct writer *w, u32 i)
{
	const struct obj_sec *sec = &w->o->secs.v[i];
	struct elf_out_sec *s = vec_push(&w->secs);

	if (!s)
		return -ENOMEM;
	w->contents[i] = (struct contents){ w, i };
	*s = (struct elf_out_sec){
		.name = sec->name,
		.type = sec->elf_type,
		.flags = sec->flags,
		.align = sec->align,
		.entsize = sec->entsize,
		.bytes = span_of(NULL, sec->size),
		.fill = obj_sec_is_code(sec->kind) ? fill_code : fill_data,
		.fill_user = &w->contents[i],
	};
	return 0;
}

/* The numbers of sections don't depend on their relocations: those come behind all of them. */
static int add_rels(struct writer *w, u32 i)
{
	const struct obj_sec *sec = &w->o->secs.v[i];
	struct elf_rel *rels = arena_array(&w->arena, sec->relocs.n, sizeof(*rels));
	struct elf_out_sec *s;
	u32 n = 0;

	if (!rels)
		return -ENOMEM;
	for (u32 k = 0; k < sec->relocs.n; k++) {
		const struct obj_reloc *r = &sec->relocs.v[k];

		if (is_resolved(w->o, i, r))
			continue;
		rels[n].off = r->off;
		rels[n].type = r->type;
		rels[n++].sym = by_section(w->o, r) ? w->sec_syms[obj_sym(w->o, r->sym)->sec.i] :
						      w->sym_nums[r->sym.i];
	}
	if (!n)
		return 0;
	s = vec_push(&w->secs);
	if (!s)
		return -ENOMEM;
	*s = (struct elf_out_sec){
		.name = arena_printf(&w->arena, ".rel%s", sec->name),
		.type = SHT_REL,
		.flags = SHF_INFO_LINK,
		.align = 8,
		.entsize = ELF64_REL_SIZE,
		.rel_of = i,
		.rels = rels,
		.n_rels = n,
	};
	return s->name ? 0 : -ENOMEM;
}

/* --- BTF ------------------------------------------------------------------------------------ */

static int put_sec_records(const struct obj_sec *sec, u32 name_off, struct btf_ext *x)
{
	int err = 0;

	if (sec->func_infos.n)
		err = btf_ext_add_func_sec(x, name_off);
	for (u32 i = 0; i < sec->func_infos.n && !err; i++) {
		const struct obj_func_info *fi = &sec->func_infos.v[i];
		struct bpf_func_info rec = { fi->insn * 8, fi->type_id };

		err = btf_ext_add_func(x, &rec);
	}
	if (!err && sec->line_infos.n)
		err = btf_ext_add_line_sec(x, name_off);
	for (u32 i = 0; i < sec->line_infos.n && !err; i++) {
		const struct obj_line_info *li = &sec->line_infos.v[i];
		struct bpf_line_info rec = { li->insn * 8, li->file_off, li->line_off,
					     li->line_col };

		err = btf_ext_add_line(x, &rec);
	}
	if (!err && sec->core_relos.n)
		err = btf_ext_add_core_sec(x, name_off);
	for (u32 i = 0; i < sec->core_relos.n && !err; i++) {
		const struct obj_core_relo *cr = &sec->core_relos.v[i];
		struct bpf_core_relo rec = { cr->insn * 8, cr->type_id, cr->access_off, cr->kind };

		err = btf_ext_add_core(x, &rec);
	}
	return err;
}

static int put_ext(struct writer *w, struct sbuf *out)
{
	struct btf_ext *x;
	int err = btf_ext_new(&x);

	if (err)
		return err;
	for (u32 i = 1; i < w->o->secs.n && !err; i++)
		err = put_sec_records(&w->o->secs.v[i], w->o->secs.v[i].btf_name, x);
	if (!err && !btf_ext_is_empty(x))
		err = btf_ext_write(x, w->o->big_endian, out);
	btf_ext_free(x);
	return err;
}

static int add_btf_sec(struct writer *w, const char *name, const struct sbuf *bytes)
{
	struct elf_out_sec *s = vec_push(&w->secs);

	if (!s)
		return -ENOMEM;
	*s = (struct elf_out_sec){
		.name = name, .type = SHT_PROGBITS, .align = 4,
		.bytes = span_of(bytes->data, bytes->size),
	};
	return 0;
}

static int add_btf(struct writer *w)
{
	int err;

	if (!w->o->btf)
		return 0;
	err = btf_write(w->o->btf, w->o->big_endian, &w->btf);
	if (!err)
		err = put_ext(w, &w->ext);
	if (!err)
		err = add_btf_sec(w, ".BTF", &w->btf);
	if (!err && w->ext.size)
		err = add_btf_sec(w, ".BTF.ext", &w->ext);
	return err;
}

/* --- all of it ------------------------------------------------------------------------------ */

static int writer_init(struct writer *w)
{
	const struct obj *o = w->o;

	w->contents = arena_array(&w->arena, o->secs.n, sizeof(*w->contents));
	w->sec_syms = arena_array(&w->arena, o->secs.n, sizeof(*w->sec_syms));
	w->sym_nums = arena_array(&w->arena, o->syms.n, sizeof(*w->sym_nums));
	return w->contents && w->sec_syms && w->sym_nums ? 0 : -ENOMEM;
}

static void writer_free(struct writer *w)
{
	sbuf_free(&w->btf);
	sbuf_free(&w->ext);
	vec_free(&w->secs);
	vec_free(&w->syms);
	arena_free(&w->arena);
}

static int collect(struct writer *w)
{
	int err;

	err = writer_init(w);
	if (!err)
		err = add_syms(w);
	for (u32 i = 1; i < w->o->secs.n && !err; i++)
		err = add_sec(w, i);
	for (u32 i = 1; i < w->o->secs.n && !err; i++)
		err = add_rels(w, i);
	if (!err)
		err = add_btf(w);
	return err;
}

int obj_write(const struct obj *o, struct sbuf *out)
{
	struct writer w = { .o = o, .swap = o->big_endian != HOST_BIG_ENDIAN };
	struct elf_out elf = { .big_endian = o->big_endian, .machine = EM_BPF };
	int err;

	err = collect(&w);
	if (err == -ENOMEM) {
		struct weld_where at = WELD_WHERE_NONE;

		at.file = o->name;
		err = diag_raise(o->diag, DIAG_NO_MEMORY, &at, "obj_write");
	} else if (!err) {
		elf.secs = w.secs.v;
		elf.n_secs = w.secs.n;
		elf.syms = w.syms.v;
		elf.n_syms = w.syms.n;
		err = elf_write(o->diag, &elf, out);
	}
	writer_free(&w);
	return err;
}
