/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Decisions that keep state: longest prefix by hand over a hash map, a token bucket that is filled
 * by packets instead of time, rates per source, a set of the last packets.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "selftests/progs/packet.h"

struct prefix {
	__u32 bits, net;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32);
	__type(key, struct prefix);
	__type(value, __u32);
} routes SEC(".maps");

static const struct route {
	struct prefix p;
	__u32 hop;
} known[] = {
	{ { 0, 0 }, 1 }, { { 8, 0x0a000000 }, 2 }, { { 16, 0x0a010000 }, 3 },
	{ { 24, 0x0a010100 }, 4 }, { { 12, 0xac100000 }, 5 }, { { 32, 0x7f000001 }, 6 },
};

static __always_inline struct iphdr *ip_header(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);

	return (void *)(ip + 1) > (void *)(long)ctx->data_end ? 0 : ip;
}

SEC("xdp")
int table_route(struct xdp_md *ctx)
{
	struct iphdr *ip = ip_header(ctx);
	__u32 addr;

	if (!ip)
		return -1;
	for (__u32 i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		bpf_map_update_elem(&routes, &known[i].p, &known[i].hop, BPF_ANY);
	addr = bpf_ntohl(ip->daddr);
	for (int bits = 32; bits >= 0; bits -= 4) {
		struct prefix p = { bits, bits ? addr & -1U << (32 - bits) : 0 };
		__u32 *hop = bpf_map_lookup_elem(&routes, &p);

		if (hop)
			return bits << 8 | *hop;
	}
	return 0;
}

struct bucket {
	__u32 tokens, dropped;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bucket);
} buckets SEC(".maps");

enum { FILL = 50, MOST = 200 };

SEC("xdp")
int table_bucket(struct xdp_md *ctx)
{
	__u32 key = 0, size = packet_size(ctx);
	struct bucket *b = bpf_map_lookup_elem(&buckets, &key);

	if (!b)
		return XDP_ABORTED;
	b->tokens = b->tokens + FILL > MOST ? MOST : b->tokens + FILL;
	if (size > b->tokens) {
		b->dropped++;
		return XDP_DROP;
	}
	b->tokens -= size;
	return XDP_PASS;
}

struct rate {
	__u64 bytes;
	__u32 packets, mean;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct rate);
} rates SEC(".maps");

/* A mean that moves by an eighth; the first four sources are kept. */
SEC("xdp")
int table_rate(struct xdp_md *ctx)
{
	__u32 size = packet_size(ctx), source;
	struct iphdr *ip = ip_header(ctx);
	struct rate *r, first = { size, 1, size << 3 };

	if (!ip)
		return -1;
	source = ip->saddr;
	r = bpf_map_lookup_elem(&rates, &source);
	if (!r)
		return bpf_map_update_elem(&rates, &source, &first, BPF_NOEXIST);
	r->bytes += size;
	r->packets++;
	r->mean += size - (r->mean >> 3);
	return r->mean;
}

__u32 ring[4];
__u32 at;

/* Seen among the last four? By size and type. */
SEC("xdp")
int table_recent(struct xdp_md *ctx)
{
	__u32 id = packet_size(ctx);
	struct ethhdr *eth = (void *)(long)ctx->data;
	int found = 0;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return -1;
	id = id << 16 | eth->h_proto;
	for (int i = 0; i < 4; i++)
		found |= (ring[i] == id) << i;
	ring[at++ & 3] = id;
	return found;
}

char LICENSE[] SEC("license") = "GPL";
