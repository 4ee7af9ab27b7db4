/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the files of this room share while an image is being built. */
#ifndef IMAGE_IMAGE_INT_H
#define IMAGE_IMAGE_INT_H

#include "lib/image/image.h"

struct build {
	struct diag *d;
	const struct obj *o;
	func_id entry;
	struct img *img;
	u32 *place;    /* by func_id: number of the function in the image + 1, 0 not there */
	u32 *data_map; /* by sec_id: the map that stands for a data section, 0 none */
	u32 *ext;      /* by sym_id: number of the extern + 1, 0 none */
	u32 *kconfig;  /* by extern: number of the .kconfig value + 1, 0 not there */
	bool open;     /* leave open what only a kernel knows */
};

/* A relocation in a function of the image. */
struct ref {
	const struct obj_reloc *reloc;
	sec_id sec; /* where it is in the object, for messages */
	u32 insn;   /* instruction in the image */
};

/* Patch one instruction, or note the map that it refers to. */
int img_resolve(struct build *b, const struct ref *ref);

/* open.c: the same for an extern of .ksyms or .kconfig. */
int img_leave_open(struct build *b, const struct ref *ref, u32 ext);
/* List the CO-RE relocations of the functions of an open image. */
int img_list_core_relos(struct build *b);
/* Turn the map references of an open image into indices. */
int img_number_maps(struct build *b);

#endif
