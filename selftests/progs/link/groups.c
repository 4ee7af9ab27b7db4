/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What several objects may have a copy of: a function in a COMDAT group, as inline functions of
 * C++ are, equal strings, and static variables and maps of one name.
 *
 * groups_main returns 3 * 2 + 4 * 2 + 'm' + 'm' + 1 + 1.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

asm("	.section .text.twice,\"axG\",@progbits,twice,comdat\n"
    "	.weak twice\n"
    "	.type twice,@function\n"
    "twice:	r0 = r1\n"
    "	r0 += r1\n"
    "	exit\n"
    "	.size twice,.-twice\n"
    "	.text\n");
extern int twice(int x);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} static seen SEC(".maps");

static int calls;

static __noinline int third(const char *s)
{
	__u32 key = 0, *n = bpf_map_lookup_elem(&seen, &key);

	if (n)
		(*n)++;
	calls++;
	return s[2] + (n ? *n : 0);
}

#if SIDE == 1
extern int other(int x);

SEC("xdp")
int groups_main(struct xdp_md *ctx)
{
	return twice(3) + other(4) + third("common");
}
#else
__noinline int other(int x)
{
	return twice(x) + third("common");
}
#endif

char LICENSE[] SEC("license") = "GPL";
