/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A jump over more than 32,767 instructions, which needs gotol of version 4. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

SEC("xdp")
int far_jump(struct xdp_md *ctx)
{
	__u64 v = packet_size(ctx);

	asm volatile("if %[v] == 0x12345 goto 5f\n\t"
		     "gotol 2f\n\t"
		     "1:\n\t"
		     "%[v] *= 3\n\t"
		     "gotol 3f\n\t"
		     "5:\n\t"
		     ".rept 33000\n\t"
		     "%[v] += 1\n\t"
		     ".endr\n\t"
		     "2:\n\t"
		     "%[v] += 5\n\t"
		     "if %[v] > 0x100 goto 4f\n\t"
		     "gotol 1b\n\t"
		     "4:\n\t"
		     "%[v] *= 7\n\t"
		     "3:"
		     : [v] "+r"(v));
	return v;
}

char LICENSE[] SEC("license") = "GPL";
