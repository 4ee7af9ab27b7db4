/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Which type describes which symbol. ELF and BTF know each other by names only:
 *
 *  - a function: func_info at its place, else the FUNC of its name;
 *  - a variable: the VAR in its section's DATASEC that has its name and offset, else its name, else
 *    (when the DATASEC is filled in) its offset; without a DATASEC the VAR of its name;
 *  - an extern: the FUNC or VAR of its name with linkage extern, else the VAR (see read_btf.c).
 *
 * All through one hash of names, so that no order or repetition in the input costs more than a
 * look-up each.
 */
#include "lib/obj/obj_int.h"

enum class {
	CLASS_EXTERN, CLASS_FUNC, CLASS_VAR,			/* by name */
	CLASS_SEC_VAR, CLASS_SEC_NAME_OFF, CLASS_SEC_OFF,	/* within a DATASEC */
};

struct entry {
	enum class class;
	const char *name;
	u32 sec;
	u32 off;
	u32 type;
};

struct ids {
	struct obj *o;
	struct hmap index;
	struct hmap sec_names;
	VEC(struct entry) entries;
};

static u64 hash_entry(const struct entry *e)
{
	return hash_mix(hash_str(e->name) + e->class, (u64)e->sec << 32 | e->off);
}

static const struct entry *find_hashed(const struct ids *ids, const struct entry *want, u64 hash)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&ids->index, hash, &it); i != HMAP_NONE;
	     i = hmap_next(&ids->index, &it)) {
		const struct entry *e = &ids->entries.v[i];

		if (e->class == want->class && e->sec == want->sec && e->off == want->off &&
		    !strcmp(e->name, want->name))
			return e;
	}
	return NULL;
}

static const struct entry *find(const struct ids *ids, const struct entry *want)
{
	return find_hashed(ids, want, hash_entry(want));
}

/* The first of equal entries stays. */
static int add(struct ids *ids, struct entry e)
{
	u64 hash = hash_entry(&e);
	struct entry *slot;

	if (find_hashed(ids, &e, hash))
		return 0;
	slot = vec_push(&ids->entries);
	if (!slot)
		return -ENOMEM;
	*slot = e;
	return hmap_add(&ids->index, hash, ids->entries.n - 1);
}

static u32 sec_of_name(const struct ids *ids, const char *name)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&ids->sec_names, hash_str(name), &it); i != HMAP_NONE;
	     i = hmap_next(&ids->sec_names, &it))
		if (!strcmp(ids->o->secs.v[i].name, name))
			return i;
	return 0;
}

static int add_datasec(struct ids *ids, u32 id)
{
	const struct btf *b = ids->o->btf;
	const struct btf_type *t = btf_type(b, id);
	u32 sec = sec_of_name(ids, btf_name(b, id));
	int err = 0;

	if (!sec)
		return 0;
	if (!ids->o->secs.v[sec].datasec)
		ids->o->secs.v[sec].datasec = id;
	for (u32 i = 0; i < btf_vlen(t) && !err; i++) {
		const struct btf_var_secinfo *si = &btf_secinfos(t)[i];
		const struct btf_type *var = btf_type(b, si->type);
		const char *name = btf_str(b, var->name_off);

		if (btf_kind(var) != BTF_KIND_VAR || btf_var_linkage(var) == BTF_VAR_GLOBAL_EXTERN)
			continue;
		err = add(ids, (struct entry){ CLASS_SEC_VAR, name, sec, 0, si->type });
		if (!err)
			err = add(ids, (struct entry){ CLASS_SEC_NAME_OFF, name, sec, si->offset,
						       si->type });
		if (!err && t->size)
			err = add(ids,
				  (struct entry){ CLASS_SEC_OFF, "", sec, si->offset, si->type });
	}
	return err;
}

static int add_type(struct ids *ids, u32 id)
{
	const struct btf_type *t = btf_type(ids->o->btf, id);
	const char *name = btf_str(ids->o->btf, t->name_off);

	switch (btf_kind(t)) {
	case BTF_KIND_FUNC:
		return add(ids, (struct entry){ btf_func_linkage(t) == BTF_FUNC_EXTERN ?
							CLASS_EXTERN :
							CLASS_FUNC,
						name, 0, 0, id });
	case BTF_KIND_VAR:
		return add(ids, (struct entry){ btf_var_linkage(t) == BTF_VAR_GLOBAL_EXTERN ?
							CLASS_EXTERN :
							CLASS_VAR,
						name, 0, 0, id });
	case BTF_KIND_DATASEC:
		return add_datasec(ids, id);
	default:
		return 0;
	}
}

