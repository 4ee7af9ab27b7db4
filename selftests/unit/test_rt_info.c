/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the runtime tells of its objects, how they are found again, and what it says of all that it
 * doesn't do: A6.2, A2.3. */
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

/* --- a program that has everything ------------------------------------------------------- */

/* int(void) twice: type 3 is main_fn, type 4 sub, static. LINE is one of the strings. */
enum { MAIN = 3, SUB, LINE = 13 };

static void make_btf(struct sbuf *bytes)
{
	struct btf *btf;
	u32 integer, proto, id, line;

	*bytes = (struct sbuf){ 0 };
	ck_assert_int_eq(btf_new(&btf), 0);
	ck_assert_int_eq(btf_add_int(btf, "int", 4, BTF_INT_SIGNED, &integer), 0);
	ck_assert_int_eq(btf_add_func_proto(btf, integer, &proto), 0);
	ck_assert_int_eq(btf_add_func(btf, "main_fn", BTF_FUNC_GLOBAL, proto, &id), 0);
	ck_assert_uint_eq(id, MAIN);
	ck_assert_int_eq(btf_add_func(btf, "sub", BTF_FUNC_STATIC, proto, &id), 0);
	ck_assert_uint_eq(id, SUB);
	ck_assert_int_eq(btf_add_str(btf, "return sub();", &line), 0);
	ck_assert_int_eq(btf_write(btf, HOST_BIG_ENDIAN, bytes), 0);
	btf_free(btf);
}

static int load_btf(struct both *b, int side, const struct sbuf *bytes)
{
	union bpf_attr attr = { .btf = (uintptr_t)bytes->data, .btf_size = (u32)bytes->size };

	return both_bpf(b, side, BPF_BTF_LOAD, &attr);
}

static int load_with_records(struct both *b, int side, const struct sbuf *bytes)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .src_reg = 1, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	static const struct bpf_func_info funcs[] = { { 0, MAIN }, { 2, SUB } };
	static const struct bpf_line_info lines[] = { { 0, LINE, LINE, 1 }, { 2, LINE, LINE, 2 } };
	union bpf_attr attr = load_attr(insns, ARRAY_SIZE(insns));
	int btf = load_btf(b, side, bytes), prog;

	attr.prog_btf_fd = (u32)btf;
	attr.func_info = (uintptr_t)funcs;
	attr.func_info_cnt = ARRAY_SIZE(funcs);
	attr.func_info_rec_size = sizeof(*funcs);
	attr.line_info = (uintptr_t)lines;
	attr.line_info_cnt = ARRAY_SIZE(lines);
	attr.line_info_rec_size = sizeof(*lines);
	prog = both_bpf(b, side, BPF_PROG_LOAD, &attr);
	ck_assert_int_ge(prog, 0);
	both_drop(b, side, btf);
	return prog;
}

/* --- info and ids ------------------------------------------------------------------------ */

/* *size: of info in, of what was filled in out. */
static int get_info(struct both *b, int side, int handle, void *info, u32 *size)
{
	union bpf_attr attr = {
		.info = { .bpf_fd = (u32)handle, .info_len = *size, .info = (uintptr_t)info }
	};
	int err = both_bpf(b, side, BPF_OBJ_GET_INFO_BY_FD, &attr);

	*size = attr.info.info_len;
	return err;
}

/* Leave only what both must agree on. */
static void strip_prog_info(struct bpf_prog_info *i)
{
	i->id = i->btf_id = 0;
	memset(i->tag, 0, sizeof(i->tag));
	i->jited_prog_len = i->nr_jited_ksyms = i->nr_jited_func_lens = i->nr_jited_line_info = 0;
	i->nr_prog_tags = 0;
	i->load_time = i->created_by_uid = i->verified_insns = 0;
	i->run_time_ns = i->run_cnt = 0;
}

