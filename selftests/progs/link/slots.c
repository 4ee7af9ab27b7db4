/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Initial values that name what other objects define: programs of side 2 in a program array, maps
 * of side 2 as inner maps. slots_main jumps to the program of side 2 that returns 5 when the
 * packet begins with 1; else it stores 6 in the inner map and returns what it finds there + 1.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
};

#if SIDE == 1
extern struct inner room SEC(".maps");
extern int slot_five(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 3);
	__type(key, __u32);
	__array(values, struct inner);
} rooms SEC(".maps") = {
	.values = { [2] = &room },
};

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__array(values, int(struct xdp_md *));
} programs SEC(".maps") = {
	.values = { [3] = (void *)&slot_five },
};

SEC("xdp")
int slots_main(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u32 key = 2;
	__u64 *n;
	void *in;

	if (data + 1 <= data_end && *(char *)data == 1)
		bpf_tail_call(ctx, &programs, 3);
	in = bpf_map_lookup_elem(&rooms, &key);
	key = 1;
	n = in ? bpf_map_lookup_elem(in, &key) : NULL;
	if (!n)
		return -1;
	*n = 6;
	return (int)*n + 1;
}
#else
struct inner before SEC(".maps");
struct inner room SEC(".maps");

SEC("xdp")
int slot_four(struct xdp_md *ctx)
{
	return 4;
}

SEC("xdp")
int slot_five(struct xdp_md *ctx)
{
	return 5;
}
#endif

char LICENSE[] SEC("license") = "GPL";
