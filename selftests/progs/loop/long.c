/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Many steps: a sieve over a large value, 100,000 calls back, walks over per-CPU values. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

#define MOST 4096

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[MOST]);
} sieve SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 6);
	__type(key, __u32);
	__type(value, __u32);
} slots SEC(".maps");

struct strike {
	__u8 *marks;
	__u32 step, n;
};

static long strike(__u32 i, struct strike *s)
{
	__u32 at = (i + 2) * s->step;

	if (at >= MOST)
		return 1;
	s->marks[at] = 1;
	return 0;
}

static long next_prime(__u32 i, struct strike *s)
{
	__u32 at = i + 2;

	if (at >= MOST)
		return 1;
	if (s->marks[at])
		return 0;
	s->n++;
	s->step = at;
	bpf_loop(MOST / 2, strike, s, 0);
	return 0;
}

/* There are 564 primes below 4096; the second time all marks are set already. */
SEC("xdp")
int long_sieve(struct xdp_md *ctx)
{
	struct strike s = {};
	__u32 key = 0;

	s.marks = bpf_map_lookup_elem(&sieve, &key);
	if (!s.marks)
		return -1;
	bpf_loop(MOST, next_prime, &s, 0);
	return s.n;
}

static long mix(__u32 i, __u64 *sum)
{
	*sum = (*sum ^ i) * 0x9e3779b97f4a7c15ULL;
	return 0;
}

SEC("xdp")
int long_loop(struct xdp_md *ctx)
{
	__u64 sum = packet_size(ctx);
	long n = bpf_loop(100000, mix, &sum, 0);

	return sum ^ sum >> 32 ^ n;
}

static long visit(void *map, __u32 *key, __u32 *value, __u32 *sum)
{
	*value += *key + 1;
	*sum = *sum * 7 + *value;
	return *key == 4;
}

SEC("xdp")
int long_per_cpu(struct xdp_md *ctx)
{
	__u32 key = 2, sum = packet_size(ctx), *v;
	long n = bpf_for_each_map_elem(&slots, visit, &sum, 0);

	v = bpf_map_lookup_elem(&slots, &key);
	return sum * 8 + n + (v ? *v : 0);
}

char LICENSE[] SEC("license") = "GPL";
