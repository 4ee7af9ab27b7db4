/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * An object that is loaded into the runtime or the kernel, and asked what it computes:
 *
 *	for (int k = 0; k < RUNNING_SIDES; k++) {
 *		running_start_only(&r, obj, k, "xdp_main");
 *		ck_assert_uint_eq(running_on(&r, packet, sizeof(packet)), 2);
 *		running_stop(&r);
 *	}
 */
#ifndef UNIT_RUNNING_H
#define UNIT_RUNNING_H

#include "lib/load/load.h"
#include "runtime/rt.h"
#include "selftests/unit/unit.h"

enum { RUNNING_PACKET = 64 };
enum { RUNNING_SIDES = 2 };	/* false: the runtime, true: the kernel */

struct running {
	struct diag diag;
	struct rt *rt;
	struct load_inst *inst;
	func_id only;		/* the one program that was asked for; 0: all were */
	bool on_kernel;
	char *log;		/* what the last diagnostic said, with its detail */
};

/* May bpf(2) be used here? */
bool running_kernel_answers(void);

/* Load; no pins are made. The BTF has to be taken, too: loading without it would hide what is
 * wrong with it. */
void running_start(struct running *r, const struct obj *o, bool on_kernel);
/* One program, and those that its program arrays name. */
void running_start_only(struct running *r, const struct obj *o, bool on_kernel, const char *prog);
/* The same, as 0 or -errno, and without a look at the BTF. Either way running_stop follows. */
int running_try(struct running *r, const struct obj *o, bool on_kernel);
int running_try_only(struct running *r, const struct obj *o, bool on_kernel, const char *prog);
void running_stop(struct running *r);

/* One run on a packet of zeros that begins with first and says proto where Ethernet does; IPv4
 * without these. */
u32 running_run_on(struct running *r, const char *prog, u8 first, u16 proto);
u32 running_run(struct running *r, const char *prog);
/* One run of the only program, on any packet. */
u32 running_on(struct running *r, const void *data, u32 size);
/* The same, and the packet afterwards in data, size set. */
u32 running_change(struct running *r, void *data, u32 *size, u32 room);

/* The first 8 bytes of a map's element, or those at off; of all CPUs the sum; 0 when there is no
 * such element. */
u64 running_value(struct running *r, const char *map, u32 key);
u64 running_value_at(struct running *r, const char *map, u32 key, u32 off);
/* The instructions of the only program that the kernel's verifier went through. */
u32 running_processed(const struct running *r);

/* Objects come from clang-19; the kernel has to answer. */
#define RUNNING_NEEDS(have)                                            \
	do {                                                           \
		if (!(have))                                           \
			unit_skip("needs clang-19");                   \
		if (!running_kernel_answers())                         \
			unit_skip("bpf(2) may not be used here");      \
	} while (0)

#endif
