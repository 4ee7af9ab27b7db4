/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Where each record is, and whether it is right at a glance.
 *
 * The rules are in check.c, and who breaks them is told there. A kernel has 127 thousand types, and
 * nearly all are of few kinds and refer to types that come before them, so that a look at eight
 * bytes a reference shows that all is well, while the processor waits for where the next record is.
 * What must never be said here of a record that breaks a rule is that it is plain (fuzz_btf.c and
 * test_btf_bad.c compare); what can't be told is left to them.
 *
 * Sizes and depths go from the lower ids to the higher ones: a type that refers to what isn't known
 * yet stays unknown itself.
 */
#include "btf/check.h"

#include <stdlib.h>

static bool str_is_plain(const struct check *c, u32 off)
{
	return off < c->plain_strs_end;
}

/* Of b's own table; most strings of split BTF's own records are. */
static bool has_text(const struct check *c, u32 off)
{
	return off >= c->b->first_str && str_is_plain(c, off) &&
	       c->b->strs.v[off - c->b->first_str];
}

static bool head_is_plain(const struct check *c, const struct btf_type *t,
			  const struct kind_info *k)
{
	if (t->info & k->info_zero || !str_is_plain(c, t->name_off))
		return false;
	if (k->name_rule == NAME_OPTIONAL)
		return true;
	return k->name_rule == NAME_NONE ? !t->name_off : has_text(c, t->name_off);
}

/* The note of what a reference leads to; NULL unless it is of an allowed kind. */
static const struct btf_note *follow(const struct check *c, u32 id, u32 allowed)
{
	return id < c->ids_end && allowed >> c->kinds[id] & 1 ? &c->notes[id] : NULL;
}

/* The state one step above another; chains that are too long stay unknown. */
static u8 deeper(u8 depth)
{
	return depth != UNSEEN && depth < DEPTH_0 + BTF_MAX_DEPTH ? depth + 1 : UNSEEN;
}

static enum plain look_at_mod(const struct check *c, const struct btf_type *t,
			      struct btf_note *note)
{
	const struct btf_note *to = follow(c, t->type, btf_kinds[btf_kind(t)].refs);

	if (!to)
		return NOT_PLAIN;
	note->size = to->size;
	note->plain_kind = to->plain_kind;
	note->depth[BY_VALUE] = deeper(to->depth[BY_VALUE]);
	note->depth[BY_PTR] = deeper(to->depth[BY_PTR]);
	return note->depth[BY_VALUE] && note->depth[BY_PTR] ? PLAIN : PLAIN_SO_FAR;
}

static enum plain look_at_ptr(const struct check *c, const struct btf_type *t,
			      struct btf_note *note)
{
	const struct btf_note *to = follow(c, t->type, btf_kinds[BTF_KIND_PTR].refs);

	if (!to)
		return NOT_PLAIN;
	note->depth[BY_PTR] = deeper(to->depth[BY_PTR]);
	return note->depth[BY_PTR] ? PLAIN : PLAIN_SO_FAR;
}

static enum plain look_at_array(const struct check *c, const struct btf_type *t,
				struct btf_note *note)
{
	const struct btf_array *a = btf_array(t);
	u32 allowed = btf_kinds[BTF_KIND_ARRAY].refs;
	const struct btf_note *to = follow(c, a->type, allowed & ~KIND_BIT(UNKN));
	const struct btf_note *index = follow(c, a->index_type, allowed);
	u64 size;

	if (!to || !index)
		return NOT_PLAIN;
	size = (u64)to->size * a->nelems;
	note->depth[BY_VALUE] = deeper(to->depth[BY_VALUE]);
	note->depth[BY_PTR] = deeper(to->depth[BY_PTR]);
	if (!size || size > UINT32_MAX || index->plain_kind != BTF_KIND_INT)
		return PLAIN_SO_FAR;
	note->size = (u32)size;
	return note->depth[BY_VALUE] && note->depth[BY_PTR] ? PLAIN : PLAIN_SO_FAR;
}

static enum plain look_at_composite(const struct check *c, const struct btf_type *t,
				    struct btf_note *note)
{
	const struct btf_member *m = btf_members(t), *end = m + btf_vlen(t);
	/* A struct is one deeper than its deepest member. */
	u8 deepest = m < end ? DEPTH_0 : BELOW, shallowest = DEPTH_0;
	u32 allowed = btf_kinds[btf_kind(t)].refs;
	u64 bits = (u64)t->size * 8;
	bool kflag = btf_kflag(t), fit = true;

	for (; m < end; m++) {
		const struct btf_note *of = follow(c, m->type, allowed);

		if (!of || !str_is_plain(c, m->name_off))
			return NOT_PLAIN;
		fit &= check_member_fits(of, m->offset, kflag, bits);
		deepest = of->depth[BY_VALUE] > deepest ? of->depth[BY_VALUE] : deepest;
		shallowest = of->depth[BY_VALUE] < shallowest ? of->depth[BY_VALUE] : shallowest;
	}
	note->depth[BY_VALUE] = shallowest == UNSEEN ? UNSEEN : deeper(deepest);
	return fit && note->depth[BY_VALUE] ? PLAIN : PLAIN_SO_FAR;
}

