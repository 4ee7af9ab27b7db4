/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Structure of a program. One mark per instruction carries everything: what starts a function,
 * what starts a block, what is the second half of a constant. Passes over the marks do the rest,
 * each linear, so that no input can make this slow or deep.
 */
#include "lib/isa/isa.h"

#include <stdlib.h>

enum {
	MARK_SECOND = 1 << 0,		/* second slot of a 64-bit constant */
	MARK_FUNC = 1 << 1,
	MARK_CALLED = 1 << 2,
	MARK_TAKEN = 1 << 3,		/* its address is a constant of the program */
	MARK_BLOCK = 1 << 4,
	MARK_BAD = 1 << 5,		/* reported; later passes leave it alone */
};

struct checker {
	struct diag *d;
	const struct weld_where *where;
	const struct bpf_insn *insns;
	u32 n;
	u8 *marks;
	int err;
};

/* --- faults ------------------------------------------------------------------------------ */

static struct weld_where place_of(const struct checker *c, u32 at)
{
	struct weld_where place = WELD_WHERE_NONE;

	if (c->where)
		place = *c->where;
	place.insn = (place.insn < 0 ? 0 : place.insn) + at;
	return place;
}

static void fault(struct checker *c, u32 at, int err)
{
	c->marks[at] |= MARK_BAD;
	if (!c->err)
		c->err = err;
}

static bool gave_up(const struct checker *c)
{
	return c->err && (!c->d || diag_full(c->d));
}

static void fault_decode(struct checker *c, u32 at, enum isa_fault why)
{
	struct weld_where place = place_of(c, at);
	char hex[3 * 8 + 1];
	u8 bytes[8];

	isa_store_insn(bytes, false, &c->insns[at]);
	for (u32 i = 0; i < 8; i++) {
		static const char digits[] = "0123456789abcdef";

		hex[3 * i] = digits[bytes[i] >> 4];
		hex[3 * i + 1] = digits[bytes[i] & 0xf];
		hex[3 * i + 2] = ' ';
	}
	hex[sizeof(hex) - 2] = 0;
	fault(c, at, diag_raise(c->d, DIAG_INSN_BAD, &place, isa_fault_str(why), hex));
}

/* --- passes ------------------------------------------------------------------------------ */

static void decode_all(struct checker *c)
{
	u32 at = 0;

	while (at < c->n && !gave_up(c)) {
		enum isa_fault why;
		const struct isa_op *op = isa_decode(&c->insns[at], c->n - at, &why);

		if (!op)
			fault_decode(c, at, why);
		else if (op->slots == 2)
			c->marks[at + 1] |= MARK_SECOND;
		at += op ? op->slots : 1;
	}
}

/* The functions that an instruction refers to. */
static void mark_callee(struct checker *c, u32 at)
{
	struct weld_where place = place_of(c, at);
	bool call = c->insns[at].code == (BPF_JMP | BPF_CALL);
	s64 to;

	if (!isa_call_target(&c->insns[at], at, &to))
		return;
	if (to < 0 || to >= c->n)
		fault(c, at, diag_raise(c->d, DIAG_INSN_CALL_OUT, &place, (long long)to, c->n));
	else if (c->marks[to] & MARK_SECOND)
		fault(c, at, diag_raise(c->d, DIAG_INSN_JUMP_HALF, &place, (long long)to));
	else
		c->marks[to] |= MARK_FUNC | (call ? MARK_CALLED : MARK_TAKEN);
}

static void mark_functions(struct checker *c)
{
	u32 n_funcs = 0;

	c->marks[0] |= MARK_FUNC;
	for (u32 at = 0; at < c->n && !gave_up(c); at++)
		if (!(c->marks[at] & (MARK_SECOND | MARK_BAD)))
			mark_callee(c, at);
	for (u32 at = 0; at < c->n; at++) {
		struct weld_where place = place_of(c, at);

		if (!(c->marks[at] & MARK_FUNC) || n_funcs++ != ISA_MAX_FUNCS)
			continue;
		fault(c, at, diag_raise(c->d, DIAG_INSN_FUNCS, &place, (u32)ISA_MAX_FUNCS));
	}
}

