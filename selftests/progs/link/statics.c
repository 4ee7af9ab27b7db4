/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Both sides have a static map, variable and function of one name. Each program adds its side to
 * its own variable and map, and returns 10 * its side + the variable.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define PASTE(a, b) a##b
#define NAME(a, b) PASTE(a, b)

static struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} hidden_map SEC(".maps");

static volatile int total = SIDE;

static __noinline int shift(int x)
{
	return x + 10 * SIDE;
}

SEC("xdp")
int NAME(statics_, SIDE)(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u64 *n = bpf_map_lookup_elem(&hidden_map, &key);

	if (n)
		*n += SIDE;
	total += SIDE;
	return shift(total);
}

char LICENSE[] SEC("license") = "GPL";
