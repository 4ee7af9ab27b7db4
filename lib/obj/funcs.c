/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Functions: where they start, and how far they go. A symbol of type FUNC starts one and tells its
 * size; hand-written assembly may leave both out, and a label without type starts one as well when
 * it isn't inside of a sized function.
 */
#include "lib/obj/obj_int.h"

#include <stdlib.h>

#include "lib/base/sort.h"

struct start {
	u32 sec;
	u32 insn;
	u32 rank; /* lower is stronger */
	u32 sym;
};

typedef VEC(struct start) starts;

/* A name that a linker can see beats a local one; an empty function (a compiler found that it can't
 * return) lies where the next one starts and must not stand for it. */
static u32 rank_of(const struct obj_sym *sym)
{
	static const u32 by_bind[] = { [STB_GLOBAL] = 0, [STB_WEAK] = 1, [STB_LOCAL] = 2 };

	return (sym->type != STT_FUNC) * 8 + (!sym->size) * 4 + by_bind[sym->bind];
}

static int cmp_starts(const void *pa, const void *pb)
{
	const struct start *a = pa, *b = pb;

	if (a->sec != b->sec)
		return a->sec < b->sec ? -1 : 1;
	if (a->insn != b->insn)
		return a->insn < b->insn ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->sym < b->sym ? -1 : a->sym > b->sym;
}

static bool may_start(const struct obj *o, const struct obj_sym *sym)
{
	const struct obj_sec *sec = obj_sec(o, sym->sec);

	return sym->sec.i && obj_sec_is_code(sec->kind) && sym->value < sec->size &&
	       (sym->type == STT_FUNC || sym->type == STT_NOTYPE);
}

/* Section by section, each in the order of its symbols: for most that is the order of places. */
static int collect(const struct obj *o, starts *out)
{
	/* By section: where its next one goes. */
	u32 *next = calloc((size_t)o->secs.n + 1, sizeof(*next));
	int err;

	if (!next)
		return -ENOMEM;
	for (u32 i = 1; i < o->syms.n; i++)
		if (may_start(o, &o->syms.v[i]))
			next[o->syms.v[i].sec.i + 1]++;
	for (u32 s = 1; s <= o->secs.n; s++)
		next[s] += next[s - 1];
	err = vec_reserve(out, next[o->secs.n]);
	out->n = err ? 0 : next[o->secs.n];
	for (u32 i = 1; i < o->syms.n && !err; i++) {
		const struct obj_sym *sym = &o->syms.v[i];

		if (may_start(o, sym))
			out->v[next[sym->sec.i]++] = (struct start){
				sym->sec.i, (u32)(sym->value / 8), rank_of(sym), i };
	}
	free(next);
	if (err)
		return err;
	sort_unless_sorted(out->v, out->n, sizeof(*out->v), cmp_starts);
	return 0;
}

/* Names of one place follow each other, the strongest first. The first of the next place. */
static u32 next_place(const starts *all, u32 i)
{
	u32 k = i + 1;

	while (k < all->n && all->v[k].sec == all->v[i].sec && all->v[k].insn == all->v[i].insn)
		k++;
	return k;
}

static int add_func(struct obj *o, const struct start *s, u32 end)
{
	const struct obj_sym *sym = &o->syms.v[s->sym];
	const struct obj_sec *sec = &o->secs.v[s->sec];
	struct obj_func *f = vec_push(&o->funcs);

	if (!f)
		return obj_no_memory(o);
	f->sym.i = s->sym;
	f->sec.i = s->sec;
	f->insn = s->insn;
	f->n_insns = end - s->insn;
	f->btf_id = sym->btf_id;
	f->is_entry = sec->kind == OBJ_SEC_PROG && sym->bind != STB_LOCAL;
	f->autoload = f->is_entry && abi_sec_autoload(sec->name);
	f->def = f->is_entry ? abi_sec_find(sec->name) : NULL;
	return 0;
}

/* Instructions that sym claims by its size, 0 when it doesn't say. */
static u32 sized_end(const struct obj_sym *sym)
{
	return sym->type == STT_FUNC && sym->size ? (u32)((sym->value + sym->size) / 8) : 0;
}

static int raise_overlap(struct obj *o, const struct start *s)
{
	const struct obj_func *before = &o->funcs.v[o->funcs.n - 1];
	struct weld_where at = WELD_WHERE_NONE;

	at.file = o->name;
	at.section = o->secs.v[s->sec].name;
	at.func = o->syms.v[s->sym].name;
	at.offset = s->insn * 8ll;
	return diag_raise(o->diag, DIAG_OBJ_FUNC_OVERLAP, &at, at.func,
			  obj_sym(o, before->sym)->name);
}

/* The last place of a section that is known to be where an instruction starts; it goes forward. */
struct insn_walk {
	u32 sec, at;
};

/*
 * Does an instruction start at insn (or the section end there)? What lies before it looks like the
 * first slots of so many 16-byte instructions in a row. Each of these that is one takes the next as
 * its second slot, so it depends on whether their number is even.
 */
static bool is_boundary(const struct obj *o, struct insn_walk *w, u32 sec, u32 insn)
{
	const struct obj_sec *s = &o->secs.v[sec];
	u32 n = 0;

	if (w->sec != sec)
		*w = (struct insn_walk){ .sec = sec };
	if (insn >= s->insns.n)
		return true;
	while (insn > w->at + n && obj_insn_is_ld64(&s->insns.v[insn - n - 1]))
		n++;
	if (insn < w->at || n % 2)
		return false;
	w->at = insn;
	return true;
}

static int raise_cut(struct obj *o, const struct start *s)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = o->name;
	at.section = o->secs.v[s->sec].name;
	at.func = o->syms.v[s->sym].name;
	at.offset = s->insn * 8ll;
	return diag_raise(o->diag, DIAG_OBJ_SYMBOL, &at, at.func,
			  "begins or ends in the middle of a 16-byte instruction");
}

/* Where a function ends that doesn't say it: where the next one starts. */
static u32 open_end(const struct obj *o, const starts *all, u32 i, u32 next)
{
	bool same_sec = next < all->n && all->v[next].sec == all->v[i].sec;

	return same_sec ? all->v[next].insn : o->secs.v[all->v[i].sec].insns.n;
}

static int add_all(struct obj *o, const starts *all)
{
	u32 next, covered_sec = 0, covered_end = 0;
	struct insn_walk walk = { 0 };

	for (u32 i = 0; i < all->n; i = next) {
		const struct start *s = &all->v[i];
		const struct obj_sym *sym = &o->syms.v[s->sym];
		bool covered = s->sec == covered_sec && s->insn < covered_end;
		u32 end = sized_end(sym);
		int err;

		next = next_place(all, i);
		if (covered && sym->type == STT_NOTYPE)
			continue;
		if (covered)
			return raise_overlap(o, s);
		covered_sec = s->sec;
		covered_end = end;
		if (!end)
			end = open_end(o, all, i, next);
		if (!is_boundary(o, &walk, s->sec, s->insn) || !is_boundary(o, &walk, s->sec, end))
			return raise_cut(o, s);
		err = add_func(o, s, end);
		if (err)
			return err;
	}
	return 0;
}

int obj_index_funcs(struct obj *o)
{
	starts all = { 0 };
	int err;

	/* Few places have several names. */
	if (collect(o, &all) || vec_reserve(&o->funcs, all.n))
		err = obj_no_memory(o);
	else
		err = add_all(o, &all);
	vec_free(&all);
	return err;
}
