/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Making, freeing and searching objects. */
#include "lib/obj/obj_int.h"

#include <stdlib.h>

int obj_no_memory(struct obj *o)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = o->name;
	return diag_raise(o->diag, DIAG_NO_MEMORY, &at, "lib/obj");
}

static bool push_none_entries(struct obj *o)
{
	struct obj_sec *sec = vec_push(&o->secs);
	struct obj_sym *sym = vec_push(&o->syms);
	struct obj_func *func = vec_push(&o->funcs);
	struct obj_map *map = vec_push(&o->maps);

	if (!sec || !sym || !func || !map)
		return false;
	sec->name = sym->name = map->name = "";
	sec->align = 1;
	return true;
}

int obj_new(struct diag *d, const char *name, bool big_endian, struct obj **out)
{
	struct obj *o = calloc(1, sizeof(*o));

	if (o) {
		o->diag = d;
		o->big_endian = big_endian;
		o->name = arena_strdup(&o->arena, name);
	}
	if (!o || !o->name || !push_none_entries(o)) {
		obj_free(o);
		return -ENOMEM;
	}
	*out = o;
	return 0;
}

static void free_sec(struct obj_sec *sec)
{
	vec_free(&sec->bytes);
	vec_free(&sec->insns);
	vec_free(&sec->relocs);
	vec_free(&sec->func_infos);
	vec_free(&sec->line_infos);
	vec_free(&sec->core_relos);
}

void obj_free(struct obj *o)
{
	if (!o)
		return;
	for (u32 i = 0; i < o->secs.n; i++)
		free_sec(&o->secs.v[i]);
	vec_free(&o->secs);
	vec_free(&o->syms);
	vec_free(&o->dropped);
	vec_free(&o->funcs);
	vec_free(&o->maps);
	vec_free(&o->externs);
	hmap_free(&o->by_name);
	hmap_free(&o->map_at);
	btf_free(o->btf);
	arena_free(&o->arena);
	free(o);
}

int obj_add_sec(struct obj *o, const char *name, enum obj_sec_kind kind, sec_id *out)
{
	char *copy = arena_strdup(&o->arena, name);
	struct obj_sec *sec = copy ? vec_push(&o->secs) : NULL;

	if (!sec)
		return -ENOMEM;
	sec->name = copy;
	sec->kind = kind;
	sec->align = 1;
	out->i = o->secs.n - 1;
	return 0;
}

int obj_add_sym(struct obj *o, const struct obj_sym *sym, sym_id *out)
{
	char *copy = arena_strdup(&o->arena, sym->name);
	struct obj_sym *s = copy ? vec_push(&o->syms) : NULL;

	if (!s)
		return -ENOMEM;
	*s = *sym;
	s->name = copy;
	out->i = o->syms.n - 1;
	return 0;
}

int obj_sec_symbol(struct obj *o, sec_id sec, sym_id *out)
{
	struct obj_sym sym = { .name = "", .sec = sec, .type = STT_SECTION, .bind = STB_LOCAL };
	sym_id id = obj_sec(o, sec)->sec_sym;
	int err;

	if (!id.i) {
		err = obj_add_sym(o, &sym, &id);
		if (err)
			return err;
		obj_sec(o, sec)->sec_sym = id;
	}
	*out = id;
	return 0;
}

sec_id obj_find_sec(const struct obj *o, const char *name)
{
	for (u32 i = 1; i < o->secs.n; i++)
		if (!strcmp(o->secs.v[i].name, name))
			return (sec_id){ i };
	return (sec_id){ 0 };
}

sym_id obj_find_hashed(const struct obj *o, const char *name, u64 hash)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&o->by_name, hash, &it); i != HMAP_NONE;
	     i = hmap_next(&o->by_name, &it))
		if (!strcmp(o->syms.v[i].name, name))
			return (sym_id){ i };
	return (sym_id){ 0 };
}

sym_id obj_find_sym(const struct obj *o, const char *name)
{
	return obj_find_hashed(o, name, hash_str(name));
}

func_id obj_find_func(const struct obj *o, const char *name)
{
	sym_id id = obj_find_sym(o, name);
	const struct obj_sym *sym = obj_sym(o, id);

	if (id.i && sym->sec.i && obj_sec_is_code(obj_sec(o, sym->sec)->kind))
		return obj_func_at(o, sym->sec, (u32)(sym->value / 8));
	for (u32 i = 1; i < o->funcs.n; i++)
		if (!strcmp(obj_func_name(o, (func_id){ i }), name))
			return (func_id){ i };
	return (func_id){ 0 };
}

map_id obj_find_map(const struct obj *o, const char *name)
{
	for (u32 i = 1; i < o->maps.n; i++)
		if (!o->maps.v[i].is_inner && !strcmp(o->maps.v[i].name, name))
			return (map_id){ i };
	return (map_id){ 0 };
}

/* The last function that starts at or before insn; functions are sorted by section and place. */
static func_id last_func_before(const struct obj *o, sec_id sec, u32 insn)
{
	u32 lo = 1, hi = o->funcs.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;
		const struct obj_func *f = &o->funcs.v[mid];

		if (f->sec.i < sec.i || (f->sec.i == sec.i && f->insn <= insn))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo > 1 && o->funcs.v[lo - 1].sec.i == sec.i)
		return (func_id){ lo - 1 };
	return (func_id){ 0 };
}

func_id obj_func_at(const struct obj *o, sec_id sec, u32 insn)
{
	func_id id = last_func_before(o, sec, insn);

	return id.i && obj_func(o, id)->insn == insn ? id : (func_id){ 0 };
}

func_id obj_func_covering(const struct obj *o, sec_id sec, u32 insn)
{
	func_id id = last_func_before(o, sec, insn);

	return id.i && insn - obj_func(o, id)->insn < obj_func(o, id)->n_insns ? id :
										 (func_id){ 0 };
}

func_id obj_reloc_func(const struct obj *o, const struct obj_reloc *r)
{
	const struct obj_sym *sym = obj_sym(o, r->sym);
	u64 off = sym->value + (u64)r->addend;

	if (!sym->sec.i || !obj_sec_is_code(obj_sec(o, sym->sec)->kind) || off % 8 ||
	    off >= obj_sec(o, sym->sec)->size)
		return (func_id){ 0 };
	return obj_func_at(o, sym->sec, (u32)(off / 8));
}
