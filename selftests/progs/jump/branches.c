/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Switches with many and with sparse cases, chains of conditions, far jumps. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

static __always_inline int take(struct xdp_md *ctx, __u32 *a, __u32 *b)
{
	__u8 *p = (void *)(long)ctx->data;

	if (p + 14 > (__u8 *)(long)ctx->data_end)
		return -1;
	*a = p[12] << 8 | p[13];
	*b = p[5] + p[0] + packet_size(ctx);
	return 0;
}

SEC("xdp")
int branch_sparse(struct xdp_md *ctx)
{
	__u32 type, b;

	if (take(ctx, &type, &b))
		return -1;
	switch (type) {
	case 0x0000: return b * 3;
	case 0x0800: return b ^ 0x55;
	case 0x0806: return b + 7;
	case 0x8100: return b << 3;
	case 0x86dd: return ~b;
	case 0x8847: case 0x8848: return 12;
	case 0x88cc: return 13;
	default: return b - type;
	}
}

SEC("xdp")
int branch_dense(struct xdp_md *ctx)
{
	__u32 type, b, sum = 1;

	if (take(ctx, &type, &b))
		return -1;
	for (int i = 0; i < 8; i++) {
		switch ((b + i * 5 + sum) % 16) {
		case 0: sum += 3; break;
		case 1: sum *= 5; break;
		case 2: sum ^= type; break;
		case 3: sum -= b; break;
		case 4: sum <<= 1;
			/* fall through */
		case 5: sum |= 1; break;
		case 6: sum &= 0xffff; break;
		case 7: sum = ~sum; break;
		case 8: sum >>= 2; break;
		case 9: sum += type * b; break;
		case 10: sum = sum << 7 | sum >> 25; break;
		case 11: sum += i; break;
		case 12: sum = -sum; break;
		default: sum++;
		}
	}
	return sum;
}

SEC("xdp")
int branch_conditions(struct xdp_md *ctx)
{
	__u32 type, b;
	__s32 s;

	if (take(ctx, &type, &b))
		return -1;
	s = (__s32)(type << 16) >> 8;
	if ((s < -100 && b > 60) || (s > 1000 && !(b & 1)))
		return 1;
	if (s == 0 || (type != 0x800 && (b & 6) == 4))
		return s >= 0 ? 2 : 3;
	return (type & 0x8000 ? 4 : 5) + (b <= 42 ? 10 : b >= 1000 ? 20 : 30);
}

char LICENSE[] SEC("license") = "GPL";
