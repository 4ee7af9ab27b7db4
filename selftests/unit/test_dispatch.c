/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The chain builder without a target: what it takes, in which order, and what it refuses. */
#include "selftests/fault_malloc.h"
#include "selftests/unit/chaining.h"
#include "selftests/unit/unit.h"

static const struct disp_opts xdp = { .mode = DISP_CALL };
static const struct disp_opts tc = { .type = DISP_TC, .mode = DISP_CALL };

/* --- choosing ---------------------------------------------------------------------------- */

START_TEST(the_only_program)
{
	struct chaining t;

	CHAIN_NEEDS("dispatch_choice.1");
	chaining_begin(&t, &xdp);
	chaining_add(&t, "dispatch_code.1", 0);
	chaining_add(&t, "dispatch_choice.1", .name = "two", .function = "xdp_two");
	chaining_add(&t, "dispatch_choice.4", .name = "unknown");
	ck_assert_str_eq(chaining_component(&t, "dispatch_code_1")->function, "xdp_main");
	ck_assert_str_eq(chaining_component(&t, "two")->function, "xdp_two");
	ck_assert_str_eq(chaining_component(&t, "unknown")->function, "filter");
	chaining_end(&t);
	chaining_begin(&t, &tc);
	chaining_add(&t, "dispatch_code.1", .name = "c");
	ck_assert_str_eq(chaining_component(&t, "c")->function, "tc_main");
	chaining_end(&t);
}
END_TEST

START_TEST(no_such_program)
{
	struct chaining t;

	CHAIN_NEEDS("dispatch_choice.1");
	chaining_begin(&t, &xdp);
	ck_assert_int_eq(chaining_try(&t, "dispatch_choice.1", NULL), -EINVAL);
	ck_assert(chaining_says(&t, DIAG_DISP_SEVERAL, "xdp_one"));
	ck_assert(chaining_says(&t, DIAG_DISP_SEVERAL, "xdp_two"));
	ck_assert_int_eq(chaining_try(&t, "dispatch_choice.2", NULL), -ENOENT);
	ck_assert(chaining_says(&t, DIAG_DISP_NO_PROGRAM, "probe"));
	ck_assert_int_eq(chaining_try(&t, "dispatch_choice.3", NULL), -ENOENT);
	ck_assert_int_eq(chaining_try(&t, "dispatch_code.1",
				      &(struct disp_component_opts){ .function = "xdp_mian" }),
			 -ENOENT);
	ck_assert(chaining_says(&t, DIAG_DISP_NO_FUNC, "xdp_main"));
	ck_assert_int_eq(chaining_try(&t, "dispatch_code.1",
				      &(struct disp_component_opts){ .function = "tc_main" }),
			 -EINVAL);
	ck_assert_int_eq(chaining_try(&t, "dispatch_choice.3",
				      &(struct disp_component_opts){ .function = "xdp_egress" }),
			 -EINVAL);
	ck_assert_int_eq(chaining_try(&t, "dispatch_code.1",
				      &(struct disp_component_opts){ .function = "count" }),
			 -EINVAL);
	ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_TYPE), 3);
	ck_assert_uint_eq(disp_n_components(t.c), 0);
	chaining_build(&t, -EINVAL);
	ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_EMPTY), 1);
	chaining_build(&t, -EINVAL);
	ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_BUILT), 1);
	chaining_end(&t);
}
END_TEST

/* --- names ------------------------------------------------------------------------------- */

START_TEST(names)
{
	struct disp_component_opts fw = { .name = "fw", .function = "xdp_main" };
	struct disp_component_opts bad = { .name = "f-w", .function = "xdp_main" };
	struct disp_component_opts stem = { .name = "dispatch_code_1", .function = "xdp_main" };
	struct disp *c;
	struct chaining t;

	CHAIN_NEEDS("dispatch_code.1");
	chaining_begin(&t, &xdp);
	chaining_add(&t, "dispatch_code.1", .function = "xdp_main");
	chaining_add(&t, "dispatch_code.2", .function = "xdp_main");
	ck_assert_int_eq(chaining_try(&t, "dispatch_code.1", &fw), 0);
	ck_assert_int_eq(chaining_try(&t, "dispatch_code.1", &fw), -EEXIST);
	ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_NAME_TAKEN), 1);
	ck_assert_int_eq(chaining_try(&t, "dispatch_code.1", &bad), -EINVAL);
	ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_NAME), 1);
	/* A given name takes it from one that was made up. */
	ck_assert_int_eq(chaining_try(&t, "dispatch_code.3", &stem), 0);
	ck_assert_str_eq(disp_component_at(t.c, 3)->name, "dispatch_code_1");
	ck_assert(strcmp(disp_component_at(t.c, 0)->name, "dispatch_code_1"));
	ck_assert(strcmp(disp_component_at(t.c, 0)->name, disp_component_at(t.c, 1)->name));
	ck_assert_int_eq(disp_new(&t.diag, &(struct disp_opts){ .name = "my-chain" }, &c), -EINVAL);
	chaining_end(&t);
}
END_TEST

