/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * docs/diagnostics.md, made from the catalogue. Without an argument the page is printed; with the
 * page's path the two are compared:
 *
 *	selftests/house/diagnostics_page > docs/diagnostics.md		(in the build folder)
 */
#include "lib/base/file.h"
#include "selftests/unit/report.h"

static const char *const severities[] = {
	[WELD_NOTE] = "note",
	[WELD_WARNING] = "warning",
	[WELD_ERROR] = "error",
};

/* The catalogue's text has a line for each thought; those that begin an example stand apart. */
static void print_text(struct sbuf *page, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (!strncmp(text, "Example:", 8) || !strncmp(text, "Cure:", 5))
			sbuf_puts(page, "\n");
		sbuf_put(page, text, len);
		sbuf_puts(page, "\n");
		text += len + (text[len] == '\n');
	}
}

static void print_page(struct sbuf *page)
{
	struct weld_explanation e = { .sz = sizeof(e) };
	int code;

	sbuf_puts(page, "# Diagnostics\n\nMade from `lib/base/diag.def`; `bpfweld explain E0101` "
			"prints one of them. Numbers are never reused.\n");
	for (size_t i = 0; (code = diag_code_at(i)); i++) {
		diag_explain(code, &e);
		sbuf_printf(page, "\n## E%04d %s (%s)\n\n`%s`\n\n", code, e.name,
			    severities[e.severity], e.summary);
		print_text(page, e.text);
	}
}

static int compare(const struct sbuf *page, const char *path)
{
	struct diag d = { .error_limit = 1 };
	struct sbuf old = { 0 };
	bool same;

	same = !file_read(&d, path, &old) && !strcmp(sbuf_str(&old), sbuf_str(page));
	if (!same)
		printf("%s is not what lib/base/diag.def gives; see %s\n", path, __FILE__);
	sbuf_free(&old);
	return report_counts(same, !same, 0);
}

int main(int argc, char **argv)
{
	struct sbuf page = { 0 };
	int status = 0;

	print_page(&page);
	if (sbuf_err(&page))
		status = 1;
	else if (argc > 1)
		status = compare(&page, argv[1]);
	else
		fputs(sbuf_str(&page), stdout);
	sbuf_free(&page);
	return status;
}
