/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The checked interpreter's door, and what only a caller below bpf(2) can see: bare runs, budgets,
 * places and words of diagnostics, the rows that PROG_LOAD would refuse first. What programs may
 * and may not do is in selftests/cases.
 */
#include <stdio.h>
#include <stdlib.h>

#include "runtime/exec/exec.h"
#include "selftests/fault_malloc.h"
#include "selftests/unit/unit.h"

enum { MEM = 64 };

/* All that a run needs; the last diagnostic is kept. */
struct bench {
	struct diag diag;
	struct rt_host host;
	struct rt_env env;
	struct rt_run run;
	struct rt_pkt pkt;
	u8 buf[256], mem[MEM];
	int code;
	struct weld_where at;
	char func[32], text[256], detail[4096], help[256];
	struct exec_result res;
};

static void keep(void *user, const struct weld_diag *d)
{
	struct bench *b = user;

	b->code = d->code;
	b->at = d->at;
	snprintf(b->func, sizeof(b->func), "%s", d->at.func ? d->at.func : "");
	snprintf(b->text, sizeof(b->text), "%s", d->text);
	snprintf(b->detail, sizeof(b->detail), "%s", d->detail ? d->detail : "");
	snprintf(b->help, sizeof(b->help), "%s", d->help ? d->help : "");
}

static void bench_open(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	b->diag = (struct diag){ .fn = keep, .user = b, .error_limit = DIAG_DEFAULT_LIMIT };
	b->host = (struct rt_host){ .n_cpus = 1, .mem_limit = 64 << 20 };
	b->pkt = (struct rt_pkt){ .buf = b->buf,
				  .size = sizeof(b->buf),
				  .limit = sizeof(b->buf),
				  .meta = 64,
				  .data = 64,
				  .end = 128,
				  .mac = 64,
				  .net = 78 };
	b->run = (struct rt_run){ .diag = &b->diag,
				  .host = &b->host,
				  .env = &b->env,
				  .pkt = &b->pkt,
				  .ctx = b->mem,
				  .ctx_size = MEM };
}

static struct rt_map *new_map(struct bench *b, u32 type, u32 value_size, u32 max_entries)
{
	struct rt_map_spec spec = { .type = type,
				    .key_size = 4,
				    .value_size = value_size,
				    .max_entries = max_entries,
				    .name = "things" };
	struct rt_map *map = NULL;

	ck_assert_int_eq(rt_map_new(&b->diag, &b->host, &spec, &map), 0);
	return map;
}

/* Names that the text doesn't define are the spec's maps, in order of appearance. */
static int new_prog(struct bench *b, const char *text, struct exec_prog_spec spec,
		    struct exec_prog **out)
{
	struct isa_asm a;
	int err = isa_asm(&b->diag, "test", span_str(text), &a);

	if (err)
		return err;
	for (u32 i = 0; i < a.refs.n; i++) {
		struct bpf_insn *insn = &a.insns.v[a.refs.v[i].insn];

		insn[0].src_reg = strncmp(a.refs.v[i].name, "value", 5) ? BPF_PSEUDO_MAP_FD :
									  BPF_PSEUDO_MAP_VALUE;
		insn[1].imm = insn[0].src_reg == BPF_PSEUDO_MAP_VALUE ? (s32)a.refs.v[i].addend : 0;
	}
	spec.insns = a.insns.v;
	spec.n_insns = a.insns.n;
	err = exec_prog_new(&b->diag, &spec, out);
	isa_asm_free(&a);
	return err;
}

static int go(struct bench *b, const struct exec_prog *prog, u64 budget)
{
	int err;

	rt_run_begin(&b->run);
	err = exec_checked_run(&b->run, prog, budget, &b->res);
	rt_run_end(&b->run);
	return err;
}

static int run_spec(struct bench *b, const char *text, struct exec_prog_spec spec, u64 budget)
{
	struct exec_prog *prog;
	int err = new_prog(b, text, spec, &prog);

	if (err)
		return err;
	err = go(b, prog, budget);
	exec_prog_free(prog);
	return err;
}

