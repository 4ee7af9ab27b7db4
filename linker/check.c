/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Declarations against definitions, by BTF: a symbol that was bound must say the same as what it
 * is bound to. Where one side has no BTF there is nothing to compare (LINK_NO_BTF said so).
 */
#include "linker/link_int.h"

#include <stdio.h>

static const struct btf *btf_of(const struct link *l, node_id id)
{
	return link_obj(l, link_node(l, id)->input)->btf;
}

/* "int prog1(struct xdp_md *ctx)", "unsigned long counts[16]"; the caller frees. */
static struct sbuf spell(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	const struct btf *b = btf_of(l, id);
	struct sbuf text = { 0 };

	if (btf_kind_of(b, n->btf_id) == BTF_KIND_FUNC)
		btf_print_proto(b, n->btf_id, link_node_name(l, id), &text);
	else
		btf_print_decl(b, btf_type(b, n->btf_id)->type, link_node_name(l, id), &text);
	return text;
}

static const char *role(const struct link_node *n)
{
	return n->is_def ? "definition" : "declaration";
}

/* Both sides spelled out under a message that was begun. */
static int end_with_both(struct link *l, struct diag_msg *m, node_id decl, node_id def)
{
	struct weld_where here = link_where(l, decl), there = link_where(l, def);
	struct sbuf a = spell(l, decl), b = spell(l, def);

	diag_note(m, &here, "%s in %s: %s", role(link_node(l, decl)),
		  link_input(l, link_node(l, decl)->input)->name, sbuf_str(&a));
	diag_note(m, &there, "%s in %s: %s", role(link_node(l, def)),
		  link_input(l, link_node(l, def)->input)->name, sbuf_str(&b));
	sbuf_free(&a);
	sbuf_free(&b);
	return diag_end(m);
}

/* decl and def have types that match says something about; why has the words. */
static int raise_types(struct link *l, node_id decl, node_id def, enum link_match match,
		       const char *why)
{
	struct weld_where at = link_where(l, decl);
	const char *kind = link_kind_text(link_node(l, decl)->kind);
	const char *name = link_node_name(l, decl);
	struct diag_msg m;

	if (match == LINK_SIMILAR)
		diag_begin(&m, l->diag, DIAG_LINK_TYPE_SIMILAR, &at, kind, name, why);
	else if (!link_node(l, def)->is_def)
		diag_begin(&m, l->diag, DIAG_LINK_EXTERN_TYPE, &at, kind, name, why);
	else if (link_node(l, decl)->kind == LINK_FUNC || link_node(l, decl)->kind == LINK_KFUNC)
		diag_begin(&m, l->diag, DIAG_LINK_PROTO, &at, name, why);
	else
		diag_begin(&m, l->diag, DIAG_LINK_VAR_TYPE, &at, name, why);
	return end_with_both(l, &m, decl, def);
}

/* Is what the variable holds const, arrays looked into? */
static bool is_const(const struct btf *b, u32 id)
{
	bool found = false;

	while (id) {
		const struct btf_type *t = btf_type(b, id);

		if (btf_kind(t) == BTF_KIND_ARRAY)
			id = btf_array(t)->type;
		else if (btf_is_mod(t))
			id = t->type;
		else
			break;
		found |= btf_kind(t) == BTF_KIND_CONST;
	}
	return found;
}

/* A store through a declaration without const would hit a read-only map. */
static enum link_match compare_const(const struct link *l, node_id decl, node_id def,
				     struct sbuf *why)
{
	const struct btf *btf_a = btf_of(l, decl), *btf_b = btf_of(l, def);
	bool a = is_const(btf_a, btf_type(btf_a, link_node(l, decl)->btf_id)->type);
	bool b = is_const(btf_b, btf_type(btf_b, link_node(l, def)->btf_id)->type);

	if (a == b)
		return LINK_SAME;
	sbuf_trim(why, 0);
	sbuf_printf(why, "the %s is const, the %s isn't", role(link_node(l, a ? decl : def)),
		    role(link_node(l, a ? def : decl)));
	return b ? LINK_DIFFERENT : LINK_SIMILAR;
}

static int check_types_of(struct link *l, node_id decl, node_id def)
{
	struct link_type a = { btf_of(l, decl), link_node(l, decl)->btf_id };
	struct link_type b = { btf_of(l, def), link_node(l, def)->btf_id };
	enum link_match match = LINK_SAME;
	struct sbuf why = { 0 };
	int err;

	if (!a.btf || !b.btf || !a.id || !b.id)
		return 0;
	err = link_compare(&l->same, a, b, &match, &why);
	if (!err && match != LINK_DIFFERENT && link_node(l, def)->kind == LINK_VAR &&
	    btf_kind_of(a.btf, a.id) == BTF_KIND_VAR && btf_kind_of(b.btf, b.id) == BTF_KIND_VAR) {
		enum link_match qualified = compare_const(l, decl, def, &why);

		match = qualified > match ? qualified : match;
	}
	if (!err && match != LINK_SAME)
		err = link_fault(l, raise_types(l, decl, def, match, sbuf_str(&why)));
	sbuf_free(&why);
	return err;
}

/* --- maps -------------------------------------------------------------------------------- */

