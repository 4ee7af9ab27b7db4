/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * bpfweld VERB [OPTIONS] FILE...: finds the verb, parses its words, makes the context, runs it.
 */
#include "tools/cli.h"
#include "tools/verbs.h"

#include <errno.h>
#include <fcntl.h>
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

/* A verb that stopped before it had anything to say: with --json its diagnostics still come as
 * a document. */
static void document_failure(struct cli *cli, int status)
{
	struct json j;

	if (!cli->json || cli->documented || status == CLI_OK || status == CLI_USAGE)
		return;
	cli_json_begin(cli, &j);
	cli_json_end(cli, &j);
}

static int run_verb(struct cli *cli, int argc, char **argv)
{
	int status = cli_parse(cli, argc, argv);

	if (status == CLI_OK && cli_has(cli, CLI_OPT_HELP))
		return cli_help_page(cli->verb);
	if (status == CLI_OK)
		status = set_up(cli);
	if (status == CLI_OK) {
		status = cli->verb->run(cli);
		document_failure(cli, status);
	}
	return status;
}

/* Output that got lost is a failure, whatever the verb made of it. */
static int flush_output(int status)
{
	bool lost = ferror(stdout);

	errno = 0;
	if (!fflush(stdout) && !lost)
		return status;
	fprintf(stderr, "bpfweld: cannot write standard output: %s\n",
		errno ? strerror(errno) : "an earlier write failed");
	return status == CLI_OK ? CLI_ENV : status;
}

/* A standard stream that the caller closed would be the next file that is opened, and what is
 * printed would end up in there. Open it the wrong way round instead: its use is an error. */
static void fill_std_streams(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
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

	fill_std_streams();
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
	status = flush_output(status);
	/* Without a verb the list of verbs is a hint, not what was asked for. */
	return argc > 1 ? status : CLI_USAGE;
}
