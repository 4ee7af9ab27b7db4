/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Leaving the straight line: helpers, functions of the program, callbacks, tail calls, exit.
 *
 * A call of a function is a new frame in the same loop. A helper that calls back enters the loop
 * again, one level of C stack for each frame, and frames are at most EXEC_ALL_FRAMES.
 */
#include "runtime/exec/exec_int.h"
#include "runtime/helpers/helpers.h"

static void forget_args(struct exec_frame *f)
{
	for (u32 i = BPF_REG_1; i <= BPF_REG_5; i++)
		f->r[i].from = FROM_NOTHING;
}

/* --- helpers ----------------------------------------------------------------------------- */

static int may_call(struct exec *x, u32 id, const struct abi_helper *h)
{
	if (!h)
		return exec_fault(x, DIAG_EXEC_HELPER_UNKNOWN,
				  id == ABI_POISON_CALL ? ABI_POISON_HELP : NULL, id);
	if (x->prog->type && !abi_helper_allowed(id, x->prog->type))
		return exec_fault(x, DIAG_EXEC_HELPER_TYPE, NULL, h->name,
				  abi_prog_name(x->prog->type));
	if (h->flags & ABI_FN_GPL && !x->prog->gpl)
		return exec_fault(x, DIAG_EXEC_HELPER_GPL,
				  "give the program a GPL-compatible licence in SEC(\"license\")",
				  h->name);
	return 0;
}

static struct exec_reg result_reg(struct exec *x, const struct abi_helper *h, u64 ret)
{
	switch (h->ret) {
	case ABI_RET_INT:
		return reg_number(ret);
	case ABI_RET_VOID:
		return (struct exec_reg){ 0, FROM_NOTHING };
	default:
		return exec_reg_from_number(x, ret);
	}
}

static int call_helper(struct exec *x, const struct exec_op *op)
{
	u32 id = (u32)op->imm;
	const struct abi_helper *h = abi_helper(id);
	rt_helper_fn body;
	u64 args[5], ret = 0;
	int err;

	err = may_call(x, id, h);
	if (err)
		return err;
	body = rt_helper(id);
	if (!body)
		return exec_fault(x, DIAG_EXEC_HELPER_NOTSUP, NULL, h->name);
	err = exec_check_args(x, id, h);
	if (err)
		return err;
	for (u32 i = 0; i < 5; i++)
		args[i] = x->f->r[BPF_REG_1 + i].v;
	err = body(x->run, args, &ret);
	if (err)
		return err;
	if (x->tail) {
		exec_frame_replace(x, x->tail, x->f->r[BPF_REG_1]);
		x->tail = NULL;
		return STEP_NEXT;
	}
	/* Whether or not it did: the kernel's verifier forgets packet addresses behind the call. */
	if (h->flags & ABI_FN_PKT)
		exec_pkt_renew(x);
	forget_args(x->f);
	x->f->r[BPF_REG_0] = result_reg(x, h, ret);
	return STEP_NEXT;
}

/* --- functions of the program ------------------------------------------------------------ */

static int call_local(struct exec *x, const struct exec_op *op)
{
	u32 func = exec_func_of(x->prog, op->target);

	return exec_frame_push(x, x->prog, func, &x->f->r[BPF_REG_1]);
}

int exec_step_CALL(struct exec *x, const struct exec_op *op)
{
	switch (op->oper) {
	case ISA_OPER_HELPER:
		return call_helper(x, op);
	case ISA_OPER_LOCAL:
		return call_local(x, op);
	default: /* KFUNC */
		return exec_fault(x, DIAG_EXEC_NOTSUP, NULL, "calls of kernel functions");
	}
}

int exec_step_CALLX(struct exec *x, const struct exec_op *op)
{
	return exec_fault(x, DIAG_EXEC_NOTSUP,
			  "no kernel takes it either; use a switch, or tail calls",
			  "a call through a register");
}

int exec_step_CAST(struct exec *x, const struct exec_op *op)
{
	return exec_fault(x, DIAG_EXEC_NOTSUP, NULL, "an address space cast");
}

/* --- exit -------------------------------------------------------------------------------- */

static int fault_range(struct exec *x, const char *who, s32 min, s32 max)
{
	struct sbuf is = { 0 };
	int err;

	exec_describe_reg(x, &is, x->f->r[BPF_REG_0]);
	err = exec_fault(x, DIAG_EXEC_RETURN, NULL, who, min, max, sbuf_str(&is));
	sbuf_free(&is);
	return err;
}

