/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/chaining.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct diag silent = { .error_limit = DIAG_DEFAULT_LIMIT };

static void sink(void *user, const struct weld_diag *d)
{
	struct chaining *t = user;
	struct chaining_line *line = vec_push(&t->lines);
	struct sbuf b = { 0 };

	ck_assert_ptr_nonnull(line);
	sbuf_puts(&b, d->text);
	for (size_t i = 0; i < d->n_notes; i++)
		sbuf_printf(&b, "\nnote: %s", d->notes[i].text);
	if (d->help)
		sbuf_printf(&b, "\nhelp: %s", d->help);
	*line = (struct chaining_line){ d->code, sbuf_steal(&b, NULL) };
}

void chaining_begin(struct chaining *t, const struct disp_opts *opts)
{
	*t = (struct chaining){ 0 };
	t->diag = (struct diag){ .fn = sink, .user = t, .error_limit = DIAG_DEFAULT_LIMIT };
	ck_assert_int_eq(disp_new(&t->diag, opts, &t->c), 0);
}

static char *path_of(const char *stem)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/%s.o", PROGS_DIR, stem), 0);
	return path;
}

bool chaining_has(const char *stem)
{
	char *path = path_of(stem);
	bool found = !access(path, R_OK);

	free(path);
	return found;
}

int chaining_try(struct chaining *t, const char *stem, const struct disp_component_opts *opts)
{
	char *path = path_of(stem);
	int err = disp_add_file(t->c, opts, path);

	free(path);
	return err;
}

static void show(const struct chaining *t)
{
	for (u32 i = 0; i < t->lines.n; i++)
		fprintf(stderr, "%d: %s\n", t->lines.v[i].code, t->lines.v[i].text);
}

struct obj *chaining_build(struct chaining *t, int want_err)
{
	struct obj *out = NULL;
	int err = disp_build(t->c, &out);

	if (err != want_err)
		show(t);
	ck_assert_int_eq(err, want_err);
	ck_assert(!err == !!out);
	if (out)
		out->diag = &silent;
	return out;
}

void chaining_end(struct chaining *t)
{
	disp_free(t->c);
	for (u32 i = 0; i < t->lines.n; i++)
		free(t->lines.v[i].text);
	vec_free(&t->lines);
}

u32 chaining_count(const struct chaining *t, int code)
{
	u32 n = 0;

	for (u32 i = 0; i < t->lines.n; i++)
		n += t->lines.v[i].code == code;
	return n;
}

bool chaining_says(const struct chaining *t, int code, const char *text)
{
	for (u32 i = 0; i < t->lines.n; i++)
		if (t->lines.v[i].code == code && strstr(t->lines.v[i].text, text))
			return true;
	return false;
}

const struct disp_component *chaining_component(const struct chaining *t, const char *name)
{
	for (u32 i = 0; i < disp_n_components(t->c); i++)
		if (!strcmp(disp_component_at(t->c, i)->name, name))
			return disp_component_at(t->c, i);
	ck_abort_msg("no component %s", name);
	return NULL;
}
