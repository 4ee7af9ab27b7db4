/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What printer and assembler share. LLVM's dialect can't say everything that an instruction can
 * hold, so it is extended, and print and assemble are inverse to each other for all 64 bits:
 *
 *	r1 = map_fd(0x3) ll			ld_imm64 of each pseudo source; LLVM prints and
 *	r1 = map_value(0x3, 0x8) ll		reads `ld_pseudo r1, 0x1, 0x3`, which loses the
 *	r1 = map_idx(0x0) ll			second imm; it is read here too
 *	r1 = map_idx_value(0x0, 0x8) ll
 *	r1 = btf_id(0x10, 0x0) ll		id, descriptor of its BTF
 *	r1 = func(+0x5) ll			displacement or label
 *	call pc+0x5				local call; LLVM prints all calls as `call 0x5`
 *	call kfunc(0x10, 0x0)			BTF id, index into fd_array
 *	callx_imm r1				register in imm, as clang before 19.1 had it
 *	r0 = *(u8 *)skb[r1 + 0x4]		ld_ind with an imm
 *	.insn 0xff, 1, 2, 0x3, 0x4		any 8 bytes: code, dst, src, off, imm
 */
#ifndef ISA_TEXT_INT_H
#define ISA_TEXT_INT_H

#include "lib/isa/isa.h"

/* Spellings without a row; further directives: %c code, %e dst and %f or %k src as numbers,
 * %u imm unsigned, %N the name that a callback gave. */
#define ISA_RAW_TEXT ".insn %c, %e, %f, %q, %i"
#define ISA_PSEUDO_TEXT "ld_pseudo\t%rd, %k, %u"
#define ISA_NAMED_CALL_TEXT "call %N"
#define ISA_NAMED_LD64_TEXT "%rd = %N ll"

/* A directive of op.def's text column; kind 'r', 'w' and 'x' have an operand 'd', 's' or 'i'. */
struct isa_directive {
	char kind;
	char operand;
};

/* Read the directive behind the per cent sign at text[0]; returns the characters it takes. */
static inline size_t isa_directive(const char *text, struct isa_directive *out)
{
	bool reg = text[1] == 'r' || text[1] == 'w' || text[1] == 'x';

	out->kind = text[1];
	out->operand = reg ? text[2] : 0;
	return reg ? 3 : 2;
}

/* What one statement of the text says. */
struct isa_stmt {
	const struct isa_op *op;	/* NULL for the spellings without a row */
	struct bpf_insn insn[2];
	u32 slots;
	struct span name;		/* that stands for an operand; data NULL: none */
	s64 addend;			/* behind the name */
};

/* What was expected where a statement stops to make sense. */
enum {
	ISA_WANT_R = 1 << 0, ISA_WANT_W = 1 << 1, ISA_WANT_NUMBER = 1 << 2,
	ISA_WANT_SIGNED = 1 << 3, ISA_WANT_NAME = 1 << 4, ISA_WANT_END = 1 << 5,
	ISA_WANT_SAME = 1 << 6,		/* the register that was named before */
	ISA_WANT_RANGE = 1 << 7,	/* the number there is too large for its field */
	ISA_N_WANTS = 8,
	ISA_MAX_LITERALS = 8,	/* more are left out */
};

struct isa_miss {
	const u8 *at;			/* the farthest place that any spelling reached */
	u32 want;			/* ISA_WANT_* there */
	const char *literals[ISA_MAX_LITERALS];	/* tails of spellings that could go on there */
	u32 n_literals;
};

/* Match one statement, which has no comment, label, separator or white space around it and isn't
 * empty, against all spellings. */
bool isa_match(struct span text, struct isa_stmt *out, struct isa_miss *miss);

/* What was expected, for a person: "a number, `*` or `lock`". */
void isa_miss_str(const struct isa_miss *miss, struct sbuf *out);

bool isa_is_space(u8 c);
/* Characters of names: letters, digits, and _ . $ */
bool isa_is_word(u8 c);

#endif
