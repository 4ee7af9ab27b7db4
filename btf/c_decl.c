/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * One declaration in C: types around a name, and structs with exactly the layout of the BTF.
 *
 * From its name outwards a declaration is pointers, arrays, parameters and qualifiers, and at the
 * end stands what all of them are of, which C writes first:
 *
 *	CONST PTR ARRAY PTR | INT	int *(*const name)[4]
 *
 * Where a compiler would put a member by itself, the member is only named. If BTF has it further
 * behind, nameless bit fields fill the gap; if BTF has it where alignment forbids, the struct is
 * packed, and all gaps are filled.
 */
#include "btf/c_int.h"

#include <ctype.h>

/* Deeper nesting (of parameters in parameters, anonymous structs in structs) is no real program. */
enum { MAX_NESTED = 200, MAX_PADS = 8 };

static void put_indent(struct c_dump *c, u32 indent)
{
	for (u32 i = 0; i < indent; i++)
		sbuf_putc(c->out, '\t');
}

static int too_large(struct c_dump *c, u32 id)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = c->file;
	return diag_raise(c->d, DIAG_BTF_C_SIZE, &at, id, btf_kind_text(btf_kind_of(c->b, id)),
			  btf_name(c->b, id));
}

/* The text of an anonymous type that is used often is a multiple of its size. */
static bool within_limits(struct c_dump *c, u32 id)
{
	if (c->err)
		return false;
	if (c->out->size <= c->limit && c->depth < MAX_NESTED)
		return true;
	c_fail(c, too_large(c, id));
	return false;
}

/* --- plain types --------------------------------------------------------------------------- */

/* Size of the type that C calls so on a 64-bit machine, 0 when it is none of C's integers. */
static u32 c_int_size(const char *name)
{
	static const struct {
		const char *name;
		u32 size;
	} ints[] = {
		{ "char", 1 }, { "signed char", 1 }, { "unsigned char", 1 }, { "_Bool", 1 },
		{ "short", 2 }, { "short int", 2 }, { "unsigned short", 2 },
		{ "short unsigned int", 2 }, { "unsigned short int", 2 }, { "int", 4 },
		{ "signed int", 4 }, { "unsigned int", 4 }, { "unsigned", 4 }, { "long", 8 },
		{ "long int", 8 }, { "unsigned long", 8 }, { "long unsigned int", 8 },
		{ "unsigned long int", 8 }, { "long long", 8 }, { "long long int", 8 },
		{ "unsigned long long", 8 }, { "long long unsigned int", 8 },
		{ "unsigned long long int", 8 }, { "__int128", 16 }, { "__int128 unsigned", 16 },
		{ "unsigned __int128", 16 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ints); i++)
		if (!strcmp(ints[i].name, name))
			return ints[i].size;
	return 0;
}

/* Names of other languages, and of machines with other sizes, give way to C's of the same size. */
static void put_int(struct c_dump *c, const struct btf_type *t)
{
	bool is_signed = BTF_INT_ENCODING(btf_int_word(t)) & BTF_INT_SIGNED;
	const char *name = btf_str(c->b, t->name_off), *text = "long long";

	if (c_int_size(name) == t->size) {
		sbuf_puts(c->out, name);
		return;
	}
	if (t->size <= 4)
		text = t->size == 1 ? "char" : t->size == 2 ? "short" : "int";
	else if (t->size > 8)
		text = "__int128";
	sbuf_printf(c->out, "%s %s", is_signed ? "signed" : "unsigned", text);
}

static void put_float(struct c_dump *c, const struct btf_type *t)
{
	switch (t->size) {
	case 2:
		sbuf_puts(c->out, "_Float16");
		break;
	case 4:
		sbuf_puts(c->out, "float");
		break;
	case 8:
		sbuf_puts(c->out, "double");
		break;
	default:
		sbuf_puts(c->out, "long double");
	}
}

/* --- enums --------------------------------------------------------------------------------- */

static void put_enum_value(struct c_dump *c, const struct btf_type *t, u32 i)
{
	u64 value = btf_enum_value(t, i);
	bool wide = btf_kind(t) == BTF_KIND_ENUM64;

	if (!btf_kflag(t))
		sbuf_printf(c->out, wide ? "%lluULL" : "%llu", (unsigned long long)value);
	else if (value == 1ull << 63)
		/* The digits alone would be out of range before the minus. */
		sbuf_puts(c->out, "(-9223372036854775807LL - 1)");
	else
		sbuf_printf(c->out, wide ? "%lldLL" : "%lld", (long long)value);
}

