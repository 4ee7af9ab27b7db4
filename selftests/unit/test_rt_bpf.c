/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The commands that load, describe and find objects, against the kernel's: A6.2, A1.2, A2.3, A3.6.
 */
#include "btf/btf.h"
#include "selftests/unit/both.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

#define ASSERT_SAME(got, fmt, ...) \
	ck_assert_msg((got)[0] == (got)[1], "runtime %d, kernel %d: " fmt, (got)[0], (got)[1], \
		      __VA_ARGS__)

static const struct bpf_insn ret0[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
	{ .code = BPF_JMP | BPF_EXIT },
};

static union bpf_attr load_attr(const struct bpf_insn *insns, u32 n)
{
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_XDP,
				.insns = (uintptr_t)insns,
				.insn_cnt = n,
				.license = (uintptr_t) "GPL" };

	return attr;
}

static void compare_load(struct both *b, const union bpf_attr *attr, const char *what)
{
	int got[BOTH_SIDES];

	b->last_text[0] = 0;
	for (int side = 0; side < BOTH_SIDES; side++) {
		union bpf_attr a = *attr;

		got[side] = both_bpf(b, side, BPF_PROG_LOAD, &a);
		both_drop(b, side, got[side]);
		got[side] = got[side] > 0 ? 0 : got[side];
	}
	ASSERT_SAME(got, "%s (%s)", what, b->last_text);
}

/* --- attributes of any length ------------------------------------------------------------ */

/* One command with size bytes, all zero but the first word; behind them nothing may be written. */
static void call_short(struct both *b, int cmd, u32 size, u32 first)
{
	static u8 mem[2 * sizeof(union bpf_attr)];
	int ret;

	memset(mem, 0xa5, sizeof(mem));
	memset(mem, 0, size);
	if (size >= sizeof(first))
		memcpy(mem, &first, sizeof(first));
	ret = rt_bpf(b->rt, cmd, (union bpf_attr *)mem, size);
	if (ret >= RT_FIRST_HANDLE)
		both_drop(b, BOTH_RUNTIME, ret);
	for (u32 i = size; i < sizeof(mem); i++)
		ck_assert_msg(mem[i] == 0xa5, "command %d wrote behind %u bytes", cmd, size);
}

START_TEST(short_attributes)
{
	struct both b;
	const char *why = both_open(&b);
	struct both_prog p = { .type = BPF_PROG_TYPE_XDP, .text = "r0 = 0\nexit\n" };
	u32 firsts[3] = { 0 };

	if (why)
		unit_skip("%s", why);
	firsts[1] = (u32)both_load(&b, BOTH_RUNTIME, &p);
	firsts[2] = (u32)both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_HASH, 8, 3, 0);
	for (int cmd = 0; cmd < __MAX_BPF_CMD; cmd++) {
		/* A path comes first in these. */
		bool path = cmd == BPF_OBJ_PIN || cmd == BPF_OBJ_GET;

		for (u32 size = 0; size <= sizeof(union bpf_attr); size++)
			for (u32 i = 0; i < (path ? 1 : ARRAY_SIZE(firsts)); i++)
				call_short(&b, cmd, size, firsts[i]);
	}
	both_close(&b);
}
END_TEST

/* --- PROG_LOAD --------------------------------------------------------------------------- */

START_TEST(load_attributes)
{
	union bpf_attr good = load_attr(ret0, 2), a;
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	compare_load(&b, &good, "good");
	for (u32 bit = 0; bit < 32; bit++) {
		a = good;
		a.prog_flags = 1u << bit;
		/* Bound to a device, with a token: other errors than "unknown". */
		if (bit != 6 && bit != 16)
			compare_load(&b, &a, "flags");
	}
	a = good;
	a.insn_cnt = 0;
	compare_load(&b, &a, "no instructions");
	a.insn_cnt = 1000001;
	compare_load(&b, &a, "too many instructions");
	a = good;
	a.license = 0;
	compare_load(&b, &a, "no licence");
	a = good;
	a.insns = 0;
	compare_load(&b, &a, "no address");
	a = good;
	a.prog_type = 0;
	compare_load(&b, &a, "type 0");
	a.prog_type = 99;
	compare_load(&b, &a, "type 99");
	a = good;
	memcpy(a.prog_name, "a b", 4);
	compare_load(&b, &a, "name");
	memset(a.prog_name, 'x', 16);
	compare_load(&b, &a, "long name");
	a = good;
	((u8 *)&a)[sizeof(a) - 1] = 1;
	compare_load(&b, &a, "tail");
	a = good;
	a.attach_btf_id = 1;
	compare_load(&b, &a, "attach_btf_id");
	both_close(&b);
}
END_TEST

