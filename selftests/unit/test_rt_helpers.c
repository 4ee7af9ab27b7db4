/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Helper bodies of the runtime against the kernel's: A5.10, A2.1, A2.2, A1.10 (callbacks). */
#include "selftests/unit/both.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

static u8 pkt[600];
static char text[8192];

static u32 rnd(u32 *state, u32 below)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % below;
}

static void fill_packet(u32 seed)
{
	for (size_t i = 0; i < sizeof(pkt); i++)
		pkt[i] = (u8)rnd(&seed, 256);
}

/* Result of the program in `text`: the same on both sides. */
static u32 same(struct both *b, u32 type, const int maps[BOTH_SIDES][BOTH_MAX_MAPS], u32 size)
{
	u32 got[BOTH_SIDES];

	for (int side = 0; side < BOTH_SIDES; side++) {
		struct both_prog p = { .type = type,
				       .text = text,
				       .maps = maps ? maps[side] : NULL };

		got[side] = both_result(b, side, &p, pkt, size);
	}
	ck_assert_msg(got[0] == got[1], "runtime 0x%x, kernel 0x%x:\n%s", got[0], got[1], text);
	return got[0];
}

/* --- packets ----------------------------------------------------------------------------- */

/* One call of adjust_*: its result, folded with the data that the program finds afterwards. */
START_TEST(xdp_adjust)
{
	static const int ids[] = { 44, 54, 65 };
	static const int shifts[] = { 0,    1,	  -1,	  4,	   -4,	       13,
				      14,   50,	  51,	  46,	   47,	       -256,
				      -216, -217, -212,	  -32,	   -36,	       3456,
				      3457, 3500, 100000, -100000, 2147483647, -2147483647 - 1 };
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	fill_packet(1);
	for (size_t i = 0; i < ARRAY_SIZE(ids) * ARRAY_SIZE(shifts) * 2; i++) {
		bool meta_first = i >= ARRAY_SIZE(ids) * ARRAY_SIZE(shifts);

		snprintf(text, sizeof(text),
			 "r6 = r1\n%s"
			 "r1 = r6\nr2 = %d\ncall %d\n"
			 "r7 = r0\n"
			 "r2 = *(u32 *)(r6 + 4)\nr3 = *(u32 *)(r6 + 0)\nr4 = *(u32 *)(r6 + 8)\n"
			 "r5 = r2\nr5 -= r3\nr7 <<= 12\nr7 ^= r5\n"
			 "r5 = r3\nr5 -= r4\nr7 <<= 8\nr7 ^= r5\n"
			 "r5 = r3\nr5 += 14\nif r5 > r2 goto +2\n"
			 "r5 = *(u32 *)(r3 + 10)\nr7 ^= r5\n"
			 "r0 = r7\nexit\n",
			 meta_first ? "r2 = -8\ncall 54\n" : "",
			 shifts[i / ARRAY_SIZE(ids) % ARRAY_SIZE(shifts)],
			 ids[i % ARRAY_SIZE(ids)]);
		same(&b, BPF_PROG_TYPE_XDP, NULL, 64);
	}
	both_close(&b);
}
END_TEST

/* Random sequences of the three, with packets that have fragments too. */
START_TEST(xdp_adjust_sequences)
{
	struct both b;
	const char *why = both_open(&b);
	static u8 big[9000];
	u32 seed = 7;

	if (why)
		unit_skip("%s", why);
	for (int round = 0; round < 60; round++) {
		u32 got[BOTH_SIDES], size = 14 + rnd(&seed, round % 2 ? 500 : 8900), len = 0;
		struct both_prog p = { .type = BPF_PROG_TYPE_XDP, .text = text };
		static struct both_run runs[BOTH_SIDES];

		for (size_t i = 0; i < sizeof(big); i++)
			big[i] = (u8)rnd(&seed, 256);
		len = (u32)snprintf(text, sizeof(text), "r6 = r1\nr7 = 0\n");
		for (int i = 0; i < 6; i++)
			len += (u32)snprintf(text + len, sizeof(text) - len,
					     "r1 = r6\nr2 = %d\ncall %d\nr7 *= 31\nr7 += r0\n"
					     "r1 = r6\ncall 188\nr7 *= 31\nr7 += r0\n",
					     (int)rnd(&seed, 400) * (rnd(&seed, 3) ? 1 : 4) - 300,
					     (int[]){ 44, 54, 65, 65 }[rnd(&seed, 4)]);
		snprintf(text + len, sizeof(text) - len, "r0 = r7\nexit\n");
		for (int side = 0; side < BOTH_SIDES; side++) {
			int prog = both_load(&b, side, &p);

			runs[side].attr =
				(union bpf_attr){ .test = { .data_in = (uintptr_t)big,
							    .data_size_in = size,
							    .data_out = (uintptr_t)runs[side].out,
							    .data_size_out = sizeof(big) } };
			ck_assert_int_ge(prog, 0);
			memset(runs[side].out, 0, sizeof(runs[side].out));
			runs[side].attr.test.data_size_out = sizeof(runs[side].out);
			both_test(&b, side, prog, &runs[side]);
			got[side] = runs[side].attr.test.retval;
			both_drop(&b, side, prog);
		}
		ck_assert_int_eq(runs[0].err, runs[1].err);
		ck_assert_msg(got[0] == got[1], "round %d size %u: 0x%x 0x%x\n%s", round, size,
			      got[0], got[1], text);
		ck_assert_uint_eq(runs[0].attr.test.data_size_out, runs[1].attr.test.data_size_out);
		ck_assert_mem_eq(runs[0].out, runs[1].out, sizeof(runs[0].out));
	}
	both_close(&b);
}
END_TEST

