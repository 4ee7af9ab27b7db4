/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Signed arithmetic of version 4: division towards zero, remainders with the dividend's sign, MIN
 * by -1, loads and moves that extend the sign.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

#define N_NUMBERS 8

static const __s64 numbers[N_NUMBERS] = {
	0, 1, -1, 7, -13, 0x7fffffffffffffff, -0x7fffffffffffffff - 1, -0x80000000LL,
};

#define OP(type, a, op, b) \
	({ \
		type _a = (a); \
		asm volatile("%0 " op " %1" : "+r"(_a) : "r"(b)); \
		_a; \
	})

#define PAIRS(name, type, expr)						\
	SEC("xdp")							\
	int name(struct xdp_md *ctx)					\
	{								\
		type sum = packet_size(ctx);			\
									\
		for (int i = 0; i < N_NUMBERS; i++)			\
			for (int j = 0; j < N_NUMBERS; j++) {		\
				type a = ((volatile const __s64 *)numbers)[i];	\
				type b = ((volatile const __s64 *)numbers)[j];	\
									\
				sum = sum * 3 + (type)(expr);		\
			}						\
		return (__u32)((__u64)sum ^ (__u64)sum >> 32);		\
	}

PAIRS(signed_wide_quotients, __s64, OP(__s64, a, "s/=", b))
PAIRS(signed_wide_remainders, __s64, OP(__s64, a, "s%%=", b))
PAIRS(signed_word_quotients, __s32, OP(__s32, a, "s/=", b))
PAIRS(signed_word_remainders, __s32, OP(__s32, a, "s%%=", b))
PAIRS(signed_constants, __s64, a / -7 + b % 1000 + (__s32)a / 3 + (__s32)b % -5)

/* Each narrow type of the same bytes, by load and by move. */
SEC("xdp")
int signed_extensions(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__s64 sum = 0, wide;

	if (p + 14 > (__u8 *)(long)ctx->data_end)
		return -1;
	for (int i = 0; i < 6; i++) {
		__builtin_memcpy(&wide, p + i, 8);
		sum = sum * 3 + *(__s8 *)(p + i);
		sum = sum * 3 + *(__s16 *)(p + i);
		sum = sum * 3 + *(__s32 *)(p + i);
		sum = sum * 3 + (__s8)(wide >> 8) + (__s16)(wide >> 16) + (__s32)(wide >> 24);
		sum = sum * 3 + (__s32)(__s8)wide * (__s32)(__s16)(wide >> 4);
	}
	return sum ^ sum >> 32;
}

char LICENSE[] SEC("license") = "GPL";
