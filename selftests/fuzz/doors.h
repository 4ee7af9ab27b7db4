/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What `bpfweld info`, `btf` and `link` do to a file, through the public library and without
 * printing. Each door takes any bytes; it either works or says why in a diagnostic, and what a link
 * gives is an object that is written, read back and linked again to the same bytes. Anything
 * else ends the process.
 */
#ifndef FUZZ_DOORS_H
#define FUZZ_DOORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct door_file {
	const void *data;
	size_t size;
};

struct door_input {
	struct door_file mutant, original, other;
	struct door_file archive;	/* of these three, broken as well */
	uint64_t number;	/* chooses among ways to link */
};

/* Returns whether the file was taken. */
typedef bool door_fn(const struct door_input *in);

struct door {
	const char *name;
	door_fn *fn;
};

enum { N_DOORS = 3 };
extern const struct door doors[N_DOORS];

#endif
