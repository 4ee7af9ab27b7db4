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

#include "lib/base/file.h"
#include "lib/isa/isa.h"

struct writer;

/* The bytes of one section, which are made when they go out. */
struct contents {
	struct writer *w;
	u32 sec;
	u32 n_rels;			/* that go into the file; add_sec_syms */
};

struct writer {
	const struct obj *o;
	struct obj *consumed;		/* the same, if what went out may go */
	bool swap;
	struct arena arena;		/* names in the output */
	VEC(struct elf_out_sec) secs;	/* [i - 1] is section i of the object, then others */
	VEC(struct elf_out_sym) syms;
	struct contents *contents;	/* by section of the object */
	struct sbuf btf, ext;		/* .BTF, .BTF.ext, while they go out */
	btf_ext_runs runs;		/* of .BTF.ext, in the object */
	u32 *sec_syms;			/* section -> number of its symbol, 0 none */
	u32 *sym_nums;			/* symbol -> number that relocations name it by */
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

/* Do relocations name it by its section's symbol in the file? */
static bool by_section(const struct obj *o, const struct obj_sym *sym)
{
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

/* Of the sections that relocations of section i need. */
static int add_sec_syms(struct writer *w, u32 i)
{
	const struct obj *o = w->o;
	const struct obj_sec *sec = &o->secs.v[i];
	int err = 0;

	for (u32 k = 0; k < sec->relocs.n && !err; k++) {
		const struct obj_reloc *r = &sec->relocs.v[k];
		const struct obj_sym *sym = obj_sym(o, r->sym);

		if (is_resolved(o, i, r))
			continue;
		w->contents[i].n_rels++;
		if (by_section(o, sym) && !w->sym_nums[r->sym.i]) {
			err = add_sec_sym(w, sym->sec.i);
			w->sym_nums[r->sym.i] = w->sec_syms[sym->sec.i];
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
	if (!by_section(w->o, s))
		w->sym_nums[i] = w->syms.n;
	return 0;
}

static int add_syms(struct writer *w)
{
	u32 *order = arena_array(&w->arena, w->o->syms.n, sizeof(*order));
	int err = order ? 0 : -ENOMEM;
	u32 n = order ? obj_symbol_order(w->o, order) : 0;

	for (u32 i = 1; i < w->o->secs.n && !err; i++)
		err = add_sec_syms(w, i);
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

/* The first relocation that may reach into what lies at or behind off. */
static u32 first_reloc(const struct obj_sec *sec, u64 off)
{
	enum { FIELD_MAX = 16 };
	u32 lo = 0, hi = sec->relocs.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sec->relocs.v[mid].off + FIELD_MAX <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Of a field that belongs at off, what lies in the size bytes from from on. */
static void overlay(struct span field, u64 off, u64 from, u8 *to, size_t size)
{
	u64 begin = max_u64(off, from), end = min_u64(off + field.size, from + size);

	if (begin < end)
		memcpy(to + (begin - from), field.data + (begin - off), end - begin);
}

/* A part of a section on its way: size bytes from from on. */
struct part {
	u64 from;
	u8 *to;
	size_t size;
	bool swap;
};

/* Of the instruction at off, if it is in the part: those are never cut. */
static void put_imm(const struct part *p, u64 off, s64 imm)
{
	if (off - p->from < p->size)
		put_u32(p->to + (off - p->from) + offsetof(struct bpf_insn, imm), (u32)imm,
			p->swap);
}

static void fill_code(const void *user, u64 from, u8 *to, size_t size)
{
	const struct contents *c = user;
	const struct obj *o = c->w->o;
	const struct obj_sec *sec = &o->secs.v[c->sec];
	struct part part = { from, to, size, c->w->swap };

	isa_store_insns(to, c->w->swap, &sec->insns.v[from / 8], size / 8);
	for (u32 k = first_reloc(sec, from); k < sec->relocs.n; k++) {
		const struct obj_reloc *r = &sec->relocs.v[k];
		s64 addend = field_addend(o, r);

		if (r->off >= from + size)
			break;
		if (r->type == R_BPF_64_64) {
			put_imm(&part, r->off, addend);
			put_imm(&part, r->off + 8, addend >> 32);
			continue;
		}
		assert(addend % 8 == 0);
		addend = addend / 8 - 1;
		put_imm(&part, r->off,
			is_resolved(o, c->sec, r) ? addend - (s64)(r->off / 8) : addend);
	}
}

static void fill_data(const void *user, u64 from, u8 *to, size_t size)
{
	const struct contents *c = user;
	const struct writer *w = c->w;
	const struct obj_sec *sec = &w->o->secs.v[c->sec];

	memcpy(to, &sec->bytes.v[from], size);
	for (u32 k = first_reloc(sec, from); k < sec->relocs.n; k++) {
		const struct obj_reloc *r = &sec->relocs.v[k];
		s64 addend = field_addend(w->o, r);
		bool is_long = r->type == R_BPF_64_ABS64;
		u8 field[8];

		if (r->off >= from + size)
			break;
		if (is_long)
			put_u64(field, (u64)addend, w->swap);
		else
			put_u32(field, (u32)addend, w->swap);
		overlay(span_of(field, is_long ? 8 : 4), r->off, from, to, size);
	}
}

static void done_contents(void *user)
{
	const struct contents *c = user;

	if (c->w->consumed) {
		vec_free(&c->w->consumed->secs.v[c->sec].insns);
		vec_free(&c->w->consumed->secs.v[c->sec].bytes);
	}
}

static int add_sec(struct writer *w, u32 i)
{
	const struct obj_sec *sec = &w->o->secs.v[i];
	struct elf_out_sec *s = vec_push(&w->secs);

	if (!s)
		return -ENOMEM;
	w->contents[i].w = w;
	w->contents[i].sec = i;
	*s = (struct elf_out_sec){
		.name = sec->name,
		.type = sec->elf_type,
		.flags = sec->flags,
		.align = sec->align,
		.entsize = sec->entsize,
		.bytes = span_of(NULL, sec->size),
		.fill = obj_sec_is_code(sec->kind) ? fill_code : fill_data,
		.done = done_contents,
		.user = &w->contents[i],
	};
	return 0;
}

/* --- relocations ---------------------------------------------------------------------------- */

static void next_rels(const void *user, u32 *at, struct elf_rel *rels, u32 n)
{
	const struct contents *c = user;
	const struct writer *w = c->w;
	const struct obj_sec *sec = &w->o->secs.v[c->sec];

	for (u32 i = 0; i < n;) {
		const struct obj_reloc *r = &sec->relocs.v[(*at)++];

		if (!is_resolved(w->o, c->sec, r))
			rels[i++] = (struct elf_rel){
				.off = r->off, .type = r->type, .sym = w->sym_nums[r->sym.i],
			};
	}
}

static void done_rels(void *user)
{
	const struct contents *c = user;

	if (c->w->consumed)
		vec_free(&c->w->consumed->secs.v[c->sec].relocs);
}

/* The numbers of sections don't depend on their relocations: those come behind all of them. */
static int add_rels(struct writer *w, u32 i)
{
	const struct obj_sec *sec = &w->o->secs.v[i];
	u32 n = w->contents[i].n_rels;
	struct elf_out_sec *s;

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
		.n_rels = n,
		.next_rels = next_rels,
		.done = done_rels,
		.user = &w->contents[i],
	};
	return s->name ? 0 : -ENOMEM;
}

/* --- BTF ------------------------------------------------------------------------------------ */

static_assert(sizeof(struct obj_func_info) == sizeof(struct bpf_func_info), "the same words");
static_assert(sizeof(struct obj_line_info) == sizeof(struct bpf_line_info), "the same words");
static_assert(sizeof(struct obj_core_relo) == sizeof(struct bpf_core_relo), "the same words");

static struct btf_ext_run run_of(const struct obj_sec *sec, enum btf_ext_kind kind)
{
	struct btf_ext_run run = { .kind = kind, .name_off = sec->btf_name };

	switch (kind) {
	case BTF_EXT_FUNC:
		run.recs = sec->func_infos.v;
		run.n = sec->func_infos.n;
		break;
	case BTF_EXT_LINE:
		run.recs = sec->line_infos.v;
		run.n = sec->line_infos.n;
		break;
	default:
		run.recs = sec->core_relos.v;
		run.n = sec->core_relos.n;
	}
	return run;
}

static int collect_runs(struct writer *w)
{
	for (u32 kind = 0; kind < BTF_EXT_N_KINDS; kind++)
		for (u32 i = 1; i < w->o->secs.n; i++) {
			struct btf_ext_run run = run_of(&w->o->secs.v[i], kind);

			if (run.n && vec_append(&w->runs, &run, 1))
				return -ENOMEM;
		}
	return 0;
}

static int get_btf(void *user, struct span *bytes)
{
	struct writer *w = user;
	int err = btf_write(w->o->btf, w->o->big_endian, &w->btf);

	*bytes = span_of(w->btf.data, w->btf.size);
	return err;
}

static int get_ext(void *user, struct span *bytes)
{
	struct writer *w = user;
	int err = btf_ext_write_runs(&w->runs, sizeof(struct bpf_insn), w->o->big_endian, &w->ext);

	*bytes = span_of(w->ext.data, w->ext.size);
	return err;
}

static void done_btf(void *user)
{
	struct writer *w = user;

	sbuf_free(&w->btf);
	sbuf_free(&w->ext);
}

static int add_btf_sec(struct writer *w, const char *name, u64 size, elf_get_fn *get)
{
	struct elf_out_sec *s = vec_push(&w->secs);

	if (!s)
		return -ENOMEM;
	*s = (struct elf_out_sec){
		.name = name, .type = SHT_PROGBITS, .align = 4, .bytes = span_of(NULL, size),
		.get = get, .done = done_btf, .user = w,
	};
	return size > UINT32_MAX ? -E2BIG : 0;
}

static int add_btf(struct writer *w)
{
	int err = 0;

	if (!w->o->btf)
		return 0;
	err = add_btf_sec(w, ".BTF", btf_blob_size(w->o->btf), get_btf);
	if (!err)
		err = collect_runs(w);
	if (!err && w->runs.n)
		err = add_btf_sec(w, ".BTF.ext", btf_ext_runs_size(&w->runs), get_ext);
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
	vec_free(&w->runs);
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

static int put_file(void *user, const void *bytes, size_t size)
{
	return file_out_put(user, bytes, size);
}

/* Exactly one of mem and file is where it goes. */
static int write_to(struct writer *w, struct sbuf *mem, struct file_out *file)
{
	struct elf_out elf = { .big_endian = w->o->big_endian, .machine = EM_BPF };
	int err;

	w->swap = w->o->big_endian != HOST_BIG_ENDIAN;
	err = collect(w);
	if (err == -ENOMEM) {
		struct weld_where at = WELD_WHERE_NONE;

		at.file = w->o->name;
		err = diag_raise(w->o->diag, DIAG_NO_MEMORY, &at, "obj_write");
	} else if (!err) {
		elf.secs = w->secs.v;
		elf.n_secs = w->secs.n;
		elf.syms = w->syms.v;
		elf.n_syms = w->syms.n;
		err = mem ? elf_write(w->o->diag, &elf, mem) :
			    elf_write_to(w->o->diag, &elf, put_file, file);
	}
	writer_free(w);
	return err;
}

int obj_write(const struct obj *o, struct sbuf *out)
{
	return write_to(&(struct writer){ .o = o }, out, NULL);
}

static int fill_file(void *user, struct file_out *f)
{
	return write_to(user, NULL, f);
}

int obj_write_file(const struct obj *o, const char *path)
{
	return file_write_with(o->diag, path, fill_file, &(struct writer){ .o = o });
}

int obj_finish_file(struct obj *o, const char *path)
{
	struct writer w = { .o = o, .consumed = o };
	int err = file_write_with(o->diag, path, fill_file, &w);

	obj_free(o);
	return err;
}
