/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* rtnetlink messages: building requests, reading answers. Pure; a target sends them. */
#ifndef LOAD_NETLINK_H
#define LOAD_NETLINK_H

#include "uapi/net.h"

#include "lib/base/span.h"

/* A request under construction; what doesn't fit sets failed. */
struct nl_request {
	u8 bytes[512] __attribute__((aligned(4)));
	u32 size;
	bool failed;
};

void nl_begin(struct nl_request *r, u16 type, u16 flags);	/* NLM_F_REQUEST | NLM_F_ACK too */
void nl_put(struct nl_request *r, const void *data, u32 size);	/* the message's own struct */
void nl_attr(struct nl_request *r, u16 type, const void *data, u32 size);
void nl_attr_u32(struct nl_request *r, u16 type, u32 v);
void nl_attr_str(struct nl_request *r, u16 type, const char *s);
u32 nl_nest(struct nl_request *r, u16 type);			/* returns what ends it */
void nl_nest_end(struct nl_request *r, u32 start);

/*
 * The acknowledgement's error, 0 or negative, and what the kernel says to it (text, may be left
 * ""). -EBADMSG when there is none in the answers.
 */
int nl_result(struct span answers, char *text, size_t text_size);
/* The first message of a type: its bytes behind the header. False: none. */
bool nl_find(struct span answers, u16 type, struct span *body);
/* An attribute's value; attrs are those behind the message's own struct, or in a nest. */
bool nl_find_attr(struct span attrs, u16 type, struct span *value);
bool nl_find_u32(struct span attrs, u16 type, u32 *value);

#endif
