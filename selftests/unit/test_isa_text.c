/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A1.1, A1.10: the assembler's dialect, references, labels and each of its diagnostics. */
#include "selftests/fault_malloc.h"
#include "selftests/unit/unit.h"

#include "lib/isa/isa.h"

struct heard {
	int code, line, column;
	u32 n;
};

static void hear(void *user, const struct weld_diag *diag)
{
	struct heard *heard = user;

	if (heard->n++)
		return;
	heard->code = diag->code;
	heard->line = diag->at.line;
	heard->column = diag->at.column;
}

static int assemble(const char *text, struct isa_asm *out, struct heard *heard)
{
	struct diag d = { .fn = hear, .user = heard, .error_limit = DIAG_DEFAULT_LIMIT };

	*heard = (struct heard){ 0 };
	return isa_asm(&d, "test.s", span_str(text), out);
}

/* Both spellings give the same instructions. */
static void check_same(const char *a_text, const char *b_text)
{
	struct isa_asm a, b;
	struct heard heard;

	ck_assert_msg(!assemble(a_text, &a, &heard), "refused: %s", a_text);
	ck_assert_msg(!assemble(b_text, &b, &heard), "refused: %s", b_text);
	ck_assert_msg(a.insns.n == b.insns.n &&
			      !memcmp(a.insns.v, b.insns.v, a.insns.n * sizeof(*a.insns.v)),
		      "differ: %s and %s", a_text, b_text);
	isa_asm_free(&a);
	isa_asm_free(&b);
}

START_TEST(spellings_of_the_same)
{
	check_same("r1 = 5", "r1=5");
	check_same("r1 = 5", "\tr1 =0x5  ");
	check_same("r1 = 5", "r1 = 0b101");
	check_same("r1 = 15", "r1 = 017");
	check_same("r1 = -1", "r1 = 0xffffffff");
	check_same("r1 = *(u32 *)(r2 - 4)", "w1=*( u32*)( r2-0x4 )");
	check_same("*(u8 *)(r2 + 0) = r3", "*(u8*)(r2+0)=w3");
	check_same("lock *(u32 *)(r1 + 0) += w2", "lock*(u32 *)(r1 + 0)+=r2");
	check_same("if r1 s> r2 goto +5", "if r1 s>r2 goto 5");
	check_same("if r1 s> r2 goto +5", "if r1 s> r2 goto +0x5 <main+0x30>");
	check_same("goto -1", "1: goto 1b");
	check_same("goto +0; exit", "goto 1f; 1: exit");
	check_same("goto +0; exit", "goto .L1\n.L1:\n\texit");
	check_same("goto -1", "a.b$c_1 : goto a.b$c_1");
	check_same("gotol +1; r0 = 0; exit", "gotol x; r0 = 0; x: exit");
	check_same("r1 = map_fd(5) ll", "ld_pseudo r1, 1, 5");
	check_same("r1 = 0x123456789abcdef0 ll", "r1 = 1311768467463790320 ll");
	check_same("r1 = 0xffffffffffffffff ll", "r1 = -1 ll");
	check_same("call pc-1", "f: call f");
	check_same("r1 = func(+1) ll; exit", "r1 = f ll; f: exit");
	check_same("r1 = func(+1) ll; exit", "r1 = func(f) ll; f: exit");
	check_same(".insn 0xb7, 1, 0, 0, -3", "r1 = -3");
	check_same("r0 = 0; exit", "# one\nr0 = 0 // two\n/* three\n four */ exit # five");
	check_same("r0 = 0; exit", ";;r0 = 0;;\r\n exit ;\n\n");
}
END_TEST

/* What LLVM 19 prints; selftests/unit/test_isa_llvm.c asks it about everything. */
static void check_text(const char *source, u32 flags, const char *want)
{
	struct isa_text_opts opts = { .flags = flags };
	struct sbuf got = { 0 };
	struct heard heard;
	struct isa_asm a;

	ck_assert_msg(!assemble(source, &a, &heard), "refused: %s", source);
	isa_print(&got, a.insns.v, a.insns.n, &opts);
	ck_assert_str_eq(sbuf_str(&got), want);
	sbuf_free(&got);
	isa_asm_free(&a);
}