START_TEST(too_many)
{
	struct chaining t;

	CHAIN_NEEDS("dispatch_choice.5");
	chaining_begin(&t, &xdp);
	for (u32 i = 0; i < DISP_MAX; i++)
		chaining_add(&t, "dispatch_choice.5", 0);
	ck_assert_int_eq(chaining_try(&t, "dispatch_choice.5", NULL), -E2BIG);
	ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_TOO_MANY), 1);
	obj_free(chaining_build(&t, 0));
	chaining_end(&t);
}
END_TEST

/* The entry's name may be that of a component, and of a section. */
START_TEST(entry_name)
{
	struct disp_opts opts = { .mode = DISP_CALL, .name = "xdp_main" };
	struct chaining t;
	struct obj *o;

	CHAIN_NEEDS("dispatch_code.1");
	chaining_begin(&t, &opts);
	chaining_add(&t, "dispatch_code.1", .name = "xdp_main", .function = "xdp_main");
	o = chaining_build(&t, 0);
	ck_assert(obj_func(o, obj_find_func(o, "xdp_main"))->is_entry);
	ck_assert_str_eq(disp_component_at(t.c, 0)->symbol, "xdp_main__xdp_main");
	ck_assert_str_eq(disp_entry_name(t.c), "xdp_main");
	ck_assert_ptr_null(disp_counters_name(t.c));
	ck_assert(obj_find_map(o, disp_config_name(t.c)).i);
	obj_free(o);
	chaining_end(&t);
}
END_TEST

/* --- order and actions ------------------------------------------------------------------- */

static void check_config(struct chaining *t, const char *name, u32 priority, u32 actions)
{
	const struct disp_component *c = chaining_component(t, name);

	ck_assert_msg(c->priority == priority && c->actions == actions, "%s: %u %#x", name,
		      c->priority, c->actions);
}

START_TEST(run_config)
{
	struct chaining t;

	CHAIN_NEEDS("dispatch_order.1");
	chaining_begin(&t, &xdp);
	chaining_add(&t, "dispatch_order.1", .name = "c1");
	chaining_add(&t, "dispatch_order.2", .name = "c2");
	chaining_add(&t, "dispatch_order.3", .name = "c3");
	chaining_add(&t, "dispatch_order.4", .name = "c4");
	chaining_add(&t, "dispatch_order.5", .name = "c5");
	chaining_add(&t, "dispatch_order.1", .name = "c6", .has_priority = true, .priority = 4);
	chaining_add(&t, "dispatch_order.1", .name = "c7", .has_actions = true, .actions = 2);
	check_config(&t, "c1", 10, 1 << 2 | 1 << 3);
	check_config(&t, "c2", 7000, 1 << 1);
	check_config(&t, "c3", 50, 1 << 2 | 1 << 0);
	check_config(&t, "c4", 50, 1 << 2);
	check_config(&t, "c5", 0, 1 << 2);
	check_config(&t, "c6", 4, 1 << 2 | 1 << 3);
	check_config(&t, "c7", 10, 1 << 1);
	ck_assert_int_eq(chaining_try(&t, "dispatch_order.6", NULL), -EINVAL);
	ck_assert_int_eq(chaining_try(&t, "dispatch_order.7", NULL), -EINVAL);
	ck_assert(chaining_says(&t, DIAG_DISP_RUN_CONFIG, "prio is neither"));
	ck_assert(chaining_says(&t, DIAG_DISP_RUN_CONFIG, "priority is not of the form"));
	obj_free(chaining_build(&t, 0));
	/* Priority, then function (the same), then the order of adding. */
	for (u32 i = 0; i < 7; i++) {
		static const char *const order[] = { "c5", "c6", "c1", "c7", "c3", "c4", "c2" };

		ck_assert_str_eq(disp_component_at(t.c, i)->name, order[i]);
	}
	chaining_end(&t);
	chaining_begin(&t, &tc);
	chaining_add(&t, "dispatch_order.8", .name = "t1");
	chaining_add(&t, "dispatch_code.1", .name = "t2");
	check_config(&t, "t1", 20, 1 << 0 | 1 << 4 | 1 << 3);
	check_config(&t, "t2", 50, 1 << 0 | 1 << 1 | 1 << 4);
	chaining_end(&t);
}
END_TEST

