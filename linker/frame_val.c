/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Numbers and pointers as frame_int.h describes them. */
#include "linker/frame_int.h"

#include "lib/isa/isa.h"

struct frame_val frame_number(u32 bits)
{
	struct frame_val v = { .bits = (u8)bits };

	for (u32 b = 0; b < FRAME_N_BASES; b++)
		v.lo[b] = FRAME_NONE;
	return v;
}

struct frame_val frame_pointer(u32 base)
{
	struct frame_val v = frame_number(64);

	v.lo[base] = 0;
	v.exact = (u8)(1u << base);
	return v;
}

bool frame_is_pointer(const struct frame_val *v)
{
	for (u32 b = 0; b < FRAME_N_BASES; b++)
		if (v->lo[b] != FRAME_NONE)
			return true;
	return false;
}

s32 frame_add(s32 lo, s64 by)
{
	s64 sum = (s64)lo + by;

	if (lo == FRAME_NONE || lo == FRAME_ANYWHERE)
		return lo;
	/* No frame is this large, so nothing is lost by giving up. */
	if (by == FRAME_ANYWHERE || sum < -(1 << 20) || sum > 1 << 20)
		return FRAME_ANYWHERE;
	return (s32)sum;
}

static bool join_base(struct frame_val *dst, const struct frame_val *src, u32 b, bool widen)
{
	s32 old = dst->lo[b], lo = src->lo[b] < old ? src->lo[b] : old;
	u8 bit = (u8)(1u << b), exact = dst->exact;

	if (src->lo[b] == FRAME_NONE)
		return false;
	if (old == FRAME_NONE)
		dst->exact = (u8)((exact & ~bit) | (src->exact & bit));
	else if (old != src->lo[b] || !(src->exact & bit))
		dst->exact = (u8)(exact & ~bit);
	if (widen && lo != old)
		lo = FRAME_ANYWHERE;
	dst->lo[b] = lo;
	return lo != old || dst->exact != exact;
}

bool frame_join(struct frame_val *dst, const struct frame_val *src, bool widen)
{
	bool changed = false;

	for (u32 b = 0; b < FRAME_N_BASES; b++)
		changed |= join_base(dst, src, b, widen);
	if (src->bits > dst->bits) {
		dst->bits = widen ? 64 : src->bits;
		changed = true;
	}
	changed |= dst->func && !src->func;
	dst->func &= src->func;
	return changed;
}

u32 frame_bits_of(u64 n)
{
	return n ? 64 - (u32)__builtin_clzll(n) : 0;
}

static u32 clamp_bits(u32 bits, u32 width)
{
	return bits > width * 8 ? width * 8 : bits;
}

/* Bits of dst oper src, both below 2^bits; the result may wrap within its width. */
static u32 alu_bits(u32 oper, u32 width, u32 a, u32 b)
{
	u32 full = width * 8, larger = a > b ? a : b;

	switch (oper) {
	case ISA_OPER_ADD:
		return larger + 1;
	case ISA_OPER_MUL:
		return a + b;
	case ISA_OPER_AND:
		return a < b ? a : b;
	case ISA_OPER_OR:
	case ISA_OPER_XOR:
		return larger;
	case ISA_OPER_DIV:
	case ISA_OPER_MOD:
	case ISA_OPER_RSH:
		return a;
	case ISA_OPER_ARSH:
		return a < full ? a : full;
	case ISA_OPER_MOV:
		return b;
	default:
		return full;
	}
}

/* A number of one width: what was wider is cut off. */
static u32 seen_bits(const struct frame_val *v, u32 width)
{
	return clamp_bits(v->bits, width);
}

/* A pointer plus something that is at least 0, or that may be anything. */
static void add_number(struct frame_val *p, const struct frame_val *n)
{
	p->exact = 0;
	for (u32 b = 0; b < FRAME_N_BASES; b++)
		if (p->lo[b] != FRAME_NONE && n->bits > 63)
			p->lo[b] = FRAME_ANYWHERE;
}

/* A pointer plus or minus something that is perhaps a pointer, too. */
static struct frame_val lost(struct frame_val p)
{
	const struct frame_val anything = frame_number(64);

	add_number(&p, &anything);
	return p;
}

static struct frame_val add(struct frame_val a, struct frame_val b)
{
	bool ptr_a = frame_is_pointer(&a), ptr_b = frame_is_pointer(&b);

	if (ptr_a && ptr_b) {
		frame_join(&a, &b, false);
		return lost(a);
	}
	if (ptr_b) {
		add_number(&b, &a);
		return b;
	}
	add_number(&a, &b);
	return a;
}

/* The result as the number that it is if no operand was a pointer. */
static struct frame_val alu_number(u32 oper, u32 width, const struct frame_val *dst,
				   const struct frame_val *src)
{
	u32 bits = alu_bits(oper, width, seen_bits(dst, width), seen_bits(src, width));

	return frame_number(clamp_bits(bits, width));
}

/* No verifier lets anything but sums and differences of pointers by: what goes into other
 * arithmetic is a number, and so is what is taken from another number. */
struct frame_val frame_alu(u32 oper, u32 width, struct frame_val dst, struct frame_val src)
{
	struct frame_val number = alu_number(oper, width, &dst, &src), sum = number;

	if (width == 8 && oper == ISA_OPER_MOV)
		return src;
	if (width == 8 && oper == ISA_OPER_ADD)
		sum = add(dst, src);
	else if (width == 8 && oper == ISA_OPER_SUB)
		sum = lost(dst);
	sum.bits = number.bits;
	sum.func = false;
	return sum;
}

static struct frame_val shift(u32 oper, u32 width, u32 bits, u32 by)
{
	if (oper == ISA_OPER_LSH)
		bits += by;
	else if (oper == ISA_OPER_RSH || bits < width * 8)
		bits = bits > by ? bits - by : 0;
	return frame_number(clamp_bits(bits, width));
}

struct frame_val frame_alu_imm(u32 oper, u32 width, struct frame_val dst, s32 imm)
{
	u64 value = width == 8 ? (u64)(s64)imm : (u32)imm;
	struct frame_val src = frame_number(frame_bits_of(value));

	if (width == 8 && (oper == ISA_OPER_ADD || oper == ISA_OPER_SUB)) {
		dst.bits = alu_number(oper, width, &dst, &src).bits;
		dst.func = false;
		for (u32 b = 0; b < FRAME_N_BASES; b++)
			dst.lo[b] = frame_add(dst.lo[b], oper == ISA_OPER_ADD ? imm : -(s64)imm);
		return dst;
	}
	if (oper == ISA_OPER_LSH || oper == ISA_OPER_RSH || oper == ISA_OPER_ARSH)
		return shift(oper, width, seen_bits(&dst, width), (u32)imm & (width * 8 - 1));
	if (oper == ISA_OPER_MOD && value && seen_bits(&dst, width) > frame_bits_of(value))
		return frame_number(frame_bits_of(value));
	return frame_alu(oper, width, dst, src);
}
