/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Questions about one type: size, alignment, what lies behind its modifiers. */
#include "btf/btf_int.h"

#include <stdlib.h>

/*
 * A parsed graph has no chain longer than BTF_MAX_DEPTH in itself, and a split one goes on in its
 * base. Chains of a graph that was built by hand are cut here.
 */
enum { WALK_LIMIT = 8 * BTF_MAX_DEPTH };

bool btf_is_mod(const struct btf_type *t)
{
	return KINDS_MOD >> btf_kind(t) & 1;
}

u32 btf_skip_mods(const struct btf *b, u32 id)
{
	const struct btf_type *t = btf_type(b, id);

	for (u32 i = 0; i < WALK_LIMIT && btf_is_mod(t); i++) {
		id = t->type;
		t = btf_type(b, id);
	}
	return id;
}

u32 btf_proto_of(const struct btf *b, u32 id)
{
	const struct btf_type *t = btf_type(b, id);

	if (btf_kind(t) == BTF_KIND_FUNC) {
		id = t->type;
		t = btf_type(b, id);
	}
	return btf_kind(t) == BTF_KIND_FUNC_PROTO ? id : 0;
}

s64 btf_size(const struct btf *b, u32 id)
{
	u64 n = 1;

	for (u32 i = 0; i < WALK_LIMIT; i++) {
		const struct btf_type *t = btf_type(b, id);
		u64 size;

		switch (btf_kind(t)) {
		case BTF_KIND_ARRAY:
			/* Both factors are below 2^32. */
			n *= btf_array(t)->nelems;
			if (n > UINT32_MAX)
				return -EINVAL;
			id = btf_array(t)->type;
			continue;
		case BTF_KIND_PTR:
			size = 8;
			break;
		case BTF_KIND_UNKN:
		case BTF_KIND_FWD:
		case BTF_KIND_FUNC:
		case BTF_KIND_FUNC_PROTO:
		case BTF_KIND_DECL_TAG:
			return -ENOENT;
		default:
			if (btf_kinds[btf_kind(t)].word == WORD_TYPE) {
				id = t->type;
				continue;
			}
			/* Of an enum that is only declared, the size isn't known. */
			if (btf_is_enum(t) && !t->size)
				return -ENOENT;
			size = t->size;
		}
		return n * size > UINT32_MAX ? -EINVAL : (s64)(n * size);
	}
	return -EINVAL;
}

static u32 scalar_align(u32 size)
{
	u32 align = 1;

	while (align < size && align < 16)
		align *= 2;
	return align;
}

/* Before there was a flag for it, the INT of a bit field told its width and place. */
static void place_old_bit_field(const struct btf_type *type, struct btf_member_place *m)
{
	u32 word = btf_int_word(type);

	if (BTF_INT_BITS(word) == type->size * 8)
		return;
	m->width = BTF_INT_BITS(word);
	m->off += BTF_INT_OFFSET(word);
}

static u32 align_of(struct btf_aligner *a, u32 id, u32 depth);

static struct btf_member_place place_member(struct btf_aligner *a, const struct btf_type *t, u32 i,
					    u32 depth)
{
	u32 type = btf_members(t)[i].type;
	const struct btf_type *plain = btf_type(a->b, btf_skip_mods(a->b, type));
	s64 size = btf_size(a->b, type);
	struct btf_member_place m = {
		.off = btf_member_bit_off(t, i),
		.width = btf_member_bit_size(t, i),
		.type_bits = size > 0 ? (u64)size * 8 : 0,
		.align = align_of(a, type, depth),
	};

	if (!btf_kflag(t) && btf_kind(plain) == BTF_KIND_INT)
		place_old_bit_field(plain, &m);
	m.bits = m.width ? m.width : m.type_bits;
	return m;
}

/* A bit field in more than one unit of its type, or another member that isn't aligned. */
static bool breaks_alignment(const struct btf_member_place *m)
{
	if (m->width)
		return m->type_bits &&
		       m->off / m->type_bits != (m->off + m->width - 1) / m->type_bits;
	return m->align && m->off % (8 * m->align);
}

/* A struct whose layout breaks a member's alignment is packed. */
static u32 composite_align(struct btf_aligner *a, const struct btf_type *t, u32 depth, bool *packed)
{
	u32 max = 1;

	*packed = false;
	for (u32 i = 0; i < btf_vlen(t); i++) {
		struct btf_member_place m = place_member(a, t, i, depth + 1);

		if (m.align > max)
			max = m.align;
		*packed |= breaks_alignment(&m);
	}
	*packed |= t->size % max != 0;
	return *packed ? 1 : max;
}

/* Recursion follows members by value only, BTF_MAX_DEPTH levels at most. */
static u32 align_of(struct btf_aligner *a, u32 id, u32 depth)
{
	const struct btf_type *t;
	u32 align = 0;
	bool packed;

	for (u32 i = 0; i < WALK_LIMIT; i++) {
		id = btf_skip_mods(a->b, id);
		t = btf_type(a->b, id);
		if (btf_kind(t) != BTF_KIND_ARRAY && btf_kind(t) != BTF_KIND_VAR)
			break;
		id = btf_kind(t) == BTF_KIND_VAR ? t->type : btf_array(t)->type;
	}
	if (id > btf_n_types(a->b))
		return 0;
	if (a->known[id])
		return 1u << (a->known[id] - 1);
	if (btf_is_composite(t) && depth < WALK_LIMIT)
		align = composite_align(a, t, depth, &packed);
	else if (btf_kind(t) == BTF_KIND_PTR)
		align = 8;
	else if (btf_size(a->b, id) > 0)
		align = scalar_align(t->size);
	if (align)
		a->known[id] = (u8)(__builtin_ctz(align) + 1);
	return align;
}

u32 btf_align_of(struct btf_aligner *a, u32 id)
{
	return align_of(a, id, 0);
}

struct btf_member_place btf_place_member(struct btf_aligner *a, const struct btf_type *t, u32 i)
{
	return place_member(a, t, i, 0);
}

bool btf_is_packed(struct btf_aligner *a, u32 id)
{
	bool packed;

	composite_align(a, btf_type(a->b, id), 0, &packed);
	return packed;
}

u32 btf_align(const struct btf *b, u32 id)
{
	struct btf_aligner a = { b, calloc((size_t)btf_n_types(b) + 1, 1) };
	u32 align;

	if (!a.known)
		return 0;
	align = align_of(&a, id, 0);
	free(a.known);
	return align;
}

u64 btf_enum_value(const struct btf_type *t, u32 i)
{
	if (btf_kind(t) == BTF_KIND_ENUM64) {
		const struct btf_enum64 *e = &btf_enums64(t)[i];

		return (u64)e->val_hi32 << 32 | e->val_lo32;
	}
	return btf_kflag(t) ? (u64)(s64)btf_enums(t)[i].val : (u32)btf_enums(t)[i].val;
}

u32 btf_member_bit_off(const struct btf_type *t, u32 i)
{
	u32 off = btf_members(t)[i].offset;

	return btf_kflag(t) ? BTF_MEMBER_BIT_OFFSET(off) : off;
}

u32 btf_member_bit_size(const struct btf_type *t, u32 i)
{
	return btf_kflag(t) ? BTF_MEMBER_BITFIELD_SIZE(btf_members(t)[i].offset) : 0;
}
