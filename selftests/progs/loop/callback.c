/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Helpers that call back: counted loops, walks over maps, with contexts and early stops. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 10);
	__type(key, __u32);
	__type(value, __u64);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u32);
} table SEC(".maps");

struct state {
	__u64 sum;
	__u32 stop_at, seen;
};

static long mix_index(__u32 i, struct state *s)
{
	s->sum = s->sum * 31 + i;
	s->seen++;
	return i == s->stop_at;
}

SEC("xdp")
int callback_loop(struct xdp_md *ctx)
{
	struct state s = { .stop_at = 1000 };
	long n, m;

	n = bpf_loop(packet_size(ctx) & 127, mix_index, &s, 0);
	s.stop_at = 5;
	m = bpf_loop(100, mix_index, &s, 0);
	return s.sum ^ s.sum >> 32 ^ n << 20 ^ m << 10 ^ s.seen;
}

SEC("xdp")
int callback_refused(struct xdp_md *ctx)
{
	struct state s = { .stop_at = packet_size(ctx) };
	long sum = 0;

	sum = sum * 16 - bpf_loop(1 << 24, mix_index, &s, 0);
	sum = sum * 16 - bpf_loop(3, mix_index, &s, 1);
	sum = sum * 16 + bpf_loop(0, mix_index, &s, 0);
	return sum + s.seen;
}

static long inner(__u32 i, struct state *s)
{
	s->sum += i * s->seen;
	return i >= s->seen;
}

static long outer(__u32 i, struct state *s)
{
	s->seen = i;
	bpf_loop(20, inner, s, 0);
	return 0;
}

SEC("xdp")
int callback_nested(struct xdp_md *ctx)
{
	struct state s = { .sum = packet_size(ctx) };

	bpf_loop(12, outer, &s, 0);
	return s.sum;
}

static long add_slot(void *map, __u32 *key, __u64 *value, struct state *s)
{
	*value += *key * 3 + 1;
	s->sum = s->sum * 31 + *value;
	return ++s->seen == s->stop_at;
}

SEC("xdp")
int callback_array(struct xdp_md *ctx)
{
	struct state s = { .stop_at = packet_size(ctx) % 13 };
	long n = bpf_for_each_map_elem(&slots, add_slot, &s, 0);

	return s.sum ^ s.sum >> 32 ^ n << 24;
}

/* The order of a hash map's elements is its own affair, so the sums must not depend on it. */
static long add_entry(void *map, __u32 *key, __u32 *value, struct state *s)
{
	s->sum += *key * *value;
	s->seen++;
	(*value)++;
	return 0;
}

SEC("xdp")
int callback_hash(struct xdp_md *ctx)
{
	__u32 key = packet_size(ctx);
	struct state s = {};
	long n;

	bpf_map_update_elem(&table, &key, &key, BPF_NOEXIST);
	n = bpf_for_each_map_elem(&table, add_entry, &s, 0);
	return s.sum * 16 + n - s.seen;
}

/* Deletes what it visits. */
static long drop_entry(void *map, __u32 *key, __u32 *value, struct state *s)
{
	s->sum += *value;
	s->seen += !bpf_map_delete_elem(map, key);
	return 0;
}

SEC("xdp")
int callback_delete(struct xdp_md *ctx)
{
	struct state s = {};
	__u32 value = 3;

	for (__u32 key = 0; key < 6; key++)
		bpf_map_update_elem(&table, &key, &value, BPF_ANY);
	bpf_for_each_map_elem(&table, drop_entry, &s, 0);
	return s.sum * 16 + s.seen;
}

char LICENSE[] SEC("license") = "GPL";
