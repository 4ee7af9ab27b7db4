/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Callbacks of another object, for bpf_loop and bpf_for_each_map_elem, and a map that both sides
 * walk. loops_main returns 5 * 10 + (0 + 1 + 2 + 3) + 1000 * 4 visits.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct cells {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
};

#if SIDE == 1
extern struct cells cells SEC(".maps");
extern long add_ten(__u32 i, int *sum);
extern long visit(void *map, __u32 *key, __u64 *value, int *sum);
extern int visits;

SEC("xdp")
int loops_main(struct xdp_md *ctx)
{
	int sum = 0;

	bpf_loop(5, add_ten, &sum, 0);
	bpf_for_each_map_elem(&cells, visit, &sum, 0);
	return sum + 1000 * visits;
}
#else
struct cells cells SEC(".maps");
int visits;

static __noinline int more(int x)
{
	return x + 10;
}

long add_ten(__u32 i, int *sum)
{
	*sum = more(*sum);
	return 0;
}

long visit(void *map, __u32 *key, __u64 *value, int *sum)
{
	*value += *key;
	*sum += (int)*value;
	visits++;
	return 0;
}
#endif

char LICENSE[] SEC("license") = "GPL";
