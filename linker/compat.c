/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Do two types of two BTFs mean the same to a compiler? The C rules of compatible types, less
 * what a BPF program can't notice: typedef names and qualifiers at the top don't count, FWD agrees
 * with what it stands for, enumerators aren't compared. Signedness and qualifiers behind a pointer
 * make the types similar.
 *
 * Pointees are compared by name and, where both are complete, by layout. What a pointer inside
 * such a struct points at counts by name only: kernel structures reach all of the kernel, and
 * headers of different versions differ in places that nobody here looks at.
 *
 * Pairs to compare wait in a list, so cycles and depth cost no stack.
 */
#include "linker/link_int.h"

#include <stdio.h>

enum depth {
	DEPTH_VALUE,		/* the type itself, and what it holds by value */
	DEPTH_POINTEE,		/* behind a pointer */
	DEPTH_FAR,		/* behind a pointer in a struct behind a pointer: by name */
};

struct pair {
	u32 a, b;
	enum depth depth;
};

struct compare {
	const struct btf *a, *b;
	struct link_same *same;
	VEC(struct pair) todo;
	struct hmap seen;	/* hash of a, b, depth -> todo */
	enum link_match match;
	struct sbuf *why;
	u32 param;		/* of prototypes: counted from 1, RETURN_TYPE; else 0 */
};

#define RETURN_TYPE UINT32_MAX

static int add_pair(struct compare *c, u32 a, u32 b, enum depth depth)
{
	struct pair p = { .a = a, .b = b, .depth = depth };
	u64 hash = hash_mix(hash_mix(a, b), depth);
	struct hmap_iter it;

	for (u32 i = hmap_first(&c->seen, hash, &it); i != HMAP_NONE; i = hmap_next(&c->seen, &it))
		if (c->todo.v[i].a == a && c->todo.v[i].b == b && c->todo.v[i].depth == depth)
			return 0;
	if (vec_append(&c->todo, &p, 1))
		return -ENOMEM;
	return hmap_add(&c->seen, hash, c->todo.n - 1);
}

/* The first thing that differs is the one that is told; worse replaces better. */
static int verdict(struct compare *c, enum link_match match, u32 a, u32 b, const char *how)
{
	if (match <= c->match)
		return 0;
	c->match = match;
	sbuf_trim(c->why, 0);
	if (c->param == RETURN_TYPE)
		sbuf_puts(c->why, "return type");
	else if (c->param)
		sbuf_printf(c->why, "parameter %u", c->param);
	if (c->param || *how)
		sbuf_printf(c->why, "%s%s: ", c->param && *how ? ", " : "", how);
	btf_print_type(c->a, a, c->why);
	sbuf_puts(c->why, " against ");
	btf_print_type(c->b, b, c->why);
	return 0;
}

/* CONST and VOLATILE on the way to the type itself. */
static u32 qualifiers(const struct btf *b, u32 id)
{
	u32 found = 0;

	while (btf_is_mod(btf_type(b, id))) {
		u32 kind = btf_kind_of(b, id);

		if (kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE)
			found |= 1u << kind;
		id = btf_type(b, id)->type;
	}
	return found;
}

static bool is_named_like(u32 kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_FWD;
}

static bool is_union(const struct btf_type *t)
{
	return btf_kind(t) == BTF_KIND_UNION || (btf_kind(t) == BTF_KIND_FWD && btf_kflag(t));
}

static int compare_members(struct compare *c, struct pair p)
{
	const struct btf_type *a = btf_type(c->a, p.a), *b = btf_type(c->b, p.b);

	for (u32 i = 0; i < btf_vlen(a); i++) {
		const struct btf_member *x = &btf_members(a)[i], *y = &btf_members(b)[i];

		if (strcmp(btf_str(c->a, x->name_off), btf_str(c->b, y->name_off)) ||
		    btf_member_bit_off(a, i) != btf_member_bit_off(b, i) ||
		    btf_member_bit_size(a, i) != btf_member_bit_size(b, i))
			return verdict(c, LINK_DIFFERENT, p.a, p.b, "members differ");
		if (add_pair(c, x->type, y->type, p.depth))
			return -ENOMEM;
	}
	return 0;
}