START_TEST(order_by_function)
{
	struct chaining t;

	CHAIN_NEEDS("dispatch_choice.1");
	chaining_begin(&t, &xdp);
	chaining_add(&t, "dispatch_choice.1", .name = "b", .function = "xdp_two");
	chaining_add(&t, "dispatch_choice.1", .name = "a", .function = "xdp_one");
	obj_free(chaining_build(&t, 0));
	ck_assert_str_eq(disp_component_at(t.c, 0)->name, "a");
	chaining_end(&t);
}
END_TEST

START_TEST(actions)
{
	struct chaining t;
	u32 mask = 77;

	chaining_begin(&t, &xdp);
	ck_assert_int_eq(disp_parse_actions(&t.diag, DISP_XDP, "PASS+XDP_TX", &mask), 0);
	ck_assert_uint_eq(mask, 1 << 2 | 1 << 3);
	ck_assert_int_eq(disp_parse_actions(&t.diag, DISP_XDP, "", &mask), 0);
	ck_assert_uint_eq(mask, 0);
	ck_assert_int_eq(disp_parse_actions(&t.diag, DISP_TC, "TC_ACT_UNSPEC+TRAP", &mask), 0);
	ck_assert_uint_eq(mask, 1 << 0 | 1 << 9);
	for (size_t i = 0; i < 6; i++) {
		static const char *const bad[] = { "+", "PASS+", "+PASS", "PAS", "OK", "XDP_" };

		ck_assert_int_eq(disp_parse_actions(&t.diag, DISP_XDP, bad[i], &mask), -EINVAL);
	}
	ck_assert(chaining_says(&t, DIAG_DISP_ACTION, "ABORTED, DROP, PASS, TX, REDIRECT"));
	ck_assert_str_eq(disp_action_name(DISP_XDP, 4), "REDIRECT");
	ck_assert_ptr_null(disp_action_name(DISP_XDP, 5));
	chaining_end(&t);
}
END_TEST

/* --- the result -------------------------------------------------------------------------- */

static const struct obj_sec *sec_of(const struct obj *o, const char *name)
{
	sec_id id = obj_find_sec(o, name);

	ck_assert_msg(id.i, "no section %s", name);
	return obj_sec(o, id);
}

/* The configuration's bytes, short and long. */
START_TEST(config)
{
	for (u32 n = 1; n <= 11; n += 5) {
		u32 room = n > DISP_LIBXDP_MAX ? DISP_MAX : DISP_LIBXDP_MAX;
		const struct obj_sec *sec;
		struct chaining t;
		struct obj *o;

		CHAIN_NEEDS("dispatch_choice.5");
		chaining_begin(&t, &xdp);
		for (u32 i = 0; i < n; i++)
			chaining_add(&t, "dispatch_choice.5", .has_priority = true, .priority = i,
				     .has_actions = true, .actions = i);
		o = chaining_build(&t, 0);
		sec = sec_of(o, disp_config_name(t.c));
		ck_assert_uint_eq(sec->size, n > DISP_LIBXDP_MAX ? sizeof(struct disp_config_long) :
								  sizeof(struct disp_config));
		ck_assert_uint_eq(sec->bytes.v[0], 236);
		ck_assert_uint_eq(sec->bytes.v[1], n > DISP_LIBXDP_MAX ? 128 : 3);
		ck_assert_uint_eq(sec->bytes.v[2], n);
		ck_assert_uint_eq(sec->bytes.v[3], 1);
		for (u32 i = 0; i < room; i++) {
			const u8 *at = sec->bytes.v + 4 + i * 4;

			ck_assert_uint_eq(get_u32(at, false), i < n ? i : 0);
			ck_assert_uint_eq(get_u32(at + room * 4, false), i < n ? i : 0);
			ck_assert_uint_eq(get_u32(at + room * 8, false), i < n ? 1 << 5 : 0);
		}
		obj_free(o);
		chaining_end(&t);
	}
}
END_TEST

