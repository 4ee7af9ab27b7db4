/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Externs for the loader on both sides; those of the first half agree. bad_type doesn't, and the
 * kfunc that side 2 defines itself is answered by that definition.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym;

#if SIDE == 1
extern int CONFIG_BAD_TYPE __kconfig __weak;
extern int own_kfunc(int x) __ksym;

SEC("xdp")
int loader_1(struct xdp_md *ctx)
{
	bpf_preempt_disable();
	bpf_preempt_enable();
	return own_kfunc(LINUX_KERNEL_VERSION + CONFIG_BAD_TYPE);
}
#else
extern char CONFIG_BAD_TYPE __kconfig __weak;

__noinline int own_kfunc(int x)
{
	return x;
}

SEC("xdp")
int loader_2(struct xdp_md *ctx)
{
	bpf_preempt_disable();
	bpf_preempt_enable();
	return LINUX_KERNEL_VERSION + CONFIG_BAD_TYPE;
}
#endif

char LICENSE[] SEC("license") = "GPL";