static enum plain look_at_proto(const struct check *c, const struct btf_type *t)
{
	const struct btf_param *p = btf_params(t), *end = p + btf_vlen(t);
	u32 allowed = btf_kinds[BTF_KIND_FUNC_PROTO].refs;

	if (!follow(c, t->type, allowed))
		return NOT_PLAIN;
	for (; p < end; p++)
		/* Void is for the last. */
		if (!str_is_plain(c, p->name_off) || !follow(c, p->type, allowed) ||
		    (!p->type && p + 1 < end))
			return NOT_PLAIN;
	return PLAIN;
}

/* Names of enumerators are each n words behind the last. */
static enum plain look_at_enum(const struct check *c, const struct btf_type *t, u32 n)
{
	const u32 *name = (const u32 *)(t + 1), *end = name + btf_vlen(t) * n;

	if (!t->size || t->size > 8 || !is_power_of_2(t->size))
		return NOT_PLAIN;
	for (; name < end; name += n)
		if (!has_text(c, *name))
			return NOT_PLAIN;
	return PLAIN;
}

static enum plain look_at_func(const struct check *c, const struct btf_type *t)
{
	return btf_func_linkage(t) <= BTF_FUNC_EXTERN &&
	       follow(c, t->type, btf_kinds[BTF_KIND_FUNC].refs) ? PLAIN : NOT_PLAIN;
}

/* What it may not be besides is an extern function as old compilers wrote them. */
static enum plain look_at_var(const struct check *c, const struct btf_type *t)
{
	return btf_var_linkage(t) <= BTF_VAR_GLOBAL_EXTERN &&
	       follow(c, t->type, btf_kinds[BTF_KIND_VAR].refs & ~KIND_BIT(FUNC_PROTO)) ?
		       PLAIN :
		       NOT_PLAIN;
}

static inline enum plain look_at(const struct check *c, const struct btf_type *t,
				 struct btf_note *note)
{
	u32 kind = btf_kind(t);
	const struct kind_info *k = &btf_kinds[kind];

	if (!head_is_plain(c, t, k))
		return NOT_PLAIN;
	switch (kind) {
	case BTF_KIND_FUNC:
		return look_at_func(c, t);
	case BTF_KIND_FUNC_PROTO:
		return look_at_proto(c, t);
	case BTF_KIND_VAR:
		return look_at_var(c, t);
	case BTF_KIND_PTR:
		return look_at_ptr(c, t, note);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return look_at_composite(c, t, note);
	case BTF_KIND_ARRAY:
		return look_at_array(c, t, note);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return look_at_enum(c, t, k->n_element);
	default:
		return KINDS_MOD >> kind & 1 ? look_at_mod(c, t, note) : NOT_PLAIN;
	}
}

static const struct btf_type *word_at(const struct btf *b, u32 i)
{
	return (const struct btf_type *)&b->words.v[i];
}

