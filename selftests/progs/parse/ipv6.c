/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* IPv6: the chain of extension headers, kinds of addresses, the flow label. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

enum { HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTH = 51, DEST = 60, MAX_HEADERS = 6 };

struct ext {
	__u8 next, len;
};

static __always_inline struct ipv6hdr *ip6_header(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct ipv6hdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IPV6) || ip->version != 6)
		return 0;
	return ip;
}

static __always_inline int ext_size(__u8 kind, struct ext *e)
{
	switch (kind) {
	case HOP:
	case ROUTING:
	case DEST:
		return 8 + e->len * 8;
	case FRAGMENT:
		return 8;
	case AUTH:
		return 8 + e->len * 4;
	default:
		return 0;
	}
}

/* The protocol behind all extension headers, and in the upper bytes their sizes. */
SEC("xdp")
int ipv6_upper(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = ip6_header(ctx);
	__u32 off = sizeof(struct ethhdr) + sizeof(*ip);
	__u8 kind;

	if (!ip)
		return -1;
	kind = ip->nexthdr;
	for (int i = 0; i < MAX_HEADERS; i++) {
		struct ext *e = (void *)(long)ctx->data + (off & 0xfff);
		int size;

		if ((void *)(e + 1) > end)
			return -2;
		size = ext_size(kind, e);
		if (!size)
			break;
		kind = e->next;
		off += size;
	}
	return off << 8 | kind;
}

SEC("xdp")
int ipv6_addresses(struct xdp_md *ctx)
{
	struct ipv6hdr *ip = ip6_header(ctx);
	__u32 *s, *d, zeros = 0;

	if (!ip)
		return -1;
	s = (void *)&ip->saddr;
	d = (void *)&ip->daddr;
	for (int i = 0; i < 4; i++)
		zeros = zeros << 2 | (s[i] == 0) << 1 | (s[i] == d[i]);
	return zeros << 16 | bpf_ntohl(d[0]) >> 16;
}

SEC("xdp")
int ipv6_flow(struct xdp_md *ctx)
{
	struct ipv6hdr *ip = ip6_header(ctx);
	__u32 word;

	if (!ip)
		return -1;
	word = bpf_ntohl(*(__u32 *)ip);
	return (word & 0xfffff) ^ (word >> 20 & 0xff) << 20 ^ ip->hop_limit << 4 ^
	       bpf_ntohs(ip->payload_len);
}

char LICENSE[] SEC("license") = "GPL";