START_TEST(prog_info)
{
	struct bpf_prog_info info[BOTH_SIDES];
	struct bpf_func_info funcs[BOTH_SIDES][4];
	struct bpf_line_info lines[BOTH_SIDES][4];
	int err[BOTH_SIDES];
	struct sbuf btf;
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	make_btf(&btf);
	memset(funcs, 0, sizeof(funcs));
	memset(lines, 0, sizeof(lines));
	for (int room = 0; room < 4; room++) {
		for (int side = 0; side < BOTH_SIDES; side++) {
			int prog = load_with_records(&b, side, &btf);
			u32 got = sizeof(info[side]);

			memset(&info[side], 0, sizeof(info[side]));
			info[side].nr_func_info = (u32)room;
			info[side].nr_line_info = (u32)room;
			info[side].func_info_rec_size = room ? 8 : 0;
			info[side].line_info_rec_size = room ? 16 : 0;
			info[side].jited_line_info_rec_size = room ? 8 : 0;
			info[side].func_info = (uintptr_t)funcs[side];
			info[side].line_info = (uintptr_t)lines[side];
			err[side] = get_info(&b, side, prog, &info[side], &got);
			ck_assert_uint_eq(got, sizeof(info[side]));
			strip_prog_info(&info[side]);
			info[side].func_info = info[side].line_info = 0;
			/* The kernel has rewritten instructions by then. */
			info[side].xlated_prog_len = 0;
			both_drop(&b, side, prog);
		}
		ASSERT_SAME(err, "room %d", room);
		ck_assert_mem_eq(&info[0], &info[1], sizeof(info[0]));
		ck_assert_mem_eq(funcs[0], funcs[1], sizeof(funcs[0]));
		ck_assert_mem_eq(lines[0], lines[1], sizeof(lines[0]));
	}
	sbuf_free(&btf);
	both_close(&b);
}
END_TEST

START_TEST(info_sizes)
{
	static const u32 sizes[] = { 0, 4, 16, 88, 100, 228, 232, 240, 4096, 5000 };
	static u8 room[8192];
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(sizes) * 4; i++) {
		int err[BOTH_SIDES];
		u32 got[BOTH_SIDES];

		for (int side = 0; side < BOTH_SIDES; side++) {
			int h = i % 2 ? both_map(&b, side, BPF_MAP_TYPE_HASH, 8, 1, 0) :
					both_load(&b, side,
						  &(struct both_prog){ .type = BPF_PROG_TYPE_XDP,
								       .text = "r0 = 0\nexit\n" });

			memset(room, 0, sizeof(room));
			/* A byte that nobody knows, behind all known ones. */
			room[4000] = i / 2 % 2;
			got[side] = sizes[i / 4];
			err[side] = get_info(&b, side, h, room, &got[side]);
			both_drop(&b, side, h);
		}
		ASSERT_SAME(err, "size %u", sizes[i / 4]);
		ck_assert_msg(got[0] == got[1] || sizes[i / 4] > 80, "size %u: %u %u", sizes[i / 4],
			      got[0], got[1]);
	}
	both_close(&b);
}
END_TEST

START_TEST(map_and_btf_info)
{
	struct bpf_map_info info[BOTH_SIDES];
	struct bpf_btf_info btf_info[BOTH_SIDES];
	u8 data[BOTH_SIDES][512];
	struct sbuf btf;
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	make_btf(&btf);
	memset(info, 0, sizeof(info));
	memset(btf_info, 0, sizeof(btf_info));
	memset(data, 0, sizeof(data));
	for (int side = 0; side < BOTH_SIDES; side++) {
		int map = both_map(&b, side, BPF_MAP_TYPE_ARRAY, 12, 7, BPF_F_RDONLY_PROG);
		int fd = load_btf(&b, side, &btf);
		u32 got = sizeof(info[side]);

		ck_assert_int_eq(get_info(&b, side, map, &info[side], &got), 0);
		info[side].id = 0;
		btf_info[side].btf = (uintptr_t)data[side];
		btf_info[side].btf_size = 100;
		got = sizeof(btf_info[side]);
		ck_assert_int_eq(get_info(&b, side, fd, &btf_info[side], &got), 0);
		ck_assert_uint_eq(got, sizeof(btf_info[side]));
		ck_assert_uint_gt(btf_info[side].id, 0);
		btf_info[side].btf = btf_info[side].id = 0;
		both_drop(&b, side, map);
		both_drop(&b, side, fd);
	}
	ck_assert_mem_eq(&info[0], &info[1], sizeof(info[0]));
	ck_assert_mem_eq(&btf_info[0], &btf_info[1], sizeof(btf_info[0]));
	ck_assert_mem_eq(data[0], data[1], sizeof(data[0]));
	ck_assert_uint_eq(btf_info[0].btf_size, btf.size);
	sbuf_free(&btf);
	both_close(&b);
}
END_TEST

