/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What one relocation in code becomes:
 *
 *	call of a function		imm = distance, src = PSEUDO_CALL
 *	ld_imm64 of a function		imm = distance, src = PSEUDO_FUNC (a callback)
 *	ld_imm64 of a map		map reference, src = PSEUDO_MAP_FD
 *	ld_imm64 of a variable		map reference to its section's map, src = PSEUDO_MAP_VALUE
 *	a kernel symbol or value	see open.c; an error unless the image is open
 *	anything weak that nobody has	address 0; a call of it becomes a call that no kernel knows,
 *					which is fine where a test of the address guards it
 *	any other extern		an error
 */
#include "lib/image/image_int.h"

#include "uapi/elf.h"

static struct weld_where where(struct build *b, const struct ref *ref)
{
	return obj_where(b->o, ref->sec, ref->reloc->off);
}

static const char *sym_name(struct build *b, const struct ref *ref)
{
	const struct obj_sym *sym = obj_sym(b->o, ref->reloc->sym);

	return sym->name[0] ? sym->name : obj_sec(b->o, sym->sec)->name;
}

/* Calls and callback addresses count from the next instruction. */
static int resolve_to_func(struct build *b, const struct ref *ref, func_id func)
{
	struct bpf_insn *insn = &b->img->insns.v[ref->insn];
	const struct img_func *to = &b->img->funcs.v[b->place[func.i] - 1];
	bool is_call = ref->reloc->type == R_BPF_64_32;

	insn->imm = (s32)to->insn - (s32)ref->insn - 1;
	insn->src_reg = is_call ? BPF_PSEUDO_CALL : BPF_PSEUDO_FUNC;
	return 0;
}

static int add_map_ref(struct build *b, const struct ref *ref, map_id map, s64 off)
{
	const struct obj_map *m = obj_map(b->o, map);
	struct bpf_insn *insn = &b->img->insns.v[ref->insn];
	struct weld_where at = where(b, ref);
	struct img_map_ref *out;

	if (m->is_data ? off < 0 || off > m->value_size : off != 0)
		return diag_raise(b->d, DIAG_IMG_BAD_ADDEND, &at, (long long)off, m->name);
	out = vec_push(&b->img->map_refs);
	if (!out)
		return diag_raise(b->d, DIAG_NO_MEMORY, &at, "image");
	*out = (struct img_map_ref){ ref->insn, (u32)off, map, m->is_data };
	insn[0].src_reg = m->is_data ? BPF_PSEUDO_MAP_VALUE : BPF_PSEUDO_MAP_FD;
	insn[0].imm = 0;
	insn[1].imm = m->is_data ? (s32)off : 0;
	return 0;
}

static int resolve_weak(struct build *b, const struct ref *ref)
{
	struct bpf_insn *insn = &b->img->insns.v[ref->insn];

	if (ref->reloc->type == R_BPF_64_32) {
		insn->src_reg = 0;
		insn->off = 0;
		insn->imm = ABI_POISON_CALL;
		return 0;
	}
	insn[0].src_reg = 0;
	insn[0].imm = 0;
	insn[1].imm = 0;
	return 0;
}

static int resolve_extern(struct build *b, const struct ref *ref)
{
	u32 n = b->ext[ref->reloc->sym.i];
	const struct obj_extern *ext = n ? &b->o->externs.v[n - 1] : NULL;
	struct weld_where at = where(b, ref);
	const char *name = sym_name(b, ref);
	struct diag_msg m;

	if (ext && ext->kind >= OBJ_EXTERN_KFUNC && b->open)
		return img_leave_open(b, ref, n - 1);
	if (ext && (ext->kind == OBJ_EXTERN_KFUNC || ext->kind == OBJ_EXTERN_KSYM))
		return diag_raise(b->d, DIAG_IMG_NEEDS_KSYMS, &at, name);
	if (ext && ext->kind == OBJ_EXTERN_KCONFIG)
		return diag_raise(b->d, DIAG_IMG_NEEDS_KCONFIG, &at, name);
	if (ext && ext->weak)
		return resolve_weak(b, ref);
	diag_begin(&m, b->d, DIAG_IMG_EXTERN_LEFT, &at, name);
	diag_help(&m, "link it first with an object that defines '%s', or map it with --resolve",
		  name);
	return diag_end(&m);
}

static int resolve_address(struct build *b, const struct ref *ref)
{
	const struct obj_sym *sym = obj_sym(b->o, ref->reloc->sym);
	map_id map = obj_reloc_map(b->o, ref->reloc);
	struct weld_where at = where(b, ref);

	if (map.i && !obj_map(b->o, map)->is_data)
		return add_map_ref(b, ref, map, 0);
	if (!map.i)
		map.i = b->data_map[sym->sec.i];
	if (map.i)
		return add_map_ref(b, ref, map, (s64)sym->value + ref->reloc->addend);
	return diag_raise(b->d, DIAG_IMG_BAD_TARGET, &at, sym_name(b, ref));
}

int img_resolve(struct build *b, const struct ref *ref)
{
	const struct obj_sym *sym = obj_sym(b->o, ref->reloc->sym);
	func_id func = obj_reloc_func(b->o, ref->reloc);
	struct weld_where at;

	if (func.i)
		return resolve_to_func(b, ref, func);
	if (!sym->sec.i)
		return resolve_extern(b, ref);
	if (ref->reloc->type == R_BPF_64_64)
		return resolve_address(b, ref);
	at = where(b, ref);
	return diag_raise(b->d, DIAG_IMG_BAD_TARGET, &at, sym_name(b, ref));
}
