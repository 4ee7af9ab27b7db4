/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Maps: those that are defined in .maps and .struct_ops (a symbol each), and the ones that data
 * sections become.
 *
 * Without BTF the attributes of a map of .maps are not known: its has is 0. Such objects can be
 * looked at and linked; loading them needs BTF.
 */
#include "lib/obj/obj_int.h"

#include <stdlib.h>

#include "lib/base/sort.h"

/* A map's place. Externs have none and are found by their symbol. */
static u64 hash_place(u32 sec, u64 off)
{
	return hash_mix(sec, off);
}

map_id obj_map_at(const struct obj *o, sec_id sec, u64 off)
{
	bool data = obj_sec_is_data(obj_sec(o, sec)->kind);
	struct hmap_iter it;

	if (!sec.i)
		return (map_id){ 0 };
	if (data)
		off = 0;
	for (u32 i = hmap_first(&o->map_at, hash_place(sec.i, off), &it); i != HMAP_NONE;
	     i = hmap_next(&o->map_at, &it)) {
		const struct obj_map *map = &o->maps.v[i];

		if (map->sec.i == sec.i && (data || obj_sym(o, map->sym)->value == off))
			return (map_id){ i };
	}
	return (map_id){ 0 };
}

static map_id extern_map(const struct obj *o, sym_id sym)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&o->map_at, hash_place(0, sym.i), &it); i != HMAP_NONE;
	     i = hmap_next(&o->map_at, &it))
		if (o->maps.v[i].is_extern && o->maps.v[i].sym.i == sym.i)
			return (map_id){ i };
	return (map_id){ 0 };
}

map_id obj_reloc_map(const struct obj *o, const struct obj_reloc *r)
{
	const struct obj_sym *sym = obj_sym(o, r->sym);

	if (!sym->sec.i)
		return extern_map(o, r->sym);
	return obj_map_at(o, sym->sec, sym->value + (u64)r->addend);
}

int obj_add_map(struct obj *o, const struct obj_map *map, map_id *out)
{
	struct obj_map *slot = vec_push(&o->maps);
	u64 hash = map->is_extern ? hash_place(0, map->sym.i) :
				    hash_place(map->sec.i, obj_sym(o, map->sym)->value);

	if (!slot)
		return obj_no_memory(o);
	*slot = *map;
	out->i = o->maps.n - 1;
	return hmap_add(&o->map_at, hash, out->i) ? obj_no_memory(o) : 0;
}

int obj_add_inner_map(struct obj *o, map_id outer, const struct obj_map *inner)
{
	struct obj_map *slot = vec_push(&o->maps);

	if (!slot)
		return obj_no_memory(o);
	*slot = *inner;
	obj_map(o, outer)->inner.i = o->maps.n - 1;
	return 0;
}

/* --- .maps and .struct_ops ------------------------------------------------------------------ */

struct spot {
	u32 sec;
	u64 off;
	u32 rank;	/* of several symbols at one place the strongest names the map */
	u32 sym;
};

typedef VEC(struct spot) spots;

static int cmp_spots(const void *pa, const void *pb)
{
	const struct spot *a = pa, *b = pb;

	if (a->sec != b->sec)
		return a->sec < b->sec ? -1 : 1;
	if (a->off != b->off)
		return a->off < b->off ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->sym < b->sym ? -1 : a->sym > b->sym;
}

static int cmp_spots_by_sym(const void *pa, const void *pb)
{
	const struct spot *a = pa, *b = pb;

	return a->sym < b->sym ? -1 : a->sym > b->sym;
}

static bool defines_maps(const struct obj_sec *sec)
{
	return sec->kind == OBJ_SEC_MAPS || sec->kind == OBJ_SEC_STRUCT_OPS;
}

static int collect_spots(const struct obj *o, spots *all)
{
	static const u32 by_bind[] = { [STB_GLOBAL] = 0, [STB_WEAK] = 1, [STB_LOCAL] = 2 };

	for (u32 i = 1; i < o->syms.n; i++) {
		const struct obj_sym *sym = &o->syms.v[i];
		struct spot *s;

		if (!sym->sec.i || sym->type == STT_SECTION ||
		    !defines_maps(obj_sec(o, sym->sec)))
			continue;
		s = vec_push(all);
		if (!s)
			return -ENOMEM;
		*s = (struct spot){ sym->sec.i, sym->value, by_bind[sym->bind], i };
	}
	if (all->n)
		sort_unless_sorted(all->v, all->n, sizeof(*all->v), cmp_spots);
	return 0;
}

/* One spot a place is left; what a map's bytes are must be clear, so they can't overlap. */
static int thin_out(struct obj *o, spots *all)
{
	u32 n = 0;

	for (u32 i = 0; i < all->n; i++) {
		const struct spot *s = &all->v[i], *prev = n ? &all->v[n - 1] : NULL;
		bool same_sec = prev && prev->sec == s->sec;

		if (same_sec && prev->off == s->off)
			continue;
		if (same_sec && s->off - prev->off < o->syms.v[prev->sym].size) {
			struct weld_where at = obj_where_sym(o, (sym_id){ s->sym });

			return diag_raise(o->diag, DIAG_OBJ_MAP_DEF, &at, o->syms.v[s->sym].name,
					  "definition", "lies within another map's");
		}
		all->v[n++] = *s;
	}
	all->n = n;
	if (n)
		sort_unless_sorted(all->v, n, sizeof(*all->v), cmp_spots_by_sym);
	return 0;
}