START_TEST(ids_lead_back)
{
	struct both b;
	union bpf_attr attr = { 0 };
	u32 ids[3], n = 0, key = 0, gone;
	u64 value = 5;
	int map[3], again;

	both_open(&b);
	for (int i = 0; i < 3; i++)
		map[i] = both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_ARRAY, 8, 1, 0);
	both_drop(&b, BOTH_RUNTIME, map[1]);
	while (!both_bpf(&b, BOTH_RUNTIME, BPF_MAP_GET_NEXT_ID, &attr)) {
		ck_assert_uint_lt(n, 3);
		ids[n++] = attr.next_id;
		attr = (union bpf_attr){ .start_id = attr.next_id };
	}
	ck_assert_uint_eq(n, 2);
	gone = ids[0] + 1;
	both_update(&b, BOTH_RUNTIME, map[2], &key, &value);
	attr = (union bpf_attr){ .map_id = ids[1], .open_flags = BPF_F_RDONLY };
	again = both_bpf(&b, BOTH_RUNTIME, BPF_MAP_GET_FD_BY_ID, &attr);
	ck_assert_int_ge(again, RT_FIRST_HANDLE);
	value = 0;
	ck_assert_int_eq(both_lookup(&b, BOTH_RUNTIME, again, &key, &value), 0);
	ck_assert_uint_eq(value, 5);
	ck_assert_int_eq(both_update(&b, BOTH_RUNTIME, again, &key, &value), -EPERM);
	attr.map_id = gone;
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_MAP_GET_FD_BY_ID, &attr), -ENOENT);
	attr.open_flags = 1;
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_MAP_GET_FD_BY_ID, &attr), -EINVAL);
	attr = (union bpf_attr){ .start_id = INT_MAX };
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_MAP_GET_NEXT_ID, &attr), -EINVAL);
	both_close(&b);
}
END_TEST

START_TEST(pins_keep)
{
	struct both b;
	union bpf_attr pin = { .pathname = (uintptr_t) "/sys/fs/bpf/m" }, get = pin;
	int map, again;

	both_open(&b);
	map = both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_ARRAY, 8, 1, 0);
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_OBJ_GET, &get), -ENOENT);
	pin.bpf_fd = (u32)map;
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_OBJ_PIN, &pin), 0);
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_OBJ_PIN, &pin), -EEXIST);
	both_drop(&b, BOTH_RUNTIME, map);
	again = both_bpf(&b, BOTH_RUNTIME, BPF_OBJ_GET, &get);
	ck_assert_int_ge(again, RT_FIRST_HANDLE);
	pin.bpf_fd = 3;
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_OBJ_PIN, &pin), -EBADF);
	both_close(&b);
}
END_TEST

/* --- the rest ---------------------------------------------------------------------------- */

START_TEST(unknown_commands_and_attributes)
{
	u8 big[5000] = { 0 };
	union bpf_attr attr = { 0 };
	struct both b;

	both_open(&b);
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_LINK_CREATE, &attr), -ENOTSUP);
	ck_assert_int_eq(b.last_code, DIAG_RT_COMMAND);
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, 999, &attr), -EINVAL);
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, -1, &attr), -EINVAL);
	ck_assert_int_eq(rt_bpf(b.rt, BPF_MAP_CREATE, NULL, 8), -EFAULT);
	ck_assert_int_eq(rt_bpf(b.rt, BPF_MAP_CREATE, (union bpf_attr *)big, sizeof(big)), -E2BIG);
	big[1000] = 1;
	ck_assert_int_eq(rt_bpf(b.rt, BPF_MAP_CREATE, (union bpf_attr *)big, 2000), -E2BIG);
	ck_assert_int_eq(b.last_code, DIAG_RT_ATTR_SIZE);
	big[1000] = 0;
	ck_assert_int_eq(rt_bpf(b.rt, BPF_MAP_CREATE, (union bpf_attr *)big, 2000), -EINVAL);
	attr.map_fd = 7;
	attr.flags = 1;
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_MAP_FREEZE, &attr), -EINVAL);
	ck_assert_int_eq(b.last_code, DIAG_RT_ATTR_TAIL);
	ck_assert_int_eq(rt_close(b.rt, 5), -EBADF);
	ck_assert_int_eq(rt_close(b.rt, RT_FIRST_HANDLE), -EBADF);
	ck_assert_int_eq(rt_close(b.rt, -1), -EBADF);
	both_close(&b);
}
END_TEST

