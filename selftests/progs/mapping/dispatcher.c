/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Two programs behind one entry. The dispatcher doesn't know their names: which function prog1
 * and prog2 stand for is decided when it is linked (--resolve prog1=a:xdp_main).
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int prog1(struct xdp_md *ctx);
extern int prog2(struct xdp_md *ctx);

SEC("xdp")
int xdp_dispatcher(struct xdp_md *ctx)
{
	int verdict = prog1(ctx);

	if (verdict != XDP_PASS)
		return verdict;
	return prog2(ctx);
}

char LICENSE[] SEC("license") = "GPL";
