/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The commands on maps (kernel/bpf/syscall.c: map_create, map_lookup_elem, ...). */
#include "runtime/rt_int.h"

#include <stdlib.h>

/* --- creation ---------------------------------------------------------------------------- */

static bool is_index_int(const struct btf *btf, u32 id)
{
	const struct btf_type *t = btf_type(btf, btf_skip_mods(btf, id));

	return btf_kind(t) == BTF_KIND_INT && t->size == sizeof(u32) &&
	       BTF_INT_BITS(btf_int_word(t)) == 32 && !BTF_INT_OFFSET(btf_int_word(t));
}

/* A map of one value, with the layout of a data section as its type, has no key type. */
static bool is_data_section(const struct btf *btf, const union bpf_attr *a)
{
	return a->map_type == BPF_MAP_TYPE_ARRAY && a->max_entries == 1 &&
	       btf_kind_of(btf, a->btf_value_type_id) == BTF_KIND_DATASEC;
}

/* Key and value types must have the sizes that the map has (kernel: map_check_btf). */
static int check_btf(const struct btf *btf, const union bpf_attr *a)
{
	bool array = a->map_type == BPF_MAP_TYPE_ARRAY || a->map_type == BPF_MAP_TYPE_PERCPU_ARRAY;
	u32 key = a->btf_key_type_id;

	if (key ? btf_size(btf, key) != a->key_size : !array)
		return -EINVAL;
	if (btf_size(btf, a->btf_value_type_id) != a->value_size)
		return -EINVAL;
	if (!array)
		return 0;
	return (key ? is_index_int(btf, key) : is_data_section(btf, a)) ? 0 : -EINVAL;
}

static int attach_btf(struct rt_call *call, struct rt_map *map)
{
	const union bpf_attr *a = &call->attr;
	struct rt_btf *btf;
	int err;

	if (!a->btf_key_type_id && !a->btf_value_type_id)
		return 0;
	err = rt_handle_btf(call->rt, a->btf_fd, &btf);
	if (!err)
		err = check_btf(btf->btf, a);
	if (err)
		return err;
	rt_ref_get(&btf->ref);
	map->btf = &btf->ref;
	map->btf_id = btf->id;
	map->btf_key_type_id = a->btf_key_type_id;
	map->btf_value_type_id = a->btf_value_type_id;
	return 0;
}

static void retire_map(struct rt_map *map)
{
	rt_id_remove(map->retire_user, RT_KIND_MAP, map->id);
}

/* What makes no sense for any kind of map that the runtime has. */
static int check_create(struct rt_call *call, const char *name)
{
	const union bpf_attr *a = &call->attr;
	struct diag *d = call->rt->diag;

	if (!abi_map(a->map_type))
		return diag_raise(d, DIAG_RT_MAP_TYPE, NULL, name, a->map_type);
	if (a->btf_vmlinux_value_type_id || (a->btf_key_type_id && !a->btf_value_type_id))
		return diag_raise(d, DIAG_RT_MAP_BTF, NULL, name, strerror(EINVAL));
	if (a->map_ifindex || a->excl_prog_hash || a->excl_prog_hash_size)
		return diag_raise(d, DIAG_RT_MAP_EXTRAS, NULL, name);
	if (a->map_flags & BPF_F_NUMA_NODE && a->numa_node)
		return -EINVAL;
	return 0;
}

static int raise_btf(struct diag *d, const char *name, int err)
{
	struct diag_msg m;

	diag_begin(&m, d, DIAG_RT_MAP_BTF, NULL, name, strerror(-err));
	diag_errno(&m, err);
	return diag_end(&m);
}

int rt_cmd_map_create(struct rt_call *call)
{
	const union bpf_attr *a = &call->attr;
	struct rt_map_spec spec = { a->map_type, a->key_size, a->value_size, a->max_entries,
				    a->map_flags, a->map_extra, "" };
	struct rt *rt = call->rt;
	u8 mode = RT_CAN_ALL;
	struct rt_map *map;
	int err = rt_copy_name(spec.name, a->map_name);

	if (err)
		return diag_raise(rt->diag, DIAG_RT_NAME, NULL, "map");
	err = check_create(call, spec.name);
	if (!err)
		err = rt_map_new(rt->diag, &rt->host, &spec, &map);
	if (err)
		return err;
	err = attach_btf(call, map);
	if (err) {
		rt_map_put(map);
		return raise_btf(rt->diag, spec.name, err);
	}
	err = rt_id_add(rt, RT_KIND_MAP, &map->ref, &map->id);
	if (err) {
		rt_map_put(map);
		return err;
	}
	map->retire = retire_map;
	map->retire_user = rt;
	if (spec.flags & BPF_F_RDONLY)
		mode = RT_CAN_READ;
	else if (spec.flags & BPF_F_WRONLY)
		mode = RT_CAN_WRITE;
	return rt_handle_new(rt, RT_KIND_MAP, &map->ref, mode);
}

