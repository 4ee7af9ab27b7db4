/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A case is one text file of blocks; selftests/cases/README.md describes them. Reading one makes
 * a struct tcase, which no engine changes: each gets the same.
 */
#ifndef RUNNER_CASE_H
#define RUNNER_CASE_H

#include "lib/base/arena.h"
#include "lib/base/diag.h"
#include "lib/base/span.h"
#include "uapi/bpf.h"

/* "counters hash key 4 value 8 max 16 flags 0x1" */
struct case_map {
	const char *name;
	u32 type, key_size, value_size, max_entries, flags;
	bool freeze;			/* after its values are in */
};

/* "counters[00000000] = 2a00000000000000": a value that is there at the start, or expected. */
struct case_elem {
	const char *map;
	struct span key, value;
	bool absent;			/* expected: no such key */
};

/* "jumps[1] = other" */
struct case_slot {
	const char *map, *prog;
	u32 index;
};

struct case_prog {
	const char *name;		/* "main" without one */
	struct span text;
	u32 line;			/* of the text's first line in the file */
};

/* A member of the context: given, or expected. */
struct case_member {
	const char *name;
	u64 value;
};

/* One run: what goes in (the last data and ctx block before it), what must come out. */
struct case_run {
	struct span data;
	u32 first_ctx, n_ctx;		/* of tcase.ctx */
	bool has_ret, has_data;
	u32 ret;
	struct span want_data;
	u32 first_want_ctx, n_want_ctx;	/* of tcase.want_ctx */
	u32 first_elem, n_elems;	/* of tcase.want_elems */
};

enum case_verdict { VERDICT_NONE, VERDICT_ACCEPT, VERDICT_REJECT };

struct tcase {
	struct arena arena;		/* owns all strings and bytes */
	const char *path;
	u32 prog_type;			/* socket filter unless a type block says otherwise */
	bool gpl;
	u64 budget;			/* of a run on the runtime, 0: the runner's default */
	VEC(struct case_map) maps;
	VEC(struct case_elem) values;
	VEC(struct case_slot) slots;
	VEC(struct case_prog) progs;	/* [0] is run */
	VEC(struct case_member) ctx, want_ctx;
	VEC(struct case_elem) want_elems;
	VEC(struct case_run) runs;	/* one without expectations for a diag case */
	int diag;			/* number that the checked engine must raise, 0: none */
	s64 diag_insn;			/* in its function, -1: any */
	const char *diag_func;		/* NULL: any */
	enum case_verdict kernel;	/* what the kernel's verifier says; accept unless diag */
	int kernel_err;			/* negative errno, 0: any */
	const char *why;		/* words behind "accept" */
};

/* Read and check; faults go to stderr as path:line: words. */
int case_read(const char *path, struct tcase *c);
void case_free(struct tcase *c);

#endif
