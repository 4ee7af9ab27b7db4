/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Handles and ids: two tables that lead to the same objects, only the first of which keeps them. */
#include "runtime/rt_int.h"

enum { MAX_HANDLES = 1 << 20 };

static struct rt_map *map_of(struct rt_ref *ref)
{
	return container_of(ref, struct rt_map, ref);
}

void rt_use(enum rt_kind kind, struct rt_ref *obj)
{
	rt_ref_get(obj);
	if (kind == RT_KIND_MAP)
		map_of(obj)->n_users++;
}

void rt_unuse(enum rt_kind kind, struct rt_ref *obj)
{
	struct rt_map *map = map_of(obj);

	if (kind == RT_KIND_MAP && !--map->n_users && map->ops->release)
		map->ops->release(map);
	rt_ref_put(obj);
}

/* --- handles ----------------------------------------------------------------------------- */

static struct rt_handle *slot_of(struct rt *rt, u32 handle)
{
	u32 i = handle - RT_FIRST_HANDLE;

	return handle >= RT_FIRST_HANDLE && i < rt->handles.n ? &rt->handles.v[i] : NULL;
}

const struct rt_handle *rt_handle_find(struct rt *rt, u32 handle)
{
	const struct rt_handle *h = slot_of(rt, handle);

	return h && h->kind ? h : NULL;
}

/* The lowest free slot, as descriptors are given out. */
static struct rt_handle *free_slot(struct rt *rt)
{
	while (rt->first_free < rt->handles.n && rt->handles.v[rt->first_free].kind)
		rt->first_free++;
	if (rt->first_free < rt->handles.n)
		return &rt->handles.v[rt->first_free];
	return vec_push(&rt->handles);
}

int rt_handle_new(struct rt *rt, enum rt_kind kind, struct rt_ref *obj, u8 mode)
{
	struct rt_handle *h = rt->handles.n < MAX_HANDLES ? free_slot(rt) : NULL;

	if (!h) {
		rt_ref_put(obj);
		return rt->handles.n < MAX_HANDLES ? -ENOMEM : -EMFILE;
	}
	rt_use(kind, obj);
	rt_ref_put(obj);
	*h = (struct rt_handle){ .kind = kind, .mode = mode, .obj = obj };
	return (int)(RT_FIRST_HANDLE + (h - rt->handles.v));
}

int rt_close(void *user, int handle)
{
	struct rt *rt = user;
	struct rt_handle *h = slot_of(rt, (u32)handle);
	struct rt_handle old;

	if (!h || !h->kind)
		return -EBADF;
	if (rt->host.running)
		return diag_raise(rt->diag, DIAG_RT_BUSY, NULL);
	old = *h;
	*h = (struct rt_handle){ 0 };
	rt->first_free = (u32)min_u64(rt->first_free, (u64)(h - rt->handles.v));
	rt_unuse(old.kind, old.obj);
	return 0;
}

static int handle_of_kind(struct rt *rt, u32 handle, enum rt_kind kind,
			  const struct rt_handle **out)
{
	const struct rt_handle *h = rt_handle_find(rt, handle);

	if (!h)
		return -EBADF;
	if (h->kind != kind)
		return -EINVAL;
	*out = h;
	return 0;
}

int rt_handle_map(struct rt *rt, u32 handle, u8 mode, struct rt_map **map)
{
	const struct rt_handle *h;
	int err = handle_of_kind(rt, handle, RT_KIND_MAP, &h);
	u8 can;

	if (err)
		return err;
	can = h->mode & (map_of(h->obj)->frozen ? RT_CAN_READ : RT_CAN_ALL);
	if (mode & ~can)
		return -EPERM;
	*map = map_of(h->obj);
	return 0;
}

int rt_handle_prog(struct rt *rt, u32 handle, struct rt_program **prog)
{
	const struct rt_handle *h;
	int err = handle_of_kind(rt, handle, RT_KIND_PROG, &h);

	if (!err)
		*prog = container_of(h->obj, struct rt_program, prog.ref);
	return err;
}

int rt_handle_btf(struct rt *rt, u32 handle, struct rt_btf **btf)
{
	const struct rt_handle *h;
	int err = handle_of_kind(rt, handle, RT_KIND_BTF, &h);

	if (!err)
		*btf = container_of(h->obj, struct rt_btf, ref);
	return err;
}

/* --- ids --------------------------------------------------------------------------------- */

/* Index of the first entry with an id from `id` on. */
static u32 id_pos(const struct rt_ids *ids, u32 id)
{
	u32 lo = 0, hi = ids->v.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (ids->v.v[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

int rt_id_add(struct rt *rt, enum rt_kind kind, struct rt_ref *obj, u32 *id)
{
	struct rt_ids *ids = &rt->ids[kind];
	struct rt_id *entry;

	if (ids->last >= INT_MAX - 1)
		return -ENOSPC;
	entry = vec_push(&ids->v);
	if (!entry)
		return -ENOMEM;
	entry->id = *id = ++ids->last;
	entry->obj = obj;
	return 0;
}

void rt_id_remove(struct rt *rt, enum rt_kind kind, u32 id)
{
	struct rt_ids *ids = &rt->ids[kind];
	u32 at = id_pos(ids, id);

	if (at == ids->v.n || ids->v.v[at].id != id)
		return;
	memmove(&ids->v.v[at], &ids->v.v[at + 1], (ids->v.n - at - 1) * sizeof(*ids->v.v));
	ids->v.n--;
}

struct rt_ref *rt_id_find(struct rt *rt, enum rt_kind kind, u32 id)
{
	const struct rt_ids *ids = &rt->ids[kind];
	u32 at = id_pos(ids, id);

	return at < ids->v.n && ids->v.v[at].id == id ? ids->v.v[at].obj : NULL;
}

u32 rt_id_next(struct rt *rt, enum rt_kind kind, u32 from)
{
	const struct rt_ids *ids = &rt->ids[kind];
	u32 at = id_pos(ids, from);

	return at < ids->v.n ? ids->v.v[at].id : 0;
}