static int compare_composites(struct compare *c, struct pair p)
{
	const struct btf_type *a = btf_type(c->a, p.a), *b = btf_type(c->b, p.b);
	char how[64];

	if (strcmp(btf_name(c->a, p.a), btf_name(c->b, p.b)) || is_union(a) != is_union(b))
		return verdict(c, LINK_DIFFERENT, p.a, p.b, "");
	if (btf_kind(a) == BTF_KIND_FWD || btf_kind(b) == BTF_KIND_FWD || p.depth == DEPTH_FAR)
		return 0;
	if (a->size != b->size) {
		snprintf(how, sizeof(how), "size %u against %u", a->size, b->size);
		return verdict(c, LINK_DIFFERENT, p.a, p.b, how);
	}
	if (btf_vlen(a) != btf_vlen(b))
		return verdict(c, LINK_DIFFERENT, p.a, p.b, "members differ");
	return compare_members(c, p);
}

static int compare_arrays(struct compare *c, struct pair p)
{
	const struct btf_array *a = btf_array(btf_type(c->a, p.a));
	const struct btf_array *b = btf_array(btf_type(c->b, p.b));

	/* "extern int a[];" says nothing about the length. */
	if (a->nelems != b->nelems && a->nelems && b->nelems)
		return verdict(c, LINK_DIFFERENT, p.a, p.b, "array length");
	return add_pair(c, a->type, b->type, p.depth);
}

static int compare_protos(struct compare *c, struct pair p)
{
	const struct btf_type *a = btf_type(c->a, p.a), *b = btf_type(c->b, p.b);

	if (btf_vlen(a) != btf_vlen(b))
		return verdict(c, LINK_DIFFERENT, p.a, p.b, "parameter count");
	if (p.depth == DEPTH_FAR)
		return 0;
	for (u32 i = 0; i < btf_vlen(a); i++)
		if (add_pair(c, btf_params(a)[i].type, btf_params(b)[i].type, DEPTH_FAR))
			return -ENOMEM;
	return add_pair(c, a->type, b->type, DEPTH_FAR);
}

static bool is_integer(u32 kind)
{
	return kind == BTF_KIND_INT || kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

static bool is_signed(const struct btf_type *t)
{
	return btf_kind(t) == BTF_KIND_INT ?
		       BTF_INT_ENCODING(btf_int_word(t)) & BTF_INT_SIGNED :
		       btf_kflag(t);
}

static int compare_integers(struct compare *c, struct pair p)
{
	const struct btf_type *a = btf_type(c->a, p.a), *b = btf_type(c->b, p.b);

	if (a->size != b->size)
		return verdict(c, LINK_DIFFERENT, p.a, p.b, "");
	if (btf_is_enum(a) && btf_is_enum(b)) {
		bool same = !strcmp(btf_name(c->a, p.a), btf_name(c->b, p.b));

		return same ? 0 : verdict(c, LINK_SIMILAR, p.a, p.b, "");
	}
	if (is_signed(a) != is_signed(b))
		return verdict(c, LINK_SIMILAR, p.a, p.b, "signedness");
	return 0;
}

static enum depth behind_pointer(enum depth depth)
{
	return depth == DEPTH_VALUE ? DEPTH_POINTEE : DEPTH_FAR;
}

static int compare_pair(struct compare *c, struct pair p)
{
	u32 kind_a, kind_b;

	if (p.depth != DEPTH_VALUE && qualifiers(c->a, p.a) != qualifiers(c->b, p.b))
		verdict(c, LINK_SIMILAR, p.a, p.b, "qualifiers");
	p.a = btf_skip_mods(c->a, p.a);
	p.b = btf_skip_mods(c->b, p.b);
	kind_a = btf_kind_of(c->a, p.a);
	kind_b = btf_kind_of(c->b, p.b);
	if (is_named_like(kind_a) && is_named_like(kind_b))
		return compare_composites(c, p);
	if (is_integer(kind_a) && is_integer(kind_b))
		return compare_integers(c, p);
	if (kind_a != kind_b)
		return verdict(c, LINK_DIFFERENT, p.a, p.b, "");
	switch (kind_a) {
	case BTF_KIND_PTR:
		return add_pair(c, btf_type(c->a, p.a)->type, btf_type(c->b, p.b)->type,
				behind_pointer(p.depth));
	case BTF_KIND_ARRAY:
		return compare_arrays(c, p);
	case BTF_KIND_FUNC_PROTO:
		return compare_protos(c, p);
	case BTF_KIND_FLOAT:
		if (btf_type(c->a, p.a)->size != btf_type(c->b, p.b)->size)
			return verdict(c, LINK_DIFFERENT, p.a, p.b, "");
	}
	return 0;
}

static u64 hash_pair(const struct link_pair *p)
{
	u64 btfs = (uintptr_t)p->btf_a + 31 * (u64)(uintptr_t)p->btf_b;

	return hash_mix(btfs, (u64)p->a << 32 | p->b);
}

static bool known_same(const struct link_same *same, const struct link_pair *p)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&same->index, hash_pair(p), &it); i != HMAP_NONE;
	     i = hmap_next(&same->index, &it)) {
		const struct link_pair *k = &same->pairs.v[i];

		if (k->btf_a == p->btf_a && k->btf_b == p->btf_b && k->a == p->a && k->b == p->b)
			return true;
	}
	return false;
}

