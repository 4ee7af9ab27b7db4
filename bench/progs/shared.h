/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What all objects of a measured link know: types of every sort, as they are in the headers of
 * real projects.
 */
#ifndef BENCH_SHARED_H
#define BENCH_SHARED_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define JOIN_(a, b, c) a##_##b##_##c
#define JOIN(a, b, c) JOIN_(a, b, c)

enum verdict { VERDICT_PASS = 2, VERDICT_DROP = 1, VERDICT_UNSURE = 7 };

enum proto { PROTO_NONE, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_SCTP = 132 };

union address {
	__u32 v4;
	__u32 v6[4];
	__u8 bytes[16];
};

struct endpoint {
	union address addr;
	__u16 port;
	__u16 zone : 12, family : 4;
};

struct flow_key {
	struct endpoint from, to;
	enum proto proto;
};

struct counters {
	__u64 packets, bytes, drops;
};

struct flow {
	struct flow_key key;
	struct counters in, out;
	struct flow *parent;
	struct {
		__u64 first, last;
		enum verdict verdict;
	} seen;
	void (*on_close)(struct flow *flow, enum verdict why);
};

struct rule {
	const char *name;
	struct rule *next, *const *table;
	struct flow_key match, mask;
	volatile __u32 hits;
	enum verdict verdict;
};

struct packet {
	struct flow *flow;
	const struct rule *rule;
	__u32 len, mark;
	struct counters *per_cpu[4];
};

struct totals {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct counters);
};

static __always_inline void count(struct counters *c, const struct packet *p, int drop)
{
	c->packets++;
	c->bytes += p->len;
	c->drops += !!drop;
}

#endif
