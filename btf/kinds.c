/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* kinds.def as data, and the walk over a record that it drives. */
#include "btf/btf_int.h"

/* The third word of the head, as a letter. */
/* Letter i of a literal, or 0; where the first 't' (or 's') of an element is, from the start of
 * the record of a kind without fixed words, or 0. */
#define LETTER(text, i) (sizeof(text) > (i) + 1 ? (text)[sizeof(text) > (i) ? (i) : 0] : 0)
#define RUN(text, letter)							\
	(LETTER(text, 0) == (letter) ? HEAD_WORDS :					\
	 LETTER(text, 1) == (letter) ? HEAD_WORDS + 1 : 0)
#define COUNT_TYPES(text)							\
	((LETTER(text, 0) == 't') + (LETTER(text, 1) == 't') + (LETTER(text, 2) == 't'))

/* Unused bits of info, by the rules for vlen; a linkage is below 4. */
#define INFO_ZERO(vln, kfl)							\
	(BTF_INFO_RESERVED | ((kfl) ? 0 : 1u << 31) |				\
	 (VLEN_##vln == VLEN_UNUSED ? 0xffffu : VLEN_##vln == VLEN_LINKAGE ? 0xfffcu : 0))

#define IS_IN(set, NAME) ((set) >> BTF_KIND_##NAME & 1)
#define NOTE(NAME)								\
	{									\
		.size = BTF_KIND_##NAME == BTF_KIND_PTR ? 8 : 0,		\
		.plain_kind = IS_IN(KINDS_MOD, NAME) ? BTF_KIND_UNKN : BTF_KIND_##NAME,	\
		.depth = { IS_IN(KINDS_BY_VALUE, NAME) ? UNSEEN : DEPTH_0,	\
			   IS_IN(KINDS_BY_PTR, NAME) ? UNSEEN : DEPTH_0 },	\
	}

const struct kind_info btf_kinds[NR_BTF_KINDS] = {
	[BTF_KIND_UNKN] = { .text = "UNKN" },
#define KIND(NAME, txt, nam, wrd, vln, kfl, fix, elem, rfs, check, dump)		\
	[BTF_KIND_##NAME] = {								\
		.text = txt,						\
		.refs = REFS_##rfs, .info_zero = INFO_ZERO(vln, kfl),			\
		.size_mask = WORD_##wrd == WORD_SIZE ? UINT32_MAX : 0, .note = NOTE(NAME),	\
		.name_rule = NAME_##nam, .word = WORD_##wrd,	\
		.vlen = VLEN_##vln, .kflag = kfl,					\
		.n_fixed = sizeof(fix) - 1, .n_element = sizeof(elem) - 1,		\
		.head_type = WORD_##wrd == WORD_TYPE ? HEAD_WORDS - 1 : 0,		\
		.fixed_types = COUNT_TYPES(fix),					\
		.type_run = RUN(elem, 't'), .str_run = RUN(elem, 's'),			\
	},
#include "btf/kinds.def"
#undef KIND
};

/* Rows and numbers of the ABI stay in step. */
enum {
#define KIND(NAME, ...) ROW_##NAME,
#include "btf/kinds.def"
#undef KIND
	N_ROWS,
};
#define KIND(NAME, ...) _Static_assert(ROW_##NAME + 1 == BTF_KIND_##NAME, "row order");
#include "btf/kinds.def"
#undef KIND
_Static_assert(N_ROWS + 1 == NR_BTF_KINDS, "a kind without a row");

/* The walk relies on it: fixed words or elements, not both. Type ids come first among fixed words;
 * an element has at most one type id and one string, in its first two words (test_btf.c). */
#define KIND(NAME, txt, nam, wrd, vln, kfl, fix, elem, rfs, check, dump) \
	_Static_assert(sizeof(fix) == 1 || sizeof(elem) == 1, "fixed words and elements");	\
	_Static_assert(sizeof(elem) == 1 || VLEN_##vln == VLEN_COUNT, "elements that vlen counts");
#include "btf/kinds.def"
#undef KIND

const char *btf_kind_text(u32 kind)
{
	return kind < NR_BTF_KINDS ? btf_kinds[kind].text : "UNKN";
}

size_t btf_rec_size(const struct btf_type *t)
{
	return rec_words(t) * sizeof(u32);
}

struct btf_ref_iter btf_each_type_ref(const struct btf_type *t)
{
	return type_refs(t);
}

struct btf_ref_iter btf_each_str_ref(const struct btf_type *t)
{
	return str_refs(t);
}