START_TEST(load_and_store_bytes)
{
	static const struct {
		u32 type;
		int id;
	} calls[] = { { BPF_PROG_TYPE_SCHED_CLS, 26 },
		      { BPF_PROG_TYPE_SOCKET_FILTER, 26 },
		      { BPF_PROG_TYPE_XDP, 189 },
		      { BPF_PROG_TYPE_XDP, 190 } };
	static const u32 offs[] = { 0,	1,  46, 47,	    50,		60,
				    63, 64, 65, 0x7fffffff, 0x80000000, 0xffffffff };
	static const int sizes[] = { 1, 3, 4, 14, 16 };
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	fill_packet(2);
	put_u16(pkt + 12, 0x0608, false);
	for (size_t i = 0; i < ARRAY_SIZE(calls) * ARRAY_SIZE(offs) * ARRAY_SIZE(sizes); i++) {
		size_t c = i % ARRAY_SIZE(calls);

		snprintf(
			text, sizeof(text),
			"r6 = r1\nr2 = 0x11223344\n*(u64 *)(r10 - 8) = r2\n"
			"*(u64 *)(r10 - 16) = r2\n"
			"w2 = %d\nr3 = r10\nr3 += -16\nr4 = %d\ncall %d\n"
			"r2 = *(u64 *)(r10 - 16)\nr3 = *(u64 *)(r10 - 8)\nr0 *= 7\nr0 ^= r2\n"
			"r0 ^= r3\n"
			"r2 >>= 32\nr0 ^= r2\nexit\n",
			(int)offs[i / ARRAY_SIZE(calls) % ARRAY_SIZE(offs)],
			sizes[i / ARRAY_SIZE(calls) / ARRAY_SIZE(offs)], calls[c].id);
		same(&b, calls[c].type, NULL, 64);
	}
	both_close(&b);
}
END_TEST

START_TEST(pull_data)
{
	static const u32 lens[] = { 0, 1, 50, 64, 65, 1000 };
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		snprintf(text, sizeof(text), "r2 = %u\ncall 39\nexit\n", lens[i]);
		same(&b, BPF_PROG_TYPE_SCHED_CLS, NULL, 64);
	}
	both_close(&b);
}
END_TEST

/* --- checksums --------------------------------------------------------------------------- */

