/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A map that is pinned by name: sides 1 and 2 mean the same one, side 3 has another of its name. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SIDE == 3 ? 8 : 4);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} dispatch_shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} own SEC(".maps");

static __always_inline void add(void *map, __u64 n)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(map, &key);

	if (value)
		__sync_fetch_and_add(value, n);
}

SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	add(&dispatch_shared, SIDE);
	add(&own, SIDE);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
