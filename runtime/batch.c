/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The batch commands on maps. Where a batch ended is told by a token that only we interpret: for
 * arrays the last key, for hashes the number of elements so far (the kernel's is a number of four
 * bytes too, so callers have room for it).
 */
#include "runtime/rt_int.h"

#include <stdlib.h>

/* A batch under way. */
struct batch {
	struct rt_call *call;
	struct rt_map *map;
	u8 *keys, *values;	/* the caller's arrays; not every command has both */
	u32 max;		/* elements that they have room for */
	u32 n;			/* elements done */
	bool hash;
};

static int begin(struct rt_call *call, u8 mode, bool (*able)(const struct rt_map *),
		 struct batch *b)
{
	const union bpf_attr *a = &call->attr;
	int err = rt_handle_map(call->rt, a->batch.map_fd, mode, &b->map);

	if (err)
		return err;
	if (!able(b->map))
		return -RT_ENOTSUPP;
	if (a->batch.elem_flags || a->batch.flags)
		return -EINVAL;
	b->call = call;
	b->keys = rt_user_ptr(a->batch.keys);
	b->values = rt_user_ptr(a->batch.values);
	b->max = a->batch.count;
	b->hash = !(abi_map(b->map->spec.type)->flags & ABI_MAP_INDEX_KEY);
	if (!b->max)
		return 0;
	call->user->batch.count = 0;
	return b->keys ? 0 : -EFAULT;
}

static bool has_values(const struct rt_map *map)
{
	return map->ops->lookup;
}

static bool has_erase(const struct rt_map *map)
{
	return has_values(map) && !(abi_map(map->spec.type)->flags & ABI_MAP_INDEX_KEY);
}

static u8 *key_at(const struct batch *b, u32 i)
{
	return b->keys + (u64)i * b->map->spec.key_size;
}

static u8 *value_at(const struct batch *b, u32 i)
{
	return b->values + (u64)i * b->map->user_value_size;
}

static int next_key(const struct batch *b, const void *key, void *next)
{
	return b->map->ops->next_key(b->call->run, b->map, key, next);
}

/* The key before the batch's first one into key; *none: it starts at the beginning. */
static int find_start(const struct batch *b, void *key, bool *none)
{
	const void *token = rt_user_ptr(b->call->attr.batch.in_batch);
	u32 n;
	int err = 0;

	*none = !token;
	if (!token)
		return 0;
	if (!b->hash) {
		memcpy(key, token, b->map->spec.key_size);
		return 0;
	}
	n = get_u32(token, false);
	*none = !n;
	for (u32 i = 0; i < n && !err; i++)
		err = next_key(b, i ? key : NULL, key);
	return err;
}

static int end_lookup(const struct batch *b, const void *last_key, bool taken)
{
	const void *in = rt_user_ptr(b->call->attr.batch.in_batch);
	void *out = rt_user_ptr(b->call->attr.batch.out_batch);

	b->call->user->batch.count = b->n;
	if (!b->n)
		return 0;
	if (!out)
		return -EFAULT;
	if (!b->hash)
		memcpy(out, last_key, b->map->spec.key_size);
	else
		put_u32(out, taken ? 0 : (in ? get_u32(in, false) : 0) + b->n, false);
	return 0;
}

/* Read elements; with erase, take each out of the map: then the next one is always the first. */
static int lookup(struct batch *b, bool erase, u8 *key)
{
	struct rt_run *run = b->call->run;
	bool none;
	int err = find_start(b, key, &none);
	u8 *last = key;

	while (!err && b->n < b->max) {
		err = next_key(b, none ? NULL : last, key_at(b, b->n));
		if (!err)
			err = b->map->ops->read(run, b->map, key_at(b, b->n), value_at(b, b->n));
		if (!err && erase)
			err = b->map->ops->erase(run, b->map, key_at(b, b->n));
		if (err)
			break;
		last = key_at(b, b->n++);
		none = erase;
	}
	if (err && err != -ENOENT)
		return err;
	return end_lookup(b, last, erase) ? -EFAULT : err;
}

static int run_lookup(struct rt_call *call, bool erase)
{
	struct batch b = { 0 };
	u8 *key;
	int err = begin(call, erase ? RT_CAN_ALL : RT_CAN_READ, erase ? has_erase : has_values, &b);

	if (err || !b.max)
		return err;
	if (!b.values)
		return -EFAULT;
	key = malloc(b.map->spec.key_size);
	if (!key)
		return -ENOMEM;
	err = lookup(&b, erase, key);
	free(key);
	return err;
}

int rt_cmd_map_lookup_batch(struct rt_call *call)
{
	return run_lookup(call, false);
}

int rt_cmd_map_take_batch(struct rt_call *call)
{
	return run_lookup(call, true);
}

int rt_cmd_map_update_batch(struct rt_call *call)
{
	struct batch b = { 0 };
	int err = begin(call, RT_CAN_WRITE, has_values, &b);

	if (err || !b.max)
		return err;
	if (!b.values)
		return -EFAULT;
	for (; b.n < b.max; b.n++) {
		err = b.map->ops->write(call->run, b.map, key_at(&b, b.n), value_at(&b, b.n), 0);
		if (err)
			break;
	}
	call->user->batch.count = b.n;
	return err;
}

int rt_cmd_map_delete_batch(struct rt_call *call)
{
	struct batch b = { 0 };
	int err = begin(call, RT_CAN_WRITE, has_erase, &b);

	if (err || !b.max)
		return err;
	for (; b.n < b.max; b.n++) {
		err = b.map->ops->erase(call->run, b.map, key_at(&b, b.n));
		if (err)
			break;
	}
	call->user->batch.count = b.n;
	return err;
}
