/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * BTF as a type graph that can grow.
 *
 * A `struct btf` owns records in host byte order, laid out as include/uapi/btf.h says, and one
 * string table. Type ids count from 1 (0 is void) and never change, except by btf_dedup().
 * Everything outside this room reads types through the accessors below and changes them through
 * the btf_add_*() and btf_set_*() functions.
 *
 * A graph made by btf_parse() is checked as a whole: every type id is in range and of a kind that
 * fits its place, every string offset is valid, sizes resolve, and no chain of types is longer
 * than BTF_MAX_DEPTH. So readers need no checks of their own.
 *
 * Pointers to records and strings are valid until the graph is next changed.
 */
#ifndef BTF_BTF_H
#define BTF_BTF_H

#include "lib/base/diag.h"
#include "lib/base/file.h"
#include "lib/base/hmap.h"
#include "lib/base/sbuf.h"
#include "lib/base/span.h"
#include "lib/base/types.h"
#include "lib/base/vec.h"
#include "uapi/btf.h"

/*
 * Longest chain through modifiers, typedefs, arrays, pointers and members by value. The kernel
 * stops at 32 levels that it has not resolved yet, in an order of its own.
 */
enum { BTF_MAX_DEPTH = 128 };

/*
 * Longest string that a record may refer to; the kernel takes names of less than 512 bytes. Without
 * a limit, a small file whose every record refers to another tail of one long string would grow by
 * the square of its size when it is linked or dumped.
 */
enum { BTF_MAX_STR = 1024 };

struct btf_names;			/* name -> id, in names.c */

/* Where a string is: open addressing, in strs.c. */
struct btf_str_index {
	struct btf_str_slot {
		u32 hash;
		u32 at1;		/* offset in strs plus one; 0 for a free slot */
	} *slots;
	u32 mask;			/* slots - 1 */
	u32 n;
	bool has_twins;			/* some string is in the table twice */
};

struct btf {
	const struct btf *base;		/* split BTF: lower ids and strings; not owned, or NULL */
	u32 first_id;			/* 1, or one more than the base has */
	u32 first_str;			/* 0, or the size of the base's string table */
	struct file_bytes held;		/* while words and strs lie in here; see btf_own() */
	VEC(u32) words;			/* records; set by parse, add, append, dedup */
	VEC(u32) recs;			/* id - first_id -> index in words */
	VEC(char) strs;			/* the string table, from first_str on */
	struct btf_str_index index;	/* of strs, up to n_str_indexed */
	u32 n_str_indexed;		/* bytes of strs that the index covers */
	struct btf_names *names;	/* cache behind btf_find(); grows with look-ups */
	bool interned;			/* equal strings of own records have equal offsets */
	bool swapped;			/* was parsed from the other byte order */
};

/* --- life -------------------------------------------------------------------------------- */

/*
 * Read and check a .BTF blob in either byte order. file names the input in diagnostics. -EINVAL
 * with a diagnostic (12xx), or -ENOMEM.
 */
int btf_parse(struct diag *d, struct span bytes, const char *file, struct btf **out);

/* The same for split BTF, whose ids and strings go on where base ends. base must outlive it. */
int btf_parse_split(struct diag *d, struct span bytes, const char *file, const struct btf *base,
		    struct btf **out);

/*
 * The same for bytes that the graph takes over, whatever comes of it, which saves a copy. It may be
 * changed as others, except by the btf_set_*() that can't fail: btf_own() must have come before.
 */
int btf_parse_held(struct diag *d, struct file_bytes *bytes, const char *file,
		   const struct btf *base, struct btf **out);

/* Have words and strings in memory of the graph's own. -ENOMEM. */
int btf_own(struct btf *b);

/* An empty graph; btf_new_split()'s goes on where base ends. -ENOMEM. */
int btf_new(struct btf **out);
int btf_new_split(const struct btf *base, struct btf **out);
void btf_free(struct btf *b);

/* A copy with the same ids and string offsets, so that what refers to b by number (BTF.ext, map
 * definitions) fits the copy too. -ENOMEM. */
