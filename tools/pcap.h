/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Captures in the classic pcap format (the file format that tcpdump -w writes; magic 0xa1b2c3d4
 * or, with nanoseconds, 0xa1b23c4d, in either byte order), Ethernet only.
 */
#ifndef TOOLS_PCAP_H
#define TOOLS_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct pcap_packet {
	const unsigned char *data; /* within the capture's bytes */
	uint32_t size;		   /* bytes that were captured */
	uint32_t sec, frac;	   /* time; micro- or nanoseconds */
};

struct pcap {
	const unsigned char *at, *end;
	bool swap;
	uint32_t magic;
};

/* NULL, or what is wrong with the bytes. */
const char *pcap_open(struct pcap *p, const unsigned char *bytes, size_t size);
/* 1 a packet, 0 the end, -1 a record that is cut or too long. */
int pcap_next(struct pcap *p, struct pcap_packet *out);

/* Write a capture of the same kind of time stamps. */
void pcap_write_head(FILE *f, const struct pcap *like);
void pcap_write(FILE *f, const struct pcap_packet *pkt);

#endif
