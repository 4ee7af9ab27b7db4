/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What the output depends on, as a Makefile that make and ninja read:
 *
 *	out.o: a.o lib.o
 *
 *	a.o:
 *
 *	lib.o:
 *
 * A file of words (@FILE) is not among them: build tools make one for each run and delete it.
 *
 * The rules without a recipe are for inputs that were renamed or removed since: make would stop
 * at a file that no rule makes.
 */
#include "tools/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A space, '#' or ':' takes a backslash, and so does each backslash in front of one; '$' is
 * doubled. Backslashes elsewhere stand for themselves. */
static void put_name(FILE *f, const char *name)
{
	for (const char *c = name; *c; c++) {
		size_t n_slashes = strspn(c, "\\");

		if (n_slashes) {
			bool special = strchr(" \t#:", c[n_slashes]) != NULL;

			for (size_t i = 0; i < n_slashes * (special ? 2 : 1); i++)
				fputc('\\', f);
			c += n_slashes - 1;
			continue;
		}
		if (strchr(" \t#:", *c))
			fputc('\\', f);
		else if (*c == '$')
			fputc('$', f);
		fputc(*c, f);
	}
}

static int check_name(const struct link_job *job, const char *name)
{
	size_t len = strlen(name);

	if (!strpbrk(name, "\n\r") && len && name[len - 1] != '\\')
		return CLI_OK;
	cli_error(job->cli, CLI_INPUT,
		  "no Makefile can name %s: it has a line break in it, or a "
		  "backslash at its end",
		  name);
	return CLI_INPUT;
}

static int print(const struct link_job *job, FILE *f)
{
	const char *path;
	int status = check_name(job, job->output);

	put_name(f, job->output);
	fputc(':', f);
	for (uint32_t n = 0; !status && !weld_linker__file(job->linker, n, &path); n++) {
		status = check_name(job, path);
		fputs(" \\\n  ", f);
		put_name(f, path);
	}
	fputc('\n', f);
	for (uint32_t n = 0; !status && !weld_linker__file(job->linker, n, &path); n++) {
		fputc('\n', f);
		put_name(f, path);
		fputs(":\n", f);
	}
	return status;
}

int link_write_depfile(const struct link_job *job)
{
	size_t size = 0;
	char *text = NULL;
	FILE *f = open_memstream(&text, &size);
	int status;

	if (!f)
		return cli_status(job->cli, -ENOMEM);
	status = print(job, f);
	if (fclose(f))
		status = cli_status(job->cli, -ENOMEM);
	else if (!status && !cli_write(job->cli, cli_value(job->cli, CLI_OPT_DEPFILE), text, size))
		status = job->cli->status;
	free(text);
	return status;
}
