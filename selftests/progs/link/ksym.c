/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Externs that look like the kernel's, and that side 2 defines: a function, a variable, and one
 * that is wanted weakly. ksym_main returns 3 * 5 + 100 + 1000.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if SIDE == 1
extern int own_kfunc(int x) __ksym;
extern int own_weak(int x) __ksym __weak;
extern int own_kvar __ksym;

SEC("xdp")
int ksym_main(struct xdp_md *ctx)
{
	return own_kfunc(5) + own_kvar + own_weak(1000);
}
#else
char front = 1;
int own_kvar = 100;

__noinline int own_kfunc(int x)
{
	return 3 * x;
}

__noinline int own_weak(int x)
{
	return x;
}
#endif

char LICENSE[] SEC("license") = "GPL";
