/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * One map definition: a struct whose members spell out attributes by their types alone, as the
 * macros of libbpf's bpf_helpers.h write them:
 *
 *	__uint(max_entries, 16)		int (*max_entries)[16];
 *	__ulong(map_extra, 1 << 40)	enum { __unique = 1 << 40 } map_extra;
 *	__type(key, struct k)		struct k *key;
 *	__array(values, struct inner)	struct inner *values[];
 *
 * values has the definition of the inner maps (maps of maps) or a function's type (program arrays).
 */
#include "lib/obj/obj_int.h"

#include <stdlib.h>

/* A definition that is being read. */
struct def {
	struct obj *o;
	sym_id sym;			/* of the outer map, for diagnostics */
	struct obj_map *map;
	struct obj_map *inner;		/* NULL within an inner map: there are two levels only */
};

static const struct number_attr {
	const char *name;
	u32 has;
	size_t member;
} numbers[] = {
#define NUMBER(name, has, member) { name, has, offsetof(struct obj_map, member) }
	NUMBER("type", OBJ_MAP_HAS_TYPE, type),
	NUMBER("key_size", OBJ_MAP_HAS_KEY, key_size),
	NUMBER("value_size", OBJ_MAP_HAS_VALUE, value_size),
	NUMBER("max_entries", OBJ_MAP_HAS_MAX_ENTRIES, max_entries),
	NUMBER("map_flags", OBJ_MAP_HAS_FLAGS, flags),
	NUMBER("numa_node", OBJ_MAP_HAS_NUMA, numa_node),
	NUMBER("pinning", OBJ_MAP_HAS_PINNING, pinning),
};

static int bad_def(const struct def *def, const char *attr, const char *why)
{
	struct weld_where at = obj_where_sym(def->o, def->sym);

	return diag_raise(def->o->diag, DIAG_OBJ_MAP_DEF, &at, def->map->name, attr, why);
}

/* The number that a member's type spells. */
static int take_number(const struct def *def, const struct btf_member *m, const char *name,
		       u64 *out)
{
	const struct btf *b = def->o->btf;
	const struct btf_type *t = btf_type(b, btf_skip_mods(b, m->type));

	if (btf_is_enum(t) && btf_vlen(t) == 1) {
		*out = btf_enum_value(t, 0);
		return 0;
	}
	if (btf_kind(t) == BTF_KIND_PTR) {
		t = btf_type(b, btf_skip_mods(b, t->type));
		if (btf_kind(t) == BTF_KIND_ARRAY) {
			*out = btf_array(t)->nelems;
			return 0;
		}
	}
	return bad_def(def, name, "is not of the form __uint(name, number)");
}

/* Sizes may be given as a number and as a type; then they must agree. */
static int set_size(const struct def *def, u32 *size, u32 has, u64 val, const char *name)
{
	if (val > UINT32_MAX)
		return bad_def(def, name, "does not fit 32 bits");
	if (def->map->has & has && *size != val)
		return bad_def(def, name, "is given twice, and differs");
	*size = (u32)val;
	def->map->has |= has;
	return 0;
}

static int take_number_attr(const struct def *def, const struct btf_member *m,
			    const struct number_attr *attr)
{
	u32 *field = (u32 *)((char *)def->map + attr->member);
	u64 val;
	int err;

	err = take_number(def, m, attr->name, &val);
	if (!err)
		err = set_size(def, field, attr->has, val, attr->name);
	if (!err && attr->has == OBJ_MAP_HAS_PINNING && val > 1)
		err = bad_def(def, attr->name, "is neither 0 (none) nor 1 (by name)");
	return err;
}

static int take_extra(const struct def *def, const struct btf_member *m)
{
	u64 val;
	int err = take_number(def, m, "map_extra", &val);

	if (err)
		return err;
	if (def->map->has & OBJ_MAP_HAS_EXTRA)
		return bad_def(def, "map_extra", "is given twice");
	def->map->map_extra = val;
	def->map->has |= OBJ_MAP_HAS_EXTRA;
	return 0;
}

static int take_type_attr(const struct def *def, const struct btf_member *m, bool key)
{
	const struct btf *b = def->o->btf;
	const struct btf_type *t = btf_type(b, btf_skip_mods(b, m->type));
	const char *name = key ? "key" : "value";
	s64 size;
	int err;

	if (btf_kind(t) != BTF_KIND_PTR)
		return bad_def(def, name, "is not of the form __type(name, type)");
	size = btf_size(b, t->type);
	if (size < 0)
		return bad_def(def, name, "is of a type without size");
	if (key) {
		err = set_size(def, &def->map->key_size, OBJ_MAP_HAS_KEY, (u64)size, name);
		def->map->key_type_id = t->type;
		def->map->has |= OBJ_MAP_HAS_KEY_TYPE;
	} else {
		err = set_size(def, &def->map->value_size, OBJ_MAP_HAS_VALUE, (u64)size, name);
		def->map->value_type_id = t->type;
		def->map->has |= OBJ_MAP_HAS_VALUE_TYPE;
	}
	return err;
}

