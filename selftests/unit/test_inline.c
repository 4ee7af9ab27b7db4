/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Frames and inlining (A3.14): what is known of a function's frame, and that a program with its
 * calls inlined gives what it gave before, in the kernel and in the runtime.
 */
#include "uapi/bpf.h"
#include "uapi/elf.h"

#include "linker/frame.h"
#include "linker/inline.h"
#include "selftests/unit/linking.h"
#include "selftests/unit/running.h"
#include "selftests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { PACKET = 64, ROUNDS = 3 };

/* --- running ----------------------------------------------------------------------------- */

/* What the programs of an object do: whether they load, and what each run gave. */
struct outcome {
	int err;
	VEC(u32) values;
};

static void run_all(struct load_inst *inst, struct outcome *out)
{
	for (u32 f = 1; f < inst->obj->funcs.n; f++) {
		if (!obj_func(inst->obj, (func_id){ f })->is_entry)
			continue;
		for (u32 round = 0; round < ROUNDS; round++) {
			u8 packet[PACKET] = { (u8)round }, back[512];
			struct load_test_run run = {
				.data_in = packet, .data_size_in = PACKET - round * 7, .repeat = 1,
				.data_out = back, .data_size_out = sizeof(back),
			};
			u32 sum = 0;
			int err;

			packet[12] = 8;
			err = load_test_run(inst, (func_id){ f }, &run);
			for (u32 i = 0; !err && i < run.data_size_out && i < sizeof(back); i++)
				sum = sum * 31 + back[i];
			ck_assert_int_eq(vec_append(&out->values, &(u32){ (u32)err }, 1), 0);
			ck_assert_int_eq(vec_append(&out->values, &run.retval, 1), 0);
			ck_assert_int_eq(vec_append(&out->values, &sum, 1), 0);
		}
	}
}

static struct outcome outcome_of(const struct obj *o, bool on_kernel)
{
	struct outcome out = { 0 };
	struct running r;

	out.err = running_try(&r, o, on_kernel);
	if (!out.err)
		run_all(r.inst, &out);
	running_stop(&r);
	return out;
}

/* --- objects ----------------------------------------------------------------------------- */

static struct obj *open_linked(const char *stem)
{
	const char *specs[] = { stem, NULL };

	return linking_of(&(struct link_opts){ .allow_unresolved = true }, specs);
}

/* With everything that was said in t. */
static struct obj *inline_said(struct linking *t, struct obj *o, const char *name, int want)
{
	struct obj *out = NULL;

	linking_begin(t, NULL);
	o->diag = &t->diag;
	ck_assert_int_eq(link_inline_funcs(o, &name, 1, false, &out), want);
	return out;
}

static struct obj *inline_names(const struct obj *o, const char *const *names, u32 n)
{
	struct obj *out = NULL;

	ck_assert_int_eq(link_inline_funcs(o, names, n, false, &out), 0);
	ck_assert_ptr_nonnull(out);
	return out;
}

/* All functions that aren't programs. */
static struct obj *inline_everything(const struct obj *o)
{
	VEC(const char *) names = { 0 };
	struct obj *out = NULL;

	for (u32 f = 1; f < o->funcs.n; f++) {
		const char *name = obj_func_name(o, (func_id){ f });

		if (!o->funcs.v[f].is_entry)
			ck_assert_int_eq(vec_append(&names, &name, 1), 0);
	}
	if (names.n)
		out = inline_names(o, names.v, names.n);
	vec_free(&names);
	return out;
}

static u32 count_calls(const struct obj *o, const char *name)
{
	func_id f = obj_find_func(o, name);
	u32 n = 0;

	for (u32 s = 1; s < o->secs.n && f.i; s++)
		for (u32 i = 0; i < o->secs.v[s].relocs.n; i++)
			n += o->secs.v[s].relocs.v[i].type == R_BPF_64_32 &&
			     obj_reloc_func(o, &o->secs.v[s].relocs.v[i]).i == f.i;
	return n;
}

/* --- frames ------------------------------------------------------------------------------ */

static struct link_frame_facts facts_of(const struct obj *o, const char *name)
{
	struct link_frame_facts facts, *all;
	func_id f = obj_find_func(o, name);

	ck_assert_msg(f.i, "%s", name);
	ck_assert_int_eq(link_frame_facts(o, f, &facts), 0);
	ck_assert_int_eq(link_frames(o, &all), 0);
	ck_assert_uint_eq(all[f.i].depth, facts.depth);
	ck_assert_int_eq(all[f.i].recursive, facts.recursive);
	free(all);
	return facts;
}

