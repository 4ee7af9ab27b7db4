/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Functions of all linkages, called from each other and shared by two programs; some in a section
 * of their own. xdp_a returns 3 * (2 + 7) + 1 = 28, xdp_b returns weighted(3, 4) = 3 * 7 = 21.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __noinline int add(int a, int b)
{
	return a + b;
}

__noinline int weighted(int a, int b)
{
	return 3 * add(a, b);
}

__weak __noinline int one(void)
{
	return 1;
}

SEC(".text.apart")
__noinline int apart(int a)
{
	return weighted(a, 7) + one();
}

__hidden __noinline int hidden_one(int a)
{
	return a * 1;
}

SEC("xdp")
int xdp_a(struct xdp_md *ctx)
{
	return weighted(2, hidden_one(7)) + one();
}

SEC("xdp")
int xdp_b(struct xdp_md *ctx)
{
	return weighted(3, 4);
}

char LICENSE[] SEC("license") = "GPL";