static int run_raw(struct bench *b, const char *text)
{
	return run_spec(b, text, (struct exec_prog_spec){ .file = "test" }, 0);
}

/* --- bare runs --------------------------------------------------------------------------- */

START_TEST(bare_run_has_memory_and_size)
{
	struct bench b;

	bench_open(&b);
	b.mem[MEM - 1] = 5;
	ck_assert_int_eq(run_raw(&b, "r1 += r2\nr0 = *(u8 *)(r1 - 1)\n*(u8 *)(r1 - 2) = 9\n"
				     "r0 += r2\nexit\n"),
			 0);
	ck_assert_uint_eq(b.res.ret, MEM + 5);
	ck_assert_uint_eq(b.mem[MEM - 2], 9);
	ck_assert_uint_eq(b.res.n_insns, 5);
}
END_TEST

START_TEST(bare_run_keeps_to_its_memory)
{
	struct bench b;

	bench_open(&b);
	ck_assert_int_eq(run_raw(&b, "r1 += r2\nr0 = *(u8 *)(r1 + 0)\nexit\n"), -EACCES);
	ck_assert_int_eq(b.code, DIAG_EXEC_BOUNDS);
	ck_assert_str_eq(b.text, "1-byte load at r1 starts at the end of the program's memory "
				 "(offset 64, size 64)");
}
END_TEST

START_TEST(result_is_untouched_by_a_fault)
{
	struct bench b;

	bench_open(&b);
	b.res.ret = 77;
	ck_assert_int_eq(run_raw(&b, "r0 = 1\nr0 = r5\nexit\n"), -EACCES);
	ck_assert_uint_eq(b.res.ret, 77);
	ck_assert_uint_eq(b.res.n_insns, 2);
	ck_assert_ptr_null(b.run.ops);
}
END_TEST

START_TEST(budget_counts_instructions)
{
	const char *text = "r0 = 0\nr0 += 1\nr0 += 1\nexit\n";
	struct exec_prog_spec spec = { 0 };
	struct bench b;

	bench_open(&b);
	ck_assert_int_eq(run_spec(&b, text, spec, 4), 0);
	ck_assert_int_eq(run_spec(&b, text, spec, 3), -E2BIG);
	ck_assert_int_eq(b.code, DIAG_EXEC_BUDGET);
	ck_assert_uint_eq(b.res.n_insns, 3);
}
END_TEST

/* --- diagnostics ------------------------------------------------------------------------- */

START_TEST(fault_tells_place_registers_and_text)
{
	static const struct exec_name names[] = { { 0, "entry" }, { 4, "inner" } };
	static const struct exec_line lines[] = {
		{ 0, 10, 1, "prog.c", "int entry(void)" },
		{ 5, 22, 9, "prog.c", "return p->next;" },
	};
	struct exec_prog_spec spec = { .name = "entry",
				       .file = "prog.o",
				       .names = names,
				       .n_names = 2,
				       .lines = lines,
				       .n_lines = 2 };
	struct bench b;

	bench_open(&b);
	ck_assert_int_eq(run_spec(&b,
				  "r6 = 1\nr1 = 4096\ncall inner\nexit\n"
				  "inner:\nr2 = r10\nr0 = *(u64 *)(r1 + 8)\nexit\n",
				  spec, 0),
			 -EACCES);
	ck_assert_int_eq(b.code, DIAG_EXEC_NOT_ADDRESS);
	ck_assert_str_eq(b.text,
			 "8-byte load at r1+8, which is no address but the number 0x1000");
	ck_assert_str_eq(b.func, "inner");
	ck_assert_int_eq(b.at.insn, 1);
	ck_assert_int_eq(b.at.line, 22);
	ck_assert_int_eq(b.at.column, 9);
	ck_assert_str_eq(b.detail, "     0: r2 = r10\n"
				   ">    1: r0 = *(u64 *)(r1 + 0x8)\n"
				   "     2: exit\n"
				   "  r1 = 0x1000\n"
				   "  r2 = the stack of inner, fp\n"
				   "  r10 = the stack of inner, fp\n"
				   "  called by entry\n");
	ck_assert_str_ne(b.help, "");
}
END_TEST

