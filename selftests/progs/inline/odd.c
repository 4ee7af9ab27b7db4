/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Frames that are deeper than they look: numbers that may be negative although a comparison or a
 * constant seems to say that they aren't, and callbacks of whoever it may be. Each function keeps
 * something in the depth while it calls another one, which would be overwritten were the other's
 * frame put in its place (A3.14).
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define NAKED static __attribute__((naked, noinline, used))

#define LOOP_OVER "r1 = 1; r4 = 0; call 181;"
#define CALL_LEAF "r1 = 5; call leaf;"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} cells SEC(".maps");

NAKED __u64 leaf(__u64 a)
{
	asm volatile("*(u64 *)(r10 - 8) = r1; *(u64 *)(r10 - 16) = r1; r0 = *(u64 *)(r10 - 8);"
		     "exit;");
}

/* The argument is no pointer; what it is taken from gets negative. */
NAKED __u64 by_difference(__u64 a)
{
	asm volatile("r0 = 1; if r1 > 15 goto 1f; r2 = 0; r2 -= r1; r6 = r10; r6 += r2;"
		     "*(u8 *)(r6 - 16) = 77;" CALL_LEAF "r0 = *(u8 *)(r6 - 16); 1: exit;");
}

/* The comparison is about what the argument was before. */
NAKED __u64 by_sum(__u64 a)
{
	asm volatile("r0 = 1; if r1 > 7 goto 1f; r1 += -16; r1 s>>= 0; r6 = r10; r6 += r1;"
		     "*(u8 *)(r6 - 8) = 77;" CALL_LEAF "r0 = *(u8 *)(r6 - 8); 1: exit;");
}

/* The constant is an address by the time that it is run. */
NAKED __u64 by_address(void)
{
	asm volatile("r1 = cells ll; w1 = w1; r1 <<= 32; r1 s>>= 60; r6 = r10; r6 += r1;"
		     "*(u8 *)(r6 - 16) = 77;" CALL_LEAF "r0 = *(u8 *)(r6 - 16); exit;");
}

NAKED long write_below(__u32 i, void *ctx)
{
	asm volatile("*(u64 *)(r2 - 16) = 77; r0 = 0; exit;");
}

NAKED long read_below(__u32 i, void *ctx)
{
	asm volatile("r3 = *(u64 *)(r2 - 16); *(u64 *)(r2 + 0) = r3; r0 = 0; exit;");
}

NAKED long write_deeper(__u32 i, void *ctx)
{
	asm volatile("*(u64 *)(r2 - 32) = 77; r0 = 0; exit;");
}

NAKED long write_found(__u32 i, void *ctx)
{
	asm volatile("r1 = *(u64 *)(r2 + 0); *(u64 *)(r1 - 32) = 4; r0 = 0; exit;");
}

NAKED __u64 depth_24_by_callback(void)
{
	asm volatile("r2 = write_below ll; r3 = r10; r3 += -8;" LOOP_OVER "exit;");
}

NAKED __u64 depth_40_by_either(__u64 a)
{
	asm volatile("r2 = write_below ll; if r1 == 0 goto 1f; r2 = write_deeper ll; 1:"
		     "r3 = r10; r3 += -8;" LOOP_OVER "exit;");
}

/* The callback finds the pointer in memory. */
NAKED __u64 depth_48_by_found(void)
{
	asm volatile("r1 = r10; r1 += -16; *(u64 *)(r10 - 8) = r1; r3 = r10; r3 += -8;"
		     "r2 = write_found ll;" LOOP_OVER "exit;");
}

/* The caller chose the callback. */
NAKED __u64 by_argument(__u64 callback)
{
	asm volatile("r2 = r1; r3 = r10; r3 += -8;" LOOP_OVER "exit;");
}

NAKED __u64 gives_argument(void)
{
	asm volatile("r1 = write_below ll; call by_argument; exit;");
}

NAKED void *pick_write(void)
{
	asm volatile("r0 = write_below ll; exit;");
}

NAKED void *pick_read(void)
{
	asm volatile("r0 = read_below ll; exit;");
}

/* A callee chose it. */
NAKED __u64 by_result(void)
{
	asm volatile("r6 = r10; r6 += -8; call pick_write; r2 = r0; r3 = r6;" LOOP_OVER CALL_LEAF
		     "call pick_read; r2 = r0; r3 = r6;" LOOP_OVER "r0 = *(u64 *)(r6 + 0); exit;");
}

/* It lies in memory. */
NAKED __u64 by_memory(void)
{
	asm volatile("r6 = r10; r6 += -8; r1 = write_below ll; *(u64 *)(r6 + 0) = r1;"
		     "r2 = *(u64 *)(r6 + 0); r3 = r6;" LOOP_OVER "exit;");
}

SEC("xdp")
int odd_numbers(struct xdp_md *ctx)
{
	return by_difference(15) * 10000 + by_sum(1) * 100 + by_address();
}

SEC("xdp")
int odd_callbacks(struct xdp_md *ctx)
{
	__u64 n = depth_24_by_callback() + depth_40_by_either(1) + depth_48_by_found();

	return n * 1000 + by_result() + gives_argument() + by_memory();
}

char LICENSE[] SEC("license") = "GPL";
