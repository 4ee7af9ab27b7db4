/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Arrays, plain and per CPU: indices from the packet, indices outside, what can't be done. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

struct entry {
	__u32 hits;
	__u16 low, high;
	__u64 sum;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct entry);
} entries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 5);
	__type(key, __u32);
	__type(value, __u8[3]);
} bytes SEC(".maps");

/* A histogram of the packet's first 14 bytes. */
SEC("xdp")
int array_histogram(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__u32 missing = 0;

	if (p + 14 > (__u8 *)(long)ctx->data_end)
		return -1;
	for (int i = 0; i < 14; i++) {
		__u32 key = p[i] & 0x1f;
		struct entry *e = bpf_map_lookup_elem(&entries, &key);

		if (!e) {
			missing++;
			continue;
		}
		e->hits++;
		e->low = p[i];
		e->high ^= i << 8;
		e->sum += (__u64)p[i] << 32;
	}
	return missing;
}

SEC("xdp")
int array_refused(struct xdp_md *ctx)
{
	__u32 keys[] = { 0, 15, 16, 0xffffffff }, sum = packet_size(ctx);
	struct entry e = { .hits = sum };

	for (int i = 0; i < 4; i++) {
		sum = sum * 23 - bpf_map_update_elem(&entries, &keys[i], &e, BPF_ANY);
		sum = sum * 23 - bpf_map_update_elem(&entries, &keys[i], &e, BPF_NOEXIST);
		sum = sum * 23 - bpf_map_update_elem(&entries, &keys[i], &e, BPF_EXIST);
		sum = sum * 23 - bpf_map_update_elem(&entries, &keys[i], &e, 8);
		sum = sum * 23 - bpf_map_delete_elem(&entries, &keys[i]);
	}
	return sum;
}

SEC("xdp")
int array_per_cpu(struct xdp_md *ctx)
{
	__u32 key = packet_size(ctx) & 3, other = key ^ 1;
	__u64 *n = bpf_map_lookup_elem(&per_cpu, &key), set = 5;

	if (!n)
		return -1;
	*n += packet_size(ctx);
	if (!bpf_map_lookup_elem(&per_cpu, &other))
		return -2;
	other = 9;
	return -bpf_map_update_elem(&per_cpu, &other, &set, BPF_ANY);
}

/* Values are 8 bytes apart, but each has three only. */
SEC("xdp")
int array_bytes(struct xdp_md *ctx)
{
	__u32 sum = 0;

	for (int i = 0; i < 6; i++) {
		__u32 key = i;
		__u8 *b = bpf_map_lookup_elem(&bytes, &key);

		if (!b)
			break;
		b[0]++;
		b[1] += packet_size(ctx) + key;
		b[2] ^= b[1];
		sum = sum * 31 + b[2];
	}
	return sum;
}

char LICENSE[] SEC("license") = "GPL";
