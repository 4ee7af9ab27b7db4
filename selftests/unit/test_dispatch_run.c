/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Chains on both targets against what chain-call actions are specified to do (A3.14, A3.15).
 */
#include "selftests/unit/chaining.h"
#include "selftests/unit/running.h"
#include "selftests/unit/unit.h"

#include <stdio.h>
#include <unistd.h>

#define NEEDS_BOTH(stem)                                               \
	do {                                                           \
		CHAIN_NEEDS(stem);                                     \
		if (!running_kernel_answers())                              \
			unit_skip("bpf(2) may not be used here");      \
	} while (0)

/* Words of a packet: what each component of dispatch/code.c is to return. */
struct packet {
	s32 word[16];
};

static const char *entry_of(enum disp_type type)
{
	return type == DISP_XDP ? "xdp_dispatcher" : "tc_dispatcher";
}

static const char *main_of(enum disp_type type)
{
	return type == DISP_XDP ? "xdp_main" : "tc_main";
}

/* --- verdicts ---------------------------------------------------------------------------- */

/* Is the bit of a code in the mask? Straight from the definition. */
static bool goes_on(enum disp_type type, s32 code, u32 mask)
{
	s64 bit = (s64)code + (type == DISP_TC);

	return bit >= 0 && bit < 32 && (mask >> bit & 1);
}

static struct obj *two_codes(const struct disp_opts *opts, u32 mask)
{
	struct chaining t;
	struct obj *o;

	chaining_begin(&t, opts);
	chaining_add(&t, "dispatch_code.1", .name = "a", .function = main_of(opts->type),
		     .has_actions = true, .actions = mask);
	chaining_add(&t, "dispatch_code.2", .name = "b", .function = main_of(opts->type),
		     .has_actions = true, .actions = mask);
	o = chaining_build(&t, 0);
	chaining_end(&t);
	return o;
}

/* What a program of this kind may return and what not. */
static const s32 codes[] = { -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 30, 31, 32, 33, 34, 255,
			     INT32_MAX, INT32_MIN };

/* All pairs of codes; counts of runs tell that the second one ran exactly when it should have. */
static void check_pairs(struct running *r, const struct disp_opts *opts, u32 mask)
{
	u64 n_second = 0, n_all = 0;

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		for (size_t k = 0; k < ARRAY_SIZE(codes); k++) {
			struct packet p = { .word = { codes[i], codes[k] } };
			bool second = goes_on(opts->type, codes[i], mask);
			u32 want = (u32)(second ? codes[k] : codes[i]);

			ck_assert_msg(running_on(r, &p, sizeof(p)) == want,
				      "on kernel %d, mask %#x, codes %d and %d: not %u",
				      r->on_kernel, mask, codes[i], codes[k], want);
			n_second += second;
			n_all++;
		}
	ck_assert_uint_eq(running_value(r, "a__runs", 0), n_all);
	ck_assert_uint_eq(running_value(r, "b__runs", 0), n_second);
	ck_assert_uint_eq(running_value(r, ".data.a", 0), 100 + n_all);
	ck_assert_uint_eq(running_value(r, ".data.b", 0), 200 + n_second);
}

static void check_mask(const struct disp_opts *opts, u32 mask)
{
	struct obj *o = two_codes(opts, mask);

	for (int side = 0; side < RUNNING_SIDES; side++) {
		struct running r;

		running_start_only(&r, o, side, entry_of(opts->type));
		check_pairs(&r, opts, mask);
		running_stop(&r);
	}
	obj_free(o);
}

/* A3.15: all 32 masks of XDP's codes times all pairs of codes, in each mode. */
START_TEST(xdp_masks)
{
	struct disp_opts opts = { .type = DISP_XDP, .mode = _i ? DISP_INLINE : DISP_CALL };

	NEEDS_BOTH("dispatch_code.1");
	for (u32 mask = 0; mask < 32; mask++)
		check_mask(&opts, mask);
	check_mask(&opts, 1u << 31);
	check_mask(&opts, UINT32_MAX);
}
END_TEST