static int remember(struct link_same *same, const struct link_pair *p)
{
	if (vec_append(&same->pairs, p, 1))
		return -ENOMEM;
	return hmap_add(&same->index, hash_pair(p), same->pairs.n - 1);
}

/* int and int: nothing hangs on them that is worth remembering. */
static bool same_integers(const struct compare *c, u32 a, u32 b)
{
	const struct btf_type *x = btf_type(c->a, a), *y = btf_type(c->b, b);

	return btf_kind(x) == BTF_KIND_INT && btf_kind(y) == BTF_KIND_INT &&
	       x->size == y->size && is_signed(x) == is_signed(y);
}

/* One type of each side, and all that hangs on it. Functions of two inputs have few parameters that
 * no other function of theirs has. */
static int run(struct compare *c, u32 a, u32 b, u32 param)
{
	struct link_pair pair = { c->a, c->b, a, b };
	u32 first = c->todo.n;
	int err;

	if (same_integers(c, a, b) || known_same(c->same, &pair))
		return 0;
	c->param = param;
	err = add_pair(c, a, b, DEPTH_VALUE);
	for (u32 i = first; i < c->todo.n && !err && c->match != LINK_DIFFERENT; i++)
		err = compare_pair(c, c->todo.v[i]);
	return err || c->match != LINK_SAME ? err : remember(c->same, &pair);
}

/* Prototypes are taken apart here, so that the words say which parameter it is. */
static int run_protos(struct compare *c, u32 a, u32 b)
{
	const struct btf_type *x = btf_type(c->a, a), *y = btf_type(c->b, b);
	int err = 0;

	if (btf_vlen(x) != btf_vlen(y)) {
		c->match = LINK_DIFFERENT;
		sbuf_printf(c->why, "%u against %u parameters", btf_vlen(x), btf_vlen(y));
		return 0;
	}
	for (u32 i = 0; i < btf_vlen(x) && !err; i++)
		err = run(c, btf_params(x)[i].type, btf_params(y)[i].type, i + 1);
	return err ? err : run(c, x->type, y->type, RETURN_TYPE);
}

int link_compare(struct link_same *same, struct link_type a, struct link_type b,
		 enum link_match *out, struct sbuf *why)
{
	struct compare c = { .a = a.btf, .b = b.btf, .same = same, .why = why };
	u32 proto_a = btf_proto_of(a.btf, a.id), proto_b = btf_proto_of(b.btf, b.id);
	int err;

	if (btf_kind_of(a.btf, a.id) == BTF_KIND_VAR)
		a.id = btf_type(a.btf, a.id)->type;
	if (btf_kind_of(b.btf, b.id) == BTF_KIND_VAR)
		b.id = btf_type(b.btf, b.id)->type;
	if (proto_a && proto_b)
		err = run_protos(&c, proto_a, proto_b);
	else
		err = run(&c, a.id, b.id, 0);
	vec_free(&c.todo);
	hmap_free(&c.seen);
	if (!err)
		err = sbuf_err(why);
	if (!err)
		*out = c.match;
	return err;
}