START_TEST(csum_diff)
{
	static const int sizes[] = { 0, 1, 2, 4, 8, 12, 20, 40, 44, 80, 128 };
	struct both b;
	const char *why = both_open(&b);
	u32 seed = 3;

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(sizes) * ARRAY_SIZE(sizes) * 3; i++) {
		int from = sizes[i % ARRAY_SIZE(sizes)];
		int to = sizes[i / ARRAY_SIZE(sizes) % ARRAY_SIZE(sizes)];
		u32 csum_seed = i % 5 ? rnd(&seed, 1 << 24) * 257 : i % 2 ? 0 : UINT32_MAX;
		u32 len = 0;

		for (int off = -256; off < 0; off += 8)
			len += (u32)snprintf(text + len, sizeof(text) - len,
					     "r1 = %llu ll\n*(u64 *)(r10 - %d) = r1\n",
					     i % 7 ? (unsigned long long)rnd(&seed, 1 << 24) << 40 |
							     rnd(&seed, 1 << 24) << 20 |
							     rnd(&seed, 1 << 24) :
						     0ull,
					     -off);
		snprintf(
			text + len, sizeof(text) - len,
			"r1 = r10\nr1 += -256\nr2 = %d\nr3 = r10\nr3 += -128\nr4 = %d\n"
			"r5 = %d\ncall 28\nexit\n",
			from, to, (int)csum_seed);
		same(&b, BPF_PROG_TYPE_SCHED_CLS, NULL, 64);
	}
	snprintf(text, sizeof(text),
		 "r1 = 0\nr2 = 0\nr3 = 0\nr4 = 0\nr5 = 0x12345678\ncall 28\nexit\n");
	same(&b, BPF_PROG_TYPE_XDP, NULL, 64);
	both_close(&b);
}
END_TEST

/* --- trace_printk ------------------------------------------------------------------------ */

enum { ARG_NUM, ARG_STR, ARG_IP };

/* A program that prints fmt with arg (a number, a string, an address in memory) and two numbers. */
static void printk_program(const char *fmt, int kind, s32 arg)
{
	size_t size = strlen(fmt) + 1, words = (size + 7) / 8;
	char padded[128] = { 0 };
	u32 len = 0;

	memcpy(padded, fmt, size);
	for (size_t i = 0; i < words; i++)
		len += (u32)snprintf(text + len, sizeof(text) - len,
				     "r1 = %llu ll\n*(u64 *)(r10 - %zu) = r1\n",
				     (unsigned long long)get_u64(padded + i * 8, false),
				     200 - i * 8);
	len += (u32)snprintf(
		text + len, sizeof(text) - len,
		"r1 = 0x6f6c6c6568 ll\n*(u64 *)(r10 - 8) = r1\n"
		"r1 = 0x0807060504030201 ll\n*(u64 *)(r10 - 24) = r1\n*(u64 *)(r10 - 16) = r1\n"
		"r1 = r10\nr1 += -200\nr2 = %zu\n",
		size);
	if (kind == ARG_NUM)
		len += (u32)snprintf(text + len, sizeof(text) - len, "r3 = %d\n", arg);
	else
		len += (u32)snprintf(text + len, sizeof(text) - len, "r3 = r10\nr3 += -%d\n",
				     kind == ARG_STR ? 8 : 24);
	snprintf(text + len, sizeof(text) - len, "r4 = 12\nr5 = 13\ncall 6\nexit\n");
}

