/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A1.2: function boundaries and the flow graph. */
#include "selftests/fault_malloc.h"
#include "selftests/unit/unit.h"

#include "lib/isa/isa.h"

static struct isa_asm assemble(const char *text)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct isa_asm out;

	ck_assert_msg(!isa_asm(&d, "test", span_str(text), &out), "refused: %s", text);
	return out;
}

struct heard {
	int code;
	long long insn;
};

static void hear(void *user, const struct weld_diag *diag)
{
	struct heard *heard = user;

	if (!heard->code)
		*heard = (struct heard){ diag->code, diag->at.insn };
}

struct refusal {
	const char *text;
	int code;
	long long insn;
};

START_TEST(broken_structure_is_refused)
{
	static const struct refusal cases[] = {
		{ "", DIAG_INSN_NONE, -1 },
		{ "r0 = 0; .insn 0xff, 0, 0, 0, 0; exit", DIAG_INSN_BAD, 1 },
		{ ".insn 0x18, 0, 0, 0, 0", DIAG_INSN_BAD, 0 },
		{ "goto +5; exit", DIAG_INSN_JUMP_OUT, 0 },
		{ "goto -2; exit", DIAG_INSN_JUMP_OUT, 0 },
		{ "gotol +1000000; exit", DIAG_INSN_JUMP_OUT, 0 },
		/* across a boundary, both ways */
		{ "call f; goto g; exit; f: r0 = 0; g: exit", DIAG_INSN_JUMP_OUT, 1 },
		{ "h: call f; exit; f: if r1 == 0 goto h; exit", DIAG_INSN_JUMP_OUT, 2 },
		{ "goto +1; r1 = 5 ll; exit", DIAG_INSN_JUMP_HALF, 0 },
		{ "call pc+1; r1 = 5 ll; exit", DIAG_INSN_JUMP_HALF, 0 },
		{ "call pc+100; exit", DIAG_INSN_CALL_OUT, 0 },
		{ "call pc-2; exit", DIAG_INSN_CALL_OUT, 0 },
		{ "r1 = func(+100) ll; exit", DIAG_INSN_CALL_OUT, 0 },
		{ "call f; exit; f: r0 = 0", DIAG_INSN_NO_END, 2 },
		{ "call f; r0 = 0; f: exit", DIAG_INSN_NO_END, 1 },
		{ "exit; r1 = 5 ll", DIAG_INSN_NO_END, 2 },
		{ "x: exit; if r1 == 0 goto x", DIAG_INSN_NO_END, 1 },
		{ "x: exit; may_goto x", DIAG_INSN_NO_END, 1 },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		struct heard heard = { 0 };
		struct diag d = { .fn = hear, .user = &heard, .error_limit = DIAG_DEFAULT_LIMIT };
		struct isa_asm a = assemble(cases[i].text);
		struct isa_cfg cfg;

		ck_assert_int_eq(isa_check_program(&d, NULL, a.insns.v, a.insns.n), -EINVAL);
		ck_assert_msg(heard.code == cases[i].code && heard.insn == cases[i].insn,
			      "%s: E%04d at %lld", cases[i].text, heard.code, heard.insn);
		ck_assert_int_eq(isa_cfg_build(&d, NULL, a.insns.v, a.insns.n, &cfg), -EINVAL);
		isa_asm_free(&a);
	}
}
END_TEST

/* n functions besides the main one */
static int check_functions(u32 n)
{
	struct heard heard = { 0 };
	struct diag d = { .fn = hear, .user = &heard, .error_limit = DIAG_DEFAULT_LIMIT };
	struct sbuf text = { 0 };
	struct isa_asm a;
	int err;

	for (u32 i = 0; i < n; i++)
		sbuf_printf(&text, "call f%u;", i);
	sbuf_puts(&text, "exit;");
	for (u32 i = 0; i < n; i++)
		sbuf_printf(&text, "f%u: exit;", i);
	a = assemble(sbuf_str(&text));
	err = isa_check_program(&d, NULL, a.insns.v, a.insns.n);
	ck_assert_int_eq(heard.code, err ? DIAG_INSN_FUNCS : 0);
	isa_asm_free(&a);
	sbuf_free(&text);
	return err;
}

START_TEST(functions_are_limited)
{
	ck_assert_int_eq(check_functions(255), 0);
	ck_assert_int_eq(check_functions(256), -E2BIG);
	ck_assert_int_eq(check_functions(20000), -E2BIG);
}
END_TEST

