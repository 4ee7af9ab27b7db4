/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Everything about one eBPF instruction: what it is, what it reads and writes, how it is spelled,
 * and how instructions join to functions and blocks.
 *
 * op.def is the table. A row is one operation that an engine must know, so several rows may share
 * an opcode byte (udiv and sdiv differ in `off`, the atomics in `imm`, calls in `src`). Rows are
 * constants of this library: a `const struct isa_op *` lives for ever.
 *
 *	bytes -> isa_load_insn -> isa_decode -> row -> engine (switch on row->id or row->effect)
 *	insns -> isa_cfg_build -> functions, blocks, edges
 *	insns -> isa_print -> text -> isa_asm -> the same insns
 *
 * This room knows no names: helpers, maps, symbols and labels come through isa_text_opts.name on
 * the way out and leave as isa_ref on the way in.
 */
#ifndef ISA_ISA_H
#define ISA_ISA_H

#include "lib/base/arena.h"
#include "lib/base/diag.h"
#include "lib/base/span.h"
#include "uapi/insn.h"

/* --- the table --------------------------------------------------------------------------- */

enum isa_op_id {
	ISA_OP_NONE,
#define OP(name, ...) ISA_##name,
#define OP_ALSO(name, ...) ISA_##name,
#include "lib/isa/op.def"
	ISA_N_OPS,
};

/* What an engine has to do; `oper`, `width` and the operands say the rest. */
enum isa_effect {
	ISA_FX_NONE,
	ISA_FX_ALU,		/* dst = dst oper src|imm; NEG, MOV, MOVSX lack the left one */
	ISA_FX_END,		/* dst = its low `width` bytes in another order, zero extended */
	ISA_FX_CAST,		/* addr_space_cast */
	ISA_FX_LOAD,		/* dst = zero-extended *(src + off) */
	ISA_FX_LOADSX,		/* dst = sign-extended *(src + off) */
	ISA_FX_STORE,		/* *(dst + off) = src */
	ISA_FX_STORE_IMM,	/* *(dst + off) = imm */
	ISA_FX_ATOMIC,		/* changes *(dst + off); with ISA_WR_SRC or ISA_WR_R0 it fetches */
	ISA_FX_LOAD_ACQ,	/* like LOAD, with acquire order */
	ISA_FX_STORE_REL,	/* like STORE, with release order */
	ISA_FX_LD_IMM64,	/* dst = 64-bit constant, or what a loader fills in (oper) */
	ISA_FX_LD_PKT,		/* r0 = packet bytes in host order, or exit with 0 (legacy) */
	ISA_FX_JUMP,		/* goto, gotol */
	ISA_FX_COND,		/* compares in `width` bytes */
	ISA_FX_MAY_GOTO,
	ISA_FX_CALL,		/* oper: HELPER, LOCAL, KFUNC */
	ISA_FX_CALLX,
	ISA_FX_EXIT,
};

enum isa_oper {
	ISA_OPER_NONE,
	/* ALU and ATOMIC */
	ISA_OPER_ADD, ISA_OPER_SUB, ISA_OPER_MUL, ISA_OPER_DIV, ISA_OPER_SDIV, ISA_OPER_MOD,
	ISA_OPER_SMOD, ISA_OPER_OR, ISA_OPER_AND, ISA_OPER_XOR, ISA_OPER_LSH, ISA_OPER_RSH,
	ISA_OPER_ARSH, ISA_OPER_NEG, ISA_OPER_MOV,
	ISA_OPER_MOVSX,		/* the source's low insn->off bits */
	ISA_OPER_XCHG, ISA_OPER_CMPXCHG,
	/* END */
	ISA_OPER_TO_LE, ISA_OPER_TO_BE, ISA_OPER_BSWAP,
	/* COND: JSGT ... JSLE compare signed, JSET tests bits */
	ISA_OPER_JEQ, ISA_OPER_JNE, ISA_OPER_JGT, ISA_OPER_JGE, ISA_OPER_JLT, ISA_OPER_JLE,
	ISA_OPER_JSGT, ISA_OPER_JSGE, ISA_OPER_JSLT, ISA_OPER_JSLE, ISA_OPER_JSET,
	/* LD_IMM64, by src_reg */
	ISA_OPER_IMM64, ISA_OPER_MAP_FD, ISA_OPER_MAP_VALUE, ISA_OPER_BTF_ID, ISA_OPER_FUNC,
	ISA_OPER_MAP_IDX, ISA_OPER_MAP_IDX_VALUE,
	/* LD_PKT */
	ISA_OPER_ABS, ISA_OPER_IND,
	/* CALL, by src_reg */
	ISA_OPER_HELPER, ISA_OPER_LOCAL, ISA_OPER_KFUNC,
};

