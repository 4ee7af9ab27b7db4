/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Types that are only declared: an enum (clang gives it size 0, which no kernel takes), a struct
 * and a union, all behind pointers. Returns 2 on the first run and counts up.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum later_enum;
struct later_struct;
union later_union;

struct pointers {
	enum later_enum *e;
	struct later_struct *s;
	union later_union *u;
	int runs;
};

struct pointers pointers;

SEC("xdp")
int use_forwards(struct xdp_md *ctx)
{
	if (pointers.e || pointers.s || pointers.u)
		return 0;
	return 2 + pointers.runs++;
}

char LICENSE[] SEC("license") = "GPL";
