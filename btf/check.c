/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What records say: names, references, sizes, chains. Three passes, each relying on those before:
 *
 *	records		each by itself and its references by kind (kinds.def)
 *	chains		no type contains itself; no chain is longer than BTF_MAX_DEPTH (chain.c)
 *	sizes		arrays and members have a size and fit (needs btf_size(), hence chains)
 *
 * Nearly all records are right at a glance (plain.c), and their sizes and depths known in the first
 * pass; the rules below, which can tell what is wrong, are for the others.
 *
 * The rules are those of kernel/bpf/btf.c, less those that compilers' output breaks and the linker
 * or loader mends: DATASECs may have size 0, FUNCs and VARs may be extern.
 */
#include "btf/check.h"

struct weld_where check_where(const struct check *c, u32 id)
{
	struct weld_where w = WELD_WHERE_NONE;

	w.file = c->file;
	w.section = ".BTF";
	w.offset = (s64)c->types_off + (s64)c->b->recs.v[id - c->b->first_id] * (s64)sizeof(u32);
	return w;
}

int check_bad_rec(const struct rec *r, const char *what)
{
	struct weld_where w = check_where(r->c, r->id);

	return diag_raise(r->c->d, DIAG_BTF_TYPE, &w, r->id, btf_kind_text(btf_kind(r->t)),
			  btf_str(r->c->b, r->t->name_off), what);
}

/* The same, without the name: it is what is wrong. */
static int bad_name(const struct rec *r, const char *what)
{
	struct weld_where w = check_where(r->c, r->id);

	return diag_raise(r->c->d, DIAG_BTF_TYPE, &w, r->id, btf_kind_text(btf_kind(r->t)), "",
			  what);
}

/* The same, about one of its elements. */
static int bad_element(const struct rec *r, u32 i, const char *what)
{
	struct weld_where w = check_where(r->c, r->id);

	return diag_raise(r->c->d, DIAG_BTF_ELEMENT, &w, r->id, btf_kind_text(btf_kind(r->t)),
			  btf_str(r->c->b, r->t->name_off), i, what);
}

static int check_head(const struct rec *r)
{
	const struct kind_info *k = &btf_kinds[btf_kind(r->t)];

	if (r->t->info & BTF_INFO_RESERVED)
		return check_bad_rec(r, "reserved bits of info are set");
	if (btf_kflag(r->t) && !k->kflag)
		return check_bad_rec(r, "kind_flag is set");
	if (k->vlen == VLEN_UNUSED && btf_vlen(r->t))
		return check_bad_rec(r, "vlen is not 0");
	if (k->name_rule == NAME_NEEDED && !*btf_str(r->c->b, r->t->name_off))
		return check_bad_rec(r, "it has no name");
	if (k->name_rule == NAME_NONE && r->t->name_off)
		return check_bad_rec(r, "it has a name");
	return 0;
}

static int check_strs(const struct rec *r)
{
	struct btf_ref_iter it = str_refs(r->t);

	for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it)) {
		if (*ref >= r->c->strs_end)
			return check_bad_rec(r, "a string offset lies outside the string section");
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
		struct weld_where w = check_where(r->c, r->id);

		if (*ref < r->c->ids_end && allowed >> r->c->kinds[*ref] & 1)
			continue;
		return diag_raise(r->c->d, DIAG_BTF_REF, &w, r->id, btf_kind_text(btf_kind(r->t)),
				  btf_str(r->c->b, r->t->name_off), *ref,
				  *ref >= r->c->ids_end ? "which does not exist" :
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
		return check_bad_rec(r, "the encoding is not known");
	if (!BTF_INT_BITS(word) || bits > 128 || bits > (u64)r->t->size * 8)
		return check_bad_rec(r, "its bits do not fit its size");
	return 0;
}

static int check_float(const struct rec *r)
{
	u32 size = r->t->size;

	return size == 2 || size == 4 || size == 8 || size == 12 || size == 16 ? 0 :
	       check_bad_rec(r, "no float has this size");
}

static int check_array(const struct rec *r)
{
	return btf_array(r->t)->type ? 0 : check_bad_rec(r, "its elements are void");
}

static int check_enum(const struct rec *r)
{
	/* Clang's forward declarations of enums have no enumerators and size 0. */
	if (!btf_vlen(r->t) && !r->t->size)
		return 0;
	if (r->t->size > 8 || !is_power_of_2(r->t->size))
		return check_bad_rec(r, "no enum has this size");
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
	return btf_func_linkage(r->t) <= BTF_FUNC_EXTERN ? 0 :
	       check_bad_rec(r, "the linkage is not known");
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
	struct weld_where w = check_where(r->c, r->id);

	if (btf_var_linkage(r->t) > BTF_VAR_GLOBAL_EXTERN)
		return check_bad_rec(r, "the linkage is not known");
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
		return check_bad_rec(r, "the component index is negative");
	if (i >= 0 && (u32)i >= n_components(r->c->b, btf_type(r->c->b, r->t->type)))
		return check_bad_rec(r, "its owner does not have that component");
	return 0;
}

static int (*const check_kind[NR_BTF_KINDS])(const struct rec *r) = {
#define KIND(NAME, text, name, word, vlen, kflag, fixed, elem, refs, check, dump) \
	[BTF_KIND_##NAME] = check_##check,
#include "btf/kinds.def"
#undef KIND
};

int check_record(const struct rec *r)
{
	int err = check_strs(r);

	if (!err)
		err = check_head(r);
	if (!err)
		err = check_refs(r);
	/* The rules of a kind look at what the record refers to. */
	return err ? err : check_kind[btf_kind(r->t)](r);
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
		return check_bad_rec(r, "its index type is not an integer");
	switch (btf_size(b, r->id)) {
	case -ENOENT:
		return check_bad_rec(r, "its elements have no size");
	case -EINVAL:
		return check_bad_rec(r, "its size does not fit 32 bits");
	default:
		return 0;
	}
}

static int check_members(const struct rec *r)
{
	const struct btf_member *m = btf_members(r->t);
	u64 bits = (u64)r->t->size * 8;
	int err = 0;

	for (u32 i = 0; i < btf_vlen(r->t) && !err; i++)
		if (!check_member_fits(&r->c->notes[m[i].type], m[i].offset, btf_kflag(r->t), bits))
			err = check_member(r, i);
	return err;
}

/* Now that all is known of what they refer to. */
static int check_sizes(const struct check *c)
{
	int err = 0;

	for (u32 n = 0; n < c->later.n && !err; n++) {
		u32 i = c->later.v[n];
		struct rec r = { c, rec_at(c->b, i), c->b->first_id + i };

		if (btf_is_composite(r.t))
			err = check_members(&r);
		else if (btf_kind(r.t) == BTF_KIND_ARRAY)
			err = check_array_size(&r);
	}
	return err;
}

int check_all(struct check *c)
{
	int err = check_records(c);

	/* From here on references are right. */
	if (err)
		return err;
	check_again(c);
	err = check_chains(c, BY_VALUE);
	if (!err)
		err = check_chains(c, BY_PTR);
	/* From here on btf_size() and btf_skip_mods() end, with an exact answer. */
	return err ? err : check_sizes(c);
}
