/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Functions of the program: eight frames deep, five arguments, saved registers, the whole stack. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

#define noinline __attribute__((noinline))

static noinline __u64 level7(__u64 v)
{
	return v * 3 + 7;
}

#define LEVEL(n, next)				\
	static noinline __u64 level##n(__u64 v)	\
	{					\
		__u64 above = next(v + n);	\
						\
		return above * 5 + (v ^ n);	\
	}

LEVEL(6, level7)
LEVEL(5, level6)
LEVEL(4, level5)
LEVEL(3, level4)
LEVEL(2, level3)
LEVEL(1, level2)

SEC("xdp")
int depth_eight(struct xdp_md *ctx)
{
	__u64 v = level1(packet_size(ctx));

	return v ^ v >> 32;
}

static noinline __u64 five(__u64 a, __u32 b, __s64 c, __u16 d, __u8 e)
{
	return a * 3 + b * 5ULL + c * 7 + d * 11 + e * 13;
}

SEC("xdp")
int depth_arguments(struct xdp_md *ctx)
{
	__u64 n = packet_size(ctx), a = n * 0x100000001ULL, b;

	b = five(a, n - 100, -n, n * 1000, n * 3);
	b = five(b, a, b >> 3, b >> 5, a);
	a = five(n, b, a, b, n);
	return a ^ b ^ b >> 32;
}

struct work {
	__u8 bytes[16];
	__u32 sum;
};

static noinline void fill(struct work *w, __u32 seed)
{
	for (int i = 0; i < 16; i++)
		w->bytes[i] = seed = seed * 1103515245 + 12345;
}

static noinline void add_up(struct work *w)
{
	for (int i = 0; i < 16; i++)
		w->sum = w->sum * 31 + w->bytes[i];
}

/* Callees work on the caller's stack. */
SEC("xdp")
int depth_shared_stack(struct xdp_md *ctx)
{
	struct work w = {};

	fill(&w, packet_size(ctx));
	add_up(&w);
	fill(&w, w.sum);
	add_up(&w);
	return w.sum;
}

/* All 512 bytes of the one frame. */
SEC("xdp")
int depth_whole_stack(struct xdp_md *ctx)
{
	volatile __u32 area[120];
	__u32 sum = packet_size(ctx);

	for (int i = 0; i < 120; i++)
		area[i] = sum = sum * 1664525 + 1013904223;
	sum = 0;
	for (int i = 119; i >= 0; i--)
		sum = sum * 3 + area[i];
	return sum;
}

static noinline __u32 pick(struct xdp_md *ctx, __u32 at)
{
	__u8 *p = (void *)(long)ctx->data;

	if (at > 1500)
		return 0;
	return p + at + 1 > (__u8 *)(long)ctx->data_end ? 0x100 : p[at];
}

SEC("xdp")
int depth_context(struct xdp_md *ctx)
{
	return pick(ctx, 13) + pick(ctx, 23) * 512 + pick(ctx, 400) * 3;
}

char LICENSE[] SEC("license") = "GPL";
