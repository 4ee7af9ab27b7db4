/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Allocation faults. A test with fault_malloc.c among its sources has every malloc, calloc and
 * realloc of its process go through it, libelf's and libc's too, and can make them fail:
 *
 *	static int open_and_free(void *path)
 *	{
 *		struct obj *o;
 *		int err = obj_open(path, &o);
 *
 *		if (!err)
 *			obj_free(o);
 *		return err;
 *	}
 *
 *	n = fault_sweep(open_and_free, path);
 *
 * runs the function with its 1st allocation failing, with its 2nd, and so on to the last, each
 * once with only that one failing and once with all later ones failing too. A leak or a wild
 * access on one of those paths is for the sanitizer or valgrind to see.
 */
#ifndef SELFTESTS_FAULT_MALLOC_H
#define SELFTESTS_FAULT_MALLOC_H

#include <stdbool.h>
#include <stdint.h>

/* Fail the nth allocation from now (1 is the next), and all behind it when onwards is set. */
void fault_arm(uint64_t nth, bool onwards);

/* Let allocations succeed again; returns how many were refused since fault_arm(). */
uint64_t fault_disarm(void);

/*
 * The sweep described above. op returns 0 or -errno and frees what it made. A refused allocation
 * must give -ENOMEM or, where op can do without the memory, 0. Returns the number of allocations
 * that op makes when none fails, or a negative value: -1 when op returned something
 * else (said on stderr), -2 when op fails without any fault.
 */
int64_t fault_sweep(int (*op)(void *user), void *user);

#endif
