/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The table of regions of a run: slots for what comes and goes, rows for what stays. Each map
 * value that a program is handed is a row of its own, made once and found again by where it
 * lies, so the table grows with the values that a run meets and not with its length.
 */
#include "runtime/exec/exec_int.h"

_Static_assert(N_SLOTS < HANDLE_SHORT >> HANDLE_SLOT_SHIFT, "a handle holds any slot's number");

void exec_regions_init(struct exec *x)
{
	for (u32 i = 0; i < N_SLOTS; i++) {
		x->slots[i] = (struct exec_region){ 0 };
		x->slots[i].handle = HANDLE_SHORT | i << HANDLE_SLOT_SHIFT;
	}
	x->regions.v = NULL;
	x->regions.n = x->regions.cap = 0;
	x->by_mem = (struct hmap){ 0 };
}

void exec_regions_free(struct exec *x)
{
	vec_free(&x->regions);
	hmap_free(&x->by_mem);
}

static u64 base_of(u32 handle)
{
	return (u64)handle << 32 | ADDR_BIAS;
}

struct exec_region *exec_slot_renew(struct exec *x, u32 slot, enum exec_kind kind)
{
	struct exec_region *rg = &x->slots[slot];
	u32 gen = (rg->handle + 1) & HANDLE_GEN_MASK;

	*rg = (struct exec_region){ .kind = kind };
	rg->handle = HANDLE_SHORT | slot << HANDLE_SLOT_SHIFT | gen;
	rg->base = base_of(rg->handle);
	return rg;
}

enum exec_kind exec_slot_kind(u32 handle)
{
	u32 slot = (handle & ~HANDLE_SHORT) >> HANDLE_SLOT_SHIFT;

	/* Rows and plain numbers. */
	if (!(handle & HANDLE_SHORT))
		return KIND_NONE;
	if (slot < SLOT_KEY)
		return KIND_STACK;
	if (slot < SLOT_PKT)
		return KIND_KEY;
	if (slot == SLOT_PKT)
		return KIND_PKT;
	return slot == SLOT_META ? KIND_META : KIND_PKT_END;
}

struct exec_region *exec_region_by_number(struct exec *x, u64 v)
{
	u32 handle = (u32)(v >> 32), slot = (handle & ~HANDLE_SHORT) >> HANDLE_SLOT_SHIFT;

	if (handle & HANDLE_SHORT)
		return slot < N_SLOTS && x->slots[slot].handle == handle ? &x->slots[slot] : NULL;
	return handle && handle < x->regions.n ? &x->regions.v[handle] : NULL;
}

struct exec_reg exec_reg_from_number(struct exec *x, u64 v)
{
	const struct exec_region *rg = exec_region_by_number(x, v);

	return (struct exec_reg){ v, rg ? rg->handle : FROM_NUMBER };
}

struct exec_reg exec_reg_given(struct exec *x, u64 v)
{
	for (u32 i = BPF_REG_1; i <= BPF_REG_5; i++)
		if (x->f->r[i].v == v && reg_is_address(x->f->r[i]))
			return x->f->r[i];
	return exec_reg_from_number(x, v);
}

struct exec_reg exec_reg_address(const struct exec_region *rg, u64 off)
{
	return (struct exec_reg){ rg->base + off, rg->handle };
}

static u64 hash_of(const void *key, enum exec_kind kind)
{
	return hash_mix((u64)(uintptr_t)key, kind);
}

static bool same_key(const struct exec_region *rg, const void *key, enum exec_kind kind)
{
	if (rg->kind != kind)
		return false;
	switch (kind) {
	case KIND_MAP:
		return rg->map == key;
	case KIND_FUNC:
		return rg->prog == key;
	default:
		return rg->mem == key;
	}
}

static struct exec_region *region_add(struct exec *x, const void *key, enum exec_kind kind,
				      int *err)
{
	struct exec_region *rg;

	if (x->regions.n >= MAX_REGIONS) {
		*err = exec_fault(x, DIAG_EXEC_REGIONS, NULL, (u32)MAX_REGIONS);
		return NULL;
	}
	/* Handle 0 means "a number", so row 0 stays empty. */
	if (!x->regions.n && !vec_push(&x->regions))
		goto no_memory;
	rg = vec_push(&x->regions);
	if (!rg)
		goto no_memory;
	if (hmap_add(&x->by_mem, hash_of(key, kind), x->regions.n - 1))
		goto no_memory;
	rg->handle = x->regions.n - 1;
	rg->base = base_of(rg->handle);
	return rg;
no_memory:
	*err = exec_fault(x, DIAG_NO_MEMORY, NULL, "the checked interpreter");
	return NULL;
}

struct exec_region *exec_region_for(struct exec *x, const void *key, enum exec_kind kind, int *err)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&x->by_mem, hash_of(key, kind), &it); i != HMAP_NONE;
	     i = hmap_next(&x->by_mem, &it))
		if (same_key(&x->regions.v[i], key, kind))
			return &x->regions.v[i];
	return region_add(x, key, kind, err);
}

static u8 value_rights(const struct rt_map *map)
{
	u8 rights = 0;

	if (rt_map_prog_reads(map))
		rights |= RIGHT_READ;
	if (rt_map_prog_writes(map))
		rights |= RIGHT_WRITE;
	return rights == (RIGHT_READ | RIGHT_WRITE) ? rights | RIGHT_ATOMIC : rights;
}

int exec_value_reg(struct exec *x, struct rt_map *map, void *value, u32 off, struct exec_reg *out)
{
	int err;
	struct exec_region *rg = exec_region_for(x, value, KIND_VALUE, &err);

	if (!rg)
		return err;
	if (rg->kind == KIND_NONE) {
		rg->kind = KIND_VALUE;
		rg->mem = value;
		rg->hi = map->spec.value_size;
		rg->map = map;
		rg->rights = value_rights(map);
	}
	*out = exec_reg_address(rg, off);
	return 0;
}

int exec_map_reg(struct exec *x, struct rt_map *map, struct exec_reg *out)
{
	int err;
	struct exec_region *rg = exec_region_for(x, map, KIND_MAP, &err);

	if (!rg)
		return err;
	rg->kind = KIND_MAP;
	rg->map = map;
	*out = exec_reg_address(rg, 0);
	return 0;
}

int exec_func_reg(struct exec *x, u32 insn, struct exec_reg *out)
{
	int err;
	struct exec_region *rg = exec_region_for(x, x->prog, KIND_FUNC, &err);

	if (!rg)
		return err;
	rg->kind = KIND_FUNC;
	rg->prog = x->prog;
	*out = exec_reg_address(rg, insn);
	return 0;
}

/*
 * Three regions with one base, the buffer's start: data, data_meta and data_end can be compared
 * and subtracted like the kernel's, while each reaches its own part only.
 */
void exec_pkt_renew(struct exec *x)
{
	const struct rt_pkt *pkt = x->run->pkt;
	struct exec_region *data = exec_slot_renew(x, SLOT_PKT, KIND_PKT);
	struct exec_region *meta = exec_slot_renew(x, SLOT_META, KIND_META);
	struct exec_region *end = exec_slot_renew(x, SLOT_PKT_END, KIND_PKT_END);

	if (!pkt)
		return;
	data->mem = meta->mem = pkt->buf;
	data->rights = meta->rights = RIGHT_READ | RIGHT_WRITE;
	data->lo = meta->hi = pkt->data;
	data->hi = pkt->end;
	meta->lo = pkt->meta;
	end->lo = end->hi = pkt->end;
	meta->base = end->base = data->base;
}
