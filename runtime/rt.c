/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Making and ending a runtime, and what its programs find when the embedder says nothing. */
#include "runtime/rt_int.h"

#include <stdlib.h>
#include <time.h>

#define DEFAULT_MEM_LIMIT (1ull << 30)

/* --- the default environment ------------------------------------------------------------- */

static u64 default_time(void *user, enum rt_clock clock)
{
	static const clockid_t ids[] = {
		[RT_CLOCK_MONOTONIC] = CLOCK_MONOTONIC,
		[RT_CLOCK_BOOTTIME] = CLOCK_BOOTTIME,
		[RT_CLOCK_TAI] = CLOCK_TAI,
		[RT_CLOCK_COARSE] = CLOCK_MONOTONIC_COARSE,
	};
	struct timespec ts = { 0 };

	clock_gettime(ids[clock], &ts);
	return (u64)ts.tv_sec * 1000000000ull + (u64)ts.tv_nsec;
}

/* SplitMix64: a counter, well mixed. Equal seeds give equal numbers on every machine. */
static u32 default_random(void *user)
{
	struct rt *rt = user;
	u64 x = rt->random_state += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return (u32)(x >> 31);
}

/* A call of the embedder's, or ours: each has its own user pointer. */
static u64 env_time(void *user, enum rt_clock clock)
{
	const struct rt_env *env = &((struct rt *)user)->user_env;

	return env->time_ns ? env->time_ns(env->user, clock) : default_time(user, clock);
}

static u32 env_random(void *user)
{
	const struct rt_env *env = &((struct rt *)user)->user_env;

	return env->random ? env->random(env->user) : default_random(user);
}

static void env_trace(void *user, const char *text)
{
	const struct rt_env *env = &((struct rt *)user)->user_env;

	if (env->trace)
		env->trace(env->user, text);
}

/* --- mapped arrays ----------------------------------------------------------------------- */

static int mapping_add(struct rt *rt, struct rt_map *map, void *values, bool writable, void **addr)
{
	struct rt_mapping *m = vec_push(&rt->mappings);

	if (!m)
		return -ENOMEM;
	*m = (struct rt_mapping){ .map = map, .addr = values, .writable = writable };
	rt_ref_get(&map->ref);
	map->n_writers += writable;
	*addr = values;
	return 0;
}

static void mapping_drop(struct rt_mapping *m)
{
	m->map->n_writers -= m->writable;
	rt_map_put(m->map);
}

int rt_mmap(void *user, int handle, size_t size, bool writable, void **addr)
{
	u8 mode = RT_CAN_READ | (writable ? RT_CAN_WRITE : 0);
	struct rt_map *map;
	void *values;
	u64 have;
	int err = rt_handle_map(user, (u32)handle, mode, &map);

	if (err)
		return err;
	if (!map->ops->direct)
		return -RT_ENOTSUPP;
	if (writable && !rt_map_prog_writes(map))
		return -EACCES;
	if (!(map->spec.flags & BPF_F_MMAPABLE) || !size)
		return -EINVAL;
	err = map->ops->direct(map, &values, &have);
	if (err)
		return err;
	if (size > have)
		return -EINVAL;
	return mapping_add(user, map, values, writable, addr);
}

int rt_munmap(void *user, void *addr, size_t size)
{
	struct rt *rt = user;
	u32 i;

	for (i = 0; i < rt->mappings.n && rt->mappings.v[i].addr != addr; i++)
		;
	if (i == rt->mappings.n)
		return -EINVAL;
	mapping_drop(&rt->mappings.v[i]);
	rt->mappings.v[i] = rt->mappings.v[--rt->mappings.n];
	return 0;
}

/* --- life -------------------------------------------------------------------------------- */

static int prog_get(void *user, u32 handle, struct rt_prog **prog)
{
	struct rt_program *p;
	int err = rt_handle_prog(user, handle, &p);

	if (err)
		return err;
	rt_ref_get(&p->prog.ref);
	*prog = &p->prog;
	return 0;
}

int rt_new(const struct rt_opts *opts, struct rt **out)
{
	struct rt *rt;

	if (opts->n_cpus > RT_MAX_CPUS)
		return -EINVAL;
	rt = calloc(1, sizeof(*rt));
	if (!rt)
		return diag_raise(opts->diag, DIAG_NO_MEMORY, NULL, "the runtime");
	rt->diag = opts->diag;
	rt->random_state = opts->seed;
	rt->budget = opts->budget;
	if (opts->env)
		rt->user_env = *opts->env;
	rt->env = (struct rt_env){ rt, env_time, env_random, env_trace };
	rt->host.n_cpus = opts->n_cpus ? opts->n_cpus : 1;
	rt->host.mem_limit = opts->mem_limit ? opts->mem_limit : DEFAULT_MEM_LIMIT;
	rt->host.user = rt;
	rt->host.prog_get = prog_get;
	*out = rt;
	return 0;
}

void rt_free(struct rt *rt)
{
	if (!rt)
		return;
	for (u32 i = 0; i < rt->pins.n; i++) {
		rt_unuse(rt->pins.v[i].what.kind, rt->pins.v[i].what.obj);
		free(rt->pins.v[i].path);
	}
	for (u32 i = 0; i < rt->handles.n; i++)
		if (rt->handles.v[i].kind)
			rt_unuse(rt->handles.v[i].kind, rt->handles.v[i].obj);
	for (u32 i = 0; i < rt->mappings.n; i++)
		mapping_drop(&rt->mappings.v[i]);
	vec_free(&rt->mappings);
	vec_free(&rt->pins);
	vec_free(&rt->handles);
	for (int i = 0; i < RT_N_KINDS; i++)
		vec_free(&rt->ids[i].v);
	free(rt);
}

u64 rt_last_run_insns(const struct rt *rt)
{
	return rt->last_run_insns;
}
