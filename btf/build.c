/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Adding types and changing them. */
#include "btf/btf_int.h"

/* Ids stay positive as s32, which is how the kernel passes them. */
#define MAX_TYPES ((u32)INT32_MAX)

int btf_reserve_recs(struct btf *b, u32 n_recs, u64 n_words)
{
	if (n_recs > MAX_TYPES - btf_n_types(b) || n_words > UINT32_MAX - b->words.n)
		return -E2BIG;
	return vec_reserve(&b->recs, n_recs) || vec_reserve(&b->words, (u32)n_words) ? -ENOMEM : 0;
}

int btf_new_rec(struct btf *b, u32 n, u32 *id)
{
	int err = btf_own(b);

	if (!err)
		err = btf_reserve_recs(b, 1, n);
	if (err)
		return err;
	b->recs.v[b->recs.n++] = b->words.n;
	memset(b->words.v + b->words.n, 0, n * sizeof(u32));
	b->words.n += n;
	*id = btf_n_types(b);
	return 0;
}

static struct btf_type *own(struct btf *b, u32 id)
{
	assert(id >= b->first_id && id <= btf_n_types(b) && !btf_is_held(b));
	return rec_at(b, id - b->first_id);
}

static u32 *tail(struct btf_type *t)
{
	return (u32 *)(t + 1);
}

/* What a new record begins as: no elements, fixed holds the words behind the head. */
struct new_rec {
	u32 kind;
	u32 third;		/* size or type */
	const u32 *fixed;
	u32 vlen;
	bool kflag;
};

static int add_rec(struct btf *b, const char *name, const struct new_rec *r, u32 *id)
{
	u32 n_fixed = btf_kinds[r->kind].n_fixed, off, new_id;
	struct btf_type *t;
	int err;

	err = btf_add_str(b, name, &off);
	if (err)
		return err;
	err = btf_new_rec(b, HEAD_WORDS + n_fixed, &new_id);
	if (err)
		return err;
	t = own(b, new_id);
	t->name_off = off;
	t->info = (u32)r->kflag << 31 | r->kind << 24 | r->vlen;
	t->size = r->third;
	if (r->fixed)
		memcpy(tail(t), r->fixed, n_fixed * sizeof(u32));
	if (id)
		*id = new_id;
	return 0;
}

/* Make room behind a record, moving it to the end of the words if it isn't there. */
static int extend_rec(struct btf *b, u32 id, u32 n_more)
{
	u32 *at = &b->recs.v[id - b->first_id];
	u32 n = rec_words(own(b, id));
	bool last = *at + n == b->words.n;
	u32 move = last ? 0 : n;

	if ((u64)b->words.n + move + n_more > UINT32_MAX)
		return -E2BIG;
	if (vec_reserve(&b->words, move + n_more))
		return -ENOMEM;
	if (!last) {
		memcpy(b->words.v + b->words.n, b->words.v + *at, n * sizeof(u32));
		*at = b->words.n;
		b->words.n += n;
	}
	memset(b->words.v + b->words.n, 0, n_more * sizeof(u32));
	b->words.n += n_more;
	return 0;
}

/* One more element of the type that was added last; kinds is the set of kinds that fit. */
static int add_element(struct btf *b, u32 kinds, const u32 *words)
{
	u32 id = btf_n_types(b), n = btf_kinds[btf_kind_of(b, id)].n_element;
	struct btf_type *t;
	int err = btf_own(b);

	if (err)
		return err;
	t = own(b, id);
	assert(kinds >> btf_kind(t) & 1);
	if (btf_vlen(t) == BTF_MAX_VLEN)
		return -E2BIG;
	err = extend_rec(b, id, n);
	if (err)
		return err;
	t = own(b, id);
	memcpy((u32 *)t + rec_words(t), words, n * sizeof(u32));
	t->info++;
	return 0;
}

int btf_add_int(struct btf *b, const char *name, u32 size, u32 encoding, u32 *id)
{
	u32 word = encoding << 24 | (encoding & BTF_INT_BOOL && size == 1 ? 8 : size * 8);

	return add_rec(b, name, &(struct new_rec){ BTF_KIND_INT, size, .fixed = &word }, id);
}

