/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The object that comes out: everything as it was, but the code and what refers to it. */
#include "linker/inline_int.h"

#include "uapi/elf.h"

#include "lib/isa/isa.h"

/* --- places ------------------------------------------------------------------------------ */

static bool is_code(const struct inl *in, sec_id sec)
{
	return sec.i && obj_sec_is_code(obj_sec(in->o, sec)->kind);
}

/* Where an old byte of a section is now. */
static u64 new_off(const struct inl *in, sec_id sec, u64 off)
{
	const struct inl_code *c = &in->codes[sec.i];
	u64 insn = off / 8;
	u32 item;

	if (!is_code(in, sec) || insn > obj_sec(in->o, sec)->insns.n)
		return off;
	item = c->first[insn];
	return (item < c->items.n ? c->items.v[item].pos : c->n_slots) * 8ull + off % 8;
}

/* --- symbols ----------------------------------------------------------------------------- */

static bool sym_is_gone(const struct inl *in, const struct obj_sym *sym)
{
	return is_code(in, sym->sec) && sym->type != STT_SECTION &&
	       inl_is_gone(in, sym->sec, (u32)(sym->value / 8));
}

static int copy_syms(struct inl *in, sym_id *syms)
{
	int err = 0;

	for (u32 i = 1; i < in->o->syms.n && !err; i++) {
		struct obj_sym sym = in->o->syms.v[i];

		if (sym_is_gone(in, &sym))
			continue;
		if (is_code(in, sym.sec) && sym.type != STT_SECTION) {
			u64 end = new_off(in, sym.sec, sym.value + sym.size);

			sym.value = new_off(in, sym.sec, sym.value);
			sym.size = sym.size ? end - sym.value : 0;
		}
		err = obj_add_sym(in->out, &sym, &syms[i]);
		if (!err && sym.type == STT_SECTION && sym.sec.i)
			obj_sec(in->out, sym.sec)->sec_sym = syms[i];
	}
	return err;
}

/* --- relocations ------------------------------------------------------------------------- */

static int copy_reloc(struct inl *in, const sym_id *syms, const struct obj_reloc *r, u64 off,
		      struct obj_sec *to)
{
	const struct obj_sym *sym = obj_sym(in->o, r->sym);
	struct obj_reloc n = *r;

	n.off = off;
	n.sym = syms[r->sym.i];
	if (is_code(in, sym->sec))
		n.addend = (s64)(new_off(in, sym->sec, sym->value + (u64)r->addend) -
				 obj_sym(in->out, n.sym)->value);
	return vec_append(&to->relocs, &n, 1);
}

static int copy_data_relocs(struct inl *in, sec_id sec, const sym_id *syms)
{
	const struct obj_sec *s = obj_sec(in->o, sec);
	int err = 0;

	for (u32 i = 0; i < s->relocs.n && !err; i++)
		err = copy_reloc(in, syms, &s->relocs.v[i], s->relocs.v[i].off,
				 obj_sec(in->out, sec));
	return err;
}

/* The first of a section's records that is about an instruction or a later one. */
#define FIRST_AT(vec, member, at)						\
	({									\
		u32 lo_ = 0, hi_ = (vec).n;					\
		while (lo_ < hi_) {						\
			u32 mid_ = lo_ + (hi_ - lo_) / 2;			\
			if ((vec).v[mid_].member < (at))			\
				lo_ = mid_ + 1;					\
			else							\
				hi_ = mid_;					\
		}								\
		lo_;								\
	})

static int copy_item_relocs(struct inl *in, const struct inl_item *it, const sym_id *syms,
			    struct obj_sec *to)
{
	const struct obj_sec *s = obj_sec(in->o, (sec_id){ it->sec });
	u64 off = it->from * 8ull;
	int err = 0;

	for (u32 i = FIRST_AT(s->relocs, off, off);
	     i < s->relocs.n && s->relocs.v[i].off < off + 8 && !err; i++)
		err = copy_reloc(in, syms, &s->relocs.v[i],
				 it->pos * 8ull + s->relocs.v[i].off - off, to);
	return err;
}

static int copy_item_core(struct inl *in, const struct inl_item *it, struct obj_sec *to)
{
	const struct obj_sec *s = obj_sec(in->o, (sec_id){ it->sec });

	for (u32 i = FIRST_AT(s->core_relos, insn, it->from);
	     i < s->core_relos.n && s->core_relos.v[i].insn == it->from; i++) {
		struct obj_core_relo r = s->core_relos.v[i];

		r.insn = it->pos;
		if (vec_append(&to->core_relos, &r, 1))
			return -ENOMEM;
	}
	return 0;
}

