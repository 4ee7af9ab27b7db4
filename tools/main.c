/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * bpfweld VERB [OPTIONS] FILE...: finds the verb, parses its words, makes the context, runs it.
 */
#include "tools/cli.h"
#include "tools/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct cli_verb cli_verbs[] = {
#define VERB(name, fn, args, line, opts, text) { name, fn, args, line, opts, text },
#include "tools/verbs.def"
#undef VERB
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

const struct cli_verb *cli_find_verb(const char *name)
{
	for (const struct cli_verb *v = cli_verbs; v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

/* NO_COLOR (https://no-color.org) counts unless --color says otherwise. */
static bool want_color(const struct cli *cli, bool *bad)
{
	const char *when = cli_value(cli, CLI_OPT_COLOR), *no_color = getenv("NO_COLOR");

	if (!when || !strcmp(when, "auto"))
		return isatty(STDERR_FILENO) && !(no_color && *no_color);
	*bad = strcmp(when, "always") && strcmp(when, "never");
	return !strcmp(when, "always");
}

static int set_up(struct cli *cli)
{
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = cli_diag, .diag_user = cli);
	unsigned long long limit = 0;
	bool bad_color = false;

	cli->json = cli_has(cli, CLI_OPT_JSON);
	cli->quiet = cli_has(cli, CLI_OPT_QUIET);
	cli->verbose = cli_has(cli, CLI_OPT_VERBOSE);
	cli->werror = cli_has(cli, CLI_OPT_WERROR);
	cli->color = want_color(cli, &bad_color);
	if (bad_color)
		return cli_usage(cli, "--color takes auto, always or never");
	if (!cli_number(cli, CLI_OPT_ERROR_LIMIT, 1, 1000000, &limit))
		return CLI_USAGE;
	opts.error_limit = (unsigned int)limit;
	if (cli->json)
		cli->capture = open_memstream(&cli->captured, &cli->captured_size);
	if ((cli->json && !cli->capture) || weld_ctx__new(&opts, &cli->ctx))
		return CLI_INTERNAL;
	return CLI_OK;
}

static void tear_down(struct cli *cli)
{
	weld_ctx__free(cli->ctx);
	if (cli->capture)
		fclose(cli->capture);
	free(cli->captured);
	cli_free_args(cli);
}

static int run_verb(struct cli *cli, int argc, char **argv)
{
	int status = cli_parse(cli, argc, argv);

	if (status == CLI_OK && cli_has(cli, CLI_OPT_HELP))
		return cli_help_page(cli->verb);
	if (status == CLI_OK)
		status = set_up(cli);
	if (status == CLI_OK)
		status = cli->verb->run(cli);
	if (fflush(stdout) && status == CLI_OK) {
		perror("bpfweld: standard output");
		status = CLI_ENV;
	}
	return status;
}

/* What people type from habit: `bpfweld --version`, `bpfweld -h`, bpftool's `gen object`. */
static const char *verb_word(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "help";

	if (!strcmp(word, "-h") || !strcmp(word, "--help"))
		return "help";
	if (!strcmp(word, "-V") || !strcmp(word, "--version"))
		return "version";
	return word;
}

int main(int argc, char **argv)
{
	struct cli cli = { 0 };
	const char *name = verb_word(argc, argv);
	int skip = argc > 1 ? 2 : 1, status;

	if (!strcmp(name, "gen") && argc > 2 && !strcmp(argv[2], "object")) {
		name = "link";
		skip = 3;
		cli.gen_object = true;
	}
	cli.verb = cli_find_verb(name);
	if (!cli.verb)
		return cli_usage(NULL, "unknown verb '%s'", name);
	status = run_verb(&cli, argc - skip, argv + skip);
	tear_down(&cli);
	return status;
}
