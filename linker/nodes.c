/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* One node for each symbol of each input, in the order of the inputs and their symbol tables. */
#include "linker/link_int.h"

static enum link_kind defined_kind(const struct obj *o, const struct obj_sym *sym)
{
	enum obj_sec_kind kind = obj_sec(o, sym->sec)->kind;

	if (sym->common)
		return LINK_VAR;
	if (sym->bind == STB_LOCAL && sym->type == STT_NOTYPE)
		return LINK_LABEL;
	if (obj_sec_is_code(kind))
		return LINK_FUNC;
	return kind == OBJ_SEC_MAPS ? LINK_MAP : LINK_VAR;
}

static enum link_kind extern_kind(enum obj_extern_kind kind)
{
	static const enum link_kind kinds[] = {
		[OBJ_EXTERN_FUNC] = LINK_FUNC,
		[OBJ_EXTERN_VAR] = LINK_VAR,
		[OBJ_EXTERN_MAP] = LINK_MAP,
		[OBJ_EXTERN_KFUNC] = LINK_KFUNC,
		[OBJ_EXTERN_KSYM] = LINK_KSYM,
		[OBJ_EXTERN_KCONFIG] = LINK_KCONFIG,
	};

	return kinds[kind];
}

/* Internal and protected mean nothing without a dynamic linker. */
static u8 visibility(struct link *l, const struct obj *o, sym_id id)
{
	const struct obj_sym *sym = obj_sym(o, id);
	struct weld_where at;

	if (sym->vis == STV_DEFAULT || sym->vis == STV_HIDDEN)
		return sym->vis;
	at = obj_where_sym(o, id);
	diag_raise(l->diag, DIAG_LINK_VISIBILITY, &at, sym->name,
		   sym->vis == STV_PROTECTED ? "protected" : "internal");
	return STV_DEFAULT;
}

/* What a common symbol asks for, within reason. */
static u16 common_align(const struct obj_sym *sym)
{
	if (!sym->common)
		return 0;
	return is_power_of_2(sym->value) && sym->value <= 4096 ? (u16)sym->value : 8;
}

static void fill_node(struct link *l, struct link_node *n)
{
	const struct obj *o = link_obj(l, n->input);
	const struct obj_sym *sym = obj_sym(o, n->sym);

	n->as = sym->name;
	n->bind = sym->bind;
	n->btf_id = sym->btf_id;
	n->kind = LINK_SKIP;
	if (!n->sym.i || sym->type == STT_SECTION || sym->type == STT_FILE)
		return;
	n->vis = visibility(l, o, n->sym);
	n->is_def = sym->sec.i || sym->common || sym->absolute;
	n->kind = n->is_def ? defined_kind(o, sym) : LINK_LABEL;
	n->common_align = common_align(sym);
	/* What it is called in BTF would be left without a place there: no section lists labels. */
	if (n->kind == LINK_LABEL)
		n->btf_id = 0;
	if (n->kind != LINK_FUNC || sym->value % 8)
		return;
	n->func = obj_func_at(o, sym->sec, (u32)(sym->value / 8));
	n->is_entry = n->func.i && obj_func(o, n->func)->is_entry;
	if (n->func.i && obj_func(o, n->func)->sym.i == n->sym.i && obj_func(o, n->func)->btf_id)
		n->btf_id = obj_func(o, n->func)->btf_id;
}

static void fill_externs(struct link *l, input_id input)
{
	const struct obj *o = link_obj(l, input);

	for (u32 i = 0; i < o->externs.n; i++) {
		const struct obj_extern *e = &o->externs.v[i];
		struct link_node *n = link_node(l, link_node_of(l, input, e->sym));

		n->kind = extern_kind(e->kind);
		n->map = e->map;
		if (e->btf_id)
			n->btf_id = e->btf_id;
	}
}

static void fill_maps(struct link *l, input_id input)
{
	const struct obj *o = link_obj(l, input);

	for (u32 i = 1; i < o->maps.n; i++)
		if (o->maps.v[i].sym.i)
			link_node(l, link_node_of(l, input, o->maps.v[i].sym))->map.i = i;
}

int link_collect_nodes(struct link *l)
{
	for (u32 i = 1; i < l->inputs.n; i++) {
		struct link_input *in = &l->inputs.v[i];
		input_id input = { i };

		in->first_node.i = l->nodes.n;
		if (vec_reserve(&l->nodes, in->obj->syms.n))
			return -ENOMEM;
		for (u32 s = 0; s < in->obj->syms.n; s++) {
			struct link_node *n = vec_push(&l->nodes);

			n->input = input;
			n->sym.i = s;
			n->to = link_node_of(l, input, n->sym);
			fill_node(l, n);
		}
		fill_externs(l, input);
		fill_maps(l, input);
	}
	l->first_clone = l->nodes.n;
	return 0;
}
