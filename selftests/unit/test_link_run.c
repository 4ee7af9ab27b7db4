/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Linked programs on both targets, the kernel and the runtime: they have to load, with their BTF,
 * and to give the values that the programs' comments promise.
 */
#include "selftests/unit/linking.h"
#include "selftests/unit/running.h"

/* For objects that outlive the link that made them. */
static struct diag silent = { .error_limit = 1 };

#define NEEDS(stem) RUNNING_NEEDS(linking_has(stem))

/* --- the mapping example ----------------------------------------------------------------- */

/* Two components behind the dispatcher, in one of six orders. */
static struct obj *dispatch(const char *first, const char *second, u32 order)
{
	static const u8 orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	const char *const inputs[] = { "mapping_dispatcher", first, second };
	struct linking t;
	struct obj *out;

	linking_begin(&t, NULL);
	for (u32 i = 0; i < 3; i++)
		linking_add(&t, inputs[orders[order][i]]);
	ck_assert_int_eq(link_set_private(t.l, "one"), 0);
	ck_assert_int_eq(link_set_private(t.l, "two"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog1", "one:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog2", "two:xdp_main"), 0);
	out = linking_finish(&t, 0);
	linking_end(&t);
	out->diag = &silent;
	return out;
}

START_TEST(A3_3_dummy_then_drop_drops)
{
	NEEDS("mapping_drop");
	for (u32 i = 0; i < 12; i++) {
		struct obj *o = dispatch("one=mapping_dummy", "two=mapping_drop", i % 6);
		struct running r;

		running_start(&r, o, i >= 6);
		ck_assert_uint_eq(running_run(&r, "xdp_dispatcher"), 1);
		ck_assert_uint_eq(running_run(&r, "xdp_dispatcher"), 1);
		ck_assert_uint_eq(running_value(&r, "one__counters", 0), 2);
		ck_assert_uint_eq(running_value(&r, "two__counters", 0), 2);
		running_stop(&r);
		obj_free(o);
	}
}
END_TEST

/* Swapped: the first one drops, so the second one never runs. */
START_TEST(A3_3_drop_then_dummy_never_gets_there)
{
	NEEDS("mapping_drop");
	for (u32 i = 0; i < 12; i++) {
		struct obj *o = dispatch("one=mapping_drop", "two=mapping_dummy", i % 6);
		struct running r;

		running_start(&r, o, i >= 6);
		ck_assert_uint_eq(running_run(&r, "xdp_dispatcher"), 1);
		ck_assert_uint_eq(running_value(&r, "one__counters", 0), 1);
		ck_assert_uint_eq(running_value(&r, "two__counters", 0), 0);
		running_stop(&r);
		obj_free(o);
	}
}
END_TEST

START_TEST(A3_3_the_same_file_twice_passes)
{
	struct obj *o;

	NEEDS("mapping_pass");
	o = dispatch("one=mapping_pass", "two=mapping_pass", 0);
	for (int k = 0; k < 2; k++) {
		struct running r;

		running_start(&r, o, k);
		ck_assert_uint_eq(running_run_on(&r, "xdp_dispatcher", 0, 0x0800), 2);
		ck_assert_uint_eq(running_run_on(&r, "xdp_dispatcher", 0, 0x1234), 1);
		ck_assert_uint_eq(running_value(&r, "one__counters", 0), 2);
		ck_assert_uint_eq(running_value(&r, "two__counters", 0), 1);
		ck_assert_uint_eq(running_value(&r, "two__counters", 1), RUNNING_PACKET);
		running_stop(&r);
	}
	obj_free(o);
}
END_TEST

/* --- by name ----------------------------------------------------------------------------- */

static void check_byname(struct obj *o)
{
	for (int k = 0; k < 2; k++) {
		struct running r;

		running_start(&r, o, k);
		ck_assert_uint_eq(running_run(&r, "xdp_user"), 222);
		ck_assert_uint_eq(running_run(&r, "xdp_user"), 222);
		ck_assert_uint_eq(running_value(&r, "hits", 0), 2);
		ck_assert_uint_eq(running_value(&r, "hits", 1), 2);
		running_stop(&r);
	}
	obj_free(o);
}

START_TEST(A3_2_by_name)
{
	static const char *const user_first[] = { "byname_user", "byname_owner", NULL };
	static const char *const owner_first[] = { "byname_owner", "byname_user", NULL };

	NEEDS("byname_user");
	check_byname(linking_of(NULL, user_first));
	check_byname(linking_of(NULL, owner_first));
}
END_TEST

/* link(link(a), b) behaves as link(a, b). */
START_TEST(A3_2_in_two_steps)
{
	static const struct link_opts partial = { .allow_unresolved = true };
	struct obj *part, *out;
	struct linking t;

	NEEDS("byname_user");
	for (int first = 0; first < 2; first++) {
		const char *const one[] = { first ? "byname_user" : "byname_owner", NULL };

		part = linking_of(&partial, one);
		linking_begin(&t, NULL);
		ck_assert_int_eq(link_add_obj(t.l, "part", part, false, NULL), 0);
		linking_add(&t, first ? "byname_owner" : "byname_user");
		out = linking_finish(&t, 0);
		linking_end(&t);
		out->diag = &silent;
		check_byname(out);
	}
}
END_TEST

START_TEST(A3_2_weak_and_strong)
{
	static const char *const orders[][4] = {
		{ "link_weak.1", "link_weak.2" }, { "link_weak.2", "link_weak.1" },
		{ "link_weak.3", "link_weak.1", "link_weak.2" },
		{ "link_weak.1", "link_weak.2", "link_weak.3" },
	};

	NEEDS("link_weak.1");
	for (u32 i = 0; i < 8; i++) {
		struct obj *o = linking_of(NULL, orders[i % 4]);
		struct running r;

		running_start(&r, o, i >= 4);
		ck_assert_uint_eq(running_run(&r, "weak_main"), 205);
		ck_assert_uint_eq(running_run(&r, "weak_set"), 4);
		ck_assert_uint_eq(running_run(&r, "weak_main"), 22205);
		running_stop(&r);
		obj_free(o);
	}
}
END_TEST

/* A mapping names a weak function whose body lost by name: it gets that body, nobody else. */
START_TEST(A3_3_mapping_to_a_weak_function_that_lost)
{
	struct linking t;
	struct obj *o;

	NEEDS("link_weak.1");
	linking_begin(&t, NULL);
	linking_add(&t, "link_common.1");
	linking_add(&t, "weak=link_weak.1");
	linking_add(&t, "strong=link_weak.2");
	ck_assert_int_eq(link_map_extern(t.l, "hidden_func", "weak:func"), 0);
	o = linking_finish(&t, 0);
	ck_assert_str_eq(linking_row(&t, "link_common_1", "hidden_func")->new_name, "func__1");
	ck_assert_int_eq(linking_row(&t, "weak", "func")->fate, LINK_FATE_DROPPED);
	linking_end(&t);
	o->diag = &silent;
	for (int k = 0; k < 2; k++) {
		struct running r;

		running_start(&r, o, k);
		ck_assert_uint_eq(running_run(&r, "common_main"), 3 + 1);
		ck_assert_uint_eq(running_run(&r, "weak_main"), 205);
		running_stop(&r);
	}
	obj_free(o);
}
END_TEST

/* Addresses of functions of other objects; without them the tests of the addresses fail. */
START_TEST(A3_10_addresses_of_externs)
{
	NEEDS("link_callback.1");
	for (int k = 0; k < 4; k++) {
		struct obj *o = linking_of(NULL, (const char *const[]){
			"link_callback.1", k < 2 ? "link_callback.2" : NULL, NULL });
		struct running r;

		running_start(&r, o, k % 2);
		ck_assert_uint_eq(running_run(&r, "callback_main"), k < 2 ? 17 : 100);
		running_stop(&r);
		obj_free(o);
	}
}
END_TEST

START_TEST(A3_2_statics)
{
	struct obj *o;

	NEEDS("link_statics.1");
	o = linking_of(NULL, (const char *const[]){ "link_statics.2", "link_statics.1", NULL });
	for (int k = 0; k < 2; k++) {
		struct running r;

		running_start(&r, o, k);
		ck_assert_uint_eq(running_run(&r, "statics_1"), 12);
		ck_assert_uint_eq(running_run(&r, "statics_2"), 24);
		ck_assert_uint_eq(running_run(&r, "statics_1"), 13);
		ck_assert_uint_eq(running_value(&r, "hidden_map", 0), 2);
		ck_assert_uint_eq(running_value(&r, "hidden_map__1", 0), 2);
		running_stop(&r);
	}
	obj_free(o);
}
END_TEST

/* L63, L64: calls of entry programs, and a program array whose program is another object's. */
START_TEST(A3_2_programs_as_callees_and_values)
{
	static const char *const orders[][3] = {
		{ "link_entry.1", "link_entry.2" }, { "link_entry.2", "link_entry.1" },
	};

	NEEDS("link_entry.1");
	for (u32 i = 0; i < 4; i++) {
		struct obj *o = linking_of(NULL, orders[i % 2]);
		struct running r;

		running_start(&r, o, i >= 2);
		ck_assert_uint_eq(running_run(&r, "entry_main"), 115);
		ck_assert_uint_eq(running_run_on(&r, "entry_main", 1, 0), 7);
		ck_assert_uint_eq(running_run(&r, "caller"), 8);
		running_stop(&r);
		obj_free(o);
	}
}
END_TEST

START_TEST(A3_2_common_and_hidden)
{
	struct obj *o;

	NEEDS("link_common.1");
	o = linking_of(NULL, (const char *const[]){ "link_common.2", "link_common.1", NULL });
	for (int k = 0; k < 2; k++) {
		struct running r;

		running_start(&r, o, k);
		ck_assert_uint_eq(running_run(&r, "common_main"), 4);
		ck_assert_uint_eq(running_run(&r, "common_main"), 7);
		running_stop(&r);
	}
	obj_free(o);
}
END_TEST

/* --- one object alone -------------------------------------------------------------------- */

/* Whether it loads, not why not. */
static bool loads(const struct obj *o)
{
	struct running r;
	bool ok = !running_try(&r, o, true);

	running_stop(&r);
	return ok;
}

/* link(a) has the kernel's verdict on a. */
START_TEST(A3_5_alone_changes_no_verdict)
{
	static const char *const stems[] = {
		"mapping_drop", "mapping_dummy", "mapping_pass", "mapping_pass.clang14",
		"mapping_pass.nobtf", "byname_owner", "link_types.1", "link_statics.1",
		"kinds_globals", "kinds_maps", "kinds_packet", "kinds_sections", "kinds_calls",
		"kinds_callbacks", "kinds_atomics", "kinds_mapsonly", "kinds_globals.v4",
	};

	NEEDS("mapping_drop");
	for (size_t i = 0; i < ARRAY_SIZE(stems); i++) {
		struct diag d = { .error_limit = 1 };
		struct obj *o, *linked;
		char path[512];

		if (!linking_has(stems[i]))
			continue;
		snprintf(path, sizeof(path), "%s/%s.o", PROGS_DIR, stems[i]);
		ck_assert_int_eq(obj_open(&d, path, NULL, &o), 0);
		linked = linking_of(NULL, (const char *const[]){ stems[i], NULL });
		ck_assert_msg(loads(o) == loads(linked), "%s", stems[i]);
		obj_free(linked);
		obj_free(o);
	}
}
END_TEST

static Suite *run_suite(void)
{
	Suite *s = suite_create("link_run");

	unit_add(s, "mapping", A3_3_dummy_then_drop_drops, A3_3_drop_then_dummy_never_gets_there,
		 A3_3_the_same_file_twice_passes);
	unit_add(s, "mapping to a loser", A3_3_mapping_to_a_weak_function_that_lost);
	unit_add(s, "addresses", A3_10_addresses_of_externs);
	unit_add(s, "names", A3_2_by_name, A3_2_in_two_steps, A3_2_weak_and_strong, A3_2_statics,
		 A3_2_programs_as_callees_and_values, A3_2_common_and_hidden);
	unit_add(s, "alone", A3_5_alone_changes_no_verdict);
	return s;
}

int main(void)
{
	return unit_main(run_suite(), NULL);
}
