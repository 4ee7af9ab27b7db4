/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Programs in the place of a dispatcher's stubs (A3.13, A3.15): what bpf(2) is asked, by a target
 * that answers from a script, and each answer being a refusal in turn.
 */
#include "lib/load/freplace.h"
#include "linker/dispatch/dispatch.h"
#include "selftests/unit/fake_target.h"
#include "selftests/unit/linking.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

struct stage {
	struct diag diag;
	struct fake_target fake;
	struct obj *stubs, *component;
	struct load_inst *inst;
	int last_code;
	bool has_help;
};

static void note(void *user, const struct weld_diag *d)
{
	struct stage *s = user;

	s->last_code = d->code;
	s->has_help = d->help != NULL;
}

static void set_up(struct stage *s)
{
	struct disp_opts opts = { .mode = DISP_FREPLACE };
	struct disp *c;
	char path[512];

	*s = (struct stage){ .diag = { .fn = note, .user = s, .error_limit = 1000 } };
	snprintf(path, sizeof(path), "%s/chain_counter.o", PROGS_DIR);
	ck_assert_int_eq(disp_new(&s->diag, &opts, &c), 0);
	ck_assert_int_eq(disp_add_file(c, NULL, path), 0);
	ck_assert_int_eq(disp_build(c, &s->stubs), 0);
	disp_free(c);
	ck_assert_int_eq(obj_open(&s->diag, path, NULL, &s->component), 0);
	ck_assert_int_eq(load_object(&s->diag, s->stubs, fake_target(&s->fake), NULL, &s->inst), 0);
}

static void tear_down(struct stage *s)
{
	load_close(s->inst);
	obj_free(s->stubs);
	obj_free(s->component);
	ck_assert_int_eq(s->fake.open, 0);
}

static int replace(struct stage *s, const char *function, struct load_inst **ext, int *link)
{
	struct load_replaced at = { .inst = s->inst, .function = function };

	at.program = obj_find_func(s->stubs, "xdp_dispatcher");
	ck_assert(at.program.i);
	return load_freplace(&at, s->component, "entry_main", ext, link);
}

START_TEST(A3_15_asks_for_the_stubs_place)
{
	const struct fake_call *load, *link_call;
	struct load_inst *ext;
	struct stage s;
	int link, before, target;
	u32 id;

	if (!linking_has("chain_counter"))
		unit_skip("needs clang-19");
	set_up(&s);
	before = s.fake.n_of_cmd[BPF_PROG_LOAD];
	target = s.inst->progs[obj_find_func(s.stubs, "xdp_dispatcher").i].handle;
	id = btf_find(s.inst->btf, "prog0", BTF_KIND_FUNC);
	ck_assert_int_eq(replace(&s, "prog0", &ext, &link), 0);
	load = fake_find(&s.fake, BPF_PROG_LOAD, before + 1);
	ck_assert_uint_eq(load->attr.prog_type, BPF_PROG_TYPE_EXT);
	ck_assert_uint_eq(load->attr.expected_attach_type, 0);
	ck_assert_int_eq((int)load->attr.attach_prog_fd, target);
	ck_assert_uint_eq(load->attr.attach_btf_id, id);
	link_call = fake_find(&s.fake, BPF_LINK_CREATE, 1);
	ck_assert_int_eq((int)link_call->attr.link_create.prog_fd, load->ret);
	ck_assert_int_eq((int)link_call->attr.link_create.target_fd, target);
	ck_assert_uint_eq(link_call->attr.link_create.target_btf_id, id);
	ck_assert_uint_eq(link_call->attr.link_create.attach_type, 0);
	ck_assert_uint_eq(link_call->attr.link_create.flags, 0);
	load_close(ext);
	tear_down(&s);
}
END_TEST

START_TEST(A3_15_a_stub_that_is_not_there)
{
	struct load_inst *ext;
	struct stage s;
	int link;

	if (!linking_has("chain_counter"))
		unit_skip("needs clang-19");
	set_up(&s);
	ck_assert_int_eq(replace(&s, "prog77", &ext, &link), -ENOENT);
	ck_assert_int_eq(s.last_code, DIAG_LOAD_FREPLACE);
	tear_down(&s);
}
END_TEST

START_TEST(A3_15_refusals_say_what_else_there_is)
{
	static const int cmds[] = { BPF_PROG_LOAD, BPF_LINK_CREATE };
	struct load_inst *ext;
	struct stage s;
	int link;

	if (!linking_has("chain_counter"))
		unit_skip("needs clang-19");
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++) {
		set_up(&s);
		s.fake.rules[0] = (struct fake_rule){ .cmd = cmds[i], .err = -EPERM };
		ck_assert_int_eq(replace(&s, "prog0", &ext, &link), -EPERM);
		ck_assert_int_eq(s.last_code, DIAG_LOAD_FREPLACE);
		ck_assert(s.has_help);
		tear_down(&s);
	}
}
END_TEST

START_TEST(A3_15_each_call_fails_in_turn)
{
	struct load_inst *ext;
	struct stage s;
	int link, calls;

	if (!linking_has("chain_counter"))
		unit_skip("needs clang-19");
	set_up(&s);
	calls = s.fake.n_calls;
	ck_assert_int_eq(replace(&s, "prog0", &ext, &link), 0);
	calls = s.fake.n_calls - calls;
	load_close(ext);
	tear_down(&s);
	for (int n = 1; n <= calls; n++) {
		set_up(&s);
		s.fake.fail_call = s.fake.n_calls + n;
		/* A BTF that is refused is done without, and other calls are tried again. */
		if (!replace(&s, "prog0", &ext, &link))
			load_close(ext);
		else
			ck_assert_int_ne(s.last_code, 0);
		tear_down(&s);
	}
}
END_TEST

static Suite *freplace_suite(void)
{
	Suite *s = suite_create("freplace");

	unit_add(s, "freplace", A3_15_asks_for_the_stubs_place, A3_15_a_stub_that_is_not_there,
		 A3_15_refusals_say_what_else_there_is, A3_15_each_call_fails_in_turn);
	return s;
}

int main(void)
{
	return unit_main(freplace_suite(), NULL);
}
