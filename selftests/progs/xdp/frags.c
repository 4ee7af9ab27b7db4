/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Packets in several buffers: what direct access sees, what helpers reach, ends that move. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

SEC("xdp.frags")
int frags_sizes(struct xdp_md *ctx)
{
	return packet_size(ctx) << 16 ^ bpf_xdp_get_buff_len(ctx);
}

/* Bytes near the end, and across the first buffer's end. */
SEC("xdp.frags")
int frags_bytes(struct xdp_md *ctx)
{
	__u32 size = bpf_xdp_get_buff_len(ctx), linear = packet_size(ctx), sum;
	__u64 a = 0, b = 0;

	sum = -bpf_xdp_load_bytes(ctx, size - 8, &a, 8);
	sum = sum * 32 - bpf_xdp_load_bytes(ctx, linear - 4, &b, 8);
	b ^= a + 0x0101010101010101ULL;
	sum = sum * 32 - bpf_xdp_store_bytes(ctx, linear - 4, &b, 8);
	return sum * 3 ^ a ^ b ^ b >> 32;
}

SEC("xdp.frags")
int frags_tail(struct xdp_md *ctx)
{
	int a = bpf_xdp_adjust_tail(ctx, 40), b = bpf_xdp_adjust_tail(ctx, -100);

	return bpf_xdp_get_buff_len(ctx) * 3 - a * 5 - b * 7;
}

/* Most of it away: buffers are given back whole. */
SEC("xdp.frags")
int frags_cut(struct xdp_md *ctx)
{
	int size = bpf_xdp_get_buff_len(ctx), err = 0;

	if (size > 100)
		err = bpf_xdp_adjust_tail(ctx, 100 - size);
	return packet_size(ctx) - err;
}

SEC("xdp.frags")
int frags_head(struct xdp_md *ctx)
{
	int err = bpf_xdp_adjust_head(ctx, 20);

	return packet_size(ctx) * 3 - err + bpf_xdp_get_buff_len(ctx);
}

char LICENSE[] SEC("license") = "GPL";
