/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A chain under test: components out of PROGS_DIR, an object out, and what was said on the way. */
#ifndef UNIT_CHAINING_H
#define UNIT_CHAINING_H

#include "linker/dispatch/dispatch.h"

struct chaining_line {
	int code;
	char *text;		/* the message, then each note, then the help */
};

struct chaining {
	struct diag diag;
	struct disp *c;
	VEC(struct chaining_line) lines;
};

void chaining_begin(struct chaining *t, const struct disp_opts *opts);
/* Add "stem" of an object in PROGS_DIR; returns what disp_add_file does. opts may be NULL. */
int chaining_try(struct chaining *t, const char *stem, const struct disp_component_opts *opts);
/* The same, has to work. */
#define chaining_add(t, stem, ...) \
	ck_assert_int_eq(chaining_try((t), (stem), &(struct disp_component_opts){ __VA_ARGS__ }), 0)
/* Build; NULL when it failed, which has to be with this error. The object's diagnostics go
 * nowhere, so that it may outlive the chain. */
struct obj *chaining_build(struct chaining *t, int want_err);
void chaining_end(struct chaining *t);

bool chaining_has(const char *stem);
u32 chaining_count(const struct chaining *t, int code);
/* A diagnostic of that code with that text somewhere in it. */
bool chaining_says(const struct chaining *t, int code, const char *text);
const struct disp_component *chaining_component(const struct chaining *t, const char *name);

#define CHAIN_NEEDS(stem)                                              \
	do {                                                           \
		if (!chaining_has(stem))                               \
			unit_skip("%s.o was not built here", stem);    \
	} while (0)

#endif
