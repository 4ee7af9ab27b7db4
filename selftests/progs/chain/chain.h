/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The demonstration's components, for either hook: -DHOOK_TC makes tc programs of them. Different
 * owners wrote them, so all use the same names: entry_main, the helper `parse`, the map `state`.
 */
#ifndef CHAIN_CHAIN_H
#define CHAIN_CHAIN_H

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#ifdef HOOK_TC
#define HOOK "tc"
#define PASS_ON TC_ACT_UNSPEC
#define DROP_IT TC_ACT_SHOT
typedef struct __sk_buff packet;
#else
#define HOOK "xdp"
#define PASS_ON XDP_PASS
#define DROP_IT XDP_DROP
typedef struct xdp_md packet;
#endif

/* Ethernet, IPv4 without options, UDP. */
struct udp_packet {
	__u8 dst[6], src[6];
	__be16 proto;
	__u8 ip[20];
	__be16 from, to, len, sum;
} __attribute__((packed));

#endif
