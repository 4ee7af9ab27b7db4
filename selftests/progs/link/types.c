/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What BTF ids and tags say: both sides ask for the local id of their own struct probe (of equal
 * names, different layouts), have tagged types and tagged functions, and static functions whose
 * addresses lie in data.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define PASTE(a, b) a##b
#define NAME(a, b) PASTE(a, b)
#define tag(name) __attribute__((btf_decl_tag(name)))

/* In both, and the same. */
struct shared {
	struct shared *next;
	int n;
};

struct probe {
	int x[SIDE];
	struct shared *list;
} tag("tagged_struct");

/* Filler, so that ids differ between the sides. */
#if SIDE == 2
enum filler { FILLER_A = 1 };
enum filler filler = FILLER_A;
#endif

static __noinline tag("tagged_func") int twice(int x)
{
	return x * 2;
}

static int (*volatile table[1])(int) = { twice };

struct probe NAME(probe_, SIDE);
struct shared NAME(shared_, SIDE);

SEC("xdp")
int NAME(types_, SIDE)(struct xdp_md *ctx)
{
	return twice((int)bpf_core_type_id_local(struct probe)) + !table[0];
}

char LICENSE[] SEC("license") = "GPL";
