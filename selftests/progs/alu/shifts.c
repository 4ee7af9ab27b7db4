/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Shifts by constants and by every count, also past the width, where it is taken modulo the width;
 * rotations, bit fields, byte order, counting of bits.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define SHIFT(a, op, n) asm volatile("%0 " op " %1" : "+r"(a) : "r"(n))

static __always_inline int take(struct xdp_md *ctx, __u64 *out)
{
	void *p = (void *)(long)ctx->data;

	if (p + 14 > (void *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(out, p + 6, 8);
	*out ^= 0x8000000080000001ULL;
	return 0;
}

SEC("xdp")
int shift_wide(struct xdp_md *ctx)
{
	__u64 v, sum = 0;

	if (take(ctx, &v))
		return -1;
	for (__u64 n = 0; n < 130; n++) {
		__u64 l = v, r = v, s = v;

		SHIFT(l, "<<=", n);
		SHIFT(r, ">>=", n);
		SHIFT(s, "s>>=", n);
		sum = sum * 3 + (l ^ r ^ s);
	}
	return sum ^ sum >> 32;
}

SEC("xdp")
int shift_word(struct xdp_md *ctx)
{
	__u64 v, sum = 0;

	if (take(ctx, &v))
		return -1;
	for (__u32 n = 0; n < 70; n++) {
		__u32 l = v, r = v, s = v;

		SHIFT(l, "<<=", n);
		SHIFT(r, ">>=", n);
		SHIFT(s, "s>>=", n);
		sum = sum * 3 + (l ^ r ^ s);
	}
	return sum ^ sum >> 32;
}

SEC("xdp")
int shift_constants(struct xdp_md *ctx)
{
	__u64 v, sum;
	__s64 s;
	__u32 w;

	if (take(ctx, &v))
		return -1;
	s = v;
	w = v;
	sum = (v << 1) + (v << 33) + (v >> 7) + (v >> 63) + (s >> 5) + (s >> 63);
	sum = sum * 3 + (w << 31) + (w >> 31) + (w << 5) + ((__s32)w >> 9) + ((__s32)w >> 31);
	return sum ^ sum >> 32;
}

SEC("xdp")
int shift_rotate(struct xdp_md *ctx)
{
	__u64 v;
	__u32 w;

	if (take(ctx, &v))
		return -1;
	w = v;
	for (int i = 1; i < 32; i += 5) {
		v = (v << i | v >> (64 - i)) + 0x9e3779b97f4a7c15ULL;
		w = (w << i | w >> (32 - i)) ^ v;
	}
	return w;
}

SEC("xdp")
int shift_swaps(struct xdp_md *ctx)
{
	__u64 v, sum;

	if (take(ctx, &v))
		return -1;
	sum = __builtin_bswap64(v) + __builtin_bswap32(v) * 3ULL + __builtin_bswap16(v) * 5ULL;
	sum += bpf_cpu_to_be64(v >> 3) * 7 + bpf_ntohl(v) + bpf_ntohs(v);
	asm volatile("%0 = le16 %0" : "+r"(v));
	sum = sum * 3 + v;
	asm volatile("%0 = be32 %0" : "+r"(v));
	sum = sum * 3 + v;
	asm volatile("%0 = le64 %0" : "+r"(v));
	asm volatile("%0 = le32 %0" : "+r"(v));
	sum = sum * 3 + v;
	return sum ^ sum >> 32;
}

SEC("xdp")
int shift_count(struct xdp_md *ctx)
{
	__u32 ones = 0, zeros = 0;
	__u64 v;

	if (take(ctx, &v))
		return -1;
	for (__u64 rest = v; rest; rest &= rest - 1)
		if (++ones == 64)
			break;
	for (int i = 63; i >= 0 && !(v >> i & 1); i--)
		zeros++;
	return ones << 8 | zeros;
}

struct packed_bits {
	__u32 a : 3, b : 7, c : 1, d : 21;
	__s32 e : 5, f : 11;
};

SEC("xdp")
int shift_fields(struct xdp_md *ctx)
{
	struct packed_bits b;
	__u64 v;

	if (take(ctx, &v))
		return -1;
	__builtin_memcpy(&b, &v, sizeof(b));
	b.c ^= 1;
	b.b += 3;
	b.e -= 1;
	return b.a + b.b * 8 + b.c * 1024 + b.d * 3 + b.e * 4096 + b.f;
}

char LICENSE[] SEC("license") = "GPL";