START_TEST(every_fault_of_a_program_is_told)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct weld_where where = { .file = "x.o", .section = "xdp", .offset = -1, .insn = -1 };
	struct isa_asm a = assemble("goto +100; call pc-9; .insn 0xff, 0, 0, 0, 0; r0 = 0");

	ck_assert_int_eq(isa_check_program(&d, &where, a.insns.v, a.insns.n), -EINVAL);
	ck_assert_uint_eq(d.n_errors, 4);
	isa_asm_free(&a);
}
END_TEST

static void check_block(const struct isa_block *b, struct isa_block want)
{
	ck_assert_uint_eq(b->start, want.start);
	ck_assert_uint_eq(b->end, want.end);
	ck_assert_uint_eq(b->func, want.func);
	ck_assert_uint_eq(b->fall, want.fall);
	ck_assert_uint_eq(b->jump, want.jump);
	ck_assert_int_eq(b->reachable, want.reachable);
}

START_TEST(graph_of_two_functions)
{
	static const struct isa_block want[] = {
		{ 0, 1, 0, 1, 3, true },			/* if */
		{ 1, 5, 0, ISA_NO_BLOCK, 3, true },		/* call, constant, goto */
		{ 5, 6, 0, 3, ISA_NO_BLOCK, false },		/* dead */
		{ 6, 7, 0, ISA_NO_BLOCK, ISA_NO_BLOCK, true },	/* exit */
		{ 7, 8, 1, 5, 4, true },			/* f: loops */
		{ 8, 9, 1, ISA_NO_BLOCK, ISA_NO_BLOCK, true },
	};
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct isa_asm a = assemble("if r1 == 0 goto out; call f; r1 = f ll; goto out; r0 = 0;"
				    "out: exit; f: may_goto f; exit");
	struct isa_cfg cfg;

	ck_assert_int_eq(isa_cfg_build(&d, NULL, a.insns.v, a.insns.n, &cfg), 0);
	ck_assert_uint_eq(cfg.funcs.n, 2);
	ck_assert_uint_eq(cfg.funcs.v[0].end, 7);
	ck_assert_uint_eq(cfg.funcs.v[0].n_blocks, 4);
	ck_assert(!cfg.funcs.v[0].called);
	ck_assert_uint_eq(cfg.funcs.v[1].first_block, 4);
	ck_assert_uint_eq(cfg.funcs.v[1].n_blocks, 2);
	ck_assert(cfg.funcs.v[1].called && cfg.funcs.v[1].address_taken);
	ck_assert_uint_eq(cfg.blocks.n, ARRAY_SIZE(want));
	for (u32 i = 0; i < ARRAY_SIZE(want); i++)
		check_block(&cfg.blocks.v[i], want[i]);
	ck_assert_uint_eq(cfg.block_of.v[3], 1);
	ck_assert_uint_eq(isa_cfg_func_of(&cfg, 8), 1);
	isa_cfg_free(&cfg);
	isa_asm_free(&a);
}
END_TEST

/* A million instructions, each its own block: linear time, no recursion. */
START_TEST(large_programs)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	VEC(struct bpf_insn) insns = { 0 };
	struct isa_cfg cfg;

	for (u32 i = 0; i < 1000000; i++)
		*vec_push(&insns) = (struct bpf_insn){ .code = BPF_JMP | BPF_JEQ, .off = 0 };
	*vec_push(&insns) = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	ck_assert_int_eq(isa_cfg_build(&d, NULL, insns.v, insns.n, &cfg), 0);
	ck_assert_uint_eq(cfg.blocks.n, 1000001);
	ck_assert(cfg.blocks.v[1000000].reachable);
	isa_cfg_free(&cfg);
	vec_free(&insns);
}
END_TEST

static int build_and_free(void *user)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct isa_asm *a = user;
	struct isa_cfg cfg;
	int err = isa_cfg_build(&d, NULL, a->insns.v, a->insns.n, &cfg);

	if (!err)
		isa_cfg_free(&cfg);
	return err;
}

START_TEST(no_memory_is_survived)
{
	struct isa_asm a = assemble("if r1 == 0 goto x; call f; x: exit; f: exit");

	ck_assert_int_gt(fault_sweep(build_and_free, &a), 3);
	isa_asm_free(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("isa_cfg");

	unit_add(s, "check", broken_structure_is_refused, functions_are_limited,
		 every_fault_of_a_program_is_told);
	unit_add(s, "graph", graph_of_two_functions, large_programs);
	unit_add(s, "memory", no_memory_is_survived);
	return unit_main(s, NULL);
}
