/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Who is inlined. The frame of an inlined component becomes part of the entry's, which stands
 * above every function that is called from it, whoever owns that. So the deepest frame among the
 * inlined ones decides for all: components up to some depth are inlined, deeper ones are called,
 * and the planner looks for the largest depth with which every chain of calls fits the kernel's
 * 512 bytes (256 above a function that makes a tail call) and its 8 frames.
 */
#include "linker/dispatch/dispatch_int.h"

#include "linker/inline.h"

enum { MAX_FRAMES = 8, ABOVE_TAIL_CALL = 256, MAX_PENDING = 8192 };

/* --- what can't be inlined --------------------------------------------------------------- */

static const char *why_not(const struct disp *c, const struct comp *comp)
{
	const struct link_frame_facts *f = &comp->frame;

	if (c->opts.mode == DISP_CALL)
		return "the chain was built to call";
	if (comp->refused)
		return comp->refused;
	if (f->tail_calls)
		return link_inline_why(LINK_INLINE_TAIL_CALL);
	if (f->ld_abs)
		return link_inline_why(LINK_INLINE_LD_ABS);
	if (f->recursive)
		return link_inline_why(LINK_INLINE_ITSELF);
	if (f->depth == LINK_DEPTH_UNBOUND || f->depth > DISP_STACK_MAX)
		return "the depth of its stack frame can't be told";
	if (f->dynptr && f->dynptr_lo > DISP_STACK_MAX)
		return "it may leave a dynptr anywhere in its stack frame";
	return NULL;
}

static int check_throws(const struct disp *c, const struct comp *comp)
{
	struct weld_where at = obj_where_sym(comp->obj, obj_func(comp->obj, comp->func)->sym);

	if (!comp->frame.throws)
		return 0;
	return diag_raise(c->diag, DIAG_DISP_THROWS, &at, comp->facts.name, comp->facts.function);
}

/* --- the entry's frame ------------------------------------------------------------------- */

/* A register that keeps the context over all inlined bodies but the last, 0 for none. */
static u8 free_register(const struct disp *c)
{
	u32 used = 0;

	for (u32 i = 0; i + 1 < c->components.n; i++)
		if (c->components.v[i].facts.inlined)
			used |= c->components.v[i].frame.saved;
	for (u8 reg = BPF_REG_6; reg <= BPF_REG_9; reg++)
		if (!(used >> reg & 1))
			return reg;
	return 0;
}

/* Counting happens when a body is over, so its slots may lie where the body's frame was; the
 * context must be out of the way of both. Behind the last component nobody wants it. */
static void lay_out(struct disp *c)
{
	u32 scratch = c->opts.counters ? 16 : 0, depth = scratch, last = scratch;

	for (u32 i = 0; i < c->components.n; i++) {
		const struct comp *comp = &c->components.v[i];
		u32 *of = i + 1 < c->components.n ? &depth : &last;

		if (comp->facts.inlined)
			*of = (u32)max_u64(*of, comp->frame.depth);
	}
	c->frame.ctx_reg = free_register(c);
	c->frame.ctx = (s16)-(s32)(depth + 8);
	c->frame.scratch = -8;
	if (!c->frame.ctx_reg && c->components.n > 1)
		depth += 8;
	c->frame.depth = (u32)max_u64(depth, last);
}

/* --- does it fit ------------------------------------------------------------------------- */

/* The worst chain of calls under the entry as it is laid out. */
static struct disp_stack worst(const struct disp *c)
{
	u32 entry = disp_round_frame(c->frame.depth);
	struct disp_stack w = { .total = entry, .above_tail_call = DISP_NO_TAIL_CALL,
				.n_frames = 1 };

	for (u32 i = 0; i < c->components.n; i++) {
		const struct comp *comp = &c->components.v[i];
		const struct disp_stack *s = comp->facts.inlined ? &comp->inlined : &comp->called;

		if (w.total < entry + s->total) {
			w.total = entry + s->total;
			w.deepest = i;
		}
		w.n_frames = (u32)max_u64(w.n_frames, 1 + s->n_frames);
		if (s->above_tail_call == DISP_NO_TAIL_CALL)
			continue;
		if (w.above_tail_call == DISP_NO_TAIL_CALL ||
		    w.above_tail_call < entry + s->above_tail_call) {
			w.above_tail_call = entry + s->above_tail_call;
			w.above = i;
		}
	}
	return w;
}

static bool too_far_above(const struct disp_stack *w)
{
	return w->above_tail_call != DISP_NO_TAIL_CALL && w->above_tail_call >= ABOVE_TAIL_CALL;
}

static bool fits(const struct disp_stack *w)
{
	return w->total <= DISP_STACK_MAX && !too_far_above(w) && w->n_frames <= MAX_FRAMES;
}

/* Inline those up to a depth; the result. */
static struct disp_stack try_depth(struct disp *c, s64 depth)
{
	for (u32 i = 0; i < c->components.n; i++) {
		struct comp *comp = &c->components.v[i];

		comp->facts.inlined = !comp->facts.why_called && (s64)comp->frame.depth <= depth;
	}
	lay_out(c);
	return worst(c);
}

