/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The loop, its table of steps, and the run around it.
 */
#include "runtime/exec/exec_int.h"

#include <stdlib.h>

/* One step for each row of op.def, by its effect: a row whose effect has none doesn't compile. */
#define OP(name, class, op, mode, effect, ...) [ISA_##name] = exec_step_##effect,
#define OP_ALSO OP
static const exec_step_fn steps[ISA_N_OPS] = {
#include "lib/isa/op.def"
};

exec_step_fn exec_step_of(const struct isa_op *op)
{
	return steps[op->id];
}

int exec_step_fp_write(struct exec *x, const struct exec_op *op)
{
	return exec_fault(x, DIAG_EXEC_FP_WRITE, NULL);
}

int exec_loop(struct exec *x)
{
	int err;

	do {
		if (!x->left)
			return exec_fault(x, DIAG_EXEC_BUDGET,
					  "does the loop end? raise the budget if it does");
		x->left--;
		x->op = &x->prog->ops[x->pc];
		x->pc += x->op->slots;
		err = x->op->step(x, x->op);
	} while (!err);
	return err;
}

/* --- what map operations and helpers see of the engine ------------------------------------- */

static struct exec *exec_of(struct rt_run *run)
{
	return run->engine;
}

/* The bytes lie in the region, which a stale address has none of. */
static bool reaches(struct exec *x, struct exec_reg r, u64 size)
{
	const struct exec_region *rg = exec_region(x, r.from);
	u64 at = rg ? r.v - rg->base : 0;

	return rg && at >= rg->lo && at <= rg->hi && size <= rg->hi - at;
}

/*
 * A helper hands back the number that it was given in r1 ... r5; that register still tells which
 * region it belongs to. Two of them may hold the same number (data and an empty data_meta): each
 * argument was checked, so the one that has the bytes is meant.
 */
static struct exec_access access_by_number(struct exec *x, u64 addr, u64 size)
{
	struct exec_access a = { .regno = -1, .size = size, .what = "access by the helper" };

	for (int i = BPF_REG_1; i <= BPF_REG_5; i++) {
		struct exec_reg r = x->f->r[i];

		if (r.v != addr || !reg_is_address(r))
			continue;
		if (a.regno < 0 || reaches(x, r, size)) {
			a.reg = r;
			a.regno = i;
		}
	}
	/* What a helper computed is looked up. */
	if (a.regno < 0)
		a.reg = exec_reg_from_number(x, addr);
	return a;
}

/* Memory that a helper goes through takes time as instructions do: a cache line counts as one. */
static int charge(struct exec *x, u64 size)
{
	u64 n = size / 64;

	if (n > x->left)
		return exec_fault(x, DIAG_EXEC_BUDGET,
				  "helpers that go through large memory use it up as well");
	x->left -= n;
	x->charged += n;
	return 0;
}

static int op_mem(struct rt_run *run, u64 addr, u64 size, enum rt_access access, void **host)
{
	struct exec *x = exec_of(run);
	struct exec_access a = access_by_number(x, addr, size);
	int err;

	if (access != RT_WRITE)
		a.rights |= RIGHT_READ;
	if (access == RT_WRITE || access == RT_READ_WRITE)
		a.rights |= RIGHT_WRITE;
	a.may_be_uninit = access == RT_READ_UNINIT;
	err = charge(x, size);
	return err ? err : exec_host_mem(x, &a, host);
}

static bool op_probe(struct rt_run *run, u64 addr, u64 size, const void **host)
{
	struct exec *x = exec_of(run);
	const struct exec_region *rg = exec_region_by_number(x, addr);
	u64 off;

	if (!rg || !rg->mem || rg->kind == KIND_CTX || !(rg->rights & RIGHT_READ))
		return false;
	off = addr - rg->base;
	if (off < rg->lo || off > rg->hi || size > rg->hi - off)
		return false;
	*host = rg->mem + off;
	return true;
}

static int op_map_of(struct rt_run *run, u64 addr, struct rt_map **map)
{
	struct exec *x = exec_of(run);
	const struct exec_region *rg = exec_region_by_number(x, addr);

	if (!rg || rg->kind != KIND_MAP || rg->base != addr)
		return exec_fault(x, DIAG_EXEC_NOT_MAP, NULL, (unsigned long long)addr);
	*map = rg->map;
	return 0;
}

static int op_check_ctx(struct rt_run *run, u64 addr)
{
	struct exec *x = exec_of(run);

	if (addr != x->slots[SLOT_CTX].base || x->slots[SLOT_CTX].kind != KIND_CTX)
		return exec_fault(x, DIAG_EXEC_NOT_CTX, NULL, (unsigned long long)addr);
	return 0;
}

