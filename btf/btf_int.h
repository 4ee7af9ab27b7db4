/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the files of the BTF room share: kinds.def as a table, and raw access to records. */
#ifndef BTF_BTF_INT_H
#define BTF_BTF_INT_H

#include "btf/btf.h"

#include <assert.h>

enum kind_name_rule { NAME_OPTIONAL, NAME_NEEDED, NAME_NONE };
enum kind_word_rule { WORD_SIZE, WORD_TYPE, WORD_UNUSED };
enum kind_vlen_rule { VLEN_UNUSED, VLEN_COUNT, VLEN_LINKAGE };

#define KIND_BIT(name) (1u << BTF_KIND_##name)

/* Sets of kinds for the refs column; KIND_BIT(UNKN) is void. */
#define REFS_NONE 0u
#define REFS_VALUE								\
	(KIND_BIT(INT) | KIND_BIT(PTR) | KIND_BIT(ARRAY) | KIND_BIT(STRUCT) | KIND_BIT(UNION) |	\
	 KIND_BIT(ENUM) | KIND_BIT(TYPEDEF) | KIND_BIT(VOLATILE) | KIND_BIT(CONST) |		\
	 KIND_BIT(RESTRICT) | KIND_BIT(FLOAT) | KIND_BIT(TYPE_TAG) | KIND_BIT(ENUM64))
#define REFS_TYPE (REFS_VALUE | KIND_BIT(UNKN) | KIND_BIT(FWD) | KIND_BIT(FUNC_PROTO))
#define REFS_PROTO KIND_BIT(FUNC_PROTO)
#define REFS_ENTITY (KIND_BIT(VAR) | KIND_BIT(FUNC))
#define REFS_OWNER								\
	(KIND_BIT(STRUCT) | KIND_BIT(UNION) | KIND_BIT(TYPEDEF) | KIND_BIT(FUNC) | KIND_BIT(VAR))

/* CONST, TYPEDEF and so on: what btf_skip_mods() skips. */
#define KINDS_MOD								\
	(KIND_BIT(TYPEDEF) | KIND_BIT(CONST) | KIND_BIT(VOLATILE) | KIND_BIT(RESTRICT) |	\
	 KIND_BIT(TYPE_TAG))

/* Chains of types are limited, each by itself: through what holds its target, or points to it. */
enum btf_chain { BY_VALUE, BY_PTR, N_CHAINS };

/* Kinds that lead on to another type in a chain. */
#define KINDS_BY_VALUE (KINDS_MOD | KIND_BIT(ARRAY) | KIND_BIT(STRUCT) | KIND_BIT(UNION))
#define KINDS_BY_PTR (KINDS_MOD | KIND_BIT(ARRAY) | KIND_BIT(PTR))

/* What is known of a chain below a type: a state, or its depth + DEPTH_0. */
enum btf_depth {
	UNSEEN = 0,
	OPEN = 1,
	BELOW = 2,		/* void and the base's types: as if they weren't there */
	DEPTH_0 = 3,
};

/* What the reader notes of each type: little, since members refer all over the graph. */
struct btf_note {
	u32 size;		/* 0: not known (yet), none, or really 0 */
	u8 plain_kind;		/* behind modifiers; UNKN: not known (yet), or void */
	u8 depth[N_CHAINS];	/* enum btf_depth */
};

/* A row of kinds.def. */
struct kind_info {
	const char *text;
	u32 refs;		/* set of kinds */
	u32 info_zero;		/* bits of info that have to be 0 */
	u32 size_mask;		/* all ones when the third word is a size */
	struct btf_note note;	/* of a type of that kind by itself */
	u8 name_rule, word, vlen, kflag;
	u8 n_fixed;		/* words behind the head */
	u8 n_element;
	/* Where references are, in words from the record's start; 0 for none. They are the head's
	 * third word, and a run: in fixed words one after another, else one an element. */
	u8 head_type;
	u8 fixed_types;		/* how many fixed words are type ids; they begin at HEAD_WORDS */
	u8 type_run, str_run;	/* in the first element */
};

/* Index 0 (UNKN) is a row without words. */
extern const struct kind_info btf_kinds[NR_BTF_KINDS];

enum { HEAD_WORDS = sizeof(struct btf_type) / sizeof(u32) };

/* Words of a record; its kind must be known. */
static inline u32 rec_words(const struct btf_type *t)
{
	const struct kind_info *k = &btf_kinds[btf_kind(t)];

	/* Only where vlen is a count there are elements. */
	return HEAD_WORDS + k->n_fixed + btf_vlen(t) * k->n_element;
}

/* btf_each_type_ref() and btf_each_str_ref(), for loops that count. */
static inline struct btf_ref_iter type_refs(const struct btf_type *t)
{
	const struct kind_info *k = &btf_kinds[btf_kind(t)];
	const u32 *words = (const u32 *)t;

	if (k->fixed_types)
		return (struct btf_ref_iter){ NULL, words + HEAD_WORDS, k->fixed_types, 1 };
	return (struct btf_ref_iter){
		.head = k->head_type ? words + k->head_type : NULL,
		.at = words + k->type_run,
		.left = k->type_run ? btf_vlen(t) : 0,
		.stride = k->n_element,
	};
}