START_TEST(printed_forms)
{
	check_text("r1 = *(u8 *)(r2 - 1)", 0, "r1 = *(u8 *)(r2 - 0x1)");
	check_text("r1 = *(u8 *)(r2 - 1)", ISA_TEXT_ALU32, "w1 = *(u8 *)(r2 - 0x1)");
	check_text("r1 = *(u8 *)(r2 - 1)", ISA_TEXT_DECIMAL, "r1 = *(u8 *)(r2 - 1)");
	check_text("r1 s%= -2147483648", 0, "r1 s%= -0x80000000");
	check_text("r1 = -1 ll", 0, "r1 = -0x1 ll");
	check_text("r1 = map_value(3, 8) ll", 0, "r1 = map_value(0x3, 0x8) ll");
	check_text("r1 = map_value(3, 8) ll", ISA_TEXT_LLVM, "ld_pseudo\tr1, 0x2, 0x3");
	check_text("call pc+5", 0, "call pc+0x5");
	check_text("call pc+5", ISA_TEXT_LLVM, "call 0x5");
	check_text("call kfunc(5, 1)", 0, "call kfunc(0x5, 0x1)");
	check_text(".insn 0xff, 1, 2, 3, 4", 0, ".insn 0xff, 1, 2, 0x3, 0x4");
	check_text(".insn 0xff, 1, 2, 3, 4", ISA_TEXT_LLVM, "<unknown>");
	check_text("r0 = *(u16 *)skb[r3 + 2]", 0, "r0 = *(u16 *)skb[r3 + 0x2]");
	check_text("r0 = *(u16 *)skb[r3 + 0]", 0, "r0 = *(u16 *)skb[r3]");
}
END_TEST

static bool name_by_kind(void *user, const struct isa_name *what, struct sbuf *out)
{
	static const char *const names[] = { "helper", "kfunc", "local", "label", "symbol" };

	(void)user;
	sbuf_printf(out, "%s%lld", names[what->kind], (long long)what->num);
	return true;
}

static void check_named(const char *source, u32 flags, const char *want)
{
	struct isa_text_opts opts = { .flags = flags, .name = name_by_kind };
	struct sbuf got = { 0 };
	struct heard heard;
	struct isa_asm a;

	ck_assert_msg(!assemble(source, &a, &heard), "refused: %s", source);
	isa_print(&got, a.insns.v, a.insns.n, &opts);
	ck_assert_str_eq(sbuf_str(&got), want);
	sbuf_free(&got);
	isa_asm_free(&a);
}

START_TEST(names_stand_for_numbers)
{
	check_named("call 5", 0, "call helper5");
	check_named("call pc-3", 0, "call local-2");
	check_named("call kfunc(7, 0)", 0, "call kfunc7");
	check_named("if r1 == 3 goto +4", 0, "if r1 == 0x3 goto +0x4 <label5>");
	check_named("if r1 == 3 goto +4", ISA_TEXT_LABELS, "if r1 == 0x3 goto label5");
	check_named("r1 = 9 ll", 0, "r1 = symbol9 ll");
	check_named("r1 = func(-3) ll", 0, "r1 = symbol-2 ll");
	check_named("r1 = 9", 0, "r1 = 0x9");
}
END_TEST

