/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The same bpf(2) calls to the bundled runtime and to the running kernel, for tests that hold the
 * one against the other. Where the kernel can't be asked, a test says so with unit_skip.
 *
 *	struct both b;
 *	const char *why = both_open(&b);
 *
 *	if (why)
 *		unit_skip("%s", why);
 *	for (int side = 0; side < BOTH_SIDES; side++)
 *		got[side] = both_bpf(&b, side, BPF_MAP_CREATE, &attr);
 *	both_close(&b);
 */
#ifndef UNIT_BOTH_H
#define UNIT_BOTH_H

#include "runtime/rt.h"
#include "uapi/bpf.h"

enum { BOTH_RUNTIME, BOTH_KERNEL, BOTH_SIDES };
enum { BOTH_MAX_MAPS = 4 };

struct both {
	struct rt *rt;		/* with as many CPUs as the machine may have */
	struct diag diag;
	u32 n_cpus;
	int last_code;		/* of the last diagnostic, 0: none since this was set */
	char last_text[256];
};

/* Why the kernel can't be asked, or NULL. The runtime is there in both cases. */
const char *both_open(struct both *b);
void both_close(struct both *b);

/* attr is taken as const: results are in *attr only where the command writes some. */
int both_bpf(struct both *b, int side, int cmd, union bpf_attr *attr);
/* Give a handle back; negative ones are fine. */
void both_drop(struct both *b, int side, int handle);

/* A map with keys of 4 bytes; handle or -errno:
 * both_map(&b, side, BPF_MAP_TYPE_HASH, value_size, max_entries, flags) */
struct both_map {
	u32 type, value_size, max_entries, flags;
};
int both_map_new(struct both *b, int side, const struct both_map *map);
#define both_map(b, side, ...) both_map_new((b), (side), &(struct both_map){ __VA_ARGS__ })
int both_update(struct both *b, int side, int map, const void *key, const void *value);
int both_lookup(struct both *b, int side, int map, const void *key, void *value);

/*
 * Assemble and load. `r1 = m0 ll` in the text is map maps[0], `v0` its value (for maps of one
 * element); maps may be NULL. A program of several functions gets BTF and func_info, in which all
 * but the first are static. Handle or -errno.
 */
struct both_prog {
	u32 type;
	u32 attach_type;
	const char *license;	/* NULL: GPL */
	const char *text;
	const int *maps;
};
int both_load(struct both *b, int side, const struct both_prog *p);

/* One PROG_TEST_RUN with all that it tells. */
struct both_run {
	union bpf_attr attr;	/* test member: in and out */
	int err;
	u8 out[8192];
	u8 ctx_out[256];
};
void both_test(struct both *b, int side, int prog, struct both_run *run);

/* Load, run on a packet, drop; the program's result. Loading and running must succeed. */
u32 both_result(struct both *b, int side, const struct both_prog *p, const void *data, u32 size);

#endif
