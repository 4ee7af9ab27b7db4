/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Objects: BPF ELF files opened for looking, linking and loading. An object never changes once
 * it is open; it may be loaded several times, to several targets.
 */
#ifndef BPFWELD_OBJECT_H
#define BPFWELD_OBJECT_H

#include <bpfweld/common.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weld_object;
struct weld_btf;

/* --- opening and writing -------------------------------------------------------------- */

struct weld_object_open_opts {
	size_t sz;
	const char *name; /* names the input in diagnostics; NULL: the path */
};

/*
 * Open by path ("-" is standard input), descriptor (also of a pipe; it stays the caller's) or
 * bytes (copied). Either byte order. -EINVAL malformed, -ENOTSUP a foreign or unsupported kind
 * of file, -ENOENT, -ENOMEM, or what open(2) said.
 */
WELD_API int weld_object__open_file(struct weld_ctx *ctx, const char *path,
				    const struct weld_object_open_opts *opts,
				    struct weld_object **obj);
WELD_API int weld_object__open_fd(struct weld_ctx *ctx, int fd,
				  const struct weld_object_open_opts *opts,
				  struct weld_object **obj);
WELD_API int weld_object__open_mem(struct weld_ctx *ctx, const void *bytes, size_t size,
				   const struct weld_object_open_opts *opts,
				   struct weld_object **obj);
WELD_API void weld_object__close(struct weld_object *obj);

/* As an ELF file: to a temporary file that is renamed to path, or to memory that the caller
 * frees with free(). The same object gives the same bytes. */
WELD_API int weld_object__write_file(const struct weld_object *obj, const char *path);
WELD_API int weld_object__write_mem(const struct weld_object *obj, void **bytes, size_t *size);

/* --- what is in it -------------------------------------------------------------------- */
/*
 * Every look-up by number fills a struct whose sz the caller set, and returns -ENOENT behind the
 * last one. Strings belong to the object.
 */

struct weld_object_info {
	size_t sz;
	const char *name;
	const char *license; /* NULL without one */
	bool big_endian;
	bool has_btf;
	bool has_version;
	uint32_t version; /* of the "version" section */
	uint32_t n_programs, n_functions, n_maps, n_externs, n_sections, n_symbols, n_dropped;
};
WELD_API int weld_object__info(const struct weld_object *obj, struct weld_object_info *info);

/* A function, or an entry program. */
struct weld_function_info {
	size_t sz;
	const char *name;
	const char *section;
	uint32_t insn; /* first one in its section */
	uint32_t n_insns;
	bool is_program;
	bool is_static, is_weak, is_hidden;
	bool autoload;
	uint32_t type;		 /* enum bpf_prog_type, 0: the section name says none */
	uint32_t attach_type;	 /* enum bpf_attach_type */
	const char *type_name;	 /* "xdp", as bpftool spells it; "unspec" */
	const char *attach_name; /* NULL without an attach type */
	const char *extras;	 /* behind the '/' of the section name, "" without */
	const char *prototype;	 /* C, from BTF; NULL without */
	uint32_t n_core_relos;
};
WELD_API int weld_object__function(const struct weld_object *obj, uint32_t n,
				   struct weld_function_info *info);
/* The n-th entry program. */
WELD_API int weld_object__program(const struct weld_object *obj, uint32_t n,
				  struct weld_function_info *info);

struct weld_map_info {
	size_t sz;
	const char *name;
	const char *section;   /* NULL for an extern map */
	uint32_t type;	       /* enum bpf_map_type */
	const char *type_name; /* "hash", as bpftool spells it */
	uint32_t key_size, value_size, max_entries, flags, pinning;
	bool is_extern;
	bool is_data;			   /* stands for a .data, .rodata or .bss section */
	const char *key_type, *value_type; /* C, from BTF; NULL without */
	const char *inner;		   /* name of the template of inner maps, NULL */
	uint32_t n_slots;		   /* initial programs or maps */
};
WELD_API int weld_object__map(const struct weld_object *obj, uint32_t n,
			      struct weld_map_info *info);

enum weld_extern_kind {
	WELD_EXTERN_FUNC,
	WELD_EXTERN_VAR,
	WELD_EXTERN_MAP,
	WELD_EXTERN_KFUNC,
	WELD_EXTERN_KSYM,
	WELD_EXTERN_KCONFIG,
};

struct weld_extern_info {
	size_t sz;
	const char *name;
	int kind;	       /* enum weld_extern_kind */
	const char *kind_name; /* "func", "var", "map", "kfunc", "ksym", "kconfig" */
	bool weak;
	const char *type; /* C declaration, from BTF; NULL without */
};
WELD_API int weld_object__extern(const struct weld_object *obj, uint32_t n,
				 struct weld_extern_info *info);

struct weld_section_info {
	size_t sz;
	const char *name;
	const char *kind; /* "code", "data", "rodata", "bss", "maps", ... */
	uint64_t size, align;
	uint32_t n_relocs;
	const char *dropped_why; /* read over: why; NULL for the others */
};
/* Kept sections first, then those that were read over. */
WELD_API int weld_object__section(const struct weld_object *obj, uint32_t n,
				  struct weld_section_info *info);

struct weld_symbol_info {
	size_t sz;
	const char *name;
	const char *section;	/* NULL: undefined */
	uint64_t value, size;	/* bytes */
	const char *type;	/* "func", "object", "notype" */
	const char *bind;	/* "local", "global", "weak" */
	const char *visibility; /* "default", "hidden", ... */
	uint32_t n_refs;	/* relocations that name it */
};
/* All but section symbols. */
WELD_API int weld_object__symbol(const struct weld_object *obj, uint32_t n,
				 struct weld_symbol_info *info);

/* The object's types, which live as long as it; NULL without BTF. */
WELD_API const struct weld_btf *weld_object__btf(const struct weld_object *obj);

#ifdef __cplusplus
}
#endif
#endif