/* Operands that an instruction reads (RD) and writes (WR); see isa_regs_read, isa_regs_written. */
enum {
	ISA_RD_DST = 1 << 0,
	ISA_WR_DST = 1 << 1,
	ISA_RD_SRC = 1 << 2,
	ISA_WR_SRC = 1 << 3,
	ISA_RD_R0 = 1 << 4,
	ISA_WR_R0 = 1 << 5,
	ISA_RD_R6 = 1 << 6,	/* LD_PKT: r6 is the context */
	ISA_RD_ARGS = 1 << 7,	/* r1 ... r5, as many as the callee takes */
	ISA_CLOBBERS = 1 << 8,	/* r1 ... r5 are unreadable afterwards */
};

/* What a field of the instruction must hold. isa_decode enforces FIX, CAST, REG and ZERO rules;
 * SHIFT and DIVISOR are values, which the ISA defines and a verifier refuses. */
enum isa_rule_kind {
	ISA_RULE_FIX,		/* exactly val */
	ISA_RULE_FREE,		/* ignored by the kernel, kept by us */
	ISA_RULE_VALUE,		/* any number, the operand */
	ISA_RULE_SHIFT,		/* operand, 0 ... width * 8 - 1 */
	ISA_RULE_DIVISOR,	/* operand, not 0 */
	ISA_RULE_MEM,		/* displacement in bytes from a base register */
	ISA_RULE_JUMP,		/* displacement in instructions from the next one */
	ISA_RULE_REG,		/* a register number */
	ISA_RULE_CAST,		/* address spaces: destination << 16 | source; 0 and 1 exist */
	ISA_RULE_HELPER,	/* helper number */
	ISA_RULE_BTF_ID,	/* BTF type id */
	ISA_RULE_FD,		/* descriptor, or index into fd_array */
};

struct isa_rule {
	u8 kind;		/* enum isa_rule_kind */
	s32 val;
};

/* The second slot's imm of a two-slot instruction; its other fields must be 0. */
enum isa_next {
	ISA_NEXT_NONE,		/* one slot */
	ISA_NEXT_HIGH,		/* high half of the constant */
	ISA_NEXT_ZERO,
	ISA_NEXT_OFF,		/* byte offset into the map value */
	ISA_NEXT_FD,		/* BTF descriptor, 0 is the kernel's own */
	ISA_NEXT_FREE,		/* ignored by the kernel */
};

/* One row of op.def. */
struct isa_op {
	const char *name;	/* the row's name, "ADD64_X" */
	const char *text;	/* spelling; op.def describes the directives */
	u16 id;			/* enum isa_op_id */
	u16 regs;		/* ISA_RD_* | ISA_WR_* */
	u8 code;		/* opcode byte */
	u8 effect;		/* enum isa_effect */
	u8 oper;		/* enum isa_oper */
	u8 width;		/* bytes that are computed, compared or moved; 0 where nothing is */
	u8 next;		/* enum isa_next */
	u8 slots;		/* 1 or 2 */
	u8 version;		/* lowest instruction-set version; 0: no kernel takes it */
	struct isa_rule src;	/* REG, or FIX with the pseudo number */
	struct isa_rule off;
	struct isa_rule imm;
};

/* id must be below ISA_N_OPS; the row of ISA_OP_NONE has an empty name. */
const struct isa_op *isa_op(enum isa_op_id id);

static inline bool isa_op_has_src(const struct isa_op *op)
{
	return op->src.kind == ISA_RULE_REG;
}