START_TEST(unresolved_names_become_references)
{
	struct heard heard;
	struct isa_asm a;

	ck_assert_int_eq(assemble("main:\n call other\n r1 = table-8 ll\n\nend: exit\nlast:", &a,
				  &heard), 0);
	ck_assert_uint_eq(a.insns.n, 4);
	ck_assert_uint_eq(a.refs.n, 2);
	ck_assert_int_eq(a.refs.v[0].kind, ISA_REF_CALL);
	ck_assert_uint_eq(a.refs.v[0].insn, 0);
	ck_assert_str_eq(a.refs.v[0].name, "other");
	ck_assert_uint_eq(a.insns.v[0].src_reg, BPF_PSEUDO_CALL);
	ck_assert_int_eq(a.insns.v[0].imm, -1);
	ck_assert_int_eq(a.refs.v[1].kind, ISA_REF_LD64);
	ck_assert_uint_eq(a.refs.v[1].insn, 1);
	ck_assert_str_eq(a.refs.v[1].name, "table");
	ck_assert_int_eq(a.refs.v[1].addend, -8);
	ck_assert_int_eq(a.insns.v[1].imm, -8);
	ck_assert_uint_eq(a.labels.n, 3);
	ck_assert_str_eq(a.labels.v[1].name, "end");
	ck_assert_uint_eq(a.labels.v[1].insn, 3);
	ck_assert_uint_eq(a.labels.v[1].line, 5);
	ck_assert_uint_eq(a.labels.v[2].insn, 4);
	ck_assert_uint_eq(a.lines.v[0], 2);
	ck_assert_uint_eq(a.lines.v[1], 3);
	ck_assert_uint_eq(a.lines.v[2], 3);
	ck_assert_uint_eq(a.lines.v[3], 5);
	isa_asm_free(&a);
}
END_TEST

struct refusal {
	const char *text;
	int code, line, column, err;
};

START_TEST(diagnostics_have_places)
{
	static const struct refusal cases[] = {
		{ "mov r0, 1", DIAG_ASM_UNKNOWN, 1, 1, -EINVAL },
		{ "r0 = 0\n  frob", DIAG_ASM_UNKNOWN, 2, 3, -EINVAL },
		{ "r1 = *(u32 *)(r2)", DIAG_ASM_EXPECTED, 1, 17, -EINVAL },
		{ "r0 = 0; r1 += w2", DIAG_ASM_EXPECTED, 1, 15, -EINVAL },
		{ "r1 = -r2", DIAG_ASM_EXPECTED, 1, 7, -EINVAL },
		{ "r1 = r11", DIAG_ASM_EXPECTED, 1, 6, -EINVAL },
		{ "r1 = 5ll", DIAG_ASM_EXPECTED, 1, 6, -EINVAL },
		{ "r1 = 08", DIAG_ASM_EXPECTED, 1, 6, -EINVAL },
		{ "exit exit", DIAG_ASM_EXPECTED, 1, 6, -EINVAL },
		{ "/* 1\n 2 */ r1 = ", DIAG_ASM_EXPECTED, 2, 11, -EINVAL },
		{ "r1 = *(u8 *)(r2 + 32768)", DIAG_ASM_RANGE, 1, 19, -EOVERFLOW },
		{ "r1 += 4294967296", DIAG_ASM_RANGE, 1, 7, -EOVERFLOW },
		{ "r1 += -2147483649", DIAG_ASM_RANGE, 1, 8, -EOVERFLOW },
		{ "r1 = 0x10000000000000000 ll", DIAG_ASM_RANGE, 1, 6, -EOVERFLOW },
		{ "goto 40000", DIAG_ASM_RANGE, 1, 6, -EOVERFLOW },
		{ "exit\n r0 = 0 /* never", DIAG_ASM_COMMENT, 2, 9, -EINVAL },
		{ "a: exit\na: exit", DIAG_ASM_LABEL_TWICE, 2, 1, -EEXIST },
		{ "exit; goto nowhere", DIAG_ASM_LABEL_UNDEFINED, 1, 12, -ENOENT },
		{ "goto 1b; 1: exit", DIAG_ASM_LABEL_UNDEFINED, 1, 6, -ENOENT },
		{ "call 1f; exit", DIAG_ASM_LABEL_UNDEFINED, 1, 6, -ENOENT },
		{ "r1 = f+8 ll; f: exit", DIAG_ASM_ADDEND, 1, 6, -EINVAL },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct refusal *c = &cases[i];
		struct isa_asm out = { .insns.n = 77 };
		struct heard heard;
		int err = assemble(c->text, &out, &heard);

		ck_assert_msg(err == c->err && heard.code == c->code && heard.line == c->line &&
				      heard.column == c->column,
			      "%s: %d, E%04d at %d:%d", c->text, err, heard.code, heard.line,
			      heard.column);
		ck_assert_uint_eq(out.insns.n, 77);
	}
}
END_TEST

