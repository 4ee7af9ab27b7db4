/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Types as C spells them, for diagnostics.
 *
 * C writes a declaration inside out: what is next to the name comes first in the type. So the walk
 * down a type grows a declarator on both sides, and puts what it ends at in front:
 *
 *	PTR -> ARRAY 4 -> PTR -> INT	name   *name   (*name)[4]   *(*name)[4]   int *(*name)[4]
 */
#include "btf/btf_int.h"

/* Protos within protos are written out MAX_DEPTH levels deep; and MAX_TEXT bytes end any list. */
enum { MAX_DEPTH = 4, MAX_TEXT = 4096, MAX_CHAIN = 4 * BTF_MAX_DEPTH };

struct printer {
	const struct btf *b;
	struct sbuf decl;	/* the declarator so far */
	struct sbuf quals;	/* qualifiers that wait for what they qualify */
	bool after_ptr;		/* the declarator starts with a '*' */
	u32 depth;
};

static void print_decl(const struct btf *b, u32 id, const char *name, u32 depth,
		       struct sbuf *out);

/* New text on both sides of the declarator. */
static void wrap(struct printer *p, const char *before, const char *after)
{
	struct sbuf next = { 0 };

	sbuf_puts(&next, before);
	sbuf_puts(&next, sbuf_str(&p->decl));
	sbuf_puts(&next, after);
	sbuf_free(&p->decl);
	p->decl = next;
}

/* Arrays and functions bind closer than pointers. */
static void close_ptr(struct printer *p)
{
	if (p->after_ptr)
		wrap(p, "(", ")");
	p->after_ptr = false;
}

static void add_ptr(struct printer *p)
{
	struct sbuf star = { 0 };

	sbuf_printf(&star, "*%s", sbuf_str(&p->quals));
	/* "*const *": a space between qualifier and what follows, none at the end. */
	if (star.size > 1 && (!p->decl.size || *sbuf_str(&p->decl) == '['))
		sbuf_trim(&star, star.size - 1);
	wrap(p, sbuf_str(&star), "");
	sbuf_free(&star);
	sbuf_trim(&p->quals, 0);
	p->after_ptr = true;
}

static void add_array(struct printer *p, u32 nelems)
{
	char text[16] = "[]";
	struct sbuf dim = { 0 };

	close_ptr(p);
	sbuf_printf(&dim, "[%u]", nelems);
	wrap(p, "", nelems ? sbuf_str(&dim) : text);
	sbuf_free(&dim);
}

static void add_params(struct printer *p, const struct btf_type *t)
{
	struct sbuf list = { 0 };
	u32 n = btf_vlen(t);

	close_ptr(p);
	sbuf_putc(&list, '(');
	for (u32 i = 0; i < n; i++) {
		const struct btf_param *param = &btf_params(t)[i];

		if (i)
			sbuf_puts(&list, ", ");
		if (p->depth >= MAX_DEPTH || list.size > MAX_TEXT || !param->type) {
			sbuf_puts(&list, "...");
			break;
		}
		print_decl(p->b, param->type, btf_str(p->b, param->name_off), p->depth + 1, &list);
	}
	sbuf_puts(&list, n ? ")" : "void)");
	wrap(p, "", sbuf_str(&list));
	sbuf_free(&list);
}

static void add_qualifier(struct printer *p, const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_CONST:
		sbuf_puts(&p->quals, "const ");
		break;
	case BTF_KIND_VOLATILE:
		sbuf_puts(&p->quals, "volatile ");
		break;
	case BTF_KIND_RESTRICT:
		sbuf_puts(&p->quals, "restrict ");
		break;
	default:
		sbuf_printf(&p->quals, "__attribute__((btf_type_tag(\"%s\"))) ",
			    btf_str(p->b, t->name_off));
	}
}

/* Keyword and name of what a declaration starts with. */
static void put_base(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	const char *name = btf_str(b, t->name_off), *word = "";

	switch (btf_kind(t)) {
	case BTF_KIND_UNKN:
		sbuf_puts(out, "void");
		return;
	case BTF_KIND_STRUCT:
		word = "struct ";
		break;
	case BTF_KIND_UNION:
		word = "union ";
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		word = "enum ";
		break;
	case BTF_KIND_FWD:
		word = btf_kflag(t) ? "union " : "struct ";
		break;
	case BTF_KIND_DATASEC:
		word = "section ";
		break;
	case BTF_KIND_DECL_TAG:
		word = "tag ";
		break;
	}
	sbuf_printf(out, "%s%s", word, *name ? name : "(anonymous)");
}

/* One step down the type; false at its end. */
static bool step(struct printer *p, const struct btf_type *t, u32 *id)
{
	switch (btf_kind(t)) {
	case BTF_KIND_PTR:
		add_ptr(p);
		*id = t->type;
		return true;
	case BTF_KIND_ARRAY:
		add_array(p, btf_array(t)->nelems);
		*id = btf_array(t)->type;
		return true;
	case BTF_KIND_FUNC_PROTO:
		add_params(p, t);
		*id = t->type;
		return true;
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		add_qualifier(p, t);
		*id = t->type;
		return true;
	case BTF_KIND_FUNC:
	case BTF_KIND_VAR:
		if (!p->decl.size)
			sbuf_puts(&p->decl, btf_str(p->b, t->name_off));
		*id = t->type;
		return true;
	default:
		return false;
	}
}

static void print_decl(const struct btf *b, u32 id, const char *name, u32 depth, struct sbuf *out)
{
	struct printer p = { .b = b, .depth = depth };
	const struct btf_type *t = btf_type(b, id);
	u32 n = 0;
	const char *decl;

	sbuf_puts(&p.decl, name);
	while (n < MAX_CHAIN && p.decl.size < 2 * MAX_TEXT && step(&p, t, &id)) {
		t = btf_type(b, id);
		n++;
	}
	sbuf_puts(out, sbuf_str(&p.quals));
	if (n < MAX_CHAIN && p.decl.size < 2 * MAX_TEXT)
		put_base(b, t, out);
	else
		sbuf_puts(out, "...");
	decl = sbuf_str(&p.decl);
	if (*decl && *decl != '[')
		sbuf_putc(out, ' ');
	sbuf_puts(out, decl);
	if (sbuf_err(&p.decl) || sbuf_err(&p.quals))
		out->failed = true;
	sbuf_free(&p.decl);
	sbuf_free(&p.quals);
}

void btf_print_decl(const struct btf *b, u32 id, const char *name, struct sbuf *out)
{
	print_decl(b, id, name ? name : "", 0, out);
}

void btf_print_type(const struct btf *b, u32 id, struct sbuf *out)
{
	print_decl(b, id, "", 0, out);
}

void btf_print_proto(const struct btf *b, u32 id, const char *name, struct sbuf *out)
{
	if (!name)
		name = btf_kind_of(b, id) == BTF_KIND_FUNC ? btf_name(b, id) : "";
	print_decl(b, btf_proto_of(b, id), name, 0, out);
}
