/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/base/hmap.h"

#include <check.h>
#include <stdlib.h>

START_TEST(hmap_keeps_order_of_equal_hashes)
{
	struct hmap m = { 0 };
	struct hmap_iter it;
	u32 want = 0;

	for (u32 i = 0; i < 1000; i++)
		ck_assert_int_eq(hmap_add(&m, i % 7 * 0x123456789abcdefull, i), 0);
	for (u32 i = hmap_first(&m, 0, &it); i != HMAP_NONE; i = hmap_next(&m, &it)) {
		ck_assert_uint_eq(i, want);
		want += 7;
	}
	ck_assert_uint_eq(want, 1001);
	hmap_free(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base");
	TCase *t = tcase_create("hmap");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, hmap_keeps_order_of_equal_hashes);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