/* One program, one row of the catalogue. */
struct refusal {
	int code, err;
	u32 type;
	bool gpl;
	const char *text;
};

static const struct refusal refusals[] = {
	{ DIAG_EXEC_HELPER_UNKNOWN, -EACCES, BPF_PROG_TYPE_XDP, true, "call 9999\nexit\n" },
	{ DIAG_EXEC_HELPER_TYPE, -EACCES, BPF_PROG_TYPE_XDP, true, "call 26\nexit\n" },
	{ DIAG_EXEC_HELPER_GPL, -EACCES, BPF_PROG_TYPE_XDP, false, "call 6\nexit\n" },
	{ DIAG_EXEC_HELPER_NOTSUP, -ENOTSUP, BPF_PROG_TYPE_SCHED_CLS, true, "call 34\nexit\n" },
	{ DIAG_EXEC_NOTSUP, -ENOTSUP, BPF_PROG_TYPE_XDP, true, "call kfunc(5, 0)\nexit\n" },
	{ DIAG_EXEC_NOTSUP, -ENOTSUP, BPF_PROG_TYPE_XDP, true, "r0 = btf_id(5, 0) ll\nexit\n" },
	{ DIAG_EXEC_NOTSUP, -ENOTSUP, BPF_PROG_TYPE_XDP, true,
	  "r0 = addr_space_cast(r1, 0, 1)\nexit\n" },
	{ DIAG_EXEC_NOTSUP, -ENOTSUP, BPF_PROG_TYPE_XDP, true, "callx r1\nexit\n" },
	{ DIAG_EXEC_NOTSUP, -ENOTSUP, BPF_PROG_TYPE_XDP, true, "callx_imm r1\nexit\n" },
	{ DIAG_EXEC_NO_MAP, -EINVAL, BPF_PROG_TYPE_XDP, true, "r1 = map_fd(7) ll\nexit\n" },
	{ DIAG_EXEC_TYPE, -ENOTSUP, BPF_PROG_TYPE_KPROBE, true, "r0 = 0\nexit\n" },
};

START_TEST(refusal_has_its_row)
{
	const struct refusal *r = &refusals[_i];
	struct exec_prog_spec spec = { .type = r->type, .gpl = r->gpl };
	struct bench b;

	bench_open(&b);
	ck_assert_int_eq(run_spec(&b, r->text, spec, 0), r->err);
	ck_assert_int_eq(b.code, r->code);
}
END_TEST

START_TEST(structure_is_checked)
{
	struct exec_prog_spec spec = { 0 };
	struct exec_prog *prog = NULL;
	struct bench b;

	bench_open(&b);
	ck_assert_int_eq(new_prog(&b, "r0 = 0\ngoto +5\nexit\n", spec, &prog), -EINVAL);
	ck_assert_int_eq(new_prog(&b, "r0 = 0\n", spec, &prog), -EINVAL);
	ck_assert_int_eq(new_prog(&b, ".insn 0xff, 0, 0, 0, 0\nexit\n", spec, &prog), -EINVAL);
	ck_assert_ptr_null(prog);
	exec_prog_free(NULL);
}
END_TEST

