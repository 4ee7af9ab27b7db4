/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Functions of side 2 whose addresses side 1 takes: a callback, and one that need not be there and
 * is asked for by its address. callback_main returns 5 * 2 + 7 with side 2 and 100 alone.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if SIDE == 1
extern long add_two(__u32 i, int *sum) __weak;
extern int seven(int x) __weak;

SEC("xdp")
int callback_main(struct xdp_md *ctx)
{
	int sum = 0;

	if (!seven)
		return 100;
	bpf_loop(5, add_two, &sum, 0);
	return sum + seven(0);
}
#else
long add_two(__u32 i, int *sum)
{
	*sum += 2;
	return 0;
}

__noinline int seven(int x)
{
	return x + 7;
}
#endif

char LICENSE[] SEC("license") = "GPL";
