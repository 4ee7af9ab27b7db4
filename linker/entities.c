/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* FUNC, VAR, their tags and DATASEC: written from the output's symbols, in their order. */
#include "linker/link_int.h"

#include <stdlib.h>

#include "lib/base/sort.h"

static int add_func(struct link *l, struct link_node *n, const struct obj_sym *sym)
{
	u32 linkage = !n->is_def ? BTF_FUNC_EXTERN :
		      sym->bind == STB_LOCAL ? BTF_FUNC_STATIC : BTF_FUNC_GLOBAL;

	return btf_add_func(l->btf, n->name, linkage, n->type, &n->out_btf);
}

/*
 * Loaders take the linkage of a map from its BTF and refuse static ones, so all maps are said to
 * be global there. Their ELF symbols say what they are, for whoever links the output again.
 */
static int add_var(struct link *l, struct link_node *n, const struct obj_sym *sym)
{
	u32 linkage = !n->is_def ? BTF_VAR_GLOBAL_EXTERN :
		      sym->bind == STB_LOCAL && n->kind != LINK_MAP ? BTF_VAR_STATIC :
								      BTF_VAR_GLOBAL_ALLOCATED;

	return btf_add_var(l->btf, n->name, linkage, n->type, &n->out_btf);
}

/*
 * Symbols at one place share a FUNC or VAR; it goes with the one of its name, else with the first.
 * BTF has no nameless entities, though ELF may have such symbols.
 */
static void claim_entity(struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	const struct link_input *in = link_input(l, n->input);
	node_id *owner = &in->owners[n->btf_id];
	const char *name;

	if (n->is_clone || !*n->name)
		return;
	if (!owner->i) {
		*owner = id;
		return;
	}
	name = btf_name(in->obj->btf, n->btf_id);
	if (strcmp(link_own_name(l, *owner), name) && !strcmp(link_own_name(l, id), name))
		*owner = id;
}

static int add_entity(struct link *l, node_id id)
{
	struct link_node *n = link_node(l, id);
	const struct obj_sym *sym = obj_sym(l->obj, n->out);
	const struct link_input *in = link_input(l, n->input);
	int err;

	if (!n->btf_id || (!n->is_clone && in->owners[n->btf_id].i != id.i))
		return 0;
	err = n->has_proto ? add_func(l, n, sym) : add_var(l, n, sym);
	if (!n->is_clone)
		in->types[n->btf_id] = n->out_btf;
	return err;
}

/* Other names of an entity mean the same one; so does a declaration that got its definition. */
static void share_entities(struct link *l)
{
	for (u32 i = 0; i < l->out_nodes.n; i++) {
		struct link_node *n = link_node(l, l->out_nodes.v[i]);

		if (n->btf_id && !n->out_btf)
			n->out_btf = link_input(l, n->input)->types[n->btf_id];
	}
	for (u32 i = 1; i < l->nodes.n; i++) {
		const struct link_node *n = &l->nodes.v[i];
		u32 *types = link_input(l, n->input)->types;

		if (n->btf_id && n->to.i != i && !types[n->btf_id])
			types[n->btf_id] = link_node(l, link_root(l, (node_id){ i }))->out_btf;
	}
}

/* --- tags -------------------------------------------------------------------------------- */

/* The decl tags of an input by what they are on: a list from head[target] through next[tag]. */
struct tags {
	u32 *head, *next;
};

static int list_tags(struct arena *a, const struct btf *b, struct tags *tags)
{
	u32 n = btf_n_types(b) + 1;

	tags->head = arena_array(a, n, sizeof(u32));
	tags->next = arena_array(a, n, sizeof(u32));
	if (!tags->head || !tags->next)
		return -ENOMEM;
	for (u32 id = n - 1; id; id--) {
		const struct btf_type *t = btf_type(b, id);

		if (btf_kind(t) != BTF_KIND_DECL_TAG)
			continue;
		tags->next[id] = tags->head[t->type];
		tags->head[t->type] = id;
	}
	return 0;
}

