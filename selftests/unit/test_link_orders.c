/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The usual patterns of several objects, in every order of the inputs: the right values in the
 * kernel and in the runtime after one link (L45). The same from parts that were linked before, in
 * every way to split the inputs in two (L03, L44), and with --gc. What programs return is said in
 * the comments of selftests/progs/link; variables are read as user space does, by the offsets of
 * the BTF (L01).
 */
#include "selftests/unit/linking.h"
#include "selftests/unit/running.h"

enum { MAX_SIDES = 4, MAX_CHECKS = 4 };

/* Run prog on a packet that begins with first. */
struct step {
	const char *prog;
	u32 want;
	u8 first;
};

/* A variable afterwards. */
struct var {
	const char *name;
	u64 want;
};

/* An element of a map with 64-bit values afterwards. */
struct elem {
	const char *map;
	u32 key;
	u64 want;
};

struct pattern {
	const char *stem;
	u32 n_sides;
	bool only_kernel;	/* a map kind that the runtime doesn't have */
	struct step steps[MAX_CHECKS];
	struct var vars[MAX_CHECKS];
	struct elem elems[MAX_CHECKS];
};

static const struct pattern patterns[] = {
	/* L23: shared maps by extern, in part, too; L15: a static map of the same name twice. */
	{ .stem = "link_extern_maps", .n_sides = 3,
	  .steps = { { "emaps_main", 211 }, { "emaps_hidden", 1 } },
	  .elems = { { "shared", 0, 2 }, { "shared", 1, 1 } } },
	/* L01, L22: variables in .data, .bss, .rodata and a section of its own. */
	{ .stem = "link_extern_vars", .n_sides = 3,
	  .steps = { { "evars_first", 40 }, { "evars_main", 342 } },
	  .vars = { { "in_data", 44 }, { "in_bss", 42 }, { "in_rodata", 300 },
		    { "in_custom", 9 } } },
	/* L02, L11: weak and strong functions, variables and programs across sections. */
	{ .stem = "link_weak_mix", .n_sides = 4,
	  .steps = { { "wmix_main", 3532 }, { "wmix_main", 3534 }, { "wmix_entry", 22 } },
	  .vars = { { "value", 4 }, { "extra", 5 }, { "limit", 30 } } },
	/* L15, L14: statics of one name. */
	{ .stem = "link_statics", .n_sides = 2,
	  .steps = { { "statics_1", 12 }, { "statics_2", 24 }, { "statics_1", 13 } } },
	/* L30: programs in SEC() sections, called from another object. */
	{ .stem = "link_entry", .n_sides = 2,
	  .steps = { { "entry_main", 115 }, { "entry_main", 7, 1 }, { "caller", 8 } },
	  .vars = { { "runs", 4 } } },
	/* L34: tables of static functions. */
	{ .stem = "link_pointers", .n_sides = 2,
	  .steps = { { "pointers_1", 103 }, { "pointers_2", 106 } } },
	/* Callbacks of another object. */
	{ .stem = "link_loops", .n_sides = 2, .steps = { { "loops_main", 4056 } },
	  .vars = { { "visits", 4 } }, .elems = { { "cells", 3, 3 } } },
	/* L35: initial values of program arrays and maps of maps. */
	{ .stem = "link_slots", .n_sides = 2, .only_kernel = true,
	  .steps = { { "slots_main", 7 }, { "slots_main", 5, 1 } },
	  .elems = { { "room", 1, 6 } } },
	/* An application of two libraries that share a third. */
	{ .stem = "link_libraries", .n_sides = 4, .steps = { { "libs_main", 36 } },
	  .vars = { { "total", 3 } }, .elems = { { "calls", 1, 1 }, { "calls", 2, 2 } } },
};

/* --- what has to hold -------------------------------------------------------------------- */

/* The entry of a variable in its DATASEC, and the DATASEC. */
static const struct btf_var_secinfo *find_var(const struct btf *b, const char *name, u32 *datasec)
{
	for (u32 id = 1; id <= btf_n_types(b); id++) {
		const struct btf_type *t = btf_type(b, id);

		for (u32 i = 0; btf_kind(t) == BTF_KIND_DATASEC && i < btf_vlen(t); i++)
			if (!strcmp(btf_name(b, btf_secinfos(t)[i].type), name)) {
				*datasec = id;
				return &btf_secinfos(t)[i];
			}
	}
	ck_abort_msg("no variable %s", name);
	return NULL;
}

static u64 read_var(struct running *r, const char *name)
{
	const struct obj *o = r->inst->obj;
	u8 value[512] = { 0 };
	u32 datasec, key = 0, size;
	const struct btf_var_secinfo *v = find_var(o->btf, name, &datasec);
	map_id map = obj_find_map(o, btf_name(o->btf, datasec));
	u64 out = 0;

	ck_assert_int_eq(load_map_value_size(r->inst, map, &size), 0);
	ck_assert_uint_le(size, sizeof(value));
	ck_assert_uint_le((u64)v->offset + v->size, size);
	ck_assert_int_eq(load_map_lookup(r->inst, map, &key, value), 0);
	memcpy(&out, value + v->offset, v->size);
	return out;
}

