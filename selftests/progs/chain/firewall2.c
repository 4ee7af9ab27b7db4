/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Another version of the firewall: it drops ports from a number on, which is in .data (A3.14). */
#include "selftests/progs/chain/chain.h"

__u32 first_port = 60000;
__u64 state;

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
	if ((__u32)parse(ctx) < first_port)
		return PASS_ON;
	__sync_fetch_and_add(&state, 1);
	return DROP_IT;
}

char LICENSE[] SEC("license") = "GPL";
