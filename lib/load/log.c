/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What a verifier's log says about where and why. The log is text for people, a line an
 * instruction that was walked ("7: (61) r1 = *(u32 *)(r6 +0)") between source lines and states,
 * the reason behind the last one, and a summary at the end:
 *
 *	; return p[*v]; @ bad.c:10
 *	25: (0f) r1 += r2
 *	math between pkt pointer and register with unbounded min value is not allowed
 *	processed 27 insns (limit 1000000) ...
 */
#include "lib/load/load_int.h"

#include <ctype.h>
#include <stdlib.h>

/* The last line that says something about the program. */
void load_log_reason(const char *log, struct sbuf *out)
{
	const char *end = log + strlen(log);

	while (end > log) {
		const char *start;

		while (end > log && end[-1] == '\n')
			end--;
		start = end;
		while (start > log && start[-1] != '\n')
			start--;
		if (end > start && strncmp(start, "processed ", 10) &&
		    strncmp(start, "verification time", 17) && strncmp(start, "stack depth", 11)) {
			sbuf_put(out, start, (size_t)(end - start));
			return;
		}
		end = start;
	}
}

/* "25: (0f) ": digits, a colon, and an opcode in parentheses. */
static bool is_insn_line(const char *line, u32 *insn)
{
	char *end;
	unsigned long n;

	if (!isdigit((unsigned char)*line))
		return false;
	n = strtoul(line, &end, 10);
	if (strncmp(end, ": (", 3) || n > UINT32_MAX)
		return false;
	*insn = (u32)n;
	return true;
}

bool load_log_insn(const char *log, u32 *insn)
{
	bool found = false;

	for (const char *line = log; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		found |= is_insn_line(line, insn);
	}
	return found;
}