static inline struct btf_ref_iter str_refs(const struct btf_type *t)
{
	const struct kind_info *k = &btf_kinds[btf_kind(t)];
	const u32 *words = (const u32 *)t;

	return (struct btf_ref_iter){
		.head = words,
		.at = words + k->str_run,
		.left = k->str_run ? btf_vlen(t) : 0,
		.stride = k->n_element,
	};
}

/* Words and strings lie in the bytes of a file, and have no room to grow. */
static inline bool btf_is_held(const struct btf *b)
{
	return b->held.span.data;
}

/* The record with index i (id - first_id) of b itself. */
static inline struct btf_type *rec_at(const struct btf *b, u32 i)
{
	return (struct btf_type *)&b->words.v[b->recs.v[i]];
}

/* References that the iterators give are const; whoever owns the record may write to them. */
static inline u32 *ref_mut(const u32 *ref)
{
	return (u32 *)ref;
}

/* True when some string of the table is longer than BTF_MAX_STR, so that references need a look. */
bool btf_has_long_strs(const struct btf *b);
static inline bool btf_str_is_long(const struct btf *b, u32 off)
{
	return strnlen(btf_str(b, off), BTF_MAX_STR + 1) > BTF_MAX_STR;
}

/* Drop the index of strings; it is built anew when it is needed. */
void btf_strs_forget(struct btf *b);

/*
 * Interning many strings of one table into another, or into itself: note the offsets that are used,
 * in the order in which new strings are to be appended; resolve; then ask for the new offsets.
 */
struct str_map {
	struct btf *to;
	const struct btf *from;
	u32 *map;		/* by offset in from's own table; 0: not noted */
	u32 *used;		/* such offsets, in order; has room for all that can be */
	u32 n_used;
};

/* n_others: how many offsets may be noted besides those of from's records. */
int str_map_init(struct str_map *m, struct btf *to, const struct btf *from, u32 n_others);
void str_map_free(struct str_map *m);
int str_map_resolve(struct str_map *m);

/* Offsets of the base's strings stay what they are, and so does 0: no table goes up to 2^32. */
static inline bool str_map_is_shared(const struct str_map *m, u32 off)
{
	return off - m->from->first_str >= m->from->strs.n;
}

static inline void str_map_note(struct str_map *m, u32 off)
{
	u32 at = off - m->from->first_str;

	if (!off || str_map_is_shared(m, off) || m->map[at])
		return;
	m->map[at] = 1;
	m->used[m->n_used++] = at;
}

static inline u32 str_map_get(const struct str_map *m, u32 off)
{
	return str_map_is_shared(m, off) ? off : m->map[off - m->from->first_str];
}

static inline void str_map_note_rec(struct str_map *m, const struct btf_type *t)
{
	struct btf_ref_iter it = str_refs(t);

	for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
		str_map_note(m, *ref);
}

static inline void str_map_apply_rec(const struct str_map *m, struct btf_type *t)
{
	struct btf_ref_iter it = str_refs(t);

	for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
		*ref_mut(ref) = str_map_get(m, *ref);
}

/* Is no string in b's table twice? -ENOMEM. */
int btf_strs_are_distinct(struct btf *b, bool *distinct);

/* Make room for more records, in memory of the graph's own. -ENOMEM, -E2BIG. */
int btf_reserve_recs(struct btf *b, u32 n_recs, u64 n_words);

/* Add a record of n words, which are zero. -ENOMEM, -E2BIG. */
int btf_new_rec(struct btf *b, u32 n, u32 *id);

/* The look-up index of names.c, empty; NULL without memory. */
struct btf_names *btf_names_new(void);
void btf_names_free(struct btf_names *names);
/* Tell the look-up index, around a change of a type's name, that id leaves and comes back. */
void btf_names_forget(struct btf *b, u32 id);
void btf_names_learn(struct btf *b, u32 id);
/* Ids have changed their meaning: start over. */
void btf_names_reset(struct btf *b);

/* Alignments in C of types that were asked for already: by id, as power of two plus one. */
struct btf_aligner {
	const struct btf *b;
	u8 *known;		/* btf_n_types(b) + 1, zeroed, of whoever made it */
};

/* As btf_align() gives it, each type looked at once. */
u32 btf_align_of(struct btf_aligner *a, u32 id);

/* Where BTF has a member. */
struct btf_member_place {
	u64 off;		/* in bits, from the start of the struct */
	u32 width;		/* of a bit field, else 0 */
	u64 bits;		/* that it takes */
	u64 type_bits;		/* of its type */
	u32 align;		/* of its type, in bytes */
};

struct btf_member_place btf_place_member(struct btf_aligner *a, const struct btf_type *t, u32 i);
/* Does a struct or union need __attribute__((packed)) to have its layout? */
bool btf_is_packed(struct btf_aligner *a, u32 id);

#endif
