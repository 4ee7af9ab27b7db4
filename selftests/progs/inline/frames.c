/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Functions whose frames are known, and calls around which registers and stack slots are needed
 * (A3.14). The names say how deep each function goes.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

#define NAKED static __attribute__((naked, noinline, used))

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} cells SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} jumps SEC(".maps");

NAKED __u64 depth_0(__u64 a)
{
	asm volatile("r0 = r1; r0 *= 3; exit;");
}

NAKED __u64 depth_8(__u64 a)
{
	asm volatile("*(u64 *)(r10 - 8) = r1; r0 = *(u64 *)(r10 - 8); r0 += 1; exit;");
}

/* Through a copy of r10, below what was added to it. */
NAKED __u64 depth_40(__u64 a)
{
	asm volatile("r2 = r10; r2 += -24; *(u64 *)(r2 - 16) = r1; *(u32 *)(r2 + 4) = r1;"
		     "r0 = *(u64 *)(r2 - 16); exit;");
}

/* A number that can't be negative moves the pointer up only. */
NAKED __u64 depth_64(__u64 a)
{
	asm volatile("r1 &= 7; r1 <<= 3; r2 = r10; r2 += -64; r2 += r1; *(u64 *)(r2 + 0) = 9;"
		     "r0 = *(u64 *)(r2 + 0); exit;");
}

/* The bound comes from a comparison. */
NAKED __u64 depth_32(__u64 a)
{
	asm volatile("r0 = 5; if r1 > 3 goto +4; r1 <<= 3; r2 = r10; r2 += r1;"
		     "*(u64 *)(r2 - 32) = 7; exit;");
}

/* Anything could be added. */
NAKED __u64 depth_unbound(__u64 a)
{
	asm volatile("r2 = r10; r2 += r1; *(u64 *)(r2 - 8) = 7; r0 = 1; exit;");
}

/* A callee that uses memory below what it is given. */
NAKED __u64 below(__u64 *p)
{
	asm volatile("*(u64 *)(r1 - 16) = 3; r0 = *(u64 *)(r1 - 16); exit;");
}

NAKED __u64 depth_24_by_callee(__u64 a)
{
	asm volatile("r1 = r10; r1 += -8; call below; exit;");
}

/* A pointer that goes through memory: the callee finds it there. */
NAKED __u64 below_far(__u64 **p)
{
	asm volatile("r1 = *(u64 *)(r1 + 0); *(u64 *)(r1 - 32) = 4; r0 = *(u64 *)(r1 - 32); exit;");
}

NAKED __u64 depth_48_by_memory(__u64 a)
{
	asm volatile("r1 = r10; r1 += -16; *(u64 *)(r10 - 8) = r1; r1 = r10; r1 += -8;"
		     "call below_far; exit;");
}

NAKED __u64 saves_6_8(__u64 a)
{
	asm volatile("r6 = r1; r8 = r1; r6 += r8; r0 = r6; exit;");
}

NAKED __u64 stores_fp(__u64 a)
{
	asm volatile("*(u64 *)(r10 - 16) = r10; r1 = *(u64 *)(r10 - 16); *(u64 *)(r1 - 8) = 6;"
		     "r0 = *(u64 *)(r10 - 8); exit;");
}

static __noinline int jump_on(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, 0);
	return 11;
}

/* Several ways out, a loop, its own stack, calls of its own. */
static __noinline __u64 mixed(struct xdp_md *ctx, __u32 rounds)
{
	__u64 table[4] = { 1, 2, 3, 4 };
	__u32 key = rounds & 3;
	__u64 *cell;

	if (rounds > 40)
		return 1000 + rounds;
	for (__u32 i = 0; i < 8; i++)
		table[(i + rounds) & 3] += depth_8(i) * (i + 1);
	cell = bpf_map_lookup_elem(&cells, &key);
	if (!cell)
		return 77;
	*cell += table[0];
	/* The kernel forgets the bounds of what lay in memory. */
	asm volatile("" : "+r"(rounds));
	return table[rounds & 3] ^ *cell;
}

/* Values that have to survive each call, in registers and on the stack. */
SEC("xdp")
int inline_around(struct xdp_md *ctx)
{
	__u64 size = packet_size(ctx), kept[2] = { size * 7, size * 11 };
	__u64 a = depth_0(size), b = depth_40(a + size), c;

	c = mixed(ctx, size & 63);
	a += saves_6_8(c ^ b) + depth_64(size);
	b ^= mixed(ctx, a & 15) + depth_32(size & 3) + depth_24_by_callee(a);
	kept[size & 1] += depth_48_by_memory(b) + stores_fp(c);
	return (a ^ b) + c + kept[0] + kept[1] + depth_8(size);
}

SEC("xdp")
int inline_tail(struct xdp_md *ctx)
{
	return jump_on(ctx) + depth_8(1);
}

SEC("xdp")
int inline_unbound(struct xdp_md *ctx)
{
	return depth_unbound(-16ULL) + 1;
}

char LICENSE[] SEC("license") = "GPL";
