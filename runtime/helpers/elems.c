/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Helpers on maps, and those that call back into the program. The engine has looked whether the
 * map is of a kind, and has the rights, that the helper needs. */
#include "runtime/helpers/helpers_int.h"

enum { MAX_LOOPS = 1 << 23 };		/* kernel: BPF_MAX_LOOPS */

/* The map argument and, in program memory, the key behind it. */
static int map_and_key(struct rt_run *run, const u64 args[5], struct rt_map **map, void **key)
{
	int err = run->ops->map_of(run, args[0], map);

	return err ? err : run->ops->mem(run, args[1], (*map)->spec.key_size, RT_READ, key);
}

static int give_value(struct rt_run *run, struct rt_map *map, void *value, u64 *ret)
{
	if (value)
		return run->ops->value_addr(run, map, value, ret);
	*ret = 0;
	return 0;
}

int rt_helper_map_lookup_elem(struct rt_run *run, const u64 args[5], u64 *ret)
{
	struct rt_map *map;
	void *key;
	int err = map_and_key(run, args, &map, &key);

	if (err)
		return err;
	return give_value(run, map, map->ops->lookup(run, map, key), ret);
}

int rt_helper_map_lookup_percpu_elem(struct rt_run *run, const u64 args[5], u64 *ret)
{
	u32 cpu = run->cpu;
	struct rt_map *map;
	void *key, *value;
	int err = map_and_key(run, args, &map, &key);

	if (err)
		return err;
	if ((u32)args[2] >= run->host->n_cpus) {
		*ret = 0;
		return 0;
	}
	run->cpu = (u32)args[2];
	value = map->ops->lookup(run, map, key);
	run->cpu = cpu;
	return give_value(run, map, value, ret);
}

int rt_helper_map_update_elem(struct rt_run *run, const u64 args[5], u64 *ret)
{
	struct rt_map *map;
	void *key, *value;
	int err = map_and_key(run, args, &map, &key);

	if (!err)
		err = run->ops->mem(run, args[2], map->spec.value_size, RT_READ, &value);
	if (err)
		return err;
	*ret = rt_errno(map->ops->update(run, map, key, value, args[3]));
	return 0;
}

int rt_helper_map_delete_elem(struct rt_run *run, const u64 args[5], u64 *ret)
{
	struct rt_map *map;
	void *key;
	int err = map_and_key(run, args, &map, &key);

	if (err)
		return err;
	*ret = rt_errno(map->ops->remove(run, map, key));
	return 0;
}

/* --- callbacks --------------------------------------------------------------------------- */

struct elem_visit {
	struct rt_map_visit visit;
	struct rt_run *run;
	struct rt_map *map;
	const u64 *args;	/* of for_each_map_elem */
	int err;		/* what ended the run */
};

/* callback(map, key, value, ctx); non-zero ends the walk. */
static int visit_elem(struct rt_map_visit *visit, const void *key, void *value)
{
	struct elem_visit *v = container_of(visit, struct elem_visit, visit);
	u64 cb_args[4] = { v->args[0], 0, 0, v->args[2] };
	u64 stop = 0;

	v->err = v->run->ops->value_addr(v->run, v->map, value, &cb_args[2]);
	if (!v->err)
		v->err = v->run->ops->key_addr(v->run, v->map, key, &cb_args[1]);
	if (v->err)
		return 1;
	v->err = v->run->ops->call(v->run, v->args[1], cb_args, 4, &stop);
	v->run->ops->key_gone(v->run, cb_args[1]);
	return v->err || stop;
}

int rt_helper_for_each_map_elem(struct rt_run *run, const u64 args[5], u64 *ret)
{
	struct elem_visit v = { .visit.fn = visit_elem, .run = run, .args = args };
	u32 n;
	int err = run->ops->map_of(run, args[0], &v.map);

	if (err)
		return err;
	if (args[3]) {
		*ret = rt_errno(-EINVAL);
		return 0;
	}
	v.map->ops->each(run, v.map, &v.visit, &n);
	*ret = n;
	return v.err;
}

int rt_helper_loop(struct rt_run *run, const u64 args[5], u64 *ret)
{
	u32 n = (u32)args[0], i;

	if (args[3] || n > MAX_LOOPS) {
		*ret = rt_errno(args[3] ? -EINVAL : -E2BIG);
		return 0;
	}
	for (i = 0; i < n;) {
		u64 cb_args[2] = { i++, args[2] };
		u64 stop = 0;
		int err = run->ops->call(run, args[1], cb_args, 2, &stop);

		if (err)
			return err;
		if (stop)
			break;
	}
	*ret = i;
	return 0;
}

int rt_helper_tail_call(struct rt_run *run, const u64 args[5], u64 *ret)
{
	struct rt_map *map;
	bool taken;
	int err = run->ops->check_ctx(run, args[0]);

	if (!err)
		err = run->ops->map_of(run, args[1], &map);
	if (err)
		return err;
	*ret = 0;
	return run->ops->tail_call(run, args[0], map, (u32)args[2], &taken);
}
