/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* help, version and explain: what is known without any input. */
#include "tools/cli.h"
#include "tools/verbs.h"

#include <stdlib.h>
#include <string.h>

static void print_option(const struct cli_opt *o)
{
	char left[64];
	int n = 0;

	n += snprintf(left, sizeof(left), o->letter ? "-%c, " : "    ", o->letter);
	snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s", o->name, o->arg ? " " : "",
		 o->arg ? o->arg : "");
	if (strlen(left) > 26)
		printf("  %s\n  %-26s  %s\n", left, "", o->help);
	else
		printf("  %-26s  %s\n", left, o->help);
}

int cli_help_page(const struct cli_verb *verb)
{
	printf("bpfweld %s: %s\n\nusage: bpfweld %s [OPTIONS] %s\n\n%s\noptions:\n", verb->name,
	       verb->line, verb->name, verb->args, verb->text);
	for (int i = CLI_OPT_HELP + 1; i < CLI_N_OPTS; i++)
		if (cli_takes(verb, (enum cli_opt_id)i))
			print_option(&cli_opts[i]);
	for (int i = 1; i <= CLI_OPT_HELP; i++)
		print_option(&cli_opts[i]);
	return CLI_OK;
}

int verb_help(struct cli *cli)
{
	const struct cli_verb *v;

	if (cli->n_args > 1)
		return cli_usage(cli, "help takes one verb");
	if (cli->n_args == 1) {
		v = cli_find_verb(cli->args[0]);
		return v ? cli_help_page(v) : cli_usage(NULL, "unknown verb '%s'", cli->args[0]);
	}
	puts("bpfweld links, runs and loads eBPF objects.\n\n"
	     "usage: bpfweld VERB [OPTIONS] FILE...\n");
	for (v = cli_verbs; v->name; v++)
		printf("  %-10s %s\n", v->name, v->line);
	puts("\n`bpfweld help VERB` shows a verb's page. @FILE stands for words in a file.\n"
	     "exit status: 0 done, 1 a finding, 2 usage, 3 bad input, 4 environment, 70 internal");
	return CLI_OK;
}

int verb_version(struct cli *cli)
{
	struct json j;

	if (cli->n_args)
		return cli_usage(cli, "version takes no arguments");
	if (!cli->json) {
		printf("bpfweld %s\n", weld_version());
		return CLI_OK;
	}
	cli_json_begin(cli, &j);
	json_str(&j, "version", weld_version());
	cli_json_end(cli, &j);
	return CLI_OK;
}

/* --- explain -------------------------------------------------------------------------- */

static const char *const severities[] = { "note", "warning", "error" };

static void explain_one(const struct weld_explanation *e, struct json *j)
{
	char code[16];

	snprintf(code, sizeof(code), "E%04d", e->code);
	if (!j) {
		printf("%s[%s] %s\n    %s\n\n%s\n\n", severities[e->severity], code, e->name,
		       e->summary, e->text);
		return;
	}
	json_begin(j, NULL, '{');
	json_str(j, "code", code);
	json_str(j, "name", e->name);
	json_str(j, "severity", severities[e->severity]);
	json_str(j, "summary", e->summary);
	json_str(j, "text", e->text);
	json_end(j, '}');
}

/* "E0312", "e312" or "312"; 0 for anything else. */
static int parse_code(const char *text)
{
	char *end;
	long v = strtol(text + (text[0] == 'E' || text[0] == 'e'), &end, 10);

	return *end || v <= 0 || v > 99999 ? 0 : (int)v;
}

static int explain_args(struct cli *cli, struct json *j)
{
	struct weld_explanation e = { .sz = sizeof(e) };
	int status = CLI_OK;

	for (size_t i = 0; i < cli->n_args; i++) {
		if (!weld_diag__explain(parse_code(cli->args[i]), &e)) {
			explain_one(&e, j);
			continue;
		}
		cli_error(cli, CLI_USAGE, "there is no diagnostic %s", cli->args[i]);
		status = CLI_USAGE;
	}
	return status;
}

int verb_explain(struct cli *cli)
{
	bool all = cli_has(cli, CLI_OPT_ALL);
	struct weld_explanation e = { .sz = sizeof(e) };
	struct json json, *j = cli->json ? &json : NULL;
	int status;

	if (all == (cli->n_args > 0))
		return cli_usage(cli, "explain takes codes, or --all");
	if (j) {
		cli_json_begin(cli, j);
		json_begin(j, "explanations", '[');
	}
	for (size_t n = 0; all && weld_diag__code_at(n); n++)
		if (!weld_diag__explain(weld_diag__code_at(n), &e))
			explain_one(&e, j);
	status = explain_args(cli, j);
	if (j) {
		json_end(j, ']');
		cli_json_end(cli, j);
	}
	return status;
}