int btf_add_float(struct btf *b, const char *name, u32 size, u32 *id)
{
	return add_rec(b, name, &(struct new_rec){ BTF_KIND_FLOAT, size }, id);
}

int btf_add_ref(struct btf *b, u32 kind, const char *name, u32 type, u32 *id)
{
	assert(btf_kinds[kind].word == WORD_TYPE && !btf_kinds[kind].n_fixed);
	return add_rec(b, name, &(struct new_rec){ kind, type }, id);
}

int btf_add_ptr(struct btf *b, u32 type, u32 *id)
{
	return btf_add_ref(b, BTF_KIND_PTR, NULL, type, id);
}

int btf_add_array(struct btf *b, u32 elem, u32 index_type, u32 nelems, u32 *id)
{
	u32 words[] = { elem, index_type, nelems };

	return add_rec(b, NULL, &(struct new_rec){ BTF_KIND_ARRAY, 0, .fixed = words }, id);
}

int btf_add_composite(struct btf *b, u32 kind, const char *name, u32 size, u32 *id)
{
	assert(kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION);
	return add_rec(b, name, &(struct new_rec){ kind, size }, id);
}

/* kflag changes how the offsets are read, so the first bit field sets it for those before. */
static int use_bit_fields(struct btf_type *t)
{
	for (u32 i = 0; !btf_kflag(t) && i < btf_vlen(t); i++)
		if (btf_members(t)[i].offset >> 24)
			return -E2BIG;
	t->info |= 1u << 31;
	return 0;
}

int btf_add_member(struct btf *b, const char *name, u32 type, u32 bit_off, u32 bit_size)
{
	u32 words[] = { 0, type, bit_off };
	struct btf_type *t = own(b, btf_n_types(b));
	int err;

	err = btf_add_str(b, name, &words[0]);
	if (err)
		return err;
	if (bit_size) {
		err = use_bit_fields(t);
		if (err)
			return err;
	}
	if (btf_kflag(t)) {
		if (bit_off >> 24 || bit_size > 0xff)
			return -E2BIG;
		words[2] = bit_size << 24 | bit_off;
	}
	return add_element(b, KIND_BIT(STRUCT) | KIND_BIT(UNION), words);
}

int btf_add_enum(struct btf *b, const char *name, u32 size, bool is_signed, u32 *id)
{
	return add_rec(b, name, &(struct new_rec){ BTF_KIND_ENUM, size, .kflag = is_signed }, id);
}

int btf_add_enum64(struct btf *b, const char *name, u32 size, bool is_signed, u32 *id)
{
	return add_rec(b, name, &(struct new_rec){ BTF_KIND_ENUM64, size, .kflag = is_signed }, id);
}

int btf_add_enumerator(struct btf *b, const char *name, u64 value)
{
	u32 words[] = { 0, (u32)value, (u32)(value >> 32) };
	int err = btf_add_str(b, name, &words[0]);

	return err ? err : add_element(b, KIND_BIT(ENUM) | KIND_BIT(ENUM64), words);
}

int btf_add_fwd(struct btf *b, const char *name, bool is_union, u32 *id)
{
	return add_rec(b, name, &(struct new_rec){ BTF_KIND_FWD, 0, .kflag = is_union }, id);
}

int btf_add_func(struct btf *b, const char *name, u32 linkage, u32 proto, u32 *id)
{
	return add_rec(b, name, &(struct new_rec){ BTF_KIND_FUNC, proto, .vlen = linkage }, id);
}

int btf_add_func_proto(struct btf *b, u32 ret, u32 *id)
{
	return add_rec(b, NULL, &(struct new_rec){ BTF_KIND_FUNC_PROTO, ret }, id);
}

int btf_add_param(struct btf *b, const char *name, u32 type)
{
	u32 words[] = { 0, type };
	int err = btf_add_str(b, name, &words[0]);

	return err ? err : add_element(b, KIND_BIT(FUNC_PROTO), words);
}

int btf_add_var(struct btf *b, const char *name, u32 linkage, u32 type, u32 *id)
{
	return add_rec(b, name, &(struct new_rec){ BTF_KIND_VAR, type, .fixed = &linkage }, id);
}

