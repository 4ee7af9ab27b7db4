/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The linker's door: many objects in, one object out, and a table that says what became of each
 * symbol. What comes out can't be told from an object that was read from a file.
 *
 *	struct link *l;
 *	struct obj *out;
 *
 *	link_new(diag, &(struct link_opts){ 0 }, &l);
 *	link_add_file(l, NULL, "dispatcher.o", NULL);
 *	link_add_file(l, "a", "xdp_drop.o", NULL);
 *	link_set_private(l, "a");
 *	link_map_extern(l, "prog1", "a:xdp_main");
 *	link_finish(l, &out);
 *
 * The linker object owns its inputs unless they were lent, and everything in the table; the
 * object that link_finish gives owns all of its own bytes and outlives the linker. The same
 * inputs, names and options in the same order give the same bytes: of a path only the stem
 * counts, as the default of the input's name.
 *
 * Inputs, mappings and settings come in any order, also mappings before the inputs that they
 * speak of; names are looked up by link_finish, which runs once.
 */
#ifndef LINKER_LINKER_H
#define LINKER_LINKER_H

#include "lib/obj/obj.h"

struct link;

/* An input, counted from 1 in the order of adding; 0 is none. */
typedef struct { u32 i; } input_id;

struct link_opts {
	bool allow_unresolved;	/* a partial link: strong externs may stay */
	const char *license;	/* replaces what the inputs say; NULL: theirs */
	bool gc;		/* drop what no program reaches (gc.c says from where) */
	bool whole_archive;	/* all members of all archives, wanted or not */
	bool reread;		/* files stay as they are until link_finish: large links need not
				 * hold the code of all of them */
	u64 code_max;		/* bytes of code that are held even so; 0: 4 MiB */
	bool no_table;		/* nobody is going to ask what became of symbols and sections */
};

int link_new(struct diag *d, const struct link_opts *opts, struct link **out);
void link_free(struct link *l);

/* --- inputs ------------------------------------------------------------------------------ */
/*
 * name is the input's name space, by which mappings call it: letters, digits and '_'. NULL takes
 * the stem of the file's name, other characters turned into '_'. Two inputs given one name are
 * -EEXIST at once; two that share a stem are told apart as stem, stem__1, ... and a mapping that
 * says the bare stem is ambiguous. id may be NULL. The objects' own diagnostics pass through.
 *
 * Files, descriptors and bytes may also be ar archives, for which *id is none: a member becomes
 * an input in link_finish, behind all others, when it is the first that defines what a strong
 * extern wants, whatever the order of adding. LIB:FUNC in a mapping takes the member that has the
 * function. Member foo.o of archive libx.a is the input libx__foo, its file "libx.a(foo.o)".
 */

/* lend: the object stays the caller's and must outlive the linker. Else it is the linker's from
 * here on, also on failure. It is never changed. */
int link_add_obj(struct link *l, const char *name, struct obj *o, bool lend, input_id *id);
int link_add_file(struct link *l, const char *name, const char *path, input_id *id);
/* "NAME=file" or "file": a prefix of letters, digits and '_' before any '/' is a name. */
int link_add_spec(struct link *l, const char *spec, input_id *id);
/* file is the name for diagnostics and for the stem. fd stays the caller's. */
int link_add_fd(struct link *l, const char *name, int fd, const char *file, input_id *id);
int link_add_mem(struct link *l, const char *name, struct span bytes, const char *file,
		 input_id *id);

/* The archive lib<lib>.a in the first of the folders that has one. */
int link_add_lib(struct link *l, const char *const *dirs, u32 n_dirs, const char *lib);

/* --- name spaces ------------------------------------------------------------------------- */
/* All of these only take note; -EINVAL for text that isn't of the form, -ENOMEM. */

/* Bind the extern function ("EXTERN" of all inputs, "INPUT:EXTERN" of one, which wins) to a
 * function: global, static or an entry program, also a weak one that a stronger definition
 * overrides for everyone else; "FUNC" is looked for in all inputs. */
int link_map_extern(struct link *l, const char *extern_spec, const char *func_spec);
/* The same from a file ("-": standard input): EXTERN=FUNC a line, '#' starts a comment. What is
 * wrong with one of them, now or in link_finish, is said with its line. */
int link_map_file(struct link *l, const char *path);
/* Nobody binds by name to what this input defines; it gets names of its own in the output. */
int link_set_private(struct link *l, const char *input);
/* "[INPUT:]SYM": a symbol of a private input that is to stay public, an entry that is bound by
 * a mapping that is to stay an entry as well. */
int link_export(struct link *l, const char *spec);
/* "[INPUT:]SYM": everything in this link binds to it as usual, but in the output it is local, so
 * that later links neither see nor clash with it. Programs, which loaders look for, are refused. */
int link_hide(struct link *l, const char *spec);
/* A function of the output, by its name there, that is to become part of all of its callers, once
 * everything else is done (inline.h). Where a call has to stay a warning says why. */
int link_inline_func(struct link *l, const char *func);

