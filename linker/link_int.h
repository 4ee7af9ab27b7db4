/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What the passes of the linker share.
 *
 *	inputs ──► nodes ──► pieces ──► sections of the output
 *	           (symbols)  (ranges of bytes)
 *
 * A node is one symbol of one input, or a clone. Nodes point at what they stand for (to), so
 * that binding is one assignment and everything later asks link_root(). A piece is a range of an
 * input's section that is moved as a whole: a function, the code between two functions, or the
 * part of a data section between two definitions that lost. Each place of an input translates to
 * a place of the output through its piece, whatever refers to it: symbols, relocations, records.
 */
#ifndef LINKER_LINK_INT_H
#define LINKER_LINK_INT_H

#include "linker/linker.h"

#include "uapi/elf.h"

#include "lib/elf/archive.h"

typedef struct { u32 i; } node_id;
typedef struct { u32 i; } piece_id;
typedef struct { u32 i; } out_id;	/* a section of the output while it is laid out */

struct link_input {
	struct obj *obj;	/* freed by link_finish, unless lent */
	const char *file;	/* its name, arena */
	bool in_file;		/* that is a regular file, which can be read again */
	bool lent;
	bool given_name;	/* else the stem */
	bool is_private;	/* name_inputs */
	const char *prefix;	/* of its globals, maps and programs; rename_nodes */
	u32 archive;		/* that it is a member of; 0: none */
	bool *lost_secs;	/* arena; by section: an earlier input has the group; pick_groups */
	bool license_skipped, version_skipped;	/* check_licenses: said already by an earlier one */
	const char *stem;	/* as asked for, arena */
	const char *name;	/* unique; name_inputs */
	node_id first_node;	/* of symbol 0; collect_nodes */
	out_id *outs;		/* arena; by section: where it goes; join_sections */
	bool *has_entries;	/* arena; by section: a row of strings or constants; cut_pieces */
	piece_id *sec_pieces;	/* arena; n_secs + 1: first piece of each section; cut_pieces */
	node_id *owners;	/* FUNC or VAR here -> its symbol; only while emit_types runs */
	u32 *types;		/* arena; BTF id here -> in the output; merge_types, emit_types */
	bool has_tags;		/* its BTF has DECL_TAGs; merge_types */
};

/* An archive that was added; its members become inputs when they are wanted. */
struct link_archive {
	const char *file, *name;	/* arena */
	bool given_name;	/* else the stem */
	struct sbuf bytes;
	struct elf_members members;	/* names, and ranges of bytes */
};

/* What a symbol is; externs of the loader keep their sort. */
enum link_kind {
	LINK_LABEL,		/* local without meaning of its own: kept only when referred to */
	LINK_FUNC,
	LINK_VAR,
	LINK_MAP,
	LINK_KFUNC,
	LINK_KSYM,
	LINK_KCONFIG,
	LINK_SKIP,		/* section and file symbols */
};

struct link_node {
	input_id input;
	sym_id sym;		/* in the input's object */
	node_id to;		/* itself, the winner, or the definition; bind passes */
	enum link_kind kind : 8;
	enum link_how how : 8;	/* what to was set by */
	u16 common_align;	/* bytes, merged over all common symbols of a name; bind passes */
	u32 mapping;		/* how is MAPPING: index in mappings */
	func_id func;		/* defined functions */
	map_id map;		/* defined and extern maps */
	u32 btf_id;		/* FUNC or VAR in the input's BTF, 0 none */
	bool is_def : 1;
	bool is_entry : 1;
	bool exported : 1;
	bool hidden_here : 1;	/* --hide: local in the output; mark_hidden, then bind passes */
	bool called_otherwise : 1;	/* --rename or --prefix made its name; rename_nodes */
	bool wrapped : 1;	/* an extern that --wrap turned to another name; rename_nodes */
	bool won : 1;		/* other definitions of its name gave way; bind passes */
	bool lost : 1;		/* a weak body that a mapping keeps; keep_targets */
	bool is_clone : 1;
	bool moved : 1;		/* an entry that became a subprogram; make_clones */
	bool referenced : 1;	/* labels: a kept relocation names it; plan_relocs */
	bool reached : 1;	/* drop_unreached, if asked to */
	bool plain : 1;		/* what refers to it means just it in the output; place_pieces */
	bool has_proto : 1;	/* btf_id is a FUNC; merge_types, as the next */
	bool lacks_names : 1;	/* parameters of its prototype do: type is one that has them */
	u8 bind, vis;		/* merged over all declarations; bind passes */
	piece_id piece;		/* definitions; cut_pieces */
	u64 piece_off;		/* bytes from the piece's start */
	const char *as;		/* its name in this link, to bind by: its own, or a new one */
	const char *name;	/* in the output; name_nodes */
	sym_id out;		/* emit_symbols */
	u32 out_btf;		/* FUNC or VAR in the output; emit_types */
	u32 type;		/* of the FUNC or VAR, in the output; merge_types */
};