int btf_add_datasec(struct btf *b, const char *name, u32 size, u32 *id)
{
	return add_rec(b, name, &(struct new_rec){ BTF_KIND_DATASEC, size }, id);
}

int btf_add_secinfo(struct btf *b, u32 type, u32 offset, u32 size)
{
	u32 words[] = { type, offset, size };

	return add_element(b, KIND_BIT(DATASEC), words);
}

int btf_add_decl_tag(struct btf *b, const char *value, u32 type, s32 component, u32 *id)
{
	u32 word = (u32)component;

	return add_rec(b, value, &(struct new_rec){ BTF_KIND_DECL_TAG, type, .fixed = &word }, id);
}

int btf_set_name(struct btf *b, u32 id, const char *name)
{
	u32 off;
	int err = btf_add_str(b, name, &off);

	/* In this order, since name may be a string of b. */
	if (!err)
		err = btf_own(b);
	if (err)
		return err;
	btf_names_forget(b, id);
	own(b, id)->name_off = off;
	btf_names_learn(b, id);
	return 0;
}

static struct btf_type *own_of(struct btf *b, u32 id, u32 kinds)
{
	struct btf_type *t = own(b, id);

	assert(kinds >> btf_kind(t) & 1);
	return t;
}

void btf_set_encoding(struct btf *b, u32 id, u32 encoding)
{
	u32 *word = tail(own_of(b, id, KIND_BIT(INT)));

	*word = (*word & ~0x0f000000u) | encoding << 24;
}

void btf_set_func_linkage(struct btf *b, u32 id, u32 linkage)
{
	struct btf_type *t = own_of(b, id, KIND_BIT(FUNC));

	t->info = (t->info & ~0xffffu) | linkage;
}

void btf_set_var_linkage(struct btf *b, u32 id, u32 linkage)
{
	*tail(own_of(b, id, KIND_BIT(VAR))) = linkage;
}

void btf_set_ref(struct btf *b, u32 id, u32 type)
{
	struct btf_type *t = own(b, id);

	assert(btf_kinds[btf_kind(t)].word == WORD_TYPE);
	t->type = type;
}

void btf_set_size(struct btf *b, u32 id, u32 size)
{
	struct btf_type *t = own(b, id);

	assert(btf_kinds[btf_kind(t)].word == WORD_SIZE);
	t->size = size;
}

static struct btf_param *own_param(struct btf *b, u32 proto, u32 i)
{
	struct btf_type *t = own_of(b, proto, KIND_BIT(FUNC_PROTO));

	assert(i < btf_vlen(t));
	return (struct btf_param *)tail(t) + i;
}

int btf_set_param_name(struct btf *b, u32 proto, u32 i, const char *name)
{
	u32 off;
	int err = btf_add_str(b, name, &off);

	if (!err)
		err = btf_own(b);
	if (!err)
		own_param(b, proto, i)->name_off = off;
	return err;
}

void btf_set_param_type(struct btf *b, u32 proto, u32 i, u32 type)
{
	own_param(b, proto, i)->type = type;
}

void btf_set_member_type(struct btf *b, u32 id, u32 i, u32 type)
{
	struct btf_type *t = own_of(b, id, KIND_BIT(STRUCT) | KIND_BIT(UNION));

	assert(i < btf_vlen(t));
	((struct btf_member *)tail(t))[i].type = type;
}

void btf_set_array(struct btf *b, u32 id, const struct btf_array *a)
{
	memcpy(tail(own_of(b, id, KIND_BIT(ARRAY))), a, sizeof(*a));
}

int btf_set_datasec(struct btf *b, u32 id, u32 size, const struct btf_var_secinfo *v, u32 n)
{
	int err = btf_own(b);
	struct btf_type *t;
	u32 old;

	if (err || n > BTF_MAX_VLEN)
		return err ? err : -E2BIG;
	t = own_of(b, id, KIND_BIT(DATASEC));
	old = btf_vlen(t);
	if (n > old) {
		err = extend_rec(b, id, (n - old) * btf_kinds[BTF_KIND_DATASEC].n_element);
		if (err)
			return err;
		t = own(b, id);
	}
	t->info = BTF_KIND_DATASEC << 24 | n;
	t->size = size;
	if (n)
		memcpy(tail(t), v, n * sizeof(*v));
	return 0;
}
