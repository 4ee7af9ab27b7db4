/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Counts the UDP packets that come by (A3.14). */
#include "selftests/progs/chain/chain.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} state SEC(".maps");

__u64 other_packets;

static __noinline int parse(packet *ctx)
{
	struct udp_packet *p = (void *)(long)ctx->data;

	if ((void *)(p + 1) > (void *)(long)ctx->data_end)
		return 0;
	return p->proto == bpf_htons(0x0800) && p->ip[9] == 17;
}

SEC(HOOK)
int entry_main(packet *ctx)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&state, &key);

	if (!parse(ctx))
		__sync_fetch_and_add(&other_packets, 1);
	else if (count)
		__sync_fetch_and_add(count, 1);
	return PASS_ON;
}

char LICENSE[] SEC("license") = "GPL";
