/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Loops in the program's own text: over the packet, nested, with breaks; may_goto's budget. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

SEC("xdp")
int bounded_bytes(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 sum = 0;

	for (int i = 0; i < 1500; i++) {
		if (p + i + 1 > end)
			break;
		sum = (sum << 5 | sum >> 27) + p[i];
	}
	return sum;
}

/* Longest run of equal bytes; each byte doubles the paths that the verifier walks. */
SEC("xdp")
int bounded_run(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 best = 0, run = 0, last = 256;

	for (int i = 0; i < 12 && p + i + 1 <= end; i++) {
		run = p[i] == last ? run + 1 : 1;
		last = p[i];
		if (run > best)
			best = run;
	}
	return best;
}

/* Pairs of the first 14 bytes that are in the wrong order. */
SEC("xdp")
int bounded_pairs(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__u8 b[14];
	int n = 0;

	if (p + sizeof(b) > (__u8 *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(b, p, sizeof(b));
	for (int i = 0; i < 14; i++)
		for (int j = i + 1; j < 14; j++)
			n += b[i] > b[j];
	return n;
}

/*
 * may_goto by its number (opcode 0xe5, off 1: over the next instruction, which goes back), since
 * not every assembler knows its name.
 */
SEC("xdp")
int bounded_may_goto(struct xdp_md *ctx)
{
	__u64 n = packet_size(ctx) & 0x7f, sum = 1;

	asm volatile("2:\n\t"
		     "%[sum] *= 3\n\t"
		     "%[sum] += %[n]\n\t"
		     "%[n] -= 1\n\t"
		     "if %[n] == 0 goto 1f\n\t"
		     ".byte 0xe5, 0, 1, 0, 0, 0, 0, 0\n\t"
		     "goto 2b\n\t"
		     "1:"
		     : [n] "+r"(n), [sum] "+r"(sum));
	return sum ^ sum >> 32;
}

char LICENSE[] SEC("license") = "GPL";
