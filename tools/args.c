/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The command line. Options and other words mix freely, `--` ends the options, `@file` stands for
 * the words in a file (white space separates, quotes group, as shells do it).
 */
#include "tools/cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const struct cli_opt cli_opts[CLI_N_OPTS] = {
#define OPT(id, letter, name, arg, help) [CLI_OPT_##id] = { name, arg, help, letter },
#include "tools/opts.def"
#undef OPT
};

enum { AT_FILE_MAX = 1 << 20, AT_DEPTH_MAX = 8, AT_FILES_MAX = 256 };

/* The words still to be looked at, from the command line and from @files. */
struct words {
	char **v;
	size_t n, at;
};

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	fputs("bpfweld: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (cli && cli->verb)
		fprintf(stderr, "\nusage: bpfweld %s [OPTIONS] %s\n       bpfweld help %s\n",
			cli->verb->name, cli->verb->args, cli->verb->name);
	else
		fputs("\nusage: bpfweld VERB [OPTIONS] FILE...\n       bpfweld help\n", stderr);
	return CLI_USAGE;
}

static void *grow(void *v, size_t n, size_t size)
{
	void *p = realloc(v, (n + 1) * size);

	if (!p) {
		fputs("bpfweld: out of memory\n", stderr);
		exit(CLI_INTERNAL);
	}
	return p;
}

static void give(struct cli *cli, enum cli_opt_id id, const char *value)
{
	cli->given = grow(cli->given, cli->n_given, sizeof(*cli->given));
	cli->given[cli->n_given++] = (struct cli_given){ id, value };
}

static void own(struct cli *cli, char *word)
{
	cli->owned = grow(cli->owned, cli->n_owned, sizeof(*cli->owned));
	cli->owned[cli->n_owned++] = word;
}

/* --- @file ---------------------------------------------------------------------------- */

/* Cut the next word off *text in place; NULL at the end. A quote that isn't closed ends there. */
static char *next_word(char **text)
{
	char *from = *text, *to, *word, quote = 0;

	while (isspace((unsigned char)*from))
		from++;
	if (!*from)
		return NULL;
	for (word = to = from; *from && (quote || !isspace((unsigned char)*from)); from++) {
		if (!quote && (*from == '"' || *from == '\''))
			quote = *from;
		else if (quote && *from == quote)
			quote = 0;
		else if (*from == '\\' && quote != '\'' && from[1])
			*to++ = *++from;
		else
			*to++ = *from;
	}
	*text = *from ? from + 1 : from;
	*to = 0;
	return word;
}

static char *read_at_file(struct cli *cli, const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t n;

	if (!f)
		return NULL;
	text = grow(NULL, AT_FILE_MAX, 1);
	n = fread(text, 1, AT_FILE_MAX, f);
	text[n] = 0;
	if (ferror(f) || !feof(f) || strlen(text) != n) {
		free(text);
		text = NULL;
	} else {
		text = grow(text, n, 1);
		own(cli, text);
	}
	fclose(f);
	errno = EINVAL;
	return text;
}

static int expand(struct cli *cli, struct words *out, char *word, unsigned int depth)
{
	char *text;
	int err = CLI_OK;

	if (word[0] != '@' || !word[1]) {
		out->v = grow(out->v, out->n, sizeof(*out->v));
		out->v[out->n++] = word;
		return CLI_OK;
	}
	if (depth == AT_DEPTH_MAX)
		return cli_usage(cli, "%s: files of arguments nest too deep", word);
	if (cli->n_owned == AT_FILES_MAX)
		return cli_usage(cli, "%s: too many files of arguments", word);
	text = read_at_file(cli, word + 1);
	if (!text)
		return cli_usage(cli, "%s: %s", word, strerror(errno));
	while (err == CLI_OK && (word = next_word(&text)))
		err = expand(cli, out, word, depth + 1);
	return err;
}

/* --- options -------------------------------------------------------------------------- */

bool cli_takes(const struct cli_verb *verb, enum cli_opt_id id)
{
	const char *name = cli_opts[id].name, *at;
	size_t len = strlen(name);

	if (id <= CLI_OPT_HELP)
		return true;
	for (at = verb->opts; *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == len && !strncmp(at, name, len))
			return true;
	return false;
}

static enum cli_opt_id find_long(const char *name, size_t len)
{
	for (int i = 1; i < CLI_N_OPTS; i++)
		if (strlen(cli_opts[i].name) == len && !strncmp(cli_opts[i].name, name, len))
			return (enum cli_opt_id)i;
	return CLI_OPT_NONE;
}

static enum cli_opt_id find_letter(char letter)
{
	for (int i = 1; i < CLI_N_OPTS; i++)
		if (cli_opts[i].letter == letter)
			return (enum cli_opt_id)i;
	return CLI_OPT_NONE;
}

