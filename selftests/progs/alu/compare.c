/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Every comparison in both widths, with a register and with a constant: each pair of numbers sets
 * a bit for each relation that holds. A compiler would turn some relations into others, so they
 * are given as text, with registers by number.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

#define N_NUMBERS 7

static volatile const __u64 numbers[N_NUMBERS] = {
	0, 1, 0x7fffffff, 0x80000000, 0xffffffffffffffff, 0x8000000000000000, 0x100000001,
};

#define BIT(sum, a, b, relation)					\
	do {								\
		register __u64 r2 asm("r2") = a;			\
		register __u64 r3 asm("r3") = b;			\
		register __u64 yes asm("r4");				\
									\
		asm volatile("r4 = 1\n\t"				\
			     "if " relation " goto +1\n\t"		\
			     "r4 = 0"					\
			     : "=r"(yes) : "r"(r2), "r"(r3));		\
		sum = sum << 1 | yes;					\
	} while (0)

#define COMPARE(name, left, right)					\
	SEC("xdp")							\
	int name(struct xdp_md *ctx)					\
	{								\
		__u64 all = packet_size(ctx), sum, a, b;		\
									\
		for (int i = 0; i < N_NUMBERS; i++)			\
			for (int j = 0; j < N_NUMBERS; j++) {		\
				a = numbers[i];				\
				b = numbers[j];				\
				sum = 0;				\
				BIT(sum, a, b, left " == " right);	\
				BIT(sum, a, b, left " != " right);	\
				BIT(sum, a, b, left " > " right);	\
				BIT(sum, a, b, left " >= " right);	\
				BIT(sum, a, b, left " < " right);	\
				BIT(sum, a, b, left " <= " right);	\
				BIT(sum, a, b, left " s> " right);	\
				BIT(sum, a, b, left " s>= " right);	\
				BIT(sum, a, b, left " s< " right);	\
				BIT(sum, a, b, left " s<= " right);	\
				BIT(sum, a, b, left " & " right);	\
				all = all * 31 + sum;			\
			}						\
		return all ^ all >> 32;					\
	}

COMPARE(compare_wide, "r2", "r3")
COMPARE(compare_wide_constant, "r2", "-1")
COMPARE(compare_wide_small, "r2", "1")
COMPARE(compare_word, "w2", "w3")
COMPARE(compare_word_constant, "w2", "0x7fffffff")
COMPARE(compare_word_negative, "w2", "-0x80000000")

char LICENSE[] SEC("license") = "GPL";
