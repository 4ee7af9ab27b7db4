/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Components that return what the packet tells them to: side n takes the n-th 32-bit word. All
 * sides use the same names, for programs, a map, variables and a function.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} runs SEC(".maps");

__u64 total;
__u64 start = 100 * SIDE;
const volatile __u32 word = SIDE - 1;
static __u64 hidden = SIDE;

static __noinline void count(void)
{
	__u64 *n;
	__u32 key = 0;

	n = bpf_map_lookup_elem(&runs, &key);
	if (n)
		__sync_fetch_and_add(n, 1);
	__sync_fetch_and_add(&total, 1);
	__sync_fetch_and_add(&start, 1);
	__sync_fetch_and_add(&hidden, 1);
}

static __always_inline int told(void *data, void *data_end, int otherwise)
{
	__u32 at = word;

	count();
	if (at > 3 || data + 16 > data_end)
		return otherwise;
	return *(int *)(data + at * 4);
}

SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	return told((void *)(long)ctx->data, (void *)(long)ctx->data_end, XDP_ABORTED);
}

SEC("tc")
int tc_main(struct __sk_buff *ctx)
{
	return told((void *)(long)ctx->data, (void *)(long)ctx->data_end, 2);
}

char LICENSE[] SEC("license") = "GPL";
