/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * One object of a measured link of programs that read kernel structures, made with -DI=number
 * -DPEER=number -DPREV=number and the vmlinux.h of the running kernel: its types come in pieces
 * of a large graph, and each read is a CO-RE relocation.
 */
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#define JOIN_(a, b, c) a##_##b##_##c
#define JOIN(a, b, c) JOIN_(a, b, c)
#define MY(what) JOIN(what, I, own)
#define STEP(i, k) JOIN(step, i, k)

struct event {
	u64 when;
	u32 pid, tgid, parent;
	char comm[TASK_COMM_LEN];
};

struct MY(record) {
	struct event event;
	u64 seen;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128 + I);
	__type(key, u32);
	__type(value, struct MY(record));
} MY(events) SEC(".maps");

u64 MY(seen);

#define DECLARE(k) extern int STEP(PEER, k)(struct event *e);
#define DEFINE(k) \
	__noinline int STEP(I, k)(struct event *e) \
	{ \
		struct task_struct *task = (void *)bpf_get_current_task(); \
		struct mm_struct *mm = BPF_CORE_READ(task, mm); \
 \
		if (!e) \
			return k; \
		e->parent = BPF_CORE_READ(task, real_parent, tgid); \
		e->tgid = BPF_CORE_READ(task, tgid) + k; \
		if (bpf_core_field_exists(mm->total_vm)) \
			e->when += BPF_CORE_READ(mm, total_vm); \
		MY(seen)++; \
		return BPF_CORE_READ(task, files, next_fd) + \
		       BPF_CORE_READ(task, nsproxy, net_ns, ifindex) + \
		       bpf_core_type_size(struct file); \
	}

#define EACH(f) \
	f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) \
	f(10) f(11) f(12) f(13) f(14) f(15) f(16) f(17) f(18) f(19)

EACH(DECLARE)
EACH(DEFINE)

static int socket(struct sock *sk, struct sk_buff *skb)
{
	return BPF_CORE_READ(sk, __sk_common.skc_family) + BPF_CORE_READ(sk, sk_protocol) +
	       BPF_CORE_READ(skb, dev, ifindex) + BPF_CORE_READ(skb, len);
}

SEC("kprobe/tcp_v4_rcv")
int MY(entry)(struct pt_regs *ctx)
{
	struct sk_buff *skb = (void *)PT_REGS_PARM1(ctx);
	struct MY(record) record = { .event.when = bpf_ktime_get_ns() };
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	record.event.pid = socket(BPF_CORE_READ(skb, sk), skb);
#define CALL(k) if (STEP(PEER, k)(&record.event) == 1) return 0;
	EACH(CALL)
	bpf_get_current_comm(record.event.comm, TASK_COMM_LEN);
	bpf_map_update_elem(&MY(events), &pid, &record, BPF_ANY);
	return STEP(I, 3)(&record.event);
}

char LICENSE[] SEC("license") = "GPL";
