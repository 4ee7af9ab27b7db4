/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Externs: undefined symbols, by what the BTF says of them. Functions and variables of .ksyms and
 * .kconfig stay for the loader, all others are for a linker (A3.1, A3.11).
 */
#include "lib/obj/obj_int.h"

/* What a DATASEC says of the externs in it. */
static enum obj_extern_kind var_kind_of(const char *datasec)
{
	if (!strcmp(datasec, ".kconfig"))
		return OBJ_EXTERN_KCONFIG;
	if (!strcmp(datasec, ".ksyms"))
		return OBJ_EXTERN_KSYM;
	if (!strcmp(datasec, ".maps"))
		return OBJ_EXTERN_MAP;
	return OBJ_EXTERN_VAR;
}

/* kinds[id] of a VAR or FUNC that stands in a DATASEC with a meaning, else OBJ_EXTERN_VAR. */
static u8 *datasec_kinds(struct obj *o)
{
	u32 n = o->btf ? btf_n_types(o->btf) : 0;
	u8 *kinds = arena_alloc(&o->arena, (size_t)n + 1);

	if (!kinds)
		return NULL;
	memset(kinds, OBJ_EXTERN_VAR, (size_t)n + 1);
	for (u32 id = 1; id <= n; id++) {
		const struct btf_type *t = btf_type(o->btf, id);
		enum obj_extern_kind kind;

		if (btf_kind(t) != BTF_KIND_DATASEC)
			continue;
		kind = var_kind_of(btf_str(o->btf, t->name_off));
		for (u32 i = 0; kind != OBJ_EXTERN_VAR && i < btf_vlen(t); i++)
			kinds[btf_secinfos(t)[i].type] = kind;
	}
	return kinds;
}

/* Symbols that a call refers to; NULL without memory. */
static u8 *called_syms(struct obj *o)
{
	u8 *called = arena_alloc(&o->arena, o->syms.n);

	for (u32 i = 1; called && i < o->secs.n; i++)
		for (u32 k = 0; k < o->secs.v[i].relocs.n; k++)
			if (o->secs.v[i].relocs.v[k].type == R_BPF_64_32)
				called[o->secs.v[i].relocs.v[k].sym.i] = 1;
	return called;
}

/* An extern function may be written as a variable of function type (the first LLVM form). */
static bool is_func(const struct obj *o, u32 id)
{
	const struct btf_type *t = btf_type(o->btf, id);

	return btf_kind(t) == BTF_KIND_FUNC ||
	       btf_kind_of(o->btf, btf_skip_mods(o->btf, t->type)) == BTF_KIND_FUNC_PROTO;
}

static bool is_extern(const struct obj_sym *sym)
{
	return !sym->sec.i && !sym->absolute && !sym->common;
}

/* How many there are, and whether the BTF leaves out one. */
static u32 count_externs(const struct obj *o, bool *untyped)
{
	u32 n = 0;

	for (u32 i = 1; i < o->syms.n; i++) {
		if (!is_extern(&o->syms.v[i]))
			continue;
		*untyped |= !o->syms.v[i].btf_id;
		n++;
	}
	return n;
}

static enum obj_extern_kind kind_of(const struct obj *o, u32 id, const u8 *kinds)
{
	if (is_func(o, id))
		return kinds[id] == OBJ_EXTERN_KSYM ? OBJ_EXTERN_KFUNC : OBJ_EXTERN_FUNC;
	return kinds[id];
}

static int add_extern_map(struct obj *o, u32 sym, map_id *out)
{
	struct obj_map map = {
		.name = o->syms.v[sym].name, .sym = { sym }, .is_extern = true,
	};
	struct obj_map inner = { 0 };
	int err;

	err = obj_parse_map_def(o, o->syms.v[sym].btf_id, &map, &inner);
	if (!err)
		err = obj_add_map(o, &map, out);
	if (!err && inner.name)
		err = obj_add_inner_map(o, *out, &inner);
	return err;
}

static int add_extern(struct obj *o, u32 sym, enum obj_extern_kind kind)
{
	struct obj_extern *x = vec_push(&o->externs);

	if (!x)
		return obj_no_memory(o);
	x->kind = kind;
	x->sym.i = sym;
	x->btf_id = o->syms.v[sym].btf_id;
	x->weak = o->syms.v[sym].bind == STB_WEAK;
	if (kind != OBJ_EXTERN_MAP)
		return 0;
	return add_extern_map(o, sym, &x->map);
}

int obj_index_externs(struct obj *o)
{
	bool untyped = false;
	u32 n = count_externs(o, &untyped);
	u8 *kinds = datasec_kinds(o), *called = untyped ? called_syms(o) : NULL;
	int err = 0;

	if (!kinds || (untyped && !called) || vec_reserve(&o->externs, n))
		return obj_no_memory(o);
	for (u32 i = 1; i < o->syms.n; i++) {
		u32 id = o->syms.v[i].btf_id;
		enum obj_extern_kind kind;
		int e;

		if (!is_extern(&o->syms.v[i]))
			continue;
		if (id)
			kind = kind_of(o, id, kinds);
		else
			kind = called[i] ? OBJ_EXTERN_FUNC : OBJ_EXTERN_VAR;
		e = add_extern(o, i, kind);
		err = err ? err : e;
	}
	return err;
}
