/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Size. Sides 1 and 2 have 3,000 branches that a compiler can't take away, side 2 without saying
 * that it takes a context; side 3 has 65,536 instructions; side 4 an exit 40,000 before its
 * end. All pass.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 seen;

#if SIDE == 1 || SIDE == 2
#define BODY                                                 \
	asm volatile(".rept 3000\n"                          \
		     "if %[v] == 7 goto +1\n"                \
		     "%[v] += 1\n"                           \
		     ".endr\n" : [v] "+r"(value))
#elif SIDE == 3
#define BODY                                                 \
	asm volatile(".rept 65536\n"                         \
		     "%[v] += 1\n"                           \
		     ".endr\n" : [v] "+r"(value))
#else
#define BODY                                                 \
	asm volatile("if %[v] != 7 goto +2\n"                \
		     "r0 = 2\n"                              \
		     "exit\n"                                \
		     ".rept 40000\n"                         \
		     "%[v] += 1\n"                           \
		     ".endr\n" : [v] "+r"(value) : : "r0")
#endif

SEC("xdp")
#if SIDE == 2
int xdp_main(void *arg)
#else
int xdp_main(struct xdp_md *arg)
#endif
{
	struct xdp_md *ctx = arg;
	__u64 value = ctx->data_end - ctx->data;

	BODY;
	__sync_fetch_and_add(&seen, value);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