static void put_enumerator(struct c_dump *c, const struct btf_type *t, u32 i, u32 indent)
{
	u32 off = btf_kind(t) == BTF_KIND_ENUM64 ? btf_enums64(t)[i].name_off :
						   btf_enums(t)[i].name_off;
	const char *name = c_clean(&c->names, btf_str(c->b, off));
	u32 number = 1;

	c_fail(c, c_reserve(&c->names, C_IDENTS, name, 0, &number));
	put_indent(c, indent);
	sbuf_puts(c->out, name);
	if (number > 1)
		sbuf_printf(c->out, "___%u", number);
	sbuf_puts(c->out, " = ");
	put_enum_value(c, t, i);
	sbuf_puts(c->out, ",\n");
}

static void put_enum(struct c_dump *c, u32 id, u32 indent)
{
	const struct btf_type *t = btf_type(c->b, id);

	c->printed[id] = 1;
	sbuf_puts(c->out, "{\n");
	for (u32 i = 0; i < btf_vlen(t) && within_limits(c, id); i++)
		put_enumerator(c, t, i, indent + 1);
	if (!btf_vlen(t)) {
		/* C has no enum without values; this one has a size. */
		put_indent(c, indent + 1);
		sbuf_printf(c->out, "__empty_enum_%u,\n", id);
	}
	put_indent(c, indent);
	sbuf_putc(c->out, '}');
	if (t->size == 1)
		sbuf_puts(c->out, " __attribute__((mode(byte)))");
	else if (t->size == 2)
		sbuf_puts(c->out, " __attribute__((mode(HI)))");
	else if (t->size == 8)
		sbuf_puts(c->out, " __attribute__((mode(word)))");
}

/* --- structs ------------------------------------------------------------------------------- */

/* Where a struct's next member goes, in bits. */
struct layout {
	const struct btf_type *t;
	u64 at;
	bool packed;
	u32 n_pads;		/* that have a name */
};

/* Where the compiler puts a member by itself. */
static u64 natural_place(const struct c_dump *c, const struct layout *l,
			 const struct btf_member_place *m)
{
	u64 unit = l->packed ? 8 : 8 * (u64)(m->align ? m->align : 1);

	if (!m->width)
		return (l->at + unit - 1) / unit * unit;
	if (l->packed || !m->type_bits)
		return l->at;
	/* A bit field doesn't cross from one unit of its type into the next. */
	if (l->at / m->type_bits == (l->at + m->width - 1) / m->type_bits)
		return l->at;
	return (l->at + m->type_bits - 1) / m->type_bits * m->type_bits;
}

/* Nameless bit fields, none of which crosses 64 bits; an array where that would be many. */
static void put_padding(struct c_dump *c, struct layout *l, u64 to, u32 indent)
{
	while (l->at < to) {
		u64 bits = min_u64(to - l->at, 64 - l->at % 64), bytes = (to - l->at) / 8;

		put_indent(c, indent);
		if (l->at % 64 || bytes <= MAX_PADS * 8) {
			sbuf_printf(c->out, "long: %u;\n", (u32)bits);
			l->at += bits;
		} else {
			sbuf_printf(c->out, "unsigned char __pad%u[%llu];\n", ++l->n_pads,
				    (unsigned long long)bytes);
			l->at += bytes * 8;
		}
	}
}

/* A member's name may be any but a word of C. */
static void put_member_decl(struct c_dump *c, const struct btf_member *m, u32 indent)
{
	const char *name = btf_str(c->b, m->name_off);
	const struct c_name *word;
	struct sbuf text = { 0 };

	if (*name) {
		name = c_clean(&c->names, name);
		word = c_find(&c->names, C_IDENTS, name);
		sbuf_printf(&text, "%s%s", name, word && word->id == C_WORD ? "_" : "");
	}
	c_fail(c, sbuf_err(&text));
	c_put_decl(c, m->type, sbuf_str(&text), indent);
	sbuf_free(&text);
}

static void put_member(struct c_dump *c, struct layout *l, u32 i, u32 indent)
{
	struct btf_member_place m = btf_place_member(&c->align, l->t, i);

	if (btf_kind(l->t) == BTF_KIND_UNION)
		l->at = m.off;
	else if (natural_place(c, l, &m) < m.off)
		put_padding(c, l, m.off, indent);
	put_indent(c, indent);
	put_member_decl(c, &btf_members(l->t)[i], indent);
	if (m.width)
		sbuf_printf(c->out, ": %u", m.width);
	sbuf_puts(c->out, ";\n");
	l->at = m.off + m.bits;
}

