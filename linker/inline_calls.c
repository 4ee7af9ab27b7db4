/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Inlining by name: all calls of a function, in any caller. Where the callee's frame goes and what
 * is saved around it follows from what the caller has and still needs.
 */
#include "linker/inline.h"

#include <stdlib.h>

#include "uapi/elf.h"

#include "lib/isa/isa.h"
#include "linker/frame.h"
#include "linker/link_int.h"

enum { SAVED = 0x3c0, MAX_FRAME = 512 };

/* --- what a caller still needs --------------------------------------------------------------- */

/* Registers of a function that are read later on, before each of its instructions. */
struct live {
	const struct bpf_insn *insns;
	u32 n;
	u16 *before;	/* n + 1, the last is 0 */
};

static u16 live_before(const struct live *l, u32 at, const struct isa_op *op)
{
	const struct bpf_insn *insn = &l->insns[at];
	u32 next = at + op->slots < l->n ? at + op->slots : l->n;
	u16 after = op->effect == ISA_FX_EXIT || op->effect == ISA_FX_JUMP ? 0 : l->before[next];
	s64 target;

	if (isa_jump_target(insn, at, &target) && target >= 0 && target < l->n)
		after |= l->before[target];
	return (u16)(((after & ~isa_regs_written(op, insn)) | isa_regs_read(op, insn)) & SAVED);
}

/* Backwards, until nothing changes; each pass but the last adds a bit somewhere, and loops nest a
 * few levels. A function in which it takes longer has all its registers saved. */
static void find_live(struct live *l)
{
	enum { MAX_PASSES = 64 };
	bool changed = true;

	for (u32 pass = 0; pass < MAX_PASSES && changed; pass++) {
		changed = false;
		for (u32 at = l->n; at-- > 0;) {
			const struct isa_op *op = isa_decode(&l->insns[at], l->n - at, NULL);
			u16 live = op ? live_before(l, at, op) : l->before[at + 1];

			changed |= live != l->before[at];
			l->before[at] = live;
		}
	}
	for (u32 at = 0; at < l->n && changed; at++)
		l->before[at] = SAVED;
}

/* --- sites ------------------------------------------------------------------------------- */

struct calls {
	const struct obj *o;
	func_id callee;
	struct link_frame_facts *facts;	/* by func_id */
	VEC(struct link_inline_site) sites;
	VEC(func_id) callers;		/* of each site */
	VEC(func_id) too_deep;		/* callers whose frame has no room */
};

static u32 count_bits(u16 mask)
{
	return (u32)__builtin_popcount(mask);
}

static int add_site(struct calls *c, func_id caller, u32 insn, u16 live)
{
	const struct obj_func *f = obj_func(c->o, caller);
	const struct link_frame_facts *own = &c->facts[caller.i], *body = &c->facts[c->callee.i];
	struct link_inline_site site = { .sec = f->sec, .insn = insn };

	site.save = (u16)(live & body->saved);
	site.save_off = -(s32)own->depth - 8;
	site.shift = own->depth + 8 * count_bits(site.save);
	if (own->depth == LINK_DEPTH_UNBOUND || body->depth == LINK_DEPTH_UNBOUND ||
	    (u64)site.shift + body->depth > MAX_FRAME)
		return vec_append(&c->too_deep, &caller, 1);
	if (vec_append(&c->sites, &site, 1))
		return -ENOMEM;
	return vec_append(&c->callers, &caller, 1);
}

/* The calls of one caller: relocations of its section from i on. */
static int add_caller(struct calls *c, func_id caller, u32 *i)
{
	const struct obj_func *f = obj_func(c->o, caller);
	const struct obj_sec *sec = obj_sec(c->o, f->sec);
	struct live live = { .insns = sec->insns.v + f->insn, .n = f->n_insns };
	int err = 0;

	live.before = calloc(live.n + 1, sizeof(*live.before));
	if (!live.before)
		return -ENOMEM;
	find_live(&live);
	for (; *i < sec->relocs.n && !err; (*i)++) {
		const struct obj_reloc *r = &sec->relocs.v[*i];
		u32 at = (u32)(r->off / 8);

		if (at >= f->insn + f->n_insns)
			break;
		if (r->type == R_BPF_64_32 && obj_reloc_func(c->o, r).i == c->callee.i)
			err = add_site(c, caller, at, live.before[at - f->insn + 1]);
	}
	free(live.before);
	return err;
}

