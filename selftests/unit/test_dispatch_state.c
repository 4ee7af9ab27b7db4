/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A chain as bytes (A3.14): restored equal, one component exchanged, bytes that are no chain. */
#include "linker/dispatch/dispatch.h"
#include "selftests/unit/linking.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

struct said {
	struct diag diag;
	int last_code;
};

static void note(void *user, const struct weld_diag *d)
{
	((struct said *)user)->last_code = d->code;
}

static void add(struct disp *c, const char *name, const char *stem, u32 priority)
{
	struct disp_component_opts o = { .name = name, .has_priority = true, .priority = priority };
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.o", PROGS_DIR, stem);
	ck_assert_int_eq(disp_add_file(c, &o, path), 0);
}

static struct sbuf make_state(struct said *s)
{
	struct disp_opts opts = { .counters = true, .license = "GPL" };
	struct sbuf state = { 0 };
	struct disp *c;

	*s = (struct said){ .diag = { .fn = note, .user = s, .error_limit = UINT32_MAX } };
	ck_assert_int_eq(disp_new(&s->diag, &opts, &c), 0);
	add(c, "late", "mapping_dummy", 70);
	add(c, "early", "mapping_pass", 7);
	ck_assert_int_eq(disp_save(c, &state), 0);
	disp_free(c);
	return state;
}

static struct span span(const struct sbuf *b)
{
	return span_of(b->data, b->size);
}

#define NEEDS_CLANG()                                   \
	do {                                            \
		if (!linking_has("mapping_drop"))       \
			unit_skip("needs clang-19");    \
	} while (0)

START_TEST(A3_14_a_chain_comes_back)
{
	struct sbuf state, again = { 0 };
	struct disp *c;
	struct said s;
	struct obj *o;

	NEEDS_CLANG();
	state = make_state(&s);
	ck_assert_int_eq(disp_restore(&s.diag, span(&state), NULL, &c), 0);
	ck_assert_int_eq(disp_save(c, &again), 0);
	ck_assert(span_eq(span(&state), span(&again)));
	ck_assert_str_eq(disp_component_at(c, 0)->name, "late");
	ck_assert_int_eq(disp_order(c), 0);
	ck_assert_str_eq(disp_component_at(c, 0)->name, "early");
	ck_assert_uint_eq(disp_component_at(c, 1)->priority, 70);
	ck_assert_int_eq(disp_build(c, &o), 0);
	ck_assert_str_eq(o->license, "GPL");
	obj_free(o);
	disp_free(c);
	sbuf_free(&state);
	sbuf_free(&again);
}
END_TEST

START_TEST(A3_14_one_is_exchanged)
{
	struct disp_change change = { .name = "early" };
	struct disp *c, *old;
	struct sbuf state;
	struct said s;
	struct obj *o;
	char path[512];

	NEEDS_CLANG();
	state = make_state(&s);
	snprintf(path, sizeof(path), "%s/mapping_drop.o", PROGS_DIR);
	ck_assert_int_eq(obj_open(&s.diag, path, NULL, &change.obj), 0);
	ck_assert_int_eq(disp_restore(&s.diag, span(&state), NULL, &old), 0);
	ck_assert_int_eq(disp_order(old), 0);
	ck_assert_int_eq(disp_restore(&s.diag, span(&state), &change, &c), 0);
	ck_assert(change.found);
	ck_assert_int_eq(disp_build(c, &o), 0);
	/* The place stays, and the other one's map. */
	ck_assert_uint_eq(disp_component_at(c, 0)->priority, 7);
	ck_assert(disp_map_stays(c, old, "late__counters"));
	ck_assert(!disp_map_stays(c, old, "early__counters"));
	ck_assert(disp_map_stays(c, old, disp_counters_name(c)));
	ck_assert(!disp_map_stays(c, old, "no such map"));
	obj_free(o);
	disp_free(c);
	change.name = "nobody";
	ck_assert_int_eq(disp_restore(&s.diag, span(&state), &change, &c), -ENOENT);
	ck_assert_int_eq(s.last_code, DIAG_DISP_NO_COMPONENT);
	disp_free(old);
	obj_free(change.obj);
	sbuf_free(&state);
}
END_TEST

START_TEST(A3_14_bytes_that_are_no_chain)
{
	struct sbuf state;
	struct disp *c;
	struct said s;

	NEEDS_CLANG();
	state = make_state(&s);
	/* Cut: the objects inside are long, so not at each of their bytes. */
	for (size_t n = 0; n < state.size; n += n < 200 ? 1 : 97) {
		char *copy = malloc(n + 1);

		memcpy(copy, state.data, n);
		s.last_code = 0;
		ck_assert_int_eq(disp_restore(&s.diag, span_of(copy, n), NULL, &c), -EINVAL);
		ck_assert_int_eq(s.last_code, DIAG_DISP_STATE);
		free(copy);
	}
	/* Changed: each byte of the head, and some of the rest. */
	for (size_t i = 0; i < state.size; i += i < 200 ? 1 : 61) {
		state.data[i] ^= 0x81;
		if (!disp_restore(&s.diag, span(&state), NULL, &c))
			disp_free(c);
		state.data[i] ^= 0x81;
	}
	sbuf_putc(&state, 0);
	ck_assert_int_eq(disp_restore(&s.diag, span(&state), NULL, &c), -EINVAL);
	sbuf_free(&state);
}
END_TEST

static Suite *state_suite(void)
{
	Suite *s = suite_create("dispatch_state");

	unit_add(s, "state", A3_14_a_chain_comes_back, A3_14_one_is_exchanged,
		 A3_14_bytes_that_are_no_chain);
	return s;
}

int main(void)
{
	return unit_main(state_suite(), NULL);
}
