/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* lib/base: raising diagnostics, and the catalogue itself. */
#include "lib/base/diag.h"
#include "selftests/fault_malloc.h"
#include "selftests/unit/unit.h"

#include <ctype.h>
#include <stdlib.h>

/* What the last diagnostic said; counts all. */
struct seen {
	int n, code, severity, err;
	char text[200], detail[200], help[200], file[100];
	size_t n_notes;
	char note[3][100];
	int64_t note_offset;
};

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "(none)");
}

static void see(void *user, const struct weld_diag *d)
{
	struct seen *s = user;

	s->n++;
	s->code = d->code;
	s->severity = d->severity;
	s->err = d->err;
	copy(s->text, sizeof(s->text), d->text);
	copy(s->detail, sizeof(s->detail), d->detail);
	copy(s->help, sizeof(s->help), d->help);
	copy(s->file, sizeof(s->file), d->at.file);
	s->n_notes = d->n_notes;
	for (size_t i = 0; i < d->n_notes && i < 3; i++)
		copy(s->note[i], sizeof(s->note[i]), d->notes[i].text);
	s->note_offset = d->n_notes ? d->notes[0].at.offset : -2;
}

static struct diag sink(struct seen *s)
{
	memset(s, 0, sizeof(*s));
	return (struct diag){ .fn = see, .user = s, .error_limit = DIAG_DEFAULT_LIMIT };
}

START_TEST(raise_sends_one_line)
{
	struct weld_where at = WELD_WHERE_NONE;
	struct seen s;
	struct diag d = sink(&s);

	at.file = "a.o";
	ck_assert_int_eq(diag_raise(&d, DIAG_FILE_OPEN, &at, "a.o", "gone"), -ENOENT);
	ck_assert_int_eq(s.n, 1);
	ck_assert_int_eq(s.code, 101);
	ck_assert_int_eq(s.severity, WELD_ERROR);
	ck_assert_int_eq(s.err, -ENOENT);
	ck_assert_str_eq(s.text, "cannot open a.o: gone");
	ck_assert_str_eq(s.file, "a.o");
	ck_assert_str_eq(s.detail, "(none)");
	ck_assert_str_eq(s.help, "(none)");
	ck_assert_uint_eq(s.n_notes, 0);
}
END_TEST

START_TEST(place_may_be_unknown)
{
	struct seen s;
	struct diag d = sink(&s);

	ck_assert_int_eq(diag_raise(&d, DIAG_NO_MEMORY, NULL, "here"), -ENOMEM);
	ck_assert_str_eq(s.file, "(none)");
}
END_TEST

START_TEST(message_carries_notes_help_and_detail)
{
	struct weld_where there = WELD_WHERE_NONE;
	struct seen s;
	struct diag d = sink(&s);
	struct diag_msg m;

	there.offset = 64;
	diag_begin(&m, &d, DIAG_FILE_READ, NULL, "a.o", "bad");
	diag_note(&m, &there, "first defined %s", "here");
	diag_note(&m, NULL, "and here");
	diag_help(&m, "rename %d of them", 1);
	diag_detail(&m, "line 1\n");
	diag_detail(&m, "line 2\n");
	diag_errno(&m, -EPERM);
	ck_assert_int_eq(s.n, 0);
	ck_assert_int_eq(diag_end(&m), -EPERM);
	ck_assert_int_eq(s.err, -EPERM);
	ck_assert_uint_eq(s.n_notes, 2);
	ck_assert_str_eq(s.note[0], "first defined here");
	ck_assert_str_eq(s.note[1], "and here");
	ck_assert_int_eq(s.note_offset, 64);
	ck_assert_str_eq(s.help, "rename 1 of them");
	ck_assert_str_eq(s.detail, "line 1\nline 2\n");
}
END_TEST

START_TEST(errors_past_the_limit_are_counted_only)
{
	struct seen s;
	struct diag d = sink(&s);

	d.error_limit = 3;
	for (int i = 0; i < 10; i++) {
		ck_assert(diag_full(&d) == (i >= 3));
		ck_assert_int_eq(diag_raise(&d, DIAG_NO_MEMORY, NULL, "x"), -ENOMEM);
	}
	ck_assert_int_eq(s.n, 3);
	ck_assert_uint_eq(d.n_errors, 10);
}
END_TEST

