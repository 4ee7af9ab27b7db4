/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A link under test: objects of PROGS_DIR in, an object out, and what was said on the way. */
#ifndef UNIT_LINKING_H
#define UNIT_LINKING_H

#include "linker/linker.h"

/* A diagnostic as one text: message, then each note with its file, then the help. */
struct linking_line {
	int code, severity, err;
	u32 n_notes;
	char *text;
};

struct linking {
	struct diag diag;
	struct link *l;
	VEC(struct linking_line) lines;
};

void linking_begin(struct linking *t, const struct link_opts *opts);
/* "[NAME=]stem" of an object in PROGS_DIR, a dot where the build put one: "a=link_dup.1". */
void linking_add(struct linking *t, const char *spec);
/* Link; NULL when it failed, which has to be with this error. */
struct obj *linking_finish(struct linking *t, int want_err);
void linking_end(struct linking *t);

/* All of it in one go, for links that have to succeed: stems, NULL behind the last. */
struct obj *linking_of(const struct link_opts *opts, const char *const *specs);

/* The diagnostics of a code; the nth of them, NULL behind the last. */
u32 linking_count(const struct linking *t, int code);
const char *linking_said(const struct linking *t, int code, u32 nth);
/* A diagnostic of that code with that text somewhere in it. */
bool linking_says(const struct linking *t, int code, const char *text);

/* Is the object there? Without its compiler it isn't. */
bool linking_has(const char *stem);

/* The bytes of an object as a file; the caller frees. */
struct sbuf linking_bytes(const struct obj *o);

const struct link_row *linking_row(const struct linking *t, const char *input, const char *name);

#endif