START_TEST(value_address_needs_one_element_that_reaches_there)
{
	struct exec_prog *prog = NULL;
	struct exec_map_ref ref = { 0, NULL };
	struct exec_prog_spec spec = { .maps = &ref, .n_maps = 1 };
	struct bench b;

	bench_open(&b);
	ref.map = new_map(&b, BPF_MAP_TYPE_HASH, 8, 1);
	ck_assert_int_eq(new_prog(&b, "r1 = value ll\nr0 = 0\nexit\n", spec, &prog), -EINVAL);
	ck_assert_int_eq(b.code, DIAG_EXEC_VALUE_KIND);
	rt_map_put(ref.map);
	ref.map = new_map(&b, BPF_MAP_TYPE_ARRAY, 8, 1);
	ck_assert_int_eq(new_prog(&b, "r1 = value+8 ll\nr0 = 0\nexit\n", spec, &prog), -EINVAL);
	ck_assert_int_eq(b.code, DIAG_EXEC_VALUE_OFF);
	ck_assert_uint_eq(ref.map->ref.n, 1);
	ck_assert_int_eq(new_prog(&b, "r1 = value+7 ll\nr0 = 0\nexit\n", spec, &prog), 0);
	ck_assert_uint_eq(ref.map->ref.n, 2);
	exec_prog_free(prog);
	ck_assert_uint_eq(ref.map->ref.n, 1);
	rt_map_put(ref.map);
}
END_TEST

/* --- what helper bodies may ask ------------------------------------------------------------ */

/* Called in the middle of a run, as a helper that is handed nonsense would call the engine. */
static u64 ask_nonsense(void *user, enum rt_clock clock)
{
	struct bench *b = user;
	const struct rt_run_ops *ops = b->run.ops;
	struct rt_map *map;
	const void *host;
	void *mem;
	u64 ret;

	ck_assert_int_eq(ops->map_of(&b->run, 5, &map), -EACCES);
	ck_assert_int_eq(b->code, DIAG_EXEC_NOT_MAP);
	ck_assert_int_eq(ops->check_ctx(&b->run, 5), -EACCES);
	ck_assert_int_eq(b->code, DIAG_EXEC_NOT_CTX);
	ck_assert_int_eq(ops->call(&b->run, 5, NULL, 0, &ret), -EACCES);
	ck_assert_int_eq(b->code, DIAG_EXEC_CALLBACK);
	ck_assert_int_eq(ops->mem(&b->run, 1ull << 40, 1, RT_READ, &mem), -EACCES);
	ck_assert_int_eq(b->code, DIAG_EXEC_NOT_ADDRESS);
	for (u64 high = 0; high < 1 << 16; high++)
		ck_assert(!ops->probe(&b->run, (high << 16 | 0xffff) << 32, 1, &host));
	b->code = 0;
	return 3;
}

START_TEST(nonsense_from_a_helper_is_refused)
{
	struct exec_prog_spec spec = { .type = BPF_PROG_TYPE_XDP, .gpl = true };
	struct bench b;

	bench_open(&b);
	b.env.time_ns = ask_nonsense;
	b.env.user = &b;
	ck_assert_int_eq(run_spec(&b, "call 5\nexit\n", spec, 0), 0);
	ck_assert_uint_eq(b.res.ret, 3);
}
END_TEST

START_TEST(values_of_a_run_are_bounded)
{
	struct exec_map_ref ref = { 0, NULL };
	struct exec_prog_spec spec = {
		.type = BPF_PROG_TYPE_XDP, .gpl = true, .maps = &ref, .n_maps = 1
	};
	struct bench b;

	bench_open(&b);
	ref.map = new_map(&b, BPF_MAP_TYPE_ARRAY, 8, (1 << 20) + 1);
	ck_assert_int_eq(run_spec(&b,
				  "r1 = map ll\nr2 = cb ll\nr3 = 0\nr4 = 0\ncall 164\nexit\n"
				  "cb:\nr0 = 0\nexit\n",
				  spec, 0),
			 -E2BIG);
	ck_assert_int_eq(b.code, DIAG_EXEC_REGIONS);
	rt_map_put(ref.map);
}
END_TEST

static void target_free(struct rt_ref *ref)
{
	exec_prog_free(container_of(ref, struct rt_prog, ref)->exec);
}