START_TEST(A3_14_frames_are_as_deep_as_they_say)
{
	static const struct {
		const char *name;
		u32 depth;
	} want[] = {
		{ "depth_0", 0 }, { "depth_8", 8 }, { "depth_40", 40 }, { "depth_64", 64 },
		{ "depth_32", 32 }, { "depth_unbound", LINK_DEPTH_UNBOUND },
		{ "below", 0 }, { "depth_24_by_callee", 24 }, { "depth_48_by_memory", 48 },
		{ "stores_fp", 16 },
	};
	struct obj *o;

	if (!linking_has("inline_frames"))
		unit_skip("needs clang-19");
	o = open_linked("inline_frames");
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		ck_assert_msg(facts_of(o, want[i].name).depth == want[i].depth, "%s: %u",
			      want[i].name, facts_of(o, want[i].name).depth);
	ck_assert_uint_eq(facts_of(o, "saves_6_8").saved, 1 << 6 | 1 << 8);
	ck_assert(facts_of(o, "jump_on").tail_calls);
	ck_assert(!facts_of(o, "inline_tail").tail_calls);
	ck_assert(!facts_of(o, "mixed").recursive);
	obj_free(o);
}
END_TEST

/* Where a number may be negative, or a callback anybody's, no depth is told. */
START_TEST(A3_14_frames_that_look_less_deep)
{
	static const struct {
		const char *name;
		u32 depth;
	} want[] = {
		{ "by_difference", LINK_DEPTH_UNBOUND }, { "by_sum", LINK_DEPTH_UNBOUND },
		{ "by_address", LINK_DEPTH_UNBOUND }, { "by_argument", LINK_DEPTH_UNBOUND },
		{ "by_result", LINK_DEPTH_UNBOUND }, { "by_memory", LINK_DEPTH_UNBOUND },
		{ "gives_argument", 0 }, { "depth_24_by_callback", 24 },
		{ "depth_40_by_either", 40 }, { "depth_48_by_found", 48 },
	};
	struct obj *o;

	if (!linking_has("inline_odd"))
		unit_skip("needs clang-19");
	o = open_linked("inline_odd");
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		ck_assert_msg(facts_of(o, want[i].name).depth == want[i].depth, "%s: %u",
			      want[i].name, facts_of(o, want[i].name).depth);
	obj_free(o);
	o = open_linked("inline_core");
	ck_assert_uint_eq(facts_of(o, "depth_unbound").depth, LINK_DEPTH_UNBOUND);
	ck_assert_uint_eq(facts_of(o, "depth_8").depth, 8);
	ck_assert_uint_eq(facts_of(o, "depth_32_by_kfunc").depth, 32);
	ck_assert_uint_eq(facts_of(o, "by_argument_of_kfunc").depth, LINK_DEPTH_UNBOUND);
	obj_free(o);
}
END_TEST

/* --- inlining ---------------------------------------------------------------------------- */

START_TEST(A3_14_calls_become_bodies)
{
	static const char *const names[] = { "mixed", "depth_8", "stores_fp", "depth_unbound",
					     "jump_on" };
	struct obj *o, *out;

	if (!linking_has("inline_frames"))
		unit_skip("needs clang-19");
	o = open_linked("inline_frames");
	out = inline_names(o, names, ARRAY_SIZE(names));
	/* Gone, since it was static and nothing calls it any more. */
	ck_assert_uint_eq(obj_find_func(out, "mixed").i, 0);
	ck_assert_uint_eq(obj_find_func(out, "depth_8").i, 0);
	/* A frame that can't be moved, a tail call. */
	ck_assert_uint_eq(count_calls(out, "stores_fp"), 1);
	ck_assert_uint_eq(count_calls(out, "depth_unbound"), 1);
	ck_assert_uint_eq(count_calls(out, "jump_on"), 1);
	ck_assert_uint_eq(count_calls(out, "depth_0"), count_calls(o, "depth_0"));
	obj_free(out);
	obj_free(o);
}
END_TEST

START_TEST(A3_14_a_call_that_stays_says_why)
{
	struct linking t;
	struct obj *o;

	if (!linking_has("inline_frames"))
		unit_skip("needs clang-19");
	o = open_linked("inline_frames");
	obj_free(inline_said(&t, o, "jump_on", 0));
	ck_assert_uint_eq(t.diag.n_warnings, 1);
	ck_assert(linking_says(&t, DIAG_LINK_INLINE_KEPT, "tail call would end the caller"));
	ck_assert(linking_says(&t, DIAG_LINK_INLINE_KEPT, "inline_tail"));
	linking_end(&t);
	obj_free(inline_said(&t, o, "depth_unbound", 0));
	ck_assert(linking_says(&t, DIAG_LINK_INLINE_KEPT, "512 bytes"));
	linking_end(&t);
	ck_assert_ptr_null(inline_said(&t, o, "dept_8", -ENOENT));
	ck_assert(linking_says(&t, DIAG_LINK_NO_INLINE, "did you mean depth_8"));
	linking_end(&t);
	obj_free(o);
}
END_TEST

