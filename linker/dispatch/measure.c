/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What a component costs: a walk over the functions that its program reaches, by calls and as
 * callbacks, callees before their callers. Numbers of stack follow the kernel's rule, by which
 * each frame counts as a multiple of 32 bytes and at least that.
 */
#include "linker/dispatch/dispatch_int.h"

#include <stdlib.h>

/* What is known of a function once its callees were looked at. */
struct sum {
	struct disp_stack stack;
	bool seen, done;
};

struct level {
	func_id func;
	u32 next, end;		/* of its section's relocations */
};

struct walk {
	struct comp *comp;
	const struct link_frame_facts *facts;
	struct sum *sums;	/* by func_id */
	u8 *maps;		/* by map_id: referred to */
	VEC(struct level) levels;
};

u32 disp_round_frame(u32 depth)
{
	return depth ? (u32)align_up(depth, 32) : 32;
}

/* A frame without a bound is taken to fill what a chain of calls would leave it. */
static struct disp_stack own_stack(const struct link_frame_facts *f)
{
	bool unbound = f->depth == LINK_DEPTH_UNBOUND;

	return (struct disp_stack){
		.total = unbound ? DISP_STACK_MAX - 32 : disp_round_frame(f->depth),
		.above_tail_call = f->tail_calls ? 0 : DISP_NO_TAIL_CALL,
		.n_frames = 1,
		.guessed = unbound,
	};
}

/* The relocations of a function: [next, end) of its section's. */
static int push(struct walk *w, func_id id)
{
	const struct obj_func *f = obj_func(w->comp->obj, id);
	const struct obj_sec *sec = obj_sec(w->comp->obj, f->sec);
	u64 from = f->insn * 8ull, to = from + f->n_insns * 8ull;
	struct level *level = vec_push(&w->levels);
	u32 lo = 0, hi = sec->relocs.n;

	if (!level)
		return -ENOMEM;
	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sec->relocs.v[mid].off < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	level->func = id;
	level->next = level->end = lo;
	while (level->end < sec->relocs.n && sec->relocs.v[level->end].off < to)
		level->end++;
	w->sums[id.i].seen = true;
	w->sums[id.i].stack = own_stack(&w->facts[id.i]);
	w->comp->cost.n_funcs++;
	w->comp->cost.n_insns += f->n_insns;
	w->comp->cost.n_branches += w->facts[id.i].n_branches;
	return 0;
}

/* The deepest of all ways on from a function, below a frame of its own. */
static void join(struct disp_stack *to, const struct disp_stack *own,
		 const struct disp_stack *callee)
{
	u32 frame = own->total;

	to->total = (u32)max_u64(to->total, frame + callee->total);
	to->n_frames = (u32)max_u64(to->n_frames, callee->n_frames + 1);
	to->guessed |= callee->guessed;
	if (to->guessed)
		to->total = (u32)min_u64(to->total, DISP_STACK_MAX - 32);
	if (callee->above_tail_call == DISP_NO_TAIL_CALL)
		return;
	/* A guess must not forbid what may be fine. */
	frame = own->guessed ? 0 : frame;
	to->above_tail_call = to->above_tail_call == DISP_NO_TAIL_CALL ?
				      callee->above_tail_call + frame :
				      (u32)max_u64(to->above_tail_call,
						   callee->above_tail_call + frame);
}

static void pop(struct walk *w)
{
	const struct level *level = &w->levels.v[w->levels.n - 1];
	struct sum *s = &w->sums[level->func.i];
	struct disp_stack own = s->stack;
	const struct obj_sec *sec = obj_sec(w->comp->obj,
					    obj_func(w->comp->obj, level->func)->sec);
	const struct obj_func *f = obj_func(w->comp->obj, level->func);

	for (u32 i = level->end; i-- > 0 && sec->relocs.v[i].off >= f->insn * 8ull;) {
		func_id callee = obj_reloc_func(w->comp->obj, &sec->relocs.v[i]);

		if (callee.i && w->sums[callee.i].done)
			join(&s->stack, &own, &w->sums[callee.i].stack);
	}
	s->done = true;
	w->levels.n--;
}

static int walk(struct walk *w)
{
	const struct obj *o = w->comp->obj;
	int err = push(w, w->comp->func);

	while (!err && w->levels.n) {
		struct level *level = &w->levels.v[w->levels.n - 1];
		const struct obj_reloc *r;
		func_id callee;

		if (level->next == level->end) {
			pop(w);
			continue;
		}
		r = &obj_sec(o, obj_func(o, level->func)->sec)->relocs.v[level->next++];
		w->maps[obj_reloc_map(o, r).i] = 1;
		callee = obj_reloc_func(o, r);
		if (callee.i && !w->sums[callee.i].seen)
			err = push(w, callee);
	}
	return err;
}

static int take_maps(struct disp *c, struct walk *w)
{
	struct comp *comp = w->comp;

	comp->maps = arena_array(&c->arena, comp->obj->maps.n, sizeof(*comp->maps));
	if (!comp->maps)
		return -ENOMEM;
	for (u32 i = 1; i < comp->obj->maps.n; i++)
		if (w->maps[i])
			comp->maps[comp->n_maps++].i = i;
	return 0;
}

static void take_sums(struct walk *w)
{
	struct comp *comp = w->comp;
	const struct link_frame_facts *f = &w->facts[comp->func.i];

	comp->frame = *f;
	comp->facts.frame = f->depth == LINK_DEPTH_UNBOUND ? 0 : f->depth;
	comp->called = w->sums[comp->func.i].stack;
	/* What its callees need, once its own frame is the entry's. */
	comp->inlined = comp->called;
	comp->inlined.n_frames--;
	comp->inlined.total = comp->inlined.n_frames ?
				      comp->called.total - disp_round_frame(f->depth) : 0;
	if (comp->inlined.above_tail_call != DISP_NO_TAIL_CALL)
		comp->inlined.above_tail_call -= (u32)min_u64(comp->inlined.above_tail_call,
							      disp_round_frame(f->depth));
}

int disp_measure(struct disp *c, struct comp *comp)
{
	struct walk w = { .comp = comp };
	struct link_frame_facts *facts;
	int err = link_frames(comp->obj, &facts);

	if (err)
		return disp_no_memory(c);
	w.facts = facts;
	w.sums = calloc(comp->obj->funcs.n, sizeof(*w.sums));
	w.maps = calloc(comp->obj->maps.n, 1);
	err = w.sums && w.maps ? walk(&w) : -ENOMEM;
	if (!err)
		err = take_maps(c, &w);
	if (!err)
		take_sums(&w);
	vec_free(&w.levels);
	free(w.maps);
	free(w.sums);
	free(facts);
	return err ? disp_no_memory(c) : 0;
}
