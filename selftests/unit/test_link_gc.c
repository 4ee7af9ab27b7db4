/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * --gc: what nothing reaches goes, what something reaches stays and works, in the kernel
 * and in the runtime.
 */
#include "selftests/unit/linking.h"
#include "selftests/unit/running.h"

#include <dirent.h>
#include <stdlib.h>

static const struct link_opts with_gc = { .gc = true };

#define NEEDS(stem) RUNNING_NEEDS(linking_has(stem))

/* Linked from two objects in one order or the other. */
static struct obj *link_two(const struct link_opts *opts, const char *a, const char *b, bool swap)
{
	return linking_of(opts, (const char *const[]){ swap ? b : a, swap ? a : b, NULL });
}

static u64 size_of(const struct obj *o, const char *sec)
{
	sec_id id = obj_find_sec(o, sec);

	return id.i ? obj_sec(o, id)->size : 0;
}

/* Symbols, types and strings of things that nothing reaches begin with dead_. */
static void check_no_dead(const struct obj *o)
{
	struct sbuf bytes = linking_bytes(o);

	for (u32 i = 1; i < o->syms.n; i++)
		ck_assert_msg(strncmp(o->syms.v[i].name, "dead_", 5), "%s", o->syms.v[i].name);
	ck_assert_ptr_null(memmem(bytes.data, bytes.size, "dead_", 5));
	/* A clone that only they called, and what only they wanted of the kernel. */
	ck_assert_uint_eq(obj_find_func(o, "gc_main__1").i, 0);
	ck_assert_uint_eq(o->externs.n, 0);
	ck_assert_ptr_null(memmem(bytes.data, bytes.size, "ksyms", 5));
	sbuf_free(&bytes);
}

static void check_runs(const struct obj *o, bool has_btf)
{
	for (int k = 0; k < 2; k++) {
		struct running r;

		if (has_btf)
			running_start(&r, o, k);
		else
			ck_assert_int_eq(running_try(&r, o, k), 0);
		ck_assert_uint_eq(running_run(&r, "gc_main"), 15045);
		ck_assert_uint_eq(running_value(&r, "used_map", 0), 1);
		running_stop(&r);
	}
}

/* Smaller, without a trace of what went, and the same values; all names in the table. */
START_TEST(gc)
{
	NEEDS("link_gc.1");
	for (int swap = 0; swap < 2; swap++) {
		struct obj *all = link_two(NULL, "link_gc.1", "link_gc.2", swap);
		struct obj *o = link_two(&with_gc, "link_gc.1", "link_gc.2", swap);

		check_no_dead(o);
		check_runs(all, true);
		check_runs(o, true);
		ck_assert_uint_lt(size_of(o, ".text"), size_of(all, ".text"));
		ck_assert_uint_lt(btf_n_types(o->btf), btf_n_types(all->btf));
		/* used_var, list and behind (which list ends at), used_static, used_in_library:
		 * 44 bytes, and 4 that list needs to end where a long may be. With the library
		 * in front another 4. */
		ck_assert_uint_eq(size_of(all, ".data"), 56u + 4 * swap);
		ck_assert_uint_eq(size_of(o, ".data"), 48u + 4 * swap);
		ck_assert_uint_eq(size_of(all, ".bss"), 4);
		ck_assert_uint_eq(size_of(o, ".bss"), 0);
		ck_assert(obj_find_map(o, "pinned_map").i && obj_find_func(o, "gc_spare").i);
		ck_assert(obj_find_func(o, "spare").i);
		ck_assert_uint_eq(size_of(o, ".rodata"), size_of(all, ".rodata"));
		obj_free(all);
		obj_free(o);
	}
}
END_TEST

START_TEST(gc_is_said)
{
	static const char *const gone[] = { "dead_map", "dead_var", "dead_char", "dead_func" };
	const struct link_row *row;
	struct linking t;

	NEEDS("link_gc.1");
	linking_begin(&t, &with_gc);
	linking_add(&t, "link_gc.1");
	linking_add(&t, "link_gc.2");
	obj_free(linking_finish(&t, 0));
	for (size_t i = 0; i < ARRAY_SIZE(gone); i++) {
		row = linking_row(&t, "link_gc_1", gone[i]);
		ck_assert_int_eq(row->fate, LINK_FATE_DROPPED);
		ck_assert_uint_eq(row->why, LINK_WHY_UNREACHED);
		ck_assert_str_eq(row->new_name, "");
	}
	ck_assert_int_eq(linking_row(&t, "link_gc_1", "used_map")->fate, LINK_FATE_KEPT);
	ck_assert_int_eq(linking_row(&t, "link_gc_1", "used")->fate, LINK_FATE_BOUND);
	linking_end(&t);
}
END_TEST