static int fill(struct ids *ids)
{
	struct obj *o = ids->o;
	int err = 0;

	for (u32 i = 1; i < o->secs.n && !err; i++)
		err = hmap_add(&ids->sec_names, hash_str(o->secs.v[i].name), i);
	for (u32 id = 1; id <= btf_n_types(o->btf) && !err; id++)
		err = add_type(ids, id);
	return err;
}

static u32 type_of(const struct ids *ids, struct entry want)
{
	const struct entry *e = find(ids, &want);

	return e ? e->type : 0;
}

/* func_infos are sorted. */
static u32 func_info_at(const struct obj_sec *sec, u64 off)
{
	u32 lo = 0, hi = sec->func_infos.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sec->func_infos.v[mid].insn < off / 8)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (off % 8 || lo == sec->func_infos.n || sec->func_infos.v[lo].insn != off / 8)
		return 0;
	return sec->func_infos.v[lo].type_id;
}

static u32 var_of(const struct ids *ids, const struct obj_sym *sym)
{
	u32 off = (u32)sym->value, sec = sym->sec.i, id;

	if (!sec || !obj_sec(ids->o, sym->sec)->datasec)
		return type_of(ids, (struct entry){ CLASS_VAR, sym->name, 0, 0, 0 });
	id = type_of(ids, (struct entry){ CLASS_SEC_NAME_OFF, sym->name, sec, off, 0 });
	if (!id)
		id = type_of(ids, (struct entry){ CLASS_SEC_VAR, sym->name, sec, 0, 0 });
	if (!id)
		id = type_of(ids, (struct entry){ CLASS_SEC_OFF, "", sec, off, 0 });
	return id;
}

static u32 global_var_of(const struct ids *ids, const char *name)
{
	u32 id = type_of(ids, (struct entry){ CLASS_VAR, name, 0, 0, 0 });

	if (!id || btf_var_linkage(btf_type(ids->o->btf, id)) == BTF_VAR_STATIC)
		return 0;
	return id;
}

static u32 id_of(const struct ids *ids, const struct obj_sym *sym)
{
	const struct obj_sec *sec = obj_sec(ids->o, sym->sec);
	u32 id;

	if (sym->type == STT_SECTION || sym->absolute)
		return 0;
	if (!sym->sec.i && !sym->common) {
		id = type_of(ids, (struct entry){ CLASS_EXTERN, sym->name, 0, 0, 0 });
		return id ? id : global_var_of(ids, sym->name);
	}
	if (!obj_sec_is_code(sec->kind))
		return var_of(ids, sym);
	id = func_info_at(sec, sym->value);
	return id ? id : type_of(ids, (struct entry){ CLASS_FUNC, sym->name, 0, 0, 0 });
}

/* Is there anything that another look at the same types could find? */
static bool all_typed(const struct obj *o)
{
	if (o->n_typed != btf_n_types(o->btf))
		return false;
	for (u32 i = 1; i < o->syms.n; i++) {
		const struct obj_sym *sym = &o->syms.v[i];

		if (!sym->btf_id && sym->type != STT_SECTION && !sym->absolute)
			return false;
	}
	return true;
}

int obj_index_btf_ids(struct obj *o)
{
	struct ids ids = { .o = o };
	int err;

	if (!o->btf || all_typed(o))
		return 0;
	err = fill(&ids);
	for (u32 i = 1; i < o->syms.n && !err; i++)
		if (!o->syms.v[i].btf_id)
			o->syms.v[i].btf_id = id_of(&ids, &o->syms.v[i]);
	hmap_free(&ids.index);
	hmap_free(&ids.sec_names);
	vec_free(&ids.entries);
	o->n_typed = err ? 0 : btf_n_types(o->btf);
	return err ? obj_no_memory(o) : 0;
}