/* Each thing that the kernel has and the runtime has not is said with its own number. */
START_TEST(what_is_missing_is_said)
{
	struct both b;
	union bpf_attr a;
	struct bpf_insn fib[] = { { .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_fib_lookup },
				  ret0[1] };
	int map;

	both_open(&b);
	a = (union bpf_attr){
		.map_type = BPF_MAP_TYPE_SOCKMAP, .key_size = 4, .value_size = 4, .max_entries = 1
	};
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_MAP_CREATE, &a), -ENOTSUP);
	ck_assert_int_eq(b.last_code, DIAG_RT_MAP_KIND);
	a.map_type = BPF_MAP_TYPE_HASH;
	a.map_ifindex = 1;
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_MAP_CREATE, &a), -ENOTSUP);
	ck_assert_int_eq(b.last_code, DIAG_RT_MAP_EXTRAS);
	a = load_attr(fib, 2);
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_PROG_LOAD, &a), -ENOTSUP);
	ck_assert_int_eq(b.last_code, DIAG_RT_HELPER_NOTSUP);
	a = load_attr(ret0, 2);
	a.prog_type = BPF_PROG_TYPE_KPROBE;
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_PROG_LOAD, &a), -ENOTSUP);
	ck_assert_int_eq(b.last_code, DIAG_RT_PROG_TYPE);
	a = load_attr(ret0, 2);
	a.prog_ifindex = 1;
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_PROG_LOAD, &a), -ENOTSUP);
	ck_assert_int_eq(b.last_code, DIAG_RT_LOAD_EXTRAS);
	/* Handles of one kind where another is wanted. */
	map = both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_ARRAY, 8, 1, 0);
	a = (union bpf_attr){ .test = { .prog_fd = (u32)map } };
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_PROG_TEST_RUN, &a), -EINVAL);
	a.test.prog_fd = 3;
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_PROG_TEST_RUN, &a), -EBADF);
	both_close(&b);
}
END_TEST

static void expect(struct both *b, int cmd, union bpf_attr attr, int code)
{
	b->last_code = 0;
	ck_assert_int_lt(both_bpf(b, BOTH_RUNTIME, cmd, &attr), 0);
	ck_assert_msg(b->last_code == code, "want %d, got %d: %s", code, b->last_code,
		      b->last_text);
}

/* What the kernel refuses too: each reason has its number. */
START_TEST(refusals_have_numbers)
{
	const union bpf_attr map = {
		.map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1
	};
	union bpf_attr prog = load_attr(ret0, 2), a;
	struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = 1, .imm = 7 },
		{ 0 },
		ret0[0],
		ret0[1],
		{ .code = BPF_JMP | BPF_CALL, .imm = 9999 },
		ret0[1],
	};
	struct both b;

	both_open(&b);
	a = map;
	a.map_name[0] = '-';
	expect(&b, BPF_MAP_CREATE, a, DIAG_RT_NAME);
	a = map;
	a.map_type = 500;
	expect(&b, BPF_MAP_CREATE, a, DIAG_RT_MAP_TYPE);
	a = map;
	a.btf_key_type_id = 1;
	expect(&b, BPF_MAP_CREATE, a, DIAG_RT_MAP_BTF);
	a.btf_value_type_id = 1;
	expect(&b, BPF_MAP_CREATE, a, DIAG_RT_MAP_BTF);
	a = prog;
	a.prog_name[0] = '-';
	expect(&b, BPF_PROG_LOAD, a, DIAG_RT_NAME);
	a = prog;
	a.insn_cnt = 0;
	expect(&b, BPF_PROG_LOAD, a, DIAG_RT_LOAD);
	a = prog;
	a.log_level = 1;
	a.log_size = 8;
	expect(&b, BPF_PROG_LOAD, a, DIAG_RT_LOG);
	a = prog;
	a.func_info_cnt = 1;
	expect(&b, BPF_PROG_LOAD, a, DIAG_RT_RECORDS);
	expect(&b, BPF_PROG_LOAD, load_attr(insns, 4), DIAG_RT_MAP_HANDLE);
	expect(&b, BPF_PROG_LOAD, load_attr(insns + 4, 2), DIAG_RT_HELPER);
	expect(&b, BPF_BTF_LOAD, (union bpf_attr){ .btf_size = 1 << 30 }, DIAG_RT_BTF_SIZE);
	a = (union bpf_attr){ .test = { .data_size_in = 5 } };
	a.test.prog_fd = (u32)both_bpf(&b, BOTH_RUNTIME, BPF_PROG_LOAD, &prog);
	expect(&b, BPF_PROG_TEST_RUN, a, DIAG_RT_TEST);
	both_close(&b);
}
END_TEST

