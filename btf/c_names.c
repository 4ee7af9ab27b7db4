/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Names in C. A BTF that was merged from many sources has several structs of one name; the first
 * keeps it, the others get a number behind three underscores, as CO-RE's flavours have it, so that
 * relocations still find what they mean. Names in BTF may be any bytes; only C's get out.
 */
#include "btf/c_int.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* Taken from the start: C's own words, and what compilers define. */
static const char *const reserved[] = {
	"auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else",
	"enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register",
	"restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef",
	"union", "unsigned", "void", "volatile", "while", "asm", "typeof", "_Alignas", "_Alignof",
	"_Atomic", "_Bool", "_Complex", "_Generic", "_Imaginary", "_Noreturn", "_Static_assert",
	"_Thread_local", "__int128", "__builtin_va_list", "_Float16", "_Float32", "_Float64",
	"_Float128", "_Float32x", "_Float64x", "__float128", "__bf16", "__fp16",
};

static u64 hash_name(enum c_space space, const char *s)
{
	return hash_mix(hash_str(s), space);
}

struct c_name *c_find(struct c_names *n, enum c_space space, const char *s)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&n->index, hash_name(space, s), &it); i != HMAP_NONE;
	     i = hmap_next(&n->index, &it))
		if (n->names.v[i].space == space &&
		    !strcmp(sbuf_str(&n->text) + n->names.v[i].text, s))
			return &n->names.v[i];
	return NULL;
}

static int add(struct c_names *n, enum c_space space, const char *s, u32 id)
{
	struct c_name *name = vec_push(&n->names);

	if (!name || n->text.size > UINT32_MAX)
		return -ENOMEM;
	*name = (struct c_name){ (u32)n->text.size, space, 1, id };
	sbuf_put(&n->text, s, strlen(s) + 1);
	if (sbuf_err(&n->text))
		return -ENOMEM;
	return hmap_add(&n->index, hash_name(space, s), n->names.n - 1);
}

int c_names_init(struct c_names *n)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(reserved) && !err; i++) {
		err = add(n, C_IDENTS, reserved[i], C_WORD);
		if (!err)
			err = add(n, C_TAGS, reserved[i], C_WORD);
	}
	return err;
}

void c_names_free(struct c_names *n)
{
	sbuf_free(&n->text);
	sbuf_free(&n->scratch);
	vec_free(&n->names);
	hmap_free(&n->index);
}

const char *c_clean(struct c_names *n, const char *s)
{
	bool plain = *s && !isdigit((u8)*s);

	for (const char *p = s; *p && plain; p++)
		plain = isalnum((u8)*p) || *p == '_';
	if (plain)
		return s;
	sbuf_trim(&n->scratch, 0);
	if (!*s || isdigit((u8)*s))
		sbuf_putc(&n->scratch, '_');
	for (; *s; s++)
		sbuf_putc(&n->scratch, isalnum((u8)*s) ? *s : '_');
	return sbuf_str(&n->scratch);
}

/* Numbers that are taken by names that really end so are skipped; each is skipped once. */
int c_reserve(struct c_names *n, enum c_space space, const char *s, u32 id, u32 *number)
{
	struct c_name *name = c_find(n, space, s);
	struct sbuf numbered = { 0 };
	int err = 0;

	*number = 1;
	if (!name)
		return add(n, space, s, id);
	do {
		sbuf_trim(&numbered, 0);
		*number = ++name->n;
		sbuf_printf(&numbered, "%s___%u", s, *number);
		err = sbuf_err(&numbered);
	} while (!err && c_find(n, space, sbuf_str(&numbered)));
	if (!err)
		err = add(n, space, sbuf_str(&numbered), id);
	sbuf_free(&numbered);
	return err;
}

static enum c_space fwd_space(const struct btf_type *t)
{
	return btf_is_enum(t) ? C_ENUM_FWDS : btf_kflag(t) ? C_UNION_FWDS : C_FWDS;
}

/* A declaration is that of the complete type of its name, or of the first declaration of it. */
static int name_fwd(struct c_dump *c, u32 id)
{
	const struct btf_type *t = btf_type(c->b, id);
	const char *s = c_clean(&c->names, btf_str(c->b, t->name_off));
	struct c_name *full = c_find(&c->names, C_TAGS, s);
	struct c_name *first = c_find(&c->names, fwd_space(t), s);
	int err;

	if (full && full->id && full->id != C_WORD &&
	    !strcmp(c_tag_word(btf_type(c->b, full->id)), c_tag_word(t))) {
		c->twin[id] = c->twin[full->id];
		return 0;
	}
	if (first) {
		c->twin[id] = first->id;
		return 0;
	}
	err = c_reserve(&c->names, C_TAGS, s, id, &c->number[id]);
	return err ? err : add(&c->names, fwd_space(t), s, id);
}

void c_name_types(struct c_dump *c)
{
	for (u32 id = 1; id <= btf_n_types(c->b) && !c->err; id++) {
		const struct btf_type *t = btf_type(c->b, id);
		bool tag = btf_is_composite(t) || btf_is_enum(t);

		c->twin[id] = id;
		if (!t->name_off || c_is_fwd(t) || (!tag && btf_kind(t) != BTF_KIND_TYPEDEF))
			continue;
		c_fail(c, c_reserve(&c->names, tag ? C_TAGS : C_IDENTS,
				    c_clean(&c->names, btf_str(c->b, t->name_off)), id,
				    &c->number[id]));
	}
	for (u32 id = 1; id <= btf_n_types(c->b) && !c->err; id++)
		if (c_is_fwd(btf_type(c->b, id)))
			c_fail(c, name_fwd(c, id));
}

void c_put_name(struct c_dump *c, u32 id)
{
	sbuf_puts(c->out, c_clean(&c->names, btf_name(c->b, id)));
	if (c->number[id] > 1)
		sbuf_printf(c->out, "___%u", c->number[id]);
}