/* The same for tc: the bit of a code is the code + 1. */
START_TEST(tc_masks)
{
	static const u32 masks[] = { 0, 0x13, 0x3ff, 0x3fe, 0x3, 0x21, 0x190, UINT32_MAX,
				     1u << 31 };
	struct disp_opts opts = { .type = DISP_TC, .mode = _i ? DISP_INLINE : DISP_CALL };

	NEEDS_BOTH("dispatch_code.1");
	for (u32 bit = 0; bit < 10; bit++)
		check_mask(&opts, 1u << bit);
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++)
		check_mask(&opts, masks[i]);
}
END_TEST

/* Counters say how often each ran, and what it returned. */
START_TEST(counters)
{
	static const s32 words[][2] = { { 2, 1 }, { 2, 4 }, { 0, 2 }, { 2, 77 }, { -1, 0 } };
	struct disp_opts opts = { .counters = true, .mode = _i ? DISP_INLINE : DISP_CALL };
	struct obj *o;

	NEEDS_BOTH("dispatch_code.1");
	o = two_codes(&opts, 1u << 2);
	for (int side = 0; side < RUNNING_SIDES; side++) {
		static const u64 want[2][6] = { { 1, 0, 3, 0, 0, 1 }, { 0, 1, 0, 0, 1, 1 } };
		static const u32 slot[] = { 0, 1, 2, 3, 4, DISP_N_VERDICTS - 1 };
		struct running r;

		running_start_only(&r, o, side, "xdp_dispatcher");
		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
			struct packet p = { .word = { words[i][0], words[i][1] } };

			running_on(&r, &p, sizeof(p));
		}
		ck_assert_uint_eq(running_value(&r, "dispatcher_counters", 0), 5);
		ck_assert_uint_eq(running_value(&r, "dispatcher_counters", 1), 3);
		for (u32 n = 0; n < 2; n++)
			for (size_t i = 0; i < ARRAY_SIZE(slot); i++)
				ck_assert_uint_eq(running_value_at(&r, "dispatcher_counters", n,
							      8 + 8 * slot[i]), want[n][i]);
		running_stop(&r);
	}
	obj_free(o);
}
END_TEST

/* --- what components are made of --------------------------------------------------------- */

static u64 seen_of(struct running *r, const char *name)
{
	char map[64];

	snprintf(map, sizeof(map), ".data.%s.bss", name);
	return running_value(r, map, 0);
}

static const struct {
	const char *name, *stem;
	u64 seen;
} parts[] = {
	{ "loops", "dispatch_kinds.1", 30 },  { "tails", "dispatch_kinds.2", 101 },
	{ "below", "dispatch_kinds.3", 101 }, { "large", "dispatch_kinds.4", 39 },
	{ "loops2", "dispatch_kinds.1", 30 }, { "dyn", "dispatch_kinds.5", 0 },
	{ "regs", "dispatch_kinds.6", 10 },   { "large2", "dispatch_kinds.4", 39 },
	{ "dyn2", "dispatch_kinds.5", 0 },
};

/* The runtime doesn't have dynptrs. */
static bool takes_part(size_t i, int side)
{
	return side || strcmp(parts[i].stem, "dispatch_kinds.5");
}

static struct obj *all_kinds(const struct disp_opts *opts, int side)
{
	struct chaining t;
	struct obj *o;

	chaining_begin(&t, opts);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (takes_part(i, side))
			chaining_add(&t, parts[i].stem, .name = parts[i].name,
				     .function = "xdp_main", .has_priority = true,
				     .priority = (u32)i);
	o = chaining_build(&t, 0);
	chaining_end(&t);
	return o;
}

/* What n runs left. Of a dynptr 1 + 2 + ... + n: it read what was there. */
static void check_seen(struct running *r, u64 n)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (takes_part(i, r->on_kernel))
			ck_assert_uint_eq(seen_of(r, parts[i].name),
					  parts[i].seen ? n * parts[i].seen : n * (n + 1) / 2);
}

/* Callbacks, static data, tail calls in main and below it, a large frame, a dynptr, and one file
 * twice: each does in the chain what it does alone. */
