/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* PROG_TEST_RUN of the runtime against that of the kernel: A1.5, A6.2. */
#include "selftests/unit/both.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

enum { BIG = 80000, IFINDEX = offsetof(struct __sk_buff, ifindex) / 4 };

static const char ret5[] = "r0 = 5\nexit\n";
/* Length of the data that an XDP program sees. */
static const char xdp_len[] =
	"r2 = *(u32 *)(r1 + 4)\nr3 = *(u32 *)(r1 + 0)\nr0 = r2\nr0 -= r3\nexit\n";

static struct both_run runs[BOTH_SIDES];

/* Run on both sides: errno, result and everything that is written back must be the same. */
static void compare(struct both *b, const int prog[BOTH_SIDES], const union bpf_attr *attr,
		    const char *what, long n)
{
	for (int side = 0; side < BOTH_SIDES; side++) {
		struct both_run *run = &runs[side];

		run->attr = *attr;
		memset(run->out, 0xee, sizeof(run->out));
		memset(run->ctx_out, 0xee, sizeof(run->ctx_out));
		if (attr->test.data_out)
			run->attr.test.data_out = (uintptr_t)run->out;
		if (attr->test.ctx_out)
			run->attr.test.ctx_out = (uintptr_t)run->ctx_out;
		both_test(b, side, prog[side], run);
		run->attr.test.data_out = run->attr.test.ctx_out = 0;
	}
	ck_assert_msg(runs[0].err == runs[1].err, "%s %ld: runtime %d (%s), kernel %d", what, n,
		      runs[0].err, b->last_text, runs[1].err);
	ck_assert_msg(!memcmp(&runs[0].attr, &runs[1].attr, sizeof(runs[0].attr)),
		      "%s %ld: retval %u %u, data_size_out %u %u, ctx_size_out %u %u", what, n,
		      runs[0].attr.test.retval, runs[1].attr.test.retval,
		      runs[0].attr.test.data_size_out, runs[1].attr.test.data_size_out,
		      runs[0].attr.test.ctx_size_out, runs[1].attr.test.ctx_size_out);
	ck_assert_msg(!memcmp(runs[0].out, runs[1].out, sizeof(runs[0].out)), "%s %ld: data", what,
		      n);
	ck_assert_msg(!memcmp(runs[0].ctx_out, runs[1].ctx_out, sizeof(runs[0].ctx_out)),
		      "%s %ld: context", what, n);
}

static void load_both(struct both *b, const struct both_prog *p, int prog[BOTH_SIDES])
{
	for (int side = 0; side < BOTH_SIDES; side++) {
		prog[side] = both_load(b, side, p);
		ck_assert_msg(prog[side] >= 0, "side %d: %d %s", side, prog[side], b->last_text);
	}
}

static void drop_both(struct both *b, const int prog[BOTH_SIDES])
{
	for (int side = 0; side < BOTH_SIDES; side++)
		both_drop(b, side, prog[side]);
}

static u8 *packet(u16 protocol)
{
	static u8 data[BIG];

	for (u32 i = 0; i < BIG; i++)
		data[i] = (u8)(i * 7);
	memset(data, 0, 6);
	put_u16(data + 12, htobe16(protocol), false);
	return data;
}

static union bpf_attr attr_for(const u8 *data, u32 size)
{
	union bpf_attr attr = { .test = { .data_in = (uintptr_t)data,
					  .data_size_in = size,
					  .data_out = 1,
					  .data_size_out = 8192 } };

	return attr;
}

START_TEST(packet_sizes)
{
	static const u32 sizes[] = { 0,	   1,	 13,   14,   15,   20,	 33,	34,    53,    54,
				     60,   64,	 100,  1500, 3519, 3520, 3521,	3712,  3713,  4096,
				     5000, 8192, 8193, 9000, 7616, 7617, 70000, 73152, 73153, BIG };
	static const u16 protocols[] = { 0x0800, 0x86dd, 0x0806, 0x0000, 0x8100 };
	static const struct both_prog progs[] = {
		{ .type = BPF_PROG_TYPE_XDP, .text = xdp_len },
		{ .type = BPF_PROG_TYPE_XDP, .text = "call 188\nexit\n" },
		{ .type = BPF_PROG_TYPE_SCHED_CLS, .text = "r0 = *(u32 *)(r1 + 0)\nexit\n" },
		{ .type = BPF_PROG_TYPE_SCHED_ACT, .text = ret5 },
		{ .type = BPF_PROG_TYPE_SOCKET_FILTER, .text = "r0 = *(u32 *)(r1 + 0)\nexit\n" },
	};
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t p = 0; p < ARRAY_SIZE(progs); p++) {
		int prog[BOTH_SIDES];

		load_both(&b, &progs[p], prog);
		for (size_t i = 0; i < ARRAY_SIZE(sizes) * ARRAY_SIZE(protocols); i++) {
			u8 *data = packet(protocols[i / ARRAY_SIZE(sizes)]);
			union bpf_attr attr = attr_for(data, sizes[i % ARRAY_SIZE(sizes)]);

			compare(&b, prog, &attr, "size", sizes[i % ARRAY_SIZE(sizes)]);
			attr.test.data_size_out = 100;
			compare(&b, prog, &attr, "short out", sizes[i % ARRAY_SIZE(sizes)]);
			attr.test.data_size_out = 0;
			attr.test.data_out = 0;
			compare(&b, prog, &attr, "no out", sizes[i % ARRAY_SIZE(sizes)]);
		}
		drop_both(&b, prog);
	}
	both_close(&b);
}
END_TEST

