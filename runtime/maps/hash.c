/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Hash maps: chains of elements below an array of buckets that doubles as the map fills. All
 * elements are also on one list in order of insertion, which is the order in which user space
 * and programs walk the map (the kernel's order is that of a secret hash).
 *
 *	elem    | links, sequence number | key, padded to 8 | value, padded to 8 (x n_cpus) |
 *
 * An element that is removed while programs run keeps its link to the next one: whoever stands on
 * it can go on, over other removed elements if need be, to one that is still there.
 */
#include "runtime/maps/maps_int.h"

#include <stdlib.h>

#include "lib/base/hmap.h"

enum {
	MIN_BUCKETS = 16,
	MAX_BUCKETS_BITS = 27,		/* the kernel's bucket array must stay below 4 GiB */
	/* Key, value and the kernel's own head of an element must fit one allocation of its. */
	MAX_ELEM = (4 << 20) - 48,
};

struct elem {
	struct rt_limbo limbo;		/* first: what limbo frees is the element */
	struct elem *chain;
	struct elem *next, *prev;	/* in order of insertion */
	u64 seq;
	u64 hash;
	u64 epoch;			/* run that was last given its address */
	u8 data[];			/* key, then values */
};

struct hash {
	struct rt_map map;
	struct elem **buckets;
	u32 n_buckets;			/* a power of two */
	u64 seed;			/* of key hashes; no program can tell it */
	u32 n;
	struct elem *first, *last;
	u64 seq;			/* of the element that was inserted last */
	/* walks by programs that are under way, one within another */
	u32 n_walks;
	u32 key_room;			/* key_size rounded to 8 */
	u32 stride;			/* a value rounded to 8 */
	u32 copies;			/* values that an element has */
	u64 elem_size;			/* bytes of an element */
};

static struct hash *hash_of(struct rt_map *map)
{
	return container_of(map, struct hash, map);
}

static bool is_percpu(const struct rt_map_spec *spec)
{
	return spec->type == BPF_MAP_TYPE_PERCPU_HASH;
}

static int hash_check(const struct rt_map_spec *spec)
{
	if (!spec->max_entries || !spec->key_size || !spec->value_size)
		return -EINVAL;
	if ((u64)spec->key_size + spec->value_size >= MAX_ELEM)
		return -E2BIG;
	if (is_percpu(spec) && align_up(spec->value_size, 8) > RT_MAX_PERCPU_VALUE)
		return -E2BIG;
	if (spec->max_entries > 1u << MAX_BUCKETS_BITS)
		return -E2BIG;
	return 0;
}

static int hash_create(struct rt_host *host, const struct rt_map_spec *spec, struct rt_map **map)
{
	struct hash *h = calloc(1, sizeof(*h));
	int err = -ENOMEM;

	if (!h)
		return -ENOMEM;
	/* Addresses are what programs never see of the host; nothing else depends on them here. */
	h->seed = hash_mix((u64)(uintptr_t)h, (u64)(uintptr_t)host);
	h->key_room = (u32)align_up(spec->key_size, 8);
	h->stride = rt_percpu_stride(spec);
	h->copies = is_percpu(spec) ? host->n_cpus : 1;
	h->elem_size = sizeof(struct elem) + h->key_room + (u64)h->stride * h->copies;
	if ((u64)h->stride * h->copies > UINT32_MAX)
		goto fail;
	if (is_percpu(spec))
		h->map.user_value_size = h->stride * h->copies;
	h->n_buckets = MIN_BUCKETS;
	h->map.mem = sizeof(*h) + h->n_buckets * sizeof(*h->buckets);
	if (rt_mem_charge(host, h->map.mem))
		goto fail;
	h->buckets = calloc(h->n_buckets, sizeof(*h->buckets));
	if (!h->buckets) {
		rt_mem_uncharge(host, h->map.mem);
		goto fail;
	}
	*map = &h->map;
	return 0;
fail:
	free(h);
	return err;
}

/* Nobody runs and nobody holds the map: the elements can go at once. */
static void hash_free(struct rt_map *map)
{
	struct hash *h = hash_of(map);

	for (struct elem *e = h->first, *next; e; e = next) {
		next = e->next;
		rt_mem_uncharge(map->host, h->elem_size);
		free(e);
	}
	free(h->buckets);
	free(h);
}

static u8 *value_of(const struct hash *h, struct elem *e, u32 cpu)
{
	return e->data + h->key_room + (u64)cpu * h->stride;
}

static struct elem **bucket_of(struct hash *h, u64 hash)
{
	return &h->buckets[hash & (h->n_buckets - 1)];
}

static struct elem *find(struct hash *h, const void *key)
{
	u32 key_size = h->map.spec.key_size;
	u64 hash = hash_seeded(h->seed, key, key_size);
	struct elem *e;

	for (e = *bucket_of(h, hash); e; e = e->chain)
		if (e->hash == hash && !memcmp(e->data, key, key_size))
			return e;
	return NULL;
}

static void chain_elem(struct hash *h, struct elem *e)
{
	struct elem **head = bucket_of(h, e->hash);

	e->chain = *head;
	*head = e;
}

/* Double the buckets when there are more elements; staying small is no fault, only slower. */
static void grow(struct hash *h)
{
	u64 extra = h->n_buckets * sizeof(*h->buckets);
	struct elem **old = h->buckets, **buckets;

	if (h->n < h->n_buckets || rt_mem_charge(h->map.host, extra))
		return;
	buckets = calloc(h->n_buckets * 2ul, sizeof(*buckets));
	if (!buckets) {
		rt_mem_uncharge(h->map.host, extra);
		return;
	}
	h->map.mem += extra;
	h->buckets = buckets;
	h->n_buckets *= 2;
	for (struct elem *e = h->first; e; e = e->next)
		chain_elem(h, e);
	free(old);
}

/* A new element that is on no list yet. */
static int new_elem(struct hash *h, const void *key, struct elem **out)
{
	struct elem *e;
	int err = rt_mem_charge(h->map.host, h->elem_size);

	if (err)
		return err;
	e = calloc(1, h->elem_size);
	if (!e) {
		rt_mem_uncharge(h->map.host, h->elem_size);
		return -ENOMEM;
	}
	memcpy(e->data, key, h->map.spec.key_size);
	e->hash = hash_seeded(h->seed, key, h->map.spec.key_size);
	*out = e;
	return 0;
}

/* A program may hold the element's address, or a walk stand on one that leads to it. */
static void drop_elem(struct hash *h, struct elem *e)
{
	const struct rt_host *host = h->map.host;

	if (host->running && (e->epoch == host->epoch || h->n_walks)) {
		rt_limbo_add(&h->map, &e->limbo, h->elem_size);
		return;
	}
	rt_mem_uncharge(h->map.host, h->elem_size);
	free(e);
}

static void unchain_elem(struct hash *h, struct elem *e)
{
	struct elem **p = bucket_of(h, e->hash);

	while (*p != e)
		p = &(*p)->chain;
	*p = e->chain;
}

static void append(struct hash *h, struct elem *e)
{
	grow(h);
	chain_elem(h, e);
	e->prev = h->last;
	*(h->last ? &h->last->next : &h->first) = e;
	h->last = e;
	e->seq = ++h->seq;
	h->n++;
}

static void unlink_elem(struct hash *h, struct elem *e)
{
	unchain_elem(h, e);
	*(e->prev ? &e->prev->next : &h->first) = e->next;
	*(e->next ? &e->next->prev : &h->last) = e->prev;
	h->n--;
	drop_elem(h, e);
}

/* Put e in old's place on the list: who walks the map and updates as it goes comes to an end. */
static void replace(struct hash *h, struct elem *old, struct elem *e)
{
	unchain_elem(h, old);
	chain_elem(h, e);
	e->seq = old->seq;
	e->prev = old->prev;
	e->next = old->next;
	*(e->prev ? &e->prev->next : &h->first) = e;
	*(e->next ? &e->next->prev : &h->last) = e;
	drop_elem(h, old);
}

/* Whether flags allow to update, given the element that is there (or NULL). */
static int check_update(const struct hash *h, const struct elem *old, u64 flags)
{
	if (flags > BPF_EXIST)
		return -EINVAL;
	if (old && flags == BPF_NOEXIST)
		return -EEXIST;
	if (!old && flags == BPF_EXIST)
		return -ENOENT;
	return old || h->n < h->map.spec.max_entries ? 0 : -E2BIG;
}

/*
 * An element is replaced as a whole, so an address of the old value goes on to show the old
 * value, as in the kernel; per-CPU values are overwritten where they are.
 */
static int hash_update(struct rt_run *run, struct rt_map *map, const void *key, const void *value,
		       u64 flags)
{
	struct hash *h = hash_of(map);
	struct elem *old = find(h, key), *e;
	int err = check_update(h, old, flags);

	if (err)
		return err;
	if (old && is_percpu(&map->spec)) {
		memmove(value_of(h, old, run->cpu), value, map->spec.value_size);
		return 0;
	}
	err = new_elem(h, key, &e);
	if (err)
		return err;
	memcpy(value_of(h, e, is_percpu(&map->spec) ? run->cpu : 0), value, map->spec.value_size);
	if (old)
		replace(h, old, e);
	else
		append(h, e);
	return 0;
}

static int hash_write(struct rt_run *run, struct rt_map *map, const void *key, const void *value,
		      u64 flags)
{
	struct hash *h = hash_of(map);
	struct elem *old = find(h, key), *e = old;
	int err = check_update(h, old, flags);

	if (err)
		return err;
	if (!old || !is_percpu(&map->spec)) {
		err = new_elem(h, key, &e);
		if (err)
			return err;
	}
	/* Per-CPU values come, and are kept, with what pads them to a multiple of 8. */
	memcpy(value_of(h, e, 0), value, map->user_value_size);
	if (!old)
		append(h, e);
	else if (old != e)
		replace(h, old, e);
	return 0;
}

static void *hash_lookup(struct rt_run *run, struct rt_map *map, const void *key)
{
	struct hash *h = hash_of(map);
	struct elem *e = find(h, key);

	if (!e)
		return NULL;
	e->epoch = run->epoch;
	return value_of(h, e, is_percpu(&map->spec) ? run->cpu : 0);
}

static int hash_remove(struct rt_run *run, struct rt_map *map, const void *key)
{
	struct hash *h = hash_of(map);
	struct elem *e = find(h, key);

	if (!e)
		return -ENOENT;
	unlink_elem(h, e);
	return 0;
}

static int hash_read(struct rt_run *run, struct rt_map *map, const void *key, void *value)
{
	struct hash *h = hash_of(map);
	struct elem *e = find(h, key);

	if (!e)
		return -ENOENT;
	memcpy(value, value_of(h, e, 0), map->user_value_size);
	return 0;
}

static int hash_next_key(struct rt_run *run, struct rt_map *map, const void *key, void *next)
{
	struct hash *h = hash_of(map);
	struct elem *at = key ? find(h, key) : NULL;
	struct elem *e = at ? at->next : h->first;

	if (!e)
		return -ENOENT;
	memcpy(next, e->data, map->spec.key_size);
	return 0;
}

/* Elements that are inserted meanwhile are not visited, so the walk ends. */
static int hash_each(struct rt_run *run, struct rt_map *map, struct rt_map_visit *visit, u32 *n)
{
	struct hash *h = hash_of(map);
	u64 last = h->seq;
	int ret = 0;

	*n = 0;
	h->n_walks++;
	for (struct elem *e = h->first; e && e->seq <= last && !ret; e = e->next) {
		e->epoch = run->epoch;
		(*n)++;
		ret = visit->fn(visit, e->data,
				value_of(h, e, is_percpu(&map->spec) ? run->cpu : 0));
	}
	h->n_walks--;
	return ret;
}

const struct rt_map_ops rt_map_hash = {
	.type = BPF_MAP_TYPE_HASH,
	.name = "hash",
	.flags = RT_ACCESS_FLAGS | BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE | BPF_F_ZERO_SEED,
	.check = hash_check,
	.create = hash_create,
	.free = hash_free,
	.lookup = hash_lookup,
	.update = hash_update,
	.remove = hash_remove,
	.read = hash_read,
	.write = hash_write,
	.erase = hash_remove,
	.next_key = hash_next_key,
	.each = hash_each,
};

const struct rt_map_ops rt_map_percpu_hash = {
	.type = BPF_MAP_TYPE_PERCPU_HASH,
	.name = "percpu_hash",
	.flags = RT_ACCESS_FLAGS | BPF_F_NO_PREALLOC | BPF_F_ZERO_SEED,
	.check = hash_check,
	.create = hash_create,
	.free = hash_free,
	.lookup = hash_lookup,
	.update = hash_update,
	.remove = hash_remove,
	.read = hash_read,
	.write = hash_write,
	.erase = hash_remove,
	.next_key = hash_next_key,
	.each = hash_each,
};
