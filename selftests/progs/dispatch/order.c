/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What owners say about order and chain, with libxdp's public macros. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <xdp/xdp_helpers.h>

#if SIDE == 1
struct {
	__uint(priority, 10);
	__uint(XDP_PASS, 1);
	__uint(XDP_TX, 1);
} XDP_RUN_CONFIG(xdp_main);
#elif SIDE == 2
/* PASS, a default, is taken out; REDIRECT is told not to be in, which it isn't. */
struct {
	__uint(XDP_PASS, 0);
	__uint(XDP_DROP, 1);
	__uint(XDP_REDIRECT, 0);
	__uint(priority, 7000);
} XDP_RUN_CONFIG(xdp_main);
#elif SIDE == 3
/* PASS stays in though only others are named. */
struct {
	__uint(XDP_ABORTED, 1);
} XDP_RUN_CONFIG(xdp_main);
#elif SIDE == 4
/* Of another function. */
struct {
	__uint(priority, 1);
} XDP_RUN_CONFIG(xdp_other);
#elif SIDE == 5
struct {
	__uint(priority, 0);
} XDP_RUN_CONFIG(xdp_main);
#elif SIDE == 6
struct {
	__uint(prio, 10);
} XDP_RUN_CONFIG(xdp_main);
#elif SIDE == 7
struct {
	int priority;
} XDP_RUN_CONFIG(xdp_main);
#endif

#if SIDE == 8
struct {
	__uint(priority, 20);
	__uint(TC_ACT_OK, 0);
	__uint(TC_ACT_SHOT, 1);
} XDP_RUN_CONFIG(tc_main);

SEC("tc")
int tc_main(struct __sk_buff *ctx)
{
	return 0;
}
#else
SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	return XDP_PASS;
}
#endif

char LICENSE[] SEC("license") = "GPL";
