/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Stack frames: entering, leaving, which bytes were written, which hold whole addresses, and how
 * much stack the chain of callers uses.
 *
 * The kernel's verifier sums the frames of each chain of calls, each rounded up, and allows 512
 * bytes. Here the same sum is kept for the path that is run: each frame knows the deepest byte
 * that it used (depth) and the largest sum that ever hung above it (below), so the order of
 * "use the stack" and "call" doesn't matter, as it doesn't to the verifier.
 */
#include "runtime/exec/exec_int.h"

#include <stdlib.h>

static void frame_clear(struct exec_frame *f, const struct exec_prog *prog, u32 func)
{
	for (u32 i = 0; i < MAX_BPF_REG; i++)
		f->r[i] = (struct exec_reg){ 0, FROM_NOTHING };
	memset(f->init, 0, sizeof(f->init));
	f->spilled = 0;
	f->prog = prog;
	f->func = func;
	f->depth = f->below = 0;
	f->may_goto = EXEC_MAX_MAY_GOTO;
	f->nth = 1;
	f->chain_start = false;
}

static void frame_enter(struct exec *x)
{
	struct exec_frame *f = x->frames[x->depth];
	struct exec_region *rg = exec_slot_renew(x, SLOT_STACK + x->depth, KIND_STACK);

	rg->mem = f->stack;
	rg->hi = EXEC_MAX_STACK;
	rg->rights = RIGHT_READ | RIGHT_WRITE | RIGHT_ATOMIC;
	f->r[BPF_REG_10] = exec_reg_address(rg, EXEC_MAX_STACK);
	x->f = f;
	x->prog = f->prog;
	x->pc = f->prog->funcs[f->func].start;
}

int exec_frame_push(struct exec *x, const struct exec_prog *prog, u32 func,
		    const struct exec_reg args[5])
{
	u32 nth = x->f ? x->f->nth + 1 : 1, depth = x->f ? x->depth + 1 : 0;
	struct exec_frame *f;

	/* Tail calls are limited, too: there is always room for a frame that a program may have. */
	if (nth > EXEC_MAX_FRAMES)
		return exec_fault(x, DIAG_EXEC_FRAMES,
				  "a function that calls itself needs a loop instead",
				  EXEC_MAX_FRAMES);
	/* Zeroed once, so that no program reads what the heap held before. */
	f = x->frames[depth] ? x->frames[depth] : calloc(1, sizeof(*f));
	if (!f)
		return exec_fault(x, DIAG_NO_MEMORY, NULL, "the checked interpreter");
	x->frames[depth] = f;
	x->depth = depth;
	frame_clear(f, prog, func);
	f->nth = nth;
	f->at = depth;
	f->ret_pc = x->pc;
	f->callback = false;
	memcpy(&f->r[BPF_REG_1], args, 5 * sizeof(*args));
	frame_enter(x);
	return 0;
}

static u32 rounded(u32 bytes)
{
	return (u32)align_up(bytes, EXEC_STACK_ROUND);
}

void exec_frames_free(struct exec *x)
{
	for (u32 i = 0; i < EXEC_ALL_FRAMES && x->frames[i]; i++)
		free(x->frames[i]);
}

void exec_frame_pop(struct exec *x)
{
	struct exec_frame *f = x->f, *caller = x->frames[x->depth - 1];
	u32 above = f->chain_start ? 0 : rounded(f->depth) + f->below;

	if (above > caller->below)
		caller->below = above;
	exec_slot_renew(x, SLOT_STACK + x->depth, KIND_STACK);
	x->depth--;
	x->f = caller;
	x->prog = caller->prog;
	x->pc = f->ret_pc;
}

/* The kernel's programs each have a budget of their own: what called this frame counts no more. */
void exec_frame_replace(struct exec *x, const struct exec_prog *prog, struct exec_reg ctx)
{
	frame_clear(x->f, prog, 0);
	x->f->chain_start = true;
	x->f->r[BPF_REG_1] = ctx;
	frame_enter(x);
}

struct exec_frame *exec_frame_of(struct exec *x, const struct exec_region *rg)
{
	return x->frames[rg - &x->slots[SLOT_STACK]];
}

/* Sum of the frames of the chain up to frame n, that one excluded. */
static u32 chain_sum(struct exec *x, u32 n)
{
	u32 sum = 0;

	while (n > 0 && !x->frames[n]->chain_start)
		sum += rounded(x->frames[--n]->depth);
	return sum;
}

u32 exec_stack_above(struct exec *x)
{
	return chain_sum(x, x->depth);
}

/* Frame n got deeper: every sum that it takes part in grew. */
static int check_sum(struct exec *x, u32 n)
{
	const struct exec_frame *f = x->frames[n];
	u32 sum = chain_sum(x, n), most = sum + rounded(f->depth) + f->below;

	sum += rounded(f->depth);
	while (n++ < x->depth && !x->frames[n]->chain_start) {
		sum += rounded(x->frames[n]->depth);
		if (sum + x->frames[n]->below > most)
			most = sum + x->frames[n]->below;
	}
	if (most <= EXEC_MAX_STACK)
		return 0;
	return exec_fault(x, DIAG_EXEC_STACK, "keep large buffers in a per-CPU array map", most,
			  EXEC_STACK_ROUND, EXEC_MAX_STACK);
}

static u64 bits(u32 from, u32 n)
{
	return (n < 64 ? (1ull << n) - 1 : ~0ull) << from;
}

int exec_stack_wrote(struct exec *x, struct exec_frame *f, u32 off, u32 size)
{
	u32 depth = EXEC_MAX_STACK - off;

	if (!size)
		return 0;
	f->spilled &= ~bits(off / 8, (off + size - 1) / 8 - off / 8 + 1);
	for (u32 at = off, end = off + size, n; at < end; at += n) {
		n = (u32)min_u64(64 - at % 64, end - at);
		f->init[at / 64] |= bits(at % 64, n);
	}
	if (depth <= f->depth)
		return 0;
	f->depth = depth;
	return check_sum(x, f->at);
}

u32 exec_stack_uninit(const struct exec_frame *f, u32 off, u32 size)
{
	for (u32 at = off, end = off + size, n; at < end; at += n) {
		u64 holes;

		n = (u32)min_u64(64 - at % 64, end - at);
		holes = ~(f->init[at / 64] >> at % 64) & bits(0, n);
		if (holes)
			return at - off + (u32)__builtin_ctzll(holes);
	}
	return size;
}
