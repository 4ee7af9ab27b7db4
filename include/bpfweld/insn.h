/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Instructions as text: disassembly of objects and of bare bytes, assembly. */
#ifndef BPFWELD_INSN_H
#define BPFWELD_INSN_H

#include <bpfweld/common.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weld_object;

struct weld_dis_opts {
	size_t sz;
	const char *function; /* this one alone; NULL: all */
	const char *section;  /* this one alone; NULL: all */
	bool no_source;	      /* leave out the lines of C */
	bool opcodes;	      /* show the 8 bytes of each instruction */
};

/* An object's functions in LLVM's dialect, with symbols, helper names and source lines. text is
 * NUL-terminated and freed by the caller with free(). -ENOENT: no such function or section. */
WELD_API int weld_object__disassemble(const struct weld_object *obj,
				      const struct weld_dis_opts *opts, char **text);

/* Bare instructions of either byte order, 8 bytes each; -EINVAL when size is no multiple of 8. */
WELD_API int weld_insns__disassemble(struct weld_ctx *ctx, const void *bytes, size_t size,
				     bool big_endian, char **text);

/* Text to instructions in host order, freed by the caller with free(); n counts them. file names
 * the text in diagnostics. References to names that the text doesn't define are errors. */
WELD_API int weld_insns__assemble(struct weld_ctx *ctx, const char *text, const char *file,
				  void **insns, size_t *n);

#ifdef __cplusplus
}
#endif
#endif
