/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Raising diagnostics. A fault is said once, by the function that knows most of it, and its
 * errno is passed up unchanged:
 *
 *	return diag_raise(d, DIAG_ELF_TRUNCATED, &at, want, have);
 *
 * and with further places, a help line or a detail text:
 *
 *	struct diag_msg m;
 *
 *	diag_begin(&m, d, DIAG_LINK_DUP_SYMBOL, &here, name);
 *	diag_note(&m, &there, "first defined here");
 *	diag_help(&m, "make one of them static, or mark its input --private");
 *	return diag_end(&m);
 *
 * diag.def is the catalogue: number, severity, errno, format and long text of each. Formats are
 * checked against the arguments by the compiler.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <bpfweld/diag.h>

#include "lib/base/sbuf.h"
#include "lib/base/types.h"
#include "lib/base/vec.h"

enum diag_id {
#define DIAG(name, num, sev, err, fmt, text) DIAG_##name = num,
#include "lib/base/diag.def"
#undef DIAG
};

#define DIAG(name, num, sev, err, fmt, text) \
	static const char diag_fmt_DIAG_##name[] __attribute__((unused)) = fmt;
#include "lib/base/diag.def"
#undef DIAG

/* A sink and its counters; part of the context that the caller of the library made. */
struct diag {
	weld_diag_fn fn;	/* may be NULL */
	void *user;
	u32 error_limit;	/* further errors are counted, not sent */
	u32 n_errors;
	u32 n_warnings;
};

enum { DIAG_DEFAULT_LIMIT = 20 };

/* True when a pass that goes on after faults should give up. */
static inline bool diag_full(const struct diag *d)
{
	return d->n_errors >= d->error_limit;
}

/* A diagnostic under construction; lives on the stack between diag_begin and diag_end. */
struct diag_msg {
	struct diag *d;
	struct weld_diag out;
	struct sbuf text, detail, help;
	VEC(struct weld_note) notes;	/* their texts are owned, freed by diag_end */
};

static inline PRINTF_LIKE(1, 2) void diag_check_fmt(const char *fmt, ...)
{
	(void)fmt;
}

/* Send one line; returns the catalogue's errno (0 for notes and warnings). at may be NULL. */
#define diag_raise(d, id, at, ...)						\
	((void)(0 ? diag_check_fmt(diag_fmt_##id, ##__VA_ARGS__) : (void)0),	\
	 diag_raise_id((d), (id), (at), ##__VA_ARGS__))

#define diag_begin(m, d, id, at, ...)						\
	((void)(0 ? diag_check_fmt(diag_fmt_##id, ##__VA_ARGS__) : (void)0),	\
	 diag_begin_id((m), (d), (id), (at), ##__VA_ARGS__))

int diag_raise_id(struct diag *d, enum diag_id id, const struct weld_where *at, ...);
void diag_begin_id(struct diag_msg *m, struct diag *d, enum diag_id id,
		   const struct weld_where *at, ...);
void diag_note(struct diag_msg *m, const struct weld_where *at, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void diag_help(struct diag_msg *m, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Many lines of text, copied. */
void diag_detail(struct diag_msg *m, const char *text);
/* Return another errno than the catalogue's: for what bpf(2) or open(2) said. err is negative. */
void diag_errno(struct diag_msg *m, int err);
/* Send, free what the message holds, return its errno. */
int diag_end(struct diag_msg *m);

/* Send what one sink received on to another: for a sink that only listens in. */
void diag_forward(struct diag *d, const struct weld_diag *msg);

/* Catalogue look-ups for `explain` and the generated page; see <bpfweld/diag.h>. */
int diag_explain(int code, struct weld_explanation *out);
int diag_code_at(size_t n);

#endif
