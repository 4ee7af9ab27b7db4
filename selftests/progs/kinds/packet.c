/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Packet access in three program types: an XDP program that swaps the addresses and moves the
 * head, a tc classifier that writes to the packet and the skb, a socket filter that copies from it.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct eth {
	__u8 to[6], from[6];
	__u16 proto;
};

SEC("xdp")
int swap_addresses(struct xdp_md *ctx)
{
	struct eth *eth = (void *)(long)ctx->data;
	__u8 old;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	for (int i = 0; i < 6; i++) {
		old = eth->to[i];
		eth->to[i] = eth->from[i];
		eth->from[i] = old;
	}
	return XDP_TX;
}

SEC("xdp")
int push_header(struct xdp_md *ctx)
{
	struct eth *eth;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*eth)))
		return XDP_ABORTED;
	eth = (void *)(long)ctx->data;
	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	__builtin_memset(eth, 0x11, sizeof(*eth));
	return XDP_TX;
}

SEC("tc")
int mark_ipv4(struct __sk_buff *skb)
{
	struct eth *eth = (void *)(long)skb->data;

	if ((void *)(eth + 1) > (void *)(long)skb->data_end)
		return 2;
	if (eth->proto != bpf_htons(0x0800))
		return 0;
	skb->mark = skb->len;
	skb->cb[0] = 7;
	eth->from[5] = 0xee;
	return 1;
}

SEC("socket")
int keep_long(struct __sk_buff *skb)
{
	__u8 bytes[4];

	if (bpf_skb_load_bytes(skb, 12, bytes, sizeof(bytes)))
		return 0;
	return bytes[0] == 8 && skb->len > 20 ? 0xffff : bytes[1];
}

char LICENSE[] SEC("license") = "GPL";
