/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Components with what programs have: 1 a callback of bpf_loop and a table of functions' results
 * in static data, 2 a tail call in the main function, 3 one in a subprogram, 4 a large stack
 * frame, 5 a dynptr, 6 all registers in use, 7 a dynptr that a callback makes, 8 a buffer that a
 * helper fills. All of them pass, and leave what they did in `seen`.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 seen;

#if SIDE == 1
static const __u32 weights[] = { 1, 2, 4, 8 };

static long add(__u32 i, void *sum)
{
	*(__u64 *)sum += weights[i & 3];
	return 0;
}

SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	__u64 sum = 0;

	bpf_loop(8, add, &sum, 0);
	__sync_fetch_and_add(&seen, sum);
	return XDP_PASS;
}
#elif SIDE == 2 || SIDE == 3
int xdp_tail(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct xdp_md *));
} tails SEC(".maps") = {
	.values = { [1] = (void *)&xdp_tail },
};

SEC("xdp")
int xdp_tail(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&seen, 100);
	return XDP_PASS;
}

#if SIDE == 3
static __noinline int jump(struct xdp_md *ctx)
{
	volatile int failed = XDP_ABORTED;

	bpf_tail_call(ctx, &tails, 1);
	return failed;
}
#endif

SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&seen, 1);
#if SIDE == 2
	bpf_tail_call(ctx, &tails, 1);
	return XDP_ABORTED;
#else
	return jump(ctx);
#endif
}
#elif SIDE == 4
SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	volatile __u64 room[40] = { 0 };

	for (int i = 0; i < 40; i++)
		room[i] = ctx->ingress_ifindex + i;
	__sync_fetch_and_add(&seen, room[39] - room[0]);
	return XDP_PASS;
}
#elif SIDE == 5 || SIDE == 7
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[4]);
} memory SEC(".maps");

#if SIDE == 7
static long make(__u32 i, void *ptr)
{
	__u32 key = 0;
	__u64 *mem = bpf_map_lookup_elem(&memory, &key);

	if (mem)
		bpf_dynptr_from_mem(mem, 32, 0, ptr);
	return 0;
}

SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	/* Zeroed, so that the verifier tells what the callback made from what was there. */
	__u64 ptr[2] = { 0 };

	bpf_loop(1, make, ptr, 0);
	__sync_fetch_and_add(&seen, 7);
	return XDP_PASS;
}
#else
SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	struct bpf_dynptr ptr;
	__u64 out = 0;
	__u32 key = 0;
	__u64 *mem = bpf_map_lookup_elem(&memory, &key);

	if (!mem)
		return XDP_ABORTED;
	mem[1]++;
	bpf_dynptr_from_mem(mem, 32, 0, &ptr);
	bpf_dynptr_read(&out, sizeof(out), &ptr, 8, 0);
	__sync_fetch_and_add(&seen, out);
	return XDP_PASS;
}
#endif
#elif SIDE == 8
SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	char head[32];

	if (!bpf_xdp_load_bytes(ctx, 0, head, sizeof(head)))
		__sync_fetch_and_add(&seen, 8 + head[0]);
	return XDP_PASS;
}
#elif SIDE == 6
SEC("xdp")
int xdp_main(struct xdp_md *ctx)
{
	__u64 sum;

	asm volatile("r6 = 1; r7 = 2; r8 = 3; r9 = 4\n"
		     "r6 += r7; r8 += r9; r6 += r8\n"
		     "%[sum] = r6" : [sum] "=r"(sum) : : "r6", "r7", "r8", "r9");
	__sync_fetch_and_add(&seen, sum);
	return XDP_PASS;
}
#endif

char LICENSE[] SEC("license") = "GPL";
