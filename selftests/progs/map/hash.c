/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Hash maps: all flags of an update, deletion, a map that gets full, keys of several members. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

struct flow {
	__u32 from, to;
	__u16 ports[2];
	__u8 proto, zero[3];
};

struct count {
	__u64 packets, bytes;
	__u32 last;
	__u8 ends[2], zero[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct flow);
	__type(value, struct count);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u32);
} small SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u16);
	__type(value, __u8[5]);
} odd SEC(".maps");

SEC("xdp")
int hash_flows(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__u32 size = packet_size(ctx);
	struct count *c, first = { .packets = 1, .bytes = size };
	struct flow f = {};

	if (p + 38 > (__u8 *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(&f.from, p + 26, 8);
	__builtin_memcpy(f.ports, p + 34, 4);
	f.proto = p[23];
	c = bpf_map_lookup_elem(&flows, &f);
	if (!c)
		return bpf_map_update_elem(&flows, &f, &first, BPF_NOEXIST);
	c->packets++;
	c->bytes += size;
	c->last = p[18];
	c->ends[0] = p[0];
	c->ends[1] = p[37];
	return c->packets;
}

/* Which flags are refused when the key is there and when it isn't. */
SEC("xdp")
int hash_flags(struct xdp_md *ctx)
{
	__u32 key = 7, value = packet_size(ctx), sum = 0;

	bpf_map_delete_elem(&small, &key);
	sum = sum * 21 - bpf_map_update_elem(&small, &key, &value, BPF_EXIST);
	sum = sum * 21 - bpf_map_update_elem(&small, &key, &value, BPF_NOEXIST);
	value++;
	sum = sum * 21 - bpf_map_update_elem(&small, &key, &value, BPF_NOEXIST);
	sum = sum * 21 - bpf_map_update_elem(&small, &key, &value, BPF_EXIST);
	value++;
	sum = sum * 21 - bpf_map_update_elem(&small, &key, &value, BPF_ANY);
	sum = sum * 21 - bpf_map_update_elem(&small, &key, &value, 77);
	return sum;
}

static __noinline __u32 value_of(__u32 key)
{
	__u32 *v = bpf_map_lookup_elem(&small, &key);

	return v ? *v : 1;
}

/* Three fit; the fourth is refused until one is gone. */
SEC("xdp")
int hash_full(struct xdp_md *ctx)
{
	__u32 sum = 0;

	for (int i = 0; i < 5; i++) {
		__u32 key = i;

		sum = sum * 9 - bpf_map_update_elem(&small, &key, &key, BPF_ANY);
	}
	for (int i = 1; i < 8; i += 3) {
		__u32 key = i;

		sum = sum * 5 - bpf_map_delete_elem(&small, &key);
	}
	for (int i = 0; i < 12; i++)
		sum = sum * 3 + value_of(i);
	return sum;
}

/* A key and a value whose sizes are no multiples of 8. */
SEC("xdp")
int hash_odd(struct xdp_md *ctx)
{
	__u16 key = packet_size(ctx);
	__u8 *have, value[5] = { 1, 2, 3, 4, 5 };

	have = bpf_map_lookup_elem(&odd, &key);
	if (have) {
		have[4] += have[0]++;
		return have[4];
	}
	value[2] = key;
	if (bpf_map_update_elem(&odd, &key, value, BPF_ANY))
		return -1;
	key++;
	return bpf_map_update_elem(&odd, &key, value, BPF_NOEXIST);
}

char LICENSE[] SEC("license") = "GPL";
