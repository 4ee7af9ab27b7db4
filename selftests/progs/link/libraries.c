/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * An application (side 4) of two libraries (2 and 3) that share a third (1). The shared one counts
 * its calls by caller in a map, and has a weak policy that side 2 overrides with one that doubles.
 * libs_main returns first_do(1) + second_do(2) = (2 * 1 + 10) + (2 * 2 + 20) = 36; the map has 1 at
 * key 1 and 2 at key 2, and total, which the application declares, is 3.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct calls {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
};

extern int shared_note(__u32 who, int x);
extern int policy(int x);
extern int first_do(int x);
extern int second_do(int x);

#if SIDE == 1
struct calls calls SEC(".maps");
char library[4] = "sha";
int total;

__weak __noinline int policy(int x)
{
	return x;
}

__noinline int shared_note(__u32 who, int x)
{
	__u64 *n = bpf_map_lookup_elem(&calls, &who);

	if (n)
		++*n;
	total++;
	return policy(x);
}
#elif SIDE == 2
static char library[2] = "1";
static volatile int bonus = 10;

static __noinline int help(int x)
{
	return x + bonus;
}

__noinline int policy(int x)
{
	return 2 * x;
}

__noinline int first_do(int x)
{
	return help(shared_note(1, x)) + !library[0];
}
#elif SIDE == 3
static volatile int bonus = 20;

static __noinline int help(int x)
{
	return x + bonus;
}

__noinline int second_do(int x)
{
	shared_note(2, x);
	return help(shared_note(2, x));
}
#else
extern int total;

SEC("xdp")
int libs_main(struct xdp_md *ctx)
{
	int sum = first_do(1) + second_do(2);

	return total == 3 ? sum : -total;
}
#endif

char LICENSE[] SEC("license") = "GPL";
