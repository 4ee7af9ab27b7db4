/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Programs on network devices (A3.14), in a network namespace that the test makes: by link and by
 * netlink, exchanged and taken off; and netlink answers of any shape.
 */
#include "uapi/bpf.h"
#include "uapi/net.h"

#include "lib/load/netlink.h"
#include "selftests/unit/bed.h"
#include "selftests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- attaching --------------------------------------------------------------------------- */

static void attach_and_exchange(struct bed *b, struct load_place at, u32 type, bool no_link)
{
	int first = bed_prog(b, type, 2), second = bed_prog(b, type, 1);
	struct load_attachment a;

	ck_assert_uint_eq(bed_attached(b, &at), 0);
	ck_assert_msg(!load_attach(&b->port, &at, first, no_link, &a), "%s", b->last_text);
	ck_assert_int_eq(a.link < 0, no_link);
	ck_assert_uint_eq(bed_attached(b, &at), bed_id_of(b, first));
	/* Whoever replaces has to know what is there; tc by netlink doesn't ask. */
	if (!no_link || at.hook == LOAD_HOOK_XDP) {
		ck_assert_int_lt(load_attach_replace(&b->port, &a, second, second), 0);
		ck_assert_int_eq(b->last_code, DIAG_LOAD_ATTACH);
		ck_assert_uint_eq(bed_attached(b, &at), bed_id_of(b, first));
	}
	ck_assert_int_eq(load_attach_replace(&b->port, &a, second, first), 0);
	ck_assert_uint_eq(bed_attached(b, &at), bed_id_of(b, second));
	ck_assert_int_eq(load_detach(&b->port, &a, second), 0);
	ck_assert_uint_eq(bed_attached(b, &at), 0);
	if (a.link >= 0)
		close(a.link);
	close(first);
	close(second);
}

START_TEST(A3_14_xdp_in_each_mode)
{
	static const enum load_xdp_mode modes[] = { LOAD_XDP_ANY, LOAD_XDP_GENERIC,
						    LOAD_XDP_NATIVE };
	struct bed b;
	const char *why = bed_make(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(modes); i++)
		attach_and_exchange(
			&b, (struct load_place){ LOAD_HOOK_XDP, modes[i / 2], b.ifindex },
			BPF_PROG_TYPE_XDP, i % 2);
}
END_TEST

START_TEST(A3_14_tc_both_ways)
{
	static const enum load_hook hooks[] = { LOAD_HOOK_TC_INGRESS, LOAD_HOOK_TC_EGRESS };
	struct bed b;
	const char *why = bed_make(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(hooks); i++)
		attach_and_exchange(&b, (struct load_place){ hooks[i / 2], 0, b.ifindex },
				    BPF_PROG_TYPE_SCHED_CLS, i % 2);
}
END_TEST

/* A filter that is gone is not replaced by a new one, with its qdisc or without. */
START_TEST(A3_14_tc_replaces_what_is_there)
{
	struct load_attachment a;
	struct load_place at;
	struct bed b;
	const char *why = bed_make(&b);
	int prog;

	if (why)
		unit_skip("%s", why);
	at = (struct load_place){ LOAD_HOOK_TC_INGRESS, 0, b.ifindex };
	prog = bed_prog(&b, BPF_PROG_TYPE_SCHED_CLS, 2);
	ck_assert_int_eq(load_attach(&b.port, &at, prog, true, &a), 0);
	ck_assert_int_eq(load_detach(&b.port, &a, prog), 0);
	for (int i = 0; i < 2; i++) {
		b.last_code = 0;
		ck_assert_int_lt(load_attach_replace(&b.port, &a, prog, prog), 0);
		ck_assert_int_eq(b.last_code, DIAG_LOAD_ATTACH);
		ck_assert_uint_eq(bed_attached(&b, &at), 0);
		system("tc qdisc del dev one clsact");
	}
	close(prog);
}
END_TEST

START_TEST(A3_14_somebody_elses_program_stays)
{
	struct load_place at = { LOAD_HOOK_XDP, LOAD_XDP_ANY, 0 };
	struct load_attachment a, ours;
	struct bed b;
	const char *why = bed_make(&b);
	int prog, other;

	if (why)
		unit_skip("%s", why);
	at.ifindex = b.ifindex;
	prog = bed_prog(&b, BPF_PROG_TYPE_XDP, 2);
	other = bed_prog(&b, BPF_PROG_TYPE_XDP, 1);
	ck_assert_int_eq(load_attach(&b.port, &at, other, true, &a), 0);
	ck_assert_int_eq(load_attach(&b.port, &at, prog, false, &ours), -EBUSY);
	ck_assert_int_eq(b.last_code, DIAG_LOAD_ATTACH_BUSY);
	ck_assert_uint_eq(bed_attached(&b, &at), bed_id_of(&b, other));
	ck_assert_int_lt(load_detach(&b.port, &a, prog), 0);
	ck_assert_int_eq(b.last_code, DIAG_LOAD_DETACH);
	ck_assert_uint_eq(bed_attached(&b, &at), bed_id_of(&b, other));
}
END_TEST

