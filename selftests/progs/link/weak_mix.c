/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Weak and strong definitions that live in different sections: what side 1 has weakly is strong on
 * side 2 (functions, .bss, a section of its own) or side 3 (constants), side 4 only declares.
 * wmix_main returns 1000 * wmix_func(1) + 100 * extra + limit + value = 3000 + 500 + 30 + 2 with
 * the strong ones in place; wmix_entry is a program of both sides, and returns 22.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if SIDE == 1
char front = 1;
__weak int value = 11;
__weak int extra;
__weak const volatile int limit = 3;

__weak __noinline int wmix_func(int x)
{
	return x + 1;
}

__weak SEC("xdp")
int wmix_entry(struct xdp_md *ctx)
{
	return 11;
}
#elif SIDE == 2
char front_bss[3];
int value;
long front_extra SEC(".data.extra") = 4;
int extra SEC(".data.extra") = 5;

__noinline int wmix_func(int x)
{
	return x + 2;
}

SEC("xdp")
int wmix_entry(struct xdp_md *ctx)
{
	return 22;
}
#elif SIDE == 3
const volatile char front_limit = 1;
const volatile int limit = 30;
__weak int value = 33;

__weak __noinline int wmix_func(int x)
{
	return x + 3;
}
#else
extern int value;
extern int extra;
extern const volatile int limit;
extern int wmix_func(int x);

SEC("xdp")
int wmix_main(struct xdp_md *ctx)
{
	value += 2;
	return 1000 * wmix_func(1) + 100 * extra + limit + value;
}
#endif

char LICENSE[] SEC("license") = "GPL";
