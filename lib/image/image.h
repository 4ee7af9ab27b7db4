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
	map_id map; /* none: that of the .kconfig values */
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

/* What only a kernel knows, as an open image lists it. */

/* A call of a kernel function, or an ld_imm64 of a kernel function's or variable's address. */
struct img_ksym_ref {
	u32 insn;
	u32 ext; /* in the object's externs */
	bool is_call;
};

/* A kernel configuration value, in the one value of the map that holds them. */
struct img_kconfig {
	u32 ext; /* in the object's externs */
	u32 off, size;
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

	/* Of an open image only. */
	VEC(map_id) maps;		   /* by index in fd_array; none: .kconfig's */
	VEC(struct img_ksym_ref) ksym_refs; /* by instruction, as are core_relos */
	VEC(struct img_kconfig) kconfigs;
	VEC(struct obj_core_relo) core_relos; /* insn counts from the image's start */
	u32 kconfig_size;		      /* bytes of the map of .kconfig values */
};

/* Errors, each with its diagnostic: -ENOENT an extern is left, -ENOTSUP the object needs CO-RE,
 * .kconfig or .ksyms values, -EINVAL (a call that hits no function, a section name that means no
 * program type), -E2BIG more than 256 functions or 1,000,000 instructions. */
int img_build(struct diag *d, const struct obj *o, func_id entry, struct img **out);
/*
 * An open image: the same instructions, but what only a kernel knows stays open and is listed,
 * where img_build fails. Maps go by their index in the attribute fd_array (MAP_IDX,
 * MAP_IDX_VALUE), in the order in which instructions name them first. Calls of kernel functions
 * have KFUNC_CALL and imm 0, addresses of kernel symbols BTF_ID and 0, which no kernel takes.
 * Errors as above without -ENOTSUP.
 */
int img_build_open(struct diag *d, const struct obj *o, func_id entry, struct img **out);
void img_free(struct img *img);

/* The object's BTF as the kernel accepts it (the rewrites of the facts page, C3, and no others);
 * type ids stay the same. NULL in *out when the object has none. */
int img_btf(struct diag *d, const struct obj *o, struct btf **out);

#endif
