/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Variables in all places: .data, .bss, .rodata, sections of their own; tables and strings. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

struct point {
	__s16 x, y;
	const char *none;
};

__u64 total = 1000;
__u32 zeroed[8];
static __u16 hidden_here = 77;
volatile const __u32 setting = 0x0f0f;
const __u8 squares[16] = { 0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121, 144, 169, 196, 225 };
static struct point points[4] = {
	{ 1, -2, 0 }, { -3, 4, 0 }, { 5, -6, 0 }, { -7, 8, 0 },
};
__u32 apart SEC(".data.apart") = 0x1000;
const volatile __u32 fixed SEC(".rodata.fixed") = 0x77;
__u64 cleared SEC(".bss.more");
static const char words[4][8] = { "zero", "one", "two", "three" };

SEC("xdp")
int globals_count(struct xdp_md *ctx)
{
	__u32 size = packet_size(ctx);

	total += size;
	zeroed[size & 7]++;
	hidden_here ^= size;
	return total ^ hidden_here ^ setting;
}

SEC("xdp")
int globals_tables(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__u32 sum = 0;

	if (p + 14 > (__u8 *)(long)ctx->data_end)
		return -1;
	for (int i = 0; i < 14; i++) {
		__u32 n = *(volatile __u8 *)&squares[p[i] & 15];

		sum = sum * 3 + n + words[p[i] & 3][i & 7];
	}
	return sum;
}

SEC("xdp")
int globals_structs(struct xdp_md *ctx)
{
	__u32 size = packet_size(ctx);
	struct point *p = &points[size & 3];

	p->x += size;
	p->y = p->y * 2 - p->x;
	return points[0].x * 31 + points[1].y * 17 + points[2].x;
}

SEC("xdp")
int globals_sections(struct xdp_md *ctx)
{
	apart += fixed;
	cleared = cleared << 8 | (apart & 0xff);
	return apart ^ cleared;
}

char LICENSE[] SEC("license") = "GPL";
