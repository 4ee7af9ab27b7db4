/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Check knows passed and failed. A skipped test is a passed one to it, so the number of skips
 * is kept here, in memory that the tests' processes share, and taken off the passed ones.
 */
#include "selftests/unit/unit.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { TIME_LIMIT_SECONDS = 60 };

static atomic_uint *skipped;

void unit_note_skip(const char *test, const char *fmt, ...)
{
	size_t len = strlen(test);
	va_list ap;

	/* Check appends _fn to the function's name. */
	len -= len > 3 ? 3 : 0;
	va_start(ap, fmt);
	printf("skipped %.*s: ", (int)len, test);
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	fflush(stdout);
	atomic_fetch_add(skipped, 1);
}

TCase *unit_add_tests(Suite *s, const char *name, const TTest *const *tests, size_t n)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, TIME_LIMIT_SECONDS);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	return tc;
}

static void *shared_zeroes(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return p;
}

int unit_main(Suite *first, ...)
{
	SRunner *r = srunner_create(first);
	int ran, failed, n_skipped;
	va_list ap;
	Suite *s;

	skipped = shared_zeroes(sizeof(*skipped));
	va_start(ap, first);
	while ((s = va_arg(ap, Suite *)))
		srunner_add_suite(r, s);
	va_end(ap);
	/* CK_FORK and CK_RUN_CASE are read from the environment by Check itself. */
	srunner_run_all(r, CK_NORMAL);
	ran = srunner_ntests_run(r);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	n_skipped = (int)atomic_load(skipped);
	munmap(skipped, sizeof(*skipped));
	if (!ran) {
		fprintf(stderr, "no test ran\n");
		failed = 1;
		ran = 1;
	}
	return report_counts((unsigned int)(ran - failed - n_skipped), (unsigned int)failed,
			     (unsigned int)n_skipped);
}