/* L31: functions in sections of their own. */
START_TEST(gc_of_split_sections)
{
	NEEDS("link_gc_split.1");
	for (int swap = 0; swap < 2; swap++) {
		struct obj *o = link_two(&with_gc, "link_gc_split.1", "link_gc_split.2", swap);

		check_no_dead(o);
		check_runs(o, true);
		obj_free(o);
	}
}
END_TEST

/* L42: what has no BTF is cut by its symbols alone. */
START_TEST(gc_without_btf)
{
	NEEDS("link_gc_nobtf.2");
	for (int swap = 0; swap < 2; swap++) {
		struct obj *o = link_two(&with_gc, "link_gc.1", "link_gc_nobtf.2", swap);

		check_no_dead(o);
		check_runs(o, false);
		ck_assert_uint_eq(size_of(o, ".data"), 48u + 4 * swap);
		obj_free(o);
	}
}
END_TEST

/* Without a program, or where the next link may ask for them, public names stay; what is static
 * and unused goes. */
START_TEST(gc_of_libraries)
{
	static const struct link_opts partial = { .gc = true, .allow_unresolved = true };
	struct obj *library, *part, *out;
	struct linking t;

	NEEDS("link_gc.1");
	library = linking_of(&with_gc, (const char *const[]){ "link_gc.2", NULL });
	ck_assert(obj_find_func(library, "dead_too").i && obj_find_func(library, "spare").i);
	part = linking_of(&partial, (const char *const[]){ "link_gc.1", NULL });
	ck_assert(obj_find_func(part, "dead_func").i && obj_find_map(part, "dead_map").i);

	linking_begin(&t, &with_gc);
	ck_assert_int_eq(link_add_obj(t.l, "library", library, false, NULL), 0);
	ck_assert_int_eq(link_add_obj(t.l, "part", part, false, NULL), 0);
	out = linking_finish(&t, 0);
	linking_end(&t);
	check_no_dead(out);
	check_runs(out, true);
	obj_free(out);
}
END_TEST

