/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Functions in the order in which their summaries can be made: callees first. */
#include "linker/frame_int.h"

#include <stdlib.h>

#include "uapi/elf.h"

struct order {
	const struct obj *o;
	struct frame_sum *sums;
	u8 *color;		/* by func_id */
	u32 *next;		/* by func_id: relocation to look at next */
	u32 *place;		/* by func_id: index in the stack */
	u32 *low;		/* by func_id: the lowest place that it reaches */
	u32 *stack, depth;
};

enum { WHITE, GREY, BLACK };

static bool in_func(const struct obj_func *f, const struct obj_reloc *r)
{
	return r->off / 8 >= f->insn && r->off / 8 < (u64)f->insn + f->n_insns;
}

/* The first relocation of a function in its section's list. */
static u32 first_reloc(const struct obj *o, const struct obj_func *f)
{
	const struct obj_sec *sec = obj_sec(o, f->sec);
	u32 lo = 0, hi = sec->relocs.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sec->relocs.v[mid].off < (u64)f->insn * 8)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void add_callback(struct frame_sum *cb, const struct frame_sum *g)
{
	for (u32 b = 0; b < FRAME_N_BASES; b++) {
		if (g->reach[b] < cb->reach[b])
			cb->reach[b] = g->reach[b];
		if (g->dyn[b] < cb->dyn[b])
			cb->dyn[b] = g->dyn[b];
	}
	frame_join(&cb->stored, &g->stored, false);
}

static bool is_throw(const struct obj *o, const struct obj_reloc *r)
{
	const struct obj_sym *sym = obj_sym(o, r->sym);

	return r->type == R_BPF_64_32 && !sym->sec.i && frame_kfunc_is(sym->name, "bpf_throw");
}

/* The worst of all functions whose address this one takes. What throws is known without a walk, so
 * that it is of functions that aren't well formed, too. */
static void gather(const struct order *w, func_id f, struct frame_sum *cb, bool *throws)
{
	const struct obj_func *func = obj_func(w->o, f);
	const struct obj_sec *sec = obj_sec(w->o, func->sec);

	frame_sum_init(cb);
	for (u32 i = first_reloc(w->o, func); i < sec->relocs.n; i++) {
		const struct obj_reloc *r = &sec->relocs.v[i];
		func_id g = obj_reloc_func(w->o, r);

		if (!in_func(func, r))
			break;
		*throws |= g.i ? w->sums[g.i].facts.throws : is_throw(w->o, r);
		if (r->type == R_BPF_64_64 && g.i)
			add_callback(cb, &w->sums[g.i]);
	}
}

/* Whoever reaches a function that is being visited, at a place of the stack not above its own, is
 * on a circle: that function reaches it. */
static void reaches(struct order *w, func_id f, u32 place)
{
	if (place < w->low[f.i])
		w->low[f.i] = place;
}

static int finish(struct order *w, func_id f)
{
	struct frame_sum cb, sum;
	bool throws = false;
	int err;

	gather(w, f, &cb, &throws);
	err = frame_flow(w->o, f, w->sums, &cb, &sum);
	if (err)
		return err;
	w->sums[f.i] = sum;
	w->sums[f.i].facts.throws = throws;
	w->sums[f.i].facts.recursive = w->low[f.i] <= w->place[f.i];
	w->color[f.i] = BLACK;
	if (w->depth)
		reaches(w, (func_id){ w->stack[w->depth - 1] }, w->low[f.i]);
	return 0;
}

static void enter(struct order *w, func_id f)
{
	w->color[f.i] = GREY;
	w->next[f.i] = first_reloc(w->o, obj_func(w->o, f));
	/* Until it is known: what a function finds that calls itself. */
	frame_sum_init(&w->sums[f.i]);
	frame_sum_worst(&w->sums[f.i]);
	w->low[f.i] = UINT32_MAX;
	w->place[f.i] = w->depth;
	w->stack[w->depth++] = f.i;
}

/* Go on in the topmost function: into a callee, or done with it. */
static int step(struct order *w)
{
	func_id f = { w->stack[w->depth - 1] };
	const struct obj_func *func = obj_func(w->o, f);
	const struct obj_sec *sec = obj_sec(w->o, func->sec);

	while (w->next[f.i] < sec->relocs.n && in_func(func, &sec->relocs.v[w->next[f.i]])) {
		func_id g = obj_reloc_func(w->o, &sec->relocs.v[w->next[f.i]++]);

		if (g.i && w->color[g.i] == GREY)
			reaches(w, f, w->place[g.i]);
		if (g.i && w->color[g.i] == WHITE) {
			enter(w, g);
			return 0;
		}
	}
	w->depth--;
	return finish(w, f);
}

static int visit(struct order *w, func_id f)
{
	int err = 0;

	if (w->color[f.i] == WHITE)
		enter(w, f);
	while (w->depth && !err)
		err = step(w);
	return err;
}

static void order_free(struct order *w)
{
	free(w->sums);
	free(w->color);
	free(w->next);
	free(w->place);
	free(w->low);
	free(w->stack);
}

static int order_init(struct order *w, const struct obj *o)
{
	*w = (struct order){ .o = o };
	w->sums = calloc(o->funcs.n, sizeof(*w->sums));
	w->color = calloc(o->funcs.n, 1);
	w->next = calloc(o->funcs.n, sizeof(*w->next));
	w->place = calloc(o->funcs.n, sizeof(*w->place));
	w->low = calloc(o->funcs.n, sizeof(*w->low));
	w->stack = calloc(o->funcs.n, sizeof(*w->stack));
	return w->sums && w->color && w->next && w->place && w->low && w->stack ? 0 : -ENOMEM;
}

int link_frames(const struct obj *o, struct link_frame_facts **out)
{
	struct link_frame_facts *facts = calloc(o->funcs.n, sizeof(*facts));
	struct order w;
	int err = order_init(&w, o);

	if (!err && !facts)
		err = -ENOMEM;
	for (u32 f = 1; f < o->funcs.n && !err; f++)
		err = visit(&w, (func_id){ f });
	for (u32 f = 1; f < o->funcs.n && !err; f++)
		facts[f] = w.sums[f].facts;
	order_free(&w);
	if (err) {
		free(facts);
		return err;
	}
	*out = facts;
	return 0;
}

int link_frame_facts(const struct obj *o, func_id f, struct link_frame_facts *out)
{
	struct order w;
	int err = order_init(&w, o);

	if (!err)
		err = visit(&w, f);
	if (!err)
		*out = w.sums[f.i].facts;
	order_free(&w);
	return err;
}
