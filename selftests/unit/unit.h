/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The main of a unit test: Check suites in, the counts line of report.h out.
 *
 *	START_TEST(map_can_be_pinned)
 *	{
 *		if (geteuid())
 *			unit_skip("needs root");
 *		ck_assert_int_eq(pin(), 0);
 *	}
 *	END_TEST
 *
 *	static Suite *load_suite(void)
 *	{
 *		Suite *s = suite_create("load");
 *
 *		unit_add(s, "pin", map_can_be_pinned, map_can_be_unpinned);
 *		return s;
 *	}
 *
 *	int main(void)
 *	{
 *		return unit_main(load_suite(), NULL);
 *	}
 *
 * A skipped test is printed with its reason and counted as skipped, never as passed. Each test
 * runs in a process of its own (CK_FORK=no in the environment runs all in one, for a debugger
 * or valgrind); a test that doesn't return within the time limit fails. CK_RUN_CASE=NAME runs
 * only the test cases (the second argument of unit_add) of that name.
 */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include "selftests/unit/report.h"

#include <check.h>
#include <stddef.h>

/* Add test functions to s as a test case; a new one each call. */
#define unit_add(s, name, ...)                                                              \
	unit_add_tests((s), (name), (const TTest *const[]){ __VA_ARGS__ },                  \
		       sizeof((const TTest *const[]){ __VA_ARGS__ }) / sizeof(const TTest *))

TCase *unit_add_tests(Suite *s, const char *name, const TTest *const *tests, size_t n);

/* Run all suites, print their failures and the counts line; returns main's exit status. */
int unit_main(Suite *first, ...) __attribute__((sentinel));

/* Leave the test function that is running: what it would show can't be shown here. Only in the
 * body of a START_TEST; a helper that finds the reason returns it to there. */
#define unit_skip(...)                                                 \
	do {                                                           \
		unit_note_skip(__func__, __VA_ARGS__);                 \
		return;                                                \
	} while (0)

void unit_note_skip(const char *test, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
