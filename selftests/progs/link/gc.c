/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What --gc drops and keeps. A run of gc_main returns 1000 * list_sum() + used_static + used()
 * = 1000 * 15 + 5 + 40, and leaves 1 in used_map; gc_spare is a program that isn't loaded unasked,
 * and reaches spare().
 *
 * Nothing reaches what is called dead_, though dead things reach each other.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MAP(name)                             \
	struct {                              \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__uint(max_entries, 1);           \
		__type(key, __u32);               \
		__type(value, __u64);             \
	} name SEC(".maps")

#define POLICY_PIN 1

extern int used(int x);
extern int spare(int x);

#if SIDE == 1
MAP(dead_map);
MAP(used_map);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, POLICY_PIN);
} pinned_map SEC(".maps");

struct dead_type {
	int dead_member, dead_more;
};

struct used_type {
	char used_member;
	int used_more;
};

struct dead_type dead_var = { 1 };
struct used_type used_var = { 3 };
char dead_char = 2;
static volatile int used_static = 5;
const volatile char bpf_metadata_name[] SEC(".rodata") = "kept";

/* An array whose end looks like the variable behind it, which alone would be moved elsewhere. */
static volatile int list[5] = { 1, 2, 3, 4, 5 };
static volatile long behind = 6;

/* Compilers may fold the end of the array into the address; this one has to be told to. */
__noinline int list_sum(void)
{
	volatile int *p = list, *end;
	int sum = 0;

	asm volatile("%0 = list + 20 ll" : "=r"(end));
	for (int i = 0; i < 5; i++)
		sum += *p++;
	return p == end ? sum : 0;
}

__noinline int dead_func(struct dead_type *d)
{
	__u32 key = 0;

	behind++;
	return d && bpf_map_lookup_elem(&dead_map, &key) ? d->dead_member : dead_char;
}

SEC("xdp")
int gc_main(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u64 *n = bpf_map_lookup_elem(&used_map, &key);

	if (n)
		++*n;
	return 1000 * list_sum() + used_static + used(used_var.used_member);
}

SEC("?xdp")
int gc_spare(struct xdp_md *ctx)
{
	return spare(1);
}
#elif SIDE == 2
int dead_in_library;
int used_in_library = 37;

extern int gc_main(struct xdp_md *ctx) __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;

/* Would make a subprogram of the program, and need a kernel function. */
__noinline int dead_caller(struct xdp_md *ctx)
{
	bpf_rcu_read_lock();
	return gc_main(ctx);
}

__noinline int dead_too(int x)
{
	return dead_in_library += x;
}

__noinline int used(int x)
{
	return used_in_library + x;
}

__noinline int spare(int x)
{
	return used(x);
}
#endif

char LICENSE[] SEC("license") = "GPL";