static const struct {
	const char *fmt;
	int kind;
	s32 arg;
	const char *want; /* what is printed; NULL: -EINVAL, or not compared */
} formats[] = {
	{ "hi", 0, 0, "hi" },
	{ "%d %d %d", 0, -5, "-5 12 13" },
	{ "%d %d %d %d", 0, 0, NULL },
	{ "%u", 0, -5, "4294967291" },
	{ "%ld %lu", 0, -5, "-5 12" },
	{ "%llx", 0, -5, "fffffffffffffffb" },
	{ "%x %X %i", 0, -2, "fffffffe C 13" },
	{ "%c%c!", 0, 65, "A\f!" },
	{ "%5c|%-3c|", 0, 65, "    A|\f  |" },
	{ "%s|%d", ARG_STR, 0, "hello|12" },
	{ "%10s|%-3d|", ARG_STR, 0, "     hello|12 |" },
	{ "%s", 0, 5, "" },
	{ "%pks", ARG_STR, 0, "hello" },
	{ "%px", 0, 5, "0000000000000005" },
	{ "%20px|", 0, 5, NULL },
	{ "%ps %pS %pB", 0, 5, "0x5 0xc 0xd" },
	{ "%pI4 %d", ARG_IP, 0, "1.2.3.4 12" },
	{ "%pi4", ARG_IP, 0, "001.002.003.004" },
	{ "%pI6", ARG_IP, 0, "0102:0304:0506:0708:0102:0304:0506:0708" },
	{ "%pi6", ARG_IP, 0, "01020304050607080102030405060708" },
	{ "%pI4x", ARG_IP, 0, "1.2.3.4" },
	{ "%05d|%-5d|%+d", 0, 7, "00007|12   |+13" },
	{ "% d|%+ d|%0-5d|", 0, -7, "-7|+12|13   |" },
	{ "%08lx|%8x", 0, 7, "00000007|       c" },
	{ "%03d|%+05d", 0, -7, "-07|+0012" },
	{ "100%% of %d", 0, 3, "100% of 3" },
	{ "a\tb\nc", 0, 0, "a\tb\nc" },
	{ "\xc3\xa9 %d", 0, 1, "\xc3\xa9 1" },
	{ "%p%%", 0, 5, NULL },
	{ "%pK", 0, 5, NULL },
	{ "%p", 0, 5, NULL },
	{ "%p!", 0, 5, NULL },
	{ "%10p|", 0, 5, NULL },
	{ "%1000d|", 0, 5, NULL },
	{ "%2000d|", 0, 5, NULL },
	{ "%99999999999d", 0, 1, NULL },
	{ "%4294967295d", 0, 1, NULL },
	{ "%-3000d%d", 0, 1, NULL },
	/* outside the dialect */
	{ "%", 0, 0, NULL },
	{ "%5", 0, 0, NULL },
	{ "%l", 0, 0, NULL },
	{ "%ll", 0, 0, NULL },
	{ "%#x", 0, 0, NULL },
	{ "%.3d", 0, 0, NULL },
	{ "%hd", 0, 0, NULL },
	{ "%llld", 0, 0, NULL },
	{ "%o", 0, 0, NULL },
	{ "%f", 0, 0, NULL },
	{ "%n", 0, 0, NULL },
	{ "a\x01", 0, 0, NULL },
	{ "%s%", ARG_STR, 0, NULL },
	{ "%sx", ARG_STR, 0, NULL },
	{ "%lp", 0, 0, NULL },
	{ "%ls", ARG_STR, 0, NULL },
	{ "%5%", 0, 0, NULL },
	{ "%p%", 0, 5, NULL },
	{ "%pk", 0, 0, NULL },
	{ "%pI5", ARG_IP, 0, NULL },
	{ "%pe", 0, 5, NULL },
	{ "%pq", 0, 5, NULL },
	{ "%z", 0, 0, NULL },
	{ "%psx", 0, 5, NULL },
	{ "%pxx", 0, 5, NULL },
	{ "%dx%c", 0, 3, "3x\f" },
};

START_TEST(printk_returns_what_the_kernel_returns)
{
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		printk_program(formats[i].fmt, formats[i].kind, formats[i].arg);
		same(&b, BPF_PROG_TYPE_SCHED_CLS, NULL, 64);
	}
	both_close(&b);
}
END_TEST

static char traced[2048];

static void trace(void *user, const char *s)
{
	snprintf(traced, sizeof(traced), "%s", s);
}

START_TEST(printk_text)
{
	struct rt_env env = { .trace = trace };
	struct rt_opts opts = { .env = &env };
	struct both b;

	both_open(&b);
	rt_free(b.rt);
	opts.diag = &b.diag;
	ck_assert_int_eq(rt_new(&opts, &b.rt), 0);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!formats[i].want)
			continue;
		printk_program(formats[i].fmt, formats[i].kind, formats[i].arg);
		both_result(&b, BOTH_RUNTIME,
			    &(struct both_prog){ .type = BPF_PROG_TYPE_SCHED_CLS, .text = text },
			    pkt, 64);
		ck_assert_str_eq(traced, formats[i].want);
	}
	/* No text is longer than the kernel's buffer. */
	printk_program("%-3000d%d", ARG_NUM, 1);
	both_result(&b, BOTH_RUNTIME,
		    &(struct both_prog){ .type = BPF_PROG_TYPE_SCHED_CLS, .text = text }, pkt, 64);
	ck_assert_uint_eq(strlen(traced), 1023);
	both_close(&b);
}
END_TEST

/* --- maps and callbacks ------------------------------------------------------------------ */

static void make_maps(struct both *b, int maps[BOTH_SIDES][BOTH_MAX_MAPS])
{
	u32 one = 1;
	u64 value = 11;

	for (int side = 0; side < BOTH_SIDES; side++) {
		maps[side][0] = both_map(b, side, BPF_MAP_TYPE_ARRAY, 8, 3, 0);
		maps[side][1] = both_map(b, side, BPF_MAP_TYPE_HASH, 8, 3, 0);
		maps[side][2] = both_map(b, side, BPF_MAP_TYPE_PERCPU_ARRAY, 8, 3, 0);
		maps[side][3] = both_map(b, side, BPF_MAP_TYPE_PERCPU_HASH, 8, 3, 0);
		ck_assert_int_eq(both_update(b, side, maps[side][0], &one, &value), 0);
		ck_assert_int_eq(both_update(b, side, maps[side][1], &one, &value), 0);
	}
}

