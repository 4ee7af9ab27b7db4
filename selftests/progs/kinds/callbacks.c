/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Static functions whose address is passed on: bpf_loop and bpf_for_each_map_elem. Returns
 * 0 + 1 + ... + 9 + 100 = 145, and 4 visited elements in the variable.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} slots SEC(".maps");

int visited;

static long add_index(__u32 index, void *sum)
{
	*(__u32 *)sum += index;
	return index == 9;
}

static long visit(void *map, const void *key, void *value, void *ctx)
{
	visited++;
	*(__u32 *)value = *(const __u32 *)key;
	return 0;
}

SEC("xdp")
int use_callbacks(struct xdp_md *ctx)
{
	__u32 sum = 100;

	bpf_loop(1000, add_index, &sum, 0);
	bpf_for_each_map_elem(&slots, visit, NULL, 0);
	return sum;
}

char LICENSE[] SEC("license") = "GPL";
