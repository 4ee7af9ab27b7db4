/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Random well-formed instructions, row by row, from the rules of op.def. */
#ifndef UNIT_ISA_SAMPLE_H
#define UNIT_ISA_SAMPLE_H

#include "lib/isa/isa.h"

/* xorshift64*; state must not be 0. */
static inline u32 sample_random(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (u32)(*state * 0x2545f4914f6cdd1dull >> 32);
}

/* Small numbers, extremes and anything else, a third each. */
static inline s32 sample_number(u64 *state)
{
	static const s32 extremes[] = { 0, -1, 1, INT32_MAX, INT32_MIN, INT16_MAX, INT16_MIN, 255 };
	u32 pick = sample_random(state);

	if (pick % 3 == 0)
		return (s32)(pick >> 8 & 0xff) - 128;
	if (pick % 3 == 1)
		return extremes[pick >> 8 & 7];
	return (s32)sample_random(state);
}

static inline s32 sample_field(struct isa_rule rule, u64 *state)
{
	switch (rule.kind) {
	case ISA_RULE_FIX:
		return rule.val;
	case ISA_RULE_FREE:
		return 0;
	case ISA_RULE_REG:
		return (s32)(sample_random(state) % MAX_BPF_REG);
	case ISA_RULE_CAST:
		return sample_random(state) & 1 ? 1 : 1 << 16;
	default:
		return sample_number(state);
	}
}

/* insn[1] is all zero for rows of one slot. */
static inline void sample_insn(const struct isa_op *op, u64 *state, struct bpf_insn insn[2])
{
	bool has_dst = op->regs & (ISA_RD_DST | ISA_WR_DST);
	bool has_next = op->next == ISA_NEXT_HIGH || op->next == ISA_NEXT_OFF ||
			op->next == ISA_NEXT_FD;

	memset(insn, 0, 2 * sizeof(*insn));
	insn->code = op->code;
	insn->dst_reg = has_dst ? sample_random(state) % MAX_BPF_REG & 0xf : 0;
	insn->src_reg = (u32)sample_field(op->src, state) & 0xf;
	insn->off = (s16)sample_field(op->off, state);
	insn->imm = sample_field(op->imm, state);
	insn[1].imm = has_next ? sample_number(state) : 0;
	/* imm 0 would be callx r0, the row above */
	if (op->id == ISA_CALLX_IMM && !insn->imm)
		insn->imm = 1;
}

#endif
