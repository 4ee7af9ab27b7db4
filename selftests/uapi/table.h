/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Every number and member of include/uapi, twice: as our headers have it and as the host's do.
 * Two files compile the same rows, each with its own headers, since the two can't be included
 * together. scripts/uapi_rows lists the rows into two generated files, UAPI_ROWS and
 * UAPI_ROWS_OF_HOST.
 */
#ifndef UAPI_TABLE_H
#define UAPI_TABLE_H

#include <stddef.h>

/* A number: owner is the enum it is of, or "-". */
struct uapi_num {
	const char *owner, *name;
	long long value;
};

/* A member, or with an empty path the whole type: owner is "struct x" or "union x". */
struct uapi_mem {
	const char *owner, *path;
	size_t off, size;
};

struct uapi_table {
	const struct uapi_num *nums;
	size_t n_nums;
	const struct uapi_mem *mems;
	size_t n_mems;
};

extern const struct uapi_table uapi_ours, uapi_host;

#endif
