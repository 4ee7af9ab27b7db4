/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Programs as callees and as values. Side 1 calls both entries of side 2, which call each other
 * once, and jumps to one of them through a program array; side 2 has a table of functions.
 *
 * callee(ctx) counts and returns 7; caller(ctx) returns callee(ctx) + 1. A run of entry_main
 * returns 7 + 8 + 100, or 7 through the program array when the packet begins with 1.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if SIDE == 1
extern int callee(struct xdp_md *ctx);
extern int caller(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__array(values, int(struct xdp_md *));
} jumps SEC(".maps") = {
	.values = { [1] = (void *)&callee },
};

SEC("xdp")
int entry_main(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;

	if (data + 1 <= data_end && *(char *)data == 1)
		bpf_tail_call(ctx, &jumps, 1);
	return callee(ctx) + caller(ctx) + 100;
}
#else
int runs;

SEC("xdp")
int callee(struct xdp_md *ctx)
{
	runs++;
	return 7;
}

SEC("xdp")
int caller(struct xdp_md *ctx)
{
	return callee(ctx) + 1;
}
#endif

char LICENSE[] SEC("license") = "GPL";