static int find_calls(struct calls *c)
{
	int err = 0;

	for (u32 s = 1; s < c->o->secs.n && !err; s++) {
		const struct obj_sec *sec = &c->o->secs.v[s];

		for (u32 i = 0; i < sec->relocs.n && obj_sec_is_code(sec->kind) && !err;) {
			u32 at = (u32)(sec->relocs.v[i].off / 8);
			func_id caller = obj_func_covering(c->o, (sec_id){ s }, at);

			if (caller.i && obj_reloc_func(c->o, &sec->relocs.v[i]).i == c->callee.i)
				err = add_caller(c, caller, &i);
			else
				i++;
		}
	}
	return err;
}

/* --- by name ----------------------------------------------------------------------------- */

static void warn_kept(const struct calls *c, func_id caller, const char *why)
{
	const struct obj_func *f = obj_func(c->o, caller);
	struct weld_where at = obj_where(c->o, f->sec, f->insn * 8ull);

	diag_raise(c->o->diag, DIAG_LINK_INLINE_KEPT, &at, obj_func_name(c->o, c->callee),
		   obj_func_name(c->o, caller), why);
}

static int inline_func(const struct obj *o, func_id f, bool cpu_v4, struct obj **out)
{
	struct calls c = { .o = o, .callee = f };
	int err = link_frames(o, &c.facts);

	if (!err)
		err = find_calls(&c);
	if (!err)
		err = link_inline(o, c.sites.v, c.sites.n, cpu_v4, out);
	for (u32 i = 0; i < c.sites.n && !err; i++)
		if (c.sites.v[i].no)
			warn_kept(&c, c.callers.v[i], link_inline_why(c.sites.v[i].no));
	for (u32 i = 0; i < c.too_deep.n && !err; i++)
		warn_kept(&c, c.too_deep.v[i], "their frames together may not fit in 512 bytes");
	free(c.facts);
	vec_free(&c.sites);
	vec_free(&c.callers);
	vec_free(&c.too_deep);
	return err;
}

static int raise_no_func(const struct obj *o, const char *name)
{
	struct link_guess guess = { .wanted = name };
	struct diag_msg m;

	diag_begin(&m, o->diag, DIAG_LINK_NO_INLINE, NULL, name);
	for (u32 i = 1; i < o->funcs.n; i++)
		link_guess_add(&guess, obj_func_name(o, (func_id){ i }));
	link_guess_help(&guess, &m);
	return diag_end(&m);
}

/* How many of the named functions a function reaches: those with fewer go first, so that a body
 * has its own calls inlined by the time that it is copied. */
static bool calls_any(const struct obj *o, func_id f, const char *const *names, u32 n)
{
	const struct obj_func *func = obj_func(o, f);
	const struct obj_sec *sec = obj_sec(o, func->sec);

	for (u32 i = 0; i < sec->relocs.n; i++) {
		u64 at = sec->relocs.v[i].off / 8;
		func_id g;

		if (at < func->insn || at >= (u64)func->insn + func->n_insns)
			continue;
		g = obj_reloc_func(o, &sec->relocs.v[i]);
		for (u32 k = 0; k < n && g.i && g.i != f.i; k++)
			if (names[k] && !strcmp(names[k], obj_func_name(o, g)))
				return true;
	}
	return false;
}

/* The next to take: one that calls no other that is left, or on a circle the first. */
static u32 choose(const struct obj *o, const char *const *names, u32 n)
{
	u32 first = n;

	for (u32 i = 0; i < n; i++) {
		if (!names[i])
			continue;
		if (first == n)
			first = i;
		if (!calls_any(o, obj_find_func(o, names[i]), names, n))
			return i;
	}
	return first;
}

static int take_next(struct obj **cur, const struct obj *o, const char **left, u32 n, bool cpu_v4)
{
	const struct obj *from = *cur ? *cur : o;
	struct obj *next = NULL;
	u32 i = choose(from, left, n);
	func_id f = obj_find_func(from, left[i]);
	int err = 0;

	/* Named twice, and gone since. */
	if (f.i)
		err = inline_func(from, f, cpu_v4, &next);
	left[i] = NULL;
	if (err || !next)
		return err;
	obj_free(*cur);
	*cur = next;
	return 0;
}

int link_inline_funcs(const struct obj *o, const char *const *names, u32 n, bool cpu_v4,
		      struct obj **out)
{
	const char **left = calloc(n + 1, sizeof(*left));
	struct obj *cur = NULL;
	int err = left ? 0 : -ENOMEM, fault = 0;

	for (u32 i = 0; i < n && !err; i++) {
		left[i] = names[i];
		if (!obj_find_func(o, names[i]).i)
			fault = raise_no_func(o, names[i]);
	}
	err = err ? err : fault;
	for (u32 i = 0; i < n && !err; i++)
		err = take_next(&cur, o, left, n, cpu_v4);
	free(left);
	if (err) {
		obj_free(cur);
		return err;
	}
	*out = cur;
	return 0;
}
