/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Maps that ask to be pinned by name are the one thing that components share: the pin is how their
 * owners, and tools in user space, find one and the same map. So such a map keeps its plain name,
 * and when a later component has one of that name, it becomes an extern there, which the linker
 * binds. They have to agree; loaded one by one, the second would be refused as well.
 */
#include "linker/dispatch/dispatch_int.h"

bool disp_is_shared(const struct obj *o, const struct obj_map *m)
{
	return !m->is_data && !m->is_extern && !m->is_inner && m->pinning == OBJ_PIN_BY_NAME &&
	       obj_sym(o, m->sym)->bind != STB_LOCAL;
}

/* The first attribute in which two maps differ, NULL when they agree. */
static const char *difference(const struct obj_map *a, const struct obj_map *b)
{
	if (a->type != b->type)
		return "type";
	if (a->key_size != b->key_size)
		return "key_size";
	if (a->value_size != b->value_size)
		return "value_size";
	if (a->max_entries != b->max_entries)
		return "max_entries";
	if (a->flags != b->flags)
		return "map_flags";
	if (a->map_extra != b->map_extra)
		return "map_extra";
	return a->n_slots || b->n_slots || a->inner.i || b->inner.i ? "values" : NULL;
}

/* A map of a component. */
struct comp_map {
	const struct comp *comp;
	map_id map;
};

static int raise_clash(const struct disp *c, struct comp_map a, struct comp_map b,
		       const char *what)
{
	const struct obj_map *in_a = obj_map(a.comp->obj, a.map);
	const struct obj_map *in_b = obj_map(b.comp->obj, b.map);
	struct weld_where first = obj_where_sym(a.comp->obj, in_a->sym);
	struct weld_where at = obj_where_sym(b.comp->obj, in_b->sym);
	struct diag_msg m;

	diag_begin(&m, c->diag, DIAG_DISP_PIN, &at, in_b->name, b.comp->facts.name,
		   a.comp->facts.name, what);
	diag_note(&m, &first, "%s has it here", a.comp->facts.name);
	return diag_end(&m);
}

static map_id find_shared(const struct obj *o, const char *name)
{
	for (u32 i = 1; i < o->maps.n; i++)
		if (disp_is_shared(o, &o->maps.v[i]) && !strcmp(o->maps.v[i].name, name))
			return (map_id){ i };
	return (map_id){ 0 };
}

/* The first component before n that has the map; none: map.i is 0. */
static struct comp_map first_with(const struct disp *c, u32 n, const char *name)
{
	struct comp_map found = { 0 };

	for (u32 i = 0; i < n && !found.map.i; i++) {
		found.comp = &c->components.v[i];
		found.map = find_shared(found.comp->obj, name);
	}
	return found;
}

/* The definition becomes a declaration; its bytes stay behind, unnamed. */
static void make_extern(struct obj *o, sym_id id)
{
	struct obj_sym *sym = obj_sym(o, id);

	sym->sec.i = 0;
	sym->value = sym->size = 0;
	sym->type = STT_NOTYPE;
	sym->bind = STB_GLOBAL;
	if (sym->btf_id)
		btf_set_var_linkage(o->btf, sym->btf_id, BTF_VAR_GLOBAL_EXTERN);
}

/* Symbols of maps that become externs are noted first: the object may have to be copied. */
static int share(struct disp *c, u32 n)
{
	struct comp *comp = &c->components.v[n];
	VEC(sym_id) shared = { 0 };
	int err = 0, e;

	for (u32 i = 1; i < comp->obj->maps.n && err != -ENOMEM; i++) {
		const struct obj_map *m = &comp->obj->maps.v[i];
		struct comp_map first, this = { comp, { i } };
		const char *what;

		if (!disp_is_shared(comp->obj, m))
			continue;
		first = first_with(c, n, m->name);
		if (!first.map.i)
			continue;
		what = difference(obj_map(first.comp->obj, first.map), m);
		e = what ? raise_clash(c, first, this, what) : vec_append(&shared, &m->sym, 1);
		err = err ? err : e;
	}
	if (!err && shared.n)
		err = disp_own(c, comp);
	for (u32 i = 0; i < shared.n && !err; i++)
		make_extern(comp->obj, shared.v[i]);
	if (!err && shared.n)
		err = obj_index(comp->obj);
	vec_free(&shared);
	return err == -ENOMEM ? disp_no_memory(c) : err;
}

int disp_share_maps(struct disp *c)
{
	int err = 0;

	for (u32 i = 1; i < c->components.n && err != -ENOMEM; i++) {
		int e = share(c, i);

		err = err ? err : e;
	}
	return err;
}
