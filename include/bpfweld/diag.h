/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Diagnostics: what happened, where, and what to do about it, as data. The return value of a
 * function tells a program what to do; the diagnostic tells a person why.
 */
#ifndef BPFWELD_DIAG_H
#define BPFWELD_DIAG_H

#include <bpfweld/common.h>

#ifdef __cplusplus
extern "C" {
#endif

enum weld_severity {
	WELD_NOTE = 0,
	WELD_WARNING = 1,
	WELD_ERROR = 2,
};

/* A place in an input. Members that don't apply are NULL or -1. */
struct weld_where {
	const char *file; /* the input as the user named it */
	const char *section;
	const char *func; /* function or symbol */
	int64_t offset;	  /* bytes from the start of the section (of the file, without one) */
	int64_t insn;	  /* instruction, counted from the start of func (of the section or program,
			     without one) */
	const char *src_file; /* source position from line info */
	const char *src_line; /* text of that source line */
	int32_t line;	      /* 1-based; 0 unknown */
	int32_t column;	      /* 1-based; 0 unknown */
};

#define WELD_WHERE_NONE \
	{ \
		.offset = -1, .insn = -1 \
	}

/* A further line under a diagnostic, with the place that it speaks of (the other side of a
 * conflict, for one). */
struct weld_note {
	struct weld_where at;
	const char *text;
};

struct weld_diag {
	size_t sz;
	int code;     /* stable number, see docs/diagnostics.md and weld_diag__explain() */
	int severity; /* enum weld_severity */
	int err;      /* the negative errno that the caller gets, 0 for notes and warnings */
	struct weld_where at;
	const char *text;   /* one line, no newline */
	const char *detail; /* many lines (a verifier log, a state dump), or NULL */
	const char *help;   /* one line: what to do, or NULL */
	const struct weld_note *notes;
	size_t n_notes;
};

/* Catalogue entry of a diagnostic number: its short name, one-line summary and the long text
 * with example and cure. -ENOENT for a number that was never used. The strings are static. */
struct weld_explanation {
	size_t sz;
	int code;
	int severity;
	const char *name; /* "LINK_DUP_SYMBOL" */
	const char *summary;
	const char *text;
};
WELD_API int weld_diag__explain(int code, struct weld_explanation *out);

/* The catalogue's n-th number in rising order, or 0 behind the last one. */
WELD_API int weld_diag__code_at(size_t n);

#ifdef __cplusplus
}
#endif
#endif
