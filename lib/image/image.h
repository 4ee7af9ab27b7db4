/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The image: one program as a kernel wants to see it, the second joint of the data flow. The
 * main function comes first, then each function that it reaches, once, depth-first in the order
 * of the relocations (A1.7). Calls and callback addresses are resolved; what is left to patch
 * are references to maps, whose handles only a target can give. Nothing of ELF is left.
 *
 * Pure: an image depends on the object and the options, never on the machine.
 */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "lib/obj/obj.h"

struct img_func {
	const char *name;
	u32 insn; /* first instruction in the image */
	u32 n_insns;
	u32 btf_id;   /* FUNC in the image's BTF, 0 without BTF */
	func_id func; /* in the object */
};

/* An ld_imm64 whose immediate is a map's handle, or the address of a byte in its value. */
struct img_map_ref {
	u32 insn;
	u32 off; /* byte in the value, for is_value */
	map_id map;
	bool is_value;
};

struct img_func_info {
	u32 insn;
	u32 type_id;
};

struct img_line_info {
	u32 insn;
	u32 file_off, line_off; /* strings of the BTF */
	u32 line_col;
};

struct img {
	struct arena arena;
	const struct obj *obj; /* must outlive the image */
	const char *name;      /* the main function's */
	u32 prog_type, expected_attach_type, prog_flags;
	const char *license; /* "" without one */
	u32 kern_version;
	VEC(struct bpf_insn) insns;
	VEC(struct img_func) funcs;	  /* [0] is the main function */
	VEC(struct img_map_ref) map_refs; /* by instruction */
	VEC(struct img_func_info) func_infos;
	VEC(struct img_line_info) line_infos;
};

/* Errors, each with its diagnostic: -ENOENT an extern is left, -ENOTSUP the object needs CO-RE,
 * .kconfig or .ksyms values, -EINVAL (a call that hits no function, a section name that means no
 * program type), -E2BIG more than 256 functions or 1,000,000 instructions. */
int img_build(struct diag *d, const struct obj *o, func_id entry, struct img **out);
void img_free(struct img *img);

/* The object's BTF as the kernel accepts it (the rewrites of the facts page, C3, and no others);
 * type ids stay the same. NULL in *out when the object has none. */
int img_btf(struct diag *d, const struct obj *o, struct btf **out);

#endif
