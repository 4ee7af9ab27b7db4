/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * How a test executable tells its counts. The last line that it prints is
 *
 *	# passed=N failed=N skipped=N
 *
 * and its exit status is 0 when nothing failed, 77 when all of it was skipped (Meson's number for
 * a skipped test), 1 otherwise. scripts/test sums these lines; an executable without one counts
 * as a single test.
 */
#ifndef UNIT_REPORT_H
#define UNIT_REPORT_H

#include <stdio.h>

/* Print the line; returns the exit status for main(). */
static inline int report_counts(unsigned int passed, unsigned int failed, unsigned int skipped)
{
	fflush(stderr);
	printf("# passed=%u failed=%u skipped=%u\n", passed, failed, skipped);
	fflush(stdout);
	if (failed)
		return 1;
	return !passed && skipped ? 77 : 0;
}

#endif