START_TEST(load_instructions)
{
	static const struct {
		u32 type;
		const char *license, *text;
	} progs[] = {
		{ BPF_PROG_TYPE_SCHED_CLS, "GPL", "r2 = 0\ncall 44\nr0 = 0\nexit\n" },
		{ BPF_PROG_TYPE_XDP, "GPL", "r2 = 0\ncall 9999\nr0 = 0\nexit\n" },
		{ BPF_PROG_TYPE_XDP, "GPL", "call 0\nr0 = 0\nexit\n" },
		{ BPF_PROG_TYPE_XDP, "BSD",
		  "r1 = 0\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 8\ncall 6\nexit\n" },
		{ BPF_PROG_TYPE_XDP, "Dual BSD/GPL", "call 5\nr0 = 0\nexit\n" },
		{ BPF_PROG_TYPE_XDP, "Proprietary", "call 5\nr0 = 0\nexit\n" },
		{ BPF_PROG_TYPE_XDP, "", "r0 = 0\nexit\n" },
		{ BPF_PROG_TYPE_SOCKET_FILTER, "GPL", "r0 = 0\nexit\n" },
	};
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(progs); i++) {
		int got[BOTH_SIDES];

		for (int side = 0; side < BOTH_SIDES; side++) {
			struct both_prog p = { .type = progs[i].type,
					       .text = progs[i].text,
					       .license = progs[i].license };

			got[side] = both_load(&b, side, &p);
			both_drop(&b, side, got[side]);
			got[side] = got[side] > 0 ? 0 : got[side];
		}
		ASSERT_SAME(got, "program %zu (%s)", i, b.last_text);
	}
	both_close(&b);
}
END_TEST

START_TEST(load_map_references)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = 1 },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	static const u8 sources[] = { 0, 1, 2, 5, 6, 7, 15 };
	static const int handles[] = { -1, -2, 999999, 0x7fffffff };
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(sources) * (ARRAY_SIZE(handles) + 4); i++) {
		size_t h = i / ARRAY_SIZE(sources);
		int got[BOTH_SIDES];

		for (int side = 0; side < BOTH_SIDES; side++) {
			int map = both_map(&b, side, BPF_MAP_TYPE_ARRAY, 8, h == 7 ? 2 : 1, 0);
			union bpf_attr attr = load_attr(insns, 4);

			insns[0].src_reg = sources[i % ARRAY_SIZE(sources)];
			insns[0].imm = h < ARRAY_SIZE(handles) ? handles[h] : map;
			insns[1].imm = h == 5 ? 7 : h == 6 ? 8 : 0;
			got[side] = both_bpf(&b, side, BPF_PROG_LOAD, &attr);
			both_drop(&b, side, got[side]);
			both_drop(&b, side, map);
			got[side] = got[side] > 0 ? 0 : got[side];
		}
		ASSERT_SAME(got, "src %u, case %zu (%s)", insns[0].src_reg, h, b.last_text);
	}
	both_close(&b);
}
END_TEST

START_TEST(load_log)
{
	static const struct {
		u32 level, size;
		bool buf;
	} logs[] = { { 0, 0, false },	   { 0, 100, true },	 { 1, 100, false },
		     { 1, 0, true },	   { 1, 0, false },	 { 16, 100, true },
		     { 1, 1 << 16, true }, { 2, 1 << 16, true }, { 4, 1 << 16, true },
		     { 8, 1 << 16, true } };
	static char log[1 << 16];
	struct bpf_insn bad[] = { { .code = 0xff }, { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attr = load_attr(bad, 2), a;
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		a = attr;
		a.log_level = logs[i].level;
		a.log_size = logs[i].size;
		a.log_buf = logs[i].buf ? (uintptr_t)log : 0;
		compare_load(&b, &a, "log");
	}
	a = attr;
	a.log_level = 1;
	a.log_size = 10;
	a.log_buf = (uintptr_t)log;
	memset(log, 'x', sizeof(log));
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_PROG_LOAD, &a), -ENOSPC);
	ck_assert_uint_eq(strlen(log), 9);
	ck_assert_uint_gt(a.log_true_size, 20);
	a.log_size = a.log_true_size;
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_PROG_LOAD, &a), -EINVAL);
	ck_assert_uint_eq(strlen(log) + 1, a.log_true_size);
	/* What the log says and what the diagnostic says is the same. */
	ck_assert_ptr_nonnull(strstr(log, b.last_text));
	both_close(&b);
}
END_TEST

