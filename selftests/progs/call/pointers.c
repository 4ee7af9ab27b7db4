/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Addresses that travel: returned by functions, kept on the stack, in structs that callees and
 * callbacks fill, compared in all directions.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

struct cursor {
	__u8 *at, *end;
	__u32 n_read;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} cells SEC(".maps");

static __noinline __u64 *cell(__u32 key)
{
	return bpf_map_lookup_elem(&cells, &key);
}

/* A map value, or NULL, out of a function. */
SEC("xdp")
int pointer_returned(struct xdp_md *ctx)
{
	__u32 size = packet_size(ctx);
	__u64 *a = cell(size & 15), *b = cell(3), *c;

	if (!b)
		return -1;
	c = a ? a : b;
	*c += size;
	*b ^= *c << 8;
	return *b ^ (a == b) ^ (c == b) << 1;
}

static __noinline int take_byte(struct cursor *c)
{
	if (c->at + 1 > c->end)
		return -1;
	c->n_read++;
	return *c->at++;
}

/* The cursor lies on the caller's stack. */
SEC("xdp")
int pointer_cursor(struct xdp_md *ctx)
{
	struct cursor c = { (void *)(long)ctx->data, (void *)(long)ctx->data_end, 0 };
	int sum = 0;

	for (int i = 0; i < 16; i++)
		sum = sum * 3 + take_byte(&c);
	return sum ^ c.n_read << 24;
}

static long next_byte(__u32 i, struct cursor *c)
{
	if (c->at + i + 1 > c->end || i > 63)
		return 1;
	c->n_read = c->n_read * 31 + c->at[i];
	return 0;
}

SEC("xdp")
int pointer_callback(struct xdp_md *ctx)
{
	struct cursor c = { (void *)(long)ctx->data, (void *)(long)ctx->data_end, 0 };
	long n = bpf_loop(100, next_byte, &c, 0);

	return c.n_read ^ n << 16;
}

/* The ways of asking whether 20 bytes are there. */
SEC("xdp")
int pointer_compared(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	int sum = 0;

	if (end < p + 20)
		sum |= 1;
	if (p + 20 < end)
		sum |= 2;
	if (end >= p + 20)
		sum |= p[19] << 8;
	if (end - p > 40)
		sum |= 4;
	if (p + 21 <= end)
		sum |= p[20] << 16;
	if (p == end || p != (__u8 *)(long)ctx->data_meta)
		sum |= 8;
	return sum;
}

/* A pointer that moves by what is read through it. */
SEC("xdp")
int pointer_chased(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	int steps = 0;

	for (int i = 0; i < 6; i++) {
		if (p + 2 > end)
			break;
		p += (p[0] & 7) + (p[1] & 1) + 1;
		steps++;
	}
	return steps;
}

char LICENSE[] SEC("license") = "GPL";