START_TEST(xdp_contexts)
{
	static const struct xdp_md mds[] = {
		{ 0 },
		{ 0, 64 },
		{ 0, 63 },
		{ 0, 65 },
		{ 4, 64 },
		{ 3, 64 },
		{ 32, 64 },
		{ 36, 64 },
		{ 48, 64 },
		{ 50, 64 },
		{ 52, 64 },
		{ 60, 64 },
		{ 64, 64 },
		{ 64, 63 },
		{ 0, 64, 4 },
		{ 0, 64, 0, 1 },
		{ 0, 64, 0, 9999 },
		{ 0, 64, 0, 0, 1 },
		{ 0, 64, 0, 1, 1 },
		{ 0, 64, 0, 0, 0, 1 },
		{ 4, 20, 0, 1 },
		{ 8, 8 },
		{ 0, 13 },
	};
	struct both b;
	const char *why = both_open(&b);
	int prog[BOTH_SIDES], idx[BOTH_SIDES];
	union bpf_attr attr = attr_for(packet(0x0800), 64);

	if (why)
		unit_skip("%s", why);
	load_both(&b, &(struct both_prog){ .type = BPF_PROG_TYPE_XDP, .text = xdp_len }, prog);
	load_both(&b,
		  &(struct both_prog){ .type = BPF_PROG_TYPE_XDP,
				       .text = "r0 = *(u32 *)(r1 + 12)\nexit\n" },
		  idx);
	attr.test.ctx_size_in = sizeof(struct xdp_md);
	attr.test.ctx_out = 1;
	attr.test.ctx_size_out = sizeof(struct xdp_md);
	for (size_t i = 0; i < ARRAY_SIZE(mds); i++) {
		attr.test.ctx_in = (uintptr_t)&mds[i];
		compare(&b, prog, &attr, "xdp_md", (long)i);
		compare(&b, idx, &attr, "ingress_ifindex", (long)i);
	}
	attr.test.data_size_in = 600;
	for (u32 meta = 0; meta <= 264; meta += 4) {
		struct xdp_md md = { meta, 600 };

		attr.test.ctx_in = (uintptr_t)&md;
		compare(&b, prog, &attr, "meta", meta);
	}
	attr.test.data_size_in = 4000;
	for (u32 end = 3500; end <= 3900; end += 10) {
		struct xdp_md md = { 64, end };

		attr.test.ctx_in = (uintptr_t)&md;
		compare(&b, prog, &attr, "end", end);
	}
	both_close(&b);
}
END_TEST

START_TEST(skb_contexts)
{
	static const u32 values[] = { 1, 2, 63, 64, 50, 49, 65535, 65536, 65537, 0x80000000 };
	static const u32 types[] = { BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_SOCKET_FILTER };
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
		int prog[BOTH_SIDES];
		union bpf_attr attr = attr_for(packet(0x0800), 64);
		u32 skb[sizeof(struct __sk_buff) / 4 + 2];

		load_both(&b, &(struct both_prog){ .type = types[t], .text = ret5 }, prog);
		attr.test.ctx_in = (uintptr_t)skb;
		attr.test.ctx_out = 1;
		attr.test.ctx_size_out = sizeof(struct __sk_buff);
		for (size_t i = 0; i < ARRAY_SIZE(skb) * ARRAY_SIZE(values); i++) {
			memset(skb, 0, sizeof(skb));
			skb[i / ARRAY_SIZE(values)] = values[i % ARRAY_SIZE(values)];
			/* The machine may have devices; the runtime has the loopback alone. */
			if (skb[IFINDEX] > 1)
				skb[IFINDEX] = 0x7fffffff;
			attr.test.ctx_size_in = sizeof(skb);
			compare(&b, prog, &attr, "skb", (long)i);
		}
		for (u32 size = 0; size <= sizeof(skb); size += 4) {
			memset(skb, 0, sizeof(skb));
			attr.test.ctx_size_in = size;
			compare(&b, prog, &attr, "ctx_size_in", size);
			attr.test.ctx_size_out = size;
			compare(&b, prog, &attr, "ctx_size_out", size);
			attr.test.ctx_size_out = sizeof(struct __sk_buff);
		}
		drop_both(&b, prog);
	}
	both_close(&b);
}
END_TEST

