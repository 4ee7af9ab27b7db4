/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * One BTF out of many. Plain types (what C calls types) are appended and deduplicated. Entities
 * (FUNC, VAR, DATASEC and the tags on them) say what the symbols say, so they are not merged but
 * written anew from the output's symbols:
 *
 *	plain types, in the order of the inputs | FUNC and VAR, as the symbols | tags | DATASECs
 *
 * This order is a fixed point: linking the output again gives the same types in the same order,
 * hence the same bytes.
 *
 * A type goes when only entities that are dropped led to it: the prototype of an extern that got
 * its definition, the types of a weak function that lost. Types that nothing ever referred to
 * stay, since programs keep some on purpose (for CO-RE, for user space), unless all that isn't
 * reached is to go.
 */
#include "linker/link_int.h"

#include <stdio.h>
#include <stdlib.h>

/* --- what stays -------------------------------------------------------------------------- */

/* What is found out about a type of an input. */
enum {
	ENTITY = 1 << 0,	/* FUNC or VAR of a symbol that stays; mark_node */
	PLAIN = 1 << 1,
	KEEP = 1 << 2,		/* what stays leads to it */
	DROP = 1 << 3,		/* what goes leads to it */
	USED = 1 << 4,		/* another type refers to it; keep_unused */
	NAMELESS = 1 << 5,	/* an entity whose prototype lacks names; mark_node */
};

/* While one input's types are chosen: both arrays have room for the largest input's ids. */
struct choice {
	const struct btf *btf;
	u32 n;			/* ids, with 0 */
	const u32 *types;	/* of the input, in the output; append_input */
	u8 *marks;
	u32 *work;		/* of btf_mark_below */
	struct btf_folder *folder;	/* of the output's types */
	u32 *clones;		/* nodes, by input; .. */
	u32 *clones_end;	/* .. those of input i end here, where those of i + 1 begin */
	bool only_reached;	/* nothing stays that nothing reaches */
	bool has_tags;
	bool lost_relos;	/* code that goes has CO-RE relocations */
};

/* A parameter without a name, "..." aside. The kernel wants names in the prototype of a FUNC. */
static bool lacks_names(const struct btf *b, const struct btf_type *proto)
{
	const struct btf_param *params = btf_params(proto);

	for (u32 i = 0; i < btf_vlen(proto); i++)
		if (!*btf_str(b, params[i].name_off) && params[i].type)
			return true;
	return false;
}

static void mark_below(struct choice *c, u32 id, u8 bits)
{
	btf_mark_below(c->btf, id, bits, c->marks, c->work);
}

static void mark_type(struct choice *c, u32 id, u8 bits)
{
	if ((c->marks[id] & bits) == bits)
		return;
	c->marks[id] |= bits;
	mark_below(c, id, bits);
}

/* The prototype of a FUNC that stays is replaced if it lacks names. */
static void mark_entity(struct choice *c, u32 id, const struct btf_type *t)
{
	if (!(c->marks[id] & ENTITY)) {
		mark_below(c, id, DROP);
	} else if (c->marks[id] & NAMELESS) {
		mark_below(c, t->type, KEEP);
		mark_below(c, id, DROP);
	} else {
		mark_below(c, id, KEEP);
	}
}

/* From entities on, which all have their symbols' word already. */
static void mark_kinds(struct choice *c)
{
	c->has_tags = false;
	for (u32 id = 1; id < c->n; id++) {
		const struct btf_type *t = btf_type(c->btf, id);

		switch (btf_kind(t)) {
		case BTF_KIND_FUNC:
		case BTF_KIND_VAR:
			mark_entity(c, id, t);
			break;
		case BTF_KIND_DATASEC:
			break;
		case BTF_KIND_DECL_TAG:
			c->has_tags = true;
			break;
		default:
			c->marks[id] |= PLAIN;
		}
	}
}

/* CO-RE relocations of code that stays refer to types directly. */
static void mark_core_relos(const struct link *l, input_id input, struct choice *c)
{
	const struct obj *o = link_obj(l, input);

	c->lost_relos = false;
	for (u32 s = 1; s < o->secs.n; s++)
		for (u32 i = 0; i < o->secs.v[s].core_relos.n; i++) {
			const struct obj_core_relo *r = &o->secs.v[s].core_relos.v[i];
			piece_id p = link_piece_at(l, input, (sec_id){ s }, (u64)r->insn * 8);
			bool lost = link_piece(l, p)->dropped;

			mark_type(c, r->type_id, lost ? DROP : KEEP);
			c->lost_relos |= lost;
		}
}

