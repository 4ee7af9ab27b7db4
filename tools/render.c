/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Diagnostics for people and for programs, and the exit status that follows from them.
 *
 *	error[E2001]: function 'xdp_main' is defined by fw_b and by fw_a
 *	  --> fw_b.c:27  (fw_b.o, section xdp, xdp_main, insn 8)
 *	   27 | int xdp_main(struct xdp_md *ctx)
 *	note: first defined here
 *	  --> fw_a.c:31  (fw_a.o, section xdp)
 *	help: mark one of the inputs --private
 */
#include "tools/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Ranges of diagnostic numbers (docs/diagnostics.md) and the status that they stand for. */
static const struct {
	int first, last;
	enum cli_status status;
} ranges[] = {
	{ 101, 107, CLI_INPUT },     { 110, 110, CLI_ENV },	  { 113, 199, CLI_INTERNAL },
	{ 300, 399, CLI_FINDING },   { 1000, 1399, CLI_INPUT },	  { 2103, 2103, CLI_INPUT },
	{ 2300, 2314, CLI_USAGE },   { 2316, 2316, CLI_INPUT },	  { 2318, 2318, CLI_USAGE },
	{ 2000, 2999, CLI_FINDING }, { 4133, 4133, CLI_FINDING }, { 4130, 4151, CLI_ENV },
	{ 4000, 4999, CLI_FINDING }, { 5000, 5999, CLI_FINDING },
};

static int status_of(const struct weld_diag *d)
{
	if (d->severity != WELD_ERROR)
		return CLI_OK;
	/* What the target doesn't permit or doesn't have. */
	if (d->code >= 4000 && (d->err == -EPERM || d->err == -ENOTSUP))
		return CLI_ENV;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (d->code >= ranges[i].first && d->code <= ranges[i].last)
			return ranges[i].status;
	return CLI_INTERNAL;
}

/* --- text ----------------------------------------------------------------------------- */

enum tone { TONE_PLAIN, TONE_NOTE, TONE_WARNING, TONE_ERROR, TONE_PLACE };

static const char *tone_on(const struct cli *cli, enum tone tone)
{
	static const char *const codes[] = { "\033[0m", "\033[1;36m", "\033[1;35m", "\033[1;31m",
					     "\033[1;34m" };

	return cli->color ? codes[tone] : "";
}

static const char *tone_off(const struct cli *cli)
{
	return tone_on(cli, TONE_PLAIN);
}

/* Names may hold anything. C1 control characters are U+0080 to U+009F, two bytes in UTF-8. */
void cli_puts(FILE *f, const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		bool c0 = (*p < 0x20 && *p != '\t' && *p != '\n') || *p == 0x7f;
		bool c1 = *p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f;

		fputc(c0 || c1 ? '?' : *p, f);
		p += c1;
	}
}

void cli_print(FILE *f, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	cli_puts(f, text);
	free(text);
}

static void print_coordinates(const struct weld_where *at)
{
	const char *sep = "";

	if (at->file) {
		cli_print(stderr, "%s", at->file);
		sep = ", ";
	}
	if (at->section) {
		cli_print(stderr, "%ssection %s", sep, at->section);
		sep = ", ";
	}
	if (at->func && at->func[0]) {
		cli_print(stderr, "%s%s", sep, at->func);
		sep = ", ";
	}
	if (at->insn >= 0)
		fprintf(stderr, "%sinsn %lld", sep, (long long)at->insn);
	else if (at->offset >= 0)
		fprintf(stderr, "%soffset 0x%llx", sep, (unsigned long long)at->offset);
}

static void print_source(const struct weld_where *at)
{
	cli_print(stderr, "%s:%d", at->src_file, at->line);
	if (at->column > 0)
		fprintf(stderr, ":%d", at->column);
	if (at->section || at->func || at->insn >= 0) {
		fputs("  (", stderr);
		print_coordinates(at);
		fputs(")", stderr);
	}
}

static void print_place(const struct cli *cli, const struct weld_where *at)
{
	bool source = at->src_file && at->line > 0;

	if (!source && !at->file && !at->section && !at->func && at->insn < 0)
		return;
	fprintf(stderr, "  %s-->%s ", tone_on(cli, TONE_PLACE), tone_off(cli));
	if (source)
		print_source(at);
	else
		print_coordinates(at);
	fputc('\n', stderr);
	if (source && at->src_line && at->src_line[0])
		cli_print(stderr, "%5d | %s\n", at->line, at->src_line);
}