START_TEST(kinds)
{
	struct disp_opts opts = { .mode = _i & 1 ? DISP_INLINE : DISP_CALL, .counters = _i & 2 };

	NEEDS_BOTH("dispatch_kinds.1");
	for (int side = 0; side < RUNNING_SIDES; side++) {
		struct obj *o = all_kinds(&opts, side);
		u8 packet[64] = { 0 };
		struct running r;

		running_start_only(&r, o, side, "xdp_dispatcher");
		for (u64 n = 1; n <= 3; n++) {
			ck_assert_uint_eq(running_on(&r, packet, sizeof(packet)), 2);
			check_seen(&r, n);
		}
		running_stop(&r);
		obj_free(o);
	}
}
END_TEST

/* A callback makes a dynptr in the frame of its component; the next one has a buffer there, which
 * the verifier wouldn't let a helper fill. */
START_TEST(dynptr_of_callback)
{
	struct disp_opts opts = { .counters = _i & 1 };
	u8 packet[64] = { 0 };
	struct running r;
	struct chaining t;
	struct obj *o;

	NEEDS_BOTH("dispatch_kinds.7");
	chaining_begin(&t, &opts);
	chaining_add(&t, "dispatch_kinds.7", .name = "makes");
	chaining_add(&t, "dispatch_kinds.8", .name = "fills");
	o = chaining_build(&t, 0);
	ck_assert(chaining_component(&t, "makes")->inlined);
	ck_assert(chaining_component(&t, "fills")->inlined);
	running_start_only(&r, o, true, "xdp_dispatcher");
	ck_assert_uint_eq(running_on(&r, packet, sizeof(packet)), 2);
	ck_assert_uint_eq(seen_of(&r, "makes"), 7);
	ck_assert_uint_eq(seen_of(&r, "fills"), 8);
	running_stop(&r);
	obj_free(o);
	chaining_end(&t);
}
END_TEST

/* What is pinned by one name is one map; the others stay apart. */
START_TEST(pins)
{
	struct disp_opts opts = { .mode = _i ? DISP_INLINE : DISP_CALL };
	u8 packet[64] = { 0 };
	struct chaining t;
	struct obj *o;

	NEEDS_BOTH("dispatch_pins.1");
	chaining_begin(&t, &opts);
	chaining_add(&t, "dispatch_pins.1", .name = "one");
	chaining_add(&t, "dispatch_pins.2", .name = "two");
	chaining_add(&t, "dispatch_pins.1", .name = "three");
	o = chaining_build(&t, 0);
	for (int side = 0; side < RUNNING_SIDES; side++) {
		struct running r;

		running_start_only(&r, o, side, "xdp_dispatcher");
		ck_assert_uint_eq(running_on(&r, packet, sizeof(packet)), 2);
		ck_assert_uint_eq(running_value(&r, "dispatch_shared", 0), 4);
		ck_assert_uint_eq(running_value(&r, "one__own", 0), 1);
		ck_assert_uint_eq(running_value(&r, "two__own", 0), 2);
		ck_assert_uint_eq(running_value(&r, "three__own", 0), 1);
		running_stop(&r);
	}
	obj_free(o);
	chaining_end(&t);
}
END_TEST

/* --- stack and size ------------------------------------------------------------------------ */

/* A chain of n components (stems, repeated) on both targets: passes, and each has run. */
static void check_chain(const struct disp_opts *opts, const char *const *stems, u32 n_stems, u32 n)
{
	u8 packet[64] = { 0 };
	struct chaining t;
	struct obj *o;

	chaining_begin(&t, opts);
	for (u32 i = 0; i < n; i++)
		chaining_add(&t, stems[i % n_stems], .function = "xdp_main", .has_priority = true,
			     .priority = i);
	o = chaining_build(&t, 0);
	for (int side = 0; side < RUNNING_SIDES; side++) {
		struct running r;

		running_start_only(&r, o, side, "xdp_dispatcher");
		ck_assert_uint_eq(running_on(&r, packet, sizeof(packet)), 2);
		for (u32 i = 0; i < n; i++) {
			char map[64];

			snprintf(map, sizeof(map), ".data.%s.bss", disp_component_at(t.c, i)->name);
			if (obj_find_map(o, map).i)
				ck_assert_uint_ne(running_value(&r, map, 0), 0);
		}
		running_stop(&r);
	}
	obj_free(o);
	chaining_end(&t);
}