struct link_piece {
	input_id input;
	sec_id sec;		/* none: a common symbol */
	u64 off, size;		/* bytes there */
	node_id owner;		/* the symbol of a function or lost definition, none for the rest */
	bool dropped;		/* owner's root is who won; no owner: nothing took its place */
	bool reached, unreached;	/* drop_unreached; the latter are dropped, too */
	bool loose;		/* one variable: only its own alignment counts */
	bool is_clone;
	bool whole;		/* a string or constant that an equal one may stand for */
	bool to_text;		/* a function that stops being, or never was, an entry */
	bool called, in_data;	/* programs: referred to from code, from data; find_uses */
	bool mapped;		/* a mapping binds an extern to it; find_uses */
	node_id clone;		/* entries that are called; make_clones */
	out_id out;		/* place_pieces */
	u64 out_off;
};

struct link_out {
	const char *name;
	enum obj_sec_kind kind;
	input_id from;		/* the first input and section of this name */
	sec_id from_sec;
	u64 align, size;
	bool wants_symbol;	/* a relocation goes through its section symbol; plan_relocs */
	bool referenced;	/* a relocation refers to something in it; plan_relocs */
	bool has_symbols;	/* a symbol lies in it, even if nothing else does */
	VEC(piece_id) pieces;	/* in order of out_off */
	sec_id sec;		/* in the output; emit_sections */
};

/* A mapping, export or other wish about names as it was given, with what it names once that is
 * looked up. */
struct link_bind {
	const char *from_input, *from;	/* from_input NULL: any */
	const char *to_input, *to;	/* mappings; to alone: renames and prefixes */
	struct weld_where at;		/* the line of a file of mappings, else no place */
	input_id from_id;
	u32 from_archive;	/* from_input is an archive: any of its members */
	u32 to_archive, to_member;	/* to_input is an archive: who has the function; .. */
	input_id to_id;		/* .. and which input that member is; take_members */
	node_id target;
	u32 used;
};

typedef VEC(struct link_bind) link_bind_vec;

/* An entry of the table of public names: the node that answers to it so far. */
struct link_name {
	const char *name;
	node_id def;		/* the best definition, none yet: .i = 0 */
	node_id first_extern;
	bool clash;		/* said already */
};

/* A name that is taken, and the number that the next one who wants it gets. */
struct link_used {
	const char *name;
	u32 next;
};

/* Types of two inputs that were compared and are the same. */
struct link_pair {
	const struct btf *btf_a, *btf_b;
	u32 a, b;
};

struct link_same {
	VEC(struct link_pair) pairs;
	struct hmap index;	/* hash of a pair -> pairs */
};

struct link_names {
	VEC(struct link_used) used;
	struct hmap index;	/* hash of name -> used */
};

struct link {
	struct diag *diag;
	struct arena arena;
	bool allow_unresolved, gc, whole_archive, no_table, reread;
	u64 code_size, code_max;	/* bytes of code in all inputs; held in memory at most */
	bool swept, gc_types;	/* drop_unreached: done, for types as well */
	const char *license;
	int err;		/* the first conflict: checked at the next milestone */
	bool finished;

	VEC(struct link_input) inputs;	/* [0] none */
	VEC(struct link_archive) archives;	/* [0] none */
	struct link_names input_names;	/* name_inputs */
	link_bind_vec mappings;
	link_bind_vec exports;
	VEC(const char *) inlines;	/* functions of the output; inline_output */
	link_bind_vec hides;
	link_bind_vec renames;
	bool keep_inputs;		/* for places */
	VEC(struct link_part) parts;	/* fill_parts */
	VEC(struct link_place) places;	/* of row places_of - 1 */
	u32 places_of;
	struct link_names files;	/* that were read */
	link_bind_vec prefixes;		/* from_input, to */
	link_bind_vec wraps;		/* from */
	VEC(const char *) privates;

	VEC(struct link_node) nodes;	/* [0] none; one per symbol, then clones */
	u32 first_clone;		/* in nodes; collect_nodes */
	VEC(struct link_name) names;
	struct hmap name_index;		/* hash of name -> names */
	VEC(struct link_piece) pieces;	/* [0] none */
	VEC(struct link_out) outs;	/* [0] none */
	struct hmap out_index;		/* hash of name -> outs */
	struct hmap equal_index;	/* hash of bytes -> pieces that are placed; place_pieces */
	struct hmap map_index;		/* hash of piece and offset -> nodes of maps; cut_pieces */
	struct link_names out_names;	/* name_nodes */