static void drop_maps(struct both *b, int maps[BOTH_SIDES][BOTH_MAX_MAPS])
{
	for (int side = 0; side < BOTH_SIDES; side++)
		for (int i = 0; i < BOTH_MAX_MAPS; i++)
			both_drop(b, side, maps[side][i]);
}

/* Random chains of update, lookup and delete from within the program. */
START_TEST(elements_from_programs)
{
	static const u64 flags[] = { 0, 0, 0, 1, 2, 3, 4, 5, 99 };
	int maps[BOTH_SIDES][BOTH_MAX_MAPS];
	struct both b;
	const char *why = both_open(&b);
	u32 seed = 5;

	if (why)
		unit_skip("%s", why);
	make_maps(&b, maps);
	for (int round = 0; round < 80; round++) {
		int map = (int)rnd(&seed, BOTH_MAX_MAPS);
		u32 len = (u32)snprintf(text, sizeof(text), "r6 = 0\n");

		for (int i = 0; i < 8; i++) {
			len += (u32)snprintf(
				text + len, sizeof(text) - len,
				"*(u32 *)(r10 - 4) = %u\nr1 = %u\n*(u64 *)(r10 - 16) = r1\n"
				"r2 = r10\nr2 += -4\nr3 = r10\nr3 += -16\nr4 = %llu\nr1 = m%d ll\n",
				rnd(&seed, 5), rnd(&seed, 1000),
				(unsigned long long)flags[rnd(&seed, ARRAY_SIZE(flags))], map);
			switch (rnd(&seed, 4)) {
			case 0:
				len += (u32)snprintf(
					text + len, sizeof(text) - len,
					"call 1\nif r0 == 0 goto +2\nr1 = *(u64 *)(r0 + 0)\n"
					"r6 += r1\nr6 += 1\n");
				break;
			case 1:
				len += (u32)snprintf(text + len, sizeof(text) - len,
						     "call 3\nr6 *= 31\nr6 += r0\n");
				break;
			default:
				len += (u32)snprintf(text + len, sizeof(text) - len,
						     "call 2\nr6 *= 31\nr6 += r0\n");
			}
		}
		snprintf(text + len, sizeof(text) - len, "r0 = r6\nexit\n");
		same(&b, BPF_PROG_TYPE_XDP, maps, 64);
	}
	drop_maps(&b, maps);
	both_close(&b);
}
END_TEST

/* A value's address goes on to show the old value when the element is replaced or removed. */
START_TEST(old_values_stay)
{
	static const char *const acts[] = { "call 2\n", "call 3\n" };
	int maps[BOTH_SIDES][BOTH_MAX_MAPS];
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		make_maps(&b, maps);
		snprintf(
			text, sizeof(text),
			"*(u32 *)(r10 - 4) = 1\nr2 = r10\nr2 += -4\nr1 = m1 ll\ncall 1\n"
			"if r0 == 0 goto +13\n"
			"r6 = r0\nr1 = 99\n*(u64 *)(r10 - 16) = r1\nr2 = r10\nr2 += -4\n"
			"r3 = r10\nr3 += -16\n"
			"r4 = 0\nr1 = m1 ll\n%sr0 = *(u64 *)(r6 + 0)\nexit\nr0 = 0\nexit\n",
			acts[i]);
		ck_assert_uint_eq(same(&b, BPF_PROG_TYPE_XDP, maps, 64), 11);
		drop_maps(&b, maps);
	}
	both_close(&b);
}
END_TEST

START_TEST(loops)
{
	static const char *const counts[] = { "0", "1", "5", "100", "8388608", "8388609", "-1" };
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(counts) * 4; i++) {
		u32 stop = i & 1 ? 3 : 1000000000, flags = i & 2 ? 1 : 0;

		/* The callback sums its index through ctx and stops at `stop`. */
		snprintf(
			text, sizeof(text),
			"r1 = 0\n*(u64 *)(r10 - 8) = r1\nw1 = %s\nr2 = cb ll\nr3 = r10\n"
			"r3 += -8\nr4 = %u\n"
			"call 181\nr1 = *(u64 *)(r10 - 8)\nr0 *= 1000003\nr0 += r1\nexit\n"
			"cb:\nr3 = *(u64 *)(r2 + 0)\nr3 += r1\n*(u64 *)(r2 + 0) = r3\nr0 = 0\n"
			"if r1 < %u goto +1\nr0 = 1\nexit\n",
			counts[i / 4], flags, stop);
		same(&b, BPF_PROG_TYPE_XDP, NULL, 64);
	}
	both_close(&b);
}
END_TEST