/* Frames that can't all be in the entry's, calls eight deep, contexts in the stack. */
START_TEST(stack)
{
	static const char *const chains[][3] = {
		{ "dispatch_deep.1", "dispatch_deep.2", "dispatch_deep.1" },
		{ "dispatch_deep.2", "dispatch_deep.1", "dispatch_kinds.6" },
		{ "dispatch_deep.5", "dispatch_deep.6", "dispatch_kinds.6" },
		{ "dispatch_kinds.6", "dispatch_deep.2", "dispatch_deep.2" },
		{ "dispatch_kinds.6", "dispatch_deep.6", "dispatch_deep.5" },
		{ "dispatch_deep.3", "dispatch_kinds.6", "dispatch_deep.3" },
	};
	struct disp_opts opts = { .counters = _i & 1 };

	NEEDS_BOTH("dispatch_deep.1");
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++)
		check_chain(&opts, chains[i], 3, 3);
}
END_TEST

/* More branches than the verifier keeps for later, functions by the hundred, far exits with and
 * without gotol, merged variables. */
START_TEST(sizes)
{
	static const char *const branches[] = { "dispatch_large.1" };
	static const char *const loops[] = { "dispatch_kinds.1" };
	static const char *const far[] = { "dispatch_large.4" };
	static const char *const code[] = { "dispatch_code.1", "dispatch_code.2" };
	struct packet p = { .word = { 2, 2 } };

	NEEDS_BOTH("dispatch_large.1");
	check_chain(&(struct disp_opts){ 0 }, branches, 1, 4);
	check_chain(&(struct disp_opts){ 0 }, loops, 1, 128);
	check_chain(&(struct disp_opts){ 0 }, far, 1, 2);
	check_chain(&(struct disp_opts){ .cpu_v4 = true }, far, 1, 2);
	for (u32 n = 20; n <= 21; n++) {
		struct chaining t;
		struct obj *o;

		chaining_begin(&t, &(struct disp_opts){ 0 });
		for (u32 i = 0; i < n; i++)
			chaining_add(&t, code[i % 2], 0);
		o = chaining_build(&t, 0);
		for (int side = 0; side < RUNNING_SIDES; side++) {
			struct running r;

			running_start_only(&r, o, side, "xdp_dispatcher");
			ck_assert_uint_eq(running_on(&r, &p, sizeof(p)), 2);
			for (u32 i = 0; n == 21 && i < n; i++)
				ck_assert_uint_eq(running_value_at(&r, ".bss", 0, 8 * i), 1);
			running_stop(&r);
		}
		obj_free(o);
		chaining_end(&t);
	}
}
END_TEST

/* What the kernel's verifier goes through for n of xdp-tools' filters, 0 without them. */
static u32 processed_filters(const struct disp_opts *opts, u32 n)
{
	static const char *const filters[] = { "alw_eth", "dny_eth", "alw_ip", "dny_tcp" };
	char path[128];
	struct running r;
	struct chaining t;
	struct obj *o;
	u32 insns;

	chaining_begin(&t, opts);
	for (u32 i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/usr/lib/x86_64-linux-gnu/bpf/xdpfilt_%s.o",
			 filters[i % 4]);
		if (access(path, R_OK)) {
			chaining_end(&t);
			return 0;
		}
		ck_assert_int_eq(disp_add_file(t.c, NULL, path), 0);
	}
	o = chaining_build(&t, 0);
	running_start_only(&r, o, true, "xdp_dispatcher");
	insns = running_processed(&r);
	running_stop(&r);
	obj_free(o);
	chaining_end(&t);
	return insns;
}

/* Real parsers with many branches: behind a check nothing of a component is live, so that states
 * merge and each filter costs the same, however many came before. */
