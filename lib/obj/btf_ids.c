/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Which type describes which symbol. ELF and BTF know each other by names only:
 *
 *  - a function: func_info at its place, else the FUNC of its name;
 *  - a variable: the VAR in its section's DATASEC that has its name and offset, else its name, else
 *    (when the DATASEC is filled in) its offset; without a DATASEC the VAR of its name;
 *  - an extern: the FUNC or VAR of its name with linkage extern, else the VAR (see read_btf.c).
 *
 * Nearly all functions have a func_info, and most DATASECs a few entries, which are quicker looked
 * at than indexed. All else goes through one hash of names, so that no order or repetition in the
 * input costs more than a look-up each; classes that nobody asks for aren't put there.
 */
#include "lib/obj/obj_int.h"

#include <stdlib.h>

enum class {
	CLASS_EXTERN, CLASS_FUNC, CLASS_VAR,			/* by name */
	CLASS_SEC_VAR, CLASS_SEC_NAME_OFF, CLASS_SEC_OFF,	/* within a DATASEC */
};

/* As many sections, or entries of a DATASEC, are looked at one by one. */
enum { FEW = 16 };

struct entry {
	enum class class;
	const char *name;
	u32 sec;
	u32 off;
	u32 type;
};

struct ids {
	struct obj *o;
	VEC(u32) named;			/* all FUNCs, VARs and DATASECs */
	struct hmap sec_names;		/* of more than a few sections */
	u32 *small_datasec;		/* by section: its only DATASEC, of a few entries */
	struct hmap index;		/* of entries */
	VEC(struct entry) entries;
	u32 indexed;			/* set of classes */
	int err;
};

/* In small_datasec: there are several, or it isn't small. */
#define ASK_INDEX UINT32_MAX

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

	if (ids->o->secs.n <= FEW)
		return obj_find_sec(ids->o, name).i;
	for (u32 i = hmap_first(&ids->sec_names, hash_str(name), &it); i != HMAP_NONE;
	     i = hmap_next(&ids->sec_names, &it))
		if (!strcmp(ids->o->secs.v[i].name, name))
			return i;
	return 0;
}

/* What a FUNC or VAR is found as by its name. */
static enum class class_of(const struct btf_type *t)
{
	if (btf_kind(t) == BTF_KIND_FUNC)
		return btf_func_linkage(t) == BTF_FUNC_EXTERN ? CLASS_EXTERN : CLASS_FUNC;
	return btf_var_linkage(t) == BTF_VAR_GLOBAL_EXTERN ? CLASS_EXTERN : CLASS_VAR;
}

/* The name of the variable that a DATASEC's entry defines; NULL when it doesn't. */
static const char *var_name(const struct btf *b, const struct btf_var_secinfo *si)
{
	const struct btf_type *t = btf_type(b, si->type);

	return btf_kind(t) == BTF_KIND_VAR && class_of(t) == CLASS_VAR ? btf_str(b, t->name_off) :
									  NULL;
}

/* --- the index ---------------------------------------------------------------------------- */

static int index_datasec(struct ids *ids, u32 id, enum class class)
{
	const struct btf *b = ids->o->btf;
	const struct btf_type *t = btf_type(b, id);
	u32 sec = sec_of_name(ids, btf_name(b, id));
	int err = 0;

	if (!sec || (class == CLASS_SEC_OFF && !t->size))
		return 0;
	for (u32 i = 0; i < btf_vlen(t) && !err; i++) {
		const struct btf_var_secinfo *si = &btf_secinfos(t)[i];
		const char *name = var_name(b, si);

		if (name)
			err = add(ids, (struct entry){
				class, class == CLASS_SEC_OFF ? "" : name, sec,
				class == CLASS_SEC_VAR ? 0 : si->offset, si->type });
	}
	return err;
}

static int index_class(struct ids *ids, enum class class)
{
	const struct btf *b = ids->o->btf;
	int err = 0;

	ids->indexed |= 1u << class;
	/* Most classes have about as many. */
	if (vec_reserve(&ids->entries, ids->named.n) ||
	    hmap_reserve(&ids->index, ids->entries.n + ids->named.n))
		return -ENOMEM;
	for (u32 i = 0; i < ids->named.n && !err; i++) {
		u32 id = ids->named.v[i];
		const struct btf_type *t = btf_type(b, id);

		if (class >= CLASS_SEC_VAR)
			err = btf_kind(t) == BTF_KIND_DATASEC ? index_datasec(ids, id, class) : 0;
		else if (btf_kind(t) != BTF_KIND_DATASEC && class_of(t) == class)
			err = add(ids, (struct entry){ class, btf_name(b, id), 0, 0, id });
	}
	return err;
}

