/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The image builder and the loader against a target that answers from a script: A1.7 (order of
 * functions, info records), A6.2 (one stream), and every way in which a target can refuse.
 */
#include "lib/load/load.h"

#include <stdlib.h>

#include "selftests/unit/fake_target.h"
#include "selftests/unit/unit.h"

struct said {
	int n, code, err, insn;
	char text[512], detail[4096];
	bool has_help;
};

static void listen(void *user, const struct weld_diag *d)
{
	struct said *s = user;

	s->n++;
	s->code = d->code;
	s->err = d->err;
	s->insn = (int)d->at.insn;
	s->has_help = d->help != NULL;
	snprintf(s->text, sizeof(s->text), "%s", d->text);
	snprintf(s->detail, sizeof(s->detail), "%s", d->detail ? d->detail : "");
}

/* What most tests need: an object, a script, and what was said. */
struct world {
	struct diag d;
	struct said said;
	struct fake_target fake;
	struct obj *o;
	struct load_inst *inst;
};

static struct world w;

static bool open_prog(const char *name)
{
	char path[512];

	w.d = (struct diag){ .fn = listen, .user = &w.said, .error_limit = 1000 };
	snprintf(path, sizeof(path), "%s/%s.o", PROGS_DIR, name);
	return !obj_open(&w.d, path, NULL, &w.o);
}

#define OPEN_OR_SKIP(name) \
	do { \
		if (!open_prog(name)) \
			unit_skip("%s.o was not built", name); \
	} while (0)

static int load(const struct load_opts *opts)
{
	return load_object(&w.d, w.o, fake_target(&w.fake), opts, &w.inst);
}

static void close_world(void)
{
	load_close(w.inst);
	obj_free(w.o);
	ck_assert_int_eq(w.fake.open, 0);
}

/* --- images --------------------------------------------------------------------------- */

START_TEST(A1_7_main_first_then_each_callee_once)
{
	struct img *img;
	func_id main_id;

	OPEN_OR_SKIP("kinds_calls");
	for (u32 i = 1; i < w.o->funcs.n; i++) {
		main_id.i = i;
		if (!w.o->funcs.v[i].is_entry)
			continue;
		ck_assert_int_eq(img_build(&w.d, w.o, main_id, &img), 0);
		ck_assert_uint_eq(img->funcs.v[0].func.i, i);
		for (u32 f = 0, at = 0; f < img->funcs.n; f++) {
			ck_assert_uint_eq(img->funcs.v[f].insn, at);
			at += img->funcs.v[f].n_insns;
			for (u32 k = 0; k < f; k++)
				ck_assert_uint_ne(img->funcs.v[k].func.i, img->funcs.v[f].func.i);
			ck_assert(f + 1 < img->funcs.n || at == img->insns.n);
		}
		img_free(img);
	}
	close_world();
}
END_TEST

START_TEST(A1_7_one_func_info_a_function_and_lines_at_each_start)
{
	struct img *img;

	OPEN_OR_SKIP("kinds_calls");
	for (u32 i = 1; i < w.o->funcs.n; i++) {
		if (!w.o->funcs.v[i].is_entry)
			continue;
		ck_assert_int_eq(img_build(&w.d, w.o, (func_id){ i }, &img), 0);
		ck_assert_uint_eq(img->func_infos.n, img->funcs.n);
		for (u32 f = 0; f < img->funcs.n; f++) {
			bool found = false;

			ck_assert_uint_eq(img->func_infos.v[f].insn, img->funcs.v[f].insn);
			for (u32 l = 0; l < img->line_infos.n; l++)
				found |= img->line_infos.v[l].insn == img->funcs.v[f].insn;
			ck_assert(found);
		}
		for (u32 l = 1; l < img->line_infos.n; l++)
			ck_assert_uint_lt(img->line_infos.v[l - 1].insn, img->line_infos.v[l].insn);
		img_free(img);
	}
	close_world();
}
END_TEST

