/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Keys and values of helpers from all kinds of memory: packet, map values, globals, the stack. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32);
	__type(key, __u8[6]);
	__type(value, __u64);
} macs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u8[64]);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} per_cpu SEC(".maps");

const volatile __u32 zero = 0;
__u32 two = 2;

/* Key and value straight out of the packet. */
SEC("xdp")
int source_packet(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__u64 *v;

	if (p + 14 > (__u8 *)(long)ctx->data_end)
		return -1;
	if (bpf_map_update_elem(&macs, p, p + 6, BPF_NOEXIST))
		bpf_map_update_elem(&macs, p + 6, p, BPF_ANY);
	v = bpf_map_lookup_elem(&macs, p + 8);
	return v ? *v : bpf_csum_diff(0, 0, (void *)p, 12, 0);
}

/* A value of one map as key and value of others; keys in globals, read-only too. */
SEC("xdp")
int source_values(struct xdp_md *ctx)
{
	__u8 *a = bpf_map_lookup_elem(&scratch, (void *)&zero);
	__u8 *b = bpf_map_lookup_elem(&scratch, &two);
	__u64 *v;

	if (!a || !b)
		return -1;
	a[3]++;
	b[60] += a[3] * 3;
	bpf_map_update_elem(&macs, a, b + 56, BPF_ANY);
	bpf_map_update_elem(&scratch, &two, a, BPF_EXIST);
	v = bpf_map_lookup_elem(&macs, a);
	return v ? *v >> 32 : 0;
}

/* Helpers that write to a map value. */
SEC("xdp")
int source_copies(struct xdp_md *ctx)
{
	__u8 *a = bpf_map_lookup_elem(&scratch, &two);

	if (!a || bpf_xdp_load_bytes(ctx, 0, a + 1, 14))
		return -1;
	a[20] ^= a[14];
	if (bpf_xdp_store_bytes(ctx, 4, a + 18, 4))
		return -2;
	return bpf_csum_diff((void *)a, 8, (void *)(a + 8), 16, a[0]);
}

SEC("tc")
int source_skb(struct __sk_buff *skb)
{
	__u32 key = skb->len & 3, size = (skb->len & 24) + 1;
	__u8 *a = bpf_map_lookup_elem(&scratch, &key);

	if (!a)
		return -1;
	return bpf_skb_load_bytes(skb, 2, a + 5, size) * 1000 + a[12];
}

SEC("xdp")
int source_per_cpu(struct xdp_md *ctx)
{
	__u32 key = packet_size(ctx) & 15, one = 1, *v, sum;

	v = bpf_map_lookup_elem(&per_cpu, &key);
	if (v) {
		*v += key;
		return *v;
	}
	sum = -bpf_map_update_elem(&per_cpu, &key, &one, BPF_EXIST);
	sum = sum * 32 - bpf_map_update_elem(&per_cpu, &key, &one, BPF_NOEXIST);
	sum = sum * 32 - bpf_map_update_elem(&per_cpu, &key, &key, BPF_NOEXIST);
	key = 3;
	return sum * 32 - bpf_map_delete_elem(&per_cpu, &key);
}

char LICENSE[] SEC("license") = "GPL";