/* What only relocations that go refer to counts as what nothing refers to. */
static void keep_unused(struct choice *c)
{
	for (u32 id = 1; id < c->n; id++) {
		const struct btf_type *t = btf_type(c->btf, id);
		struct btf_ref_iter it = btf_each_type_ref(t);

		if (btf_kind(t) == BTF_KIND_DECL_TAG)
			continue;
		for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
			c->marks[*ref] |= USED;
	}
	for (u32 id = 1; id < c->n; id++)
		if ((c->marks[id] & (PLAIN | USED)) == PLAIN)
			mark_type(c, id, KEEP);
}

/* Tags on plain types follow them; those on entities are written with the entities. */
static void keep_tags(struct choice *c)
{
	for (u32 id = 1; id < c->n; id++) {
		const struct btf_type *t = btf_type(c->btf, id);

		if (btf_kind(t) == BTF_KIND_DECL_TAG)
			c->marks[id] = c->marks[t->type];
	}
}

/* What is known of its entity while that is at hand goes into the node. */
static void mark_node(struct choice *c, struct link_node *n)
{
	const struct btf_type *t = btf_type(c->btf, n->btf_id);

	n->has_proto = btf_kind(t) == BTF_KIND_FUNC;
	n->lacks_names = n->has_proto && lacks_names(c->btf, btf_type(c->btf, t->type));
	c->marks[n->btf_id] = n->lacks_names ? ENTITY | NAMELESS : ENTITY;
}

/* Calls fn for each node of an input that stays and has an entity. */
static void each_entity(struct link *l, input_id input, struct choice *c,
			void (*fn)(struct choice *c, struct link_node *n))
{
	for (u32 s = 1; s < link_obj(l, input)->syms.n; s++) {
		node_id id = link_node_of(l, input, (sym_id){ s });

		if (link_node(l, id)->btf_id && link_is_kept(l, id))
			fn(c, link_node(l, id));
	}
	for (u32 i = c->clones_end[input.i - 1]; i < c->clones_end[input.i]; i++) {
		node_id id = { c->clones[i] };

		if (link_node(l, id)->btf_id && link_is_kept(l, id))
			fn(c, link_node(l, id));
	}
}

/* Afterwards the mark of a type that stays isn't zero. */
static void choose(struct link *l, input_id input, struct choice *c)
{
	memset(c->marks, 0, c->n);
	each_entity(l, input, c, mark_node);
	mark_kinds(c);
	mark_core_relos(l, input, c);
	/* What neither leads to was there for its own sake. */
	for (u32 id = 1; id < c->n && !c->only_reached; id++)
		if ((c->marks[id] & (PLAIN | KEEP | DROP)) == PLAIN)
			mark_type(c, id, KEEP);
	if (c->lost_relos && !c->only_reached)
		keep_unused(c);
	for (u32 id = 0; id < c->n; id++)
		c->marks[id] = (c->marks[id] & (PLAIN | KEEP)) == (PLAIN | KEEP);
	if (c->has_tags)
		keep_tags(c);
}

static void give_type(struct choice *c, struct link_node *n)
{
	n->type = c->types[btf_type(c->btf, n->btf_id)->type];
}

static int append_input(struct link *l, input_id input, struct choice *c)
{
	struct link_input *in = link_input(l, input);
	u32 first = btf_n_types(l->btf) + 1;
	int err;

	c->btf = in->obj->btf;
	c->n = btf_n_types(c->btf) + 1;
	in->types = arena_array(&l->arena, c->n, sizeof(*in->types));
	if (!in->types)
		return -ENOMEM;
	choose(l, input, c);
	in->has_tags = c->has_tags;
	err = btf_append_some(l->btf, c->btf, c->marks, in->types);
	if (!err)
		err = btf_fold(c->folder, first, in->types, c->n);
	c->types = in->types;
	if (!err)
		each_entity(l, input, c, give_type);
	return err;
}

/* --- prototypes with names --------------------------------------------------------------- */

static int name_params(struct link *l, struct link_node *n)
{
	const struct link_input *in = link_input(l, n->input);
	const struct btf *b = in->obj->btf;
	const struct btf_type *proto = btf_type(b, btf_proto_of(b, n->btf_id));
	int err = btf_add_func_proto(l->btf, in->types[proto->type], &n->type);

	for (u32 i = 0; i < btf_vlen(proto) && !err; i++) {
		const struct btf_param *p = &btf_params(proto)[i];
		const char *name = btf_str(b, p->name_off);
		char made_up[16];

		snprintf(made_up, sizeof(made_up), "arg%u", i);
		err = btf_add_param(l->btf, *name || !p->type ? name : made_up, in->types[p->type]);
	}
	return err;
}

