/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Each operation in each form that the instruction set has, whether or not a compiler would choose
 * it: 64 and 32 bits, register and constant, memory in all widths, stores of constants. Operands
 * come from the packet's size, results are folded into one number.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

#define START(ctx)							\
	__u64 n = packet_size(ctx), sum = n, b = n * 0x8000000480000003ULL

#define NEXT(text)							\
	do {								\
		__u64 a = sum ^ 0xfedcba9876543210ULL;			\
									\
		asm volatile(text : [a] "+r"(a) : [b] "r"(b));		\
		sum = sum * 31 + a;					\
	} while (0)

#define WIDE(op, constant)						\
	do {								\
		NEXT("%[a] " op " %[b]");				\
		NEXT("%[a] " op " " constant);			\
	} while (0)

/* w registers are named by number, since operands of 64 bits have no 32-bit name. */
#define NEXT_WORD(text)							\
	do {								\
		register __u64 w2 asm("r2") = sum ^ 0xfedcba9876543210ULL;	\
		register __u64 w3 asm("r3") = b;			\
									\
		asm volatile(text : "+r"(w2) : "r"(w3));		\
		sum = sum * 31 + w2;					\
	} while (0)

#define WORD(op, constant)						\
	do {								\
		NEXT_WORD("w2 " op " w3");				\
		NEXT_WORD("w2 " op " " constant);			\
	} while (0)

SEC("xdp")
int forms_wide(struct xdp_md *ctx)
{
	START(ctx);

	WIDE("+=", "-7");
	WIDE("-=", "0x7fffffff");
	WIDE("*=", "-3");
	WIDE("/=", "-5");
	WIDE("%%=", "-9");
	WIDE("|=", "-0x80000000");
	WIDE("&=", "-256");
	WIDE("^=", "-1");
	WIDE("<<=", "63");
	WIDE(">>=", "33");
	WIDE("s>>=", "63");
	WIDE("=", "-2");
	NEXT("%[a] = -%[a]");
	NEXT("%[a] = 0x123456789abcdef ll");
	return sum ^ sum >> 32;
}

SEC("xdp")
int forms_word(struct xdp_md *ctx)
{
	START(ctx);

	WORD("+=", "-7");
	WORD("-=", "0x7fffffff");
	WORD("*=", "-3");
	WORD("/=", "-5");
	WORD("%%=", "-9");
	WORD("|=", "-0x80000000");
	WORD("&=", "-256");
	WORD("^=", "-1");
	WORD("<<=", "31");
	WORD(">>=", "13");
	WORD("s>>=", "31");
	WORD("=", "-2");
	NEXT_WORD("w2 = -w2");
	return sum ^ sum >> 32;
}

SEC("xdp")
int forms_signed(struct xdp_md *ctx)
{
	START(ctx);

	WIDE("s/=", "-5");
	WIDE("s%%=", "-9");
	WORD("s/=", "-5");
	WORD("s%%=", "-9");
	WIDE("s/=", "-1");
	WORD("s%%=", "-1");
	NEXT("%[a] = (s8)%[b]");
	NEXT("%[a] = (s16)%[b]");
	NEXT("%[a] = (s32)%[b]");
	NEXT_WORD("w2 = (s8)w3");
	NEXT_WORD("w2 = (s16)w3");
	return sum ^ sum >> 32;
}

SEC("xdp")
int forms_bytes(struct xdp_md *ctx)
{
	START(ctx);

	NEXT("%[a] = le16 %[a]");
	NEXT("%[a] = le32 %[a]");
	NEXT("%[a] = le64 %[a]");
	NEXT("%[a] = be16 %[a]");
	NEXT("%[a] = be32 %[a]");
	NEXT("%[a] = be64 %[a]");
	NEXT("%[a] = bswap16 %[a]");
	NEXT("%[a] = bswap32 %[a]");
	NEXT("%[a] = bswap64 %[a]");
	return sum ^ sum >> 32;
}

/* What is stored narrow is read wide, and the other way round. */
SEC("xdp")
int forms_memory(struct xdp_md *ctx)
{
	START(ctx);
	volatile __u64 slot[2];
	__u64 a;

	slot[0] = slot[1] = b;
	asm volatile("*(u8 *)(%0 + 3) = %1\n\t"
		     "*(u16 *)(%0 + 4) = %1\n\t"
		     "*(u32 *)(%0 + 8) = %1\n\t" : : "r"(slot), "r"(n) : "memory");
	sum = sum * 31 + slot[0] + slot[1];
	asm volatile("*(u64 *)(%0 + 8) = %1" : : "r"(slot), "r"(sum) : "memory");
	asm volatile("*(u8 *)(%0 + 0) = -2\n\t"
		     "*(u16 *)(%0 + 2) = -30000\n\t"
		     "*(u32 *)(%0 + 4) = 0x12345678\n\t" : : "r"(slot) : "memory");
	sum = sum * 31 + slot[0] + slot[1];
	asm volatile("*(u64 *)(%0 + 8) = -3" : : "r"(slot) : "memory");
	asm volatile("%0 = *(u8 *)(%1 + 1)" : "=r"(a) : "r"(slot) : "memory");
	sum = sum * 31 + a;
	asm volatile("%0 = *(u16 *)(%1 + 2)" : "=r"(a) : "r"(slot) : "memory");
	sum = sum * 31 + a;
	asm volatile("%0 = *(u32 *)(%1 + 4)" : "=r"(a) : "r"(slot) : "memory");
	sum = sum * 31 + a;
	asm volatile("%0 = *(u64 *)(%1 + 8)" : "=r"(a) : "r"(slot) : "memory");
	sum = sum * 31 + a;
	asm volatile("%0 = *(s8 *)(%1 + 0)" : "=r"(a) : "r"(slot) : "memory");
	sum = sum * 31 + a;
	asm volatile("%0 = *(s16 *)(%1 + 2)" : "=r"(a) : "r"(slot) : "memory");
	sum = sum * 31 + a;
	asm volatile("%0 = *(s32 *)(%1 + 8)" : "=r"(a) : "r"(slot) : "memory");
	sum = sum * 31 + a;
	return sum ^ sum >> 32;
}

char LICENSE[] SEC("license") = "GPL";