/* --- func_info and line_info ------------------------------------------------------------- */

/* int main(void) and static int sub(void), with two strings for lines. */
struct made_btf {
	struct sbuf bytes;
	u32 main, sub, integer, line;
};

static void make_btf(struct made_btf *m)
{
	struct btf *btf;
	u32 proto;

	*m = (struct made_btf){ 0 };
	ck_assert_int_eq(btf_new(&btf), 0);
	ck_assert_int_eq(btf_add_int(btf, "int", 4, BTF_INT_SIGNED, &m->integer), 0);
	ck_assert_int_eq(btf_add_func_proto(btf, m->integer, &proto), 0);
	ck_assert_int_eq(btf_add_func(btf, "main_fn", BTF_FUNC_GLOBAL, proto, &m->main), 0);
	ck_assert_int_eq(btf_add_func(btf, "sub", BTF_FUNC_STATIC, proto, &m->sub), 0);
	ck_assert_int_eq(btf_add_str(btf, "return sub();", &m->line), 0);
	ck_assert_int_eq(btf_write(btf, HOST_BIG_ENDIAN, &m->bytes), 0);
	btf_free(btf);
}

static int load_btf(struct both *b, int side, const struct sbuf *bytes)
{
	union bpf_attr attr = { .btf = (uintptr_t)bytes->data, .btf_size = (u32)bytes->size };

	return both_bpf(b, side, BPF_BTF_LOAD, &attr);
}