/* The flag for fragments is the chain's only if it is everybody's. */
START_TEST(frags)
{
	for (u32 mixed = 0; mixed < 2; mixed++) {
		struct chaining t;
		struct obj *o;

		CHAIN_NEEDS("dispatch_choice.5");
		chaining_begin(&t, &xdp);
		chaining_add(&t, "dispatch_choice.5", 0);
		if (mixed)
			chaining_add(&t, "dispatch_code.1", .function = "xdp_main");
		o = chaining_build(&t, 0);
		sec_of(o, mixed ? "xdp" : "xdp.frags");
		ck_assert_uint_eq(sec_of(o, disp_config_name(t.c))->bytes.v[3], !mixed);
		obj_free(o);
		chaining_end(&t);
	}
}
END_TEST

/* Variables stay in maps of their own, constants don't; a lent object isn't touched. */
START_TEST(apart)
{
	struct obj *lent, *o;
	struct chaining t;
	struct sbuf before = { 0 }, after = { 0 };

	CHAIN_NEEDS("dispatch_code.1");
	chaining_begin(&t, &xdp);
	ck_assert_int_eq(obj_open(&t.diag, PROGS_DIR "/dispatch_code.1.o", NULL, &lent), 0);
	ck_assert_int_eq(obj_write(lent, &before), 0);
	for (u32 i = 0; i < 2; i++)
		ck_assert_int_eq(disp_add_obj(t.c, &(struct disp_component_opts){
							.name = i ? "two" : "one" },
					      lent, true), 0);
	o = chaining_build(&t, 0);
	sec_of(o, ".data.one");
	sec_of(o, ".data.two");
	sec_of(o, ".data.one.bss");
	sec_of(o, ".data.two.bss");
	ck_assert_uint_eq(sec_of(o, ".rodata")->size, 8);
	ck_assert_uint_eq(obj_find_sec(o, ".data").i, 0);
	ck_assert(obj_find_map(o, "one__runs").i && obj_find_map(o, "two__runs").i);
	ck_assert_int_eq(obj_write(lent, &after), 0);
	ck_assert(before.size == after.size && !memcmp(before.data, after.data, after.size));
	obj_free(o);
	chaining_end(&t);
	obj_free(lent);
	sbuf_free(&before);
	sbuf_free(&after);
}
END_TEST

/* The same components and options give the same bytes. */
START_TEST(same_bytes)
{
	struct sbuf bytes[2] = { 0 };

	CHAIN_NEEDS("dispatch_code.1");
	for (u32 i = 0; i < 2; i++) {
		struct disp_opts opts = { .counters = true };
		struct chaining t;
		struct obj *o;

		chaining_begin(&t, &opts);
		chaining_add(&t, "dispatch_code.1", .name = "a");
		chaining_add(&t, "dispatch_kinds.2", .name = "b", .function = "xdp_main");
		chaining_add(&t, "dispatch_kinds.5", .name = "c");
		o = chaining_build(&t, 0);
		ck_assert_int_eq(obj_write(o, &bytes[i]), 0);
		obj_free(o);
		chaining_end(&t);
	}
	ck_assert_uint_eq(bytes[0].size, bytes[1].size);
	ck_assert(!memcmp(bytes[0].data, bytes[1].data, bytes[0].size));
	sbuf_free(&bytes[0]);
	sbuf_free(&bytes[1]);
}
END_TEST

