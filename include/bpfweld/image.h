/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Images: the final instructions of one program as data, made without asking any kernel. Functions
 * stand one behind the other, calls are resolved, maps go by their index in the attribute fd_array
 * of BPF_PROG_LOAD. What only a kernel or its configuration can say is listed: a program that
 * loads the image creates the maps, patches what the lists name, and loads.
 */
#ifndef BPFWELD_IMAGE_H
#define BPFWELD_IMAGE_H

#include <bpfweld/common.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weld_object;
struct weld_image;

/*
 * The image of an entry program. The object must outlive it; what it hands out lives as long as
 * the image. Errors: -ENOENT there is no such program, or an extern that
 * no kernel resolves is left; -EINVAL, -E2BIG what no kernel would take; -ENOMEM.
 */
WELD_API int weld_object__image(const struct weld_object *obj, const char *program,
				struct weld_image **image);
WELD_API void weld_image__free(struct weld_image *image);

struct weld_image_info {
	size_t sz;
	const char *program;
	const char *section;
	const char *license;	   /* "" without one */
	uint32_t type;		   /* enum bpf_prog_type, 0: the section name says none */
	uint32_t attach_type;	   /* enum bpf_attach_type, to be expected_attach_type */
	const char *type_name;	   /* "xdp", as bpftool spells it; "unspec" */
	const char *attach_name;   /* NULL without an attach type */
	const char *attach_target; /* what attach_btf_id has to name; NULL: the type wants none */
	uint32_t flags;		   /* BPF_F_* for prog_flags */
	uint32_t kern_version;
	bool big_endian;   /* byte order of insns, btf and the maps' data */
	const void *insns; /* 8 bytes each */
	uint32_t n_insns;
	const void *btf; /* as a kernel takes it; NULL without */
	size_t btf_size;
	bool has_func_info; /* func_info and line_info can be given: BTF has all functions */
	uint32_t n_functions, n_lines, n_maps, n_map_refs, n_ksyms, n_kconfigs, n_core_relos;
};
WELD_API int weld_image__info(const struct weld_image *image, struct weld_image_info *info);

/*
 * Every look-up by number fills a struct whose sz the caller set, and returns -ENOENT behind the
 * last one. Instructions count from the image's first.
 */

/* A function: the program, then each that it reaches. With has_func_info, a func_info record. */
struct weld_image_function {
	size_t sz;
	const char *name;
	uint32_t insn, n_insns;
	uint32_t type_id; /* FUNC in btf; 0 without */
};
WELD_API int weld_image__function(const struct weld_image *image, uint32_t n,
				  struct weld_image_function *info);

/* A line_info record. */
struct weld_image_line {
	size_t sz;
	uint32_t insn;
	uint32_t file_off, line_off; /* strings of btf */
	uint32_t line_col;	     /* line << 10 | column */
	const char *file, *text;
	uint32_t line, column;
};
WELD_API int weld_image__line(const struct weld_image *image, uint32_t n,
			      struct weld_image_line *info);

/* A map to create: first those that instructions name, where n is the index in fd_array; then
 * those that only other maps name, as template of inner maps or as initial contents. */
struct weld_image_map {
	size_t sz;
	const char *name;
	bool in_fd_array;
	bool is_data;	  /* one value that stands for a .data, .rodata or .bss section */
	bool is_kconfig;  /* one value that holds the configuration values */
	bool is_template; /* of the inner maps of another one */
	uint32_t type;	  /* enum bpf_map_type */
	const char *type_name;
	uint32_t key_size, value_size, max_entries, flags, numa_node, pinning;
	uint64_t extra;
	uint32_t key_type_id, value_type_id; /* in btf, 0: none */
	int32_t inner;			     /* number of the template, -1: none */
	const void *data;     /* is_data: value_size bytes to fill it with; NULL: zeros */
	uint32_t n_addresses; /* is_data: places in data that hold an address; they are 0 */
	uint32_t n_slots;     /* initial programs or maps */
};
WELD_API int weld_image__map(const struct weld_image *image, uint32_t n,
			     struct weld_image_map *info);

/* An initial element of a program array or of a map of maps; of a struct_ops, a callback. */
struct weld_image_slot {
	size_t sz;
	uint32_t idx;	     /* element; of a struct_ops the byte in the value */
	const char *program; /* or */
	int32_t map;	     /* number of the map, -1 */
};
WELD_API int weld_image__slot(const struct weld_image *image, uint32_t map, uint32_t n,
			      struct weld_image_slot *info);

/* A place in a data map's value that wants the address of a function or variable, which user space
 * can't know: programs read 0 there. */
struct weld_image_address {
	size_t sz;
	uint64_t off; /* byte in the value */
	const char *symbol;
	int64_t addend;
};
WELD_API int weld_image__address(const struct weld_image *image, uint32_t map, uint32_t n,
				 struct weld_image_address *info);

/* An ld_imm64 that names a map by its index, as it stands in insns. */
struct weld_image_map_ref {
	size_t sz;
	uint32_t insn;
	uint32_t map;  /* number of the map */
	bool is_value; /* the address of the byte off of its value, not the map */
	uint32_t off;
};
WELD_API int weld_image__map_ref(const struct weld_image *image, uint32_t n,
				 struct weld_image_map_ref *info);

/* An instruction that wants the BTF id of a kernel function or variable: of a call imm, and off
 * for a module's; of an ld_imm64 imm, and the second imm for a module's. A weak one that the
 * kernel doesn't have: an ld_imm64 of src 0 and imm 0. */
struct weld_image_ksym {
	size_t sz;
	uint32_t insn;
	const char *name;
	const char *type; /* C declaration, from BTF; NULL without */
	bool is_function, is_call, weak;
};
WELD_API int weld_image__ksym(const struct weld_image *image, uint32_t n,
			      struct weld_image_ksym *info);

/* A configuration value, and where it lies in the value of the map of these. */
struct weld_image_kconfig {
	size_t sz;
	const char *name;
	const char *type; /* C declaration */
	uint32_t off, size;
	bool weak; /* 0 where the kernel doesn't have it */
};
WELD_API int weld_image__kconfig(const struct weld_image *image, uint32_t n,
				 struct weld_image_kconfig *info);

/* A CO-RE relocation. */
struct weld_image_core_relo {
	size_t sz;
	uint32_t insn;
	uint32_t type_id;    /* in btf */
	uint32_t access_off; /* string of btf */
	const char *access;
	uint32_t kind; /* enum bpf_core_relo_kind */
};
WELD_API int weld_image__core_relo(const struct weld_image *image, uint32_t n,
				   struct weld_image_core_relo *info);

#ifdef __cplusplus
}
#endif
#endif
