/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Tables of kernel operations on side 1, whose callbacks are on side 2, which count in a map of
 * side 3 and call its function. dummy_one returns 3 * val and stores it in val, dummy_two returns
 * the sum of its numbers and 1000; weld_calm is a congestion control.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct sock;

struct bpf_dummy_ops_state {
	int val;
} __attribute__((preserve_access_index));

struct bpf_dummy_ops {
	int (*test_1)(struct bpf_dummy_ops_state *cb);
	int (*test_2)(struct bpf_dummy_ops_state *cb, int a1, unsigned short a2, char a3,
		      unsigned long a4);
};

struct tcp_congestion_ops {
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	__u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
};

extern int times_three(int x);

#if SIDE == 1
extern int dummy_one(unsigned long long *ctx);
extern int dummy_two(unsigned long long *ctx);
extern __u32 keep_window(unsigned long long *ctx);
extern __u32 undo_nothing(unsigned long long *ctx);

SEC("struct_ops")
void BPF_PROG(avoid_nothing, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC(".struct_ops")
struct bpf_dummy_ops dummy = {
	.test_1 = (void *)dummy_one,
	.test_2 = (void *)dummy_two,
};

SEC(".struct_ops")
struct tcp_congestion_ops calm = {
	.ssthresh = (void *)keep_window,
	.cong_avoid = (void *)avoid_nothing,
	.undo_cwnd = (void *)undo_nothing,
	.name = "weld_calm",
};
#elif SIDE == 2
extern int calls;

SEC("struct_ops/undo_cwnd")
__u32 BPF_PROG(undo_nothing, struct sock *sk)
{
	return 20;
}

SEC("struct_ops/test_2")
int BPF_PROG(dummy_two, struct bpf_dummy_ops_state *cb, int a1, unsigned short a2, char a3,
	     unsigned long a4)
{
	return 1000 + a1 + a2 + a3 + (int)a4;
}

SEC("struct_ops/test_1")
int BPF_PROG(dummy_one, struct bpf_dummy_ops_state *cb)
{
	calls++;
	if (!cb)
		return -1;
	cb->val = times_three(cb->val);
	return cb->val;
}

SEC("struct_ops/ssthresh")
__u32 BPF_PROG(keep_window, struct sock *sk)
{
	return times_three(10);
}
#else
int calls;

__noinline int times_three(int x)
{
	return 3 * x;
}
#endif

char LICENSE[] SEC("license") = "GPL";
