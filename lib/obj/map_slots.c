/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Initial contents of maps: relocations in .maps fill `values`, those in .struct_ops are the
 * functions of the table.
 */
#include "lib/obj/obj_int.h"

#include <stdlib.h>

/* The maps of one section by place; they don't overlap. */
typedef VEC(u32) map_list;

/* The map that covers byte off: a map goes as far as its symbol does. */
static struct obj_map *map_covering(struct obj *o, const map_list *list, u64 off)
{
	u32 lo = 0, hi = list->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (obj_sym(o, o->maps.v[list->v[mid]].sym)->value <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return NULL;
	return &o->maps.v[list->v[lo - 1]];
}

static int bad_slot(struct obj *o, u32 sec, const struct obj_reloc *r, const char *why)
{
	struct weld_where at = obj_where(o, (sec_id){ sec }, r->off);

	return diag_raise(o->diag, DIAG_OBJ_MAP_SLOT, &at, at.func ? at.func : "", why);
}

/* Functions may still be extern; without BTF those can't be told from other externs. */
static bool is_function(const struct obj *o, const struct obj_reloc *r)
{
	const struct obj_sym *sym = obj_sym(o, r->sym);

	if (sym->sec.i)
		return obj_reloc_func(o, r).i;
	return !sym->btf_id || btf_kind_of(o->btf, sym->btf_id) == BTF_KIND_FUNC;
}

static int check_slot(struct obj *o, u32 sec, const struct obj_map *map, const struct obj_reloc *r,
		      struct obj_map_slot *slot)
{
	u64 off = r->off - obj_sym(o, map->sym)->value - map->values_off;
	map_id target;

	if (map->type == BPF_MAP_TYPE_STRUCT_OPS) {
		slot->idx = (u32)off;
		slot->sym = r->sym;
		return 0;
	}
	if (!(map->has & OBJ_MAP_HAS_VALUES) ||
	    r->off < obj_sym(o, map->sym)->value + map->values_off)
		return bad_slot(o, sec, r, "an address outside of `values`");
	if (r->type != R_BPF_64_ABS64 || off % 8)
		return bad_slot(o, sec, r, "an address that is no element of `values`");
	slot->idx = (u32)(off / 8);
	slot->sym = r->sym;
	if (map->has & OBJ_MAP_HAS_MAX_ENTRIES && off / 8 >= map->max_entries)
		return bad_slot(o, sec, r, "more values than it has entries");
	if (map->type == BPF_MAP_TYPE_PROG_ARRAY)
		return is_function(o, r) ? 0 : bad_slot(o, sec, r, "a value that is no function");
	target = obj_reloc_map(o, r);
	if (!target.i || obj_map(o, target)->is_data)
		return bad_slot(o, sec, r, "a value that is no map");
	slot->sym = obj_map(o, target)->sym;
	return 0;
}

/* First counts (slots NULL), then fills. */
static int walk_relocs(struct obj *o, u32 i, const map_list *list, bool fill)
{
	const struct obj_sec *sec = &o->secs.v[i];

	for (u32 k = 0; k < sec->relocs.n; k++) {
		const struct obj_reloc *r = &sec->relocs.v[k];
		struct obj_map *map = map_covering(o, list, r->off);
		struct obj_map_slot slot;
		int err;

		if (!map)
			return bad_slot(o, i, r, "an address, though no map is defined there");
		/* Nothing is known of a map without BTF. */
		if (!map->has)
			continue;
		err = check_slot(o, i, map, r, &slot);
		if (err)
			return err;
		if (fill)
			map->slots[map->n_slots] = slot;
		map->n_slots++;
	}
	return 0;
}

static int alloc_slots(struct obj *o, const map_list *list)
{
	for (u32 i = 0; i < list->n; i++) {
		struct obj_map *map = &o->maps.v[list->v[i]];

		if (!map->n_slots)
			continue;
		map->slots = arena_array(&o->arena, map->n_slots, sizeof(*map->slots));
		if (!map->slots)
			return obj_no_memory(o);
		map->n_slots = 0;
	}
	return 0;
}

struct keyed {
	u64 off;
	u32 map;
};

static int cmp_keyed(const void *pa, const void *pb)
{
	const struct keyed *a = pa, *b = pb;

	return a->off < b->off ? -1 : a->off > b->off;
}

static int list_maps(const struct obj *o, u32 sec, map_list *list)
{
	VEC(struct keyed) keyed = { 0 };
	int err = 0;

	for (u32 i = 1; i < o->maps.n && !err; i++) {
		const struct obj_map *map = &o->maps.v[i];
		struct keyed *k;

		if (map->sec.i != sec || map->is_inner)
			continue;
		k = vec_push(&keyed);
		if (k)
			*k = (struct keyed){ obj_sym(o, map->sym)->value, i };
		else
			err = -ENOMEM;
	}
	if (keyed.n)
		qsort(keyed.v, keyed.n, sizeof(*keyed.v), cmp_keyed);
	for (u32 i = 0; i < keyed.n && !err; i++)
		err = vec_append(list, &keyed.v[i].map, 1);
	vec_free(&keyed);
	return err;
}

static int fill_sec(struct obj *o, u32 i)
{
	map_list list = { 0 };
	int err;

	err = list_maps(o, i, &list) ? obj_no_memory(o) : 0;
	if (!err)
		err = walk_relocs(o, i, &list, false);
	if (!err)
		err = alloc_slots(o, &list);
	if (!err)
		err = walk_relocs(o, i, &list, true);
	vec_free(&list);
	return err;
}

int obj_index_slots(struct obj *o)
{
	int err = 0;

	for (u32 i = 1; i < o->secs.n && !err; i++) {
		enum obj_sec_kind kind = o->secs.v[i].kind;

		if ((kind == OBJ_SEC_MAPS || kind == OBJ_SEC_STRUCT_OPS) &&
		    o->secs.v[i].relocs.n)
			err = fill_sec(o, i);
	}
	return err;
}