static void check_on(const struct pattern *p, const struct obj *o, const char *how, bool kernel)
{
	struct running r;

	running_start(&r, o, kernel);
	for (u32 i = 0; i < MAX_CHECKS && p->steps[i].prog; i++) {
		u32 got = running_run_on(&r, p->steps[i].prog, p->steps[i].first, 0);

		ck_assert_msg(got == p->steps[i].want, "%s, kernel %d: %s gave %u", how, kernel,
			      p->steps[i].prog, got);
	}
	for (u32 i = 0; i < MAX_CHECKS && p->vars[i].name; i++) {
		u64 got = read_var(&r, p->vars[i].name);

		ck_assert_msg(got == p->vars[i].want, "%s, kernel %d: %s is %llu", how, kernel,
			      p->vars[i].name, (unsigned long long)got);
	}
	for (u32 i = 0; i < MAX_CHECKS && p->elems[i].map; i++) {
		u64 got = running_value(&r, p->elems[i].map, p->elems[i].key);

		ck_assert_msg(got == p->elems[i].want, "%s, kernel %d: %s[%u] is %llu", how, kernel,
			      p->elems[i].map, p->elems[i].key, (unsigned long long)got);
	}
	running_stop(&r);
}

static void check(const struct pattern *p, struct obj *o, const char *how)
{
	if (!p->only_kernel)
		check_on(p, o, how, false);
	check_on(p, o, how, true);
	obj_free(o);
}

/* --- orders ------------------------------------------------------------------------------ */

/* The next permutation in lexical order, false behind the last. */
static bool next_order(u8 *order, u32 n)
{
	u32 i = n - 1, k = n - 1;

	while (i && order[i - 1] > order[i])
		i--;
	if (!i)
		return false;
	while (order[k] < order[i - 1])
		k--;
	u8 tmp = order[i - 1];
	order[i - 1] = order[k];
	order[k] = tmp;
	for (k = n - 1; i < k; i++, k--) {
		tmp = order[i];
		order[i] = order[k];
		order[k] = tmp;
	}
	return true;
}

/* Sides order[from..to) of a pattern. */
static struct obj *link_some(const struct pattern *p, const u8 *order, u32 from, u32 to,
			     const struct link_opts *opts)
{
	char names[MAX_SIDES][64];
	const char *specs[MAX_SIDES + 1] = { 0 };

	for (u32 i = from; i < to; i++) {
		snprintf(names[i], sizeof(names[i]), "%s.%d", p->stem, order[i] + 1);
		specs[i - from] = names[i];
	}
	return linking_of(opts, specs);
}

/* The first k sides as one part, the others as another. */
static struct obj *link_parts(const struct pattern *p, const u8 *order, u32 k)
{
	static const struct link_opts partial = { .allow_unresolved = true };
	static struct diag silent = { .error_limit = 1 };
	struct linking t;
	struct obj *o;

	linking_begin(&t, NULL);
	ck_assert_int_eq(link_add_obj(t.l, "head", link_some(p, order, 0, k, &partial), false,
				      NULL), 0);
	ck_assert_int_eq(link_add_obj(t.l, "tail", link_some(p, order, k, p->n_sides, &partial),
				      false, NULL), 0);
	o = linking_finish(&t, 0);
	linking_end(&t);
	o->diag = &silent;
	return o;
}

static const char *spell(const u8 *order, u32 n, const char *how)
{
	static char text[64];
	int len = 0;

	for (u32 i = 0; i < n; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%d ", order[i] + 1);
	snprintf(text + len, sizeof(text) - (size_t)len, "%s", how);
	return text;
}

START_TEST(L45_every_order)
{
	static const struct link_opts gc = { .gc = true };
	const struct pattern *p = &patterns[_i];
	u8 order[MAX_SIDES] = { 0, 1, 2, 3 };

	RUNNING_NEEDS(linking_has("link_gc.1"));
	do {
		check(p, link_some(p, order, 0, p->n_sides, NULL), spell(order, p->n_sides, ""));
		check(p, link_some(p, order, 0, p->n_sides, &gc),
		      spell(order, p->n_sides, "--gc"));
		for (u32 k = 1; k < p->n_sides; k++)
			check(p, link_parts(p, order, k), spell(order, p->n_sides, "in parts"));
	} while (next_order(order, p->n_sides));
}
END_TEST

static Suite *orders_suite(void)
{
	Suite *s = suite_create("link_orders");
	TCase *c = tcase_create("orders");

	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, L45_every_order, 0, ARRAY_SIZE(patterns));
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return unit_main(orders_suite(), NULL);
}
