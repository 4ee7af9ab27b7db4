/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Metadata in front of the packet: made, written, read, moved along with the packet, dropped. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

struct note {
	__u32 size, sum;
};

static __always_inline struct note *note_of(struct xdp_md *ctx)
{
	struct note *n = (void *)(long)ctx->data_meta;

	return (void *)(n + 1) > (void *)(long)ctx->data ? 0 : n;
}

/* Metadata comes out in front of the packet. */
SEC("xdp")
int meta_note(struct xdp_md *ctx)
{
	struct note *n;
	__u8 *p;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*n)))
		return XDP_ABORTED;
	n = note_of(ctx);
	p = (void *)(long)ctx->data;
	if (!n || p + 14 > (__u8 *)(long)ctx->data_end)
		return XDP_DROP;
	n->size = packet_size(ctx);
	n->sum = 0;
	for (int i = 0; i < 14; i++)
		n->sum += p[i];
	return XDP_PASS;
}

SEC("xdp")
int meta_moves(struct xdp_md *ctx)
{
	struct note *n;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*n)))
		return XDP_ABORTED;
	n = note_of(ctx);
	if (!n)
		return XDP_DROP;
	n->size = 0x11223344;
	n->sum = 0x55667788;
	if (bpf_xdp_adjust_head(ctx, -16))
		return XDP_DROP;
	n = note_of(ctx);
	return n ? (int)(n->size ^ n->sum) : -1;
}

SEC("xdp")
int meta_dropped(struct xdp_md *ctx)
{
	int a = bpf_xdp_adjust_meta(ctx, -32), b, c;

	b = bpf_xdp_adjust_meta(ctx, 24);
	c = bpf_xdp_adjust_meta(ctx, 12);
	if (bpf_xdp_adjust_meta(ctx, 8))
		return XDP_ABORTED;
	return a + b * 16 - c * 256 + ((long)ctx->data == (long)ctx->data_meta);
}

char LICENSE[] SEC("license") = "GPL";
