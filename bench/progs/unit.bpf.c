/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * One object of a measured link, made with -DI=number -DPEER=number -DPREV=number: 20 global
 * functions, maps and globals of its own, calls of functions and uses of variables of two other
 * objects, and a map and a variable that all share.
 */
#include "shared.h"

#define MY(what) JOIN(what, I, own)
#define STEP(i, k) JOIN(step, i, k)
#define LIMIT(i) JOIN(limit, i, own)

struct MY(state) {
	struct flow flow;
	struct packet packet;
	__u32 generation, depth;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64 + I);
	__type(key, struct flow_key);
	__type(value, struct MY(state));
} MY(flows) SEC(".maps");

static struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct counters);
} recent SEC(".maps");

#if I == 0
struct totals all_totals SEC(".maps");
int all_limit = 1000;
#else
extern struct totals all_totals SEC(".maps");
extern int all_limit;
#endif

int LIMIT(I) = I + 1;
extern int LIMIT(PEER);
__u64 MY(calls);
static __u32 generation;
const volatile struct rule MY(rules)[4];
static const char tag[] = "bench";

#define DECLARE(k) \
	extern int STEP(PEER, k)(struct flow_key *key, int depth); \
	extern int STEP(PREV, k)(struct flow_key *key, int depth);
#define DEFINE(k) \
	__noinline int STEP(I, k)(struct flow_key *key, int depth) \
	{ \
		__u32 slot = k; \
		struct packet p = { .len = depth, .mark = k }; \
		struct counters *c = bpf_map_lookup_elem(&all_totals, &slot); \
		struct counters *r = bpf_map_lookup_elem(&recent, &slot); \
		struct MY(state) *s; \
 \
		if (!key || depth > all_limit + LIMIT(PEER)) \
			return VERDICT_UNSURE + tag[depth & 3]; \
		s = bpf_map_lookup_elem(&MY(flows), key); \
		if (c) \
			count(c, &p, depth & k); \
		if (r) \
			count(r, &p, 0); \
		MY(calls)++; \
		generation += k; \
		if (s && s->flow.seen.verdict == VERDICT_DROP) \
			return s->depth + MY(rules)[k & 3].verdict; \
		return k & 1 ? STEP(PEER, k)(key, depth + 1) : LIMIT(I) + generation; \
	}

#define EACH(f) \
	f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) \
	f(10) f(11) f(12) f(13) f(14) f(15) f(16) f(17) f(18) f(19)

EACH(DECLARE)
EACH(DEFINE)

SEC("xdp")
int MY(entry)(struct xdp_md *ctx)
{
	struct flow_key key = { .proto = PROTO_UDP };

	key.from.port = ctx->rx_queue_index;
#define CALL(k) if (STEP(PREV, k)(&key, k) == VERDICT_DROP) return VERDICT_DROP;
	EACH(CALL)
	return STEP(I, 3)(&key, 1);
}

char LICENSE[] SEC("license") = "GPL";
