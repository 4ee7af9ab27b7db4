/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Hashes and checks over the packet: FNV-1a, CRC-32, Adler-32, one at a time, the Internet sum. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MOST 96		/* bytes that are looked at */

#define EACH_BYTE(p, ctx, i)						\
	for (int i = 0; i < MOST && p + i + 1 <= (__u8 *)(long)(ctx)->data_end; i++)

SEC("xdp")
int hash_fnv(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__u64 h = 0xcbf29ce484222325ULL;

	EACH_BYTE(p, ctx, i)
		h = (h ^ p[i]) * 0x100000001b3ULL;
	return h ^ h >> 32;
}

SEC("xdp")
int hash_crc32(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__u32 crc = -1;

	EACH_BYTE(p, ctx, i) {
		crc ^= p[i];
#pragma clang loop unroll(full)
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320 & -(crc & 1));
	}
	return ~crc;
}

SEC("xdp")
int hash_adler(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__u32 a = 1, b = 0;

	EACH_BYTE(p, ctx, i) {
		a = (a + p[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

SEC("xdp")
int hash_one_at_a_time(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__u32 h = 0;

	EACH_BYTE(p, ctx, i) {
		h += p[i];
		h += h << 10;
		h ^= h >> 6;
	}
	h += h << 3;
	h ^= h >> 11;
	return h + (h << 15);
}

SEC("xdp")
int hash_internet(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 sum = 0;

	for (int i = 0; i + 1 < MOST; i += 2) {
		if (p + i + 2 > end)
			break;
		sum += p[i] << 8 | p[i + 1];
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

char LICENSE[] SEC("license") = "GPL";
