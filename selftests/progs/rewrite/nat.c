/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Source NAT for IPv4: the address comes from a map that is filled on the way, the checksums are
 * brought up to date with bpf_csum_diff. Time to live and type of service by RFC 1624's rule.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __be32);
	__type(value, __be32);
} inside SEC(".maps");

__u32 n_translated;

static __always_inline struct iphdr *ip_header(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5)
		return 0;
	return ip;
}

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~((sum & 0xffff) + (sum >> 16));
}

/* 203.0.113.n, one for each inside address. */
static __always_inline __be32 outside(__be32 addr)
{
	__be32 *known = bpf_map_lookup_elem(&inside, &addr), made;

	if (known)
		return *known;
	made = bpf_htonl(0xcb007100 + ++n_translated);
	bpf_map_update_elem(&inside, &addr, &made, BPF_ANY);
	return made;
}

SEC("xdp")
int nat_source(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = ip_header(ctx);
	struct udphdr *udp;
	__be32 was, is;
	__s64 sum;

	if (!ip)
		return XDP_PASS;
	was = ip->saddr;
	is = outside(was);
	sum = bpf_csum_diff(&was, 4, &is, 4, ~ip->check & 0xffff);
	ip->saddr = is;
	ip->check = fold(sum);
	udp = (void *)(ip + 1);
	if (ip->protocol != IPPROTO_UDP || (void *)(udp + 1) > end || !udp->check)
		return XDP_TX;
	udp->check = fold(bpf_csum_diff(&was, 4, &is, 4, ~udp->check & 0xffff));
	return XDP_TX;
}

/* One hop less; 0 hops left: dropped. */
SEC("xdp")
int nat_hop(struct xdp_md *ctx)
{
	struct iphdr *ip = ip_header(ctx);
	__u32 sum;

	if (!ip)
		return XDP_PASS;
	if (ip->ttl <= 1)
		return XDP_DROP;
	ip->ttl--;
	sum = ip->check + bpf_htons(0x0100);
	ip->check = sum + (sum >= 0xffff);
	return XDP_TX;
}

SEC("xdp")
int nat_tos(struct xdp_md *ctx)
{
	struct iphdr *ip = ip_header(ctx);
	__u16 was, is;
	__u32 sum;

	if (!ip)
		return XDP_PASS;
	was = *(__u16 *)ip;
	ip->tos = 46 << 2;
	is = *(__u16 *)ip;
	sum = (__u16)~ip->check + (__u16)~was + is;
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = ~((sum & 0xffff) + (sum >> 16));
	return ip->check;
}

/* Sums of all lengths that bpf_csum_diff takes, with and without either side. */
SEC("xdp")
int nat_sums(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 from[4] = { 1, 0xffffffff, 0x12345678, 0x80000000 }, to[4];
	__s64 sum;

	if (data + 18 > end)
		return -1;
	__builtin_memcpy(to, data + 2, sizeof(to));
	sum = bpf_csum_diff(0, 0, to, 16, 0);
	sum = sum << 3 ^ bpf_csum_diff(from, 16, 0, 0, sum);
	sum = sum << 3 ^ bpf_csum_diff(from, 8, to, 12, sum);
	sum = sum << 3 ^ bpf_csum_diff(from, 12, to, 4, ~sum);
	sum = sum << 3 ^ bpf_csum_diff(0, 0, 0, 0, sum);
	sum = sum << 3 ^ bpf_csum_diff(from, 6, to, 4, 0);
	return sum ^ sum >> 32;
}

char LICENSE[] SEC("license") = "GPL";
