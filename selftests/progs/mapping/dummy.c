/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A component that lets everything pass, without a look.
 * Every name in here is defined by the other components of this folder as well: xdp_main,
 * bump, verdict and counters.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/* One more run under this key. */
static __noinline void bump(__u32 key)
{
	__u64 one = 1, *runs = bpf_map_lookup_elem(&counters, &key);

	if (runs)
		__sync_fetch_and_add(runs, 1);
	else
		bpf_map_update_elem(&counters, &key, &one, BPF_ANY);
}

__noinline int verdict(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	bump(0);
	return verdict(ctx);
}

char LICENSE[] SEC("license") = "GPL";
