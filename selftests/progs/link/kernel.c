/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The same things of the kernel on both sides, wanted strongly on one and weakly on the other, and
 * one that no kernel has. Each program returns SIDE * 10 + 2 when the strong ones are there.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define PASTE(a, b) a##b
#define NAME(a, b) PASTE(a, b)

#if SIDE == 1
#define first
#define second __weak
#else
#define first __weak
#define second
#endif

extern int LINUX_KERNEL_VERSION __kconfig first;
extern _Bool CONFIG_BPF_SYSCALL __kconfig second;
extern int CONFIG_NO_SUCH_OPTION __kconfig __weak;
extern const void bpf_map_put __ksym first;
extern const void no_such_symbol __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym second;
extern void bpf_rcu_read_unlock(void) __ksym first;
extern int no_such_kfunc(int arg) __ksym __weak;

SEC("xdp")
int NAME(kernel_, SIDE)(struct xdp_md *ctx)
{
	if (LINUX_KERNEL_VERSION < 0x040000 || CONFIG_NO_SUCH_OPTION || !CONFIG_BPF_SYSCALL)
		return -1;
	if (&no_such_symbol || (no_such_kfunc && no_such_kfunc(1)))
		return -2;
	if ((long)&bpf_map_put == 1)
		return -3;
#if SIDE == 1
	if (bpf_rcu_read_lock)
		bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
#else
	bpf_rcu_read_lock();
	if (bpf_rcu_read_unlock)
		bpf_rcu_read_unlock();
#endif
	return SIDE * 10 + 2;
}

char LICENSE[] SEC("license") = "GPL";
