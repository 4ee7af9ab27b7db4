/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * All types as a C header that compiles, and gives each the layout that BTF says.
 *
 * C wants things in order. Where a type is used by value it must be complete; behind a pointer the
 * name of a struct is enough, but it must have been declared; a typedef must be there wherever it
 * is used. So types are written depth first, each behind what it needs. The stack of that walk is
 * an array, since the input decides how deep it goes. Types without a name are written where they
 * are used, as often as they are used: what they need, whoever uses them needs.
 *
 * Only hostile input has circles without a struct's name in them. They are cut somewhere; the text
 * is no C then, but it ends: its size is limited by that of the input.
 */
#include "btf/c_int.h"

#include <stdlib.h>

void c_fail(struct c_dump *c, int err)
{
	if (!c->err)
		c->err = err;
}

bool c_is_fwd(const struct btf_type *t)
{
	return btf_kind(t) == BTF_KIND_FWD || (btf_is_enum(t) && !btf_vlen(t) && !t->size);
}

const char *c_tag_word(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_FWD:
		return btf_kflag(t) ? "union" : "struct";
	case BTF_KIND_UNION:
		return "union";
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return "enum";
	default:
		return "struct";
	}
}

/* --- order --------------------------------------------------------------------------------- */

/* Reference number n of a type that has definitions before it, as *id; false behind the last. */
static bool reference(const struct btf_type *t, u32 n, u32 *id)
{
	u32 kind = btf_kind(t);

	if (btf_is_composite(t)) {
		*id = n < btf_vlen(t) ? btf_members(t)[n].type : 0;
		return n < btf_vlen(t);
	}
	if (kind == BTF_KIND_FUNC_PROTO) {
		*id = n ? n <= btf_vlen(t) ? btf_params(t)[n - 1].type : 0 : t->type;
		return n <= btf_vlen(t);
	}
	*id = t->type;
	return kind == BTF_KIND_TYPEDEF && !n;
}

static void declare(struct c_dump *c, u32 id)
{
	id = c->twin[id];
	if (c->state[id] == C_DONE || c->declared[id])
		return;
	c->declared[id] = 1;
	c_put_forward(c, id);
}

/*
 * Follow a chain of types from id, used by value or not, to what has to be defined before; 0 when
 * all is there. Declarations on the way are made. Chains end: no parsed graph has long ones.
 */
static u32 missing(struct c_dump *c, u32 id, bool by_value)
{
	for (;;) {
		const struct btf_type *t = btf_type(c->b, id);

		switch (btf_kind(t)) {
		case BTF_KIND_PTR:
			by_value = false;
			id = t->type;
			break;
		case BTF_KIND_ARRAY:
			/* Also of an array that is only pointed to. */
			by_value = true;
			id = btf_array(t)->type;
			break;
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = t->type;
			break;
		case BTF_KIND_TYPEDEF:
			if (c->state[id] == C_NEW)
				return id;
			if (!by_value)
				return 0;
			id = t->type;
			break;
		case BTF_KIND_FWD:
			declare(c, id);
			return 0;
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			if (t->name_off && !by_value) {
				declare(c, id);
				return 0;
			}
			return c->state[id] == C_NEW ? id : 0;
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			if (c_is_fwd(t)) {
				declare(c, id);
				return 0;
			}
			return c->state[id] == C_NEW ? id : 0;
		case BTF_KIND_FUNC_PROTO:
			return c->state[id] == C_NEW ? id : 0;
		default:
			return 0;
		}
	}
}

static void open_type(struct c_dump *c, u32 id)
{
	struct c_frame f = { .id = id };

	c->state[id] = C_OPEN;
	c_fail(c, vec_append(&c->stack, &f, 1));
}

static void close_type(struct c_dump *c, u32 id)
{
	const struct btf_type *t = btf_type(c->b, id);

	c->state[id] = C_DONE;
	if (t->name_off && btf_kind(t) != BTF_KIND_FUNC_PROTO)
		c_put_definition(c, id);
}

/* Write a type's definition behind those that it needs. */
static void define(struct c_dump *c, u32 id)
{
	if (c->state[id] != C_NEW)
		return;
	open_type(c, id);
	while (c->stack.n && !c->err) {
		struct c_frame *f = &c->stack.v[c->stack.n - 1];
		const struct btf_type *t = btf_type(c->b, f->id);
		u32 ref, need;

		if (!reference(t, f->next, &ref)) {
			close_type(c, f->id);
			c->stack.n--;
			continue;
		}
		need = missing(c, ref, btf_is_composite(t));
		if (need)
			open_type(c, need);
		else
			f->next++;
	}
}

