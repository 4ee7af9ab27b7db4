/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Arithmetic, byte order and comparisons on numbers, and the steps that use them. Semantics are
 * those of RFC 9669, sections 4.1 and 4.3: sums wrap, shift counts are taken modulo the width,
 * x / 0 is 0, x % 0 is x, the most negative number divided by -1 is itself with remainder 0, and
 * a 32-bit result zeroes the upper half. All of it is defined for C as well: computed unsigned.
 */
#include "runtime/exec/exec_int.h"

u64 exec_sign_extend(u64 v, u32 bits)
{
	u64 sign = 1ull << (bits - 1);

	v &= sign | (sign - 1);
	return (v ^ sign) - sign;
}

static u64 magnitude(u64 v)
{
	return (s64)v < 0 ? -v : v;
}

/* a and b are sign extended to 64 bits, so one function does both widths. */
static u64 signed_div(u64 a, u64 b)
{
	u64 q;

	if (!b)
		return 0;
	q = magnitude(a) / magnitude(b);
	return (s64)(a ^ b) < 0 ? -q : q;
}

static u64 signed_mod(u64 a, u64 b)
{
	u64 r;

	if (!b)
		return a;
	r = magnitude(a) % magnitude(b);
	return (s64)a < 0 ? -r : r;
}

static u64 shift_right_signed(u64 a, u32 width, u64 n)
{
	u32 bits = width * 8 - (u32)n;

	/* What is left of the number after the shift has `bits` bits, its top one is the sign. */
	return exec_sign_extend(a >> n, bits);
}

static u64 compute(enum isa_oper oper, u32 width, u64 a, u64 b)
{
	u32 bits = width * 8;

	switch (oper) {
	case ISA_OPER_ADD:
		return a + b;
	case ISA_OPER_SUB:
		return a - b;
	case ISA_OPER_MUL:
		return a * b;
	case ISA_OPER_DIV:
		return b ? a / b : 0;
	case ISA_OPER_MOD:
		return b ? a % b : a;
	case ISA_OPER_SDIV:
		return signed_div(exec_sign_extend(a, bits), exec_sign_extend(b, bits));
	case ISA_OPER_SMOD:
		return signed_mod(exec_sign_extend(a, bits), exec_sign_extend(b, bits));
	case ISA_OPER_OR:
		return a | b;
	case ISA_OPER_AND:
		return a & b;
	case ISA_OPER_XOR:
		return a ^ b;
	case ISA_OPER_LSH:
		return a << (b & (bits - 1));
	case ISA_OPER_RSH:
		return a >> (b & (bits - 1));
	case ISA_OPER_ARSH:
		return shift_right_signed(a, width, b & (bits - 1));
	case ISA_OPER_NEG:
		return -a;
	default: /* MOV, MOVSX (extended by the caller), XCHG */
		return b;
	}
}

u64 exec_alu(enum isa_oper oper, u32 width, u64 a, u64 b)
{
	if (width == 8)
		return compute(oper, width, a, b);
	return (u32)compute(oper, width, (u32)a, (u32)b);
}

u64 exec_end(enum isa_oper oper, u32 width, u64 v)
{
	bool swap = oper == ISA_OPER_BSWAP ||
		    oper == (HOST_BIG_ENDIAN ? ISA_OPER_TO_LE : ISA_OPER_TO_BE);

	switch (width) {
	case 2:
		return swap ? __builtin_bswap16((u16)v) : (u16)v;
	case 4:
		return swap ? __builtin_bswap32((u32)v) : (u32)v;
	default:
		return swap ? __builtin_bswap64(v) : v;
	}
}

bool exec_cond(enum isa_oper oper, u32 width, u64 a, u64 b)
{
	s64 sa, sb;

	if (width == 4) {
		a = (u32)a;
		b = (u32)b;
	}
	sa = width == 4 ? (s32)a : (s64)a;
	sb = width == 4 ? (s32)b : (s64)b;
	switch (oper) {
	case ISA_OPER_JEQ:
		return a == b;
	case ISA_OPER_JNE:
		return a != b;
	case ISA_OPER_JGT:
		return a > b;
	case ISA_OPER_JGE:
		return a >= b;
	case ISA_OPER_JLT:
		return a < b;
	case ISA_OPER_JLE:
		return a <= b;
	case ISA_OPER_JSGT:
		return sa > sb;
	case ISA_OPER_JSGE:
		return sa >= sb;
	case ISA_OPER_JSLT:
		return sa < sb;
	case ISA_OPER_JSLE:
		return sa <= sb;
	default: /* JSET */
		return a & b;
	}
}

/*
 * The region that the result is an address of. Adding a number to an address, or taking one
 * away, leaves it an address; any other computation makes a number of it. So does arithmetic in
 * 32 bits.
 */
static u32 result_from(const struct exec_op *op, struct exec_reg a, struct exec_reg b)
{
	if (op->width != 8)
		return FROM_NUMBER;
	switch (op->oper) {
	case ISA_OPER_MOV:
		return b.from;
	case ISA_OPER_ADD:
		if (a.from != FROM_NUMBER && b.from != FROM_NUMBER)
			return FROM_NUMBER;
		return a.from | b.from;
	case ISA_OPER_SUB:
		return b.from == FROM_NUMBER ? a.from : FROM_NUMBER;
	default:
		return FROM_NUMBER;
	}
}

int exec_step_ALU(struct exec *x, const struct exec_op *op)
{
	struct exec_reg *dst = exec_dst(x, op), b = reg_number(op->imm);

	if (op->has_src) {
		EXEC_READ(x, op->src);
		b = x->f->r[op->src];
	}
	if (op->regs & ISA_RD_DST)
		EXEC_READ(x, op->dst);
	if (op->oper == ISA_OPER_MOVSX)
		b = reg_number(exec_sign_extend(b.v, (u32)op->off));
	dst->from = result_from(op, *dst, b);
	dst->v = exec_alu(op->oper, op->width, dst->v, b.v);
	return STEP_NEXT;
}

int exec_step_END(struct exec *x, const struct exec_op *op)
{
	struct exec_reg *dst = exec_dst(x, op);

	EXEC_READ(x, op->dst);
	*dst = reg_number(exec_end(op->oper, op->width, dst->v));
	return STEP_NEXT;
}

int exec_step_JUMP(struct exec *x, const struct exec_op *op)
{
	x->pc = op->target;
	return STEP_NEXT;
}

int exec_step_COND(struct exec *x, const struct exec_op *op)
{
	u64 b = op->imm;

	EXEC_READ(x, op->dst);
	if (op->has_src) {
		EXEC_READ(x, op->src);
		b = x->f->r[op->src].v;
	}
	if (exec_cond(op->oper, op->width, x->f->r[op->dst].v, b))
		x->pc = op->target;
	return STEP_NEXT;
}

/* The kernel counts (or, where it can, takes the time); either way a loop ends some day. */
int exec_step_MAY_GOTO(struct exec *x, const struct exec_op *op)
{
	if (x->f->may_goto)
		x->f->may_goto--;
	else
		x->pc = op->target;
	return STEP_NEXT;
}
