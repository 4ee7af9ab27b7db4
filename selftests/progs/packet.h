/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#ifndef PROGS_PACKET_H
#define PROGS_PACKET_H

#include <linux/bpf.h>

/* The difference is made in 64 bits, or the verifier sees a part of an address in it. */
static __inline __attribute__((always_inline)) __u32 packet_size(const struct xdp_md *ctx)
{
	__u64 size = (__u64)ctx->data_end - (__u64)ctx->data;

	asm volatile("" : "+r"(size));
	return size;
}

#endif
