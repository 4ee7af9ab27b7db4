/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Each allocation of the runtime fails once: -ENOMEM, nothing leaks, nothing is left half made. */
#include "btf/btf.h"
#include "runtime/rt.h"
#include "selftests/fault_malloc.h"
#include "selftests/unit/unit.h"
#include "uapi/bpf.h"

struct world {
	struct diag diag;
	struct sbuf btf;
	u32 main, sub, line;
};

/* The first failure counts; what follows is skipped. */
static int call(struct rt *rt, int *err, int cmd, union bpf_attr attr)
{
	int ret = *err ? *err : rt_bpf(rt, cmd, &attr, sizeof(attr));

	if (ret < 0)
		*err = ret;
	return ret;
}

static int load(struct rt *rt, int *err, const struct world *w, int map, int btf)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = 1, .imm = map },
		{ 0 },
		{ .code = BPF_JMP | BPF_CALL, .src_reg = 1, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
		{ .code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = 10, .off = -8, .imm = 1 },
		{ .code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = 10, .off = -16, .imm = 1 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 3, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 3, .imm = -16 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 4 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_update_elem },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const struct bpf_func_info funcs[] = { { 0, w->main }, { 4, w->sub } };
	const struct bpf_line_info lines[] = { { 0, w->line, w->line, 1 << 10 },
					       { 4, w->line, w->line, 2 << 10 } };
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insns = (uintptr_t)insns,
		.insn_cnt = ARRAY_SIZE(insns),
		.license = (uintptr_t) "GPL",
		.prog_btf_fd = (u32)btf,
		.func_info = (uintptr_t)funcs,
		.func_info_cnt = ARRAY_SIZE(funcs),
		.func_info_rec_size = sizeof(*funcs),
		.line_info = (uintptr_t)lines,
		.line_info_cnt = ARRAY_SIZE(lines),
		.line_info_rec_size = sizeof(*lines),
	};

	return call(rt, err, BPF_PROG_LOAD, attr);
}

static int make_maps(struct rt *rt, int *err)
{
	static const u32 kinds[] = { BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PROG_ARRAY,
				     BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_HASH };
	union bpf_attr attr = { .key_size = 4, .value_size = 4, .max_entries = 40 };
	int map = -1;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		attr.map_type = kinds[i];
		map = call(rt, err, BPF_MAP_CREATE, attr);
	}
	return map;
}

static void fill(struct rt *rt, int *err, int map)
{
	for (u32 key = 0; key < 20; key++)
		call(rt, err, BPF_MAP_UPDATE_ELEM,
		     (union bpf_attr){ .map_fd = (u32)map,
				       .key = (uintptr_t)&key,
				       .value = (uintptr_t)&key });
}

static void use(struct rt *rt, int *err, const struct world *w)
{
	u8 packet[5000] = { 0 };
	int map = make_maps(rt, err), btf, prog;

	fill(rt, err, map);
	btf = call(rt, err, BPF_BTF_LOAD,
		   (union bpf_attr){ .btf = (uintptr_t)w->btf.data, .btf_size = (u32)w->btf.size });
	prog = load(rt, err, w, map, btf);
	call(rt, err, BPF_OBJ_PIN,
	     (union bpf_attr){ .pathname = (uintptr_t) "p", .bpf_fd = (u32)prog });
	call(rt, err, BPF_PROG_TEST_RUN,
	     (union bpf_attr){ .test = { .prog_fd = (u32)prog,
					 .data_in = (uintptr_t)packet,
					 .data_size_in = sizeof(packet) } });
}

static int whole_life(void *user)
{
	struct world *w = user;
	struct rt_opts opts = { .diag = &w->diag, .n_cpus = 2 };
	struct rt *rt;
	int err = rt_new(&opts, &rt);

	if (err)
		return err;
	use(rt, &err, w);
	rt_free(rt);
	/* A program that can't insert is told so in r0, and the run goes on. */
	return err;
}

static void make_btf(struct world *w)
{
	struct btf *btf;
	u32 integer, proto;

	ck_assert_int_eq(btf_new(&btf), 0);
	ck_assert_int_eq(btf_add_int(btf, "int", 4, BTF_INT_SIGNED, &integer), 0);
	ck_assert_int_eq(btf_add_func_proto(btf, integer, &proto), 0);
	ck_assert_int_eq(btf_add_func(btf, "main_fn", BTF_FUNC_GLOBAL, proto, &w->main), 0);
	ck_assert_int_eq(btf_add_func(btf, "sub", BTF_FUNC_STATIC, proto, &w->sub), 0);
	ck_assert_int_eq(btf_add_str(btf, "return sub();", &w->line), 0);
	ck_assert_int_eq(btf_write(btf, HOST_BIG_ENDIAN, &w->btf), 0);
	btf_free(btf);
}

START_TEST(every_allocation_may_fail)
{
	struct world w = { .diag.error_limit = UINT32_MAX };

	make_btf(&w);
	ck_assert_int_eq(whole_life(&w), 0);
	ck_assert_int_gt(fault_sweep(whole_life, &w), 60);
	sbuf_free(&w.btf);
}
END_TEST

static Suite *fault_suite(void)
{
	Suite *s = suite_create("rt_fault");

	unit_add(s, "fault", every_allocation_may_fail);
	return s;
}

int main(void)
{
	return unit_main(fault_suite(), NULL);
}
