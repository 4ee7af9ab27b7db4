/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Sections off the beaten track: a version, one that no loader knows, a format string, a weak
 * variable, programs whose section names say more than their type.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int notes[2] SEC("weld_notes") = { 1, 2 };
__weak int tunable = 11;
int made_for SEC("version") = 1;

SEC("xdp.frags")
int with_frags(struct xdp_md *ctx)
{
	bpf_printk("tunable %d", tunable);
	return tunable + notes[1];
}

SEC("?xdp")
int not_loaded_by_default(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("tc/ingress")
int old_style_name(struct __sk_buff *skb)
{
	return skb->len;
}

SEC("tracepoint/syscalls/sys_enter_getppid")
int on_getppid(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
