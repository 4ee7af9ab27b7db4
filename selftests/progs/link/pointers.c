/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Tables of static functions; both sides use the same names. pick is passed on as a callback,
 * table has the addresses in data, which a loader can't fill in: pointers_1 returns 3 * 1 + 100,
 * pointers_2 returns 3 * 2 + 100.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define PASTE(a, b) a##b
#define NAME(a, b) PASTE(a, b)

static long other(__u32 i, int *sum)
{
	*sum += 7;
	return 0;
}

static long add(__u32 i, int *sum)
{
	*sum += SIDE;
	return 0;
}

typedef long callback(__u32 i, int *sum);

static callback *const pick[2] = { other, add };
static callback *volatile table[3] = { add, other, add };

SEC("xdp")
int NAME(pointers_, SIDE)(struct xdp_md *ctx)
{
	int sum = 100;

	bpf_loop(3, pick[1], &sum, 0);
	return sum + !!table[1];
}

char LICENSE[] SEC("license") = "GPL";
