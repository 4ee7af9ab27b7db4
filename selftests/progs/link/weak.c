/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Weak definitions on side 1, strong ones on side 2, weak again on side 3: other sections, other
 * sizes of what lies around them, tags of their own. Each side has a program that returns what it
 * sees: 22 * 1000 + 2 * 100 + 5 with a strong side, 11 * 1000 + 1 * 100 + 5 without.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define tag(name) __attribute__((btf_decl_tag(name)))

#if SIDE == 1
char before[3] = "ab";
__weak int value = 11;
long after = 5;

__weak __noinline tag("weak_one") int func(int x)
{
	return x + 1;
}
#elif SIDE == 2
long front = 4;
int pad_bss;
int value;

__noinline tag("strong_one") int func(int x)
{
	return x + 2;
}

SEC("xdp")
int weak_set(struct xdp_md *ctx)
{
	value = 22;
	return pad_bss + (int)front;
}
#else
__weak int value = 33;

__weak __noinline tag("late_one") int func(int x)
{
	return x + 3;
}
#endif

#if SIDE == 1
SEC("xdp")
int weak_main(struct xdp_md *ctx)
{
	return value * 1000 + func(0) * 100 + (int)after + before[2];
}
#endif

char LICENSE[] SEC("license") = "GPL";
