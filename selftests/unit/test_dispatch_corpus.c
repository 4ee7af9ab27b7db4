/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Chains of programs that compute something, against the same programs run one by one: the packet
 * that one leaves is the next one's, as long as its code says so. Verdict and packet must be the
 * same, in the kernel and in the runtime, inlined and called (A3.14, A3.15).
 */
#include "selftests/diff/packets.h"
#include "selftests/unit/chaining.h"
#include "selftests/unit/running.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

/* Loops that take the verifier seconds each are not among them. */
static const struct {
	const char *stem, *func;
} pool[] = {
	{ "parse_ethernet", "ether_type" },   { "parse_ipv4", "ipv4_sum" },
	{ "parse_vlan", "vlan_ids" },	      { "parse_tcp", "tcp_ports" },
	{ "rewrite_mac", "mac_swap" },	      { "rewrite_mac", "mac_next_hop" },
	{ "rewrite_mac", "mac_invert" },      { "rewrite_nat", "nat_source" },
	{ "rewrite_nat", "nat_hop" },	      { "rewrite_nat", "nat_tos" },
	{ "rewrite_reply", "reply_arp" },     { "rewrite_reply", "reply_echo" },
	{ "xdp_vlan", "vlan_push" },	      { "xdp_vlan", "vlan_pop" },
	{ "xdp_bytes", "bytes_copy" },	      { "xdp_bytes", "bytes_mirror" },
	{ "xdp_resize", "resize_encap" },     { "xdp_resize", "resize_trim" },
	{ "call_depth", "depth_arguments" },  { "call_depth", "depth_context" },
	{ "call_pointers", "pointer_cursor" }, { "call_pointers", "pointer_callback" },
	{ "loop_callback", "callback_loop" }, { "loop_callback", "callback_nested" },
	{ "map_hash", "hash_flows" },	      { "map_hash", "hash_full" },
	{ "jump_branches", "branch_dense" },  { "parse_tcp", "tcp_flags" },
	{ "data_globals", "globals_count" },  { "data_globals", "globals_structs" },
	{ "atomic_fetch", "fetch_exchange" }, { "atomic_fetch", "fetch_stack" },
};

enum { N_CHAINS = 24, MAX_LEN = 5, ROOM = 4096, MIN_PACKET = 14 };

/* Of a chain: which programs of the pool, and after which codes each is followed. */
struct plan {
	u32 n;
	u32 which[MAX_LEN];
	u32 actions[MAX_LEN];
};

/* Numbers that look random and are the same everywhere. */
static u32 draw(u64 *seed, u32 below)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(*seed >> 33) % below;
}

static struct plan draw_plan(u64 *seed)
{
	struct plan p = { .n = 2 + draw(seed, MAX_LEN - 1) };

	for (u32 i = 0; i < p.n; i++) {
		p.which[i] = draw(seed, ARRAY_SIZE(pool));
		p.actions[i] = draw(seed, 4) ? UINT32_MAX : 1u << 2;
	}
	return p;
}

static struct obj *build(const struct plan *p, const struct disp_opts *opts)
{
	struct chaining t;
	struct obj *o;

	chaining_begin(&t, opts);
	for (u32 i = 0; i < p->n; i++)
		chaining_add(&t, pool[p->which[i]].stem, .function = pool[p->which[i]].func,
			     .has_priority = true, .priority = i, .has_actions = true,
			     .actions = p->actions[i]);
	o = chaining_build(&t, 0);
	chaining_end(&t);
	return o;
}

/* A packet on its way. */
struct flow {
	u8 data[ROOM];
	u32 size, verdict;
	bool lost;		/* too short to be run on again */
};

static void one_by_one(const struct plan *p, struct running alone[], struct flow *f)
{
	for (u32 i = 0; i < p->n; i++) {
		f->lost = f->size < MIN_PACKET;
		if (f->lost)
			return;
		f->verdict = running_change(&alone[i], f->data, &f->size, ROOM);
		if (f->verdict > 31 || !(p->actions[i] >> f->verdict & 1))
			return;
	}
}

static void compare(const struct plan *p, struct running *chain, struct running alone[])
{
	for (size_t i = 0; i < n_packets; i++) {
		struct flow want = { .size = packets[i].size }, got = want;

		if (want.size < MIN_PACKET || want.size > ROOM / 2)
			continue;
		memcpy(want.data, packets[i].data, want.size);
		memcpy(got.data, packets[i].data, got.size);
		one_by_one(p, alone, &want);
		got.verdict = running_change(chain, got.data, &got.size, ROOM);
		/* What ran before is counted in the states of both; what comes would differ. */
		if (want.lost)
			return;
		ck_assert_msg(got.verdict == want.verdict && got.size == want.size &&
				      !memcmp(got.data, want.data, got.size),
			      "side %d, %s, first %s of %u: verdict %#x, not %#x; %u bytes, not %u",
			      chain->on_kernel, packets[i].name, pool[p->which[0]].func, p->n,
			      got.verdict, want.verdict, got.size, want.size);
	}
}

static void check_plan(const struct plan *p, const struct disp_opts *opts, int side)
{
	struct obj *o = build(p, opts), *parts[MAX_LEN];
	struct running chain, alone[MAX_LEN];
	struct diag silent = { .error_limit = DIAG_DEFAULT_LIMIT };

	running_start_only(&chain, o, side, "xdp_dispatcher");
	for (u32 i = 0; i < p->n; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s.o", PROGS_DIR, pool[p->which[i]].stem);
		ck_assert_int_eq(obj_open(&silent, path, NULL, &parts[i]), 0);
		running_start_only(&alone[i], parts[i], side, pool[p->which[i]].func);
	}
	compare(p, &chain, alone);
	for (u32 i = 0; i < p->n; i++) {
		running_stop(&alone[i]);
		obj_free(parts[i]);
	}
	running_stop(&chain);
	obj_free(o);
}

START_TEST(one_after_the_other)
{
	struct disp_opts opts = { .mode = _i & 1 ? DISP_INLINE : DISP_CALL, .counters = _i & 2 };
	u64 seed = 4711;

	CHAIN_NEEDS("parse_ethernet");
	if (!running_kernel_answers())
		unit_skip("bpf(2) may not be used here");
	for (u32 n = 0; n < N_CHAINS; n++) {
		struct plan p = draw_plan(&seed);

		for (int side = 0; side < RUNNING_SIDES; side++)
			check_plan(&p, &opts, side);
	}
}
END_TEST

static Suite *corpus_suite(void)
{
	Suite *s = suite_create("dispatch_corpus");
	TCase *tc = tcase_create("chains");

	tcase_set_timeout(tc, 100);
	tcase_add_loop_test(tc, one_after_the_other, 0, 4);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_main(corpus_suite(), NULL);
}
