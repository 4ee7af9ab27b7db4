/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Unsigned arithmetic in each width with operands from the packet, so that nothing folds: the sum
 * over all pairs of 8 numbers, among them 0, which divides without a trap.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define N_NUMBERS 8

struct numbers {
	__u64 n[N_NUMBERS];
};

static __always_inline int take(struct xdp_md *ctx, struct numbers *out)
{
	__u8 *p = (void *)(long)ctx->data;

	if (p + 14 > (__u8 *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(&out->n[0], p, 8);
	__builtin_memcpy(&out->n[1], p + 6, 8);
	out->n[2] = 0;
	out->n[3] = ~(__u64)p[13];
	out->n[4] = (__u64)p[12] << 60 | p[5];
	out->n[5] = 1 + p[11];
	out->n[6] = 0x80000000ULL + p[0];
	out->n[7] = 0x8000000000000000ULL ^ out->n[1];
	return 0;
}

#define PAIRS(name, type, expr)						\
	SEC("xdp")							\
	int name(struct xdp_md *ctx)					\
	{								\
		struct numbers v;					\
		type sum = 0;						\
									\
		if (take(ctx, &v))					\
			return -1;					\
		for (int i = 0; i < N_NUMBERS; i++)			\
			for (int j = 0; j < N_NUMBERS; j++) {		\
				type a = v.n[i], b = v.n[j];		\
									\
				sum = sum * 3 + (type)(expr);		\
			}						\
		return (__u32)((__u64)sum ^ (__u64)sum >> 32);		\
	}

/* A divisor of 0 is the machine's business: C says nothing, so the instruction is asked. */
#define DIVIDE(a, op, b) ({ asm volatile("%0 " op " %1" : "+r"(a) : "r"(b)); a; })

PAIRS(wide_sums, __u64, (a + b) ^ (a - b) ^ (a * b))
PAIRS(wide_bits, __u64, (a & b) + (a | b) * 5 + (a ^ b) * 7 + ~a)
PAIRS(wide_quotients, __u64, DIVIDE(a, "/=", b))
PAIRS(wide_remainders, __u64, DIVIDE(a, "%%=", b))
PAIRS(word_sums, __u32, (a + b) ^ (a - b) ^ (a * b))
PAIRS(word_bits, __u32, (a & b) + (a | b) * 5 + (a ^ b) * 7 + ~a)
PAIRS(word_quotients, __u32, b ? a / b : 0)
PAIRS(word_remainders, __u32, b ? a % b : a)
PAIRS(half_mix, __u16, a * b + (b ? a / b : a - b))
PAIRS(byte_mix, __u8, a * b + (b ? a % b : a ^ b))
PAIRS(wide_constants, __u64, a / 1000 + b % 77 + a * 12345 - (b & 0xff00ff) + (a | 0x70))
PAIRS(word_constants, __u32, a / 1000 + b % 77 + a * 12345 - (b & 0xff00ff) + (a | 0x70))

char LICENSE[] SEC("license") = "GPL";
