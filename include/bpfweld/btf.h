/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* BTF: the types of an object, or of a file of its own. */
#ifndef BPFWELD_BTF_H
#define BPFWELD_BTF_H

#include <bpfweld/common.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weld_btf;

struct weld_btf_open_opts {
	size_t sz;
	const struct weld_btf *base; /* for split BTF; must outlive the result */
};

/* Open raw BTF (such as /sys/kernel/btf/vmlinux) or the .BTF section of an ELF file. Close it
 * with weld_btf__close; a weld_object__btf() belongs to its object. Errors as for objects. */
WELD_API int weld_btf__open_file(struct weld_ctx *ctx, const char *path,
				 const struct weld_btf_open_opts *opts, struct weld_btf **btf);
WELD_API int weld_btf__open_mem(struct weld_ctx *ctx, const void *bytes, size_t size,
				const struct weld_btf_open_opts *opts, struct weld_btf **btf);
WELD_API void weld_btf__close(struct weld_btf *btf);

/* The highest type id. */
WELD_API uint32_t weld_btf__n_types(const struct weld_btf *btf);

enum weld_btf_format {
	WELD_BTF_RAW,  /* one type a line, as `bpftool btf dump ... format raw` has it */
	WELD_BTF_JSON, /* {"types":[...]}, in the shape of bpftool's */
	WELD_BTF_C,    /* a C header that compiles and gives each type its layout; of split BTF, its
			* own types and what these need of the base */
};

/* All types as text, NUL-terminated, that the caller frees with free(). -ENOMEM, -EINVAL; -E2BIG
 * for C when anonymous types are nested so that the text would be many times as large. */
WELD_API int weld_btf__dump(const struct weld_btf *btf, int format, char **text);

/* --- merging -------------------------------------------------------------------------- */

/* BTF without types, to append others to. Close it with weld_btf__close. -ENOMEM. */
WELD_API int weld_btf__new(struct weld_ctx *ctx, struct weld_btf **btf);

/* Append all types of other, whose id i becomes i plus the count of types that btf had (ids of a
 * base, which both must have in common, stay). The two must not be the same. -EINVAL for an
 * object's BTF, which belongs to the object, -ENOMEM, -E2BIG. */
WELD_API int weld_btf__append(struct weld_btf *btf, const struct weld_btf *other);

struct weld_btf_dedup_opts {
	size_t sz;
	/* Functions, variables and sections are never equal, since those of different objects
	 * are different things; else they are merged like types, right for one program's. */
	bool keep_entities;
	/* May be NULL; else one element more than there are types, for the new id of each. */
	uint32_t *id_map;
};

/*
 * Merge equal types, forward declarations with what they declare. The first of each stays, in
 * order, with its tags; what comes out has no two equal types, wherever their names are in the
 * string table. -EINVAL for an object's, -ENOMEM (it is as before then).
 */
WELD_API int weld_btf__dedup(struct weld_btf *btf, const struct weld_btf_dedup_opts *opts);

struct weld_btf_write_opts {
	size_t sz;
	bool swap; /* in the byte order that this machine doesn't have */
};

/* The raw BTF, that the caller frees with free(). -ENOMEM, -E2BIG over 4 GiB. */
WELD_API int weld_btf__write(const struct weld_btf *btf, const struct weld_btf_write_opts *opts,
			     void **bytes, size_t *size);

#ifdef __cplusplus
}
#endif
#endif
