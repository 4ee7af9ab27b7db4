/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Bytes through helpers: no pointer into the packet, lengths from the packet itself. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u8 copied[64];

SEC("xdp")
int bytes_copy(struct xdp_md *ctx)
{
	__u32 size = bpf_xdp_get_buff_len(ctx) & 63;

	if (!size || bpf_xdp_load_bytes(ctx, 0, copied, size))
		return -1;
	return copied[size - 1] | size << 8;
}

SEC("xdp")
int bytes_mirror(struct xdp_md *ctx)
{
	__u8 b[12], swap;

	if (bpf_xdp_load_bytes(ctx, 2, b, sizeof(b)))
		return -1;
	for (int i = 0; i < 6; i++) {
		swap = b[i];
		b[i] = b[11 - i];
		b[11 - i] = swap;
	}
	return bpf_xdp_store_bytes(ctx, 2, b, sizeof(b));
}

SEC("xdp")
int bytes_outside(struct xdp_md *ctx)
{
	__u32 size = bpf_xdp_get_buff_len(ctx), word = 7, sum = 0;

	sum = sum * 100 - bpf_xdp_load_bytes(ctx, size - 3, &word, 4);
	sum = sum * 100 - bpf_xdp_store_bytes(ctx, size, &word, 1);
	sum = sum * 100 - bpf_xdp_load_bytes(ctx, size - 4, &word, 4);
	return sum + (word & 0xff);
}

char LICENSE[] SEC("license") = "GPL";
