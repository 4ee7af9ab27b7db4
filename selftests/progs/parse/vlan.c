/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Stacked VLAN tags: how many, which ids, and what is behind them. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define MAX_TAGS 4

struct tag {
	__be16 tci;
	__be16 proto;
};

struct found {
	__u32 n_tags;
	__u32 ids;		/* 12 bits each, the outer one on top */
	__u16 proto;
};

static __always_inline int is_tag(__u16 proto)
{
	return proto == ETH_P_8021Q || proto == ETH_P_8021AD;
}

static __always_inline int find_tags(struct xdp_md *ctx, struct found *f)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct tag *tag = (void *)(eth + 1);

	if ((void *)(eth + 1) > end)
		return -1;
	f->proto = bpf_ntohs(eth->h_proto);
#pragma clang loop unroll(full)
	for (int i = 0; i < MAX_TAGS; i++, tag++) {
		if (!is_tag(f->proto))
			break;
		if ((void *)(tag + 1) > end)
			return -2;
		f->n_tags++;
		f->ids = f->ids << 12 | (bpf_ntohs(tag->tci) & 0xfff);
		f->proto = bpf_ntohs(tag->proto);
	}
	return 0;
}

SEC("xdp")
int vlan_depth(struct xdp_md *ctx)
{
	struct found f = {};
	int err = find_tags(ctx, &f);

	return err ? err : f.n_tags;
}

SEC("xdp")
int vlan_ids(struct xdp_md *ctx)
{
	struct found f = {};
	int err = find_tags(ctx, &f);

	return err ? err : f.ids;
}

SEC("xdp")
int vlan_inner(struct xdp_md *ctx)
{
	struct found f = {};
	int err = find_tags(ctx, &f);

	return err ? err : f.proto;
}

char LICENSE[] SEC("license") = "GPL";