static void put_end_padding(struct c_dump *c, struct layout *l, u32 id, u64 end, u32 indent)
{
	u64 unit = l->packed ? 8 : 8 * (u64)btf_align_of(&c->align, id), size = l->t->size * 8ull;

	if (!unit || (end + unit - 1) / unit * unit >= size)
		return;
	l->at = end;
	if (btf_kind(l->t) != BTF_KIND_UNION) {
		put_padding(c, l, size, indent);
		return;
	}
	put_indent(c, indent);
	sbuf_printf(c->out, "unsigned char __pad[%u];\n", l->t->size);
}

static void put_composite(struct c_dump *c, u32 id, u32 indent)
{
	struct layout l = { .t = btf_type(c->b, id) };
	u64 end = 0;

	c->has_records = true;
	l.packed = btf_is_packed(&c->align, id);
	sbuf_puts(c->out, "{\n");
	for (u32 i = 0; i < btf_vlen(l.t) && within_limits(c, id); i++) {
		put_member(c, &l, i, indent + 1);
		end = max_u64(end, l.at);
	}
	put_end_padding(c, &l, id, end, indent + 1);
	put_indent(c, indent);
	sbuf_puts(c->out, l.packed ? "} __attribute__((packed))" : "}");
}

/* --- types around a name ------------------------------------------------------------------- */

static u32 next_in_chain(const struct btf_type *t)
{
	return btf_kind(t) == BTF_KIND_ARRAY ? btf_array(t)->type : t->type;
}

static bool is_around(u32 kind)
{
	switch (kind) {
	case BTF_KIND_PTR:
	case BTF_KIND_ARRAY:
	case BTF_KIND_FUNC_PROTO:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return true;
	default:
		return false;
	}
}

/* What stands around the name: c->around[first .. n), the name's neighbour first. */
struct around {
	u32 first, n;
};

static u32 kind_at(const struct c_dump *c, u32 i)
{
	return btf_kind_of(c->b, c->around.v[i]);
}

/* Text of an attribute is C's only if it is made of what attributes are made of. */
static void put_tag(struct c_dump *c, const struct btf_type *t)
{
	const char *s = btf_str(c->b, t->name_off);
	bool plain = true;

	for (const char *p = s; *p; p++)
		plain &= isalnum((u8)*p) || *p == '_';
	if (plain && !btf_kflag(t))
		sbuf_printf(c->out, " __btf_type_tag(\"%s\")", s);
	else if (plain || !strcmp(s, "address_space(1)"))
		sbuf_printf(c->out, " __attribute__((%s))", s);
}

/*
 * Qualifiers of the pointer at i, or (at a's end) of what all is of: those between it and the
 * pointer before it, seen from the name. On an array they mean its elements.
 */
static void put_quals(struct c_dump *c, const struct around *a, u32 i)
{
	bool is_ptr = i < a->n;
	u32 seen = 0;

	while (i-- > a->first && kind_at(c, i) != BTF_KIND_PTR)
		seen |= 1u << kind_at(c, i);
	if (seen & KIND_BIT(CONST))
		sbuf_puts(c->out, is_ptr ? " const" : "const ");
	if (seen & KIND_BIT(VOLATILE))
		sbuf_puts(c->out, is_ptr ? " volatile" : "volatile ");
	if (seen & KIND_BIT(RESTRICT) && is_ptr)
		sbuf_puts(c->out, " restrict");
}

static void put_tags(struct c_dump *c, const struct around *a, u32 i)
{
	while (i-- > a->first && kind_at(c, i) != BTF_KIND_PTR)
		if (kind_at(c, i) == BTF_KIND_TYPE_TAG)
			put_tag(c, btf_type(c->b, c->around.v[i]));
}

/* Does the pointer at i point to an array or a function? */
static bool needs_parens(const struct c_dump *c, const struct around *a, u32 i)
{
	for (i++; i < a->n; i++) {
		u32 kind = kind_at(c, i);

		if (kind == BTF_KIND_ARRAY || kind == BTF_KIND_FUNC_PROTO)
			return true;
		if (kind == BTF_KIND_PTR)
			return false;
	}
	return false;
}

static void put_before(struct c_dump *c, const struct around *a)
{
	for (u32 i = a->n; i-- > a->first;) {
		if (kind_at(c, i) != BTF_KIND_PTR)
			continue;
		sbuf_puts(c->out, needs_parens(c, a, i) ? "(*" : "*");
		put_quals(c, a, i);
		put_tags(c, a, i);
		if (c->out->data && c->out->data[c->out->size - 1] != '*')
			sbuf_putc(c->out, ' ');
	}
}

