/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/base/diag.h"

#include <stdlib.h>

struct diag_row {
	int num;
	int severity;
	int err;
	const char *name;
	const char *fmt;
	const char *text;
};

static const struct diag_row rows[] = {
#define DIAG(name, num, sev, err, fmt, text) { num, WELD_##sev, err, #name, fmt, text },
#include "lib/base/diag.def"
#undef DIAG
};

static const struct diag_row *row_of(int num)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].num == num)
			return &rows[i];
	return NULL;
}

static void begin(struct diag_msg *m, struct diag *d, enum diag_id id, const struct weld_where *at,
		  va_list ap)
{
	static const struct weld_where nowhere = WELD_WHERE_NONE;
	const struct diag_row *row = row_of(id);

	*m = (struct diag_msg){ .d = d };
	m->out = (struct weld_diag){
		.sz = sizeof(m->out),
		.code = id,
		.severity = row->severity,
		.err = row->err,
		.at = at ? *at : nowhere,
	};
	sbuf_vprintf(&m->text, row->fmt, ap);
}

void diag_begin_id(struct diag_msg *m, struct diag *d, enum diag_id id,
		   const struct weld_where *at, ...)
{
	va_list ap;

	va_start(ap, at);
	begin(m, d, id, at, ap);
	va_end(ap);
}

int diag_raise_id(struct diag *d, enum diag_id id, const struct weld_where *at, ...)
{
	struct diag_msg m;
	va_list ap;

	va_start(ap, at);
	begin(&m, d, id, at, ap);
	va_end(ap);
	return diag_end(&m);
}

/* A note that finds no memory is left out: the diagnostic itself matters more. */
void diag_note(struct diag_msg *m, const struct weld_where *at, const char *fmt, ...)
{
	static const struct weld_where nowhere = WELD_WHERE_NONE;
	struct sbuf text = { 0 };
	struct weld_note *note;
	va_list ap;

	va_start(ap, fmt);
	sbuf_vprintf(&text, fmt, ap);
	va_end(ap);
	note = sbuf_err(&text) ? NULL : vec_push(&m->notes);
	if (!note) {
		sbuf_free(&text);
		return;
	}
	note->at = at ? *at : nowhere;
	note->text = sbuf_steal(&text, NULL);
}

void diag_help(struct diag_msg *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sbuf_vprintf(&m->help, fmt, ap);
	va_end(ap);
}

void diag_detail(struct diag_msg *m, const char *text)
{
	sbuf_puts(&m->detail, text);
}

void diag_errno(struct diag_msg *m, int err)
{
	m->out.err = err;
}

void diag_forward(struct diag *d, const struct weld_diag *msg)
{
	if (msg->severity == WELD_ERROR && d->n_errors++ >= d->error_limit)
		return;
	if (msg->severity == WELD_WARNING)
		d->n_warnings++;
	if (d->fn)
		d->fn(d->user, msg);
}

static void send(struct diag_msg *m)
{
	m->out.text = sbuf_err(&m->text) ? "out of memory" : sbuf_str(&m->text);
	m->out.detail = m->detail.size ? sbuf_str(&m->detail) : NULL;
	m->out.help = m->help.size ? sbuf_str(&m->help) : NULL;
	m->out.notes = m->notes.v;
	m->out.n_notes = m->notes.n;
	diag_forward(m->d, &m->out);
}

int diag_end(struct diag_msg *m)
{
	if (m->d)
		send(m);
	for (u32 i = 0; i < m->notes.n; i++)
		free((char *)m->notes.v[i].text);
	vec_free(&m->notes);
	sbuf_free(&m->text);
	sbuf_free(&m->detail);
	sbuf_free(&m->help);
	return m->out.err;
}

int diag_explain(int code, struct weld_explanation *out)
{
	const struct diag_row *row = row_of(code);

	if (!row)
		return -ENOENT;
	out->code = row->num;
	out->severity = row->severity;
	out->name = row->name;
	out->summary = row->fmt;
	out->text = row->text;
	return 0;
}

/* The table isn't sorted (rooms append to their own part), so the n-th is selected by rank. */
int diag_code_at(size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t rank = 0;

		for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
			rank += rows[k].num < rows[i].num;
		if (rank == n)
			return rows[i].num;
	}
	return 0;
}
