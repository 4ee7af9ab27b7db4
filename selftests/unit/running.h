/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* An object that is loaded into the runtime or the kernel, and asked what it computes. */
#ifndef UNIT_RUNNING_H
#define UNIT_RUNNING_H

#include "lib/load/load.h"
#include "runtime/rt.h"
#include "selftests/unit/unit.h"

enum { RUNNING_PACKET = 64 };

struct running {
	struct diag diag;
	struct rt *rt;
	struct load_inst *inst;
	bool on_kernel;
};

/* May bpf(2) be used here? */
bool running_kernel_answers(void);

/* Load; no pins are made. The BTF has to be taken, too: loading without it would hide what is
 * wrong with it. */
void running_start(struct running *r, const struct obj *o, bool on_kernel);
/* The same, as 0 or -errno, and without a look at the BTF. Either way running_stop follows. */
int running_try(struct running *r, const struct obj *o, bool on_kernel, bool quiet);
/* One program alone, without a word. */
int running_try_only(struct running *r, const struct obj *o, bool on_kernel, const char *prog);
void running_stop(struct running *r);

/* One run on a packet of zeros that begins with first and says proto where Ethernet does; IPv4
 * without these. */
u32 running_run_on(struct running *r, const char *prog, u8 first, u16 proto);
u32 running_run(struct running *r, const char *prog);

/* A 64-bit value of a map, 0 when there is none. */
u64 running_value(struct running *r, const char *map, u32 key);

/* Objects come from clang-19; the kernel has to answer. */
#define RUNNING_NEEDS(have)                                            \
	do {                                                           \
		if (!(have))                                           \
			unit_skip("needs clang-19");                   \
		if (!running_kernel_answers())                         \
			unit_skip("bpf(2) may not be used here");      \
	} while (0)

#endif
