/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Contexts: members, and which loads and stores of them a view may do. */
#include "lib/abi/abi.h"

/* Sets of widths; see ctx.def. */
enum {
	NONE = 0,
	B1 = 1,
	W4 = 4,
	D8 = 8,
	NARROW = 1 | 2 | 4,
	PACKED = 1 | 2 | 4 | 8,
};

static const struct abi_field sk_buff_fields[] = {
#define SKB(member, reg_, sf_load, sf_store, tc_load, tc_store)               \
	{ .name = #member,                                                    \
	  .off = offsetof(struct __sk_buff, member),                          \
	  .size = sizeof(((struct __sk_buff *)0)->member),                    \
	  .reg = ABI_REG_##reg_,                                              \
	  .rights = { [ABI_VIEW_SOCKET_FILTER] = { sf_load, sf_store },       \
		      [ABI_VIEW_SCHED] = { tc_load, tc_store } } },
#include "lib/abi/ctx.def"
#undef SKB
};

static const struct abi_field xdp_fields[] = {
#define XDP(member, reg_, load, store, devmap_load, devmap_store)             \
	{ .name = #member,                                                    \
	  .off = offsetof(struct xdp_md, member),                             \
	  .size = sizeof(((struct xdp_md *)0)->member),                       \
	  .reg = ABI_REG_##reg_,                                              \
	  .rights = { [ABI_VIEW_XDP] = { load, store },                       \
		      [ABI_VIEW_XDP_DEVMAP] = { devmap_load, devmap_store } } },
#include "lib/abi/ctx.def"
#undef XDP
};

static const struct {
	const struct abi_field *fields;
	size_t n_fields;
	u32 size;
} views[ABI_N_VIEWS] = {
#define VIEW(view, array, type) [view] = { array, ARRAY_SIZE(array), sizeof(type) }
	VIEW(ABI_VIEW_SOCKET_FILTER, sk_buff_fields, struct __sk_buff),
	VIEW(ABI_VIEW_SCHED, sk_buff_fields, struct __sk_buff),
	VIEW(ABI_VIEW_XDP, xdp_fields, struct xdp_md),
	VIEW(ABI_VIEW_XDP_DEVMAP, xdp_fields, struct xdp_md),
#undef VIEW
};

enum abi_view abi_view_of(u32 prog_type, u32 attach_type)
{
	switch (prog_type) {
	case BPF_PROG_TYPE_SOCKET_FILTER:
		return ABI_VIEW_SOCKET_FILTER;
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
		return ABI_VIEW_SCHED;
	case BPF_PROG_TYPE_XDP:
		return attach_type == BPF_XDP_DEVMAP ? ABI_VIEW_XDP_DEVMAP : ABI_VIEW_XDP;
	default:
		return ABI_VIEW_NONE;
	}
}

u32 abi_ctx_size(enum abi_view view)
{
	return view < ABI_N_VIEWS ? views[view].size : 0;
}

const struct abi_field *abi_ctx_field_at(enum abi_view view, size_t n)
{
	return view < ABI_N_VIEWS && n < views[view].n_fields ? &views[view].fields[n] : NULL;
}

const struct abi_field *abi_ctx_field(enum abi_view view, u32 off)
{
	size_t lo = 0, hi = view < ABI_N_VIEWS ? views[view].n_fields : 0;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct abi_field *field = &views[view].fields[mid];

		if (off < field->off)
			hi = mid;
		else if (off - field->off >= field->size)
			lo = mid + 1;
		else
			return field;
	}
	return NULL;
}

const struct abi_field *abi_ctx_access(enum abi_view view, u32 off, u32 size, bool store)
{
	const struct abi_field *field = abi_ctx_field(view, off);
	const struct abi_rights *rights;

	if (!field || !is_power_of_2(size) || size > 8 || off % size)
		return NULL;
	if (off - field->off + size > field->size)
		return NULL;
	rights = &field->rights[view];
	return size & (store ? rights->store : rights->load) ? field : NULL;
}
