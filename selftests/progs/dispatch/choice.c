/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Objects in which the component has to be looked for, or isn't there. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if SIDE == 1 /* two of one type */
SEC("xdp")
int xdp_one(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp.frags")
int xdp_two(struct xdp_md *ctx)
{
	return XDP_DROP;
}
#elif SIDE == 2 /* none */
SEC("kprobe/do_nanosleep")
int probe(void *ctx)
{
	return 0;
}
#elif SIDE == 3 /* runs behind a redirect */
SEC("xdp/devmap")
int xdp_egress(struct xdp_md *ctx)
{
	return XDP_PASS;
}
#elif SIDE == 4 /* a section that means nothing */
SEC("my_filter")
int filter(void *ctx)
{
	return 2;
}
#elif SIDE == 5 /* copes with fragments */
SEC("xdp.frags")
int xdp_main(struct xdp_md *ctx)
{
	return XDP_PASS;
}
#endif

char LICENSE[] SEC("license") = "GPL";