START_TEST(A1_7_calls_reach_function_starts)
{
	struct img *img;

	OPEN_OR_SKIP("kinds_calls");
	for (u32 i = 1; i < w.o->funcs.n; i++) {
		if (!w.o->funcs.v[i].is_entry)
			continue;
		ck_assert_int_eq(img_build(&w.d, w.o, (func_id){ i }, &img), 0);
		for (u32 at = 0; at < img->insns.n; at++) {
			const struct bpf_insn *insn = &img->insns.v[at];
			bool start = false;

			if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg != BPF_PSEUDO_CALL)
				continue;
			for (u32 f = 0; f < img->funcs.n; f++)
				start |= (s64)img->funcs.v[f].insn == (s64)at + 1 + insn->imm;
			ck_assert(start);
		}
		img_free(img);
	}
	close_world();
}
END_TEST

START_TEST(A3_2_externs_that_are_left_are_named)
{
	OPEN_OR_SKIP("mapping_dispatcher");
	ck_assert_int_eq(load(NULL), -ENOENT);
	ck_assert_int_eq(w.said.code, DIAG_IMG_EXTERN_LEFT);
	ck_assert(w.said.has_help);
	close_world();
}
END_TEST

START_TEST(A3_1_no_extern_of_BTF_reaches_a_target)
{
	struct btf *btf;

	OPEN_OR_SKIP("mapping_dispatcher");
	ck_assert_int_eq(img_btf(&w.d, w.o, &btf), 0);
	for (u32 id = 1; id <= btf_n_types(btf); id++) {
		const struct btf_type *t = btf_type(btf, id);

		if (btf_kind(t) == BTF_KIND_FUNC)
			ck_assert_uint_ne(btf_func_linkage(t), BTF_FUNC_EXTERN);
		if (btf_kind(t) == BTF_KIND_VAR)
			ck_assert_uint_ne(btf_var_linkage(t), BTF_VAR_GLOBAL_EXTERN);
		if (btf_kind(t) == BTF_KIND_DATASEC)
			ck_assert_uint_ne(t->size, 0);
	}
	ck_assert_uint_ge(btf_n_types(btf), btf_n_types(w.o->btf));
	btf_free(btf);
	close_world();
}
END_TEST

START_TEST(A3_5_enums_that_are_only_declared_get_a_size)
{
	struct btf *btf;
	u32 n = 0;

	OPEN_OR_SKIP("kinds_forwards");
	ck_assert_int_eq(img_btf(&w.d, w.o, &btf), 0);
	for (u32 id = 1; id <= btf_n_types(btf); id++) {
		const struct btf_type *t = btf_type(btf, id);

		if (btf_kind(t) != BTF_KIND_ENUM || btf_vlen(t))
			continue;
		ck_assert_uint_eq(t->size, 4);
		n++;
	}
	ck_assert_uint_eq(n, 1);
	btf_free(btf);
	close_world();
}
END_TEST

/* GCC says of a signed char that it is both; the kernel takes one. */
START_TEST(A3_5_no_int_has_two_encodings)
{
	const u32 both = BTF_INT_SIGNED | BTF_INT_CHAR;
	struct btf *btf;
	u32 n = 0;

	OPEN_OR_SKIP("algo_text.gcc");
	ck_assert_int_eq(img_btf(&w.d, w.o, &btf), 0);
	for (u32 id = 1; id <= btf_n_types(w.o->btf); id++) {
		if (btf_kind_of(btf, id) != BTF_KIND_INT)
			continue;
		n += BTF_INT_ENCODING(btf_int_word(btf_type(w.o->btf, id))) == both;
		ck_assert_uint_ne(BTF_INT_ENCODING(btf_int_word(btf_type(btf, id))), both);
	}
	ck_assert_uint_gt(n, 0);
	btf_free(btf);
	close_world();
}
END_TEST

START_TEST(core_relocations_are_refused_by_name)
{
	OPEN_OR_SKIP("kinds_core");
	ck_assert_int_eq(load(NULL), -ENOTSUP);
	ck_assert_int_eq(w.said.code, DIAG_IMG_NEEDS_CORE);
	close_world();
}
END_TEST