/* Words of records by kind, close together: where the next record is depends on it. */
static const struct {
	u8 head, element;	/* head is 0 for what is no kind */
} n_words[1 + BTF_INFO_KIND(UINT32_MAX)] = {
#define KIND(NAME, txt, nam, wrd, vln, kfl, fix, elem, ...)			\
	[BTF_KIND_##NAME] = { HEAD_WORDS + sizeof(fix) - 1, sizeof(elem) - 1 },
#include "btf/kinds.def"
#undef KIND
};

/* How many words the record at word i has; 0 when it is cut off, or of no kind that is known. */
static u32 whole_words(const struct btf *b, u32 i)
{
	const struct btf_type *t = word_at(b, i);
	u32 left = b->words.n - i, kind, n;

	if (left < HEAD_WORDS)
		return 0;
	kind = btf_kind(t);
	n = n_words[kind].head + btf_vlen(t) * n_words[kind].element;
	return n <= left ? n : 0;
}

static void note(struct check *c, u32 id, const struct btf_type *t)
{
	const struct kind_info *k = &btf_kinds[btf_kind(t)];

	c->kinds[id] = (u8)btf_kind(t);
	c->notes[id] = k->note;
	c->notes[id].size |= t->size & k->size_mask;
}

/* Void and the base's types: all that is asked of them. */
static void note_base(struct check *c)
{
	for (const struct btf *b = c->b->base; b; b = b->base) {
		for (u32 i = 0; i < b->recs.n; i++) {
			note(c, b->first_id + i, rec_at(b, i));
			memset(c->notes[b->first_id + i].depth, BELOW, N_CHAINS);
		}
	}
	c->kinds[0] = BTF_KIND_UNKN;
	c->notes[0] = (struct btf_note){ .depth = { BELOW, BELOW } };
}

/* Room for more than there can be; pages that aren't touched cost nothing. */
static int make_room(struct check *c)
{
	u32 most = c->b->words.n / HEAD_WORDS;
	size_t n = (size_t)c->b->first_id + most;

	c->kinds = malloc(n);
	c->notes = malloc(n * sizeof(*c->notes));
	return !c->kinds || !c->notes || vec_reserve(&c->b->recs, most) ||
	       vec_reserve(&c->later, most) ? -ENOMEM : 0;
}

/*
 * Functions are two thirds of a kernel's types. That nearly all refer to what came before them can
 * be seen at once. FUNCs get no notes, which nobody would read. kinds has those of ids below id.
 */
static inline bool is_plain_func(const struct btf_type *t, u32 id, const u8 *kinds, u32 strs_end)
{
	return btf_kind(t) == BTF_KIND_FUNC && !(t->info & btf_kinds[BTF_KIND_FUNC].info_zero) &&
	       btf_func_linkage(t) <= BTF_FUNC_EXTERN && t->name_off < strs_end &&
	       t->type < id && kinds[t->type] == BTF_KIND_FUNC_PROTO;
}

static inline bool is_plain_proto(const struct btf_type *t, u32 id, const u8 *kinds, u32 strs_end)
{
	const struct kind_info *k = &btf_kinds[BTF_KIND_FUNC_PROTO];
	const struct btf_param *p, *end;

	if (btf_kind(t) != BTF_KIND_FUNC_PROTO || t->info & k->info_zero || t->name_off ||
	    t->type >= id || !(k->refs >> kinds[t->type] & 1))
		return false;
	for (p = btf_params(t), end = p + btf_vlen(t); p < end; p++)
		/* Void is for the last. */
		if (p->name_off >= strs_end || p->type >= id ||
		    !(k->refs >> kinds[p->type] & 1) || (!p->type && p + 1 < end))
			return false;
	return true;
}

/* GCC 12 leaves bytes in a FWD's third word, which the kernel refuses. */
static int clear_unused(struct btf *b, u32 i)
{
	if (btf_kinds[btf_kind(word_at(b, i))].word != WORD_UNUSED || !word_at(b, i)->size)
		return 0;
	if (btf_own(b))
		return -ENOMEM;
	b->words.v[i + HEAD_WORDS - 1] = 0;
	return 0;
}

int check_index(struct check *c, u32 *bad)
{
	struct btf *b = c->b;
	u32 i = 0, id = b->first_id, n_later = 0, *recs, *later, strs_end;
	u8 *kinds;

	if (make_room(c))
		return -ENOMEM;
	note_base(c);
	/* A store of a byte may change anything, for all that the compiler knows of *c. */
	recs = b->recs.v;
	later = c->later.v;
	kinds = c->kinds;
	strs_end = c->plain_strs_end;
	for (u32 n; i < b->words.n; i += n, id++) {
		if (b->words.n - i >= HEAD_WORDS &&
		    is_plain_func(word_at(b, i), id, kinds, strs_end)) {
			recs[id - b->first_id] = i;
			kinds[id] = BTF_KIND_FUNC;
			n = HEAD_WORDS;
			continue;
		}
		n = whole_words(b, i);
		if (!n)
			break;
		if (clear_unused(b, i))
			return -ENOMEM;
		recs[id - b->first_id] = i;
		note(c, id, word_at(b, i));
		if (!is_plain_proto(word_at(b, i), id, kinds, strs_end))
			later[n_later++] = id - b->first_id;
	}
	b->recs.n = id - b->first_id;
	c->later.n = n_later;
	c->ids_end = id;
	*bad = i;
	return i < b->words.n ? -EINVAL : 0;
}

int check_records(struct check *c)
{
	u32 first = c->b->first_id, n = c->later.n;

	c->later.n = 0;
	for (u32 k = 0; k < n; k++) {
		u32 i = c->later.v[k];
		struct rec r = { c, rec_at(c->b, i), first + i };
		enum plain plain = look_at(c, r.t, &c->notes[r.id]);
		int err = plain == NOT_PLAIN ? check_record(&r) : 0;

		if (err)
			return err;
		if (plain != PLAIN)
			c->later.v[c->later.n++] = i;
	}
	return 0;
}

void check_again(struct check *c)
{
	enum { AHEAD = 4 };
	u32 n = c->later.n;

	c->later.n = 0;
	for (u32 k = 0; k < n; k++) {
		u32 i = c->later.v[k];

		if (k + AHEAD < n)
			__builtin_prefetch(rec_at(c->b, c->later.v[k + AHEAD]));
		if (look_at(c, rec_at(c->b, i), &c->notes[c->b->first_id + i]) != PLAIN)
			c->later.v[c->later.n++] = i;
	}
}
