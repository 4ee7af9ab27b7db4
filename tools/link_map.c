/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The link map: which input defined what, where it went, what was dropped and why. */
#include "tools/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- text ----------------------------------------------------------------------------- */

void link_print_symbol(FILE *f, const struct weld_linker_symbol *s)
{
	cli_print(f, "%s:%s", s->input, s->old_name);
	if (strcmp(s->as, s->old_name))
		cli_print(f, " as %s", s->as);
	if (s->bound_by && s->new_name[0])
		cli_print(f, " -> %s:%s", s->to, s->new_name);
	else if (s->new_name[0] && strcmp(s->new_name, s->as))
		cli_print(f, " -> %s", s->new_name);
	cli_print(f, ", %s%s", s->weak ? "weak " : "", s->kind);
	if (s->section)
		cli_print(f, ", %s+0x%llx, %llu bytes", s->section, (unsigned long long)s->offset,
			  (unsigned long long)s->size);
	cli_print(f, ", %s", s->fate);
	if (s->why && s->why[0])
		cli_print(f, ": %s", s->why);
	fputc('\n', f);
}

static void text_inputs(const struct link_job *job, FILE *f)
{
	struct weld_linker_input in = { .sz = sizeof(in) };

	fputs("inputs:\n", f);
	for (uint32_t n = 0; !weld_linker__input(job->linker, n, &in); n++)
		cli_print(f, "  %s: %s%s\n", in.name, in.file, in.is_private ? ", private" : "");
}

static void text_sections(const struct link_job *job, FILE *f, bool kept)
{
	struct weld_linker_section s = { .sz = sizeof(s) };

	fputs(kept ? "sections:\n" : "left out:\n", f);
	for (uint32_t n = 0; !weld_linker__section(job->linker, n, &s); n++) {
		if (!s.out == kept)
			continue;
		if (kept)
			cli_print(f, "  %s+0x%llx, %llu bytes: %s:%s+0x%llx\n", s.out,
				  (unsigned long long)s.offset, (unsigned long long)s.size, s.input,
				  s.name, (unsigned long long)s.from);
		else
			cli_print(f, "  %s:%s, %llu bytes: %s\n", s.input, s.name,
				  (unsigned long long)s.size, s.why);
	}
}

static void text_map(const struct link_job *job, FILE *f)
{
	struct weld_linker_symbol s = { .sz = sizeof(s) };

	cli_print(f, "%s\n", job->output);
	text_inputs(job, f);
	text_sections(job, f, true);
	text_sections(job, f, false);
	fputs("symbols:\n", f);
	for (uint32_t n = 0; !weld_linker__symbol(job->linker, n, &s); n++) {
		fputs("  ", f);
		link_print_symbol(f, &s);
	}
}

/* --- JSON ----------------------------------------------------------------------------- */

void link_json_symbol(struct json *j, const struct weld_linker_symbol *s)
{
	json_begin(j, NULL, '{');
	json_str(j, "input", s->input);
	json_str(j, "name", s->old_name);
	json_str(j, "as", s->as);
	json_str(j, "new_name", s->new_name);
	json_str(j, "kind", s->kind);
	json_str(j, "fate", s->fate);
	json_str(j, "bound_by", s->bound_by);
	json_str(j, "to", s->to);
	json_str(j, "section", s->section);
	json_unum(j, "offset", s->offset);
	json_unum(j, "size", s->size);
	json_bool(j, "weak", s->weak);
	json_bool(j, "clone", s->is_clone);
	json_str(j, "why", s->why);
	json_end(j, '}');
}

static void json_input(struct json *j, const struct weld_linker_input *in)
{
	json_begin(j, NULL, '{');
	json_str(j, "name", in->name);
	json_str(j, "file", in->file);
	json_bool(j, "private", in->is_private);
	json_end(j, '}');
}

static void json_section(struct json *j, const struct weld_linker_section *s)
{
	json_begin(j, NULL, '{');
	json_str(j, "input", s->input);
	json_str(j, "name", s->name);
	json_unum(j, "from", s->from);
	json_unum(j, "size", s->size);
	json_str(j, "section", s->out);
	json_unum(j, "offset", s->offset);
	json_str(j, "why", s->why);
	json_end(j, '}');
}

void link_json(const struct link_job *job, struct json *j, bool linked)
{
	struct weld_linker_input in = { .sz = sizeof(in) };
	struct weld_linker_section sec = { .sz = sizeof(sec) };
	struct weld_linker_symbol s = { .sz = sizeof(s) };

	json_str(j, "output", linked ? job->output : NULL);
	json_begin(j, "inputs", '[');
	for (uint32_t n = 0; !weld_linker__input(job->linker, n, &in); n++)
		json_input(j, &in);
	json_end(j, ']');
	json_begin(j, "sections", '[');
	for (uint32_t n = 0; !weld_linker__section(job->linker, n, &sec); n++)
		json_section(j, &sec);
	json_end(j, ']');
	json_begin(j, "symbols", '[');
	for (uint32_t n = 0; !weld_linker__symbol(job->linker, n, &s); n++)
		link_json_symbol(j, &s);
	json_end(j, ']');
}

static void json_map(const struct link_job *job, FILE *f)
{
	struct json j = { .f = f };

	json_begin(&j, NULL, '{');
	json_num(&j, "schema", 1);
	link_json(job, &j, true);
	json_end(&j, '}');
	fputc('\n', f);
}

/* --- file ----------------------------------------------------------------------------- */

int link_write_map(const struct link_job *job)
{
	const char *path = cli_value(job->cli, CLI_OPT_LINK_MAP);
	size_t len = strlen(path), size = 0;
	char *text = NULL;
	FILE *f = open_memstream(&text, &size);
	int status = CLI_OK;

	if (!f)
		return cli_status(job->cli, -ENOMEM);
	if (len > 5 && !strcmp(path + len - 5, ".json"))
		json_map(job, f);
	else
		text_map(job, f);
	if (fclose(f))
		status = cli_status(job->cli, -ENOMEM);
	else if (!cli_write(job->cli, path, text, size))
		status = job->cli->status;
	free(text);
	return status;
}
