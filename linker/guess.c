/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* "Did you mean": the candidate with the smallest edit distance, if it is small enough. */
#include "linker/link_int.h"

enum { MAX_LEN = 64 };

/* Insertions, deletions and replacements that turn a into b; at most MAX_LEN characters each. */
static u32 edit_distance(const char *a, size_t len_a, const char *b, size_t len_b)
{
	u32 row[MAX_LEN + 1];

	for (u32 j = 0; j <= len_b; j++)
		row[j] = j;
	for (u32 i = 1; i <= len_a; i++) {
		u32 diagonal = row[0];

		row[0] = i;
		for (u32 j = 1; j <= len_b; j++) {
			u32 replace = diagonal + (a[i - 1] != b[j - 1]);
			u32 step = (u32)min_u64(row[j], row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = (u32)min_u64(replace, step);
		}
	}
	return row[len_b];
}

void link_guess_add(struct link_guess *g, const char *candidate)
{
	size_t len = strlen(g->wanted), other = strlen(candidate);
	u32 limit = (u32)max_u64(2, len / 3), distance;

	if (!other || len > MAX_LEN || other > MAX_LEN || other + limit < len ||
	    len + limit < other)
		return;
	distance = edit_distance(g->wanted, len, candidate, other);
	if (distance > limit || distance >= len || (g->best && distance >= g->distance))
		return;
	g->best = candidate;
	g->distance = distance;
}

void link_guess_help(const struct link_guess *g, struct diag_msg *m)
{
	if (g->best)
		diag_help(m, "did you mean %s?", g->best);
}