static int op_value_addr(struct rt_run *run, struct rt_map *map, void *value, u64 *addr)
{
	struct exec_reg r;
	int err = exec_value_reg(exec_of(run), map, value, 0, &r);

	if (!err)
		*addr = r.v;
	return err;
}

static int op_key_addr(struct rt_run *run, struct rt_map *map, const void *key, u64 *addr)
{
	struct exec *x = exec_of(run);
	struct exec_region *rg = exec_slot_renew(x, SLOT_KEY + x->depth, KIND_KEY);

	/* Without RIGHT_WRITE nothing writes through it. */
	rg->mem = (u8 *)key;
	rg->hi = map->spec.key_size;
	rg->map = map;
	rg->rights = RIGHT_READ;
	*addr = rg->base;
	return 0;
}

static void op_key_gone(struct rt_run *run, u64 addr)
{
	struct exec *x = exec_of(run);
	const struct exec_region *rg = exec_region_by_number(x, addr);

	if (rg && rg->kind == KIND_KEY)
		exec_slot_renew(x, (u32)(rg - x->slots), KIND_KEY);
}

static int op_call(struct rt_run *run, u64 func, const u64 *args, u32 n_args, u64 *ret)
{
	return exec_callback(exec_of(run), func, args, n_args, ret);
}

/* ctx is r1, which the arguments' check has seen. */
static int op_tail_call(struct rt_run *run, u64 ctx, struct rt_map *map, u32 index, bool *taken)
{
	return exec_tail_call(exec_of(run), map, index, taken);
}

static void op_pkt_changed(struct rt_run *run)
{
	exec_pkt_renew(exec_of(run));
}

static void op_where(struct rt_run *run, struct weld_where *at)
{
	exec_where(exec_of(run), at);
}

const struct rt_run_ops exec_run_ops = {
	.mem = op_mem,
	.probe = op_probe,
	.map_of = op_map_of,
	.check_ctx = op_check_ctx,
	.value_addr = op_value_addr,
	.key_addr = op_key_addr,
	.key_gone = op_key_gone,
	.call = op_call,
	.tail_call = op_tail_call,
	.pkt_changed = op_pkt_changed,
	.where = op_where,
};

/* --- a run ------------------------------------------------------------------------------- */

static void enter_ctx(struct exec *x, const struct exec_prog *prog)
{
	bool raw = !prog->type;
	struct exec_region *rg = exec_slot_renew(x, SLOT_CTX, raw ? KIND_RAW : KIND_CTX);

	rg->mem = x->run->ctx;
	rg->hi = raw ? x->run->ctx_size : abi_ctx_size(prog->view);
	rg->rights = RIGHT_READ | RIGHT_WRITE | (raw ? RIGHT_ATOMIC : 0);
}

static int start(struct exec *x, const struct exec_prog *prog)
{
	struct exec_reg args[5];

	for (u32 i = 0; i < 5; i++)
		args[i] = (struct exec_reg){ 0, FROM_NOTHING };
	x->prog = prog;
	enter_ctx(x, prog);
	exec_pkt_renew(x);
	args[0] = exec_reg_address(&x->slots[SLOT_CTX], 0);
	if (!prog->type)
		args[1] = reg_number(x->run->ctx_size);
	return exec_frame_push(x, prog, 0, args);
}

static void init(struct exec *x, struct rt_run *run, u64 budget)
{
	x->run = run;
	x->prog = NULL;
	x->f = NULL;
	x->op = NULL;
	x->tail = NULL;
	x->pc = x->depth = x->tail_calls = 0;
	x->left = budget;
	x->charged = 0;
	exec_regions_init(x);
	run->ops = &exec_run_ops;
	run->engine = x;
}

int exec_checked_run(struct rt_run *run, const struct exec_prog *prog, u64 budget,
		     struct exec_result *out)
{
	struct exec *x = calloc(1, sizeof(*x));
	int err;

	out->n_insns = 0;
	if (!x)
		return diag_raise(run->diag, DIAG_NO_MEMORY, NULL, "exec_checked_run");
	budget = budget ? budget : EXEC_DEFAULT_BUDGET;
	init(x, run, budget);
	err = start(x, prog);
	if (!err)
		err = exec_loop(x);
	if (err == STEP_LEAVE) {
		out->ret = x->f->r[BPF_REG_0].v;
		err = 0;
	}
	out->n_insns = budget - x->left - x->charged;
	run->ops = NULL;
	run->engine = NULL;
	exec_regions_free(x);
	exec_frames_free(x);
	free(x);
	return err;
}