static u32 func_end(const struct checker *c, u32 start)
{
	u32 end = start + 1;

	while (end < c->n && !(c->marks[end] & MARK_FUNC))
		end++;
	return end;
}

static void check_jump(struct checker *c, u32 at, u32 start, u32 end)
{
	struct weld_where place = place_of(c, at);
	s64 to;

	if (!isa_jump_target(&c->insns[at], at, &to))
		return;
	if (to < start || to >= end)
		fault(c, at, diag_raise(c->d, DIAG_INSN_JUMP_OUT, &place, (long long)to, start,
					end - 1));
	else if (c->marks[to] & MARK_SECOND)
		fault(c, at, diag_raise(c->d, DIAG_INSN_JUMP_HALF, &place, (long long)to));
	else
		c->marks[to] |= MARK_BLOCK;
}

static bool ends_function(const struct bpf_insn *insn)
{
	const struct isa_op *op = isa_decode(insn, 1, NULL);

	return op && (op->effect == ISA_FX_EXIT || op->effect == ISA_FX_JUMP);
}

static void check_function(struct checker *c, u32 start, u32 end)
{
	struct weld_where place = place_of(c, end - 1);

	c->marks[start] |= MARK_BLOCK;
	for (u32 at = start; at < end && !gave_up(c); at++)
		if (!(c->marks[at] & (MARK_SECOND | MARK_BAD)))
			check_jump(c, at, start, end);
	if (!(c->marks[end - 1] & MARK_BAD) &&
	    ((c->marks[end - 1] & MARK_SECOND) || !ends_function(&c->insns[end - 1])))
		fault(c, end - 1, diag_raise(c->d, DIAG_INSN_NO_END, &place));
}

static int check(struct checker *c)
{
	decode_all(c);
	/* From here on second slots are known. */
	mark_functions(c);
	/* From here on functions are known. */
	for (u32 start = 0, end; start < c->n && !gave_up(c); start = end) {
		end = func_end(c, start);
		check_function(c, start, end);
	}
	return c->err;
}

static int start_check(struct checker *c)
{
	if (!c->n)
		return diag_raise(c->d, DIAG_INSN_NONE, c->where);
	c->marks = calloc(c->n, sizeof(*c->marks));
	return c->marks ? 0 : diag_raise(c->d, DIAG_NO_MEMORY, c->where, "program check");
}

int isa_check_program(struct diag *d, const struct weld_where *where, const struct bpf_insn *insns,
		      u32 n)
{
	struct checker c = { .d = d, .where = where, .insns = insns, .n = n };
	int err = start_check(&c);

	if (!err)
		err = check(&c);
	free(c.marks);
	return err;
}

/* --- graph ------------------------------------------------------------------------------- */

static bool leaves_block(const struct isa_op *op)
{
	return op->effect == ISA_FX_EXIT || op->effect == ISA_FX_JUMP ||
	       op->effect == ISA_FX_COND || op->effect == ISA_FX_MAY_GOTO;
}

static bool goes_on(const struct isa_op *op)
{
	return op->effect != ISA_FX_EXIT && op->effect != ISA_FX_JUMP;
}

/* What stands behind a jump or exit starts a block, reachable or not. */
static void mark_followers(struct checker *c)
{
	for (u32 at = 0; at + 1 < c->n; at++) {
		const struct isa_op *op = c->marks[at] & MARK_SECOND ? NULL :
					  isa_decode(&c->insns[at], c->n - at, NULL);

		if (op && leaves_block(op))
			c->marks[at + 1] |= MARK_BLOCK;
	}
}

static int add_starts(const struct checker *c, u32 at, struct isa_cfg *cfg)
{
	struct isa_block *block;
	struct isa_func *func;

	if (c->marks[at] & MARK_FUNC) {
		func = vec_push(&cfg->funcs);
		if (!func)
			return -ENOMEM;
		func->start = at;
		func->first_block = cfg->blocks.n;
		func->called = c->marks[at] & MARK_CALLED;
		func->address_taken = c->marks[at] & MARK_TAKEN;
	}
	if (!(c->marks[at] & MARK_BLOCK))
		return 0;
	block = vec_push(&cfg->blocks);
	if (!block)
		return -ENOMEM;
	block->start = at;
	block->func = cfg->funcs.n - 1;
	block->fall = block->jump = ISA_NO_BLOCK;
	return 0;
}