/* What a program reads from each member, without a context and with one. */
START_TEST(skb_members)
{
	static const u32 types[] = { BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_SOCKET_FILTER };
	static const u16 protocols[] = { 0x0800, 0x8100, 0x0000, 0x0600, 0x05ff, 0x0010 };
	static const u8 macs[][6] = { { 0 }, { 255, 255, 255, 255, 255, 255 }, { 1 }, { 2 } };
	struct __sk_buff skb = { .mark = 1,
				 .priority = 2,
				 .ingress_ifindex = 3,
				 .cb = { 4, 5, 6, 7, 8 },
				 .tstamp = 9,
				 .wire_len = 100,
				 .gso_segs = 10,
				 .gso_size = 11,
				 .hwtstamp = 12 };
	struct both b;
	const char *why = both_open(&b);
	int n_read = 0;

	if (why)
		unit_skip("%s", why);
	for (u32 off = 0; off < 2 * sizeof(skb); off += 4) {
		int prog[BOTH_SIDES];
		char text[64];

		if (off % sizeof(skb) == 76 || off % sizeof(skb) == 80 || off % sizeof(skb) == 140)
			continue; /* addresses */
		snprintf(text, sizeof(text), "r0 = *(u32 *)(r1 + %zu)\nexit\n", off % sizeof(skb));
		for (int side = 0; side < BOTH_SIDES; side++)
			prog[side] =
				both_load(&b, side,
					  &(struct both_prog){ .type = types[off / sizeof(skb)],
							       .text = text });
		for (size_t i = 0; prog[1] >= 0 && i < ARRAY_SIZE(protocols) * ARRAY_SIZE(macs);
		     i++) {
			u8 *data = packet(protocols[i / ARRAY_SIZE(macs)]);
			union bpf_attr attr = attr_for(data, 64);

			memcpy(data, macs[i % ARRAY_SIZE(macs)], 6);
			memset(data + 14, 0xff, 2);
			n_read++;
			compare(&b, prog, &attr, "member", off);
			attr.test.ctx_in = (uintptr_t)&skb;
			attr.test.ctx_size_in = sizeof(skb);
			attr.test.ctx_out = 1;
			attr.test.ctx_size_out = sizeof(skb);
			compare(&b, prog, &attr, "member with ctx", off);
		}
		drop_both(&b, prog);
	}
	ck_assert_int_gt(n_read, 20);
	both_close(&b);
}
END_TEST

START_TEST(skb_writes)
{
	static const u32 values[] = { 0, 7, 0xffff, 0x12345, 0xfffffffe };
	static const u32 offs[] = { 8, 12, 32, 44, 48, 64, 72, 152 };
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(values) * ARRAY_SIZE(offs); i++) {
		u32 off = offs[i / ARRAY_SIZE(values)], value = values[i % ARRAY_SIZE(values)];
		const char *width = off == 152 ? "u64" : "u32";
		union bpf_attr attr = attr_for(packet(0x0800), 64);
		struct __sk_buff skb = { 0 };
		int prog[BOTH_SIDES];
		char text[200];

		attr.test.ctx_in = (uintptr_t)&skb;
		attr.test.ctx_size_in = sizeof(skb);
		attr.test.ctx_out = 1;
		attr.test.ctx_size_out = sizeof(skb);
		attr.test.repeat = 3;
		snprintf(text, sizeof(text),
			 "r2 = %u ll\n*(%s *)(r1 + %u) = r2\nr0 = *(%s *)(r1 + %u)\nexit\n", value,
			 width, off, width, off);
		load_both(&b, &(struct both_prog){ .type = BPF_PROG_TYPE_SCHED_CLS, .text = text },
			  prog);
		compare(&b, prog, &attr, "write", off);
		drop_both(&b, prog);
	}
	both_close(&b);
}
END_TEST