/* Bit n for each register r<n> that insn, decoded as op, reads (arguments of calls: r1-r5). */
u16 isa_regs_read(const struct isa_op *op, const struct bpf_insn *insn);
/* Registers that hold something new or nothing afterwards. */
u16 isa_regs_written(const struct isa_op *op, const struct bpf_insn *insn);

/* --- decode ------------------------------------------------------------------------------ */

enum isa_fault {
	ISA_FAULT_NONE,
	ISA_FAULT_OPCODE,	/* no such opcode byte */
	ISA_FAULT_DST,		/* dst_reg must be 0 here */
	ISA_FAULT_SRC,		/* src_reg must be 0 or another pseudo number */
	ISA_FAULT_OFF,		/* off has a value that is reserved */
	ISA_FAULT_IMM,		/* imm has a value that is reserved */
	ISA_FAULT_REG,		/* register above r10 */
	ISA_FAULT_TRUNCATED,	/* second slot is missing */
	ISA_FAULT_SECOND,	/* second slot isn't all zero but for imm, or imm is reserved */
};

/*
 * The row of insn[0], or NULL and why (fault may be NULL). n_left counts the instructions from
 * insn to the end of the program. Constant time. The rules are those of Linux 6.18's verifier for
 * reserved fields; rows that no kernel takes have version 0. Writing r10 is well formed and left to
 * the verifier, see isa_regs_written.
 */
const struct isa_op *isa_decode(const struct bpf_insn *insn, u32 n_left, enum isa_fault *fault);

/* A few words for a person: "reserved field off is not zero". */
const char *isa_fault_str(enum isa_fault fault);

/* The instruction behind a jump (goto, gotol, may_goto, conditions) at instruction `at`; it may
 * lie outside the program. False when insn is no jump. */
bool isa_jump_target(const struct bpf_insn *insn, u32 at, s64 *target);
/* The same for a local call (oper LOCAL) and for the function of an ld_imm64 (oper FUNC). */
bool isa_call_target(const struct bpf_insn *insn, u32 at, s64 *target);

/* Slots that the instruction takes by its opcode byte alone. */
static inline u32 isa_slots(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW) ? 2 : 1;
}

/* The 64-bit constant of a two-slot instruction. */
static inline u64 isa_imm64(const struct bpf_insn insn[2])
{
	return (u64)(u32)insn[1].imm << 32 | (u32)insn[0].imm;
}

/* Between file bytes and host form; swap: the file's byte order is not the host's (the register
 * nibbles swap with it). */
void isa_load_insn(const u8 bytes[8], bool swap, struct bpf_insn *insn);
void isa_store_insn(u8 bytes[8], bool swap, const struct bpf_insn *insn);
/* The same for n instructions. */
void isa_load_insns(const u8 *bytes, bool swap, struct bpf_insn *insns, u32 n);
void isa_store_insns(u8 *bytes, bool swap, const struct bpf_insn *insns, u32 n);

/* --- text -------------------------------------------------------------------------------- */

enum isa_name_kind {
	ISA_NAME_HELPER,	/* num: helper id */
	ISA_NAME_KFUNC,		/* num: BTF id; insn->off: which BTF */
	ISA_NAME_CALL,		/* num: target, relative to this instruction */
	ISA_NAME_JUMP,		/* num: target, relative to this instruction */
	ISA_NAME_LD64,		/* num: the constant, or for FUNC the target as above */
};

/* What isa_print would like a name for. */
struct isa_name {
	enum isa_name_kind kind;
	const struct isa_op *op;
	const struct bpf_insn *insn;
	s64 num;
};

enum {
	ISA_TEXT_DECIMAL = 1 << 0,	/* numbers as llvm-objdump --no-print-imm-hex has them */
	ISA_TEXT_ALU32 = 1 << 1,	/* w registers in narrow accesses: llvm-objdump --mcpu=v3 */
	ISA_TEXT_LABELS = 1 << 2,	/* `goto name` instead of `goto +0x5 <name>` */
	ISA_TEXT_LLVM = 1 << 3,		/* llvm-objdump's text to the letter, which loses things */
};