/* struct_ops: one value, a table of functions; what the kernel's own struct looks like is known
 * when it is loaded. */
static void define_struct_ops(const struct obj *o, struct obj_map *map)
{
	const struct obj_sym *sym = obj_sym(o, map->sym);

	map->type = BPF_MAP_TYPE_STRUCT_OPS;
	map->key_size = 4;
	map->value_size = (u32)sym->size;
	map->max_entries = 1;
	map->has = OBJ_MAP_HAS_TYPE | OBJ_MAP_HAS_KEY | OBJ_MAP_HAS_VALUE |
		   OBJ_MAP_HAS_MAX_ENTRIES | OBJ_MAP_HAS_VALUES;
	if (!strcmp(obj_sec(o, map->sec)->name, ".struct_ops.link")) {
		map->flags = BPF_F_LINK;
		map->has |= OBJ_MAP_HAS_FLAGS;
	}
	if (sym->btf_id) {
		map->value_type_id = btf_type(o->btf, sym->btf_id)->type;
		map->has |= OBJ_MAP_HAS_VALUE_TYPE;
	}
}

static int define(struct obj *o, const struct spot *s)
{
	const struct obj_sym *sym = &o->syms.v[s->sym];
	struct obj_map map = { .name = sym->name, .sym = { s->sym }, .sec = { s->sec } };
	struct obj_map inner = { 0 };
	map_id id;
	int err = 0;

	if (obj_sec(o, map.sec)->kind == OBJ_SEC_STRUCT_OPS)
		define_struct_ops(o, &map);
	else if (sym->btf_id)
		err = obj_parse_map_def(o, sym->btf_id, &map, &inner);
	if (!err)
		err = obj_add_map(o, &map, &id);
	if (!err && inner.name)
		err = obj_add_inner_map(o, id, &inner);
	return err;
}

/* Goes on after a bad definition, so that one run shows them all. */
static int define_all(struct obj *o, const spots *all)
{
	u32 n_bad = 0;
	int err = 0;

	for (u32 i = 0; i < all->n && n_bad < DIAG_DEFAULT_LIMIT; i++) {
		int e = define(o, &all->v[i]);

		n_bad += e < 0;
		err = err ? err : e;
	}
	return err;
}

/* --- data sections -------------------------------------------------------------------------- */

static bool has_custom_data(const struct obj *o)
{
	for (u32 i = 1; i < o->secs.n; i++)
		if (o->secs.v[i].kind == OBJ_SEC_CUSTOM)
			return true;
	return false;
}

/* referred[sec]: code or data refers to the section, which matters for custom data only. */
static u8 *referred_secs(struct obj *o)
{
	u8 *referred = arena_alloc(&o->arena, o->secs.n);

	if (!referred || !has_custom_data(o))
		return referred;
	for (u32 i = 1; i < o->secs.n; i++) {
		const struct obj_sec *sec = &o->secs.v[i];

		for (u32 k = 0; k < sec->relocs.n; k++)
			referred[obj_sym(o, sec->relocs.v[k].sym)->sec.i] = 1;
	}
	return referred;
}

static int add_data_map(struct obj *o, u32 i)
{
	const struct obj_sec *sec = &o->secs.v[i];
	struct obj_map map = {
		.name = sec->name,
		.sec = { i },
		.is_data = true,
		.has = OBJ_MAP_HAS_TYPE | OBJ_MAP_HAS_KEY | OBJ_MAP_HAS_VALUE |
		       OBJ_MAP_HAS_MAX_ENTRIES | OBJ_MAP_HAS_FLAGS,
		.type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = (u32)sec->size,
		.max_entries = 1,
		.flags = sec->flags & SHF_WRITE ? 0 : BPF_F_RDONLY_PROG,
		.value_type_id = sec->datasec,
	};
	map_id id;

	return obj_add_map(o, &map, &id);
}

/* Custom data that nothing refers to is for tools (libxdp's .xdp_run_config), not for programs. */
static int add_data_maps(struct obj *o)
{
	u8 *referred = referred_secs(o);
	int err = referred ? 0 : obj_no_memory(o);

	for (u32 i = 1; i < o->secs.n && !err; i++) {
		const struct obj_sec *sec = &o->secs.v[i];

		if (obj_sec_is_data(sec->kind) && sec->size &&
		    (sec->kind != OBJ_SEC_CUSTOM || referred[i]))
			err = add_data_map(o, i);
	}
	return err;
}

int obj_index_maps(struct obj *o)
{
	spots all = { 0 };
	int err;

	err = collect_spots(o, &all) ? obj_no_memory(o) : thin_out(o, &all);
	if (!err)
		err = define_all(o, &all);
	if (!err)
		err = add_data_maps(o);
	vec_free(&all);
	return err;
}
