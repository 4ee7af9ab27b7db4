/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Do two objects say the same? The stored part is compared, without names of the objects and what
 * was dropped. Symbols count in the order in which they are written; section symbols only as far as
 * relocations name them.
 */
#include "lib/obj/obj_int.h"

#include <stdlib.h>

/* Both objects with their symbols' ranks: 1 + place in the order of writing, 0 section symbols. */
struct pair {
	const struct obj *a, *b;
	u32 *order_a, *order_b;
	u32 *rank_a, *rank_b;
	u32 n_a, n_b;
};

static bool equal_syms(const struct obj_sym *a, const struct obj_sym *b)
{
	return !strcmp(a->name, b->name) && a->value == b->value && a->size == b->size &&
	       a->sec.i == b->sec.i && a->type == b->type && a->bind == b->bind &&
	       a->vis == b->vis && a->absolute == b->absolute && a->common == b->common;
}

static bool equal_targets(const struct pair *p, sym_id a, sym_id b)
{
	if (obj_sym(p->a, a)->type == STT_SECTION)
		return equal_syms(obj_sym(p->a, a), obj_sym(p->b, b));
	return p->rank_a[a.i] == p->rank_b[b.i];
}

static bool equal_relocs(const struct pair *p, const struct obj_sec *a, const struct obj_sec *b)
{
	if (a->relocs.n != b->relocs.n)
		return false;
	for (u32 i = 0; i < a->relocs.n; i++) {
		const struct obj_reloc *ra = &a->relocs.v[i], *rb = &b->relocs.v[i];

		if (ra->off != rb->off || ra->addend != rb->addend || ra->type != rb->type ||
		    !equal_targets(p, ra->sym, rb->sym))
			return false;
	}
	return true;
}

/* Elements without padding. */
#define EQUAL_VECS(x, y) \
	((x)->n == (y)->n && (!(x)->n || !memcmp((x)->v, (y)->v, (x)->n * sizeof(*(x)->v))))

static bool equal_secs(const struct pair *p, u32 i)
{
	const struct obj_sec *a = &p->a->secs.v[i], *b = &p->b->secs.v[i];

	return !strcmp(a->name, b->name) && a->kind == b->kind && a->elf_type == b->elf_type &&
	       a->flags == b->flags && a->align == b->align && a->entsize == b->entsize &&
	       a->size == b->size && EQUAL_VECS(&a->bytes, &b->bytes) &&
	       EQUAL_VECS(&a->insns, &b->insns) && EQUAL_VECS(&a->func_infos, &b->func_infos) &&
	       EQUAL_VECS(&a->line_infos, &b->line_infos) &&
	       EQUAL_VECS(&a->core_relos, &b->core_relos) && equal_relocs(p, a, b);
}

static bool equal_contents(const struct pair *p)
{
	if (p->n_a != p->n_b || p->a->secs.n != p->b->secs.n ||
	    p->a->big_endian != p->b->big_endian)
		return false;
	for (u32 i = 0; i < p->n_a; i++)
		if (!equal_syms(&p->a->syms.v[p->order_a[i]], &p->b->syms.v[p->order_b[i]]))
			return false;
	for (u32 i = 1; i < p->a->secs.n; i++)
		if (!equal_secs(p, i))
			return false;
	if (!p->a->btf || !p->b->btf)
		return p->a->btf == p->b->btf;
	return btf_equal(p->a->btf, p->b->btf);
}

static u32 rank_syms(const struct obj *o, u32 *order, u32 *rank)
{
	u32 n = obj_symbol_order(o, order);

	for (u32 i = 0; i < n; i++)
		rank[order[i]] = i + 1;
	return n;
}

bool obj_equal(const struct obj *a, const struct obj *b)
{
	struct arena scratch = { 0 };
	struct pair p = {
		.a = a,
		.b = b,
		.order_a = arena_array(&scratch, a->syms.n, sizeof(u32)),
		.order_b = arena_array(&scratch, b->syms.n, sizeof(u32)),
		.rank_a = arena_array(&scratch, a->syms.n, sizeof(u32)),
		.rank_b = arena_array(&scratch, b->syms.n, sizeof(u32)),
	};
	bool equal = false;

	if (p.order_a && p.order_b && p.rank_a && p.rank_b) {
		p.n_a = rank_syms(a, p.order_a, p.rank_a);
		p.n_b = rank_syms(b, p.order_b, p.rank_b);
		equal = equal_contents(&p);
	}
	arena_free(&scratch);
	return equal;
}
