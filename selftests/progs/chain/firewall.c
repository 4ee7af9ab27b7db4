/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Drops packets to ports that are in its map, and says how many (A3.14). */
#include "selftests/progs/chain/chain.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u16);
	__type(value, __u64);
} state SEC(".maps");

/* The destination port, 0 for what has none. */
static __noinline int parse(packet *ctx)
{
	struct udp_packet *p = (void *)(long)ctx->data;

	if ((void *)(p + 1) > (void *)(long)ctx->data_end || p->proto != bpf_htons(0x0800) ||
	    p->ip[9] != 17)
		return 0;
	return bpf_ntohs(p->to);
}

SEC(HOOK)
int entry_main(packet *ctx)
{
	__u16 port = parse(ctx);
	__u64 *drops = bpf_map_lookup_elem(&state, &port);

	if (!drops)
		return PASS_ON;
	__sync_fetch_and_add(drops, 1);
	return DROP_IT;
}

char LICENSE[] SEC("license") = "GPL";