/* --- loading -------------------------------------------------------------------------- */

START_TEST(everything_is_made_and_given_back)
{
	const struct fake_call *prog;

	OPEN_OR_SKIP("mapping_drop");
	ck_assert_int_eq(load(NULL), 0);
	ck_assert_ptr_nonnull(fake_find(&w.fake, BPF_BTF_LOAD, 1));
	ck_assert_ptr_nonnull(fake_find(&w.fake, BPF_MAP_CREATE, 1));
	prog = fake_find(&w.fake, BPF_PROG_LOAD, 1);
	ck_assert_ptr_nonnull(prog);
	ck_assert_uint_eq(prog->attr.prog_type, BPF_PROG_TYPE_XDP);
	ck_assert_str_eq(prog->attr.prog_name, "xdp_main");
	ck_assert_uint_eq(prog->attr.func_info_cnt, 3);
	ck_assert_uint_ne(prog->attr.line_info_cnt, 0);
	ck_assert_uint_eq(prog->attr.log_level, 0);
	ck_assert_int_eq(w.fake.open, 3);
	close_world();
}
END_TEST

START_TEST(map_handles_are_patched_in)
{
	const struct fake_call *map;
	const struct img *img = NULL;

	OPEN_OR_SKIP("mapping_drop");
	ck_assert_int_eq(load(NULL), 0);
	map = fake_find(&w.fake, BPF_MAP_CREATE, 1);
	for (u32 i = 1; i < w.o->funcs.n; i++)
		img = w.inst->progs[i].img ? w.inst->progs[i].img : img;
	ck_assert_uint_ne(img->map_refs.n, 0);
	for (u32 i = 0; i < img->map_refs.n; i++) {
		const struct bpf_insn *insn = &img->insns.v[img->map_refs.v[i].insn];

		ck_assert_int_eq(insn->imm, map->ret);
		ck_assert_uint_eq(insn->src_reg, BPF_PSEUDO_MAP_FD);
	}
	close_world();
}
END_TEST

START_TEST(any_call_may_fail_and_nothing_leaks)
{
	/* Nothing is pinned yet. */
	const struct fake_rule no_pin = { .cmd = BPF_OBJ_GET, .err = -ENOENT };
	int n_calls;

	OPEN_OR_SKIP("kinds_maps");
	w.fake.rules[0] = no_pin;
	ck_assert_int_eq(load(NULL), 0);
	n_calls = w.fake.n_calls;
	load_close(w.inst);
	w.inst = NULL;
	ck_assert_int_gt(n_calls, 3);
	for (int n = 1; n <= n_calls; n++) {
		int err;

		w.fake = (struct fake_target){ .rules = { no_pin }, .fail_call = n };
		w.said.n = 0;
		err = load(NULL);
		/* A BTF, or a map's types, can be done without. */
		ck_assert(err == 0 || err == -EIO);
		ck_assert(!err || w.said.n > 0);
		if (!err)
			load_close(w.inst);
		w.inst = NULL;
		ck_assert_int_eq(w.fake.open, 0);
	}
	close_world();
}
END_TEST

START_TEST(btf_that_is_refused_is_left_out)
{
	OPEN_OR_SKIP("mapping_drop");
	w.fake.rules[0] =
		(struct fake_rule){ .cmd = BPF_BTF_LOAD, .err = -EINVAL, .log = "no such kind" };
	ck_assert_int_eq(load(NULL), 0);
	ck_assert_int_eq(w.said.code, DIAG_LOAD_BTF_REFUSED);
	ck_assert_str_eq(w.said.detail, "no such kind");
	ck_assert_uint_eq(fake_find(&w.fake, BPF_PROG_LOAD, 1)->attr.func_info_cnt, 0);
	close_world();
}
END_TEST