/* --- passes -------------------------------------------------------------------------------- */

#define IF_CORE "#if defined(__clang__) && !defined(BPF_NO_PRESERVE_ACCESS_INDEX)\n"

/* Clang warns of an attribute for nothing. */
static void put_head(const struct c_dump *c, struct sbuf *out)
{
	sbuf_puts(out, "#ifndef __VMLINUX_H__\n"
		       "#define __VMLINUX_H__\n\n");
	if (c->has_records)
		sbuf_puts(out, IF_CORE "#pragma clang attribute push "
			       "(__attribute__((preserve_access_index)), apply_to = record)\n"
			       "#endif\n\n");
	sbuf_puts(out,
		  "#ifndef __btf_type_tag\n"
		  "#if defined(__has_attribute) && __has_attribute(btf_type_tag)\n"
		  "#define __btf_type_tag(x) __attribute__((btf_type_tag(x)))\n"
		  "#else\n"
		  "#define __btf_type_tag(x)\n"
		  "#endif\n"
		  "#endif\n\n");
}

static void put_tail(const struct c_dump *c, struct sbuf *out)
{
	if (c->has_records)
		sbuf_puts(out, IF_CORE "#pragma clang attribute pop\n"
			       "#endif\n\n");
	sbuf_puts(out, "#endif /* __VMLINUX_H__ */\n");
}

static void define_named(struct c_dump *c)
{
	for (u32 id = c->b->first_id; id <= btf_n_types(c->b) && !c->err; id++) {
		const struct btf_type *t = btf_type(c->b, id);

		if (c_is_fwd(t))
			declare(c, id);
		else if (t->name_off && (btf_is_composite(t) || btf_is_enum(t) ||
					 btf_kind(t) == BTF_KIND_TYPEDEF))
			define(c, id);
	}
}

/* Enums without a name that no type holds still name constants. */
static void define_constants(struct c_dump *c)
{
	for (u32 id = c->b->first_id; id <= btf_n_types(c->b) && !c->err; id++) {
		const struct btf_type *t = btf_type(c->b, id);

		if (btf_is_enum(t) && !t->name_off && btf_vlen(t) && !c->printed[id])
			c_put_definition(c, id);
	}
}

static void (*const passes[])(struct c_dump *c) = {
	c_name_types,
	/* From here on each type has its name. */
	define_named,
	define_constants,
};

static int alloc(struct c_dump *c)
{
	size_t n = (size_t)btf_n_types(c->b) + 1;

	c->state = calloc(n, 1);
	c->declared = calloc(n, 1);
	c->printed = calloc(n, 1);
	c->number = calloc(n, sizeof(u32));
	c->twin = calloc(n, sizeof(u32));
	c->align = (struct btf_aligner){ c->b, calloc(n, 1) };
	return c->state && c->declared && c->printed && c->number && c->twin && c->align.known ?
	       c_names_init(&c->names) : -ENOMEM;
}

/* Anonymous types can be used many times over, each with many others in it. */
static size_t text_limit(const struct btf *b)
{
	size_t size = 0;

	for (; b; b = b->base)
		size += (size_t)b->words.n * sizeof(u32) + b->strs.n;
	return 16 * size + (1 << 20);
}

static void dump_free(struct c_dump *c)
{
	free(c->state);
	free(c->declared);
	free(c->printed);
	free(c->number);
	free(c->twin);
	free(c->align.known);
	c_names_free(&c->names);
	vec_free(&c->stack);
	vec_free(&c->around);
}

int btf_dump_c(struct diag *d, const struct btf *b, const char *file, struct sbuf *out)
{
	struct sbuf body = { 0 };
	struct c_dump c = { .b = b, .d = d, .file = file, .out = &body, .limit = text_limit(b) };
	int err = alloc(&c);

	for (size_t i = 0; i < ARRAY_SIZE(passes) && !err; i++) {
		passes[i](&c);
		err = c.err;
	}
	if (!err) {
		put_head(&c, out);
		sbuf_put(out, sbuf_str(&body), body.size);
		put_tail(&c, out);
		err = sbuf_err(&body) ? -ENOMEM : sbuf_err(&c.names.scratch);
	}
	if (!err)
		err = sbuf_err(out);
	if (err == -ENOMEM)
		diag_raise(d, DIAG_NO_MEMORY, NULL, "writing types as C");
	sbuf_free(&body);
	dump_free(&c);
	return err;
}
