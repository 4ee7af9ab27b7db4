/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Puts a case on a target (kernel or bundled runtime, the same code for both) and says what came
 * of it, in a form that can be compared between targets.
 */
#ifndef RUNNER_DRIVE_H
#define RUNNER_DRIVE_H

#include <bpfweld/target.h>

#include "selftests/runner/case.h"
#include "uapi/bpf_ctx.h"

/* What one run left behind. */
struct outcome_run {
	u32 ret;
	u8 *data;			/* the packet, owned */
	u32 size;
	struct __sk_buff ctx;		/* as bytes of the program's context */
	char *maps;			/* a line for each element: NAME[KEY] = VALUE, owned */
};

struct outcome {
	bool *used;			/* the caller's, by opcode: was loaded; or NULL */
	int load_err;			/* of the first program that was refused, 0 */
	int run_err;			/* of the run that failed, 0 */
	char *log;			/* the verifier's, owned */
	VEC(struct outcome_run) runs;	/* the ones that came through */
};

/* 0, also when the target refuses or stops the case; -errno when the case can't be put on it (a
 * map isn't made, a name means nothing), with words on stderr. */
int drive_case(const struct tcase *c, const struct weld_target *target, struct outcome *out);
void outcome_free(struct outcome *o);

/* Assemble program n of the case: names of maps and programs are left as references. */
struct isa_asm;
int drive_assemble(const struct tcase *c, u32 n, struct isa_asm *out);

#endif
