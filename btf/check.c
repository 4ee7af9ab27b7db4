/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What records say: names, references, sizes, chains. Three passes, each relying on those before:
 *
 *	records		each by itself and its references by kind (kinds.def)
 *	chains		no type contains itself; no chain is longer than BTF_MAX_DEPTH
 *	sizes		arrays and members have a size and fit (needs btf_size(), hence chains)
 *
 * The rules are those of kernel/bpf/btf.c, less those that compilers' output breaks and the linker
 * or loader mends: DATASECs may have size 0, FUNCs and VARs may be extern.
 */
#include "btf/btf_int.h"

#include <stdlib.h>

struct check {
	struct diag *d;
	const char *file;
	const struct btf *b;
	u32 types_off;
	u32 strs_end;		/* string offsets are below */
	bool long_strs;		/* some are too long to refer to */
	/* By id, with the base's, since members and parameters refer all over the graph: */
	u8 *kinds;
	u32 *sizes;		/* of what has one by itself, else NO_SIZE */
};

#define NO_SIZE UINT32_MAX

/* A record under check. */
struct rec {
	const struct check *c;
	const struct btf_type *t;
	u32 id;
};

static struct weld_where at(const struct check *c, u32 id)
{
	struct weld_where w = WELD_WHERE_NONE;

	w.file = c->file;
	w.section = ".BTF";
	w.offset = (s64)c->types_off + (s64)c->b->recs.v[id - c->b->first_id] * (s64)sizeof(u32);
	return w;
}

/* A malformed record: "[7] STRUCT 'foo': what". */
static int bad(const struct rec *r, const char *what)
{
	struct weld_where w = at(r->c, r->id);

	return diag_raise(r->c->d, DIAG_BTF_TYPE, &w, r->id, btf_kind_text(btf_kind(r->t)),
			  btf_str(r->c->b, r->t->name_off), what);
}

/* The same, without the name: it is what is wrong. */
static int bad_name(const struct rec *r, const char *what)
{
	struct weld_where w = at(r->c, r->id);

	return diag_raise(r->c->d, DIAG_BTF_TYPE, &w, r->id, btf_kind_text(btf_kind(r->t)), "",
			  what);
}

/* The same, about one of its elements. */
static int bad_element(const struct rec *r, u32 i, const char *what)
{
	struct weld_where w = at(r->c, r->id);

	return diag_raise(r->c->d, DIAG_BTF_ELEMENT, &w, r->id, btf_kind_text(btf_kind(r->t)),
			  btf_str(r->c->b, r->t->name_off), i, what);
}

static int check_head(const struct rec *r)
{
	const struct kind_info *k = &btf_kinds[btf_kind(r->t)];

	if (r->t->info & BTF_INFO_RESERVED)
		return bad(r, "reserved bits of info are set");
	if (btf_kflag(r->t) && !k->kflag)
		return bad(r, "kind_flag is set");
	if (k->vlen == VLEN_UNUSED && btf_vlen(r->t))
		return bad(r, "vlen is not 0");
	if (k->name_rule == NAME_NEEDED && !*btf_str(r->c->b, r->t->name_off))
		return bad(r, "it has no name");
	if (k->name_rule == NAME_NONE && r->t->name_off)
		return bad(r, "it has a name");
	return 0;
}

static int check_strs(const struct rec *r)
{
	struct btf_ref_iter it = str_refs(r->t);

	for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it)) {
		if (*ref >= r->c->strs_end)
			return bad(r, "a string offset lies outside the string section");
		if (r->c->long_strs && btf_str_is_long(r->c->b, *ref))
			return bad_name(r, "a name is longer than 1024 bytes");
	}
	return 0;
}

