/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Atomics of all kinds and widths; returns 7 when each old and new value is as it should be. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 wide = 10;
__u32 narrow = 20;

SEC("xdp")
int use_atomics(struct xdp_md *ctx)
{
	int ok = 0;

	ok += __sync_fetch_and_add(&wide, 5) == 10;
	ok += __sync_fetch_and_or(&wide, 0x10) == 15;
	ok += __sync_fetch_and_and(&wide, 0x1e) == 0x1f;
	ok += __sync_fetch_and_xor(&narrow, 1) == 20;
	ok += __sync_lock_test_and_set(&narrow, 99) == 21;
	ok += __sync_val_compare_and_swap(&narrow, 99, 3) == 99;
	ok += narrow == 3 && wide == 0x1e;
	return ok;
}

char LICENSE[] SEC("license") = "GPL";