static int name_all_params(struct link *l)
{
	int err = 0;

	for (u32 i = 1; i < l->nodes.n && !err; i++)
		if (l->nodes.v[i].lacks_names)
			err = name_params(l, &l->nodes.v[i]);
	return err;
}

/* folder may be NULL. */
static int dedup(struct link *l, u32 flags, struct btf_folder *folder)
{
	u32 n = btf_n_types(l->btf) + 1;
	u32 *map = calloc(n, sizeof(*map));
	int err = map ? btf_dedup(l->btf, flags, map) : -ENOMEM;

	for (u32 i = 1; i < l->inputs.n && !err; i++) {
		const struct link_input *in = &l->inputs.v[i];

		for (u32 id = 1; in->types && id <= btf_n_types(in->obj->btf); id++)
			in->types[id] = map[in->types[id]];
	}
	for (u32 i = 1; i < l->nodes.n && !err; i++)
		l->nodes.v[i].type = map[l->nodes.v[i].type];
	if (!err && folder)
		btf_folder_move(folder, map);
	free(map);
	return err;
}

/* What compilers write and no kernel takes: GCC's signed char is a char as well, and an enum
 * that is only declared has no size. */
static void mend_types(struct btf *b)
{
	const u32 both = BTF_INT_SIGNED | BTF_INT_CHAR;

	for (u32 id = 1; id <= btf_n_types(b); id++) {
		const struct btf_type *t = btf_type(b, id);

		if (btf_kind(t) == BTF_KIND_INT && BTF_INT_ENCODING(btf_int_word(t)) == both)
			btf_set_encoding(b, id, BTF_INT_SIGNED);
		if (btf_kind(t) == BTF_KIND_ENUM && !t->size)
			btf_set_size(b, id, 4);
	}
}

static int sort_clones(const struct link *l, struct choice *c)
{
	u32 *end = calloc((size_t)l->inputs.n + 1, sizeof(*end));
	u32 *clones = malloc(((size_t)l->nodes.n - l->first_clone + 1) * sizeof(*clones));

	c->clones_end = end;
	c->clones = clones;
	if (!end || !clones)
		return -ENOMEM;
	for (u32 i = l->first_clone; i < l->nodes.n; i++)
		end[l->nodes.v[i].input.i + 1]++;
	for (u32 i = 1; i <= l->inputs.n; i++)
		end[i] += end[i - 1];
	/* Where they begin so far. */
	for (u32 i = l->first_clone; i < l->nodes.n; i++)
		clones[end[l->nodes.v[i].input.i]++] = i;
	return 0;
}

/* Room for the largest input. */
static int new_choice(struct link *l, struct choice *c)
{
	u32 n = 0;

	for (u32 i = 1; i < l->inputs.n; i++)
		if (l->inputs.v[i].obj->btf)
			n = (u32)max_u64(n, btf_n_types(l->inputs.v[i].obj->btf) + 1);
	if (!n)
		return 0;
	c->only_reached = l->gc_types;
	c->marks = malloc(n);
	c->work = malloc(n * sizeof(*c->work));
	if (!c->marks || !c->work || sort_clones(l, c) || btf_new(&l->btf))
		return -ENOMEM;
	return btf_folder_new(l->btf, &c->folder);
}

/* What folding leaves is merged when it has doubled, so that types never take more room than those
 * of a few inputs or twice what is left of all so far. */
static int append_inputs(struct link *l)
{
	enum { TYPES_AT_ONCE = 32768 };
	struct choice c = { 0 };
	u32 n_merged = 0;
	int err = new_choice(l, &c);

	for (u32 i = 1; i < l->inputs.n && !err; i++) {
		if (!l->inputs.v[i].obj->btf)
			continue;
		err = append_input(l, (input_id){ i }, &c);
		if (err || btf_n_types(l->btf) - n_merged < max_u64(TYPES_AT_ONCE, n_merged))
			continue;
		err = dedup(l, BTF_DEDUP_PARTIAL, c.folder);
		n_merged = btf_n_types(l->btf);
	}
	btf_folder_free(c.folder);
	free(c.marks);
	free(c.work);
	free(c.clones);
	free(c.clones_end);
	return err;
}

/* The plain types of all inputs, in input order, each once. */
int link_merge_types(struct link *l)
{
	int err = append_inputs(l);

	if (!err && l->btf)
		err = name_all_params(l);
	if (err || !l->btf)
		return err;
	mend_types(l->btf);
	return dedup(l, 0, NULL);
}
