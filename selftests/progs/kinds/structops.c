/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A struct_ops map: the three functions that a TCP congestion control can't do without. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct sock;

struct tcp_congestion_ops {
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	__u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
} __attribute__((preserve_access_index));

SEC("struct_ops")
__u32 BPF_PROG(keep_window, struct sock *sk)
{
	return 10;
}

SEC("struct_ops")
void BPF_PROG(avoid_nothing, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops")
__u32 BPF_PROG(undo_nothing, struct sock *sk)
{
	return 20;
}

SEC(".struct_ops")
struct tcp_congestion_ops calm = {
	.ssthresh = (void *)keep_window,
	.cong_avoid = (void *)avoid_nothing,
	.undo_cwnd = (void *)undo_nothing,
	.name = "weld_calm",
};

char LICENSE[] SEC("license") = "GPL";