START_TEST(linear)
{
	struct disp_opts opts = { .mode = _i & 1 ? DISP_INLINE : DISP_CALL, .counters = _i & 2 };
	u32 few, some, many;

	NEEDS_BOTH("dispatch_choice.5");
	few = processed_filters(&opts, 4);
	if (!few)
		unit_skip("needs xdp-tools");
	some = processed_filters(&opts, 8);
	many = processed_filters(&opts, 16);
	printf("4, 8, 16 filters: %u, %u, %u instructions\n", few, some, many);
	ck_assert_msg(many - some < 2.2 * (some - few), "%u, %u, %u", few, some, many);
}
END_TEST

/* Nobody replaces the stubs: each passes on, and the chain's end is PASS. */
START_TEST(stubs)
{
	struct disp_opts opts = { .mode = DISP_FREPLACE };
	u8 packet[64] = { 0 };

	NEEDS_BOTH("dispatch_choice.5");
	for (u32 n = 1; n <= DISP_LIBXDP_MAX; n++) {
		struct chaining t;
		struct obj *o;

		chaining_begin(&t, &opts);
		for (u32 i = 0; i < n; i++)
			chaining_add(&t, "dispatch_choice.5", 0);
		o = chaining_build(&t, 0);
		for (int side = 0; side < RUNNING_SIDES; side++) {
			struct running r;

			running_start_only(&r, o, side, "xdp_dispatcher");
			ck_assert_uint_eq(running_on(&r, packet, sizeof(packet)), 2);
			running_stop(&r);
			running_start_only(&r, o, side, "xdp_pass");
			ck_assert_uint_eq(running_on(&r, packet, sizeof(packet)), 2);
			running_stop(&r);
		}
		obj_free(o);
		chaining_end(&t);
	}
}
END_TEST

/* --- numbers ----------------------------------------------------------------------------- */

static u32 processed(const struct disp_opts *opts, u32 n)
{
	struct packet p = { .word = { 2, 2 } };
	struct running r;
	struct chaining t;
	struct obj *o;
	u32 insns;

	chaining_begin(&t, opts);
	for (u32 i = 0; i < n; i++)
		chaining_add(&t, "dispatch_choice.5", 0);
	o = chaining_build(&t, 0);
	running_start_only(&r, o, true, "xdp_dispatcher");
	ck_assert_uint_eq(running_on(&r, &p, sizeof(p)), 2);
	insns = running_processed(&r);
	running_stop(&r);
	obj_free(o);
	chaining_end(&t);
	return insns;
}

/* 1 to 128 components load, and what the kernel looks at grows with their number alone: from 11 to
 * 128 each costs as much as one from 2 to 11, give or take a merge of states. */
START_TEST(any_number)
{
	static const u32 numbers[] = { 1, 2, 10, 11, 64, 128 };
	struct disp_opts opts = { .mode = _i ? DISP_INLINE : DISP_CALL };
	u32 insns[ARRAY_SIZE(numbers)];
	double few, many;

	NEEDS_BOTH("dispatch_choice.5");
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		insns[i] = processed(&opts, numbers[i]);
		printf("%u components: %u instructions\n", numbers[i], insns[i]);
	}
	few = (insns[3] - insns[1]) / 9.0;
	many = (insns[5] - insns[3]) / 117.0;
	ck_assert_msg(many < 1.25 * few, "%.1f instructions each, then %.1f", few, many);
}
END_TEST

static Suite *dispatch_suite(void)
{
	Suite *s = suite_create("dispatch_run");
	TCase *tc = tcase_create("masks");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, xdp_masks, 0, 2);
	tcase_add_loop_test(tc, tc_masks, 0, 2);
	tcase_add_loop_test(tc, counters, 0, 2);
	tcase_add_loop_test(tc, kinds, 0, 4);
	tcase_add_loop_test(tc, any_number, 0, 2);
	tcase_add_test(tc, stubs);
	tcase_add_loop_test(tc, stack, 0, 2);
	tcase_add_test(tc, sizes);
	tcase_add_loop_test(tc, dynptr_of_callback, 0, 2);
	tcase_add_loop_test(tc, pins, 0, 2);
	tcase_add_loop_test(tc, linear, 0, 4);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_main(dispatch_suite(), NULL);
}
