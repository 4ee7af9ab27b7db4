/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Map definitions: all attributes, inner maps by type and by value, program arrays with values,
 * pinning. The program counts its runs in three of them and returns how many look-ups succeeded:
 * 4 (the empty hash of hashes gives none).
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct key {
	__u32 addr;
	__u16 port;
	__u16 pad;
};

struct flow {
	__u64 packets, bytes;
};

struct inner_array {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} inner_one SEC(".maps"), inner_two SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 3);
	__type(key, __u32);
	__array(values, struct inner_array);
} outer SEC(".maps") = {
	.values = { [0] = &inner_one, [2] = &inner_two },
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 8);
	__uint(key_size, 4);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, 4);
		__type(key, __u32);
		__type(value, __u32);
	});
} by_interface SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 100);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key);
	__type(value, struct flow);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__uint(value_size, 8);
} per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, 8);
	__uint(value_size, 4);
} prefixes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, __u32);
} pinned SEC(".maps");

int second(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__array(values, int(void *));
} jump SEC(".maps") = {
	.values = { [1] = (void *)&second },
};

SEC("xdp")
int second(struct xdp_md *ctx)
{
	return XDP_TX;
}

SEC("xdp")
int use_maps(struct xdp_md *ctx)
{
	struct key key = { 0x0a000001, 80, 0 };
	struct flow flow = { 1, 64 };
	__u32 zero = 0, two = 2;
	__u64 *count;
	void *inner;
	int found = 0;

	inner = bpf_map_lookup_elem(&outer, &two);
	if (inner) {
		found++;
		count = bpf_map_lookup_elem(inner, &zero);
		if (count) {
			found++;
			*count += 1;
		}
	}
	if (!bpf_map_update_elem(&flows, &key, &flow, BPF_ANY) && bpf_map_lookup_elem(&flows, &key))
		found++;
	count = bpf_map_lookup_elem(&per_cpu, &zero);
	if (count) {
		found++;
		*count += 1;
	}
	if (bpf_map_lookup_elem(&by_interface, &zero))
		found++;
	return found;
}

SEC("xdp")
int use_jump(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jump, 1);
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
