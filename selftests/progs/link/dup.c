/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Both sides define a function, a program, a variable and a map of one name, all strong. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} same_map SEC(".maps");

int same_var = SIDE;

__noinline int same_func(int x)
{
	return x + SIDE;
}

SEC("xdp")
int same_prog(struct xdp_md *ctx)
{
	return same_var;
}

char LICENSE[] SEC("license") = "GPL";
