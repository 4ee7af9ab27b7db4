/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Atomics that return the old value and those that don't, in both widths, on map values. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

struct cells {
	__u64 wide[4];
	__u32 narrow[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cells);
} cells SEC(".maps");

static __always_inline struct cells *get(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&cells, &key);
}

#define OLD_VALUES(sum, p, v)					\
	do {							\
		sum = sum * 31 + __sync_fetch_and_add(p, v);	\
		sum = sum * 31 + __sync_fetch_and_or(p, v * 3);	\
		sum = sum * 31 + __sync_fetch_and_and(p, ~v);	\
		sum = sum * 31 + __sync_fetch_and_xor(p, v * 7);	\
		sum = sum * 31 + __sync_fetch_and_sub(p, v);	\
	} while (0)

SEC("xdp")
int fetch_wide(struct xdp_md *ctx)
{
	__u64 sum = 0, v = packet_size(ctx) * 0x100000001ULL;
	struct cells *c = get();

	if (!c)
		return -1;
	OLD_VALUES(sum, &c->wide[0], v);
	OLD_VALUES(sum, &c->wide[1], -v);
	return sum ^ sum >> 32;
}

SEC("xdp")
int fetch_word(struct xdp_md *ctx)
{
	__u32 sum = 0, v = packet_size(ctx) * 0x1000001;
	struct cells *c = get();

	if (!c)
		return -1;
	OLD_VALUES(sum, &c->narrow[0], v);
	OLD_VALUES(sum, &c->narrow[1], -v);
	return sum;
}

/* Nobody looks at the old values. */
SEC("xdp")
int fetch_nothing(struct xdp_md *ctx)
{
	__u64 v = packet_size(ctx);
	struct cells *c = get();

	if (!c)
		return -1;
	__sync_fetch_and_add(&c->wide[0], v);
	__sync_fetch_and_or(&c->wide[1], v << 20);
	__sync_fetch_and_and(&c->wide[1], ~v);
	__sync_fetch_and_xor(&c->wide[2], v * v);
	__sync_fetch_and_add(&c->narrow[0], v);
	__sync_fetch_and_or(&c->narrow[1], v);
	__sync_fetch_and_and(&c->narrow[1], 0x55);
	__sync_fetch_and_xor(&c->narrow[2], v * v);
	return c->wide[0] + c->narrow[2];
}

SEC("xdp")
int fetch_exchange(struct xdp_md *ctx)
{
	__u64 v = packet_size(ctx), sum;
	struct cells *c = get();

	if (!c)
		return -1;
	sum = __sync_lock_test_and_set(&c->wide[0], v << 33 | v);
	sum = sum * 31 + __sync_lock_test_and_set(&c->narrow[0], v);
	sum = sum * 31 + __sync_val_compare_and_swap(&c->wide[1], 0, v);
	sum = sum * 31 + __sync_val_compare_and_swap(&c->wide[1], v, v + 1);
	sum = sum * 31 + __sync_val_compare_and_swap(&c->narrow[1], 0, v);
	sum = sum * 31 + __sync_val_compare_and_swap(&c->narrow[1], v, v + 1);
	sum = sum * 31 + __sync_val_compare_and_swap(&c->narrow[1], v, v + 2);
	return sum ^ sum >> 32;
}

/* On the stack, where nobody else could be. */
SEC("xdp")
int fetch_stack(struct xdp_md *ctx)
{
	volatile __u64 wide = 0x123456789abcdefULL;
	volatile __u32 narrow = 0x89abcdef;
	__u64 sum = packet_size(ctx);

	OLD_VALUES(sum, &wide, 0x1111111111111111ULL);
	OLD_VALUES(sum, &narrow, 0x22222222U);
	sum += __sync_val_compare_and_swap(&wide, wide, 5) + wide + narrow;
	return sum ^ sum >> 32;
}

char LICENSE[] SEC("license") = "GPL";