	const char *out_license;	/* check_licenses; NULL: none, or as in the inputs */
	struct obj *obj;		/* the output under construction */
	VEC(node_id) out_nodes;		/* in the order of the output's symbols; emit_symbols */
	struct btf *btf;		/* merge_types, then the output's */
	VEC(struct link_row) rows;
	struct link_same same;		/* check_types */
};

/* --- link.c ------------------------------------------------------------------------------ */

typedef int link_pass(struct link *l);

/* Remember a conflict and go on; the error of a diagnostic goes in. -ENOMEM is passed through. */
int link_fault(struct link *l, int err);

/* Give memory that was freed back to the system. */
void link_trim(const struct link *l);

static inline struct link_input *link_input(const struct link *l, input_id id)
{
	return &l->inputs.v[id.i];
}

static inline struct link_node *link_node(const struct link *l, node_id id)
{
	return &l->nodes.v[id.i];
}

static inline struct link_piece *link_piece(const struct link *l, piece_id id)
{
	return &l->pieces.v[id.i];
}

static inline const struct obj *link_obj(const struct link *l, input_id id)
{
	return l->inputs.v[id.i].obj;
}

static inline const struct obj_sym *link_node_sym(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);

	return obj_sym(link_obj(l, n->input), n->sym);
}

/* What it is called in this link. */
static inline const char *link_node_name(const struct link *l, node_id id)
{
	return link_node(l, id)->as;
}

/* What its input calls it. */
static inline const char *link_own_name(const struct link *l, node_id id)
{
	return link_node_sym(l, id)->name;
}

static inline node_id link_node_of(const struct link *l, input_id input, sym_id sym)
{
	return (node_id){ l->inputs.v[input.i].first_node.i + sym.i };
}

/* The node that this one stands for: a definition, or the extern that is left. */
static inline node_id link_root(const struct link *l, node_id id)
{
	while (link_node(l, id)->to.i != id.i)
		id = link_node(l, id)->to;
	return id;
}

/* Where a node is defined, or first wanted. */
struct weld_where link_where(const struct link *l, node_id id);
const char *link_kind_text(enum link_kind kind);

/* --- the passes, in the order of the spine ------------------------------------------------ */

link_pass link_name_inputs;		/* input.c */
link_pass link_take_members;		/* archive.c */
link_pass link_mark_privates;		/* input.c */
link_pass link_check_inputs;		/* input.c */
link_pass link_collect_nodes;		/* nodes.c */
link_pass link_pick_groups;		/* group.c */
link_pass link_rename_nodes;		/* rename.c */
link_pass link_mark_exports;		/* exports.c */
link_pass link_mark_hidden;		/* exports.c */
link_pass link_bind_mappings;		/* mapping.c */
link_pass link_bind_names;		/* bind.c */
link_pass link_keep_targets;		/* mapping.c */
link_pass link_warn_mappings;		/* mapping.c */
link_pass link_check_types;		/* check.c */
link_pass link_check_licenses;		/* license.c */
link_pass link_check_unresolved;	/* bind.c */
link_pass link_join_sections;		/* layout.c */
link_pass link_cut_pieces;		/* pieces.c */
link_pass link_find_uses;		/* clone.c */
link_pass link_make_clones;		/* clone.c */
link_pass link_drop_unreached;		/* gc.c */
link_pass link_place_pieces;		/* layout.c */
link_pass link_plan_relocs;		/* relocs.c */
link_pass link_name_nodes;		/* names.c */
link_pass link_merge_types;		/* types.c */
link_pass link_emit_sections;		/* emit.c */
link_pass link_emit_symbols;		/* emit.c */
link_pass link_emit_types;		/* types.c */
link_pass link_emit_contents;		/* contents.c */
link_pass link_fill_table;		/* table.c */
link_pass link_fill_parts;		/* table.c */
/* inline_rows.c: rows and parts of the object that o is, after inlining. -ENOMEM. */
int link_move_rows(struct link *l, const struct obj *o);

/* --- shared by several passes ------------------------------------------------------------ */

/* Whether the input of a node is private and the node not exported. */
static inline bool link_is_private(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);

	return link_input(l, n->input)->is_private && !n->exported;
}

/* The piece that covers a byte of an input's section; its end belongs to the last piece. */
piece_id link_piece_at(const struct link *l, input_id input, sec_id sec, u64 off);

/* The map that is defined at a byte of a piece, none without one. */
node_id link_map_at(const struct link *l, piece_id piece, u64 off);

/* Whether the node itself reaches the output: a definition, or an extern that is left. */
bool link_is_kept(const struct link *l, node_id id);

