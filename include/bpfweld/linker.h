/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The static linker: many objects in, one out. Extern functions are bound by name, or to a
 * chosen function of a chosen input, whatever its name:
 *
 *	weld_linker__new(ctx, NULL, &l);
 *	weld_linker__add_file(l, NULL, "dispatcher.o");
 *	weld_linker__add_file(l, "a", "firewall.o");
 *	weld_linker__set_private(l, "a");
 *	weld_linker__map(l, "prog1", "a:xdp_main");
 *	weld_linker__finish(l, &obj);
 */
#ifndef BPFWELD_LINKER_H
#define BPFWELD_LINKER_H

#include <bpfweld/diag.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weld_linker;
struct weld_object;

struct weld_linker_opts {
	size_t sz;
	bool allow_unresolved; /* partial link: strong externs may be left */
	const char *license;   /* replaces what the inputs say; NULL: theirs */
	/*
	 * Drop functions, maps, variables and types that nothing reaches from entry programs,
	 * kernel operation tables, exported symbols and maps that are pinned by name. A partial
	 * link, or one without any program, keeps all public symbols as well.
	 */
	bool gc;
	bool whole_archive;    /* take all members of all archives, wanted or not */
	/* Keep no account of what became of symbols and sections: saves memory in large links.
	 * weld_linker__symbol, __find_symbol and __section find nothing then. */
	bool no_table;
	/* Inputs that are added by path stay as they are until weld_linker__finish returns: code
	 * that is large together isn't held in memory meanwhile, but read again (relative paths
	 * from the working directory of then). */
	bool reread;
};

WELD_API int weld_linker__new(struct weld_ctx *ctx, const struct weld_linker_opts *opts,
			      struct weld_linker **linker);
WELD_API void weld_linker__free(struct weld_linker *linker);

/*
 * Inputs. name is the input's name space, by which mappings call it: letters, digits and '_';
 * NULL: the stem of the file's name. file names bytes and descriptors in diagnostics. Bytes are
 * copied; a descriptor stays the caller's; an object is lent and must outlive the linker. The
 * same file may be added twice under two names. Errors as for weld_object__open_*, and -EEXIST
 * for a name that is taken.
 *
 * Files, descriptors and bytes may be ar archives (not thin ones). weld_linker__finish makes an
 * input of a member, behind all others, when it is the first that defines what a strong extern of
 * an input wants; the order of adding doesn't matter otherwise. Member foo.o of libx.a is the
 * input libx__foo, and its file "libx.a(foo.o)"; a mapping to "libx:FUNC" takes the member that
 * has FUNC.
 */
WELD_API int weld_linker__add_file(struct weld_linker *linker, const char *name, const char *path);
WELD_API int weld_linker__add_fd(struct weld_linker *linker, const char *name, int fd,
				 const char *file);
WELD_API int weld_linker__add_mem(struct weld_linker *linker, const char *name, const void *bytes,
				  size_t size, const char *file);
WELD_API int weld_linker__add_object(struct weld_linker *linker, const char *name,
				     const struct weld_object *obj);
/* The archive lib<LIB>.a in the first of the folders that has one; -ENOENT. */
WELD_API int weld_linker__add_lib(struct weld_linker *linker, const char *const *dirs,
				  size_t n_dirs, const char *lib);

/* Bind "EXTERN" (of all inputs) or "INPUT:EXTERN" (of one) to "FUNC" or "INPUT:FUNC", which may
 * be global, static or an entry program. Wins over names. */
WELD_API int weld_linker__map(struct weld_linker *linker, const char *extern_spec,
			      const char *func_spec);
/* The same from a file ("-": standard input) of EXTERN=FUNC lines, in which '#' starts a comment.
 * What is wrong with one of them, here or in finish, is diagnosed with its line. */
WELD_API int weld_linker__map_file(struct weld_linker *linker, const char *path);
/* Nothing binds by name to what this input defines, so its names can't clash. */
WELD_API int weld_linker__set_private(struct weld_linker *linker, const char *input);
/* "[INPUT:]SYM" of a private input stays public; an entry that a mapping binds stays an entry. */
WELD_API int weld_linker__export(struct weld_linker *linker, const char *spec);
/*
 * "[INPUT:]SYM" is bound to as usual, but local in the output, so that later links neither see nor
 * clash with it. Programs, which loaders look for, can't be hidden: finish gives -EINVAL.
 */
WELD_API int weld_linker__hide(struct weld_linker *linker, const char *spec);
/*
 * A function of the output, by its name there, becomes part of all of its callers once everything
 * else is done: its frame below theirs, registers that they need saved around it. A call that has
 * to stay is a warning that says why (a tail call, recursion, more than 512 bytes of stack). A
 * static function that nothing calls any more is left out. -ENOENT from finish: no such function.
 */
WELD_API int weld_linker__inline(struct weld_linker *linker, const char *function);

/*
 * New names, made before anything is bound by name. What says INPUT:NAME goes on to speak of the
 * inputs' own names. A rename ("[INPUT:]OLD") says the whole new name, of definitions, externs and
 * static symbols alike; that of one input comes before that of all. A prefix is for the globals,
 * maps and programs of an input that no rename speaks of; for a private input it takes the place
 * of "INPUT__". -EINVAL for what can't be a name in C.
 */
WELD_API int weld_linker__rename(struct weld_linker *linker, const char *spec, const char *name);
WELD_API int weld_linker__prefix(struct weld_linker *linker, const char *input,
				 const char *prefix);