int btf_clone(const struct btf *b, struct btf **out);

/* Append the blob for b to out. Equal graphs give equal bytes. -ENOMEM, -E2BIG over 4 GiB. */
int btf_write(const struct btf *b, bool big_endian, struct sbuf *out);
/* How many bytes that are. */
u64 btf_blob_size(const struct btf *b);

/* True when the bytes that b was parsed from had the other byte order than the host. */
bool btf_was_swapped(const struct btf *b);

/* --- reading ----------------------------------------------------------------------------- */

/* The highest type id; ids 1 .. btf_n_types() exist. */
static inline u32 btf_n_types(const struct btf *b)
{
	return b->first_id - 1 + b->recs.n;
}

/* For btf_type(): an id that isn't b's own. */
const struct btf_type *btf_type_elsewhere(const struct btf *b, u32 id);

/* The record of an id; void (0) and ids out of range give a record of kind UNKN. */
static inline const struct btf_type *btf_type(const struct btf *b, u32 id)
{
	u32 i = id - b->first_id;

	/* Void is one below the lowest first_id, so it wraps to out of range. */
	return i < b->recs.n ? (const struct btf_type *)&b->words.v[b->recs.v[i]] :
			       btf_type_elsewhere(b, id);
}

static inline u32 btf_kind(const struct btf_type *t)
{
	return BTF_INFO_KIND(t->info);
}

static inline u32 btf_vlen(const struct btf_type *t)
{
	return BTF_INFO_VLEN(t->info);
}

static inline bool btf_kflag(const struct btf_type *t)
{
	return BTF_INFO_KFLAG(t->info);
}

static inline u32 btf_kind_of(const struct btf *b, u32 id)
{
	return btf_kind(btf_type(b, id));
}

static inline bool btf_is_composite(const struct btf_type *t)
{
	return btf_kind(t) == BTF_KIND_STRUCT || btf_kind(t) == BTF_KIND_UNION;
}

/* ENUM and ENUM64. */
static inline bool btf_is_enum(const struct btf_type *t)
{
	return btf_kind(t) == BTF_KIND_ENUM || btf_kind(t) == BTF_KIND_ENUM64;
}

/* CONST, VOLATILE, RESTRICT, TYPE_TAG and TYPEDEF: what btf_skip_mods() skips. */
bool btf_is_mod(const struct btf_type *t);

/* For btf_str(): an offset that isn't in b's own table. */
const char *btf_str_elsewhere(const struct btf *b, u32 off);

/* The string at off, "" for 0 and for offsets out of range. Never NULL. */
static inline const char *btf_str(const struct btf *b, u32 off)
{
	/* The table always ends in NUL. */
	return off - b->first_str < b->strs.n ? b->strs.v + (off - b->first_str) :
						btf_str_elsewhere(b, off);
}

static inline const char *btf_name(const struct btf *b, u32 id)
{
	return btf_str(b, btf_type(b, id)->name_off);
}

/* "INT", "PTR", ... as bpftool writes them; "UNKN" for a number that is no kind. */
const char *btf_kind_text(u32 kind);

/* Elements of a record of the right kind: vlen of them, or one. */
static inline const struct btf_member *btf_members(const struct btf_type *t)
{
	return (const struct btf_member *)(t + 1);
}

static inline const struct btf_param *btf_params(const struct btf_type *t)
{
	return (const struct btf_param *)(t + 1);
}

static inline const struct btf_enum *btf_enums(const struct btf_type *t)
{
	return (const struct btf_enum *)(t + 1);
}

static inline const struct btf_enum64 *btf_enums64(const struct btf_type *t)
{
	return (const struct btf_enum64 *)(t + 1);
}

static inline const struct btf_var_secinfo *btf_secinfos(const struct btf_type *t)
{
	return (const struct btf_var_secinfo *)(t + 1);
}

static inline const struct btf_array *btf_array(const struct btf_type *t)
{
	return (const struct btf_array *)(t + 1);
}

