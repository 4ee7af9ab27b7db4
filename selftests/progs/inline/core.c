/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Constants that CO-RE changes: where the kernel's enumerator is negative the frame is used below
 * what the local one says. An offset or a size only gets larger (A3.14).
 */
#include <linux/bpf.h>
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