static u32 type_of(struct ids *ids, struct entry want)
{
	const struct entry *e = NULL;

	if (!ids->err && !(ids->indexed >> want.class & 1))
		ids->err = index_class(ids, want.class);
	if (!ids->err)
		e = find_hashed(ids, &want, hash_entry(&want));
	return e ? e->type : 0;
}

/* --- looking without it ------------------------------------------------------------------- */

/* What the index would say of a variable at off that the DATASEC describes. */
static u32 look_for_var(const struct btf *b, u32 datasec, const char *name, u32 off)
{
	const struct btf_type *t = btf_type(b, datasec);
	u32 named = 0, placed = 0;

	for (u32 i = 0; i < btf_vlen(t); i++) {
		const struct btf_var_secinfo *si = &btf_secinfos(t)[i];
		const char *var = var_name(b, si);
		bool is_named = var && !strcmp(var, name), is_placed = var && si->offset == off;

		if (is_named && is_placed)
			return si->type;
		if (is_named && !named)
			named = si->type;
		if (is_placed && !placed && t->size)
			placed = si->type;
	}
	return named ? named : placed;
}

static void note_datasec(struct ids *ids, u32 id)
{
	const struct btf_type *t = btf_type(ids->o->btf, id);
	u32 sec = sec_of_name(ids, btf_name(ids->o->btf, id));
	u32 *small = &ids->small_datasec[sec];

	if (!sec)
		return;
	if (!ids->o->secs.v[sec].datasec)
		ids->o->secs.v[sec].datasec = id;
	*small = *small || btf_vlen(t) > FEW ? ASK_INDEX : id;
}

static int note_types(struct ids *ids)
{
	struct obj *o = ids->o;
	u32 n = btf_n_types(o->btf);

	ids->small_datasec = calloc(o->secs.n, sizeof(*ids->small_datasec));
	if (!ids->small_datasec || vec_reserve(&ids->named, n))
		return -ENOMEM;
	for (u32 i = 1; o->secs.n > FEW && i < o->secs.n; i++)
		if (hmap_add(&ids->sec_names, hash_str(o->secs.v[i].name), i))
			return -ENOMEM;
	for (u32 id = 1; id <= n; id++) {
		u32 kind = btf_kind_of(o->btf, id);

		if (kind != BTF_KIND_FUNC && kind != BTF_KIND_VAR && kind != BTF_KIND_DATASEC)
			continue;
		if (kind == BTF_KIND_DATASEC)
			note_datasec(ids, id);
		ids->named.v[ids->named.n++] = id;
	}
	return 0;
}

/* --- symbols ------------------------------------------------------------------------------ */

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

static u32 var_of(struct ids *ids, const struct obj_sym *sym)
{
	u32 off = (u32)sym->value, sec = sym->sec.i, id;

	if (!sec || !obj_sec(ids->o, sym->sec)->datasec)
		return type_of(ids, (struct entry){ CLASS_VAR, sym->name, 0, 0, 0 });
	if (ids->small_datasec[sec] != ASK_INDEX)
		return look_for_var(ids->o->btf, ids->small_datasec[sec], sym->name, off);
	id = type_of(ids, (struct entry){ CLASS_SEC_NAME_OFF, sym->name, sec, off, 0 });
	if (!id)
		id = type_of(ids, (struct entry){ CLASS_SEC_VAR, sym->name, sec, 0, 0 });
	if (!id)
		id = type_of(ids, (struct entry){ CLASS_SEC_OFF, "", sec, off, 0 });
	return id;
}

static u32 global_var_of(struct ids *ids, const char *name)
{
	u32 id = type_of(ids, (struct entry){ CLASS_VAR, name, 0, 0, 0 });

	if (!id || btf_var_linkage(btf_type(ids->o->btf, id)) == BTF_VAR_STATIC)
		return 0;
	return id;
}

static u32 id_of(struct ids *ids, const struct obj_sym *sym)
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

	if (!o->btf || all_typed(o))
		return 0;
	ids.err = note_types(&ids);
	for (u32 i = 1; i < o->syms.n && !ids.err; i++)
		if (!o->syms.v[i].btf_id)
			o->syms.v[i].btf_id = id_of(&ids, &o->syms.v[i]);
	vec_free(&ids.named);
	hmap_free(&ids.sec_names);
	free(ids.small_datasec);
	hmap_free(&ids.index);
	vec_free(&ids.entries);
	o->n_typed = ids.err ? 0 : btf_n_types(o->btf);
	return ids.err ? obj_no_memory(o) : 0;
}
