/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* "Did you mean": the candidate with the smallest edit distance, if it is small enough. */
#include "linker/link_int.h"

/* What is further away is no misspelling, and comparing hostile names has to end. */
enum { MAX_LEN = 64, MAX_DISTANCE = 8 };

/*
 * Insertions, deletions and replacements that turn a into b, at most MAX_LEN characters each;
 * anything above limit when they are more. Only cells at most limit away from the diagonal can
 * be on the way; the smallest of a row never gets smaller again.
 */
static u32 edit_distance(const char *a, const char *b, u32 limit)
{
	u32 row[MAX_LEN + 1], len_a = (u32)strlen(a), len_b = (u32)strlen(b);

	for (u32 j = 0; j <= len_b; j++)
		row[j] = j;
	for (u32 i = 1; i <= len_a; i++) {
		u32 from = i > limit ? i - limit : 1, to = (u32)min_u64(len_b, i + limit);
		u32 diagonal = row[from - 1], least = from == 1 ? i : limit + 1;

		row[from - 1] = least;
		for (u32 j = from; j <= to; j++) {
			u32 replace = diagonal + (a[i - 1] != b[j - 1]);
			u32 step = (u32)min_u64(row[j], row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = (u32)min_u64(replace, step);
			least = (u32)min_u64(least, row[j]);
		}
		if (least > limit)
			return least;
	}
	return row[len_b];
}

void link_guess_add(struct link_guess *g, const char *candidate)
{
	size_t len = strlen(g->wanted), other = strlen(candidate);
	u32 limit = (u32)min_u64(max_u64(2, len / 3), MAX_DISTANCE), distance;

	if (g->best && !g->distance)
		return;
	if (g->best)
		limit = g->distance - 1;
	if (!other || len > MAX_LEN || other > MAX_LEN || other + limit < len ||
	    len + limit < other)
		return;
	distance = edit_distance(g->wanted, candidate, limit);
	if (distance > limit || distance >= len)
		return;
	g->best = candidate;
	g->distance = distance;
}

void link_guess_help(const struct link_guess *g, struct diag_msg *m)
{
	if (g->best)
		diag_help(m, "did you mean %s?", g->best);
}