START_TEST(for_each)
{
	int maps[BOTH_SIDES][BOTH_MAX_MAPS];
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	make_maps(&b, maps);
	for (int map = 0; map < BOTH_MAX_MAPS; map++)
		for (int flags = 0; flags < 2; flags++) {
			snprintf(
				text, sizeof(text),
				"r1 = 0\n*(u64 *)(r10 - 8) = r1\nr1 = m%d ll\nr2 = cb ll\n"
				"r3 = r10\nr3 += -8\n"
				"r4 = %d\ncall 164\nr1 = *(u64 *)(r10 - 8)\nr0 *= 1000003\n"
				"r0 += r1\nexit\n"
				"cb:\nr0 = *(u32 *)(r2 + 0)\nr1 = *(u64 *)(r3 + 0)\nr0 += r1\n"
				"r1 = *(u64 *)(r4 + 0)\nr1 *= 7\nr1 += r0\n"
				"*(u64 *)(r4 + 0) = r1\nr0 = 0\nexit\n",
				map, flags);
			same(&b, BPF_PROG_TYPE_XDP, maps, 64);
		}
	/* A callback that removes what it stands on, and what comes next. */
	snprintf(text, sizeof(text),
		 "r1 = m1 ll\nr2 = cb ll\nr3 = 0\nr4 = 0\ncall 164\nexit\n"
		 "cb:\ncall 3\nr0 = 0\nexit\n");
	same(&b, BPF_PROG_TYPE_XDP, maps, 64);
	drop_maps(&b, maps);
	both_close(&b);
}
END_TEST

/* Keys that a callback saw are gone afterwards; so are elements removed twice over. */
START_TEST(walks_survive_removal)
{
	struct both b;
	int map[1];
	u64 value = 1;

	both_open(&b);
	map[0] = both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_HASH, 8, 100, 0);
	for (u32 i = 0; i < 100; i++)
		ck_assert_int_eq(both_update(&b, BOTH_RUNTIME, map[0], &i, &value), 0);
	/* Each call removes its key and the two behind it, then puts one of them back. */
	snprintf(
		text, sizeof(text),
		"r1 = m0 ll\nr2 = cb ll\nr3 = 0\nr4 = 0\ncall 164\nexit\n"
		"cb:\nr6 = *(u32 *)(r2 + 0)\n"
		"*(u32 *)(r10 - 4) = r6\nr2 = r10\nr2 += -4\nr1 = m0 ll\ncall 3\n"
		"r6 += 1\n*(u32 *)(r10 - 4) = r6\nr2 = r10\nr2 += -4\nr1 = m0 ll\ncall 3\n"
		"r6 += 1\n*(u32 *)(r10 - 4) = r6\nr2 = r10\nr2 += -4\nr1 = m0 ll\ncall 3\n"
		"r1 = 5\n*(u64 *)(r10 - 16) = r1\nr2 = r10\nr2 += -4\nr3 = r10\nr3 += -16\n"
		"r4 = 0\nr1 = m0 ll\ncall 2\n"
		"r0 = 0\nexit\n");
	both_result(&b, BOTH_RUNTIME,
		    &(struct both_prog){ .type = BPF_PROG_TYPE_XDP, .text = text, .maps = map },
		    pkt, 64);
	both_close(&b);
}
END_TEST

