/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * One eBPF instruction and the numbers that its opcode byte is made of. Source of the facts:
 * RFC 9669 (BPF instruction set) and the kernel's uapi up to 6.18.
 *
 *	 7         4  3   2      0
 *	+------------+---+--------+
 *	| operation  |src| class  |	ALU, ALU64, JMP, JMP32
 *	+------------+---+--------+
 *	| mode (3) | size (2) |cls|	LD, LDX, ST, STX
 *	+----------+----------+---+
 */
#ifndef UAPI_INSN_H
#define UAPI_INSN_H

#include <stdint.h>

/* 8 bytes, in the byte order of the machine that it is for; the two register nibbles swap places
 * between the orders. In memory bpfweld always keeps the host's order. */
struct bpf_insn {
	uint8_t code;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint8_t dst_reg : 4;
	uint8_t src_reg : 4;
#else
	uint8_t src_reg : 4;
	uint8_t dst_reg : 4;
#endif
	int16_t off;
	int32_t imm;
};

#define BPF_CLASS(code) ((code) & 0x07)
#define BPF_SIZE(code) ((code) & 0x18)
#define BPF_MODE(code) ((code) & 0xe0)
#define BPF_OP(code) ((code) & 0xf0)
#define BPF_SRC(code) ((code) & 0x08)

enum { /* class */
	BPF_LD = 0x00, BPF_LDX = 0x01, BPF_ST = 0x02, BPF_STX = 0x03,
	BPF_ALU = 0x04, BPF_JMP = 0x05, BPF_JMP32 = 0x06, BPF_ALU64 = 0x07,
};

enum { /* second operand of ALU and JMP */
	BPF_K = 0x00, BPF_X = 0x08,
};

enum { /* size of LD, LDX, ST, STX */
	BPF_W = 0x00, BPF_H = 0x08, BPF_B = 0x10, BPF_DW = 0x18,
};

enum { /* mode of LD, LDX, ST, STX */
	BPF_IMM = 0x00, BPF_ABS = 0x20, BPF_IND = 0x40, BPF_MEM = 0x60,
	BPF_MEMSX = 0x80, BPF_ATOMIC = 0xc0,
};

enum { /* operation of ALU and ALU64 */
	BPF_ADD = 0x00, BPF_SUB = 0x10, BPF_MUL = 0x20, BPF_DIV = 0x30,
	BPF_OR = 0x40, BPF_AND = 0x50, BPF_LSH = 0x60, BPF_RSH = 0x70,
	BPF_NEG = 0x80, BPF_MOD = 0x90, BPF_XOR = 0xa0, BPF_MOV = 0xb0,
	BPF_ARSH = 0xc0, BPF_END = 0xd0,
};

enum { /* operation of JMP and JMP32; JCOND (may_goto), CALL and EXIT exist in JMP only */
	BPF_JA = 0x00, BPF_JEQ = 0x10, BPF_JGT = 0x20, BPF_JGE = 0x30,
	BPF_JSET = 0x40, BPF_JNE = 0x50, BPF_JSGT = 0x60, BPF_JSGE = 0x70,
	BPF_CALL = 0x80, BPF_EXIT = 0x90, BPF_JLT = 0xa0, BPF_JLE = 0xb0,
	BPF_JSLT = 0xc0, BPF_JSLE = 0xd0, BPF_JCOND = 0xe0,
};

enum { /* source bit of END in ALU: the target order; in ALU64 only LE (0): bswap */
	BPF_TO_LE = 0x00, BPF_TO_BE = 0x08,
};

enum { /* imm of ATOMIC: ADD, OR, AND or XOR of the ALU, with FETCH for the old value, or */
	BPF_FETCH = 0x01, BPF_XCHG = 0xe1, BPF_CMPXCHG = 0xf1,
	BPF_LOAD_ACQ = 0x100, BPF_STORE_REL = 0x110,
};

enum { /* src_reg of ld_imm64 */
	BPF_PSEUDO_MAP_FD = 1, BPF_PSEUDO_MAP_VALUE = 2, BPF_PSEUDO_BTF_ID = 3,
	BPF_PSEUDO_FUNC = 4, BPF_PSEUDO_MAP_IDX = 5, BPF_PSEUDO_MAP_IDX_VALUE = 6,
};

enum { /* src_reg of call (0 is a helper) */
	BPF_PSEUDO_CALL = 1, BPF_PSEUDO_KFUNC_CALL = 2,
};

enum { /* off of MOV X in ALU64: address space casts (imm holds destination << 16 | source) */
	BPF_ADDR_SPACE_CAST = 1,
};

enum { /* src_reg of JCOND */
	BPF_MAY_GOTO = 0,
};

enum { /* registers; r10 is the read-only frame pointer */
	BPF_REG_0, BPF_REG_1, BPF_REG_2, BPF_REG_3, BPF_REG_4, BPF_REG_5,
	BPF_REG_6, BPF_REG_7, BPF_REG_8, BPF_REG_9, BPF_REG_10, MAX_BPF_REG,
};

#define MAX_BPF_STACK 512

#endif
