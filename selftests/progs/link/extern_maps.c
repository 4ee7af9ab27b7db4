/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A map of side 1 that the others declare: side 2 whole, side 3 by a part of its attributes. All
 * count in it, side 3 also in a static map of the name that side 1 has one of. One run of
 * emaps_main returns 100 * 2 + 10 * 1 + 1 and leaves 2 at key 0 of shared and 1 at key 1.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct shared {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
};

/* Names fewer attributes than the definition. */
struct part {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(value, __u64);
};

extern int count(__u32 key);

#if SIDE == 1
static struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} hidden SEC(".maps");

struct shared shared SEC(".maps");

SEC("xdp")
int emaps_hidden(struct xdp_md *ctx)
{
	__u32 key = 1;
	__u64 *n = bpf_map_lookup_elem(&hidden, &key);

	return n ? (int)++*n : -1;
}
#elif SIDE == 2
extern struct shared shared SEC(".maps");

__noinline int count(__u32 key)
{
	__u64 one = 1, *n = bpf_map_lookup_elem(&shared, &key);

	if (n)
		return (int)++*n;
	bpf_map_update_elem(&shared, &key, &one, BPF_ANY);
	return 1;
}
#else
static struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} hidden SEC(".maps");

extern struct part shared SEC(".maps");

SEC("xdp")
int emaps_main(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u64 *own = bpf_map_lookup_elem(&hidden, &key), *n;

	count(0);
	count(1);
	count(0);
	n = bpf_map_lookup_elem(&shared, &key);
	return n && own ? 100 * (int)*n + 10 * (int)++*own + 1 : -1;
}
#endif

char LICENSE[] SEC("license") = "GPL";
