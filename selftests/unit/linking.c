/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/linking.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void put_where(struct sbuf *b, const struct weld_where *at)
{
	sbuf_printf(b, " @%s:%s:%s", at->file ? at->file : "-", at->section ? at->section : "-",
		    at->func ? at->func : "-");
	if (at->line)
		sbuf_printf(b, ":%d", at->line);
	sbuf_putc(b, '\n');
}

static void sink(void *user, const struct weld_diag *d)
{
	struct linking *t = user;
	struct linking_line *line = vec_push(&t->lines);
	struct sbuf b = { 0 };

	ck_assert_ptr_nonnull(line);
	sbuf_puts(&b, d->text);
	put_where(&b, &d->at);
	for (size_t i = 0; i < d->n_notes; i++) {
		sbuf_printf(&b, "note: %s", d->notes[i].text);
		put_where(&b, &d->notes[i].at);
	}
	if (d->help)
		sbuf_printf(&b, "help: %s\n", d->help);
	*line = (struct linking_line){ d->code, d->severity, d->err, (u32)d->n_notes,
				       sbuf_steal(&b, NULL) };
}

void linking_begin(struct linking *t, const struct link_opts *opts)
{
	*t = (struct linking){ 0 };
	t->diag = (struct diag){ .fn = sink, .user = t, .error_limit = DIAG_DEFAULT_LIMIT };
	ck_assert_int_eq(link_new(&t->diag, opts, &t->l), 0);
}

static char *path_of(const char *stem)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/%s.o", PROGS_DIR, stem), 0);
	return path;
}

bool linking_has(const char *stem)
{
	char *path = path_of(stem);
	bool found = !access(path, R_OK);

	free(path);
	return found;
}

void linking_add(struct linking *t, const char *spec)
{
	const char *eq = strchr(spec, '=');
	char *path = path_of(eq ? eq + 1 : spec), *name = eq ? strndup(spec, eq - spec) : NULL;

	ck_assert_int_eq(link_add_file(t->l, name, path, NULL), 0);
	free(path);
	free(name);
}

struct obj *linking_finish(struct linking *t, int want_err)
{
	struct obj *out = NULL;
	int err = link_finish(t->l, &out);

	for (u32 i = 0; err != want_err && i < t->lines.n; i++)
		fprintf(stderr, "%d: %s", t->lines.v[i].code, t->lines.v[i].text);
	ck_assert_int_eq(err, want_err);
	ck_assert(!err == !!out);
	return out;
}

void linking_end(struct linking *t)
{
	link_free(t->l);
	for (u32 i = 0; i < t->lines.n; i++)
		free(t->lines.v[i].text);
	vec_free(&t->lines);
}

struct obj *linking_of(const struct link_opts *opts, const char *const *specs)
{
	static struct diag silent = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct linking t;
	struct obj *out;

	linking_begin(&t, opts);
	for (; *specs; specs++)
		linking_add(&t, *specs);
	out = linking_finish(&t, 0);
	linking_end(&t);
	/* The sink is gone by now. */
	out->diag = &silent;
	return out;
}

const char *linking_said(const struct linking *t, int code, u32 nth)
{
	for (u32 i = 0; i < t->lines.n; i++)
		if (t->lines.v[i].code == code && !nth--)
			return t->lines.v[i].text;
	return NULL;
}

u32 linking_count(const struct linking *t, int code)
{
	u32 n = 0;

	while (linking_said(t, code, n))
		n++;
	return n;
}

bool linking_says(const struct linking *t, int code, const char *text)
{
	const char *said;

	for (u32 n = 0; (said = linking_said(t, code, n)); n++)
		if (strstr(said, text))
			return true;
	return false;
}

struct sbuf linking_bytes(const struct obj *o)
{
	struct sbuf b = { 0 };

	ck_assert_int_eq(obj_write(o, &b), 0);
	return b;
}

const struct link_row *linking_row(const struct linking *t, const char *input, const char *name)
{
	struct link_table table = link_table(t->l);

	for (u32 i = 0; i < table.n_rows; i++)
		if (!strcmp(link_input_name(t->l, table.rows[i].input), input) &&
		    !strcmp(table.rows[i].old_name, name) && !table.rows[i].is_clone)
			return &table.rows[i];
	return NULL;
}