static int check_refs(const struct rec *r)
{
	u32 allowed = btf_kinds[btf_kind(r->t)].refs;
	struct btf_ref_iter it = type_refs(r->t);

	for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it)) {
		struct weld_where w = at(r->c, r->id);

		if (*ref <= btf_n_types(r->c->b) && allowed >> r->c->kinds[*ref] & 1)
			continue;
		return diag_raise(r->c->d, DIAG_BTF_REF, &w, r->id, btf_kind_text(btf_kind(r->t)),
				  btf_str(r->c->b, r->t->name_off), *ref,
				  *ref > btf_n_types(r->c->b) ? "which does not exist" :
				  btf_kind_text(btf_kind_of(r->c->b, *ref)));
	}
	return 0;
}

/* --- rules of one kind, named by kinds.def ------------------------------------------------ */

/* What needs sizes (members, arrays) comes in check_sizes(). */
static int check_nothing(const struct rec *r)
{
	return 0;
}

static int check_int(const struct rec *r)
{
	u32 word = btf_int_word(r->t), bits = BTF_INT_OFFSET(word) + BTF_INT_BITS(word);

	if (word >> 28 || BTF_INT_ENCODING(word) >> 3)
		return bad(r, "the encoding is not known");
	if (!BTF_INT_BITS(word) || bits > 128 || bits > (u64)r->t->size * 8)
		return bad(r, "its bits do not fit its size");
	return 0;
}

static int check_float(const struct rec *r)
{
	u32 size = r->t->size;

	return size == 2 || size == 4 || size == 8 || size == 12 || size == 16 ? 0 :
	       bad(r, "no float has this size");
}

static int check_array(const struct rec *r)
{
	return btf_array(r->t)->type ? 0 : bad(r, "its elements are void");
}

static int check_enum(const struct rec *r)
{
	/* Clang's forward declarations of enums have no enumerators and size 0. */
	if (!btf_vlen(r->t) && !r->t->size)
		return 0;
	if (r->t->size > 8 || !is_power_of_2(r->t->size))
		return bad(r, "no enum has this size");
	for (u32 i = 0; i < btf_vlen(r->t); i++) {
		u32 name = btf_kind(r->t) == BTF_KIND_ENUM64 ? btf_enums64(r->t)[i].name_off :
							       btf_enums(r->t)[i].name_off;

		if (!*btf_str(r->c->b, name))
			return bad_element(r, i, "an enumerator has no name");
	}
	return 0;
}

static int check_func(const struct rec *r)
{
	return btf_func_linkage(r->t) > BTF_FUNC_EXTERN ? bad(r, "the linkage is not known") : 0;
}

static int check_proto(const struct rec *r)
{
	/* Only the last may be of type 0: it stands for "...". */
	for (u32 i = 0; i + 1 < btf_vlen(r->t); i++)
		if (!btf_params(r->t)[i].type)
			return bad_element(r, i, "a parameter is void");
	return 0;
}

static int check_var(const struct rec *r)
{
	struct weld_where w = at(r->c, r->id);

	if (btf_var_linkage(r->t) > BTF_VAR_GLOBAL_EXTERN)
		return bad(r, "the linkage is not known");
	if (btf_kind_of(r->c->b, r->t->type) == BTF_KIND_FUNC_PROTO)
		return diag_raise(r->c->d, DIAG_BTF_OLD_EXTERN, &w, r->id,
				  btf_str(r->c->b, r->t->name_off));
	return 0;
}

static int check_datasec(const struct rec *r)
{
	for (u32 i = 0; i < btf_vlen(r->t); i++) {
		const struct btf_var_secinfo *v = &btf_secinfos(r->t)[i];

		if (v->size > UINT32_MAX - v->offset)
			return bad_element(r, i, "an entry's end does not fit 32 bits");
		if (r->t->size && v->offset + v->size > r->t->size)
			return bad_element(r, i, "an entry runs past the section's size");
	}
	return 0;
}

/* How many components a tag may choose from. */
static u32 n_components(const struct btf *b, const struct btf_type *owner)
{
	if (btf_kind(owner) == BTF_KIND_FUNC)
		owner = btf_type(b, owner->type);
	return btf_is_composite(owner) || btf_kind(owner) == BTF_KIND_FUNC_PROTO ?
	       btf_vlen(owner) : 0;
}