START_TEST(a_refused_program_shows_the_log)
{
	OPEN_OR_SKIP("mapping_drop");
	w.fake.rules[0] = (struct fake_rule){
		.cmd = BPF_PROG_LOAD,
		.err = -EACCES,
		.log = "0: (b7) r0 = 0\n2: (85) call pc+3\nR1 !read_ok\nprocessed 1 insns\n",
	};
	ck_assert_int_eq(load(NULL), -EACCES);
	ck_assert_int_eq(w.said.code, DIAG_LOAD_PROG_REFUSED);
	/* The place is that of the last instruction in the log: the main function comes first. */
	ck_assert_int_eq(w.said.insn, 2);
	ck_assert_ptr_nonnull(strstr(w.said.text, "R1 !read_ok"));
	ck_assert_ptr_nonnull(strstr(w.said.detail, "processed 1 insns"));
	/* Without a log first, then with one. */
	ck_assert_uint_eq(fake_find(&w.fake, BPF_PROG_LOAD, 1)->attr.log_level, 0);
	ck_assert_uint_eq(fake_find(&w.fake, BPF_PROG_LOAD, 2)->attr.log_level, 1);
	close_world();
}
END_TEST

START_TEST(a_log_buffer_that_is_too_small_grows)
{
	OPEN_OR_SKIP("mapping_drop");
	w.fake.rules[0] = (struct fake_rule){ .cmd = BPF_PROG_LOAD, .nth = 1, .err = -EACCES };
	w.fake.rules[1] = (struct fake_rule){ .cmd = BPF_PROG_LOAD, .nth = 2, .err = -ENOSPC };
	w.fake.rules[2] =
		(struct fake_rule){ .cmd = BPF_PROG_LOAD, .nth = 3, .err = -EACCES, .log = "why" };
	ck_assert_int_eq(load(NULL), -EACCES);
	ck_assert_uint_gt(fake_find(&w.fake, BPF_PROG_LOAD, 3)->attr.log_size,
			  fake_find(&w.fake, BPF_PROG_LOAD, 2)->attr.log_size);
	ck_assert_ptr_nonnull(strstr(w.said.text, "why"));
	close_world();
}
END_TEST

START_TEST(EAGAIN_is_tried_again_and_given_up_in_the_end)
{
	OPEN_OR_SKIP("mapping_drop");
	w.fake.rules[0] = (struct fake_rule){ .cmd = BPF_PROG_LOAD, .err = -EAGAIN, .times = 2 };
	ck_assert_int_eq(load(NULL), 0);
	ck_assert_int_eq(w.fake.n_of_cmd[BPF_PROG_LOAD], 3);
	load_close(w.inst);
	w.inst = NULL;
	w.fake = (struct fake_target){ .rules = { { .cmd = BPF_PROG_LOAD, .err = -EAGAIN } } };
	ck_assert_int_eq(load(NULL), -EAGAIN);
	ck_assert_int_lt(w.fake.n_of_cmd[BPF_PROG_LOAD], 100);
	close_world();
}
END_TEST

START_TEST(EPERM_and_E2BIG_come_with_a_hint)
{
	static const int errs[] = { -EPERM, -E2BIG };

	OPEN_OR_SKIP("mapping_drop");
	for (size_t i = 0; i < ARRAY_SIZE(errs); i++) {
		w.fake = (struct fake_target){ .rules = {
						       { .cmd = BPF_PROG_LOAD, .err = errs[i] } } };
		w.said.has_help = false;
		ck_assert_int_eq(load(NULL), errs[i]);
		ck_assert(w.said.has_help);
	}
	w.fake = (struct fake_target){ .rules = { { .cmd = BPF_MAP_CREATE, .err = -EPERM } } };
	ck_assert_int_eq(load(NULL), -EPERM);
	ck_assert_int_eq(w.said.code, DIAG_LOAD_MAP_CREATE);
	close_world();
}
END_TEST

START_TEST(one_program_alone_can_be_asked_for)
{
	OPEN_OR_SKIP("kinds_sections");
	ck_assert_int_eq(load(&(struct load_opts){ .only_prog = "no_such_program" }), -ENOENT);
	ck_assert_int_eq(w.said.code, DIAG_LOAD_NO_PROG);
	close_world();
}
END_TEST