/* The largest depth of a component that can be inlined and is below limit; -1 for none. */
static s64 next_depth(const struct disp *c, s64 limit)
{
	s64 found = -1;

	for (u32 i = 0; i < c->components.n; i++) {
		const struct comp *comp = &c->components.v[i];

		if (!comp->facts.why_called && (s64)comp->frame.depth < limit &&
		    (s64)comp->frame.depth > found)
			found = comp->frame.depth;
	}
	return found;
}

/* What our bounds say may be worse than what the verifier finds, so this doesn't end the build. */
static int warn_stack(const struct disp *c, const struct disp_stack *w)
{
	const struct comp *deep = &c->components.v[w->deepest], *tail = &c->components.v[w->above];

	if (w->total > DISP_STACK_MAX)
		diag_raise(c->diag, DIAG_DISP_STACK, NULL, deep->facts.name, w->total,
			   DISP_STACK_MAX, disp_round_frame(c->frame.depth));
	if (too_far_above(w))
		diag_raise(c->diag, DIAG_DISP_TAIL_STACK, NULL, tail->facts.name,
			   w->above_tail_call, ABOVE_TAIL_CALL);
	if (w->n_frames > MAX_FRAMES)
		diag_raise(c->diag, DIAG_DISP_FRAMES, NULL, w->n_frames, MAX_FRAMES);
	return 0;
}

static int choose_depth(struct disp *c)
{
	s64 depth = next_depth(c, INT64_MAX), best = depth;
	struct disp_stack w = try_depth(c, depth), least = w;

	while (!fits(&w) && depth >= 0) {
		depth = next_depth(c, depth);
		w = try_depth(c, depth);
		if (fits(&w) || w.total < least.total) {
			best = depth;
			least = w;
		}
	}
	if (!fits(&w))
		w = try_depth(c, best);
	for (u32 i = 0; i < c->components.n; i++) {
		struct comp *comp = &c->components.v[i];

		if (!comp->facts.inlined && !comp->facts.why_called)
			comp->facts.why_called = "with its stack frame, a chain of calls would "
						 "exceed what the kernel allows";
	}
	return fits(&w) ? 0 : warn_stack(c, &w);
}

/* --- pending branches -------------------------------------------------------------------- */

/* A function that is verified alone has a budget of its own. It must say that it takes a context:
 * int (struct xdp_md *), in BTF. */
static bool can_be_global(const struct disp *c, const struct comp *comp)
{
	const struct btf *b = comp->obj->btf;
	u32 proto = b ? btf_proto_of(b, obj_func(comp->obj, comp->func)->btf_id) : 0;
	const struct btf_type *t = btf_type(b ? b : c->components.v[0].obj->btf, proto);
	u32 ptr;

	if (!proto || btf_vlen(t) != 1)
		return false;
	ptr = btf_skip_mods(b, btf_params(t)[0].type);
	if (btf_kind_of(b, ptr) != BTF_KIND_PTR)
		return false;
	return !strcmp(btf_name(b, btf_skip_mods(b, btf_type(b, ptr)->type)), c->kind->ctx);
}

static struct comp *most_branches(const struct disp *c)
{
	struct comp *most = NULL;

	for (u32 i = 0; i < c->components.n; i++) {
		struct comp *comp = &c->components.v[i];

		if (!comp->is_global && can_be_global(c, comp) &&
		    (!most || comp->cost.n_branches > most->cost.n_branches))
			most = comp;
	}
	return most;
}

/* The estimate: each branch of what is verified together leaves one way to be looked at later. */
static u32 pending(const struct disp *c)
{
	u32 own = 3 + (c->opts.counters ? c->kind->n_actions + 1 : 0);
	u64 n = 0;

	for (u32 i = 0; i < c->components.n; i++)
		n += own + (c->components.v[i].is_global ? 0 : c->components.v[i].cost.n_branches);
	return (u32)min_u64(n, UINT32_MAX);
}

static void choose_globals(struct disp *c)
{
	struct comp *most;

	while (pending(c) > MAX_PENDING && (most = most_branches(c)) != NULL) {
		most->is_global = true;
		most->facts.why_called = "the branches of all components together are more than "
					 "the verifier keeps: it is verified alone";
	}
	if (pending(c) > MAX_PENDING)
		diag_raise(c->diag, DIAG_DISP_BRANCHES, NULL, pending(c), MAX_PENDING);
}

/* --- the plan ---------------------------------------------------------------------------- */

static int look_at(struct disp *c, struct comp *comp)
{
	int err = comp->measured ? 0 : disp_measure(c, comp);

	comp->measured = true;
	if (!err)
		err = check_throws(c, comp);
	if (err)
		return err;
	comp->is_global = false;
	comp->facts.why_called = why_not(c, comp);
	if (comp->frame.dynptr) {
		comp->junk_lo = comp->frame.dynptr_lo;
		comp->junk_hi = comp->frame.dynptr_hi;
	}
	return 0;
}

int disp_plan(struct disp *c)
{
	int err = 0;

	for (u32 i = 0; i < c->components.n; i++) {
		int e = look_at(c, &c->components.v[i]);

		err = err ? err : e;
		if (e == -ENOMEM)
			break;
	}
	if (err)
		return err;
	choose_globals(c);
	return choose_depth(c);
}
