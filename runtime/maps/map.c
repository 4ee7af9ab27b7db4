/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What all kinds have in common: making a map, the memory account, and limbo.
 *
 * A program that looked a value up may use its address until the run ends, also after the
 * element was deleted. So deleted memory goes to limbo and is freed when the last run is over.
 * What waits there counts against the memory limit: a program that deletes and inserts in a
 * loop gets -ENOMEM at some point, as it may in the kernel.
 */
#include "runtime/maps/maps_int.h"

#include <assert.h>
#include <stdlib.h>

static const struct rt_map_ops *const kinds[] = {
#define KIND(upper, lower) &rt_map_##lower,
#include "runtime/maps/kinds.def"
#undef KIND
};

const struct rt_map_ops *rt_map_kind(u32 type)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i]->type == type)
			return kinds[i];
	return NULL;
}

/* --- memory ------------------------------------------------------------------------------ */

int rt_mem_charge(struct rt_host *host, u64 size)
{
	if (size > host->mem_limit - min_u64(host->mem_used, host->mem_limit))
		return -ENOMEM;
	host->mem_used += size;
	return 0;
}

void rt_mem_uncharge(struct rt_host *host, u64 size)
{
	host->mem_used -= size;
}

static void limbo_free(struct rt_limbo *entry)
{
	struct rt_map *map = entry->map;

	rt_mem_uncharge(map->host, entry->size);
	free(entry);
	rt_map_put(map);
}

void rt_limbo_add(struct rt_map *map, struct rt_limbo *entry, u64 size)
{
	struct rt_host *host = map->host;

	rt_ref_get(&map->ref);
	entry->map = map;
	entry->size = size;
	entry->next = host->limbo;
	host->limbo = entry;
}

void rt_run_begin(struct rt_run *run)
{
	assert(!run->host->running);
	run->host->running = true;
	run->epoch = ++run->host->epoch;
}

void rt_run_end(struct rt_run *run)
{
	struct rt_limbo *entry = run->host->limbo, *next;

	run->host->running = false;
	run->host->limbo = NULL;
	for (; entry; entry = next) {
		next = entry->next;
		limbo_free(entry);
	}
}

/* --- making ------------------------------------------------------------------------------ */

static void map_free(struct rt_ref *ref)
{
	struct rt_map *map = container_of(ref, struct rt_map, ref);
	struct rt_ref *btf = map->btf;

	if (map->retire)
		map->retire(map);
	rt_mem_uncharge(map->host, map->mem);
	map->ops->free(map);
	rt_ref_put(btf);
}

/* The rules that all kinds share (kernel: map_create, bpf_map_flags_access_ok). */
static int check_flags(const struct rt_map_ops *ops, const struct rt_map_spec *spec)
{
	const u32 both = BPF_F_RDONLY | BPF_F_WRONLY;
	const u32 both_prog = BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG;

	if (spec->flags & ~ops->flags || spec->extra)
		return -EINVAL;
	if ((spec->flags & both) == both || (spec->flags & both_prog) == both_prog)
		return -EINVAL;
	return 0;
}

static int refuse(struct diag *d, const struct rt_map_spec *spec, int err)
{
	struct diag_msg m;

	diag_begin(&m, d, DIAG_RT_MAP_SPEC, NULL, spec->name, rt_map_kind(spec->type)->name,
		   spec->key_size, spec->value_size, spec->max_entries, spec->flags,
		   strerror(-err));
	diag_errno(&m, err);
	return diag_end(&m);
}

int rt_map_new(struct diag *d, struct rt_host *host, const struct rt_map_spec *spec,
	       struct rt_map **out)
{
	const struct rt_map_ops *ops = rt_map_kind(spec->type);
	struct rt_map *map;
	int err;

	if (!ops)
		return diag_raise(d, DIAG_RT_MAP_KIND, NULL, spec->name, spec->type);
	err = check_flags(ops, spec);
	if (!err)
		err = ops->check(spec);
	if (!err)
		err = ops->create(host, spec, &map);
	if (err)
		return refuse(d, spec, err);
	map->ref = (struct rt_ref){ .n = 1, .free = map_free };
	map->ops = ops;
	map->host = host;
	map->spec = *spec;
	if (!map->user_value_size)
		map->user_value_size = spec->value_size;
	*out = map;
	return 0;
}
