/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Things that need not be there: maybe_main returns 7 without side 2 and 1 + 20 + 300 with it.
 * maybe_blind calls without asking; with nothing there its call is one that nobody can make.
 * maybe_jump returns 9 without side 2, and with it jumps to maybe_prog, which returns 8.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct maybe_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
};

#if SIDE == 1
extern int maybe_func(int x) __weak;
extern int maybe_var __weak;
extern struct maybe_map maybe_map SEC(".maps") __weak;

SEC("xdp")
int maybe_main(struct xdp_md *ctx)
{
	int sum = 0;

	if (!maybe_func || !&maybe_var || !&maybe_map)
		return 7;
	if (&maybe_map) {
		__u32 key = 0;
		__u64 *n = bpf_map_lookup_elem(&maybe_map, &key);

		sum += n ? 300 : 0;
	}
	return sum + maybe_func(1) + maybe_var;
}

extern int maybe_prog(struct xdp_md *ctx) __weak;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__array(values, int(struct xdp_md *));
} jumps SEC(".maps") = {
	.values = { [1] = (void *)&maybe_prog },
};

SEC("xdp")
int maybe_jump(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, 1);
	return 9;
}

SEC("?xdp")
int maybe_blind(struct xdp_md *ctx)
{
	return maybe_func(1);
}
#else
struct maybe_map maybe_map SEC(".maps");
int maybe_var = 20;

__noinline int maybe_func(int x)
{
	return x;
}

SEC("xdp")
int maybe_prog(struct xdp_md *ctx)
{
	return 8;
}
#endif

char LICENSE[] SEC("license") = "GPL";
