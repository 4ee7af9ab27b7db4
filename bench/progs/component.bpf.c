/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A component of a chain: it looks at two bytes of the packet. All loads are volatile, so that no
 * compiler makes one of what several components do.
 *
 * -DI=N alone is component N. With -DCOUNT=N: all of 0 .. N-1 in one program, merged by hand
 * (-DMERGED), or a program each that tail-calls the next (-DTAIL).
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __always_inline int look(struct xdp_md *ctx, int i)
{
	void *data = (void *)(long)*(volatile __u32 *)&ctx->data;
	void *end = (void *)(long)*(volatile __u32 *)&ctx->data_end;
	volatile __u8 *p = data;

	if (data + 64 > end)
		return XDP_ABORTED;
	if (p[i % 60] == 0xf0 && p[i % 60 + 1] == 0x0f)
		return XDP_DROP;
	return XDP_PASS;
}

#if defined(MERGED)

#define LOOK(i)				\
	if (i < COUNT) {		\
		ret = look(ctx, i);	\
		if (ret != XDP_PASS)	\
			return ret;	\
	}
#define LOOK_4(i) LOOK(i) LOOK(i + 1) LOOK(i + 2) LOOK(i + 3)
#define LOOK_16(i) LOOK_4(i) LOOK_4(i + 4) LOOK_4(i + 8) LOOK_4(i + 12)

SEC("xdp")
int merged(struct xdp_md *ctx)
{
	int ret;

	LOOK_16(0)
	LOOK_16(16)
	return XDP_PASS;
}

#elif defined(TAIL)

#define NEXT(i) int tail_##i(struct xdp_md *ctx);
#define ALL(F)                                                                            \
	F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) F(13) F(14) F(15)   \
	F(16) F(17) F(18) F(19) F(20) F(21) F(22) F(23) F(24) F(25) F(26) F(27) F(28)      \
	F(29) F(30) F(31)
ALL(NEXT)

#define SLOT(i) [i] = (void *)tail_##i,
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 32);
	__type(key, __u32);
	__array(values, int(struct xdp_md *));
} chain SEC(".maps") = { .values = { ALL(SLOT) } };

#define STEP(i)                                                 \
	{                                                       \
		int ret = look(ctx, i);                         \
								\
		if (ret != XDP_PASS || i + 1 >= COUNT)          \
			return ret;                             \
		bpf_tail_call(ctx, &chain, i + 1);              \
		return XDP_ABORTED;                             \
	}

SEC("xdp")
int tail_0(struct xdp_md *ctx) STEP(0)
#define PROGRAM(i)			\
	SEC("xdp")			\
	int tail_##i(struct xdp_md *ctx) STEP(i)
ALL(PROGRAM)

#else

SEC("xdp")
int component(struct xdp_md *ctx)
{
	return look(ctx, I);
}

#endif

char LICENSE[] SEC("license") = "GPL";
