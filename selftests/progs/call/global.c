/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Global functions, which are verified alone: context, scalars and memory as arguments. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

struct pair {
	__u32 a, b;
};

__u32 calls;

__noinline int mix(int a, unsigned int b)
{
	calls++;
	return a * 31 + b;
}

/* pair may be NULL: a global function can't know. */
__noinline int sum_of(struct pair *pair)
{
	if (!pair)
		return -1;
	pair->a += pair->b;
	return pair->a ^ pair->b;
}

__noinline int size_of(struct xdp_md *ctx)
{
	return packet_size(ctx);
}

__weak __noinline int scaled(int v)
{
	return mix(v, 3) * 2;
}

SEC("xdp")
int global_calls(struct xdp_md *ctx)
{
	int n = size_of(ctx);

	return mix(scaled(n), mix(n, 9));
}

SEC("xdp")
int global_memory(struct xdp_md *ctx)
{
	struct pair p = { size_of(ctx), 5 };
	int sum = sum_of(&p);

	sum = sum * 3 + sum_of(&p);
	return sum * 3 + sum_of(0) + p.a;
}

char LICENSE[] SEC("license") = "GPL";