static inline u32 btf_int_word(const struct btf_type *t)
{
	return *(const u32 *)(t + 1);
}

static inline u32 btf_func_linkage(const struct btf_type *t)
{
	return btf_vlen(t);
}

static inline u32 btf_var_linkage(const struct btf_type *t)
{
	return ((const struct btf_var *)(t + 1))->linkage;
}

static inline s32 btf_component(const struct btf_type *t)
{
	return ((const struct btf_decl_tag *)(t + 1))->component_idx;
}

/* The value of enumerator i of an ENUM or ENUM64, sign- or zero-extended as its kflag says. */
u64 btf_enum_value(const struct btf_type *t, u32 i);

/* Bits from the start of t to member i; width of a bit field, 0 for an ordinary member. */
u32 btf_member_bit_off(const struct btf_type *t, u32 i);
u32 btf_member_bit_size(const struct btf_type *t, u32 i);

/* Bytes of a value of the type, modifiers and arrays resolved; -ENOENT for void, FWD (also of
 * enums) and functions, -EINVAL for a chain that is too long or a size that doesn't fit 32 bits. */
s64 btf_size(const struct btf *b, u32 id);

/* Alignment in bytes that C gives the type on a 64-bit BPF machine; 0 where btf_size() fails. */
u32 btf_align(const struct btf *b, u32 id);

/* Past TYPEDEF, CONST, VOLATILE, RESTRICT and TYPE_TAG; 0 is void. */
u32 btf_skip_mods(const struct btf *b, u32 id);

/* The FUNC_PROTO's id behind a FUNC, or the id itself when it is a FUNC_PROTO; 0 for others. */
u32 btf_proto_of(const struct btf *b, u32 id);

/*
 * The lowest id with that name and kind, or 0; kind 0 stands for any. Split BTF is searched after
 * its base. A look-up index is built as needed, behind the const: one thread at a time, as for
 * everything of one context.
 */
u32 btf_find(const struct btf *b, const char *name, u32 kind);
/* The next one with the same name and kind as id, or 0. */
u32 btf_find_next(const struct btf *b, u32 id);

/* --- building ---------------------------------------------------------------------------- */
/*
 * Names may be NULL or "" for none. id may be NULL. Elements go to the type that was added last.
 * -ENOMEM; -E2BIG for more elements or types than BTF can number. Ids are taken as given:
 * whoever builds from unchecked input writes and parses the result.
 */

/* Intern s: equal strings give equal offsets. */
int btf_add_str(struct btf *b, const char *s, u32 *off);
/* The offset of a string that is in the table, or 0 (also for ""). */
u32 btf_find_str(struct btf *b, const char *s);

/* encoding: BTF_INT_SIGNED, BTF_INT_CHAR, BTF_INT_BOOL or 0. */
int btf_add_int(struct btf *b, const char *name, u32 size, u32 encoding, u32 *id);
int btf_add_float(struct btf *b, const char *name, u32 size, u32 *id);
/* PTR, CONST, VOLATILE, RESTRICT (name NULL), TYPEDEF, TYPE_TAG. */
int btf_add_ref(struct btf *b, u32 kind, const char *name, u32 type, u32 *id);
int btf_add_ptr(struct btf *b, u32 type, u32 *id);
int btf_add_array(struct btf *b, u32 elem, u32 index_type, u32 nelems, u32 *id);
/* STRUCT or UNION; bit_size is 0 except for bit fields. */
int btf_add_composite(struct btf *b, u32 kind, const char *name, u32 size, u32 *id);
int btf_add_member(struct btf *b, const char *name, u32 type, u32 bit_off, u32 bit_size);
int btf_add_enum(struct btf *b, const char *name, u32 size, bool is_signed, u32 *id);
int btf_add_enum64(struct btf *b, const char *name, u32 size, bool is_signed, u32 *id);
/* To either. */
int btf_add_enumerator(struct btf *b, const char *name, u64 value);
int btf_add_fwd(struct btf *b, const char *name, bool is_union, u32 *id);
int btf_add_func(struct btf *b, const char *name, u32 linkage, u32 proto, u32 *id);
int btf_add_func_proto(struct btf *b, u32 ret, u32 *id);
int btf_add_param(struct btf *b, const char *name, u32 type);
int btf_add_var(struct btf *b, const char *name, u32 linkage, u32 type, u32 *id);
int btf_add_datasec(struct btf *b, const char *name, u32 size, u32 *id);
int btf_add_secinfo(struct btf *b, u32 type, u32 offset, u32 size);
int btf_add_decl_tag(struct btf *b, const char *value, u32 type, s32 component, u32 *id);