START_TEST(nobody_has_to_listen)
{
	struct diag d = { .error_limit = 1 };

	ck_assert_int_eq(diag_raise(&d, DIAG_NO_MEMORY, NULL, "x"), -ENOMEM);
	ck_assert_uint_eq(d.n_errors, 1);
	ck_assert_int_eq(diag_raise((struct diag *)NULL, DIAG_NO_MEMORY, NULL, "x"), -ENOMEM);
}
END_TEST

static int raise_long(void *user)
{
	struct seen s;
	struct diag d = sink(&s);
	struct diag_msg m;
	int err;

	diag_begin(&m, &d, DIAG_FILE_OPEN, NULL, "a.o", "gone");
	for (int i = 0; i < 20; i++)
		diag_note(&m, NULL, "note %d", i);
	diag_help(&m, "help");
	err = diag_end(&m);
	/* Whatever memory there was: it is sent once, with its errno. */
	if (s.n != 1 || err != -ENOENT)
		return -EIO;
	if (strcmp(s.text, "cannot open a.o: gone") && strcmp(s.text, "out of memory"))
		return -EIO;
	return 0;
}

START_TEST(a_diagnostic_is_sent_without_memory_as_well)
{
	ck_assert_int_gt(fault_sweep(raise_long, NULL), 20);
}
END_TEST

/* --- the catalogue: what explain and the generated page rely on ---------------------------- */

START_TEST(codes_rise_and_end)
{
	int code, last = 0;
	size_t n = 0;

	for (; (code = diag_code_at(n)); n++) {
		ck_assert_int_gt(code, last);
		last = code;
	}
	ck_assert_uint_gt(n, 5);
	ck_assert_int_eq(diag_code_at(n + 1), 0);
	ck_assert_int_eq(diag_code_at(SIZE_MAX), 0);
}
END_TEST

static void check_row(const struct weld_explanation *e)
{
	ck_assert_msg(isupper((unsigned char)e->name[0]), "%s: name", e->name);
	ck_assert_msg(e->summary[0] && !strchr(e->summary, '\n'), "%s: summary", e->name);
	ck_assert_msg(strlen(e->text) > 40, "%s: the long text is short", e->name);
	ck_assert_msg(e->text[strlen(e->text) - 1] != '\n', "%s: newline at the end", e->name);
	/* Notes and warnings may explain themselves; an error shows an example and a cure. */
	if (e->severity == WELD_ERROR) {
		ck_assert_msg(strstr(e->text, "Example:") != NULL, "%s: no example", e->name);
		ck_assert_msg(strstr(e->text, "Cure:") != NULL, "%s: no cure", e->name);
	}
}

START_TEST(every_row_is_explained)
{
	struct weld_explanation e = { .sz = sizeof(e) };
	int code;

	for (size_t i = 0; (code = diag_code_at(i)); i++) {
		ck_assert_int_eq(diag_explain(code, &e), 0);
		ck_assert_int_eq(e.code, code);
		check_row(&e);
	}
	ck_assert_int_eq(diag_explain(0, &e), -ENOENT);
	ck_assert_int_eq(diag_explain(-1, &e), -ENOENT);
	ck_assert_int_eq(diag_explain(102, &e), -ENOENT);
}
END_TEST

START_TEST(errno_fits_the_severity)
{
#define DIAG(name, num, sev, err, fmt, text)                                             \
	ck_assert_msg(WELD_##sev == WELD_ERROR ? (err) < 0 : (err) == 0, "%s: errno", #name);
#include "lib/base/diag.def"
#undef DIAG
}
END_TEST

static Suite *diag_suite(void)
{
	Suite *s = suite_create("diag");

	unit_add(s, "raise", raise_sends_one_line, place_may_be_unknown,
		 message_carries_notes_help_and_detail, errors_past_the_limit_are_counted_only,
		 nobody_has_to_listen, a_diagnostic_is_sent_without_memory_as_well);
	unit_add(s, "catalogue", codes_rise_and_end, every_row_is_explained,
		 errno_fits_the_severity);
	return s;
}

int main(void)
{
	return unit_main(diag_suite(), NULL);
}