/* call sub; exit; sub: r0 = 1 ll; exit */
static const struct bpf_insn two_funcs[] = {
	{ .code = BPF_JMP | BPF_CALL, .src_reg = 1, .imm = 1 },
	{ .code = BPF_JMP | BPF_EXIT },
	{ .code = BPF_LD | BPF_IMM | BPF_DW, .imm = 1 },
	{ 0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

struct record_case {
	struct bpf_func_info f[3];
	u32 nf, f_size;
	struct bpf_line_info l[4];
	u32 nl, l_size;
	bool no_btf;
};

enum { MAIN = 1001, SUB, INTEGER, LINE }; /* replaced by what make_btf made */

static const struct record_case record_cases[] = {
	{ .f = { { 0, MAIN }, { 2, SUB } },
	  .nf = 2,
	  .f_size = 8,
	  .l = { { 0, LINE, LINE, 1 }, { 2, LINE, LINE, 2 } },
	  .nl = 2,
	  .l_size = 16 },
	{ .f = { { 0, MAIN }, { 2, SUB } }, .nf = 2, .f_size = 8 },
	{ .l = { { 0, LINE, LINE, 1 }, { 2, LINE, LINE, 2 } }, .nl = 2, .l_size = 16 },
	{ .f = { { 0, MAIN }, { 2, SUB } }, .nf = 1, .f_size = 8 },
	{ .f = { { 0, MAIN }, { 2, SUB }, { 4, SUB } }, .nf = 3, .f_size = 8 },
	{ .f = { { 1, MAIN }, { 2, SUB } }, .nf = 2, .f_size = 8 },
	{ .f = { { 0, MAIN }, { 0, SUB } }, .nf = 2, .f_size = 8 },
	{ .f = { { 0, MAIN }, { 1, SUB } }, .nf = 2, .f_size = 8 },
	{ .f = { { 0, MAIN }, { 2, INTEGER } }, .nf = 2, .f_size = 8 },
	{ .f = { { 0, MAIN }, { 2, 0 } }, .nf = 2, .f_size = 8 },
	{ .f = { { 0, MAIN }, { 2, 999 } }, .nf = 2, .f_size = 8 },
	{ .f = { { 0, MAIN }, { 2, SUB } }, .nf = 2, .f_size = 4 },
	{ .f = { { 0, MAIN }, { 2, SUB } }, .nf = 2, .f_size = 256 },
	{ .f = { { 0, MAIN }, { 2, SUB } }, .nf = 2, .f_size = 10 },
	{ .f = { { 0, MAIN }, { 2, SUB } }, .nf = 2, .f_size = 8, .no_btf = true },
	{ .f = { { 0, MAIN }, { 7, 7 }, { 2, SUB } }, .nf = 1, .f_size = 12 },
	{ .l = { { 0, LINE, LINE, 1 } }, .nl = 1, .l_size = 16 },
	{ .l = { { 2, LINE, LINE, 1 } }, .nl = 1, .l_size = 16 },
	{ .l = { { 0, LINE, LINE, 1 }, { 0, LINE, LINE, 2 } }, .nl = 2, .l_size = 16 },
	{ .l = { { 0, LINE, LINE, 1 }, { 2, LINE, LINE, 2 }, { 3, LINE, LINE, 3 } },
	  .nl = 3,
	  .l_size = 16 },
	{ .l = { { 0, LINE, LINE, 1 }, { 2, LINE, LINE, 2 }, { 5, LINE, LINE, 3 } },
	  .nl = 3,
	  .l_size = 16 },
	{ .l = { { 0, LINE, LINE, 1 }, { 2, LINE, LINE, 2 }, { 4, LINE, 9999, 3 } },
	  .nl = 3,
	  .l_size = 16 },
	{ .l = { { 0, LINE, LINE, 1 }, { 2, LINE, LINE, 2 }, { 4, 9999, LINE, 3 } },
	  .nl = 3,
	  .l_size = 16 },
	{ .l = { { 0, 0, 0, 1 }, { 2, 0, 0, 2 } }, .nl = 2, .l_size = 16 },
	{ .l = { { 0, LINE, LINE, 1 }, { 2, LINE, LINE, 2 } }, .nl = 2, .l_size = 12 },
	{ .l = { { 0, LINE, LINE, 1 }, { 1, LINE, LINE, 2 }, { 2, LINE, LINE, 2 }, { 4, 0, 0, 0 } },
	  .nl = 4,
	  .l_size = 16 },
};

static u32 real_id(const struct made_btf *m, u32 id)
{
	switch (id) {
	case MAIN:
		return m->main;
	case SUB:
		return m->sub;
	case INTEGER:
		return m->integer;
	case LINE:
		return m->line;
	default:
		return id;
	}
}

static int load_with_records(struct both *b, int side, const struct made_btf *m,
			     const struct record_case *given)
{
	union bpf_attr attr = load_attr(two_funcs, ARRAY_SIZE(two_funcs));
	u8 room[2048] = { 0 }; /* what lies behind the records */
	struct record_case *c = (struct record_case *)room;
	int btf = load_btf(b, side, &m->bytes), prog;

	*c = *given;
	ck_assert_int_ge(btf, 0);
	for (int i = 0; i < 3; i++)
		c->f[i].type_id = real_id(m, c->f[i].type_id);
	for (int i = 0; i < 4; i++) {
		c->l[i].file_name_off = real_id(m, c->l[i].file_name_off);
		c->l[i].line_off = real_id(m, c->l[i].line_off);
	}
	attr.prog_btf_fd = c->no_btf ? UINT32_MAX : (u32)btf;
	attr.func_info = (uintptr_t)c->f;
	attr.func_info_cnt = c->nf;
	attr.func_info_rec_size = c->f_size;
	attr.line_info = (uintptr_t)c->l;
	attr.line_info_cnt = c->nl;
	attr.line_info_rec_size = c->l_size;
	prog = both_bpf(b, side, BPF_PROG_LOAD, &attr);
	both_drop(b, side, btf);
	return prog;
}

START_TEST(records)
{
	struct made_btf m;
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	make_btf(&m);
	for (size_t i = 0; i < ARRAY_SIZE(record_cases); i++) {
		int got[BOTH_SIDES];

		b.last_text[0] = 0;
		for (int side = 0; side < BOTH_SIDES; side++) {
			got[side] = load_with_records(&b, side, &m, &record_cases[i]);
			both_drop(&b, side, got[side]);
			got[side] = got[side] > 0 ? 0 : got[side];
		}
		ASSERT_SAME(got, "case %zu (%s)", i, b.last_text);
	}
	sbuf_free(&m.bytes);
	both_close(&b);
}
END_TEST

/* Callbacks, tail calls in functions, packet loads in functions. */
START_TEST(functions_without_btf)
{
	struct bpf_insn callback[] = {
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 2, .src_reg = 4, .imm = 3 },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_insn packet_load[] = {
		{ .code = BPF_JMP | BPF_CALL, .src_reg = 1, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 6, .src_reg = 1 },
		{ .code = BPF_LD | BPF_ABS | BPF_B },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = load_attr(callback, ARRAY_SIZE(callback));
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	compare_load(&b, &attr, "callback");
	ck_assert_int_eq(b.last_code, DIAG_RT_NEEDS_BTF);
	attr = load_attr(packet_load, ARRAY_SIZE(packet_load));
	attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	compare_load(&b, &attr, "packet load");
	ck_assert_int_eq(b.last_code, DIAG_RT_NEEDS_BTF);
	both_close(&b);
}
END_TEST

/* --- BTF --------------------------------------------------------------------------------- */

static void compare_btf(struct both *b, const struct sbuf *bytes, const char *what)
{
	int got[BOTH_SIDES];

	b->last_text[0] = 0;
	for (int side = 0; side < BOTH_SIDES; side++) {
		got[side] = load_btf(b, side, bytes);
		both_drop(b, side, got[side]);
		got[side] = got[side] > 0 ? 0 : got[side];
	}
	ASSERT_SAME(got, "%s (%s)", what, b->last_text);
}

static void one_func(struct both *b, u32 linkage, bool big_endian, const char *what)
{
	struct sbuf bytes = { 0 };
	struct btf *btf;
	u32 id, proto;

	ck_assert_int_eq(btf_new(&btf), 0);
	btf_add_int(btf, "int", 4, BTF_INT_SIGNED, &id);
	btf_add_func_proto(btf, id, &proto);
	btf_add_func(btf, "f", linkage, proto, &id);
	btf_write(btf, big_endian, &bytes);
	btf_free(btf);
	compare_btf(b, &bytes, what);
	sbuf_free(&bytes);
}

static void one_section(struct both *b, u32 linkage, u32 size, u32 var_size, const char *what)
{
	struct sbuf bytes = { 0 };
	struct btf *btf;
	u32 id, var;

	ck_assert_int_eq(btf_new(&btf), 0);
	btf_add_int(btf, "int", 4, BTF_INT_SIGNED, &id);
	btf_add_var(btf, "v", linkage, id, &var);
	btf_add_datasec(btf, ".data", size, &id);
	btf_add_secinfo(btf, var, 0, var_size);
	btf_write(btf, HOST_BIG_ENDIAN, &bytes);
	btf_free(btf);
	compare_btf(b, &bytes, what);
	sbuf_free(&bytes);
}

START_TEST(btf_load)
{
	struct sbuf none = { 0 };
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	one_func(&b, BTF_FUNC_STATIC, HOST_BIG_ENDIAN, "static");
	one_func(&b, BTF_FUNC_GLOBAL, HOST_BIG_ENDIAN, "global");
	one_func(&b, BTF_FUNC_EXTERN, HOST_BIG_ENDIAN, "extern");
	one_func(&b, BTF_FUNC_GLOBAL, !HOST_BIG_ENDIAN, "byte order");
	one_section(&b, BTF_VAR_GLOBAL_ALLOCATED, 4, 4, "section");
	one_section(&b, BTF_VAR_GLOBAL_EXTERN, 4, 4, "extern variable");
	one_section(&b, BTF_VAR_GLOBAL_ALLOCATED, 0, 4, "section without size");
	one_section(&b, BTF_VAR_GLOBAL_ALLOCATED, 2, 4, "variable beyond the section");
	compare_btf(&b, &none, "nothing");
	sbuf_zero(&none, 17 << 20);
	compare_btf(&b, &none, "too much");
	sbuf_free(&none);
	both_close(&b);
}
END_TEST

/* Maps with types: sizes must fit, indices be ints, data sections stand alone. */
enum { T_NONE, T_INT, T_LONG, T_SECTION, T_SHORT, N_TYPES };

static const struct {
	u32 map, key_size, value_size, entries;
	int key, value; /* types */
} typed_maps[] = {
	{ BPF_MAP_TYPE_ARRAY, 4, 4, 1, 1, 1 },
	{ BPF_MAP_TYPE_ARRAY, 4, 8, 1, 1, 1 },
	{ BPF_MAP_TYPE_ARRAY, 4, 8, 5, 1, 2 },
	{ BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0, 3 },
	{ BPF_MAP_TYPE_ARRAY, 4, 4, 2, 0, 3 },
	{ BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0, 1 },
	{ BPF_MAP_TYPE_ARRAY, 4, 4, 1, 3, 1 },
	{ BPF_MAP_TYPE_HASH, 4, 8, 5, 1, 2 },
	{ BPF_MAP_TYPE_HASH, 8, 8, 5, 1, 2 },
	{ BPF_MAP_TYPE_HASH, 4, 4, 5, 0, 1 },
	{ BPF_MAP_TYPE_HASH, 2, 4, 5, 4, 1 },
	{ BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 5, 1, 1 },
	{ BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 5, 0, 1 },
	{ BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 5, 3, 3 },
	{ BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1, 0, 3 },
	{ BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 5, 1, 2 },
	{ BPF_MAP_TYPE_PERCPU_ARRAY, 4, 4, 1, 0, 3 },
	{ BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1, 1, 2 },
	{ BPF_MAP_TYPE_HASH, 4, 4, 5, 1, 0 },
	{ BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 5, 1, 2 },
};

static void make_types(struct sbuf *bytes, u32 ids[N_TYPES])
{
	struct btf *btf;
	u32 var;

	ids[T_NONE] = 0;
	ck_assert_int_eq(btf_new(&btf), 0);
	btf_add_int(btf, "int", 4, BTF_INT_SIGNED, &ids[T_INT]);
	btf_add_int(btf, "long", 8, 0, &ids[T_LONG]);
	btf_add_int(btf, "short", 2, 0, &ids[T_SHORT]);
	btf_add_var(btf, "v", BTF_VAR_GLOBAL_ALLOCATED, ids[T_INT], &var);
	btf_add_datasec(btf, ".data", 4, &ids[T_SECTION]);
	btf_add_secinfo(btf, var, 0, 4);
	btf_write(btf, HOST_BIG_ENDIAN, bytes);
	btf_free(btf);
}

START_TEST(map_types)
{
	struct sbuf bytes = { 0 };
	u32 ids[N_TYPES];
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	make_types(&bytes, ids);
	for (size_t i = 0; i < ARRAY_SIZE(typed_maps); i++) {
		int got[BOTH_SIDES];

		for (int side = 0; side < BOTH_SIDES; side++) {
			int fd = load_btf(&b, side, &bytes);
			union bpf_attr attr = { .map_type = typed_maps[i].map,
						.key_size = typed_maps[i].key_size,
						.value_size = typed_maps[i].value_size,
						.max_entries = typed_maps[i].entries,
						.btf_fd = (u32)fd,
						.btf_key_type_id = ids[typed_maps[i].key],
						.btf_value_type_id = ids[typed_maps[i].value] };

			got[side] = both_bpf(&b, side, BPF_MAP_CREATE, &attr);
			both_drop(&b, side, got[side]);
			both_drop(&b, side, fd);
			got[side] = got[side] > 0 ? 0 : got[side];
		}
		ASSERT_SAME(got, "case %zu", i);
	}
	sbuf_free(&bytes);
	both_close(&b);
}
END_TEST

static Suite *bpf_suite(void)
{
	Suite *s = suite_create("rt_bpf");

	unit_add(s, "attr", short_attributes);
	unit_add(s, "load", load_attributes, load_instructions, load_map_references, load_log);
	unit_add(s, "records", records, functions_without_btf);
	unit_add(s, "btf", btf_load, map_types);
	return s;
}

int main(void)
{
	return unit_main(bpf_suite(), NULL);
}
