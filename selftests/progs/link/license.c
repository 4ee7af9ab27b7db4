/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Licences and versions: 1 and 2 don't go together, 1 and 3 do. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if SIDE == 1
char LICENSE[] SEC("license") = "GPL";
__u32 VERSION SEC("version") = 0x50400;
#elif SIDE == 2
char LICENSE[] SEC("license") = "Proprietary";
__u32 VERSION SEC("version") = 0x60100;
#else
char _license[] SEC("license") = "Dual BSD/GPL";
__u32 VERSION SEC("version") = 0x50400;
#endif

#if SIDE == 1
SEC("xdp")
int license_main(struct xdp_md *ctx)
{
	return XDP_PASS;
}
#endif
