/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Text and small sorts: search in the payload, numbers written and read, bytes put in order. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

static const char needle[] = "bpf";
char digits[12];

/* Where the needle starts in the first 96 bytes. */
SEC("xdp")
int text_find(struct xdp_md *ctx)
{
	char *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	for (int i = 0; i < 96; i++) {
		if (p + i + 3 > end)
			break;
		if (p[i] == needle[0] && p[i + 1] == needle[1] && p[i + 2] == needle[2])
			return i;
	}
	return -1;
}

/* The packet's size as decimal text. */
SEC("xdp")
int text_decimal(struct xdp_md *ctx)
{
	__u32 n = packet_size(ctx) * 12347, sum = 0;
	int i;

	for (i = 10; i >= 0; i--) {
		digits[i] = '0' + n % 10;
		n /= 10;
		if (!n)
			break;
	}
	for (int j = 0; j < 11; j++)
		if (j >= i)
			sum = sum * 10 + (digits[j] - '0');
	return sum;
}

SEC("xdp")
int text_sort(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, b[8];
	__u64 word;

	if (p + 14 > (__u8 *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(b, p + 6, sizeof(b));
	for (int i = 0; i < 7; i++)
		for (int j = 0; j < 7 - i; j++)
			if (b[j] > b[j + 1]) {
				__u8 swap = b[j];

				b[j] = b[j + 1];
				b[j + 1] = swap;
			}
	__builtin_memcpy(p, b, 6);
	__builtin_memcpy(&word, b, 8);
	return word ^ word >> 32;
}

char LICENSE[] SEC("license") = "GPL";