/* inline_value: behind '=' or behind the letter, NULL when the word ended. */
static int take(struct cli *cli, struct words *w, const char *word, enum cli_opt_id id,
		const char *inline_value)
{
	const char *value = inline_value;

	if (id == CLI_OPT_NONE)
		return cli_usage(cli, "unknown option %s", word);
	if (!cli_takes(cli->verb, id))
		return cli_usage(cli, "%s takes no option --%s", cli->verb->name,
				 cli_opts[id].name);
	if (!cli_opts[id].arg) {
		if (inline_value)
			return cli_usage(cli, "option --%s takes no argument", cli_opts[id].name);
		value = "";
	} else if (!value) {
		if (w->at == w->n)
			return cli_usage(cli, "option --%s needs an argument: %s",
					 cli_opts[id].name, cli_opts[id].arg);
		value = w->v[w->at++];
	}
	give(cli, id, value);
	return CLI_OK;
}

static int take_long(struct cli *cli, struct words *w, const char *word)
{
	size_t len = strcspn(word + 2, "=");

	return take(cli, w, word, find_long(word + 2, len), word[2 + len] ? word + 3 + len : NULL);
}

/* -o FILE, -oFILE, and several letters without argument behind one dash. */
static int take_short(struct cli *cli, struct words *w, const char *word)
{
	int err = CLI_OK;

	for (const char *p = word + 1; err == CLI_OK && *p; p++) {
		enum cli_opt_id id = find_letter(*p);
		bool with_arg = id && cli_opts[id].arg;

		err = take(cli, w, word, id, with_arg && p[1] ? p + 1 : NULL);
		if (with_arg)
			break;
	}
	return err;
}

static int parse_word(struct cli *cli, struct words *w, bool *only_args)
{
	const char *word = w->v[w->at++];

	if (!*only_args && !strcmp(word, "--")) {
		*only_args = true;
		return CLI_OK;
	}
	if (!*only_args && !strcmp(word, "-Werror"))
		return take(cli, w, word, CLI_OPT_WERROR, NULL);
	if (!*only_args && !strncmp(word, "--", 2))
		return take_long(cli, w, word);
	if (!*only_args && word[0] == '-' && word[1])
		return take_short(cli, w, word);
	cli->args = grow(cli->args, cli->n_args, sizeof(*cli->args));
	cli->args[cli->n_args++] = word;
	return CLI_OK;
}

/* Standard input can be read once. */
static int check_stdin(const struct cli *cli)
{
	static const enum cli_opt_id inputs[] = { CLI_OPT_DATA, CLI_OPT_CTX, CLI_OPT_PCAP,
						  CLI_OPT_RAW,	CLI_OPT_MEM, CLI_OPT_RESOLVE_FILE,
						  CLI_OPT_BASE };
	unsigned int n = 0;

	for (size_t i = 0; i < cli->n_args; i++) {
		const char *eq = strrchr(cli->args[i], '=');

		n += !strcmp(eq ? eq + 1 : cli->args[i], "-");
	}
	for (size_t i = 0; i < cli->n_given; i++)
		for (size_t k = 0; k < sizeof(inputs) / sizeof(inputs[0]); k++)
			n += cli->given[i].id == inputs[k] && !strcmp(cli->given[i].value, "-");
	return n > 1 ? cli_usage(cli, "standard input can be read once only") : CLI_OK;
}

int cli_parse(struct cli *cli, int argc, char **argv)
{
	struct words w = { 0 };
	bool only_args = false;
	int err = CLI_OK;

	for (int i = 0; err == CLI_OK && i < argc; i++)
		err = expand(cli, &w, argv[i], 0);
	while (err == CLI_OK && w.at < w.n)
		err = parse_word(cli, &w, &only_args);
	free(w.v);
	return err == CLI_OK ? check_stdin(cli) : err;
}

const char *cli_value(const struct cli *cli, enum cli_opt_id id)
{
	const char *value = NULL;

	for (size_t i = 0; i < cli->n_given; i++)
		if (cli->given[i].id == id)
			value = cli->given[i].value;
	return value;
}

bool cli_number(const struct cli *cli, enum cli_opt_id id, unsigned long long min,
		unsigned long long max, unsigned long long *out)
{
	const char *text = cli_value(cli, id);
	unsigned long long v;
	char *end;

	if (!text)
		return true;
	errno = 0;
	v = strtoull(text, &end, 0);
	if (!isdigit((unsigned char)text[0]) || *end || errno || v < min || v > max) {
		cli_usage(cli, "--%s: '%s' is no number from %llu to %llu", cli_opts[id].name, text,
			  min, max);
		return false;
	}
	*out = v;
	return true;
}

const char *cli_any(const struct cli *cli, const enum cli_opt_id *ids)
{
	for (; *ids != CLI_OPT_NONE; ids++)
		if (cli_has(cli, *ids))
			return cli_opts[*ids].name;
	return NULL;
}

void cli_free_args(struct cli *cli)
{
	for (size_t i = 0; i < cli->n_owned; i++)
		free(cli->owned[i]);
	free(cli->owned);
	free(cli->given);
	free(cli->args);
}