/* A2.1, A2.2: what falls through and how far self calls go. */
START_TEST(tail_calls)
{
	static const u32 indices[] = { 0, 1, 2, 3, 100, 0x80000000, 0xffffffff };
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(indices); i++) {
		u32 got[BOTH_SIDES], count[BOTH_SIDES], zero = 0;

		for (int side = 0; side < BOTH_SIDES; side++) {
			int maps[2] = { both_map(&b, side, BPF_MAP_TYPE_PROG_ARRAY, 4, 3, 0),
					both_map(&b, side, BPF_MAP_TYPE_ARRAY, 4, 1, 0) };
			struct both_prog p = { .type = BPF_PROG_TYPE_XDP,
					       .maps = maps,
					       .text = text };
			struct both_run run = { .attr.test = { .data_in = (uintptr_t)pkt,
							       .data_size_in = 64 } };
			int prog;
			u32 one = 1;

			snprintf(
				text, sizeof(text),
				"r2 = v1 ll\nr3 = *(u32 *)(r2 + 0)\nr3 += 1\n"
				"*(u32 *)(r2 + 0) = r3\n"
				"r2 = m0 ll\nw3 = %d\ncall 12\nr0 = 42\nexit\n",
				(int)indices[i]);
			prog = both_load(&b, side, &p);
			ck_assert_int_ge(prog, 0);
			ck_assert_int_eq(both_update(&b, side, maps[0], &zero, &prog), 0);
			ck_assert_int_eq(both_update(&b, side, maps[0], &one, &prog), 0);
			both_test(&b, side, prog, &run);
			ck_assert_int_eq(run.err, 0);
			got[side] = run.attr.test.retval;
			ck_assert_int_eq(both_lookup(&b, side, maps[1], &zero, &count[side]), 0);
			both_drop(&b, side, prog);
			both_drop(&b, side, maps[0]);
			both_drop(&b, side, maps[1]);
		}
		ck_assert_uint_eq(got[0], got[1]);
		ck_assert_uint_eq(count[0], count[1]);
		ck_assert_uint_eq(count[0], indices[i] < 2 ? 34 : 1);
	}
	both_close(&b);
}
END_TEST

/* --- the world --------------------------------------------------------------------------- */

static u64 fixed_time(void *user, enum rt_clock clock)
{
	return 1000 + clock;
}

static u32 fixed_random(void *user)
{
	return 77;
}

START_TEST(environment)
{
	struct rt_env env = { .time_ns = fixed_time, .random = fixed_random };
	struct rt_opts opts = { .env = &env };
	static const struct {
		int id;
		u32 want;
	} calls[] = { { 5, 1000 }, { 125, 1001 }, { 208, 1002 }, { 160, 1003 },
		      { 7, 77 },   { 8, 0 },	  { 42, 0 } };
	struct both b;

	both_open(&b);
	rt_free(b.rt);
	opts.diag = &b.diag;
	ck_assert_int_eq(rt_new(&opts, &b.rt), 0);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		snprintf(text, sizeof(text), "call %d\nexit\n", calls[i].id);
		ck_assert_uint_eq(
			both_result(&b, BOTH_RUNTIME,
				    &(struct both_prog){ .type = BPF_PROG_TYPE_XDP, .text = text },
				    pkt, 64),
			calls[i].want);
	}
	both_close(&b);
}
END_TEST

/* Equal seeds give equal numbers; time goes forward. */
START_TEST(default_environment)
{
	u32 got[2];
	struct both b;

	both_open(&b);
	for (int i = 0; i < 2; i++) {
		struct rt_opts opts = { .diag = &b.diag, .seed = 42 };

		rt_free(b.rt);
		ck_assert_int_eq(rt_new(&opts, &b.rt), 0);
		snprintf(text, sizeof(text), "call 7\nr6 = r0\ncall 7\nr0 ^= r6\nexit\n");
		got[i] = both_result(&b, BOTH_RUNTIME,
				     &(struct both_prog){ .type = BPF_PROG_TYPE_XDP, .text = text },
				     pkt, 64);
	}
	ck_assert_uint_eq(got[0], got[1]);
	ck_assert_uint_ne(got[0], 0);
	snprintf(text, sizeof(text),
		 "call 5\nr6 = r0\ncall 5\nr7 = r0\nr0 = 0\nif r7 >= r6 goto +1\nr0 = 1\nexit\n");
	ck_assert_uint_eq(same(&b, BPF_PROG_TYPE_XDP, NULL, 64), 0);
	both_close(&b);
}
END_TEST

static Suite *helpers_suite(void)
{
	Suite *s = suite_create("rt_helpers");

	unit_add(s, "packet", xdp_adjust, xdp_adjust_sequences, load_and_store_bytes, pull_data,
		 csum_diff);
	unit_add(s, "printk", printk_returns_what_the_kernel_returns, printk_text);
	unit_add(s, "maps", elements_from_programs, old_values_stay, loops, for_each,
		 walks_survive_removal, tail_calls);
	unit_add(s, "env", environment, default_environment);
	return s;
}

int main(void)
{
	return unit_main(helpers_suite(), NULL);
}