static int target_get(void *user, u32 handle, struct rt_prog **prog)
{
	*prog = user;
	rt_ref_get(&(*prog)->ref);
	return 0;
}

/* The runtime keeps program arrays to one type; the engine doesn't rely on it. */
START_TEST(tail_call_between_types_is_refused)
{
	struct exec_map_ref ref = { 0, NULL };
	struct exec_prog_spec from = { .type = BPF_PROG_TYPE_XDP, .maps = &ref, .n_maps = 1 };
	struct exec_prog_spec to = { .type = BPF_PROG_TYPE_SCHED_CLS };
	struct rt_prog target = { .ref = { 1, target_free } };
	u32 index = 0, handle = 1;
	struct bench b;

	bench_open(&b);
	ref.map = new_map(&b, BPF_MAP_TYPE_PROG_ARRAY, 4, 1);
	ck_assert_int_eq(new_prog(&b, "r0 = 0\nexit\n", to, &target.exec), 0);
	b.host.user = &target;
	b.host.prog_get = target_get;
	ck_assert_int_eq(ref.map->ops->write(&b.run, ref.map, &index, &handle, BPF_ANY), 0);
	ck_assert_int_eq(run_spec(&b, "r2 = map ll\nr3 = 0\ncall 12\nr0 = 5\nexit\n", from, 0),
			 -EACCES);
	ck_assert_int_eq(b.code, DIAG_EXEC_TAIL_TYPE);
	rt_map_put(ref.map);
	rt_ref_put(&target.ref);
}
END_TEST

/* --- memory ------------------------------------------------------------------------------ */

static int make_and_run(void *user)
{
	static const struct exec_name names[] = { { 0, "a" }, { 8, "cb" } };
	static const struct exec_line lines[] = { { 0, 1, 1, "f", "text" } };
	struct bench *b = user;
	struct exec_map_ref ref = { 0, NULL };
	struct exec_prog_spec spec = { .name = "a",
				       .file = "f",
				       .type = BPF_PROG_TYPE_XDP,
				       .names = names,
				       .n_names = 2,
				       .lines = lines,
				       .n_lines = 1,
				       .maps = &ref,
				       .n_maps = 1,
				       .gpl = true };
	struct rt_map_spec map = {
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 4
	};
	struct exec_prog *prog;
	int err = rt_map_new(&b->diag, &b->host, &map, &ref.map);

	if (err)
		return err;
	err = new_prog(b,
		       "r1 = map ll\nr2 = cb ll\nr3 = 0\nr4 = 0\ncall 164\nexit\n"
		       "cb:\nr0 = 0\nexit\n",
		       spec, &prog);
	if (!err) {
		err = go(b, prog, 0);
		exec_prog_free(prog);
	}
	rt_map_put(ref.map);
	return err;
}

START_TEST(allocation_faults_are_survived)
{
	struct bench b;

	bench_open(&b);
	b.diag.fn = NULL;
	ck_assert_int_eq(make_and_run(&b), 0);
	ck_assert_uint_eq(b.res.ret, 4);
	ck_assert_int_gt(fault_sweep(make_and_run, &b), 10);
}
END_TEST

static Suite *exec_suite(void)
{
	Suite *s = suite_create("exec");
	TCase *tc;

	unit_add(s, "bare", bare_run_has_memory_and_size, bare_run_keeps_to_its_memory,
		 result_is_untouched_by_a_fault, budget_counts_instructions);
	tc = unit_add(s, "faults", fault_tells_place_registers_and_text, structure_is_checked,
		      value_address_needs_one_element_that_reaches_there);
	tcase_add_loop_test(tc, refusal_has_its_row, 0, ARRAY_SIZE(refusals));
	unit_add(s, "bodies", nonsense_from_a_helper_is_refused, values_of_a_run_are_bounded,
		 tail_call_between_types_is_refused);
	unit_add(s, "memory", allocation_faults_are_survived);
	return s;
}

int main(void)
{
	return unit_main(exec_suite(), NULL);
}
