/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* One name, two meanings: a section that is const on one side, a function that is a map. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if SIDE == 1
const int in_section SEC(".rodata.mine") = 1;

extern int thing(int x);

SEC("xdp")
int kinds_main(struct xdp_md *ctx)
{
	return thing(in_section);
}
#elif SIDE == 3
__noinline int thing(int x)
{
	return x;
}
#else
int in_section_too SEC(".rodata.mine") = 2;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} thing SEC(".maps");
#endif

char LICENSE[] SEC("license") = "GPL";