START_TEST(a_pin_is_used_when_it_fits)
{
	const struct fake_rule no_pin = { .cmd = BPF_OBJ_GET, .err = -ENOENT };
	const struct fake_call *made;

	OPEN_OR_SKIP("kinds_maps");
	w.fake.rules[0] = no_pin;
	ck_assert_int_eq(load(NULL), 0);
	ck_assert_int_eq(w.fake.n_of_cmd[BPF_OBJ_PIN], 1);
	load_close(w.inst);
	w.inst = NULL;
	/* Something else is pinned there. */
	w.fake = (struct fake_target){ .map_info = { .type = BPF_MAP_TYPE_HASH, .key_size = 77 } };
	ck_assert_int_eq(load(NULL), -EINVAL);
	ck_assert_int_eq(w.said.code, DIAG_LOAD_PIN_DIFFERS);
	/* The same definition is pinned there: nothing new is made of it. */
	w.fake = (struct fake_target){ .n_calls = 0 };
	for (u32 i = 1; i < w.o->maps.n; i++) {
		const struct obj_map *m = &w.o->maps.v[i];

		if (m->pinning == OBJ_PIN_BY_NAME)
			w.fake.map_info = (struct bpf_map_info){
				.type = m->type,
				.key_size = m->key_size,
				.value_size = m->value_size,
				.max_entries = m->max_entries,
				.map_flags = m->flags,
			};
	}
	ck_assert_int_eq(load(NULL), 0);
	ck_assert_int_eq(w.fake.n_of_cmd[BPF_OBJ_PIN], 0);
	for (int n = 1; (made = fake_find(&w.fake, BPF_MAP_CREATE, n)); n++)
		ck_assert_str_ne(made->attr.map_name, "pinned");
	close_world();
}
END_TEST

START_TEST(the_other_byte_order_is_not_loaded)
{
	OPEN_OR_SKIP("mapping_drop.eb");
	ck_assert_int_eq(load(NULL), -ENOTSUP);
	ck_assert_int_eq(w.said.code, DIAG_LOAD_BYTE_ORDER);
	ck_assert_int_eq(w.fake.n_calls, 0);
	close_world();
}
END_TEST

START_TEST(a_test_run_that_fails_says_why)
{
	struct load_test_run run = { .data_size_in = 3 };
	func_id id = { 0 };

	OPEN_OR_SKIP("mapping_drop");
	ck_assert_int_eq(load(NULL), 0);
	id = obj_find_func(w.o, "xdp_main");
	w.fake.rules[0] = (struct fake_rule){ .cmd = BPF_PROG_TEST_RUN, .err = -EINVAL };
	ck_assert_int_eq(load_test_run(w.inst, id, &run), -EINVAL);
	ck_assert_int_eq(w.said.code, DIAG_LOAD_TEST_RUN);
	close_world();
}
END_TEST

static Suite *image_suite(void)
{
	Suite *s = suite_create("image");

	unit_add(s, "build", A1_7_main_first_then_each_callee_once,
		 A1_7_one_func_info_a_function_and_lines_at_each_start,
		 A1_7_calls_reach_function_starts, A3_2_externs_that_are_left_are_named,
		 A3_1_no_extern_of_BTF_reaches_a_target,
		 A3_5_enums_that_are_only_declared_get_a_size, A3_5_no_int_has_two_encodings,
		 core_relocations_are_refused_by_name);
	return s;
}

static Suite *load_suite(void)
{
	Suite *s = suite_create("load");

	unit_add(s, "load", everything_is_made_and_given_back, map_handles_are_patched_in,
		 any_call_may_fail_and_nothing_leaks, btf_that_is_refused_is_left_out,
		 a_refused_program_shows_the_log, a_log_buffer_that_is_too_small_grows,
		 EAGAIN_is_tried_again_and_given_up_in_the_end, EPERM_and_E2BIG_come_with_a_hint,
		 one_program_alone_can_be_asked_for, a_pin_is_used_when_it_fits,
		 the_other_byte_order_is_not_loaded, a_test_run_that_fails_says_why);
	return s;
}

int main(void)
{
	return unit_main(image_suite(), load_suite(), NULL);
}
