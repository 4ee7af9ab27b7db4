/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * An object on a target, the running kernel or the runtime, for tests that run what they made:
 *
 *	for (int side = 0; side < ON_SIDES; side++) {
 *		on_start(&r, obj, side, "xdp_main");
 *		ck_assert_uint_eq(on_run(&r, packet, sizeof(packet)), 2);
 *		on_stop(&r);
 *	}
 */
#ifndef UNIT_ON_TARGET_H
#define UNIT_ON_TARGET_H

#include "lib/load/load.h"

struct rt;

enum { ON_RUNTIME, ON_KERNEL, ON_SIDES };

struct on_target {
	struct diag diag;
	struct rt *rt;
	struct load_inst *inst;
	func_id prog;
	int side;
	char *log;		/* what the last diagnostic said, with its detail */
};

/* May bpf(2) be used here? */
bool on_kernel_answers(void);

/* Load prog and those that its program arrays name; the object's BTF has to be taken as well. */
void on_start(struct on_target *r, const struct obj *o, int side, const char *prog);
/* The same, may fail. */
int on_try(struct on_target *r, const struct obj *o, int side, const char *prog);
void on_stop(struct on_target *r);

/* One run; it has to get to its end. */
u32 on_run(struct on_target *r, const void *data, u32 size);
/* The same, and the packet afterwards in data, size set. */
u32 on_change(struct on_target *r, void *data, u32 *size, u32 room);
/* The first 8 bytes of a map's element; of all CPUs the sum. */
u64 on_value(struct on_target *r, const char *map, u32 key);
/* 8 bytes at off in an element's value, of all CPUs the sum. */
u64 on_value_at(struct on_target *r, const char *map, u32 key, u32 off);
/* The instructions that the kernel's verifier went through. */
u32 on_processed(const struct on_target *r);

#endif