static int check_decl_tag(const struct rec *r)
{
	s32 i = btf_component(r->t);

	if (i < -1)
		return bad(r, "the component index is negative");
	if (i >= 0 && (u32)i >= n_components(r->c->b, btf_type(r->c->b, r->t->type)))
		return bad(r, "its owner does not have that component");
	return 0;
}

static int (*const check_kind[NR_BTF_KINDS])(const struct rec *r) = {
#define KIND(NAME, text, name, word, vlen, kflag, fixed, elem, refs, check, dump) \
	[BTF_KIND_##NAME] = check_##check,
#include "btf/kinds.def"
#undef KIND
};

/* Whether all references are right; most are, so why not is left to check_strs(), check_refs(). */
static bool references_fit(const struct rec *r)
{
	struct btf_ref_iter ids = type_refs(r->t), strs = str_refs(r->t);
	u32 allowed = btf_kinds[btf_kind(r->t)].refs, n = btf_n_types(r->c->b) + 1;
	bool fit = *strs.head < r->c->strs_end && !r->c->long_strs;

	if (ids.head)
		fit &= *ids.head < n && allowed >> r->c->kinds[*ids.head] & 1;
	for (; ids.left && fit; ids.left--, ids.at += ids.stride)
		fit = *ids.at < n && allowed >> r->c->kinds[*ids.at] & 1;
	for (; strs.left; strs.left--, strs.at += strs.stride)
		fit &= *strs.at < r->c->strs_end;
	return fit;
}

static int check_record(const struct rec *r)
{
	bool fit = references_fit(r);
	int err = fit ? 0 : check_strs(r);

	if (!err)
		err = check_head(r);
	if (!err && !fit)
		err = check_refs(r);
	return err;
}

static int check_records(const struct check *c)
{
	for (u32 i = 0; i < c->b->recs.n; i++) {
		struct rec r = { c, rec_at(c->b, i), c->b->first_id + i };
		int err = check_record(&r);

		/* The rules of a kind look at what the record refers to. */
		if (!err && check_kind[btf_kind(r.t)] != check_nothing)
			err = check_kind[btf_kind(r.t)](&r);
		if (err)
			return err;
	}
	return 0;
}

/* --- sizes -------------------------------------------------------------------------------- */

/* Bits that member i takes, or negative: bit fields have a width, old ones that of their INT. */
static s64 member_bits(const struct rec *r, u32 i)
{
	u32 type = btf_members(r->t)[i].type, width = btf_member_bit_size(r->t, i);
	const struct btf_type *t = btf_type(r->c->b, btf_skip_mods(r->c->b, type));
	s64 size = btf_size(r->c->b, type);

	if (size < 0)
		return size;
	if (width)
		return btf_kind(t) == BTF_KIND_INT || btf_is_enum(t) ?
		       (width <= size * 8 ? (s64)width : -EINVAL) : -EINVAL;
	if (btf_kind(t) == BTF_KIND_INT && !btf_kflag(r->t))
		return (s64)BTF_INT_OFFSET(btf_int_word(t)) + BTF_INT_BITS(btf_int_word(t));
	return size * 8;
}

/* True for members that are clearly right, which nearly all are. */
static bool fits_plainly(const struct rec *r, u32 i)
{
	const struct btf_member *m = &btf_members(r->t)[i];
	u64 end = (u64)btf_member_bit_off(r->t, i) + (u64)r->c->sizes[m->type] * 8;

	return r->c->sizes[m->type] != NO_SIZE && !btf_member_bit_size(r->t, i) &&
	       end <= (u64)r->t->size * 8;
}

static int check_member(const struct rec *r, u32 i)
{
	s64 bits = member_bits(r, i), off = btf_member_bit_off(r->t, i);

	if (bits == -ENOENT)
		return bad_element(r, i, "a member's type has no size");
	if (bits < 0)
		return bad_element(r, i, "a member's size is wrong");
	if (off + bits > (s64)r->t->size * 8)
		return bad_element(r, i, "a member lies outside");
	return 0;
}

static int check_array_size(const struct rec *r)
{
	const struct btf *b = r->c->b;
	u32 index = btf_skip_mods(b, btf_array(r->t)->index_type);

	if (btf_kind_of(b, index) != BTF_KIND_INT)
		return bad(r, "its index type is not an integer");
	switch (btf_size(b, r->id)) {
	case -ENOENT:
		return bad(r, "its elements have no size");
	case -EINVAL:
		return bad(r, "its size does not fit 32 bits");
	default:
		return 0;
	}
}

static int check_sizes(const struct check *c)
{
	for (u32 i = 0; i < c->b->recs.n; i++) {
		struct rec r = { c, rec_at(c->b, i), c->b->first_id + i };
		int err = btf_kind(r.t) == BTF_KIND_ARRAY ? check_array_size(&r) : 0;

		for (u32 m = 0; btf_is_composite(r.t) && !err && m < btf_vlen(r.t); m++)
			err = fits_plainly(&r, m) ? 0 : check_member(&r, m);
		if (err)
			return err;
	}
	return 0;
}

/* --- chains ------------------------------------------------------------------------------- */

/* What the walk through chains knows of a type: 0 not seen, else its depth + 2. */
enum { UNSEEN = 0, OPEN = 1, DEPTH_0 = 2 };

struct frame {
	u32 i;			/* index of the type */
	u32 next;		/* the next of its edges to follow */
	u32 depth;		/* of the deepest type below so far, plus one */
};

struct walk {
	const struct check *c;
	bool through_ptrs;	/* chains of pointers, else of what is contained by value */
	u8 *state;
	struct frame stack[BTF_MAX_DEPTH + 1];
	u32 n;
};

/* Does a kind have edges? */
static bool leads_on(const struct walk *w, u32 kind)
{
	static const u32 mods = KIND_BIT(TYPEDEF) | KIND_BIT(CONST) | KIND_BIT(VOLATILE) |
				KIND_BIT(RESTRICT) | KIND_BIT(TYPE_TAG) | KIND_BIT(ARRAY);
	u32 more = w->through_ptrs ? KIND_BIT(PTR) : KIND_BIT(STRUCT) | KIND_BIT(UNION);

	return (mods | more) >> kind & 1;
}

/*
 * Edge number *n of a type, as an id; 0 behind the last, which is void's id too: no edge there.
 * Most members lead no further: they are passed over.
 */
static u32 edge(const struct walk *w, const struct btf_type *t, u32 *n)
{
	if (btf_is_composite(t)) {
		u32 len = w->through_ptrs ? 0 : btf_vlen(t);

		while (*n < len && !leads_on(w, w->c->kinds[btf_members(t)[*n].type]))
			++*n;
		return *n < len ? btf_members(t)[*n].type : 0;
	}
	if (*n)
		return 0;
	if (btf_kind(t) == BTF_KIND_ARRAY)
		return btf_array(t)->type;
	return btf_is_mod(t) || (w->through_ptrs && btf_kind(t) == BTF_KIND_PTR) ? t->type : 0;
}

static int bad_chain(const struct walk *w, u32 i, bool loop)
{
	struct rec r = { w->c, rec_at(w->c->b, i), w->c->b->first_id + i };
	struct weld_where where = at(w->c, r.id);

	if (loop)
		return bad(&r, w->through_ptrs ? "it points to itself" : "it contains itself");
	return diag_raise(w->c->d, DIAG_BTF_DEEP, &where, r.id, btf_kind_text(btf_kind(r.t)),
			  btf_str(w->c->b, r.t->name_off), BTF_MAX_DEPTH);
}

/* A struct is one deeper than its members, also than those that edge() passes over. */
static u32 least_depth(const struct walk *w, u32 i)
{
	const struct btf_type *t = rec_at(w->c->b, i);

	return btf_is_composite(t) && !w->through_ptrs && btf_vlen(t) ? 1 : 0;
}

/* Follow one edge of the topmost type: push what it leads to, or learn its depth. */
static int follow(struct walk *w, u32 id)
{
	const struct btf *b = w->c->b;
	struct frame *f = &w->stack[w->n - 1];
	u32 i = id - b->first_id, depth;

	f->next++;
	/* The base's types don't lead back here. */
	if (id < b->first_id)
		return 0;
	if (!leads_on(w, w->c->kinds[id])) {
		f->depth = f->depth ? f->depth : 1;
		return 0;
	}
	if (w->state[i] == OPEN)
		return bad_chain(w, i, true);
	if (w->state[i] == UNSEEN) {
		if (w->n > BTF_MAX_DEPTH)
			return bad_chain(w, w->stack[0].i, false);
		w->state[i] = OPEN;
		w->stack[w->n++] = (struct frame){ .i = i, .depth = least_depth(w, i) };
		return 0;
	}
	depth = w->state[i] - DEPTH_0 + 1;
	if (depth > BTF_MAX_DEPTH)
		return bad_chain(w, f->i, false);
	f->depth = depth > f->depth ? depth : f->depth;
	return 0;
}

static int walk_from(struct walk *w, u32 start)
{
	w->state[start] = OPEN;
	w->stack[0] = (struct frame){ .i = start, .depth = least_depth(w, start) };
	w->n = 1;
	while (w->n) {
		struct frame *f = &w->stack[w->n - 1];
		u32 id = edge(w, rec_at(w->c->b, f->i), &f->next);
		int err;

		if (id) {
			err = follow(w, id);
			if (err)
				return err;
			continue;
		}
		w->state[f->i] = (u8)(DEPTH_0 + f->depth);
		/* The type below looks at the edge again and learns the depth. */
		if (--w->n)
			w->stack[w->n - 1].next--;
	}
	return 0;
}

static int check_chains(const struct check *c, bool through_ptrs)
{
	struct walk w = { .c = c, .through_ptrs = through_ptrs };
	struct weld_where none = WELD_WHERE_NONE;
	int err = 0;

	w.state = calloc((size_t)c->b->recs.n + 1, 1);
	if (!w.state)
		return diag_raise(c->d, DIAG_NO_MEMORY, &none, "checking BTF");
	for (u32 i = 0; !err && i < c->b->recs.n; i++)
		if (w.state[i] == UNSEEN && leads_on(&w, c->kinds[c->b->first_id + i]))
			err = walk_from(&w, i);
	free(w.state);
	return err;
}

static void note_types(struct check *c, const struct btf *b)
{
	for (u32 i = 0; i < b->recs.n; i++) {
		const struct btf_type *t = rec_at(b, i);
		u32 id = b->first_id + i, kind = btf_kind(t);
		bool sized = btf_kinds[kind].word == WORD_SIZE && (t->size || !btf_is_enum(t));

		c->kinds[id] = (u8)kind;
		c->sizes[id] = kind == BTF_KIND_PTR ? 8 : sized ? t->size : NO_SIZE;
	}
}

static int prepare(struct check *c)
{
	size_t n = (size_t)btf_n_types(c->b) + 1;
	struct weld_where none = WELD_WHERE_NONE;

	c->kinds = malloc(n);
	c->sizes = malloc(n * sizeof(*c->sizes));
	if (!c->kinds || !c->sizes)
		return diag_raise(c->d, DIAG_NO_MEMORY, &none, "checking BTF");
	c->kinds[0] = BTF_KIND_UNKN;
	c->sizes[0] = NO_SIZE;
	for (const struct btf *b = c->b; b; b = b->base)
		note_types(c, b);
	return 0;
}

int btf_check(struct diag *d, const struct btf *b, const char *file, u32 types_off)
{
	struct check c = { d, file, b, types_off, b->first_str + b->strs.n, btf_has_long_strs(b) };
	int err = prepare(&c);

	if (!err)
		err = check_records(&c);
	if (!err)
		err = check_chains(&c, false);
	if (!err)
		err = check_chains(&c, true);
	/* From here on btf_size() and btf_skip_mods() end, with an exact answer. */
	if (!err)
		err = check_sizes(&c);
	free(c.kinds);
	free(c.sizes);
	return err;
}