START_TEST(extern_function_in_btf_is_said)
{
	struct sbuf bytes = { 0 };
	struct btf *btf;
	u32 id, proto;
	struct both b;

	both_open(&b);
	ck_assert_int_eq(btf_new(&btf), 0);
	btf_add_func_proto(btf, 0, &proto);
	btf_add_func(btf, "f", BTF_FUNC_EXTERN, proto, &id);
	btf_write(btf, HOST_BIG_ENDIAN, &bytes);
	btf_free(btf);
	ck_assert_int_eq(load_btf(&b, BOTH_RUNTIME, &bytes), -EINVAL);
	ck_assert_int_eq(b.last_code, DIAG_RT_BTF);
	sbuf_free(&bytes);
	both_close(&b);
}
END_TEST

/* Two types of programs with one program array. */
START_TEST(prog_array_of_another_kind_is_said)
{
	static const char text[] = "r2 = m0 ll\nr3 = 0\ncall 12\nr0 = 0\nexit\n";
	struct both b;
	int map[1];

	both_open(&b);
	map[0] = both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_PROG_ARRAY, 4, 1, 0);
	ck_assert_int_ge(both_load(&b, BOTH_RUNTIME,
				   &(struct both_prog){
					   .type = BPF_PROG_TYPE_XDP, .text = text, .maps = map }),
			 0);
	ck_assert_int_eq(both_load(&b, BOTH_RUNTIME,
				   &(struct both_prog){ .type = BPF_PROG_TYPE_SCHED_CLS,
							.text = text,
							.maps = map }),
			 -EINVAL);
	ck_assert_int_eq(b.last_code, DIAG_RT_PROG_ARRAY);
	both_close(&b);
}
END_TEST

static struct both *calling_back;
static int called_back;

static u32 call_back(void *user)
{
	union bpf_attr attr = { 0 };

	called_back = both_bpf(calling_back, BOTH_RUNTIME, BPF_MAP_GET_NEXT_ID, &attr);
	return 0;
}

START_TEST(no_command_during_a_run)
{
	struct rt_env env = { .random = call_back };
	struct rt_opts opts = { .env = &env };
	struct both b;
	u8 data[64] = { 0 };

	both_open(&b);
	rt_free(b.rt);
	opts.diag = &b.diag;
	ck_assert_int_eq(rt_new(&opts, &b.rt), 0);
	calling_back = &b;
	both_result(&b, BOTH_RUNTIME,
		    &(struct both_prog){ .type = BPF_PROG_TYPE_XDP,
					 .text = "call 7\nr0 = 0\nexit\n" },
		    data, 64);
	ck_assert_int_eq(called_back, -EBUSY);
	ck_assert_int_eq(b.last_code, DIAG_RT_BUSY);
	both_close(&b);
}
END_TEST

START_TEST(bare_instructions)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_DW, .src_reg = 1, .off = 8 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_X, .dst_reg = 0, .src_reg = 2 },
		{ .code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	u64 mem[2] = { 0, 40 };
	struct rt_raw raw = { .insns = insns, .n_insns = 4, .mem = mem, .mem_size = sizeof(mem) };
	struct both b;

	both_open(&b);
	ck_assert_int_eq(rt_run_raw(b.rt, &raw), 0);
	ck_assert_uint_eq(raw.ret, 56);
	ck_assert_uint_eq(mem[0], 56);
	ck_assert_uint_eq(raw.n_executed, 4);
	raw.mem_size = 8;
	ck_assert_int_eq(rt_run_raw(b.rt, &raw), -EACCES);
	raw.mem = NULL;
	raw.mem_size = 0;
	ck_assert_int_eq(rt_run_raw(b.rt, &raw), -EACCES);
	both_close(&b);
}
END_TEST

static Suite *info_suite(void)
{
	Suite *s = suite_create("rt_info");

	unit_add(s, "info", prog_info, info_sizes, map_and_btf_info, ids_lead_back, pins_keep);
	unit_add(s, "refusals", refusals_have_numbers, extern_function_in_btf_is_said,
		 prog_array_of_another_kind_is_said);
	unit_add(s, "rest", unknown_commands_and_attributes, what_is_missing_is_said,
		 no_command_during_a_run, bare_instructions);
	return s;
}

int main(void)
{
	return unit_main(info_suite(), NULL);
}
