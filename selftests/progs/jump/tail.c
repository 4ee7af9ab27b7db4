/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Tail calls: a byte of the packet chooses one of three programs, an empty slot or an index that
 * the table doesn't have; a chain that ends at the limit of 33 calls; a call from a subprogram.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

int tail_first(struct xdp_md *ctx);
int tail_second(struct xdp_md *ctx);
int tail_third(struct xdp_md *ctx);
int tail_chain(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 5);
	__type(key, __u32);
	__array(values, int(struct xdp_md *));
} targets SEC(".maps") = {
	.values = {
		[0] = (void *)&tail_first,
		[1] = (void *)&tail_second,
		[2] = (void *)&tail_third,
		[4] = (void *)&tail_chain,
	},
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} counts SEC(".maps");

static __always_inline void count(__u32 key)
{
	__u32 *n = bpf_map_lookup_elem(&counts, &key);

	if (n)
		++*n;
}

SEC("xdp")
int tail_first(struct xdp_md *ctx)
{
	count(0);
	return 1001;
}

SEC("xdp")
int tail_second(struct xdp_md *ctx)
{
	count(1);
	return packet_size(ctx);
}

SEC("xdp")
int tail_third(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;

	count(2);
	if (p + 14 > (__u8 *)(long)ctx->data_end)
		return -1;
	p[0] ^= 0xff;
	bpf_tail_call(ctx, &targets, p[13] & 1);
	return 1003;
}

SEC("xdp")
int tail_chain(struct xdp_md *ctx)
{
	count(3);
	bpf_tail_call(ctx, &targets, 4);
	return 1004;
}

SEC("xdp")
int tail_choose(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__u32 at;

	if (p + 14 > (__u8 *)(long)ctx->data_end)
		return -1;
	at = (p[12] >> 3 ^ p[13]) & 7;
	bpf_tail_call(ctx, &targets, at);
	return 2000 + at;
}

/* Empty; outside by one; outside by far, index in 32 bits. */
SEC("xdp")
int tail_nowhere(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &targets, 3);
	bpf_tail_call(ctx, &targets, 5);
	bpf_tail_call(ctx, &targets, 0xffffffff);
	count(0);
	return 42;
}

static __attribute__((noinline)) int jump_away(struct xdp_md *ctx)
{
	count(0);
	bpf_tail_call(ctx, &targets, packet_size(ctx) & 3);
	return 7;
}

/* What the target returns is what the subprogram returns. */
SEC("xdp")
int tail_from_function(struct xdp_md *ctx)
{
	int v = jump_away(ctx);

	count(3);
	return v * 2;
}

char LICENSE[] SEC("license") = "GPL";
