/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What the loader resolves: kernel configuration, kernel variables and kernel functions, strong
 * and weak. Returns XDP_PASS on any kernel that has the strong ones.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern _Bool CONFIG_BPF_SYSCALL __kconfig __weak;
extern int CONFIG_HZ __kconfig __weak;
extern int CONFIG_NO_SUCH_OPTION __kconfig __weak;
extern const int bpf_prog_active __ksym __weak;
extern const void no_such_symbol __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;
extern int no_such_kfunc(int arg) __ksym __weak;

SEC("xdp")
int use_externs(struct xdp_md *ctx)
{
	if (LINUX_KERNEL_VERSION < 0x040000 || CONFIG_NO_SUCH_OPTION)
		return XDP_DROP;
	if (&no_such_symbol || (no_such_kfunc && no_such_kfunc(1)))
		return XDP_ABORTED;
	if (bpf_rcu_read_lock && bpf_rcu_read_unlock) {
		bpf_rcu_read_lock();
		bpf_rcu_read_unlock();
	}
	return CONFIG_BPF_SYSCALL || !CONFIG_HZ || &bpf_prog_active ? XDP_PASS : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
