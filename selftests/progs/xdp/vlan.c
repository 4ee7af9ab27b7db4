/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A VLAN tag put in and taken out: the packet's start moves by four bytes, the addresses follow. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct tagged {
	__u8 addresses[2 * ETH_ALEN];
	__be16 tpid, tci;
	__be16 proto;
};

enum { TAG_SIZE = 4 };

SEC("xdp")
int vlan_push(struct xdp_md *ctx)
{
	__u8 addresses[2 * ETH_ALEN];
	struct tagged *t;
	void *data = (void *)(long)ctx->data;

	if (data + sizeof(struct ethhdr) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(addresses, data, sizeof(addresses));
	if (bpf_xdp_adjust_head(ctx, -TAG_SIZE))
		return XDP_DROP;
	t = (void *)(long)ctx->data;
	if ((void *)(t + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(t->addresses, addresses, sizeof(addresses));
	t->tpid = bpf_htons(ETH_P_8021Q);
	t->tci = bpf_htons(0x6123);
	return XDP_TX;
}

SEC("xdp")
int vlan_pop(struct xdp_md *ctx)
{
	struct tagged *t = (void *)(long)ctx->data;
	__u8 addresses[2 * ETH_ALEN];
	void *data;

	if ((void *)(t + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	if (t->tpid != bpf_htons(ETH_P_8021Q))
		return XDP_PASS;
	__builtin_memcpy(addresses, t->addresses, sizeof(addresses));
	if (bpf_xdp_adjust_head(ctx, TAG_SIZE))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	if (data + sizeof(addresses) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(data, addresses, sizeof(addresses));
	return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
