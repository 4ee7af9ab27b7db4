/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Members of archives. Side 1 is the program; it wants first(), and maybe() if it is there.
 *
 *	2	first(x) = x + second(x) + 10, wants second()
 *	3	second(x) = 2 * x + 100, and a static helper(x) = x + 1
 *	4	second(x) = 200
 *	5	maybe(x) = 5000, and an entry program of its own
 *
 * archive_main returns first(1), and 5000 more with side 5: 113 with side 3, 211 with side 4.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if SIDE == 2 || SIDE == 3
/* Strings that members have in common. */
static __always_inline int letter(int x)
{
	const char *s = x & 1 ? "common" : "letters";

	asm volatile("" : "+r"(s));
	return s[1];
}
#endif

#if SIDE == 1
extern int first(int x);
extern int maybe(int x) __weak;

SEC("xdp")
int archive_main(struct xdp_md *ctx)
{
	int sum = first(1);

	if (maybe)
		sum += maybe(1);
	return sum;
}
#elif SIDE == 2
extern int second(int x);

__noinline int first(int x)
{
	return x + second(x) + 10 + letter(x) - 'o';
}
#elif SIDE == 3
static __noinline int helper(int x)
{
	return x + 1;
}

__noinline int second(int x)
{
	return helper(x) * 2 + 98 + letter(x + 1) - 'e';
}
#elif SIDE == 4
__noinline int second(int x)
{
	return x * 0 + 200;
}
#else
__noinline int maybe(int x)
{
	return x * 5000;
}

SEC("xdp")
int bystander(struct xdp_md *ctx)
{
	return maybe(2);
}
#endif

char LICENSE[] SEC("license") = "GPL";