/* Externs called NAME bind to __wrap_NAME, and those called __real_NAME to NAME, after renames and
 * prefixes. The object that defines NAME goes on to use its own. */
WELD_API int weld_linker__wrap(struct weld_linker *linker, const char *name);

/*
 * Link, once. All conflicts are diagnosed in one run. -EEXIST defined twice, -ENOENT something
 * isn't there, -EINVAL inputs that contradict each other. The object belongs to the caller and
 * needs neither the linker nor the inputs any more.
 */
WELD_API int weld_linker__finish(struct weld_linker *linker, struct weld_object **obj);
/* The same to a file, which is written whole or not at all. */
WELD_API int weld_linker__finish_file(struct weld_linker *linker, const char *path);

/* --- what became of it ---------------------------------------------------------------- */

struct weld_linker_input {
	size_t sz;
	const char *name, *file;
	bool is_private;
};
/* The n-th input, -ENOENT behind the last. Strings live as long as the linker. */
WELD_API int weld_linker__input(const struct weld_linker *linker, uint32_t n,
				struct weld_linker_input *info);

struct weld_linker_symbol {
	size_t sz;
	const char *input; /* name of the input that it comes from */
	const char *old_name;
	const char
		*new_name; /* in the output (of the definition, for a bound extern); "" dropped */
	const char *kind;  /* "program", "function", "map", "variable" */
	const char *fate;  /* "kept", "bound", "extern", "dropped" */
	const char *bound_by;  /* "name", "mapping", "wrap", "rename"; NULL */
	const char *to;	       /* input whose definition won; NULL */
	const char *section;   /* in the output, NULL without one */
	const char *why;       /* it was kept, dropped, left or bound so, in words */
	uint64_t offset, size; /* bytes in that section */
	bool weak, is_clone;
	const char *as; /* name that it was bound by: old_name, or what was made of that */
};
/*
 * The n-th symbol of all inputs, -ENOENT behind the last; after finish, also a failed one. By
 * input, then as in its symbol table; a clone follows what it is one of.
 */
WELD_API int weld_linker__symbol(const struct weld_linker *linker, uint32_t n,
				 struct weld_linker_symbol *info);

/* The first symbol numbered from or higher that is "[INPUT:]NAME", by its name in the input, in
 * the output or in between; -ENOENT, which is diagnosed when from is 0. */
WELD_API int weld_linker__find_symbol(struct weld_linker *linker, const char *spec, uint32_t from,
				      uint32_t *n);

/* Places are in the inputs, which finish frees unless this was called before it. */
WELD_API void weld_linker__keep_inputs(struct weld_linker *linker);

/* A place that defines a symbol, or names it in code or data. */
struct weld_linker_place {
	size_t sz;
	bool is_definition;
	struct weld_where at; /* strings live as long as the linker */
};
/* The n-th place of a symbol's input that is about it, -ENOENT behind the last; -EINVAL when the
 * inputs weren't kept. */
WELD_API int weld_linker__place(struct weld_linker *linker, uint32_t symbol, uint32_t n,
				struct weld_linker_place *info);

/* A range of bytes of an input's section that went to the output as a whole, or that didn't. */
struct weld_linker_section {
	size_t sz;
	const char *input; /* name of the input */
	const char *name;  /* of the section in that input */
	const char *out;   /* section of the output; NULL: not in there */
	uint64_t from;	   /* bytes from the start of the input's section */
	uint64_t offset;   /* bytes from the start of the output's section */
	uint64_t size;	   /* bytes */
	const char *why;   /* not in there: why; NULL */
};
/* The n-th such range, -ENOENT behind the last; by input, those that were read over (DWARF and
 * the like) behind the others. */
WELD_API int weld_linker__section(const struct weld_linker *linker, uint32_t n,
				  struct weld_linker_section *info);

/* The n-th file that was read (objects and files of mappings, each once), for lists of what the
 * output depends on; -ENOENT behind the last. */
WELD_API int weld_linker__file(const struct weld_linker *linker, uint32_t n, const char **path);

/* --- in one call ---------------------------------------------------------------------- */

struct weld_link_input {
	const char *name;	       /* NULL: the stem */
	const char *path;	       /* or */
	const struct weld_object *obj; /* lent */
	bool is_private;
};

struct weld_link_mapping {
	const char *extern_spec; /* "[INPUT:]EXTERN" */
	const char *func_spec;	 /* "[INPUT:]FUNC" */
};

struct weld_link_rename {
	const char *spec; /* "[INPUT:]OLD"; of a prefix "INPUT" */
	const char *name; /* the new name, or the prefix */
};

struct weld_link_opts {
	size_t sz;
	const struct weld_link_mapping *mappings;
	size_t n_mappings;
	bool allow_unresolved;
	const char *license;
	bool gc; /* drop what no program reaches, as in weld_linker_opts */
	const struct weld_link_rename *renames;
	size_t n_renames;
	const struct weld_link_rename *prefixes;
	size_t n_prefixes;
	const char *const *wraps; /* "SYM" */
	size_t n_wraps;
	const char *const *exports; /* "[INPUT:]SYM" */
	size_t n_exports;
	const char *const *hides; /* "[INPUT:]SYM" */
	size_t n_hides;
	bool whole_archive;
	const char *const *inlines; /* functions of the output */
	size_t n_inlines;
};

WELD_API int weld_link(struct weld_ctx *ctx, const struct weld_link_input *inputs, size_t n_inputs,
		       const struct weld_link_opts *opts, struct weld_object **obj);

#ifdef __cplusplus
}
#endif
#endif