START_TEST(attributes)
{
	static const struct both_prog progs[] = {
		{ .type = BPF_PROG_TYPE_XDP, .text = "r0 = 77\nexit\n" },
		{ .type = BPF_PROG_TYPE_SCHED_CLS, .text = "r0 = -1\nexit\n" },
		{ .type = BPF_PROG_TYPE_XDP, .attach_type = BPF_XDP_CPUMAP, .text = ret5 },
		{ .type = BPF_PROG_TYPE_XDP, .attach_type = BPF_XDP_DEVMAP, .text = ret5 },
		{ .type = BPF_PROG_TYPE_XDP, .attach_type = BPF_XDP, .text = ret5 },
	};
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t p = 0; p < ARRAY_SIZE(progs); p++) {
		union bpf_attr attr = attr_for(packet(0x0800), 64), a;
		int prog[BOTH_SIDES];

		load_both(&b, &progs[p], prog);
		a = attr;
		compare(&b, prog, &a, "plain", (long)p);
		for (u32 bit = 3; bit < 32; bit++) {
			a.test.flags = 1u << bit;
			compare(&b, prog, &a, "flag", bit);
		}
		a.test.flags = 1;
		compare(&b, prog, &a, "flag", 0);
		a = attr;
		a.test.batch_size = 1;
		compare(&b, prog, &a, "batch_size", (long)p);
		a = attr;
		a.test.data_in = 0;
		compare(&b, prog, &a, "no data", (long)p);
		a = attr;
		a.test.data_size_out = 10;
		a.test.data_out = 0;
		compare(&b, prog, &a, "room without buffer", (long)p);
		a = attr;
		a.test.ctx_out = 1;
		compare(&b, prog, &a, "ctx_out without size", (long)p);
		a.test.ctx_size_out = 192;
		compare(&b, prog, &a, "ctx_out alone", (long)p);
		drop_both(&b, prog);
	}
	both_close(&b);
}
END_TEST

/* Packet and context stay changed from one repetition to the next. */
START_TEST(repeat)
{
	struct both b;
	const char *why = both_open(&b);
	union bpf_attr attr = attr_for(packet(0x0800), 64);
	int prog[BOTH_SIDES];

	if (why)
		unit_skip("%s", why);
	attr.test.repeat = 4;
	load_both(
		&b,
		&(struct both_prog){
			.type = BPF_PROG_TYPE_XDP,
			.text = "r6 = r1\nr2 = 4\ncall 44\nr2 = *(u32 *)(r6 + 4)\n"
				"r3 = *(u32 *)(r6 + 0)\n"
				"r0 = r2\nr0 -= r3\nexit\n" },
		prog);
	compare(&b, prog, &attr, "adjust_head", 0);
	ck_assert_uint_eq(runs[0].attr.test.retval, 48);
	drop_both(&b, prog);
	load_both(
		&b,
		&(struct both_prog){
			.type = BPF_PROG_TYPE_SCHED_CLS,
			.text = "r2 = *(u32 *)(r1 + 8)\nr2 += 1\n*(u32 *)(r1 + 8) = r2\n"
				"r0 = r2\nexit\n" },
		prog);
	compare(&b, prog, &attr, "mark", 0);
	ck_assert_uint_eq(runs[0].attr.test.retval, 4);
	drop_both(&b, prog);
	both_close(&b);
}
END_TEST

START_TEST(what_the_runtime_does_not_do_is_said)
{
	struct both b;
	union bpf_attr attr = attr_for(packet(0x0800), 64);
	struct both_run run = { 0 };
	int prog;

	both_open(&b);
	prog = both_load(&b, BOTH_RUNTIME,
			 &(struct both_prog){ .type = BPF_PROG_TYPE_XDP, .text = ret5 });
	run.attr = attr;
	run.attr.test.data_out = 0;
	run.attr.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
	both_test(&b, BOTH_RUNTIME, prog, &run);
	ck_assert_int_eq(run.err, -ENOTSUP);
	ck_assert_int_eq(b.last_code, DIAG_RT_TEST_LIVE);
	prog = both_load(&b, BOTH_RUNTIME,
			 &(struct both_prog){ .type = BPF_PROG_TYPE_SCHED_CLS, .text = ret5 });
	run.attr.test.flags = BPF_F_TEST_SKB_CHECKSUM_COMPLETE;
	both_test(&b, BOTH_RUNTIME, prog, &run);
	ck_assert_int_eq(run.err, -ENOTSUP);
	ck_assert_int_eq(b.last_code, DIAG_RT_TEST_CSUM);
	/* A run that the engine stops. */
	prog = both_load(&b, BOTH_RUNTIME,
			 &(struct both_prog){ .type = BPF_PROG_TYPE_XDP,
					      .text = "r0 = *(u64 *)(r2 + 0)\nexit\n" });
	run.attr.test.flags = 0;
	both_test(&b, BOTH_RUNTIME, prog, &run);
	ck_assert_int_eq(run.err, -EACCES);
	both_close(&b);
}
END_TEST

static Suite *test_run_suite(void)
{
	Suite *s = suite_create("rt_test_run");

	unit_add(s, "size", packet_sizes);
	unit_add(s, "xdp", xdp_contexts);
	unit_add(s, "skb", skb_contexts, skb_members, skb_writes);
	unit_add(s, "attr", attributes, repeat, what_the_runtime_does_not_do_is_said);
	return s;
}

int main(void)
{
	return unit_main(test_run_suite(), NULL);
}
