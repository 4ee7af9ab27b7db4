/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Random programs in the interpreter and in the kernel (A1.5). They are made from the opcode
 * table, so a new arithmetic or jump row is tried without a line here: numbers come in through a
 * map value, so that the kernel's verifier knows nothing of them and folds nothing, and all
 * registers go out through another one.
 */
#include <stdlib.h>

#include "lib/isa/isa.h"
#include "selftests/unit/both.h"
#include "selftests/unit/unit.h"

enum { N_REGS = 6, N_OPS = 40, N_PROGRAMS = 150, N_RUNS = 6 };

static u64 next(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Numbers at which things happen, and others. */
static u64 pick_number(u64 *state)
{
	static const u64 edges[] = {
		0,	    1,	       2,	   31,	       32,
		63,	    64,	       0x7f,	   0x80,       0xff,
		0x7fff,	    0x8000,    INT32_MAX,  1ull << 31, UINT32_MAX,
		1ull << 32, INT64_MAX, 1ull << 63, UINT64_MAX, UINT64_MAX - 1
	};
	u64 r = next(state);

	return r & 1 ? edges[(r >> 1) % ARRAY_SIZE(edges)] : next(state);
}

static bool usable(const struct isa_op *op)
{
	return op->version &&
	       (op->effect == ISA_FX_ALU || op->effect == ISA_FX_END || op->effect == ISA_FX_COND);
}

static s32 pick_imm(const struct isa_op *op, u64 *state)
{
	s32 imm = (s32)pick_number(state);

	if (op->imm.kind == ISA_RULE_SHIFT)
		return imm & (op->width * 8 - 1);
	if (op->imm.kind == ISA_RULE_DIVISOR)
		return imm ? imm : 7;
	return op->imm.kind == ISA_RULE_FIX ? op->imm.val : imm;
}

/* Instruction i of n; jumps go forward, at most to the end. */
static struct bpf_insn pick_insn(u32 i, u32 n, u64 *state)
{
	const struct isa_op *op;
	struct bpf_insn insn = { 0 };

	do
		op = isa_op(next(state) % ISA_N_OPS);
	while (!usable(op));
	insn.code = op->code;
	insn.dst_reg = next(state) % N_REGS;
	insn.src_reg = isa_op_has_src(op) ? next(state) % N_REGS : 0;
	insn.off = op->off.kind == ISA_RULE_FIX ? (s16)op->off.val : 0;
	if (op->off.kind == ISA_RULE_JUMP)
		insn.off = (s16)(next(state) % (n - i));
	insn.imm = op->imm.kind == ISA_RULE_FIX || op->imm.kind == ISA_RULE_VALUE ||
				   op->imm.kind == ISA_RULE_SHIFT ||
				   op->imm.kind == ISA_RULE_DIVISOR ?
			   pick_imm(op, state) :
			   0;
	return insn;
}

static void make_text(u64 *state, struct sbuf *text)
{
	struct bpf_insn insns[N_OPS];

	sbuf_puts(text, "r9 = v0 ll\nr8 = v1 ll\n");
	for (u32 i = 0; i < N_REGS; i++)
		sbuf_printf(text, "r%u = *(u64 *)(r9 + %u)\n", i, 8 * i);
	for (u32 i = 0; i < N_OPS; i++) {
		insns[i] = pick_insn(i, N_OPS, state);
		isa_print(text, &insns[i], 1, NULL);
		sbuf_putc(text, '\n');
	}
	for (u32 i = 0; i < N_REGS; i++)
		sbuf_printf(text, "*(u64 *)(r8 + %u) = r%u\n", 8 * i, i);
	sbuf_puts(text, "r0 = 0\nexit\n");
}

struct side {
	int in, out, prog;
};

static void open_side(struct both *b, int which, const char *text, struct side *s)
{
	struct both_prog p = { .type = BPF_PROG_TYPE_SOCKET_FILTER, .text = text };
	int maps[2];

	s->in = maps[0] = both_map(b, which, BPF_MAP_TYPE_ARRAY, 8 * N_REGS, 1, 0);
	s->out = maps[1] = both_map(b, which, BPF_MAP_TYPE_ARRAY, 8 * N_REGS, 1, 0);
	p.maps = maps;
	s->prog = both_load(b, which, &p);
	if (s->prog < 0)
		printf("side %d, %d:\n%s", which, s->prog, text);
	ck_assert_int_ge(s->prog, 0);
}

static void run_side(struct both *b, int which, const struct side *s, const u64 *in, u64 *out)
{
	static const u8 packet[64];
	struct both_run run = { 0 };
	u32 key = 0;

	ck_assert_int_eq(both_update(b, which, s->in, &key, in), 0);
	run.attr.test.data_in = (u64)(uintptr_t)packet;
	run.attr.test.data_size_in = sizeof(packet);
	both_test(b, which, s->prog, &run);
	ck_assert_int_eq(run.err, 0);
	ck_assert_int_eq(both_lookup(b, which, s->out, &key, out), 0);
}

static void compare(struct both *b, const struct side s[BOTH_SIDES], const char *text, u64 *state)
{
	u64 in[N_REGS], out[BOTH_SIDES][N_REGS];

	for (u32 i = 0; i < N_REGS; i++)
		in[i] = pick_number(state);
	for (int which = 0; which < BOTH_SIDES; which++)
		run_side(b, which, &s[which], in, out[which]);
	if (memcmp(out[0], out[1], sizeof(out[0])))
		printf("%s", text);
	for (u32 i = 0; i < N_REGS; i++)
		ck_assert_uint_eq(out[BOTH_RUNTIME][i], out[BOTH_KERNEL][i]);
}

static void one_program(struct both *b, u64 *state)
{
	struct sbuf text = { 0 };
	struct side s[BOTH_SIDES];

	make_text(state, &text);
	for (int which = 0; which < BOTH_SIDES; which++)
		open_side(b, which, sbuf_str(&text), &s[which]);
	for (u32 i = 0; i < N_RUNS; i++)
		compare(b, s, sbuf_str(&text), state);
	for (int which = 0; which < BOTH_SIDES; which++) {
		both_drop(b, which, s[which].prog);
		both_drop(b, which, s[which].in);
		both_drop(b, which, s[which].out);
	}
	sbuf_free(&text);
}

START_TEST(random_programs_agree_with_the_kernel)
{
	struct both b;
	const char *why = both_open(&b);
	u64 state = 0x9e3779b97f4a7c15 + (u64)_i;

	if (why) {
		both_close(&b);
		unit_skip("%s", why);
	}
	for (u32 i = 0; i < N_PROGRAMS; i++)
		one_program(&b, &state);
	both_close(&b);
}
END_TEST

static Suite *exec_kernel_suite(void)
{
	Suite *s = suite_create("exec_kernel");
	TCase *tc = unit_add(s, "random", random_programs_agree_with_the_kernel);

	tcase_add_loop_test(tc, random_programs_agree_with_the_kernel, 1, 4);
	return s;
}

int main(void)
{
	return unit_main(exec_kernel_suite(), NULL);
}