/* Changes of one record; asserts that it is of the right kind and belongs to b, not its base. */
int btf_set_name(struct btf *b, u32 id, const char *name);
void btf_set_encoding(struct btf *b, u32 id, u32 encoding);	/* of an INT */
void btf_set_func_linkage(struct btf *b, u32 id, u32 linkage);
void btf_set_var_linkage(struct btf *b, u32 id, u32 linkage);
/* The type that a PTR, modifier, TYPEDEF, FUNC, VAR or tag refers to; a FUNC_PROTO's return. */
void btf_set_ref(struct btf *b, u32 id, u32 type);
/* Size in bytes of a type that has one: INT, FLOAT, STRUCT, UNION, ENUM, ENUM64. */
void btf_set_size(struct btf *b, u32 id, u32 size);
int btf_set_param_name(struct btf *b, u32 proto, u32 i, const char *name);
void btf_set_param_type(struct btf *b, u32 proto, u32 i, u32 type);
void btf_set_member_type(struct btf *b, u32 id, u32 i, u32 type);
void btf_set_array(struct btf *b, u32 id, const struct btf_array *a);
/* Replace size and all entries of a DATASEC; v may be NULL when n is 0, and must not lie in b. */
int btf_set_datasec(struct btf *b, u32 id, u32 size, const struct btf_var_secinfo *v, u32 n);

/* --- walking references ------------------------------------------------------------------ */
/*
 * Every word of a record that holds a type id (or a string offset), by kinds.def:
 *
 *	struct btf_ref_iter it = btf_each_type_ref(t);
 *
 *	for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
 *		...
 */
struct btf_ref_iter {
	const u32 *head;	/* the head's own reference, if it has one that is still to come */
	const u32 *at;		/* the next of the evenly spaced ones behind the head */
	u32 left;		/* how many of those */
	u32 stride;		/* words from one to the next */
};

struct btf_ref_iter btf_each_type_ref(const struct btf_type *t);
struct btf_ref_iter btf_each_str_ref(const struct btf_type *t);

/* In the order of the words; NULL behind the last. */
static inline const u32 *btf_next_ref(struct btf_ref_iter *it)
{
	const u32 *ref = it->head;

	if (ref) {
		it->head = NULL;
		return ref;
	}
	if (!it->left)
		return NULL;
	it->left--;
	ref = it->at;
	it->at += it->stride;
	return ref;
}

/* Bytes of a record with its tail. */
size_t btf_rec_size(const struct btf_type *t);

/* --- whole graphs ------------------------------------------------------------------------ */

/*
 * Copy src's types to the end of dst, strings interned, ids shifted. id_map has
 * btf_n_types(src) + 1 elements and gets the id in dst of each id in src. keep, when not NULL, has
 * as many elements: only types with a non-zero one are copied, the others get 0 in id_map; a kept
 * type that refers to one that isn't is -EINVAL (see btf_mark_below()). For split src, dst must
 * have the same base.
 */
int btf_append(struct btf *dst, const struct btf *src, u32 *id_map);
int btf_append_some(struct btf *dst, const struct btf *src, const u8 *keep, u32 *id_map);

/*
 * Set bits of all types that id refers to, directly or not, and not of id itself unless it is one
 * of them. Types that have the bits already count as done: they aren't looked at. marks and work
 * have btf_n_types(b) + 1 elements each; what is in work doesn't matter.
 */
void btf_mark_below(const struct btf *b, u32 id, u8 bits, u8 *marks, u32 *work);