static void print_head(const struct cli *cli, const struct weld_diag *d)
{
	static const char *const words[] = { "note", "warning", "error" };
	static const enum tone tones[] = { TONE_NOTE, TONE_WARNING, TONE_ERROR };
	bool as_error = cli->werror && d->severity == WELD_WARNING;
	int severity = as_error ? WELD_ERROR : d->severity;

	fprintf(stderr, "%s%s[E%04d]%s: ", tone_on(cli, tones[severity]), words[severity], d->code,
		tone_off(cli));
	cli_print(stderr, "%s\n", d->text);
}

static void print_detail(const char *detail)
{
	for (const char *line = detail; *line;) {
		size_t len = strcspn(line, "\n");

		cli_print(stderr, "    %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

static void print_text(const struct cli *cli, const struct weld_diag *d)
{
	const char *note = tone_on(cli, TONE_NOTE), *off = tone_off(cli);

	print_head(cli, d);
	print_place(cli, &d->at);
	if (d->detail && (cli->verbose || d->code >= 5000))
		print_detail(d->detail);
	else if (d->detail)
		fprintf(stderr, "%snote%s: -v shows the whole log\n", note, off);
	for (size_t i = 0; i < d->n_notes; i++) {
		fprintf(stderr, "%snote%s: ", note, off);
		cli_print(stderr, "%s\n", d->notes[i].text);
		print_place(cli, &d->notes[i].at);
	}
	if (d->help) {
		fprintf(stderr, "%shelp%s: ", note, off);
		cli_print(stderr, "%s\n", d->help);
	}
}

/* --- JSON ----------------------------------------------------------------------------- */

void cli_json_place(struct json *j, const struct weld_where *at)
{
	json_str(j, "file", at->file);
	json_str(j, "section", at->section);
	json_str(j, "func", at->func);
	if (at->insn >= 0)
		json_num(j, "insn", at->insn);
	else
		json_str(j, "insn", NULL);
	if (at->offset >= 0)
		json_num(j, "offset", at->offset);
	if (!at->src_file) {
		json_str(j, "source", NULL);
		return;
	}
	json_begin(j, "source", '{');
	json_str(j, "file", at->src_file);
	json_num(j, "line", at->line);
	json_num(j, "col", at->column);
	json_str(j, "text", at->src_line);
	json_end(j, '}');
}

static void print_json(struct cli *cli, const struct weld_diag *d)
{
	static const char *const words[] = { "note", "warning", "error" };
	struct json j = { .f = cli->capture, .need_comma = cli->n_diags > 1 };
	char code[16];

	snprintf(code, sizeof(code), "E%04d", d->code);
	json_begin(&j, NULL, '{');
	json_str(&j, "code", d->code ? code : NULL);
	json_str(&j, "severity", words[d->severity]);
	cli_json_place(&j, &d->at);
	json_str(&j, "text", d->text);
	json_begin(&j, "notes", '[');
	for (size_t i = 0; i < d->n_notes; i++) {
		json_begin(&j, NULL, '{');
		json_str(&j, "text", d->notes[i].text);
		cli_json_place(&j, &d->notes[i].at);
		json_end(&j, '}');
	}
	json_end(&j, ']');
	json_str(&j, "help", d->help);
	json_str(&j, "detail", d->detail);
	json_end(&j, '}');
}

/* --- both ----------------------------------------------------------------------------- */

void cli_diag(void *user, const struct weld_diag *d)
{
	struct cli *cli = user;
	int status = status_of(d);

	if (cli->werror && d->severity == WELD_WARNING)
		status = CLI_FINDING;
	if (status && (!cli->status || status > CLI_FINDING))
		cli->status = status;
	cli->n_errors += d->severity == WELD_ERROR;
	if (cli->quiet && d->severity != WELD_ERROR && !status)
		return;
	cli->n_diags++;
	if (cli->json)
		print_json(cli, d);
	else
		print_text(cli, d);
}

void cli_error(struct cli *cli, int status, const char *fmt, ...)
{
	struct weld_diag d = { .sz = sizeof(d), .severity = WELD_ERROR, .at = WELD_WHERE_NONE };
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cli->status = status;
	if (!cli->json) {
		fprintf(stderr, "%serror%s: ", tone_on(cli, TONE_ERROR), tone_off(cli));
		cli_print(stderr, "%s\n", text);
		return;
	}
	d.text = text;
	cli->n_diags++;
	print_json(cli, &d);
}

int cli_status(struct cli *cli, int err)
{
	if (!err)
		return cli->werror ? cli->status : CLI_OK;
	if (!cli->status)
		cli_error(cli, err == -EPERM || err == -ENOTSUP ? CLI_ENV : CLI_INTERNAL, "%s",
			  strerror(-err));
	return cli->status;
}