struct isa_text_opts {
	u32 flags;
	/* Append the name to out and return true, or return false for a number. May be NULL. */
	bool (*name)(void *user, const struct isa_name *what, struct sbuf *out);
	void *user;
};

/*
 * One instruction in LLVM's dialect, without a newline; returns the slots that it took. n_left as
 * for isa_decode, at least 1. What doesn't decode prints as `.insn code, dst, src, off, imm` (with
 * ISA_TEXT_LLVM as `<unknown>`). opts may be NULL. Without ISA_TEXT_LLVM and names, isa_asm reads
 * the text back to the same bits; print.c lists what was added to the dialect for that.
 */
u32 isa_print(struct sbuf *out, const struct bpf_insn *insn, u32 n_left,
	      const struct isa_text_opts *opts);

/* Where an instruction of the text refers to a name that the text doesn't define. */
enum isa_ref_kind {
	ISA_REF_CALL,		/* call NAME: src_reg is PSEUDO_CALL, imm -1, like compilers' */
	ISA_REF_LD64,		/* rX = NAME+addend ll: constant is the addend */
};

struct isa_ref {
	u32 insn;
	enum isa_ref_kind kind;
	const char *name;	/* in isa_asm.names */
	s64 addend;
};

struct isa_label {
	const char *name;	/* in isa_asm.names */
	u32 insn;		/* may be insns.n: a label at the end */
	u32 line;
};

/* What isa_asm made; all parts are owned and go with isa_asm_free. */
struct isa_asm {
	VEC(struct bpf_insn) insns;
	VEC(u32) lines;			/* source line of each instruction, 1-based */
	VEC(struct isa_label) labels;	/* in order of definition */
	VEC(struct isa_ref) refs;	/* in order of instructions; the unresolved ones */
	struct arena names;
};

/*
 * Assemble. Jumps, `call label` and `rX = label ll` to labels of the text itself are resolved
 * (to PSEUDO_CALL and PSEUDO_FUNC). Faults are diagnostics with file, line and column, and the
 * errno of the first; the text is read on to the end. out is untouched on failure.
 */
int isa_asm(struct diag *d, const char *file, struct span text, struct isa_asm *out);
void isa_asm_free(struct isa_asm *a);

/* --- whole programs ---------------------------------------------------------------------- */

enum { ISA_NO_BLOCK = UINT32_MAX, ISA_MAX_FUNCS = 256 };

/* A function: the start of the program, call targets and PSEUDO_FUNC targets start one. */
struct isa_func {
	u32 start, end;		/* instructions, end exclusive */
	u32 first_block, n_blocks;
	bool called;		/* by a local call */
	bool address_taken;	/* by PSEUDO_FUNC */
};

/* A basic block: entered at its start only, left at its last instruction only. */
struct isa_block {
	u32 start, end;		/* instructions, end exclusive */
	u32 func;
	u32 fall;		/* next block, where it goes on without a jump, or ISA_NO_BLOCK */
	u32 jump;		/* target of its last instruction, or ISA_NO_BLOCK */
	bool reachable;		/* from the start of its function */
};

/* The graph of a program; made by isa_cfg_build, owned by the caller. */
struct isa_cfg {
	VEC(struct isa_func) funcs;	/* by start */
	VEC(struct isa_block) blocks;	/* by start, so those of a function lie together */
	VEC(u32) block_of;		/* of each instruction */
};

/*
 * Structure of a program: each instruction decodes, jumps stay in their function and don't go to
 * a second slot, functions end with exit or goto, at most ISA_MAX_FUNCS functions (A1.2 of the
 * kernel's rules; unreachable code is left to the verifier). Faults are diagnostics at `where`
 * (may be NULL) with insn set. Linear in n, no recursion.
 */
int isa_check_program(struct diag *d, const struct weld_where *where, const struct bpf_insn *insns,
		      u32 n);

/* isa_check_program, then the graph. */
int isa_cfg_build(struct diag *d, const struct weld_where *where, const struct bpf_insn *insns,
		  u32 n, struct isa_cfg *out);
void isa_cfg_free(struct isa_cfg *cfg);

/* The function that holds instruction `at`. */
u32 isa_cfg_func_of(const struct isa_cfg *cfg, u32 at);

#endif