/* Stubs of libxdp's layout: as many as fit, for XDP alone, and nothing else in it. */
START_TEST(stubs)
{
	struct disp_opts opts = { .mode = DISP_FREPLACE };
	struct disp_opts bad[] = { { .mode = DISP_FREPLACE, .type = DISP_TC },
				   { .mode = DISP_FREPLACE, .counters = true } };
	struct chaining t;
	struct obj *o;

	CHAIN_NEEDS("dispatch_choice.5");
	chaining_begin(&t, &opts);
	for (u32 i = 0; i < DISP_LIBXDP_MAX; i++)
		chaining_add(&t, "dispatch_choice.5", 0);
	o = chaining_build(&t, 0);
	ck_assert(obj_find_func(o, "prog9").i && obj_find_func(o, "compat_test").i);
	ck_assert_uint_eq(sec_of(o, ".rodata")->size, sizeof(struct disp_config));
	ck_assert_uint_eq(o->maps.n - 1, 1);
	ck_assert_str_eq(disp_component_at(t.c, 3)->symbol, "prog3");
	obj_free(o);
	chaining_end(&t);
	chaining_begin(&t, &opts);
	for (u32 i = 0; i <= DISP_LIBXDP_MAX; i++)
		chaining_add(&t, "dispatch_choice.5", 0);
	chaining_build(&t, -E2BIG);
	ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_STUBS_MANY), 1);
	chaining_end(&t);
	for (size_t i = 0; i < 2; i++) {
		chaining_begin(&t, &bad[i]);
		chaining_add(&t, i ? "dispatch_choice.5" : "dispatch_code.1", 0);
		chaining_build(&t, -ENOTSUP);
		ck_assert_uint_eq(chaining_count(&t, i ? DIAG_DISP_STUBS_COUNTERS :
							 DIAG_DISP_STUBS_HOOK), 1);
		chaining_end(&t);
	}
}
END_TEST

/* --- who is inlined ------------------------------------------------------------------------ */

static const struct disp_opts inlining;

/* Build a chain of these (NULL behind the last), which has to work; t is the caller's to end. */
static struct obj *chain(struct chaining *t, const struct disp_opts *opts, u32 n,
			 const char *const *stems, u32 n_stems)
{
	chaining_begin(t, opts);
	for (u32 i = 0; i < n; i++)
		chaining_add(t, stems[i % n_stems], .function = "xdp_main", .has_priority = true,
			     .priority = i);
	return chaining_build(t, 0);
}

static u32 n_inlined(const struct chaining *t)
{
	u32 n = 0;

	for (u32 i = 0; i < disp_n_components(t->c); i++) {
		const struct disp_component *c = disp_component_at(t->c, i);

		ck_assert(c->inlined == !c->why_called && c->inlined == !c->symbol[0]);
		n += c->inlined;
	}
	return n;
}

START_TEST(why_called)
{
	static const struct {
		const char *stems[2];
		bool v4;
		u32 inlined;
		const char *why;
	} rows[] = {
		{ { "dispatch_code.1", "dispatch_code.2" }, false, 2, NULL },
		{ { "dispatch_kinds.3", "dispatch_kinds.5" }, false, 2, NULL },
		{ { "dispatch_kinds.7", "dispatch_kinds.8" }, false, 2, NULL },
		{ { "dispatch_kinds.2", "dispatch_code.1" }, false, 1, "tail call would end" },
		{ { "dispatch_kinds.4", "dispatch_code.1" }, false, 1, "can't be told" },
		{ { "dispatch_large.4", "dispatch_code.1" }, false, 1, "longer than 16 bits" },
		{ { "dispatch_large.4", "dispatch_code.1" }, true, 2, NULL },
		{ { "dispatch_deep.1", "dispatch_deep.2" }, false, 1, "with its stack frame" },
		{ { "dispatch_deep.2", "dispatch_deep.2" }, false, 2, NULL },
	};

	CHAIN_NEEDS("dispatch_deep.1");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct disp_opts opts = { .cpu_v4 = rows[i].v4 };
		struct chaining t;

		obj_free(chain(&t, &opts, 2, rows[i].stems, 2));
		ck_assert_msg(n_inlined(&t) == rows[i].inlined, "row %zu", i);
		ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_CALLED), 2 - rows[i].inlined);
		ck_assert(!rows[i].why || chaining_says(&t, DIAG_DISP_CALLED, rows[i].why));
		chaining_end(&t);
	}
}
END_TEST