static int add_tags_of(struct link *l, const struct link_node *n, const struct tags *tags)
{
	const struct btf *b = link_obj(l, n->input)->btf;
	int err = 0;

	for (u32 id = tags->head[n->btf_id]; id && !err; id = tags->next[id])
		err = btf_add_decl_tag(l->btf, btf_name(b, id), n->out_btf,
				       btf_component(btf_type(b, id)), NULL);
	return err;
}

static int add_tags(struct link *l)
{
	struct arena a = { 0 };
	struct tags *tags = arena_array(&a, l->inputs.n, sizeof(*tags));
	int err = tags ? 0 : -ENOMEM;

	for (u32 i = 0; i < l->out_nodes.n && !err; i++) {
		const struct link_node *n = link_node(l, l->out_nodes.v[i]);
		struct tags *of = &tags[n->input.i];

		if (!n->out_btf || !link_input(l, n->input)->has_tags)
			continue;
		if (!of->head)
			err = list_tags(&a, link_obj(l, n->input)->btf, of);
		if (!err)
			err = add_tags_of(l, n, of);
	}
	arena_free(&a);
	return err;
}

/* --- datasecs ---------------------------------------------------------------------------- */

/*
 * A member of a DATASEC: group is the number of the output's section, or counts on behind the
 * sections for those that externs are said to be in (.ksyms, .kconfig).
 */
struct member {
	u32 group;
	u32 seq;		/* order of symbols, for a stable sort */
	u64 off, size;
	u32 type;
};

struct groups {
	VEC(struct member) members;
	VEC(const char *) extra;	/* names of groups behind the sections */
	u32 **datasec_of;		/* by input: entity -> its DATASEC there */
	struct arena arena;
};

static int map_datasecs(struct groups *g, const struct btf *b, u32 **out)
{
	u32 *map = arena_array(&g->arena, btf_n_types(b) + 1, sizeof(*map));

	if (!map)
		return -ENOMEM;
	for (u32 id = 1; id <= btf_n_types(b); id++) {
		const struct btf_type *t = btf_type(b, id);

		if (btf_kind(t) != BTF_KIND_DATASEC)
			continue;
		for (u32 i = 0; i < btf_vlen(t); i++)
			map[btf_secinfos(t)[i].type] = id;
	}
	*out = map;
	return 0;
}

static int group_named(struct link *l, struct groups *g, const char *name, u32 *group)
{
	sec_id sec = obj_find_sec(l->obj, name);
	const char **slot;

	for (*group = l->obj->secs.n; !sec.i && *group < l->obj->secs.n + g->extra.n; (*group)++)
		if (!strcmp(g->extra.v[*group - l->obj->secs.n], name))
			return 0;
	if (sec.i) {
		*group = sec.i;
		return 0;
	}
	slot = vec_push(&g->extra);
	if (slot)
		*slot = name;
	return slot ? 0 : -ENOMEM;
}

/* Which DATASEC an extern belongs to is what its input says. */
static int group_extern(struct link *l, struct groups *g, const struct link_node *n, u32 *group)
{
	const struct btf *b = link_obj(l, n->input)->btf;
	u32 **map = &g->datasec_of[n->input.i];
	u32 datasec;
	int err = *map ? 0 : map_datasecs(g, b, map);

	*group = 0;
	if (err)
		return err;
	datasec = (*map)[n->btf_id];
	return datasec ? group_named(l, g, btf_name(b, datasec), group) : 0;
}

static int add_member(struct link *l, struct groups *g, u32 seq)
{
	const struct link_node *n = link_node(l, l->out_nodes.v[seq]);
	const struct obj_sym *sym = obj_sym(l->obj, n->out);
	struct member m = { .group = sym->sec.i, .seq = seq, .off = sym->value, .size = sym->size };
	s64 size = btf_size(l->btf, btf_type(l->btf, n->out_btf)->type);
	int err = 0;

	m.type = n->out_btf;
	if (!n->is_def) {
		err = group_extern(l, g, n, &m.group);
		m.off = 0;
		m.size = 0;
	}
	if (!m.size && size > 0 && btf_kind_of(l->btf, n->out_btf) == BTF_KIND_VAR)
		m.size = (u64)size;
	if (err || !m.group || (sym->sec.i && !*obj_sec(l->obj, sym->sec)->name))
		return err;
	return vec_append(&g->members, &m, 1);
}

