/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "tools/pcap.h"

#include <string.h>

enum {
	MAGIC_MICRO = (int)0xa1b2c3d4,
	MAGIC_NANO = (int)0xa1b23c4d,
	MAGIC_NG = 0x0a0d0d0a,
	HEAD_SIZE = 24,
	RECORD_SIZE = 16,
	LINK_ETHERNET = 1,
	MAX_PACKET = 262144,
};

static uint32_t get32(const struct pcap *p, const unsigned char *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return p->swap ? __builtin_bswap32(v) : v;
}

static bool is_magic(uint32_t v)
{
	return v == (uint32_t)MAGIC_MICRO || v == (uint32_t)MAGIC_NANO;
}

const char *pcap_open(struct pcap *p, const unsigned char *bytes, size_t size)
{
	*p = (struct pcap){ .at = bytes, .end = bytes + size };
	if (size >= 4 && get32(p, bytes) == MAGIC_NG)
		return "pcapng is not supported: convert it with `editcap -F pcap`";
	if (size < HEAD_SIZE)
		return "too short for a capture";
	p->swap = !is_magic(get32(p, bytes));
	p->magic = get32(p, bytes);
	if (!is_magic(p->magic))
		return "this is no capture: it doesn't start with pcap's magic number";
	if ((get32(p, bytes + 20) & 0xffff) != LINK_ETHERNET)
		return "only captures of Ethernet frames are supported";
	p->at += HEAD_SIZE;
	return NULL;
}

int pcap_next(struct pcap *p, struct pcap_packet *out)
{
	size_t left = (size_t)(p->end - p->at);
	uint32_t size;

	if (!left)
		return 0;
	if (left < RECORD_SIZE)
		return -1;
	size = get32(p, p->at + 8);
	if (size > MAX_PACKET || size > left - RECORD_SIZE)
		return -1;
	*out = (struct pcap_packet){
		.data = p->at + RECORD_SIZE,
		.size = size,
		.sec = get32(p, p->at),
		.frac = get32(p, p->at + 4),
	};
	p->at += RECORD_SIZE + size;
	return 1;
}

/* In the host's byte order, which the magic number tells to readers. */
void pcap_write_head(FILE *f, const struct pcap *like)
{
	const uint16_t version[2] = { 2, 4 };
	const uint32_t rest[4] = { 0, 0, MAX_PACKET, LINK_ETHERNET };

	fwrite(&like->magic, sizeof(like->magic), 1, f);
	fwrite(version, sizeof(version), 1, f);
	fwrite(rest, sizeof(rest), 1, f);
}

void pcap_write(FILE *f, const struct pcap_packet *pkt)
{
	const uint32_t record[4] = { pkt->sec, pkt->frac, pkt->size, pkt->size };

	fwrite(record, sizeof(record), 1, f);
	fwrite(pkt->data, 1, pkt->size, f);
}