START_TEST(A3_14_an_inlined_object_links_to_itself)
{
	struct obj *o, *out, *again;
	struct sbuf a, b;
	struct linking t;

	if (!linking_has("inline_frames"))
		unit_skip("needs clang-19");
	o = open_linked("inline_frames");
	out = inline_everything(o);
	linking_begin(&t, NULL);
	ck_assert_int_eq(link_add_obj(t.l, "a", out, true, NULL), 0);
	again = linking_finish(&t, 0);
	a = linking_bytes(out);
	b = linking_bytes(again);
	ck_assert_uint_eq(a.size, b.size);
	ck_assert_int_eq(memcmp(a.data, b.data, a.size), 0);
	sbuf_free(&a);
	sbuf_free(&b);
	linking_end(&t);
	obj_free(again);
	obj_free(out);
	obj_free(o);
}
END_TEST

/* Both sides load, or the inlined one loads where the other didn't; the values are the same. */
static void compare(const char *stem, const struct obj *before, const struct obj *after,
		    bool on_kernel)
{
	struct outcome a = outcome_of(before, on_kernel), b = outcome_of(after, on_kernel);

	ck_assert_msg(a.err || !b.err, "%s: %d became %d", stem, a.err, b.err);
	ck_assert_msg(!a.err || (strcmp(stem, "inline_frames") && strcmp(stem, "inline_odd")),
		      "%s: %d", stem, a.err);
	ck_assert_msg(a.err || a.values.n == b.values.n, "%s", stem);
	for (u32 i = 0; !a.err && i < a.values.n; i++)
		ck_assert_msg(a.values.v[i] == b.values.v[i],
			      "%s on the %s: run %u gave %#x, not %#x", stem,
			      on_kernel ? "kernel" : "runtime", i / 3, b.values.v[i],
			      a.values.v[i]);
	vec_free(&a.values);
	vec_free(&b.values);
}

/* Those of clang-19, in two instruction sets, that can be opened. */
static bool wanted(const char *file)
{
	const char *dot = strchr(file, '.');

	return dot && (!strcmp(dot, ".o") || !strcmp(dot, ".v4.o")) &&
	       strncmp(file, "kinds_legacy.", 13) != 0;
}

static u32 compare_file(const char *file, bool on_kernel)
{
	char stem[256];
	struct obj *o, *out;

	snprintf(stem, sizeof(stem), "%.*s", (int)strlen(file) - 2, file);
	o = open_linked(stem);
	out = inline_everything(o);
	if (out)
		compare(stem, o, out, on_kernel);
	obj_free(out);
	obj_free(o);
	return out != NULL;
}

static u32 compare_all(bool on_kernel)
{
	DIR *dir = opendir(PROGS_DIR);
	struct dirent *e;
	u32 n = 0;

	ck_assert_ptr_nonnull(dir);
	while ((e = readdir(dir)))
		if (wanted(e->d_name))
			n += compare_file(e->d_name, on_kernel);
	closedir(dir);
	return n;
}

/* Every function of every program of the corpus, inlined wherever it is called. */
START_TEST(A3_14_runtime_gives_the_same)
{
	if (!linking_has("inline_frames"))
		unit_skip("needs clang-19");
	ck_assert_uint_ge(compare_all(false), 10);
}
END_TEST

START_TEST(A3_14_kernel_gives_the_same)
{
	if (!linking_has("inline_frames"))
		unit_skip("needs clang-19");
	if (!running_kernel_answers())
		unit_skip("bpf(2) may not be used here");
	ck_assert_uint_ge(compare_all(true), 10);
}
END_TEST

static Suite *inline_suite(void)
{
	Suite *s = suite_create("inline");

	unit_add(s, "frames", A3_14_frames_are_as_deep_as_they_say,
		 A3_14_frames_that_look_less_deep);
	unit_add(s, "inline", A3_14_calls_become_bodies,
		 A3_14_a_call_that_stays_says_why, A3_14_an_inlined_object_links_to_itself);
	unit_add(s, "behaviour", A3_14_runtime_gives_the_same, A3_14_kernel_gives_the_same);
	return s;
}

int main(void)
{
	return unit_main(inline_suite(), NULL);
}