static bool in_range(struct exec_reg r, s32 min, s32 max)
{
	return r.from == FROM_NUMBER && (s64)(s32)r.v >= min && (s64)(s32)r.v <= max;
}

static int exit_main(struct exec *x)
{
	EXEC_READ(x, BPF_REG_0);
	if (x->prog->has_range && !in_range(x->f->r[BPF_REG_0], x->prog->ret_min, x->prog->ret_max))
		return fault_range(x, "this program type", x->prog->ret_min, x->prog->ret_max);
	return STEP_LEAVE;
}

/* A callback says 0 (go on) or 1 (stop). */
static int exit_callback(struct exec *x)
{
	EXEC_READ(x, BPF_REG_0);
	if (!in_range(x->f->r[BPF_REG_0], 0, 1) || x->f->r[BPF_REG_0].v > 1)
		return fault_range(x, "a callback", 0, 1);
	return STEP_LEAVE;
}

/* A function without result leaves r0 unset, which only matters to who reads it. */
int exec_step_EXIT(struct exec *x, const struct exec_op *op)
{
	struct exec_reg r0 = x->f->r[BPF_REG_0];

	if (x->depth == 0)
		return exit_main(x);
	if (x->f->callback)
		return exit_callback(x);
	if (reg_is_address(r0) && exec_slot_kind(r0.from) == KIND_STACK)
		return exec_fault(x, DIAG_EXEC_RETURN_STACK, "let the caller pass the memory");
	exec_frame_pop(x);
	forget_args(x->f);
	x->f->r[BPF_REG_0] = r0;
	return STEP_NEXT;
}

/* --- what helper bodies ask for ---------------------------------------------------------- */

/* Functions start where the structure check found one, so a function address hits a start. */
static int callback_target(struct exec *x, u64 addr, const struct exec_prog **prog, u32 *func)
{
	struct exec_reg r = exec_reg_given(x, addr);
	const struct exec_region *rg = reg_is_address(r) ? exec_region(x, r.from) : NULL;
	u64 insn;

	if (!rg || rg->kind != KIND_FUNC)
		return exec_fault(x, DIAG_EXEC_CALLBACK, NULL, (unsigned long long)addr);
	insn = addr - rg->base;
	if (insn >= rg->prog->n_insns)
		return exec_fault(x, DIAG_EXEC_CALLBACK, NULL, (unsigned long long)addr);
	*prog = rg->prog;
	*func = exec_func_of(rg->prog, (u32)insn);
	if (rg->prog->funcs[*func].start != insn)
		return exec_fault(x, DIAG_EXEC_CALLBACK, NULL, (unsigned long long)addr);
	return 0;
}

/* Addresses among args lost their regions on the way through the helper. */
int exec_callback(struct exec *x, u64 func_addr, const u64 *args, u32 n_args, u64 *ret)
{
	const struct exec_op *op = x->op;
	const struct exec_prog *prog = NULL;
	struct exec_reg regs[5];
	u32 func = 0;
	int err;

	err = callback_target(x, func_addr, &prog, &func);
	if (err)
		return err;
	for (u32 i = 0; i < 5; i++) {
		regs[i] = (struct exec_reg){ 0, FROM_NOTHING };
		if (i < n_args)
			regs[i] = exec_reg_given(x, args[i]);
	}
	err = exec_frame_push(x, prog, func, regs);
	if (err)
		return err;
	x->f->callback = true;
	err = exec_loop(x);
	if (err < 0)
		return err;
	*ret = x->f->r[BPF_REG_0].v;
	exec_frame_pop(x);
	x->op = op;
	return 0;
}

int exec_tail_call(struct exec *x, struct rt_map *map, u32 index, bool *taken)
{
	const struct rt_prog *prog = rt_prog_array_at(map, index);
	u32 above = exec_stack_above(x);

	*taken = false;
	if (!prog || x->tail_calls >= EXEC_MAX_TAIL_CALLS)
		return 0;
	if (prog->exec->view != x->prog->view)
		return exec_fault(x, DIAG_EXEC_TAIL_TYPE, NULL, map->spec.name,
				  abi_prog_name(prog->exec->type), abi_prog_name(x->prog->type));
	if (above >= EXEC_TAIL_CALL_STACK)
		return exec_fault(x, DIAG_EXEC_TAIL_STACK, NULL, above, EXEC_TAIL_CALL_STACK);
	x->tail_calls++;
	x->tail = prog->exec;
	*taken = true;
	return 0;
}