/* --- single elements --------------------------------------------------------------------- */

/* The caller's key; every kind that the runtime has takes one. */
static int get_key(const struct rt_call *call, const void **key)
{
	*key = rt_user_ptr(call->attr.key);
	return *key ? 0 : -EFAULT;
}

int rt_cmd_map_lookup(struct rt_call *call)
{
	struct rt_map *map;
	const void *key;
	void *value = rt_user_ptr(call->attr.value);
	int err;

	/* No value has a lock, so the flag that asks to hold it is as wrong as all others. */
	if (call->attr.flags & ~(u64)BPF_F_LOCK)
		return -EINVAL;
	err = rt_handle_map(call->rt, call->attr.map_fd, RT_CAN_READ, &map);
	if (!err && call->attr.flags)
		err = -EINVAL;
	if (!err)
		err = get_key(call, &key);
	if (!err && !value)
		err = -EFAULT;
	return err ? err : map->ops->read(call->run, map, key, value);
}

int rt_cmd_map_update(struct rt_call *call)
{
	const void *key, *value = rt_user_ptr(call->attr.value);
	struct rt_map *map;
	int err = rt_handle_map(call->rt, call->attr.map_fd, RT_CAN_WRITE, &map);

	if (!err && call->attr.flags & BPF_F_LOCK)
		err = -EINVAL;
	if (!err)
		err = get_key(call, &key);
	if (!err && !value)
		err = -EFAULT;
	return err ? err : map->ops->write(call->run, map, key, value, call->attr.flags);
}

int rt_cmd_map_delete(struct rt_call *call)
{
	struct rt_map *map;
	const void *key;
	int err = rt_handle_map(call->rt, call->attr.map_fd, RT_CAN_WRITE, &map);

	if (!err)
		err = get_key(call, &key);
	return err ? err : map->ops->erase(call->run, map, key);
}

int rt_cmd_map_next_key(struct rt_call *call)
{
	void *next = rt_user_ptr(call->attr.next_key);
	struct rt_map *map;
	int err = rt_handle_map(call->rt, call->attr.map_fd, RT_CAN_READ, &map);

	if (!err && !next)
		err = -EFAULT;
	if (err)
		return err;
	return map->ops->next_key(call->run, map, rt_user_ptr(call->attr.key), next);
}

/* Only hashes can: an array's entries don't go away. */
static int take(struct rt_call *call, struct rt_map *map, const void *key, void *value)
{
	int err = map->ops->read(call->run, map, key, value);

	return err ? err : map->ops->erase(call->run, map, key);
}

static bool can_take(const struct rt_map *map)
{
	return !(abi_map(map->spec.type)->flags & ABI_MAP_INDEX_KEY);
}

int rt_cmd_map_take(struct rt_call *call)
{
	void *value = rt_user_ptr(call->attr.value);
	struct rt_map *map;
	const void *key;
	int err;

	if (call->attr.flags & ~(u64)BPF_F_LOCK)
		return -EINVAL;
	err = rt_handle_map(call->rt, call->attr.map_fd, RT_CAN_ALL, &map);
	if (!err && call->attr.flags)
		err = -EINVAL;
	if (!err)
		err = get_key(call, &key);
	if (!err && !value)
		err = -EFAULT;
	if (!err && !can_take(map))
		err = -RT_ENOTSUPP;
	return err ? err : take(call, map, key, value);
}

int rt_cmd_map_freeze(struct rt_call *call)
{
	struct rt_map *map;
	int err = rt_handle_map(call->rt, call->attr.map_fd, RT_CAN_WRITE, &map);

	if (err)
		return err;
	if (map->n_writers)
		return -EBUSY;
	map->frozen = true;
	return 0;
}