static void put_params(struct c_dump *c, u32 id, u32 indent)
{
	const struct btf_type *t = btf_type(c->b, id);
	u32 n = btf_vlen(t);

	sbuf_putc(c->out, '(');
	for (u32 i = 0; i < n && within_limits(c, id); i++) {
		u32 type = btf_params(t)[i].type;

		if (i)
			sbuf_puts(c->out, ", ");
		/* C has no list of "..." alone. */
		if (type)
			c_put_decl(c, type, "", indent);
		else if (n > 1)
			sbuf_puts(c->out, "...");
	}
	sbuf_puts(c->out, n ? ")" : "void)");
}

static void put_after(struct c_dump *c, const struct around *a, u32 indent)
{
	for (u32 i = a->first; i < a->n && !c->err; i++) {
		u32 id = c->around.v[i];

		switch (kind_at(c, i)) {
		case BTF_KIND_PTR:
			sbuf_puts(c->out, needs_parens(c, a, i) ? ")" : "");
			break;
		case BTF_KIND_ARRAY:
			sbuf_printf(c->out, "[%u]", btf_array(btf_type(c->b, id))->nelems);
			break;
		case BTF_KIND_FUNC_PROTO:
			put_params(c, id, indent);
			break;
		}
	}
}

/* A struct, union or enum: its name, or what is in it. */
static void put_tagged(struct c_dump *c, u32 id, u32 indent)
{
	const struct btf_type *t = btf_type(c->b, id);

	sbuf_printf(c->out, "%s ", c_tag_word(t));
	if (t->name_off)
		c_put_name(c, c->twin[id]);
	else if (btf_is_enum(t))
		put_enum(c, id, indent);
	else
		put_composite(c, id, indent);
}

static void put_base(struct c_dump *c, u32 id, u32 indent)
{
	const struct btf_type *t = btf_type(c->b, id);

	switch (btf_kind(t)) {
	case BTF_KIND_INT:
		put_int(c, t);
		break;
	case BTF_KIND_FLOAT:
		put_float(c, t);
		break;
	case BTF_KIND_TYPEDEF:
		c_put_name(c, id);
		break;
	case BTF_KIND_UNKN:
		sbuf_puts(c->out, "void");
		break;
	default:
		put_tagged(c, id, indent);
	}
}

/* A function may return itself as far as the reader of BTF is concerned: that chain has no end, so
 * it is longer than there are types. */
static int collect(struct c_dump *c, u32 *id, struct around *a)
{
	const struct btf_type *t;

	a->first = c->around.n;
	for (t = btf_type(c->b, *id); is_around(btf_kind(t)); t = btf_type(c->b, *id)) {
		if (c->around.n - a->first > btf_n_types(c->b))
			return too_large(c, *id);
		if (vec_append(&c->around, id, 1))
			return -ENOMEM;
		*id = next_in_chain(t);
	}
	a->n = c->around.n;
	return 0;
}

void c_put_decl(struct c_dump *c, u32 id, const char *name, u32 indent)
{
	struct around a;

	if (!within_limits(c, id))
		return;
	c_fail(c, collect(c, &id, &a));
	if (c->err)
		return;
	c->depth++;
	put_quals(c, &a, a.n);
	put_base(c, id, indent);
	put_tags(c, &a, a.n);
	if (*name || a.n > a.first)
		sbuf_putc(c->out, ' ');
	put_before(c, &a);
	sbuf_puts(c->out, name);
	put_after(c, &a, indent);
	c->depth--;
	c->around.n = a.first;
}

/* --- definitions --------------------------------------------------------------------------- */

void c_put_forward(struct c_dump *c, u32 id)
{
	sbuf_printf(c->out, "%s ", c_tag_word(btf_type(c->b, id)));
	c_put_name(c, id);
	sbuf_puts(c->out, ";\n\n");
}

static void put_typedef(struct c_dump *c, u32 id)
{
	struct sbuf name = { 0 };

	sbuf_puts(&name, c_clean(&c->names, btf_name(c->b, id)));
	if (c->number[id] > 1)
		sbuf_printf(&name, "___%u", c->number[id]);
	c_fail(c, sbuf_err(&name));
	sbuf_puts(c->out, "typedef ");
	c_put_decl(c, btf_type(c->b, id)->type, sbuf_str(&name), 0);
	sbuf_free(&name);
}

void c_put_definition(struct c_dump *c, u32 id)
{
	const struct btf_type *t = btf_type(c->b, id);

	if (btf_kind(t) == BTF_KIND_TYPEDEF) {
		put_typedef(c, id);
	} else {
		sbuf_printf(c->out, "%s ", c_tag_word(t));
		if (t->name_off) {
			c_put_name(c, id);
			sbuf_putc(c->out, ' ');
		}
		if (btf_is_enum(t))
			put_enum(c, id, 0);
		else
			put_composite(c, id, 0);
	}
	sbuf_puts(c->out, ";\n\n");
}