static int cmp_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int write_datasecs(struct link *l, const struct groups *g)
{
	u32 group = 0, id;
	int err = 0;

	for (u32 i = 0; i < g->members.n && !err; i++) {
		const struct member *m = &g->members.v[i];

		if (m->group != group) {
			bool is_sec = m->group < l->obj->secs.n;
			struct obj_sec *sec = &l->obj->secs.v[is_sec ? m->group : 0];
			const char *name = is_sec ? sec->name :
						    g->extra.v[m->group - l->obj->secs.n];

			err = btf_add_datasec(l->btf, name, (u32)sec->size, &id);
			if (!err && is_sec)
				sec->datasec = id;
			group = m->group;
		}
		if (!err)
			err = btf_add_secinfo(l->btf, m->type, (u32)m->off, (u32)m->size);
	}
	return err;
}

static int add_datasecs(struct link *l)
{
	struct groups g = { 0 };
	int err = 0;

	g.datasec_of = arena_array(&g.arena, l->inputs.n, sizeof(*g.datasec_of));
	if (!g.datasec_of)
		err = -ENOMEM;
	for (u32 i = 0; i < l->out_nodes.n && !err; i++) {
		const struct link_node *n = link_node(l, l->out_nodes.v[i]);

		if (n->out_btf && (!n->is_def || n->kind == LINK_VAR || n->kind == LINK_MAP))
			err = add_member(l, &g, i);
	}
	if (!err)
		sort_unless_sorted(g.members.v, g.members.n, sizeof(*g.members.v), cmp_members);
	if (!err)
		err = write_datasecs(l, &g);
	vec_free(&g.members);
	vec_free(&g.extra);
	arena_free(&g.arena);
	return err;
}

static int add_entities(struct link *l)
{
	struct arena a = { 0 };
	int err = 0;

	for (u32 i = 1; i < l->inputs.n && !err; i++) {
		struct link_input *in = &l->inputs.v[i];

		if (in->types)
			in->owners = arena_array(&a, btf_n_types(in->obj->btf) + 1,
						 sizeof(*in->owners));
		err = in->types && !in->owners ? -ENOMEM : 0;
	}
	for (u32 i = 0; i < l->out_nodes.n && !err; i++)
		if (link_node(l, l->out_nodes.v[i])->btf_id)
			claim_entity(l, l->out_nodes.v[i]);
	for (u32 i = 0; i < l->out_nodes.n && !err; i++)
		err = add_entity(l, l->out_nodes.v[i]);
	for (u32 i = 1; i < l->inputs.n; i++)
		l->inputs.v[i].owners = NULL;
	arena_free(&a);
	return err;
}

/* The object needn't look for what is known here: what it would find, since names tell it. Other
 * names of a place, and what shared a type by its old name, are left to it. */
static void tell_types(struct link *l)
{
	for (u32 i = 0; i < l->out_nodes.n; i++) {
		const struct link_node *n = link_node(l, l->out_nodes.v[i]);

		if (n->out_btf && !strcmp(btf_name(l->btf, n->out_btf), n->name))
			obj_sym(l->obj, n->out)->btf_id = n->out_btf;
	}
	l->obj->n_typed = btf_n_types(l->btf);
}

/* Hands the finished BTF to the output. */
int link_emit_types(struct link *l)
{
	int err;

	if (!l->btf)
		return 0;
	err = add_entities(l);
	if (!err)
		err = add_tags(l);
	if (!err)
		err = add_datasecs(l);
	share_entities(l);
	if (!err)
		err = btf_renew_strs(l->btf, NULL);
	if (err)
		return err;
	tell_types(l);
	l->obj->btf = l->btf;
	l->btf = NULL;
	return 0;
}