START_TEST(jumps_have_a_reach)
{
	struct sbuf text = { 0 };
	struct heard heard;
	struct isa_asm a;

	sbuf_puts(&text, "goto far;");
	for (u32 i = 0; i < 32767; i++)
		sbuf_puts(&text, "exit;");
	sbuf_puts(&text, "far: exit;");
	ck_assert_int_eq(assemble(sbuf_str(&text), &a, &heard), 0);
	ck_assert_int_eq(a.insns.v[0].off, 32767);
	isa_asm_free(&a);
	sbuf_trim(&text, 0);
	sbuf_puts(&text, "back: exit;");
	for (u32 i = 0; i < 32767; i++)
		sbuf_puts(&text, "exit;");
	sbuf_puts(&text, "goto back;");
	ck_assert_int_eq(assemble(sbuf_str(&text), &a, &heard), -EOVERFLOW);
	ck_assert_int_eq(heard.code, DIAG_ASM_JUMP_FAR);
	sbuf_free(&text);
}
END_TEST

START_TEST(faults_are_counted_and_limited)
{
	struct heard heard;
	struct isa_asm a;
	struct sbuf text = { 0 };

	ck_assert_int_eq(assemble("frob; goto x; r0 = 0; frob", &a, &heard), -EINVAL);
	ck_assert_uint_eq(heard.n, 3);
	for (u32 i = 0; i < 1000; i++)
		sbuf_puts(&text, "frob;");
	ck_assert_int_eq(assemble(sbuf_str(&text), &a, &heard), -EINVAL);
	ck_assert_uint_eq(heard.n, DIAG_DEFAULT_LIMIT);
	sbuf_free(&text);
}
END_TEST

/* One line of many statements and labels: time must stay linear. */
START_TEST(long_lines_are_linear)
{
	struct sbuf text = { 0 };
	struct heard heard;
	struct isa_asm a;

	for (u32 i = 0; i < 50000; i++)
		sbuf_printf(&text, "l%u: 1: goto l%u; call f%u;", i, i, i);
	ck_assert_int_eq(assemble(sbuf_str(&text), &a, &heard), 0);
	ck_assert_uint_eq(a.insns.n, 100000);
	ck_assert_uint_eq(a.refs.n, 50000);
	ck_assert_uint_eq(a.labels.n, 50000);
	isa_asm_free(&a);
	sbuf_free(&text);
}
END_TEST

static int assemble_and_free(void *user)
{
	struct isa_asm a;
	struct heard heard;
	int err = assemble(user, &a, &heard);

	if (!err)
		isa_asm_free(&a);
	return err;
}

START_TEST(no_memory_is_survived)
{
	char text[] = "a: call x; 1: goto 1b; r1 = a ll; r2 = t+4 ll; b: if r1 == 0 goto b; exit";

	ck_assert_int_gt(fault_sweep(assemble_and_free, text), 5);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("isa_text");

	unit_add(s, "dialect", spellings_of_the_same, printed_forms, names_stand_for_numbers);
	unit_add(s, "asm", unresolved_names_become_references, diagnostics_have_places,
		 jumps_have_a_reach, faults_are_counted_and_limited, long_lines_are_linear);
	unit_add(s, "memory", no_memory_is_survived);
	return unit_main(s, NULL);
}