static int copy_line(struct inl *in, const struct inl_item *it, struct obj_sec *to)
{
	struct obj_line_info r;

	if (it->line == INL_NONE)
		return 0;
	r = obj_sec(in->o, (sec_id){ it->line_sec })->line_infos.v[it->line];
	r.insn = it->pos;
	return vec_append(&to->line_infos, &r, 1);
}

/* --- instructions ------------------------------------------------------------------------ */

static int put(struct obj_sec *to, struct bpf_insn insn)
{
	return vec_append(&to->insns, &insn, 1);
}

static int put_far(struct obj_sec *to, const struct inl_item *it, s64 distance)
{
	struct bpf_insn insn = it->insn;
	bool always = insn.code == (BPF_JMP | BPF_JA);
	int err = 0;

	insn.off = 1;
	if (!always)
		err = put(to, insn);
	if (!always && !err)
		err = put(to, (struct bpf_insn){ .code = BPF_JMP | BPF_JA, .off = 1 });
	if (!err)
		err = put(to, (struct bpf_insn){ .code = BPF_JMP32 | BPF_JA,
						 .imm = (s32)distance });
	return err;
}

static int copy_item_code(const struct inl_code *c, const struct inl_item *it, struct obj_sec *to)
{
	struct bpf_insn insn = it->insn;
	u32 end = (u32)(it - c->items.v) + 1 < c->items.n ? it[1].pos : c->n_slots;
	s64 distance;

	if (it->target == INL_NONE)
		return put(to, insn);
	distance = it->target < c->items.n ? c->items.v[it->target].pos : c->n_slots;
	distance -= end;
	if (it->far)
		return put_far(to, it, distance);
	if (insn.code == (BPF_JMP32 | BPF_JA))
		insn.imm = (s32)distance;
	else
		insn.off = (s16)distance;
	return put(to, insn);
}

static int copy_code(struct inl *in, sec_id sec, const sym_id *syms)
{
	const struct inl_code *c = &in->codes[sec.i];
	struct obj_sec *to = obj_sec(in->out, sec);
	int err = 0;

	for (u32 i = 0; i < c->items.n && !err; i++) {
		const struct inl_item *it = &c->items.v[i];

		err = copy_item_code(c, it, to);
		if (!err)
			err = copy_line(in, it, to);
		/* What stands for an exit has no relocation, and no CO-RE record either. */
		if (!err && it->from != INL_NONE)
			err = copy_item_relocs(in, it, syms, to);
		if (!err && it->from != INL_NONE)
			err = copy_item_core(in, it, to);
	}
	to->size = to->insns.n * 8ull;
	return err;
}

static int copy_func_infos(struct inl *in, sec_id sec)
{
	const struct obj_sec *s = obj_sec(in->o, sec);

	for (u32 i = 0; i < s->func_infos.n; i++) {
		struct obj_func_info r = s->func_infos.v[i];

		if (inl_is_gone(in, sec, r.insn))
			continue;
		r.insn = (u32)(new_off(in, sec, r.insn * 8ull) / 8);
		if (vec_append(&obj_sec(in->out, sec)->func_infos, &r, 1))
			return -ENOMEM;
	}
	return 0;
}

/* --- sections ---------------------------------------------------------------------------- */

static int copy_sec(struct inl *in, u32 i)
{
	const struct obj_sec *s = &in->o->secs.v[i];
	struct obj_sec *to;
	sec_id id;

	if (obj_add_sec(in->out, s->name, s->kind, &id))
		return -ENOMEM;
	to = obj_sec(in->out, id);
	to->elf_type = s->elf_type;
	to->flags = s->flags;
	to->align = s->align;
	to->entsize = s->entsize;
	to->size = s->size;
	return vec_append(&to->bytes, s->bytes.v, s->bytes.n);
}

int inl_copy(struct inl *in)
{
	struct arena scratch = { 0 };
	sym_id *syms = arena_array(&scratch, in->o->syms.n, sizeof(*syms));
	int err = syms ? obj_new(in->o->diag, in->o->name, in->o->big_endian, &in->out) : -ENOMEM;

	for (u32 i = 1; i < in->o->secs.n && !err; i++)
		err = copy_sec(in, i);
	if (!err)
		err = copy_syms(in, syms);
	if (!err && in->o->btf)
		err = btf_clone(in->o->btf, &in->out->btf);
	for (u32 i = 1; i < in->o->secs.n && !err; i++) {
		sec_id sec = { i };

		if (is_code(in, sec))
			err = copy_code(in, sec, syms);
		else
			err = copy_data_relocs(in, sec, syms);
		if (!err && is_code(in, sec))
			err = copy_func_infos(in, sec);
	}
	arena_free(&scratch);
	return err;
}