START_TEST(stack_limits)
{
	static const char *const both[] = { "dispatch_deep.3", "dispatch_deep.4" };
	static const char *const tail[] = { "dispatch_deep.5" };
	static const char *const eight[] = { "dispatch_deep.6" };
	struct chaining t;

	CHAIN_NEEDS("dispatch_deep.1");
	obj_free(chain(&t, &inlining, 2, both, 2));
	ck_assert(chaining_says(&t, DIAG_DISP_STACK, "544 bytes"));
	chaining_end(&t);
	obj_free(chain(&t, &xdp, 1, tail, 1));
	ck_assert(chaining_says(&t, DIAG_DISP_TAIL_STACK, "256 bytes"));
	chaining_end(&t);
	obj_free(chain(&t, &inlining, 1, tail, 1));
	ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_TAIL_STACK), 0);
	chaining_end(&t);
	obj_free(chain(&t, &xdp, 1, eight, 1));
	ck_assert(chaining_says(&t, DIAG_DISP_FRAMES, "9 functions"));
	chaining_end(&t);
	obj_free(chain(&t, &inlining, 1, eight, 1));
	ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_FRAMES), 0);
	chaining_end(&t);
}
END_TEST

START_TEST(throws)
{
	CHAIN_NEEDS("dispatch_deep.7");
	for (u32 i = 0; i < 4; i++) {
		struct chaining t;

		chaining_begin(&t, i & 1 ? &xdp : &inlining);
		chaining_add(&t, i & 2 ? "dispatch_deep.7" : "dispatch_deep.8", 0);
		chaining_build(&t, -ENOTSUP);
		ck_assert(chaining_says(&t, DIAG_DISP_THROWS, "xdp_main"));
		chaining_end(&t);
	}
}
END_TEST

/* --- limits -------------------------------------------------------------------------------- */

/* Beyond the budget of branches components are verified alone, where that can be done. */
START_TEST(branches)
{
	static const char *const known[] = { "dispatch_large.1" };
	static const char *const unknown[] = { "dispatch_large.2" };
	struct chaining t;
	struct obj *o;
	u32 n_global = 0;

	CHAIN_NEEDS("dispatch_large.1");
	o = chain(&t, &inlining, 4, known, 1);
	ck_assert_uint_eq(n_inlined(&t), 2);
	ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_BRANCHES), 0);
	for (u32 i = 0; i < 4; i++) {
		func_id f = obj_find_func(o, disp_component_at(t.c, i)->symbol);

		n_global += f.i && btf_func_linkage(btf_type(o->btf, obj_func(o, f)->btf_id)) ==
					   BTF_FUNC_GLOBAL;
	}
	ck_assert_uint_eq(n_global, 2);
	obj_free(o);
	chaining_end(&t);
	obj_free(chain(&t, &inlining, 4, unknown, 1));
	ck_assert_uint_eq(n_inlined(&t), 4);
	ck_assert(chaining_says(&t, DIAG_DISP_BRANCHES, "about 120"));
	chaining_end(&t);
}
END_TEST

static void refuse(const struct disp_opts *opts, const char *stem, u32 n, int code,
		   const char *text)
{
	struct chaining t;

	chaining_begin(&t, opts);
	for (u32 i = 0; i < n; i++)
		chaining_add(&t, stem, .function = "xdp_main");
	chaining_build(&t, -E2BIG);
	ck_assert(chaining_says(&t, code, text));
	chaining_end(&t);
}

START_TEST(too_large)
{
	static const char *const loops[] = { "dispatch_kinds.1" };
	struct chaining t;

	CHAIN_NEEDS("dispatch_large.3");
	refuse(&inlining, "dispatch_large.3", 16, DIAG_DISP_INSNS, "the kernel allows 1000000");
	refuse(&xdp, "dispatch_kinds.1", 128, DIAG_DISP_FUNCS, "257 functions");
	obj_free(chain(&t, &inlining, 128, loops, 1));
	chaining_end(&t);
}
END_TEST

