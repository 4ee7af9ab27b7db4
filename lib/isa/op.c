/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The table as constants, and the decoder, which is a search among the rows of one opcode byte. */
#include "lib/isa/isa.h"

/* Shorthand of op.def's columns. */
enum {
	RD = ISA_RD_DST, WD = ISA_WR_DST, RS = ISA_RD_SRC, WS = ISA_WR_SRC, R0 = ISA_RD_R0,
	W0 = ISA_WR_R0, R6 = ISA_RD_R6, ARGS = ISA_RD_ARGS, LOST = ISA_CLOBBERS,
};

#define RULE_NIL { ISA_RULE_FIX, 0 }
#define RULE_FIX(n) { ISA_RULE_FIX, (n) }
#define RULE_FREE { ISA_RULE_FREE, 0 }
#define RULE_VALUE { ISA_RULE_VALUE, 0 }
#define RULE_SHIFT { ISA_RULE_SHIFT, 0 }
#define RULE_DIVISOR { ISA_RULE_DIVISOR, 0 }
#define RULE_MEM { ISA_RULE_MEM, 0 }
#define RULE_JUMP { ISA_RULE_JUMP, 0 }
#define RULE_REG { ISA_RULE_REG, 0 }
#define RULE_CAST { ISA_RULE_CAST, 0 }
#define RULE_HELPER { ISA_RULE_HELPER, 0 }
#define RULE_BTF_ID { ISA_RULE_BTF_ID, 0 }
#define RULE_FD { ISA_RULE_FD, 0 }
#define RULE_TWO(rule, following) RULE_##rule, .next = ISA_NEXT_##following

#define CODE(a, b, c) (BPF_##a | BPF_##b | BPF_##c)
#define LD_IMM64_CODE CODE(LD, IMM, DW)

static const struct isa_op ops[ISA_N_OPS] = {
	[ISA_OP_NONE] = { .name = "", .text = "" },
#define OP(id_, a, b, c, fx, oper_, width_, regs_, src_, off_, imm_, version_, text_)	\
	[ISA_##id_] = {									\
		.name = #id_, .text = (text_), .id = ISA_##id_, .regs = (regs_),	\
		.code = CODE(a, b, c), .effect = ISA_FX_##fx, .oper = ISA_OPER_##oper_,	\
		.width = (width_), .slots = CODE(a, b, c) == LD_IMM64_CODE ? 2 : 1,	\
		.version = (version_), .src = RULE_##src_, .off = RULE_##off_,		\
		.imm = RULE_##imm_,							\
	},
#define OP_ALSO OP
#include "lib/isa/op.def"
};

/* The first row of each opcode byte; the others follow it. */
static const u8 first_row[256] = {
#define OP(name, a, b, c, ...) [CODE(a, b, c)] = ISA_##name,
#define OP_ALSO(...)
#include "lib/isa/op.def"
};

_Static_assert(ISA_N_OPS <= 256, "first_row holds row numbers in a byte");

const struct isa_op *isa_op(enum isa_op_id id)
{
	return &ops[id];
}

static bool holds(struct isa_rule rule, s32 val)
{
	switch (rule.kind) {
	case ISA_RULE_FIX:
		return val == rule.val;
	case ISA_RULE_REG:
		return val >= 0 && val < MAX_BPF_REG;
	case ISA_RULE_CAST:
		return val == 1 || val == 1 << 16;
	default:
		return true;
	}
}

/* How many fields don't fit the row; fault is the first of them. */
static u32 count_misfits(const struct isa_op *op, const struct bpf_insn *insn,
			 enum isa_fault *fault)
{
	bool has_dst = op->regs & (ISA_RD_DST | ISA_WR_DST);
	enum isa_fault found[4];
	u32 n = 0;

	if (has_dst ? insn->dst_reg >= MAX_BPF_REG : insn->dst_reg != 0)
		found[n++] = has_dst ? ISA_FAULT_REG : ISA_FAULT_DST;
	if (!holds(op->src, insn->src_reg))
		found[n++] = isa_op_has_src(op) ? ISA_FAULT_REG : ISA_FAULT_SRC;
	if (!holds(op->off, insn->off))
		found[n++] = ISA_FAULT_OFF;
	if (!holds(op->imm, insn->imm))
		found[n++] = ISA_FAULT_IMM;
	if (n)
		*fault = found[0];
	return n;
}

/* The row that fits; else the fault of the row that is nearest, the upper one of equals. */
static const struct isa_op *find_row(const struct bpf_insn *insn, enum isa_fault *fault)
{
	u32 id = first_row[insn->code], best = UINT32_MAX;

	*fault = ISA_FAULT_OPCODE;
	for (; id != ISA_OP_NONE && id < ISA_N_OPS && ops[id].code == insn->code; id++) {
		enum isa_fault why;
		u32 n = count_misfits(&ops[id], insn, &why);

		if (!n)
			return &ops[id];
		if (n < best) {
			best = n;
			*fault = why;
		}
	}
	return NULL;
}

static enum isa_fault check_second(const struct isa_op *op, const struct bpf_insn *insn, u32 n_left)
{
	const struct bpf_insn *second = &insn[1];

	if (op->slots == 1)
		return ISA_FAULT_NONE;
	if (n_left < 2)
		return ISA_FAULT_TRUNCATED;
	if (second->code || second->dst_reg || second->src_reg || second->off ||
	    (op->next == ISA_NEXT_ZERO && second->imm))
		return ISA_FAULT_SECOND;
	return ISA_FAULT_NONE;
}

