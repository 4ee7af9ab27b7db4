/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 *	nlmsghdr | ifinfomsg or tcmsg | nlattr value pad | nlattr [ nlattr value pad ... ] | ...
 *
 * Everything is aligned to 4 bytes; an nlattr's length is without the padding behind it.
 */
#include "lib/load/netlink.h"

static u32 padded(u32 size)
{
	return (u32)align_up(size, 4);
}

/* --- requests ---------------------------------------------------------------------------- */

static void *grow(struct nl_request *r, u32 size)
{
	u8 *p = r->bytes + r->size;

	if (r->failed || padded(size) > sizeof(r->bytes) - r->size) {
		r->failed = true;
		return NULL;
	}
	memset(p, 0, padded(size));
	r->size += padded(size);
	return p;
}

static void set_size(struct nl_request *r)
{
	struct nlmsghdr h;

	memcpy(&h, r->bytes, sizeof(h));
	h.nlmsg_len = r->size;
	memcpy(r->bytes, &h, sizeof(h));
}

void nl_begin(struct nl_request *r, u16 type, u16 flags)
{
	struct nlmsghdr h = {
		.nlmsg_len = sizeof(h), .nlmsg_type = type, .nlmsg_seq = 1,
		.nlmsg_flags = (u16)(flags | NLM_F_REQUEST | NLM_F_ACK),
	};

	r->size = 0;
	r->failed = false;
	nl_put(r, &h, sizeof(h));
}

void nl_put(struct nl_request *r, const void *data, u32 size)
{
	void *p = grow(r, size);

	if (!p)
		return;
	memcpy(p, data, size);
	set_size(r);
}

void nl_attr(struct nl_request *r, u16 type, const void *data, u32 size)
{
	struct nlattr a = { .nla_len = (u16)(sizeof(a) + size), .nla_type = type };
	u8 *p = grow(r, (u32)sizeof(a) + size);

	if (!p)
		return;
	memcpy(p, &a, sizeof(a));
	if (size)
		memcpy(p + sizeof(a), data, size);
	set_size(r);
}

void nl_attr_u32(struct nl_request *r, u16 type, u32 v)
{
	nl_attr(r, type, &v, sizeof(v));
}

void nl_attr_str(struct nl_request *r, u16 type, const char *s)
{
	nl_attr(r, type, s, (u32)strlen(s) + 1);
}

u32 nl_nest(struct nl_request *r, u16 type)
{
	u32 start = r->size;

	nl_attr(r, type | NLA_F_NESTED, NULL, 0);
	return start;
}

void nl_nest_end(struct nl_request *r, u32 start)
{
	struct nlattr a;

	if (r->failed)
		return;
	memcpy(&a, r->bytes + start, sizeof(a));
	a.nla_len = (u16)(r->size - start);
	memcpy(r->bytes + start, &a, sizeof(a));
}

/* --- answers ----------------------------------------------------------------------------- */

/* Take the next message off the front; false at the end, and where bytes make no sense. */
static bool next_message(struct span *rest, struct nlmsghdr *h, struct span *body)
{
	struct span bytes, pad;

	if (rest->size < sizeof(*h))
		return false;
	memcpy(h, rest->data, sizeof(*h));
	if (h->nlmsg_len < sizeof(*h) || span_take(rest, h->nlmsg_len, &bytes))
		return false;
	/* The last message may come without its padding. */
	if (span_take(rest, padded(h->nlmsg_len) - h->nlmsg_len, &pad))
		*rest = SPAN_NONE;
	return !span_sub(bytes, sizeof(*h), bytes.size - sizeof(*h), body);
}

bool nl_find(struct span answers, u16 type, struct span *body)
{
	struct nlmsghdr h;

	while (next_message(&answers, &h, body))
		if (h.nlmsg_type == type)
			return true;
	return false;
}

bool nl_find_attr(struct span attrs, u16 type, struct span *value)
{
	struct span one, pad;
	struct nlattr a;

	while (attrs.size >= sizeof(a)) {
		memcpy(&a, attrs.data, sizeof(a));
		if (a.nla_len < sizeof(a) || span_take(&attrs, a.nla_len, &one))
			return false;
		if ((a.nla_type & NLA_TYPE_MASK) == type)
			return !span_sub(one, sizeof(a), one.size - sizeof(a), value);
		if (span_take(&attrs, padded(a.nla_len) - a.nla_len, &pad))
			return false;
	}
	return false;
}

bool nl_find_u32(struct span attrs, u16 type, u32 *value)
{
	struct span v;

	return nl_find_attr(attrs, type, &v) && !span_take_u32(&v, false, value);
}

/* An acknowledgement that says more has the request's header (all of the request, unless it is
 * capped) in front of its attributes. */
static void find_text(struct span body, u16 flags, char *text, size_t text_size)
{
	struct span skip, value;
	struct nlmsgerr e;

	memcpy(&e, body.data, sizeof(e));
	if (!(flags & NLM_F_ACK_TLVS) || span_take(&body, sizeof(e), &skip))
		return;
	if (!(flags & NLM_F_CAPPED) && e.msg.nlmsg_len > sizeof(e.msg) &&
	    span_take(&body, padded(e.msg.nlmsg_len) - sizeof(e.msg), &skip))
		return;
	if (!nl_find_attr(body, NLMSGERR_ATTR_MSG, &value) || !value.size)
		return;
	if (value.size < text_size)
		text_size = value.size;
	memcpy(text, value.data, text_size);
	text[text_size - 1] = 0;
}

int nl_result(struct span answers, char *text, size_t text_size)
{
	struct span body;
	struct nlmsghdr h;
	int err;

	text[0] = 0;
	while (next_message(&answers, &h, &body)) {
		if (h.nlmsg_type != NLMSG_ERROR || body.size < sizeof(struct nlmsgerr))
			continue;
		memcpy(&err, body.data, sizeof(err));
		find_text(body, h.nlmsg_flags, text, text_size);
		return err > 0 ? -EBADMSG : err;
	}
	return -EBADMSG;
}
