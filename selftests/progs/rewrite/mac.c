/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Ethernet addresses: swapped, set from a table by destination, inverted byte by byte. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

struct mac {
	__u8 b[ETH_ALEN];
};

static const struct mac next_hops[4] = {
	{ { 2, 0, 0, 0, 1, 0 } }, { { 2, 0, 0, 0, 1, 1 } },
	{ { 2, 0, 0, 0, 1, 2 } }, { { 2, 0, 0, 0, 1, 3 } },
};

static __always_inline struct ethhdr *header(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	return (void *)(eth + 1) > (void *)(long)ctx->data_end ? 0 : eth;
}

SEC("xdp")
int mac_swap(struct xdp_md *ctx)
{
	struct ethhdr *eth = header(ctx);
	struct mac old;

	if (!eth)
		return XDP_ABORTED;
	__builtin_memcpy(&old, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, &old, ETH_ALEN);
	return XDP_TX;
}

SEC("xdp")
int mac_next_hop(struct xdp_md *ctx)
{
	struct ethhdr *eth = header(ctx);
	const struct mac *hop;

	if (!eth)
		return XDP_ABORTED;
	hop = &next_hops[(eth->h_dest[5] ^ eth->h_proto >> 8) & 3];
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, hop, ETH_ALEN);
	return XDP_REDIRECT;
}

SEC("xdp")
int mac_invert(struct xdp_md *ctx)
{
	struct ethhdr *eth = header(ctx);

	if (!eth)
		return XDP_ABORTED;
	for (int i = 0; i < ETH_ALEN; i++)
		eth->h_dest[i] = ~eth->h_source[ETH_ALEN - 1 - i];
	return eth->h_dest[2];
}

char LICENSE[] SEC("license") = "GPL";
