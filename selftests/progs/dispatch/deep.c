/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Stack. Side n has a main function and a function below it with frames of about these sizes;
 * side 5 makes a tail call below, side 6 calls seven functions deep, side 7 throws,
 * side 8 in a callback. All of them
 * pass; what they add to `seen` depends on all that they stored.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if SIDE == 1
#define MAIN 64
#define BELOW 384
#elif SIDE == 2
#define MAIN 400
#define BELOW 0
#elif SIDE == 3
#define MAIN 320
#define BELOW 160
#elif SIDE == 4
#define MAIN 256
#define BELOW 256
#elif SIDE == 5
#define MAIN 216
#define BELOW 8
#else
#define MAIN 32
#define BELOW 0
#endif

/* Words of a frame; the compiler wants a few for itself. */
#define WORDS(bytes) ((bytes) / 8 - 2)

__u64 seen;

/* Only the ends are stored to: a loop's index would hide how deep it goes. Nobody knows what is
 * read behind the barrier, so the compiler keeps the array whole. */
#define FILL(name, bytes, from)                              \
	volatile __u64 name[WORDS(bytes)];                   \
	name[0] = (from);                                    \
	name[WORDS(bytes) - 1] = (from) + WORDS(bytes) - 1;  \
	asm volatile("" : : "r"(name) : "memory")

#if SIDE == 5
int xdp_tail(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct xdp_md *));
} tails SEC(".maps") = {
	.values = { (void *)&xdp_tail },
};

SEC("xdp")
int xdp_tail(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&seen, 1000);
	return XDP_PASS;
}

static __noinline int below(struct xdp_md *ctx, __u64 from)
{
	volatile int failed = XDP_ABORTED;

	bpf_tail_call(ctx, &tails, 0);
	return failed;
}
#elif SIDE == 6
#define STEP(name, next)                                             \
	static __noinline int name(struct xdp_md *ctx, __u64 from)   \
	{                                                            \
		volatile __u64 here = from;                          \
		return next(ctx, here + 1);                          \
	}

static __noinline int last(struct xdp_md *ctx, __u64 from)
{
	__sync_fetch_and_add(&seen, from);
	return XDP_PASS;
}
STEP(f6, last)
STEP(f5, f6)
STEP(f4, f5)
STEP(f3, f4)
STEP(f2, f3)
STEP(below, f2)
#elif SIDE == 7 || SIDE == 8
#if SIDE == 8
/* What stands behind three underscores is no part of a kfunc's name. */
#define bpf_throw bpf_throw___too
#endif
extern void bpf_throw(__u64 cookie) __ksym;

#if SIDE == 8
static long may_throw(__u32 i, void *ctx)
{
	if (i == 77)
		bpf_throw(2);
	return 0;
}
#endif

static __noinline int below(struct xdp_md *ctx, __u64 from)
{
#if SIDE == 8
	bpf_loop(78, may_throw, ctx, 0);
#else
	if (from == 77)
		bpf_throw(2);
#endif
	return XDP_PASS;
}
#elif BELOW
static __noinline int below(struct xdp_md *ctx, __u64 from)
{
	FILL(words, BELOW, from);
	__sync_fetch_and_add(&seen, words[0] + words[WORDS(BELOW) - 1]);
	return XDP_PASS;
}
#else
static __always_inline int below(struct xdp_md *ctx, __u64 from)
{
	__sync_fetch_and_add(&seen, from);
	return XDP_PASS;
}
#endif

SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	FILL(words, MAIN, ctx->data_end - ctx->data);
	return below(ctx, words[WORDS(MAIN) - 1] - words[0]);
}

char LICENSE[] SEC("license") = "GPL";
