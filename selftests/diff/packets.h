/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Packets that programs are compared on: the shapes that parsers tell apart. */
#ifndef DIFF_PACKETS_H
#define DIFF_PACKETS_H

#include <stddef.h>
#include <stdint.h>

struct packet {
	const char *name;
	const unsigned char *data;
	uint32_t size;
};

extern const struct packet packets[];
extern const size_t n_packets;

#endif
