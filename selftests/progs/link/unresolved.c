/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Externs of all sorts that nothing here defines; side 2 defines the map, and a near miss. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct missing_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
};

#if SIDE == 1
extern int missing_func(struct xdp_md *);
extern int maybe_func(struct xdp_md *ctx) __weak;
extern int missing_var;
extern struct missing_map missing_map SEC(".maps");

SEC("xdp")
int unresolved_main(struct xdp_md *ctx)
{
	__u32 key = 0;

	if (!bpf_map_lookup_elem(&missing_map, &key))
		return missing_var;
	return missing_func(ctx) + (maybe_func ? maybe_func(ctx) : 0);
}
#else
struct missing_map missing_map SEC(".maps");

__noinline int mising_func(struct xdp_md *ctx)
{
	return 1;
}
#endif

char LICENSE[] SEC("license") = "GPL";
