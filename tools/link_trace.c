/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* One symbol at a time: why it is what it is, and each place that is about it. */
#include "tools/link.h"

typedef void show_fn(const struct link_job *job, uint32_t n, const struct weld_linker_symbol *s,
		     struct json *j);

static void each_symbol(const struct link_job *job, const char *spec, show_fn *show, struct json *j)
{
	struct weld_linker_symbol s = { .sz = sizeof(s) };

	for (uint32_t n = 0; !weld_linker__find_symbol(job->linker, spec, n, &n); n++) {
		weld_linker__symbol(job->linker, n, &s);
		show(job, n, &s, j);
	}
}

static void show_why(const struct link_job *job, uint32_t n, const struct weld_linker_symbol *s,
		     struct json *j)
{
	(void)job;
	(void)n;
	if (j)
		link_json_symbol(j, s);
	else
		link_print_symbol(stdout, s);
}

/* As compilers name places, so that editors find them. */
static void print_place(const struct weld_linker_symbol *s, const struct weld_linker_place *p)
{
	const struct weld_where *at = &p->at;

	if (at->src_file && at->line > 0)
		cli_print(stdout, "%s:%d: ", at->src_file, at->line);
	cli_print(stdout, "%s %s %s", s->input, p->is_definition ? "defines" : "wants",
		  s->old_name);
	cli_print(stdout, "  (%s", at->file ? at->file : s->input);
	if (at->section)
		cli_print(stdout, ", section %s", at->section);
	if (at->func && at->func[0])
		cli_print(stdout, ", %s", at->func);
	if (at->insn >= 0)
		cli_print(stdout, ", insn %lld", (long long)at->insn);
	else if (at->offset >= 0)
		cli_print(stdout, ", offset 0x%llx", (unsigned long long)at->offset);
	cli_print(stdout, ")\n");
}

static void json_place(const struct weld_linker_symbol *s, const struct weld_linker_place *p,
		       struct json *j)
{
	json_begin(j, NULL, '{');
	json_str(j, "input", s->input);
	json_str(j, "name", s->old_name);
	json_bool(j, "definition", p->is_definition);
	cli_json_place(j, &p->at);
	json_end(j, '}');
}

/* References to a definition in its own input count as well: they may be what keeps it. */
static void show_places(const struct link_job *job, uint32_t n, const struct weld_linker_symbol *s,
			struct json *j)
{
	struct weld_linker_place p = { .sz = sizeof(p) };

	for (uint32_t i = 0; !weld_linker__place(job->linker, n, i, &p); i++)
		if (j)
			json_place(s, &p, j);
		else
			print_place(s, &p);
}

static const struct {
	enum cli_opt_id id;
	const char *key;
	show_fn *show;
} kinds[] = {
	{ CLI_OPT_WHY, "why", show_why },
	{ CLI_OPT_TRACE_SYMBOL, "trace", show_places },
};

enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

int link_check_names(const struct link_job *job)
{
	int status = CLI_OK;

	for (size_t i = 0; i < job->cli->n_given; i++)
		for (size_t k = 0; k < N_KINDS; k++) {
			const struct cli_given *given = &job->cli->given[i];
			uint32_t n;
			int err;

			if (given->id != kinds[k].id)
				continue;
			err = weld_linker__find_symbol(job->linker, given->value, 0, &n);
			status = err ? cli_status(job->cli, err) : status;
		}
	return status;
}

void link_explain(const struct link_job *job, struct json *j)
{
	for (size_t k = 0; k < N_KINDS; k++) {
		if (!cli_has(job->cli, kinds[k].id))
			continue;
		if (j)
			json_begin(j, kinds[k].key, '[');
		for (size_t i = 0; i < job->cli->n_given; i++)
			if (job->cli->given[i].id == kinds[k].id)
				each_symbol(job, job->cli->given[i].value, kinds[k].show, j);
		if (j)
			json_end(j, ']');
	}
}