/* A place that a relocation of an input refers to: a node, or else a byte of a piece. */
struct link_target {
	node_id node;
	piece_id piece;
	s64 addend;		/* from the node, or from the piece's start */
};

/* from_code: it is one of a section of code, which may call. */
struct link_target link_find_target(const struct link *l, input_id input, bool from_code,
				    const struct obj_reloc *r);

/* The same; most are found without looking at pieces. */
static inline struct link_target link_reloc_target(const struct link *l, input_id input,
						   bool from_code, const struct obj_reloc *r)
{
	node_id node = link_root(l, link_node_of(l, input, r->sym));

	if (link_node(l, node)->plain)
		return (struct link_target){ .node = node, .addend = r->addend };
	return link_find_target(l, input, from_code, r);
}

/* contents.c asks for each piece: */
/* relocs.c: its relocations. */
int link_emit_relocs(struct link *l, piece_id piece);

/* Offsets in an input's strings that were looked up already: the lines of a function share most of
 * theirs. A slot is overwritten by the next offset that falls on it. */
enum { LINK_STRS_CACHED = 256 };

struct link_str_cache {
	const struct btf *from;
	struct {
		u32 old, new;
	} strs[LINK_STRS_CACHED];
};

/* records.c: its BTF.ext records; strs begins all zero. */
int link_emit_records(struct link *l, piece_id piece, struct link_str_cache *strs);

/* relocs.c: the first relocation of a section at or behind off. */
u32 link_first_reloc(const struct obj_sec *s, u64 off);

/* The bytes of a data section that a symbol covers; sorted by section, then start. */
struct link_cover {
	u64 from, to;
	u32 sec;
	node_id node;		/* none: a field that a relocation patches */
	bool kept;		/* it lost nothing */
	bool open;		/* what lies behind has to stay behind */
};
typedef VEC(struct link_cover) link_covers;

/* pieces.c: the number of the first cover of a section that starts behind off. */
u32 link_cover_behind(const link_covers *covers, u32 sec, u64 off);

/* pieces.c: add the next piece of a section; NULL without memory. */
struct link_piece *link_add_piece(struct link *l, input_id input, sec_id sec, u64 from, u64 to);

/* group.c: is it defined in a COMDAT group that lost? Say that the one that stays lacks it. */
bool link_in_lost_group(const struct link *l, node_id id);
int link_raise_group(struct link *l, node_id id);

/* equal.c: which sections are rows of entries, equal ones of which may become one; is there any? */
int link_find_entries(struct link *l, input_id input, bool *any);
/* Add the pieces of a range that no variable covers. */
int link_cut_entries(struct link *l, input_id input, sec_id sec, u64 from, u64 to);
/* If a piece with equal bytes has its place in this section, give that to this one. */
int link_find_equal(struct link *l, piece_id piece, out_id out, bool *found);

/* ends.c: find the open ones of an input. */
int link_mark_open_ends(const struct link *l, input_id input, link_covers *covers);

/* "dir/fw-a.o" -> "fw_a", in the arena; NULL without memory. */
const char *link_stem_of(struct link *l, const char *file);

/* archive.c: take the bytes of an archive; the name is as for inputs. */
int link_add_archive(struct link *l, const char *name, struct sbuf *bytes, const char *file);
bool link_fd_is_archive(int fd);
/* The archive of that name, 0 when there is none or an input has it. */
u32 link_find_archive(const struct link *l, const char *name);
void link_free_archives(struct link *l);

bool link_names_has(const struct link_names *names, const char *name);
/* Take a name as it is, whether or not it is taken; -ENOMEM. */
int link_names_take(struct link_names *names, const char *name);
/* Take the first of base, base__1, base__2, ... that is free; NULL without memory. */
const char *link_names_unique(struct link_names *names, struct arena *a, const char *base);
void link_names_free(struct link_names *names);

/* bind.c: may ref stand for def, going by their kinds? */
bool link_kinds_fit(const struct link *l, node_id def, node_id ref);

/* An input by name for "INPUT:..."; raises what's wrong, at a place that may be NULL. */
int link_find_input(struct link *l, const char *name, const struct weld_where *at, input_id *out);

/* Letters, digits and '_', no digit in front. */
bool link_is_c_name(const char *s);

/* compat.c: do a declaration and a definition agree? */
enum link_match {
	LINK_SAME,
	LINK_SIMILAR,		/* signedness, qualifiers */
	LINK_DIFFERENT,
};

/* One side of a comparison. */
struct link_type {
	const struct btf *btf;
	u32 id;
};

/* why gets words for what isn't the same. FUNC, VAR or any type on both sides. What same knows is
 * not looked at again. -ENOMEM. */
int link_compare(struct link_same *same, struct link_type a, struct link_type b,
		 enum link_match *out, struct sbuf *why);

#endif
