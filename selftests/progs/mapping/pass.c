/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A component that passes IPv4 and IPv6, and drops everything else; it counts bytes, too.
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

static __always_inline void add(__u32 key, __u64 n)
{
	__u64 *sum = bpf_map_lookup_elem(&counters, &key);

	if (sum)
		__sync_fetch_and_add(sum, n);
	else
		bpf_map_update_elem(&counters, &key, &n, BPF_ANY);
}

/* One more run, and its bytes under the next key. */
static __noinline void bump(__u32 bytes)
{
	add(0, 1);
	add(1, bytes);
}

__noinline int verdict(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	const __u8 *eth = data;
	__u16 proto;

	if (data + 14 > data_end)
		return XDP_ABORTED;
	proto = eth[12] << 8 | eth[13];
	return proto == 0x0800 || proto == 0x86dd ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	bump((__u32)(ctx->data_end - ctx->data));
	return verdict(ctx);
}

char LICENSE[] SEC("license") = "GPL";