/* Variables share maps when there are too many of them, other maps can't. */
START_TEST(too_many_maps)
{
	static const char *const code[] = { "dispatch_code.1" };
	struct chaining t;
	struct obj *o;

	CHAIN_NEEDS("dispatch_code.1");
	obj_free(chain(&t, &inlining, 20, code, 1));
	ck_assert_uint_eq(chaining_count(&t, DIAG_DISP_MERGED), 0);
	chaining_end(&t);
	o = chain(&t, &inlining, 21, code, 1);
	ck_assert(chaining_says(&t, DIAG_DISP_MERGED, "65 maps"));
	ck_assert_uint_eq(sec_of(o, ".bss")->size, 21 * 8);
	obj_free(o);
	chaining_end(&t);
	refuse(&inlining, "dispatch_code.1", 61, DIAG_DISP_MAPS, "dispatch_code_1__60 has 1: runs");
}
END_TEST

/* What else is in an object stays out, with its maps, unless the component refers to it. */
START_TEST(others)
{
	static const char *const stems[] = { "dispatch_code.1", "dispatch_kinds.3" };
	struct chaining t;
	struct obj *o;
	u32 n = 0;

	CHAIN_NEEDS("dispatch_kinds.3");
	o = chain(&t, &inlining, 2, stems, 2);
	for (u32 i = 1; i < o->funcs.n; i++)
		n += o->funcs.v[i].is_entry;
	ck_assert_uint_eq(n, 2);
	ck_assert(obj_find_func(o, "dispatch_kinds_3__xdp_tail").i);
	ck_assert_uint_eq(obj_find_sec(o, "tc").i, 0);
	obj_free(o);
	chaining_end(&t);
}
END_TEST

/* A map that is pinned by name is one map, whoever defines it, and keeps its name. */
START_TEST(pins)
{
	static const char *const stems[] = { "dispatch_pins.1", "dispatch_pins.2" };
	struct chaining t;
	struct obj *o;
	u32 n = 0;

	CHAIN_NEEDS("dispatch_pins.1");
	o = chain(&t, &inlining, 62, stems, 2);
	for (u32 i = 1; i < o->maps.n; i++)
		n += o->maps.v[i].pinning;
	ck_assert_uint_eq(n, 1);
	ck_assert(obj_find_map(o, "dispatch_shared").i);
	obj_free(o);
	chaining_end(&t);
	chaining_begin(&t, &inlining);
	chaining_add(&t, "dispatch_pins.1", .name = "one");
	chaining_add(&t, "dispatch_pins.3", .name = "three");
	chaining_build(&t, -EINVAL);
	ck_assert(chaining_says(&t, DIAG_DISP_PIN, "of component three differs from that of one: "
						   "max_entries"));
	chaining_end(&t);
}
END_TEST

/* --- no memory ----------------------------------------------------------------------------- */

/* One build of what user says, objects opened and all. */
static int build_once(void *user)
{
	static const char *const files[] = {
		PROGS_DIR "/dispatch_pins.1.o", PROGS_DIR "/dispatch_kinds.2.o",
		PROGS_DIR "/dispatch_pins.2.o",
	};
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct disp_component_opts co = { .function = "xdp_main" };
	struct obj *o = NULL;
	struct disp *c = NULL;
	int err = disp_new(&d, user, &c);

	for (size_t i = 0; i < ARRAY_SIZE(files) && !err; i++)
		err = disp_add_file(c, &co, files[i]);
	if (!err)
		err = disp_build(c, &o);
	obj_free(o);
	disp_free(c);
	return err;
}

START_TEST(no_memory)
{
	struct disp_opts opts = { .counters = !_i, .mode = _i ? DISP_FREPLACE : DISP_INLINE };

	CHAIN_NEEDS("dispatch_pins.1");
	ck_assert_int_gt(fault_sweep(build_once, &opts), 100);
}
END_TEST

static Suite *dispatch_suite(void)
{
	Suite *s = suite_create("dispatch");
	TCase *memory;

	unit_add(s, "choice", the_only_program, no_such_program);
	unit_add(s, "names", names, too_many, entry_name);
	unit_add(s, "order", run_config, order_by_function, actions);
	unit_add(s, "result", config, frags, apart, same_bytes, stubs, others, pins);
	unit_add(s, "plan", why_called, stack_limits, throws);
	unit_add(s, "limits", branches, too_large, too_many_maps);
	memory = tcase_create("memory");
	tcase_set_timeout(memory, 100);
	tcase_add_loop_test(memory, no_memory, 0, 2);
	suite_add_tcase(s, memory);
	return s;
}

int main(void)
{
	return unit_main(dispatch_suite(), NULL);
}