START_TEST(A3_14_devices_that_are_not_there)
{
	struct load_place at = { LOAD_HOOK_XDP, LOAD_XDP_ANY, 4242 };
	struct load_attachment a;
	struct bed b;
	const char *why = bed_make(&b);
	char name[32];
	int prog;
	u32 id;

	if (why)
		unit_skip("%s", why);
	prog = bed_prog(&b, BPF_PROG_TYPE_XDP, 2);
	ck_assert_int_eq(load_ifindex(&b.port, "nowhere", &at.ifindex), -ENODEV);
	ck_assert_int_eq(b.last_code, DIAG_LOAD_NO_DEVICE);
	ck_assert_int_eq(load_attached_id(&b.port, &at, &id), -ENODEV);
	ck_assert_int_eq(b.last_code, DIAG_LOAD_ATTACH_QUERY);
	ck_assert_int_eq(load_attach(&b.port, &at, prog, false, &a), -ENODEV);
	load_ifname(&b.port, 4242, name);
	ck_assert_str_eq(name, "device 4242");
	/* A device that goes away takes its attachment along. */
	at.ifindex = b.ifindex;
	ck_assert_int_eq(load_attach(&b.port, &at, prog, false, &a), 0);
	ck_assert_int_eq(system("ip link del one"), 0);
	ck_assert_int_eq(load_detach(&b.port, &a, prog), 0);
}
END_TEST

START_TEST(A3_14_a_target_without_devices)
{
	static const struct weld_target_ops ops = {
		.sz = offsetof(struct weld_target_ops, ifindex), .name = "script",
	};
	struct load_place at = { LOAD_HOOK_XDP, LOAD_XDP_ANY, 1 };
	struct load_attachment a;
	struct bed b = { .diag = { .fn = bed_note, .user = &b, .error_limit = 10 } };
	unsigned int index;

	b.port = (struct load_port){ &b.diag, { .ops = &ops } };
	ck_assert_int_eq(load_ifindex(&b.port, "lo", &index), -ENOTSUP);
	ck_assert_int_eq(b.last_code, DIAG_LOAD_NO_NET);
	ck_assert_int_eq(load_attach(&b.port, &at, 3, false, &a), -ENOTSUP);
}
END_TEST

/* --- messages ---------------------------------------------------------------------------- */

static const char words[] = "the driver has no room";

/* An acknowledgement with words, behind another message. */
static u32 make_answers(u8 *out, int err)
{
	struct nlmsghdr other = { .nlmsg_len = sizeof(other), .nlmsg_type = RTM_NEWLINK };
	struct nlmsghdr ack = { .nlmsg_type = NLMSG_ERROR,
				.nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS };
	struct nlattr a = { .nla_len = sizeof(a) + sizeof(words), .nla_type = NLMSGERR_ATTR_MSG };
	struct nlmsgerr e = { .error = err };
	u32 at = sizeof(other);

	ack.nlmsg_len = sizeof(ack) + sizeof(e) + a.nla_len;
	memcpy(out, &other, sizeof(other));
	memcpy(out + at, &ack, sizeof(ack));
	memcpy(out + at + sizeof(ack), &e, sizeof(e));
	memcpy(out + at + sizeof(ack) + sizeof(e), &a, sizeof(a));
	memcpy(out + at + sizeof(ack) + sizeof(e) + sizeof(a), words, sizeof(words));
	return at + ack.nlmsg_len;
}

START_TEST(answers_cut_at_each_byte)
{
	u8 bytes[256];
	char text[128];
	u32 size = make_answers(bytes, -EBUSY);

	ck_assert_int_eq(nl_result(span_of(bytes, size), text, sizeof(text)), -EBUSY);
	ck_assert_str_eq(text, words);
	for (u32 n = 0; n < size; n++) {
		u8 *copy = malloc(n + 1);

		memcpy(copy, bytes, n);
		ck_assert_int_eq(nl_result(span_of(copy, n), text, sizeof(text)), -EBADMSG);
		free(copy);
	}
	/* Little room for the words. */
	ck_assert_int_eq(nl_result(span_of(bytes, size), text, 5), -EBUSY);
	ck_assert_str_eq(text, "the ");
}
END_TEST

START_TEST(answers_with_any_length)
{
	u8 bytes[256];
	char text[128];
	u32 size = make_answers(bytes, 0);

	for (u32 at = 0; at < size; at++)
		for (u32 v = 0; v < 256; v += 5) {
			struct span body;
			u32 id;
			u8 was = bytes[at];

			bytes[at] = (u8)v;
			nl_result(span_of(bytes, size), text, sizeof(text));
			if (nl_find(span_of(bytes, size), RTM_NEWLINK, &body))
				nl_find_u32(body, IFLA_XDP, &id);
			nl_find_u32(span_of(bytes, size), NLMSGERR_ATTR_MSG, &id);
			bytes[at] = was;
		}
	ck_assert_int_eq(nl_result(span_of(bytes, size), text, sizeof(text)), 0);
}
END_TEST

START_TEST(requests_that_do_not_fit)
{
	struct nl_request r;
	u8 much[400] = { 0 };

	nl_begin(&r, RTM_SETLINK, 0);
	nl_attr(&r, 1, much, sizeof(much));
	ck_assert(!r.failed);
	nl_attr(&r, 1, much, sizeof(much));
	ck_assert(r.failed);
	nl_attr_u32(&r, 1, 1);
	ck_assert(r.failed);
}
END_TEST

static Suite *attach_suite(void)
{
	Suite *s = suite_create("attach");

	unit_add(s, "devices", A3_14_xdp_in_each_mode, A3_14_tc_both_ways,
		 A3_14_tc_replaces_what_is_there, A3_14_somebody_elses_program_stays,
		 A3_14_devices_that_are_not_there);
	unit_add(s, "targets", A3_14_a_target_without_devices);
	unit_add(s, "netlink", answers_cut_at_each_byte, answers_with_any_length,
		 requests_that_do_not_fit);
	return s;
}

int main(void)
{
	return unit_main(attach_suite(), NULL);
}
