/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Arrays: every index below max_entries always has a value, zero at first. A per-CPU array is
 * the same with n_cpus values side by side for each index:
 *
 *	values   |<- stride ->|
 *	index 0: | cpu 0      | cpu 1      | ...
 *	index 1: | cpu 0      | cpu 1      | ...
 *
 * which is also how user space sees one index of it.
 */
#include "runtime/maps/maps_int.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct array {
	struct rt_map map;
	u8 *values;
	u64 size;		/* bytes of values, whole pages when they can be mapped */
	u32 stride;		/* one value, rounded to 8 */
	u32 elem_size;		/* stride times the copies that an index has */
	bool mapped;		/* values came from mmap */
};

static struct array *array_of(struct rt_map *map)
{
	return container_of(map, struct array, map);
}

static u32 index_of(const void *key)
{
	return get_u32(key, false);
}

static bool is_percpu(const struct rt_map_spec *spec)
{
	return spec->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static int array_check(const struct rt_map_spec *spec)
{
	if (!spec->max_entries || spec->key_size != sizeof(u32) || !spec->value_size)
		return -EINVAL;
	if (spec->value_size > INT_MAX)
		return -E2BIG;
	if (is_percpu(spec) && align_up(spec->value_size, 8) > RT_MAX_PERCPU_VALUE)
		return -E2BIG;
	return 0;
}

static int alloc_values(struct array *a, const struct rt_map_spec *spec)
{
	if (!(spec->flags & BPF_F_MMAPABLE)) {
		a->values = calloc(1, a->size);
		return a->values ? 0 : -ENOMEM;
	}
	a->size = align_up(a->size, (u64)sysconf(_SC_PAGESIZE));
	a->values = mmap(NULL, a->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	a->mapped = a->values != MAP_FAILED;
	return a->mapped ? 0 : -ENOMEM;
}

static int array_create(struct rt_host *host, const struct rt_map_spec *spec, struct rt_map **map)
{
	u32 copies = is_percpu(spec) ? host->n_cpus : 1;
	struct array *a = calloc(1, sizeof(*a));
	u64 elem_size;
	int err;

	if (!a)
		return -ENOMEM;
	a->stride = rt_percpu_stride(spec);
	elem_size = (u64)a->stride * copies;
	err = -ENOMEM;
	if (elem_size > UINT32_MAX)
		goto fail;
	a->elem_size = (u32)elem_size;
	a->size = elem_size * spec->max_entries;
	a->map.mem = a->size + sizeof(*a);
	err = rt_mem_charge(host, a->map.mem);
	if (err)
		goto fail;
	err = alloc_values(a, spec);
	if (err) {
		rt_mem_uncharge(host, a->map.mem);
		goto fail;
	}
	if (is_percpu(spec))
		a->map.user_value_size = a->elem_size;
	*map = &a->map;
	return 0;
fail:
	free(a);
	return err;
}

static void array_free(struct rt_map *map)
{
	struct array *a = array_of(map);

	if (a->mapped)
		munmap(a->values, a->size);
	else
		free(a->values);
	free(a);
}

/* The value of an index on a CPU (0 for plain arrays); NULL out of range. */
static u8 *value_at(struct array *a, u32 index, u32 cpu)
{
	if (index >= a->map.spec.max_entries)
		return NULL;
	return a->values + (u64)index * a->elem_size + (u64)cpu * a->stride;
}

static u32 cpu_of(const struct rt_run *run, const struct rt_map *map)
{
	return is_percpu(&map->spec) ? run->cpu : 0;
}

static void *array_lookup(struct rt_run *run, struct rt_map *map, const void *key)
{
	return value_at(array_of(map), index_of(key), cpu_of(run, map));
}

/* All entries exist, so nothing can be inserted and nothing removed. */
static int check_update(const struct rt_map *map, u32 index, u64 flags)
{
	if ((flags & ~(u64)BPF_F_LOCK) > BPF_EXIST)
		return -EINVAL;
	if (index >= map->spec.max_entries)
		return -E2BIG;
	if (flags & BPF_NOEXIST)
		return -EEXIST;
	return flags & BPF_F_LOCK ? -EINVAL : 0;	/* no value has a lock in this runtime */
}

static int array_update(struct rt_run *run, struct rt_map *map, const void *key, const void *value,
			u64 flags)
{
	int err = check_update(map, index_of(key), flags);

	if (err)
		return err;
	memmove(value_at(array_of(map), index_of(key), cpu_of(run, map)), value,
		map->spec.value_size);
	return 0;
}

static int array_remove(struct rt_run *run, struct rt_map *map, const void *key)
{
	return -EINVAL;
}

static int array_read(struct rt_run *run, struct rt_map *map, const void *key, void *value)
{
	const u8 *from = value_at(array_of(map), index_of(key), 0);

	if (!from)
		return -ENOENT;
	memcpy(value, from, map->user_value_size);
	return 0;
}

static int array_write(struct rt_run *run, struct rt_map *map, const void *key, const void *value,
		       u64 flags)
{
	struct array *a = array_of(map);
	int err = check_update(map, index_of(key), flags);

	if (err)
		return err;
	/* Per-CPU values come, and are kept, with what pads them to a multiple of 8. */
	memcpy(value_at(a, index_of(key), 0), value, map->user_value_size);
	return 0;
}

static int array_next_key(struct rt_run *run, struct rt_map *map, const void *key, void *next)
{
	u32 index = key ? index_of(key) : UINT32_MAX;

	if (index < map->spec.max_entries && index + 1 == map->spec.max_entries)
		return -ENOENT;
	put_u32(next, index < map->spec.max_entries ? index + 1 : 0, false);
	return 0;
}

static int array_each(struct rt_run *run, struct rt_map *map, struct rt_map_visit *visit, u32 *n)
{
	for (*n = 0; *n < map->spec.max_entries;) {
		u32 key = (*n)++;
		int ret = visit->fn(visit, &key, value_at(array_of(map), key, cpu_of(run, map)));

		if (ret)
			return ret;
	}
	return 0;
}

static int array_direct(struct rt_map *map, void **values, u64 *size)
{
	*values = array_of(map)->values;
	*size = array_of(map)->size;
	return 0;
}

const struct rt_map_ops rt_map_array = {
	.type = BPF_MAP_TYPE_ARRAY,
	.name = "array",
	.flags = RT_ACCESS_FLAGS | BPF_F_NUMA_NODE | BPF_F_MMAPABLE | BPF_F_INNER_MAP,
	.check = array_check,
	.create = array_create,
	.free = array_free,
	.lookup = array_lookup,
	.update = array_update,
	.remove = array_remove,
	.read = array_read,
	.write = array_write,
	.erase = array_remove,
	.next_key = array_next_key,
	.each = array_each,
	.direct = array_direct,
};

const struct rt_map_ops rt_map_percpu_array = {
	.type = BPF_MAP_TYPE_PERCPU_ARRAY,
	.name = "percpu_array",
	.flags = RT_ACCESS_FLAGS,
	.check = array_check,
	.create = array_create,
	.free = array_free,
	.lookup = array_lookup,
	.update = array_update,
	.remove = array_remove,
	.read = array_read,
	.write = array_write,
	.erase = array_remove,
	.next_key = array_next_key,
	.each = array_each,
};