/*
 * Drop every type whose keep[] is 0, as btf_append_some() would into an empty graph; ids are
 * renumbered as id_map (btf_n_types(b) + 1 elements) tells. Not for split BTF.
 */
int btf_keep_only(struct btf *b, const u8 *keep, u32 *id_map);

/*
 * While many graphs are appended to b, which has no base: btf_fold() takes out again those types
 * from first on, just appended, that are the same as earlier ones, as far as a short look tells.
 * Types from first on refer to each other alone. id_map, of n ids, is told what they are now.
 * -ENOMEM leaves all as it was. When btf_dedup() gives ids another meaning, btf_folder_move() tells
 * the folder; other changes of types end its use.
 */
struct btf_folder;

int btf_folder_new(struct btf *b, struct btf_folder **out);
int btf_fold(struct btf_folder *f, u32 first, u32 *id_map, u32 n);
void btf_folder_move(struct btf_folder *f, const u32 *id_map);
void btf_folder_free(struct btf_folder *f);

enum btf_dedup_flags {
	/* Merge identical FUNCs, VARs and DATASECs too. Right for one program's own BTF, such as a
	 * kernel's; wrong where equal static entities of different objects are different things. */
	BTF_DEDUP_ENTITIES = 1 << 0,
	/* More types are to come: leave forward declarations alone, which only all types of their
	 * names can tell the meaning of. Merging what comes later gives what merging all at once
	 * would have given, but for names that stay ambiguous after MAX_TRIES (dedup.c). */
	BTF_DEDUP_PARTIAL = 1 << 1,
};

/*
 * Merge equal types: afterwards no two types of b are equal. The order of the types that stay is
 * that of their first occurrence. id_map, when not NULL, has btf_n_types(b) + 1 elements (the
 * count before) and gets the new id of each old one. -ENOMEM leaves b as it was. See dedup.c.
 */
int btf_dedup(struct btf *b, u32 flags, u32 *id_map);

struct btf_ext;

/*
 * Rebuild the string table with only the strings that b's types and ext (may be NULL) use, in
 * order of first use: the same graph has the same bytes, whatever its history. Not for a graph
 * that is the base of another.
 */
int btf_renew_strs(struct btf *b, struct btf_ext *ext);

/* Same records, same strings, id by id. */
bool btf_equal(const struct btf *a, const struct btf *b);

/*
 * Same structure, whatever the ids: names, sizes, members and all types below are equal. Sets
 * *out. -ENOMEM.
 */
int btf_types_equal(const struct btf *a, u32 id_a, const struct btf *b, u32 id_b, bool *out);

/* --- text -------------------------------------------------------------------------------- */

/* All types in the format of `bpftool btf dump file X format raw`. */
void btf_dump_raw(const struct btf *b, struct sbuf *out);

/* The same as JSON, in the shape of `bpftool -j btf dump`. */
void btf_dump_json(const struct btf *b, struct sbuf *out);

/*
 * All types as a C header that compiles and gives each its layout; of split BTF, its own types and
 * what they need of the base. file names the input in diagnostics. -E2BIG with a diagnostic when
 * anonymous types are nested so that the text would be a large multiple of the input; -ENOMEM.
 */
int btf_dump_c(struct diag *d, const struct btf *b, const char *file, struct sbuf *out);

/*
 * C text of a type as a declaration would spell it: "struct foo *", "int[4]", "int (*)(void *)".
 * Types without a name are "struct (anonymous)". Ends in "..." where nesting gets too deep.
 */
void btf_print_type(const struct btf *b, u32 id, struct sbuf *out);

/* A declaration of name with that type: "char name[16]", "const struct foo *name". */
void btf_print_decl(const struct btf *b, u32 id, const char *name, struct sbuf *out);

/* A prototype: "int prog1(struct xdp_md *ctx)". id is a FUNC or FUNC_PROTO; name may be NULL for
 * the FUNC's own. */
void btf_print_proto(const struct btf *b, u32 id, const char *name, struct sbuf *out);

#endif
