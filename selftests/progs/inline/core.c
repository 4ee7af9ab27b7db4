/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Constants that CO-RE changes: where the kernel's enumerator is negative the frame is used below
 * what the local one says. An offset or a size is never below 0. And callbacks of kfuncs (A3.14).
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* Of the kernel, where it is negative. */
enum perf_event_state {
	PERF_EVENT_STATE_DEAD = 0,
};

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

static __noinline __u64 leaf(__u64 a)
{
	volatile __u64 room[4] = { a, a, a, a };

	return room[a & 3];
}

static __noinline __u64 depth_unbound(void)
{
	register long at asm("r1") = bpf_core_enum_value(enum perf_event_state,
							 PERF_EVENT_STATE_DEAD);
	__u64 got;

	asm volatile("r6 = r10; %[at] <<= 3; r6 += %[at]; *(u64 *)(r6 - 8) = 77" : [at] "+r"(at) : :
		     "r6", "memory");
	leaf(5);
	asm volatile("%[got] = *(u64 *)(r6 - 8)" : [got] "=r"(got) : : "memory");
	return got;
}

static __noinline __u64 depth_8(void)
{
	register long at asm("r1") = __builtin_preserve_field_info(((struct task_struct *)0)->pid,
								   BPF_FIELD_BYTE_SIZE);
	asm volatile("r2 = r10; r2 += %[at]; *(u32 *)(r2 - 8) = 77" : [at] "+r"(at) : :
		     "r2", "memory");
	return at;
}

struct bpf_rb_root;
struct bpf_rb_node;

typedef bool less_fn(struct bpf_rb_node *a, const struct bpf_rb_node *b);
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node, less_fn *less,
			       void *meta, __u64 off) __ksym;

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	asm volatile("*(u64 *)(%0 - 24) = 1" : : "r"(a) : "memory");
	return false;
}

static bool more(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return true;
}

static __noinline int depth_32_by_kfunc(void)
{
	volatile __u64 node = 0;

	return bpf_rbtree_add_impl(NULL, (void *)&node, less, NULL, 0);
}

static __noinline int by_argument_of_kfunc(less_fn *fn)
{
	volatile __u64 node = 0;

	return bpf_rbtree_add_impl(NULL, (void *)&node, fn, NULL, 0);
}

SEC("xdp")
int core_kfuncs(struct xdp_md *ctx)
{
	return depth_32_by_kfunc() + by_argument_of_kfunc(less) + by_argument_of_kfunc(more);
}

SEC("xdp")
int core_constants(struct xdp_md *ctx)
{
	return depth_unbound() * 10 + 2;
}

SEC("xdp")
int core_sizes(struct xdp_md *ctx)
{
	return depth_8();
}

char LICENSE[] SEC("license") = "GPL";