/* Functions and blocks in order; the extent of each grows as its instructions are met. */
static int split(const struct checker *c, struct isa_cfg *cfg)
{
	if (vec_reserve(&cfg->block_of, c->n))
		return -ENOMEM;
	for (u32 at = 0; at < c->n; at++) {
		struct isa_func *func;
		u32 block;

		if (add_starts(c, at, cfg))
			return -ENOMEM;
		block = cfg->blocks.n - 1;
		func = &cfg->funcs.v[cfg->funcs.n - 1];
		func->end = cfg->blocks.v[block].end = at + 1;
		func->n_blocks = cfg->blocks.n - func->first_block;
		cfg->block_of.v[cfg->block_of.n++] = block;
	}
	return 0;
}

static u32 last_insn(const struct checker *c, const struct isa_block *block)
{
	return block->end - (c->marks[block->end - 1] & MARK_SECOND ? 2 : 1);
}

static void add_edges(const struct checker *c, struct isa_cfg *cfg)
{
	for (u32 i = 0; i < cfg->blocks.n; i++) {
		struct isa_block *block = &cfg->blocks.v[i];
		u32 last = last_insn(c, block);
		const struct isa_op *op = isa_decode(&c->insns[last], c->n - last, NULL);
		s64 to;

		if (isa_jump_target(&c->insns[last], last, &to))
			block->jump = cfg->block_of.v[to];
		if (goes_on(op))
			block->fall = i + 1;
	}
}

static void reach(struct isa_cfg *cfg, u32 block, u32 *todo, u32 *n_todo)
{
	if (block == ISA_NO_BLOCK || cfg->blocks.v[block].reachable)
		return;
	cfg->blocks.v[block].reachable = true;
	todo[(*n_todo)++] = block;
}

/* Each block is entered on the list once, so the list is as long as there are blocks. */
static int find_reachable(struct isa_cfg *cfg)
{
	u32 *todo = calloc(cfg->blocks.n, sizeof(*todo)), n_todo = 0;

	if (!todo)
		return -ENOMEM;
	for (u32 i = 0; i < cfg->funcs.n; i++)
		reach(cfg, cfg->funcs.v[i].first_block, todo, &n_todo);
	while (n_todo) {
		const struct isa_block *block = &cfg->blocks.v[todo[--n_todo]];

		reach(cfg, block->fall, todo, &n_todo);
		reach(cfg, block->jump, todo, &n_todo);
	}
	free(todo);
	return 0;
}

static int build(struct checker *c, struct isa_cfg *cfg)
{
	int err;

	mark_followers(c);
	/* From here on marks are final. */
	err = split(c, cfg);
	if (!err) {
		add_edges(c, cfg);
		err = find_reachable(cfg);
	}
	return err ? diag_raise(c->d, DIAG_NO_MEMORY, c->where, "flow graph") : 0;
}

int isa_cfg_build(struct diag *d, const struct weld_where *where, const struct bpf_insn *insns,
		  u32 n, struct isa_cfg *out)
{
	struct checker c = { .d = d, .where = where, .insns = insns, .n = n };
	struct isa_cfg cfg = { 0 };
	int err = start_check(&c);

	if (!err)
		err = check(&c);
	if (!err)
		err = build(&c, &cfg);
	free(c.marks);
	if (err)
		isa_cfg_free(&cfg);
	else
		*out = cfg;
	return err;
}

void isa_cfg_free(struct isa_cfg *cfg)
{
	if (!cfg)
		return;
	vec_free(&cfg->funcs);
	vec_free(&cfg->blocks);
	vec_free(&cfg->block_of);
}

u32 isa_cfg_func_of(const struct isa_cfg *cfg, u32 at)
{
	return cfg->blocks.v[cfg->block_of.v[at]].func;
}
