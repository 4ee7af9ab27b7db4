/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/diff/packets.h"

#define ETH(hi, lo) 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, hi, lo

static const unsigned char eth_only[] = { ETH(0x08, 0x00) };

static const unsigned char zeros[64];

static const unsigned char ipv4_udp[] = {
	ETH(0x08, 0x00),
	0x45, 0, 0, 46, 0x12, 0x34, 0x40, 0, 64, 17, 0x94, 0x86, 10, 0, 0, 1, 10, 0, 0, 2,
	0x30, 0x39, 0, 53, 0, 26, 0xbe, 0xef,
	'h', 'e', 'l', 'l', 'o', ' ', 'b', 'p', 'f', 'w', 'e', 'l', 'd', '!', 0, 1, 2, 3,
};

static const unsigned char ipv4_tcp[] = {
	ETH(0x08, 0x00),
	0x45, 0x10, 0, 44, 0, 1, 0, 0, 63, 6, 0x66, 0xb1, 192, 168, 1, 10, 93, 184, 216, 34,
	0xc0, 0, 0x01, 0xbb, 1, 2, 3, 4, 0, 0, 0, 0, 0x60, 0x02, 0xff, 0xff, 0x12, 0x34, 0, 0,
	2, 4, 5, 0xb4,
};

static const unsigned char ipv4_options[] = {
	ETH(0x08, 0x00),
	0x46, 0, 0, 32, 0, 7, 0, 0, 1, 1, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 0x94, 4, 0, 0,
	8, 0, 0xf7, 0xff, 0, 0, 0, 0,
};

static const unsigned char ipv6_udp[] = {
	ETH(0x86, 0xdd),
	0x60, 0, 0, 0, 0, 12, 17, 64,
	0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	0x14, 0xe9, 0x14, 0xe9, 0, 12, 0x55, 0xaa, 9, 8, 7, 6,
};

static const unsigned char arp[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 2, 0x08, 0x06,
	0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1,
};

static const unsigned char vlan_ipv4[] = {
	ETH(0x81, 0x00), 0x20, 0x2a, 0x08, 0x00,
	0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 1, 1, 1, 10, 1, 1, 2,
	0, 7, 0, 9, 0, 8, 0, 0,
};

static const unsigned char cut_ipv4[] = {
	ETH(0x08, 0x00), 0x45, 0, 0, 60, 1,
};

static const unsigned char large[1514] = {
	ETH(0x08, 0x00),
	0x45, 0, 0x05, 0xdc, 0, 0, 0x40, 0, 64, 17, 0, 0, 172, 16, 0, 1, 172, 16, 0, 2,
	0x10, 0, 0x20, 0, 0x05, 0xc8, 0, 0, [64] = 1, [128] = 2, [256] = 4, [512] = 8, [1024] = 16,
	[1513] = 0xff,
};

#define P(name) { #name, name, sizeof(name) }

const struct packet packets[] = {
	P(zeros), P(eth_only), P(ipv4_udp), P(ipv4_tcp), P(ipv4_options), P(ipv6_udp), P(arp),
	P(vlan_ipv4), P(cut_ipv4), P(large),
};
const size_t n_packets = sizeof(packets) / sizeof(packets[0]);
