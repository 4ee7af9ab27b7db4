/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A network namespace with two devices, one and two, that lasts as long as the test's process. */
#ifndef UNIT_BED_H
#define UNIT_BED_H

#include "lib/load/attach.h"
#include "uapi/bpf.h"

struct bed {
	struct diag diag;
	struct load_port port;	/* the kernel */
	int last_code;		/* of the last diagnostic */
	char last_text[256];
	unsigned int ifindex;	/* of device one */
};

/* Why it can't be had here, or NULL. */
const char *bed_make(struct bed *b);
/* The same, with a bpffs in a mount namespace of its own: bed_bpffs. */
const char *bed_make_with_bpffs(struct bed *b);
extern const char bed_bpffs[];

/* A sink that keeps the last code and text in a bed. */
void bed_note(void *user, const struct weld_diag *d);

/* A program that returns a number: a handle. */
int bed_prog(struct bed *b, u32 type, s32 ret);
u32 bed_id_of(struct bed *b, int prog);
/* The id of the program at a place, 0 without one. */
u32 bed_attached(struct bed *b, const struct load_place *at);

#endif