static int parse_struct(const struct def *def, u32 id);

static int take_inner(const struct def *def, u32 id)
{
	struct def inner = { def->o, def->sym, def->inner, NULL };

	if (!def->inner)
		return bad_def(def, "values", "nests maps more than two levels deep");
	def->inner->name = arena_printf(&def->o->arena, "%s.inner", def->map->name);
	if (!def->inner->name)
		return obj_no_memory(def->o);
	def->inner->is_inner = true;
	return parse_struct(&inner, id);
}

/* The handles that such a map holds have 4 bytes. */
static int take_values(const struct def *def, const struct btf_member *m, u32 bit_off)
{
	const struct btf *b = def->o->btf;
	const struct btf_type *t = btf_type(b, btf_skip_mods(b, m->type));
	u32 id;
	int err;

	if (def->map->has & OBJ_MAP_HAS_VALUES)
		return bad_def(def, "values", "is given twice");
	if (btf_kind(t) != BTF_KIND_ARRAY || btf_array(t)->nelems)
		return bad_def(def, "values", "is not of the form __array(values, type)");
	t = btf_type(b, btf_skip_mods(b, btf_array(t)->type));
	if (btf_kind(t) != BTF_KIND_PTR)
		return bad_def(def, "values", "is not of the form __array(values, type)");
	id = btf_skip_mods(b, t->type);
	err = set_size(def, &def->map->value_size, OBJ_MAP_HAS_VALUE, 4, "values");
	if (err)
		return err;
	def->map->values_off = bit_off / 8;
	def->map->has |= OBJ_MAP_HAS_VALUES;
	if (btf_kind_of(b, id) == BTF_KIND_FUNC_PROTO)
		return 0;
	if (btf_kind_of(b, id) == BTF_KIND_STRUCT)
		return take_inner(def, id);
	return bad_def(def, "values", "holds neither maps nor functions");
}

static int take_member(const struct def *def, const struct btf_type *t, u32 i)
{
	const struct btf_member *m = &btf_members(t)[i];
	const char *name = btf_str(def->o->btf, m->name_off);

	for (size_t k = 0; k < ARRAY_SIZE(numbers); k++)
		if (!strcmp(numbers[k].name, name))
			return take_number_attr(def, m, &numbers[k]);
	if (!strcmp(name, "key") || !strcmp(name, "value"))
		return take_type_attr(def, m, name[0] == 'k');
	if (!strcmp(name, "map_extra"))
		return take_extra(def, m);
	if (!strcmp(name, "values"))
		return take_values(def, m, btf_member_bit_off(t, i));
	return bad_def(def, name, "is no attribute of maps");
}

/* What values holds must be what the map holds. */
static int check_values(const struct def *def)
{
	const struct obj_map *map = def->map;
	bool of_maps = map->type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
		       map->type == BPF_MAP_TYPE_HASH_OF_MAPS;
	bool has_inner = def->inner && def->inner->name;

	if (!(map->has & OBJ_MAP_HAS_VALUES) || !(map->has & OBJ_MAP_HAS_TYPE))
		return 0;
	if (has_inner && !of_maps)
		return bad_def(def, "values", "holds maps, but the map's type is no map of maps");
	if (!has_inner && map->type != BPF_MAP_TYPE_PROG_ARRAY)
		return bad_def(def, "values",
			       "holds functions, but the map's type is no program array");
	return 0;
}

static int parse_struct(const struct def *def, u32 id)
{
	const struct btf_type *t = btf_type(def->o->btf, id);

	for (u32 i = 0; i < btf_vlen(t); i++) {
		int err = take_member(def, t, i);

		if (err)
			return err;
	}
	return check_values(def);
}

int obj_parse_map_def(struct obj *o, u32 id, struct obj_map *map, struct obj_map *inner)
{
	const struct btf_type *var = btf_type(o->btf, id);
	u32 def_id = btf_skip_mods(o->btf, var->type);
	struct def def = { o, map->sym, map, inner };

	if (btf_kind_of(o->btf, def_id) != BTF_KIND_STRUCT)
		return bad_def(&def, "definition", "is not a struct");
	return parse_struct(&def, def_id);
}

/* Maps of .struct_ops and of data have their types from their sections. */
int obj_check_map(struct diag *d, const struct obj *o, const struct obj_map *map)
{
	struct weld_where at = obj_where_sym(o, map->sym);
	const char *why = "its definition doesn't say of which type it is";

	if (map->is_data || obj_sec(o, map->sec)->kind != OBJ_SEC_MAPS ||
	    (map->has & OBJ_MAP_HAS_TYPE))
		return 0;
	if (!o->btf)
		why = "the object has no BTF, in which its definition would be";
	else if (!map->has && !obj_sym(o, map->sym)->btf_id)
		why = "the object's BTF lacks its definition";
	return diag_raise(d, DIAG_OBJ_MAP_UNKNOWN, &at, map->name, why);
}
