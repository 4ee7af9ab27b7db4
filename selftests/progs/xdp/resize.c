/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Both ends of the packet moved, as far as they go: an outer IPv4 header in front, bytes cut from
 * the end and given back, requests that must be refused with their errno.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "selftests/progs/packet.h"

/* IP in IP. */
SEC("xdp")
int resize_encap(struct xdp_md *ctx)
{
	__u32 size = packet_size(ctx);
	struct ethhdr eth, *out;
	struct iphdr *ip;
	void *data = (void *)(long)ctx->data;

	if (data + sizeof(eth) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(&eth, data, sizeof(eth));
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return XDP_DROP;
	out = (void *)(long)ctx->data;
	ip = (void *)(out + 1);
	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*out = eth;
	__builtin_memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->protocol = IPPROTO_IPIP;
	ip->tot_len = bpf_htons(size + sizeof(*ip) - sizeof(eth));
	ip->saddr = bpf_htonl(0xc0000201);
	ip->daddr = bpf_htonl(0xc0000202);
	return XDP_TX;
}

/* Not more than 40 bytes of the packet. */
SEC("xdp")
int resize_trim(struct xdp_md *ctx)
{
	int size = packet_size(ctx);

	if (size <= 40)
		return XDP_PASS;
	return bpf_xdp_adjust_tail(ctx, 40 - size) ? XDP_ABORTED : XDP_TX;
}

/* What is cut off and given back comes back as zeros. */
SEC("xdp")
int resize_wipe(struct xdp_md *ctx)
{
	__u8 *p;

	if (bpf_xdp_adjust_tail(ctx, -4))
		return XDP_DROP;
	if (bpf_xdp_adjust_tail(ctx, 12))
		return XDP_ABORTED;
	p = (void *)(long)ctx->data;
	if (p + 32 > (__u8 *)(long)ctx->data_end)
		return XDP_PASS;
	return 100 + p[26] + p[31];
}

/* Too far, in all directions: the results one by one. */
SEC("xdp")
int resize_refused(struct xdp_md *ctx)
{
	int size = packet_size(ctx), sum = 0;

	sum = sum * 64 - bpf_xdp_adjust_tail(ctx, -size);
	sum = sum * 64 - bpf_xdp_adjust_tail(ctx, 4096);
	sum = sum * 64 - bpf_xdp_adjust_head(ctx, size);
	sum = sum * 64 - bpf_xdp_adjust_head(ctx, -300);
	sum = sum * 64 - bpf_xdp_adjust_meta(ctx, -3);
	return sum ^ (int)packet_size(ctx);
}

/* The largest step forward in front that is left, by trying. */
SEC("xdp")
int resize_search(struct xdp_md *ctx)
{
	int room = 0;

	for (int step = 128; step; step >>= 1)
		while (room < 512 && !bpf_xdp_adjust_head(ctx, -step))
			room += step;
	return bpf_xdp_adjust_head(ctx, room) ? -1 : room;
}

char LICENSE[] SEC("license") = "GPL";
