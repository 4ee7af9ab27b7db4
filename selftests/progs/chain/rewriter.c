/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Gives packets to one port another one (A3.14). */
#include "selftests/progs/chain/chain.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} state SEC(".maps");

const volatile __u16 from_port = 7000, to_port = 7001;

static __noinline int parse(packet *ctx)
{
	struct udp_packet *p = (void *)(long)ctx->data;

	if ((void *)(p + 1) > (void *)(long)ctx->data_end || p->proto != bpf_htons(0x0800) ||
	    p->ip[9] != 17 || p->to != bpf_htons(from_port))
		return 0;
	p->to = bpf_htons(to_port);
	p->sum = 0;
	return 1;
}

SEC(HOOK)
int entry_main(packet *ctx)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&state, &key);

	if (parse(ctx) && count)
		__sync_fetch_and_add(count, 1);
	return PASS_ON;
}

char LICENSE[] SEC("license") = "GPL";