const struct isa_op *isa_decode(const struct bpf_insn *insn, u32 n_left, enum isa_fault *fault)
{
	enum isa_fault why = ISA_FAULT_TRUNCATED;
	const struct isa_op *op = n_left ? find_row(insn, &why) : NULL;

	if (op)
		why = check_second(op, insn, n_left);
	if (fault)
		*fault = why;
	return why == ISA_FAULT_NONE ? op : NULL;
}

const char *isa_fault_str(enum isa_fault fault)
{
	static const char *const text[] = {
		[ISA_FAULT_NONE] = "no fault",
		[ISA_FAULT_OPCODE] = "unknown opcode",
		[ISA_FAULT_DST] = "reserved field dst_reg is not 0",
		[ISA_FAULT_SRC] = "reserved value in field src_reg",
		[ISA_FAULT_OFF] = "reserved value in field off",
		[ISA_FAULT_IMM] = "reserved value in field imm",
		[ISA_FAULT_REG] = "there is no register above r10",
		[ISA_FAULT_TRUNCATED] = "the second half of a 64-bit constant is missing",
		[ISA_FAULT_SECOND] = "the second half of a 64-bit constant has reserved fields set",
	};

	return fault < ARRAY_SIZE(text) ? text[fault] : "unknown fault";
}

static u16 reg_bit(u32 reg)
{
	return (u16)(1u << reg);
}

enum { ARG_REGS = 0x3e };	/* r1 ... r5 */

u16 isa_regs_read(const struct isa_op *op, const struct bpf_insn *insn)
{
	u16 mask = 0;

	if (op->regs & ISA_RD_DST)
		mask |= reg_bit(insn->dst_reg);
	if (op->regs & ISA_RD_SRC)
		mask |= reg_bit(insn->src_reg);
	if (op->regs & ISA_RD_R0)
		mask |= reg_bit(0);
	if (op->regs & ISA_RD_R6)
		mask |= reg_bit(6);
	if (op->regs & ISA_RD_ARGS)
		mask |= ARG_REGS;
	if (op->imm.kind == ISA_RULE_REG)
		mask |= reg_bit((u32)insn->imm & 0xf);
	return mask;
}

u16 isa_regs_written(const struct isa_op *op, const struct bpf_insn *insn)
{
	u16 mask = 0;

	if (op->regs & ISA_WR_DST)
		mask |= reg_bit(insn->dst_reg);
	if (op->regs & ISA_WR_SRC)
		mask |= reg_bit(insn->src_reg);
	if (op->regs & ISA_WR_R0)
		mask |= reg_bit(0);
	if (op->regs & ISA_CLOBBERS)
		mask |= ARG_REGS;
	return mask;
}

bool isa_jump_target(const struct bpf_insn *insn, u32 at, s64 *target)
{
	const struct isa_op *op = &ops[first_row[insn->code]];

	if (op->effect != ISA_FX_JUMP && op->effect != ISA_FX_COND &&
	    op->effect != ISA_FX_MAY_GOTO)
		return false;
	*target = (s64)at + 1 + (op->off.kind == ISA_RULE_JUMP ? insn->off : insn->imm);
	return true;
}

bool isa_call_target(const struct bpf_insn *insn, u32 at, s64 *target)
{
	bool call = insn->code == CODE(JMP, CALL, K) && insn->src_reg == BPF_PSEUDO_CALL;
	bool func = insn->code == LD_IMM64_CODE && insn->src_reg == BPF_PSEUDO_FUNC;

	if (!call && !func)
		return false;
	*target = (s64)at + 1 + insn->imm;
	return true;
}

/* The byte with the registers: dst is the low half in little-endian files, the high half in
 * big-endian ones. */
void isa_load_insn(const u8 bytes[8], bool swap, struct bpf_insn *insn)
{
	bool big = HOST_BIG_ENDIAN != swap;

	insn->code = bytes[0];
	insn->dst_reg = big ? bytes[1] >> 4 : bytes[1] & 0xf;
	insn->src_reg = big ? bytes[1] & 0xf : bytes[1] >> 4;
	insn->off = (s16)get_u16(bytes + 2, swap);
	insn->imm = (s32)get_u32(bytes + 4, swap);
}

void isa_store_insn(u8 bytes[8], bool swap, const struct bpf_insn *insn)
{
	bool big = HOST_BIG_ENDIAN != swap;

	bytes[0] = insn->code;
	bytes[1] = (u8)(big ? insn->dst_reg << 4 | insn->src_reg :
			      insn->src_reg << 4 | insn->dst_reg);
	put_u16(bytes + 2, (u16)insn->off, swap);
	put_u32(bytes + 4, (u32)insn->imm, swap);
}

/* In the host's order the bytes of a file are the host's struct. */
_Static_assert(sizeof(struct bpf_insn) == 8, "an instruction has 8 bytes");

void isa_load_insns(const u8 *bytes, bool swap, struct bpf_insn *insns, u32 n)
{
	if (!swap && n)
		memcpy(insns, bytes, n * sizeof(*insns));
	for (u32 i = 0; swap && i < n; i++)
		isa_load_insn(bytes + i * sizeof(*insns), swap, &insns[i]);
}

void isa_store_insns(u8 *bytes, bool swap, const struct bpf_insn *insns, u32 n)
{
	if (!swap && n)
		memcpy(bytes, insns, n * sizeof(*insns));
	for (u32 i = 0; swap && i < n; i++)
		isa_store_insn(bytes + i * sizeof(*insns), swap, &insns[i]);
}
