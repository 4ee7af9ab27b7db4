/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/base/hmap.h"
#include "selftests/unit/unit.h"

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

static Suite *base_suite(void)
{
	Suite *s = suite_create("base");

	unit_add(s, "hmap", hmap_keeps_order_of_equal_hashes);
	return s;
}

int main(void)
{
	return unit_main(base_suite(), NULL);
}