/* The parts of a chain, which are no programs any more, are reached through their caller. */
START_TEST(gc_of_private_inputs)
{
	static struct diag silent = { .error_limit = 1 };
	struct linking t;
	struct obj *o;

	NEEDS("mapping_drop");
	linking_begin(&t, &with_gc);
	linking_add(&t, "mapping_dispatcher");
	linking_add(&t, "one=mapping_dummy");
	linking_add(&t, "two=mapping_drop");
	ck_assert_int_eq(link_set_private(t.l, "one"), 0);
	ck_assert_int_eq(link_set_private(t.l, "two"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog1", "one:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog2", "two:xdp_main"), 0);
	o = linking_finish(&t, 0);
	linking_end(&t);
	o->diag = &silent;
	for (int k = 0; k < 2; k++) {
		struct running r;

		running_start(&r, o, k);
		ck_assert_uint_eq(running_run(&r, "xdp_dispatcher"), 1);
		ck_assert_uint_eq(running_value(&r, "one__counters", 0), 1);
		ck_assert_uint_eq(running_value(&r, "two__counters", 0), 1);
		running_stop(&r);
	}
	obj_free(o);
}
END_TEST

/* An exported symbol is a root, and what it refers to stays with it. */
START_TEST(gc_keeps_exports)
{
	struct linking t;
	struct obj *o;

	NEEDS("link_gc.1");
	linking_begin(&t, &with_gc);
	linking_add(&t, "link_gc.1");
	linking_add(&t, "link_gc.2");
	ck_assert_int_eq(link_export(t.l, "dead_func"), 0);
	o = linking_finish(&t, 0);
	linking_end(&t);
	ck_assert(obj_find_func(o, "dead_func").i && obj_find_map(o, "dead_map").i);
	ck_assert(obj_find_sym(o, "dead_char").i && !obj_find_sym(o, "dead_var").i);
	obj_free(o);
}
END_TEST

/* --- every object ------------------------------------------------------------------------ */

static struct obj *link_file(const char *path, const struct link_opts *opts, int *err)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	static struct diag silent = { .error_limit = 1 };
	struct obj *o = NULL;
	struct link *l;

	ck_assert_int_eq(link_new(&d, opts, &l), 0);
	*err = link_add_file(l, "it", path, NULL);
	if (!*err)
		*err = link_finish(l, &o);
	link_free(l);
	if (o)
		o->diag = &silent;
	return o;
}

/* All programs on a packet, each after the other: what they return and leave in it. */
static void run_all(struct running *r, struct sbuf *out)
{
	const struct obj *o = r->inst->obj;

	for (u32 i = 1; i < o->funcs.n; i++) {
		u8 in[RUNNING_PACKET] = { 1, 2, 3 }, data[512] = { 0 };
		struct load_test_run run = { .data_in = in, .data_size_in = sizeof(in),
					     .data_out = data, .data_size_out = sizeof(data),
					     .repeat = 1 };
		int err;

		if (r->inst->progs[i].handle < 0)
			continue;
		in[12] = 8;
		in[14] = 0x45;
		in[23] = 17;
		err = load_test_run(r->inst, (func_id){ i }, &run);
		sbuf_printf(out, "%s: %d %u %u\n", obj_func_name(o, (func_id){ i }), err,
			    run.retval, run.data_size_out);
		sbuf_put(out, data, sizeof(data));
	}
}

static void compare(const char *path, const struct obj *all, const struct obj *swept, bool kernel)
{
	struct sbuf was = { 0 }, is = { 0 };
	struct running a, b;
	int err_a, err_b;

	err_a = running_try(&a, all, kernel);
	err_b = running_try(&b, swept, kernel);
	ck_assert_msg(err_a == err_b, "%s: %d became %d", path, err_a, err_b);
	if (!err_a) {
		run_all(&a, &was);
		run_all(&b, &is);
		ck_assert_msg(span_eq(span_of(was.data, was.size), span_of(is.data, is.size)),
			      "%s: %s became %s", path, sbuf_str(&was), sbuf_str(&is));
	}
	sbuf_free(&was);
	sbuf_free(&is);
	running_stop(&a);
	running_stop(&b);
}

static void check_fixed_point(const char *path, struct obj *swept)
{
	struct sbuf once = linking_bytes(swept), twice;
	struct linking t;
	struct obj *again;

	linking_begin(&t, &with_gc);
	ck_assert_int_eq(link_add_obj(t.l, "once", swept, true, NULL), 0);
	again = linking_finish(&t, 0);
	linking_end(&t);
	twice = linking_bytes(again);
	ck_assert_msg(span_eq(span_of(once.data, once.size), span_of(twice.data, twice.size)), "%s",
		      path);
	sbuf_free(&once);
	sbuf_free(&twice);
	obj_free(again);
}

static bool check_file(const char *path)
{
	int err, gc_err;
	struct obj *all = link_file(path, NULL, &err), *swept = link_file(path, &with_gc, &gc_err);

	ck_assert_msg(err == gc_err, "%s: %d, with --gc %d", path, err, gc_err);
	if (all) {
		ck_assert_uint_le(swept->syms.n, all->syms.n);
		check_fixed_point(path, swept);
	}
	if (all && !all->big_endian) {
		compare(path, all, swept, false);
		compare(path, all, swept, true);
	}
	obj_free(all);
	obj_free(swept);
	return !err;
}

/* Same verdict, same results, and nothing left for a second time. */
START_TEST(gc_of_every_object)
{
	struct dirent **list;
	u32 n_linked = 0;
	int n;

	NEEDS("link_gc.1");
	n = scandir(PROGS_DIR, &list, NULL, alphasort);
	ck_assert_int_gt(n, 0);
	for (int i = 0; i < n; i++) {
		const char *dot = strrchr(list[i]->d_name, '.');
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", PROGS_DIR, list[i]->d_name);
		if (dot && !strcmp(dot, ".o") && i % 4 == _i)
			n_linked += check_file(path);
		free(list[i]);
	}
	free(list);
	ck_assert_uint_gt(n_linked, 20);
}
END_TEST

static Suite *gc_suite(void)
{
	Suite *s = suite_create("link_gc");
	TCase *c;

	unit_add(s, "gc", gc, gc_is_said, gc_of_split_sections,
		 gc_without_btf, gc_of_libraries, gc_of_private_inputs,
		 gc_keeps_exports);
	c = tcase_create("every object");
	tcase_set_timeout(c, 100);
	tcase_add_loop_test(c, gc_of_every_object, 0, 4);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return unit_main(gc_suite(), NULL);
}
