/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Open images: everything that is final without a kernel is, and the rest is listed.
 *
 *	call of a kernel function	src = PSEUDO_KFUNC_CALL, imm = 0
 *	ld_imm64 of a kernel symbol	src = PSEUDO_BTF_ID, both imm = 0
 *	ld_imm64 of a .kconfig value	map reference to the map of these values
 *	ld_imm64 of a map		src = PSEUDO_MAP_IDX, imm = index in fd_array
 *	ld_imm64 of a variable		src = PSEUDO_MAP_IDX_VALUE, second imm = offset
 *
 * A kernel refuses BTF id 0, so what isn't patched doesn't load.
 */
#include "lib/image/image_int.h"

#include <stdlib.h>

#include "uapi/elf.h"

/* A .kconfig string is a line of a file; nothing longer is a configuration value. */
enum { MAX_KCONFIG = 4096 };

static int no_memory(struct build *b)
{
	return diag_raise(b->d, DIAG_NO_MEMORY, NULL, "image");
}

static int leave_ksym(struct build *b, const struct ref *ref, u32 ext)
{
	bool is_call = ref->reloc->type == R_BPF_64_32;
	struct bpf_insn *insn = &b->img->insns.v[ref->insn];
	struct img_ksym_ref *out = vec_push(&b->img->ksym_refs);

	if (!out)
		return no_memory(b);
	*out = (struct img_ksym_ref){ ref->insn, ext, is_call };
	insn[0].src_reg = is_call ? BPF_PSEUDO_KFUNC_CALL : BPF_PSEUDO_BTF_ID;
	insn[0].imm = 0;
	if (is_call)
		insn[0].off = 0;
	else
		insn[1].imm = 0;
	return 0;
}

/* Give a value its place: the values that the program uses lie one behind the other, each aligned
 * to the power of two that its size is a multiple of, which is enough for any scalar. */
static int place_kconfig(struct build *b, const struct ref *ref, u32 ext)
{
	const struct btf *btf = b->o->btf;
	const struct obj_extern *e = &b->o->externs.v[ext];
	struct weld_where at = obj_where(b->o, ref->sec, ref->reloc->off);
	s64 size = btf_size(btf, btf_type(btf, e->btf_id)->type);
	struct img_kconfig *out;
	u32 align, off;

	if (size <= 0 || size > MAX_KCONFIG)
		return diag_raise(b->d, DIAG_IMG_KCONFIG_SIZE, &at, obj_sym(b->o, e->sym)->name,
				  MAX_KCONFIG);
	out = vec_push(&b->img->kconfigs);
	if (!out)
		return no_memory(b);
	align = (u32)min_u64((u64)(size & -size), 8);
	off = (b->img->kconfig_size + align - 1) & ~(align - 1);
	*out = (struct img_kconfig){ ext, off, (u32)size };
	b->img->kconfig_size = off + (u32)size;
	b->kconfig[ext] = b->img->kconfigs.n;
	return 0;
}

static int leave_kconfig(struct build *b, const struct ref *ref, u32 ext)
{
	struct weld_where at = obj_where(b->o, ref->sec, ref->reloc->off);
	const char *name = obj_sym(b->o, ref->reloc->sym)->name;
	struct bpf_insn *insn = &b->img->insns.v[ref->insn];
	s64 addend = ref->reloc->addend;
	const struct img_kconfig *value;
	struct img_map_ref *out;
	int err = 0;

	if (ref->reloc->type != R_BPF_64_64)
		return diag_raise(b->d, DIAG_IMG_BAD_TARGET, &at, name);
	if (!b->kconfig[ext])
		err = place_kconfig(b, ref, ext);
	if (err)
		return err;
	value = &b->img->kconfigs.v[b->kconfig[ext] - 1];
	if (addend < 0 || addend >= value->size)
		return diag_raise(b->d, DIAG_IMG_BAD_ADDEND, &at, (long long)addend, name);
	out = vec_push(&b->img->map_refs);
	if (!out)
		return no_memory(b);
	*out = (struct img_map_ref){ .insn = ref->insn,
				     .off = value->off + (u32)addend,
				     .is_value = true };
	insn[1].imm = (s32)out->off;
	return 0;
}

int img_leave_open(struct build *b, const struct ref *ref, u32 ext)
{
	if (b->o->externs.v[ext].kind == OBJ_EXTERN_KCONFIG)
		return leave_kconfig(b, ref, ext);
	return leave_ksym(b, ref, ext);
}

int img_list_core_relos(struct build *b)
{
	for (u32 i = 0; i < b->img->funcs.n; i++) {
		const struct img_func *to = &b->img->funcs.v[i];
		const struct obj_func *f = obj_func(b->o, to->func);
		const struct obj_sec *sec = obj_sec(b->o, f->sec);

		for (u32 k = 0; k < sec->core_relos.n; k++) {
			struct obj_core_relo *out;

			if (sec->core_relos.v[k].insn - f->insn >= f->n_insns)
				continue;
			out = vec_push(&b->img->core_relos);
			if (!out)
				return no_memory(b);
			*out = sec->core_relos.v[k];
			out->insn = to->insn + (out->insn - f->insn);
		}
	}
	return 0;
}

/* The index of a map, which it gets when it is first asked for. */
static int map_index(struct build *b, u32 *numbers, map_id map, u32 *out)
{
	map_id *slot;

	if (!numbers[map.i]) {
		int err = obj_check_map(b->d, b->o, obj_map(b->o, map));

		if (err)
			return err;
		slot = vec_push(&b->img->maps);
		if (!slot)
			return no_memory(b);
		*slot = map;
		numbers[map.i] = b->img->maps.n;
	}
	*out = numbers[map.i] - 1;
	return 0;
}

int img_number_maps(struct build *b)
{
	u32 *numbers = b->open ? calloc(b->o->maps.n, sizeof(*numbers)) : NULL;
	int err = 0;

	if (!b->open)
		return 0;
	if (!numbers)
		return no_memory(b);
	for (u32 i = 0; !err && i < b->img->map_refs.n; i++) {
		const struct img_map_ref *ref = &b->img->map_refs.v[i];
		struct bpf_insn *insn = &b->img->insns.v[ref->insn];
		u32 idx = 0;

		err = map_index(b, numbers, ref->map, &idx);
		insn->imm = (s32)idx;
		insn->src_reg = ref->is_value ? BPF_PSEUDO_MAP_IDX_VALUE : BPF_PSEUDO_MAP_IDX;
	}
	free(numbers);
	return err;
}