/*
 * Words for the first attribute that differs, of those that a spells out. b is a definition, whose
 * silence means the default, or a declaration, whose silence means nothing.
 */
static bool maps_differ(const struct obj_map *a, const struct obj_map *b, struct sbuf *why)
{
	u32 said = !b->has || b->is_extern ? a->has & b->has : a->has;
	const struct {
		u32 bit;
		const char *name;
		u64 a, b;
	} attrs[] = {
		{ OBJ_MAP_HAS_TYPE, "type", a->type, b->type },
		{ OBJ_MAP_HAS_KEY, "key_size", a->key_size, b->key_size },
		{ OBJ_MAP_HAS_VALUE, "value_size", a->value_size, b->value_size },
		{ OBJ_MAP_HAS_MAX_ENTRIES, "max_entries", a->max_entries, b->max_entries },
		{ OBJ_MAP_HAS_FLAGS, "map_flags", a->flags, b->flags },
		{ OBJ_MAP_HAS_PINNING, "pinning", a->pinning, b->pinning },
		{ OBJ_MAP_HAS_NUMA, "numa_node", a->numa_node, b->numa_node },
		{ OBJ_MAP_HAS_EXTRA, "map_extra", a->map_extra, b->map_extra },
	};

	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++) {
		if (!(said & attrs[i].bit) || attrs[i].a == attrs[i].b)
			continue;
		sbuf_printf(why, "%s is ", attrs[i].name);
		if (attrs[i].bit == OBJ_MAP_HAS_TYPE)
			sbuf_printf(why, "%s against %s", abi_map_name(a->type),
				    abi_map_name(b->type));
		else
			sbuf_printf(why, "%llu against %llu", (unsigned long long)attrs[i].a,
				    (unsigned long long)attrs[i].b);
		return true;
	}
	return false;
}

/* What the templates of two maps of maps say. */
static bool inner_maps_differ(const struct obj *a, map_id map_a, const struct obj *b, map_id map_b,
			      struct sbuf *why)
{
	map_id in_a = obj_map(a, map_a)->inner, in_b = obj_map(b, map_b)->inner;

	if (!in_a.i || !in_b.i || !maps_differ(obj_map(a, in_a), obj_map(b, in_b), why))
		return false;
	sbuf_puts(why, " in the inner maps");
	return true;
}

static int map_types_differ(struct link *l, node_id decl, node_id def, bool *differ,
			    struct sbuf *why)
{
	const struct obj_map *a = obj_map(link_obj(l, link_node(l, decl)->input),
					  link_node(l, decl)->map);
	const struct obj_map *b = obj_map(link_obj(l, link_node(l, def)->input),
					  link_node(l, def)->map);
	struct link_type key_a = { btf_of(l, decl), a->key_type_id };
	struct link_type key_b = { btf_of(l, def), b->key_type_id };
	struct link_type value_a = { btf_of(l, decl), a->value_type_id };
	struct link_type value_b = { btf_of(l, def), b->value_type_id };
	enum link_match match = LINK_SAME;
	int err = 0;

	if (key_a.id && key_b.id)
		err = link_compare(&l->same, key_a, key_b, &match, why);
	if (!err && match != LINK_DIFFERENT && value_a.id && value_b.id)
		err = link_compare(&l->same, value_a, value_b, &match, why);
	*differ = match == LINK_DIFFERENT;
	return err;
}

static int raise_maps(struct link *l, node_id decl, node_id def, const char *why)
{
	struct weld_where at = link_where(l, decl), there = link_where(l, def);
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_MAP_DEF, &at, link_node_name(l, decl), why,
		   link_input(l, link_node(l, decl)->input)->name,
		   link_input(l, link_node(l, def)->input)->name);
	diag_note(&m, &there, "%s in %s", role(link_node(l, def)),
		  link_input(l, link_node(l, def)->input)->name);
	diag_help(&m, "an extern map may name fewer attributes, but those must be the same");
	return diag_end(&m);
}

static int check_maps(struct link *l, node_id decl, node_id def)
{
	const struct link_node *a = link_node(l, decl), *b = link_node(l, def);
	struct sbuf why = { 0 };
	bool differ;
	int err = 0;

	if (!a->map.i || !b->map.i)
		return 0;
	differ = maps_differ(obj_map(link_obj(l, a->input), a->map),
			     obj_map(link_obj(l, b->input), b->map), &why) ||
		 inner_maps_differ(link_obj(l, a->input), a->map, link_obj(l, b->input), b->map,
				   &why);
	if (!differ)
		err = map_types_differ(l, decl, def, &differ, &why);
	if (!err && differ)
		err = link_fault(l, raise_maps(l, decl, def, sbuf_str(&why)));
	sbuf_free(&why);
	return err;
}

int link_check_types(struct link *l)
{
	int err = 0;

	for (u32 i = 1; i < l->nodes.n && !err; i++) {
		node_id id = { i }, root = link_root(l, id);

		if (root.i == i || !link_kinds_fit(l, root, id) || diag_full(l->diag))
			continue;
		if (link_node(l, root)->kind == LINK_MAP)
			err = check_maps(l, id, root);
		else
			err = check_types_of(l, id, root);
	}
	return err;
}