/*
 * New names, before anything is bound (but a mapping, an export and whatever else says INPUT:NAME
 * goes on to speak of the inputs' own names). A rename says the whole name and is for every symbol
 * called so: definitions, externs (which then bind by the new name) and static ones; the one of
 * an input comes before the one of all inputs. A prefix is for the globals, maps and programs that
 * an input defines and no rename speaks of, and takes the place of "INPUT__" for a private one.
 */
int link_rename(struct link *l, const char *spec, const char *name);
int link_set_prefix(struct link *l, const char *input, const char *prefix);
/* Externs called NAME bind to __wrap_NAME, externs called __real_NAME to NAME; the object that
 * defines NAME goes on to use its own. Applied after renames and prefixes. */
int link_wrap(struct link *l, const char *name);

/* --- linking ----------------------------------------------------------------------------- */

/*
 * Link. All conflicts are said in one run (up to the error limit of the diag). Errors: -EEXIST
 * defined twice, -ENOENT an extern, input or function that isn't there, -EINVAL inputs that
 * contradict each other, -ENOTSUP, -ENOMEM. *out is the caller's.
 */
int link_finish(struct link *l, struct obj **out);

/* --- what became of the symbols ---------------------------------------------------------- */

enum link_fate {
	LINK_FATE_KEPT,		/* defined here, in the output */
	LINK_FATE_BOUND,	/* an extern that a definition of another input answers */
	LINK_FATE_EXTERN,	/* an extern that is left in the output */
	LINK_FATE_DROPPED,	/* defined here, not in the output: see why */
};

enum link_how {
	LINK_HOW_NONE,
	LINK_HOW_NAME,
	LINK_HOW_MAPPING,
	LINK_HOW_WRAP,
	LINK_HOW_RENAME,	/* by a name that a rename or prefix made */
};

/* why.def has a row each, with its words. */
enum link_why {
#define WHY(id, ...) LINK_WHY_##id,
#include "linker/why.def"
#undef WHY
};

/* One symbol of one input. A clone is a row of its own. */
struct link_row {
	input_id input;
	sym_id sym;		/* in the input's object */
	const char *old_name;
	const char *as;		/* in this link: after renames, prefixes, wrappers */
	const char *new_name;	/* in the output; of the definition, for BOUND; "" when dropped */
	const char *kind;	/* "program", "function", "map", "variable"; static */
	enum link_fate fate;
	enum link_how how;	/* BOUND: by what */
	input_id to;		/* BOUND: whose definition; DROPPED: who defines it instead */
	bool is_clone;		/* a subprogram made of an entry program, or the body of a weak
				 * function that lost, kept for a mapping */
	bool weak;
	const char *section;	/* in the output, "" without one */
	u64 off, size;		/* bytes in that section; BOUND: of the definition */
	enum link_why why;	/* of the fate; link_row_words has the words */
	const char *words;	/* NULL until they are asked for */
	u32 mapping;		/* how is MAPPING: its number */
};

struct link_table {
	const struct link_row *rows;	/* by input, then as in its symbol table */
	u32 n_rows;
};

/* Valid after link_finish, even a failed one (rows so far), until link_free. Empty if no_table. */
struct link_table link_table(const struct link *l);

/* Why a row is as it is, in words; NULL without memory. */
const char *link_row_words(struct link *l, u32 row);

/* The first row at or behind from whose symbol is "[INPUT:]NAME", by any of its names; -ENOENT,
 * which is raised when from is 0. */
int link_find_row(struct link *l, const char *spec, u32 from, u32 *row);

/* The inputs are freed by link_finish, unless somebody is going to ask for places. */
void link_keep_inputs(struct link *l);

/* Each place that defines or names a row's symbol in its input; valid until the next call. -EINVAL
 * when the inputs weren't kept. */
struct link_place {
	struct weld_where at;
	bool is_def;
};

struct link_places {
	const struct link_place *places;
	u32 n_places;
};

int link_places(struct link *l, u32 row, struct link_places *out);

/* What became of the inputs' sections: a part is a range of bytes that went to one place as a
 * whole. Copies of programs and common symbols are no part of a section. */
struct link_part {
	input_id input;
	const char *section;	/* in the input */
	u64 from, size;		/* bytes there */
	const char *out;	/* section of the output; "" when it isn't in there */
	u64 off;		/* bytes in that section */
	const char *why;	/* isn't in there: why; else NULL */
};

struct link_parts {
	const struct link_part *parts;	/* by input, then as in its section table; last those
					 * that were read over */
	u32 n_parts;
};

struct link_parts link_part_table(const struct link *l);

/* Every file that the link read and that was noted, each once, in order; NULL behind the last. */
int link_note_file(struct link *l, const char *path);
const char *link_nth_file(const struct link *l, u32 n);

/* "" for none. */
const char *link_input_name(const struct link *l, input_id id);	/* "fw_a" */
const char *link_input_file(const struct link *l, input_id id);	/* "build/fw_a.o" */
u32 link_n_inputs(const struct link *l);
bool link_input_private(const struct link *l, input_id id);

/* The name nearest to wanted, for "did you mean": feed candidates, ask for the best. */
struct link_guess {
	const char *wanted;
	const char *best;
	u32 distance;
};
void link_guess_add(struct link_guess *g, const char *candidate);
void link_guess_help(const struct link_guess *g, struct diag_msg *m);

#endif
