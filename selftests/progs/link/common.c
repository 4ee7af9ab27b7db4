/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Tentative definitions (-fcommon) on both sides, of different size; and visibilities. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define visible(how) __attribute__((visibility(how)))

#if SIDE == 1
/* A section of its own, which not every loader knows. */
int custom SEC("mine") = 0;

__attribute__((common)) int shared_common;
extern int hidden_func(int x) visible("hidden");

SEC("xdp")
int common_main(struct xdp_md *ctx)
{
	custom++;
	shared_common += 3;
	return hidden_func(shared_common);
}
#else
__attribute__((common)) int shared_common;

__noinline int hidden_func(int x)
{
	return x + 1;
}

visible("protected") __noinline int guarded(int x)
{
	return x + 2;
}
#endif

char LICENSE[] SEC("license") = "GPL";
