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
};

/* All types as text, NUL-terminated, that the caller frees with free(). -ENOMEM, -EINVAL. */
WELD_API int weld_btf__dump(const struct weld_btf *btf, int format, char **text);

#ifdef __cplusplus
}
#endif
#endif
