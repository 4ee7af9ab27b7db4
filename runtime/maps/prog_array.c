/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Program arrays (A2.3): user space writes handles of programs and reads back their ids; programs
 * can do nothing with it but tail-call. A slot keeps its program alive, and programs keep the
 * maps that they use: the circle of a program that tail-calls itself is broken when user space
 * gives its last handle of the map back, which empties all slots.
 */
#include "runtime/maps/maps_int.h"

#include <stdlib.h>

struct prog_array {
	struct rt_map map;
	bool owned;			/* owner is set */
	struct rt_prog_owner owner;
	struct rt_prog **slots;		/* max_entries; NULL is empty */
};

static struct prog_array *prog_array_of(struct rt_map *map)
{
	return container_of(map, struct prog_array, map);
}

struct rt_prog *rt_prog_array_at(struct rt_map *map, u32 index)
{
	return index < map->spec.max_entries ? prog_array_of(map)->slots[index] : NULL;
}

bool rt_prog_array_accepts(struct rt_map *map, const struct rt_prog_owner *owner)
{
	struct prog_array *a = prog_array_of(map);

	if (!a->owned) {
		a->owned = true;
		a->owner = *owner;
		return true;
	}
	return a->owner.type == owner->type && a->owner.jited == owner->jited &&
	       a->owner.xdp_frags == owner->xdp_frags &&
	       a->owner.expected_attach_type == owner->expected_attach_type;
}

static int prog_array_check(const struct rt_map_spec *spec)
{
	if (!spec->max_entries || spec->key_size != sizeof(u32) || spec->value_size != sizeof(u32))
		return -EINVAL;
	return 0;
}

static int prog_array_create(struct rt_host *host, const struct rt_map_spec *spec,
			     struct rt_map **map)
{
	struct prog_array *a = calloc(1, sizeof(*a));
	int err;

	if (!a)
		return -ENOMEM;
	a->map.mem = sizeof(*a) + (u64)spec->max_entries * sizeof(*a->slots);
	err = rt_mem_charge(host, a->map.mem);
	if (err) {
		free(a);
		return err;
	}
	a->slots = calloc(spec->max_entries, sizeof(*a->slots));
	if (!a->slots) {
		rt_mem_uncharge(host, a->map.mem);
		free(a);
		return -ENOMEM;
	}
	*map = &a->map;
	return 0;
}

/* No run is open while user space writes, so nobody is inside the program that leaves. */
static void set_slot(struct prog_array *a, u32 index, struct rt_prog *prog)
{
	struct rt_prog *old = a->slots[index];

	a->slots[index] = prog;
	if (old)
		rt_ref_put(&old->ref);
}

static void prog_array_release(struct rt_map *map)
{
	for (u32 i = 0; i < map->spec.max_entries; i++)
		set_slot(prog_array_of(map), i, NULL);
}

static void prog_array_free(struct rt_map *map)
{
	prog_array_release(map);
	free(prog_array_of(map)->slots);
	free(prog_array_of(map));
}

static int prog_array_read(struct rt_run *run, struct rt_map *map, const void *key, void *value)
{
	const struct rt_prog *prog = rt_prog_array_at(map, get_u32(key, false));

	if (!prog)
		return -ENOENT;
	put_u32(value, prog->id, false);
	return 0;
}

static int prog_array_write(struct rt_run *run, struct rt_map *map, const void *key,
			    const void *value, u64 flags)
{
	u32 index = get_u32(key, false);
	struct rt_prog *prog;
	int err;

	if (flags != BPF_ANY)
		return -EINVAL;
	if (index >= map->spec.max_entries)
		return -E2BIG;
	err = map->host->prog_get(map->host->user, get_u32(value, false), &prog);
	if (err)
		return err;
	if (!rt_prog_array_accepts(map, &prog->owner)) {
		rt_ref_put(&prog->ref);
		return -EINVAL;
	}
	set_slot(prog_array_of(map), index, prog);
	return 0;
}

static int prog_array_erase(struct rt_run *run, struct rt_map *map, const void *key)
{
	u32 index = get_u32(key, false);

	if (index >= map->spec.max_entries)
		return -E2BIG;
	if (!prog_array_of(map)->slots[index])
		return -ENOENT;
	set_slot(prog_array_of(map), index, NULL);
	return 0;
}

static int prog_array_next_key(struct rt_run *run, struct rt_map *map, const void *key, void *next)
{
	u32 index = key ? get_u32(key, false) : UINT32_MAX;

	if (index < map->spec.max_entries && index + 1 == map->spec.max_entries)
		return -ENOENT;
	put_u32(next, index < map->spec.max_entries ? index + 1 : 0, false);
	return 0;
}

const struct rt_map_ops rt_map_prog_array = {
	.type = BPF_MAP_TYPE_PROG_ARRAY,
	.name = "prog_array",
	.flags = BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_NUMA_NODE,
	.check = prog_array_check,
	.create = prog_array_create,
	.free = prog_array_free,
	.read = prog_array_read,
	.write = prog_array_write,
	.erase = prog_array_erase,
	.next_key = prog_array_next_key,
	.release = prog_array_release,
};
