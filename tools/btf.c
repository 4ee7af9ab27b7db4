/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* bpfweld btf: types as text, checked, merged. */
#include "tools/cli.h"
#include "tools/verbs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --base applies to every file. */
static int open_files(struct cli *cli, struct weld_btf **base, struct weld_btf **btf, size_t n)
{
	const char *base_path = cli_value(cli, CLI_OPT_BASE);
	WELD_OPTS(weld_btf_open_opts, opts);
	int err = 0;

	if (base_path)
		err = weld_btf__open_file(cli->ctx, base_path, NULL, base);
	opts.base = *base;
	for (size_t i = 0; i < n && !err; i++)
		err = weld_btf__open_file(cli->ctx, cli->args[1 + i], &opts, &btf[i]);
	return err;
}

/* --- dump ----------------------------------------------------------------------------- */

/* The text of a JSON dump is a document already; it goes in unquoted. */
static void print_types(struct cli *cli, const char *text)
{
	const char *open = strchr(text, '['), *close = strrchr(text, ']');
	struct json j;

	cli_json_begin(cli, &j);
	json_begin(&j, "types", '[');
	if (open && close && close > open)
		fwrite(open + 1, 1, (size_t)(close - open - 1), stdout);
	json_end(&j, ']');
	cli_json_end(cli, &j);
}

static void print_text(struct cli *cli, const char *key, const char *text)
{
	struct json j;

	if (!cli->json) {
		cli_puts(stdout, text);
		return;
	}
	cli_json_begin(cli, &j);
	json_str(&j, key, text);
	cli_json_end(cli, &j);
}

/* --json alone means --format json, in a document; with another format, its text in one. */
static bool parse_format(const struct cli *cli, int *format)
{
	static const struct {
		const char *name;
		int format;
	} formats[] = { { "raw", WELD_BTF_RAW }, { "json", WELD_BTF_JSON }, { "c", WELD_BTF_C } };
	const char *name = cli_value(cli, CLI_OPT_FORMAT);

	*format = cli->json ? WELD_BTF_JSON : WELD_BTF_RAW;
	for (size_t i = 0; name && i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (!strcmp(formats[i].name, name)) {
			*format = formats[i].format;
			return true;
		}
	}
	return !name;
}

static int dump(struct cli *cli)
{
	struct weld_btf *base = NULL, *btf = NULL;
	char *text = NULL;
	int format, err;

	if (cli->n_args != 2)
		return cli_usage(cli, "btf dump takes one file");
	if (!parse_format(cli, &format))
		return cli_usage(cli, "--format is c, raw or json, not %s",
				 cli_value(cli, CLI_OPT_FORMAT));
	err = open_files(cli, &base, &btf, 1);
	if (!err)
		err = weld_btf__dump(btf, format, &text);
	if (!err && format == WELD_BTF_JSON && cli->json)
		print_types(cli, text);
	else if (!err)
		print_text(cli, format == WELD_BTF_C ? "c" : "raw", text);
	if (!err && format == WELD_BTF_JSON && !cli->json)
		putchar('\n');
	free(text);
	weld_btf__close(btf);
	weld_btf__close(base);
	return cli_status(cli, err);
}

/* --- check ---------------------------------------------------------------------------- */

static int check_one(struct cli *cli, const struct weld_btf_open_opts *opts, const char *path,
		     struct json *j)
{
	struct weld_btf *btf = NULL;
	int err = weld_btf__open_file(cli->ctx, path, opts, &btf);

	if (cli->json) {
		json_begin(j, NULL, '{');
		json_str(j, "file", path);
		json_bool(j, "valid", !err);
		if (!err)
			json_unum(j, "types", weld_btf__n_types(btf));
		json_end(j, '}');
	} else if (!err && !cli->quiet) {
		cli_print(stdout, "%s: %u types\n", path, weld_btf__n_types(btf));
	}
	weld_btf__close(btf);
	return err;
}

static int check(struct cli *cli)
{
	struct weld_btf *base = NULL;
	WELD_OPTS(weld_btf_open_opts, opts);
	struct json j;
	int err;

	if (cli->n_args < 2)
		return cli_usage(cli, "btf check takes files");
	err = open_files(cli, &base, NULL, 0);
	opts.base = base;
	if (cli->json) {
		cli_json_begin(cli, &j);
		json_begin(&j, "files", '[');
	}
	for (size_t i = 1; i < cli->n_args && (base || !cli_has(cli, CLI_OPT_BASE)); i++) {
		int failed = check_one(cli, &opts, cli->args[i], &j);

		err = err ? err : failed;
	}
	if (cli->json) {
		json_end(&j, ']');
		cli_json_end(cli, &j);
	}
	weld_btf__close(base);
	return cli_status(cli, err);
}

/* --- dedup ---------------------------------------------------------------------------- */

static int merge(struct cli *cli, struct weld_btf **files, size_t n, struct weld_btf **all)
{
	int err = weld_btf__new(cli->ctx, all);

	for (size_t i = 0; i < n && !err; i++)
		err = weld_btf__append(*all, files[i]);
	return err ? err : weld_btf__dedup(*all, NULL);
}

static int write_merged(struct cli *cli, const struct weld_btf *all)
{
	const char *to = cli_value(cli, CLI_OPT_OUTPUT);
	void *bytes = NULL;
	size_t size;
	int err = weld_btf__write(all, NULL, &bytes, &size);

	if (!err)
		cli_write(cli, to, bytes, size);
	free(bytes);
	return err;
}

static int dedup(struct cli *cli)
{
	size_t n = cli->n_args - 1;
	struct weld_btf *all = NULL, *base = NULL, **files;
	struct json j;
	int err;

	if (!n || !cli_has(cli, CLI_OPT_OUTPUT))
		return cli_usage(cli, "btf dedup takes files and -o OUT");
	if (cli_any(cli, (enum cli_opt_id[]){ CLI_OPT_BASE, CLI_OPT_NONE }))
		return cli_usage(cli, "btf dedup merges whole BTF, not split");
	files = calloc(n, sizeof(*files));
	err = files ? open_files(cli, &base, files, n) : -ENOMEM;
	if (!err)
		err = merge(cli, files, n, &all);
	if (!err)
		err = write_merged(cli, all);
	if (cli->json) {
		cli_json_begin(cli, &j);
		json_str(&j, "output", cli_value(cli, CLI_OPT_OUTPUT));
		json_unum(&j, "types", err ? 0 : weld_btf__n_types(all));
		cli_json_end(cli, &j);
	}
	weld_btf__close(all);
	for (size_t i = 0; files && i < n; i++)
		weld_btf__close(files[i]);
	free(files);
	return cli_status(cli, err);
}

int verb_btf(struct cli *cli)
{
	static const struct {
		const char *name;
		int (*run)(struct cli *cli);
	} actions[] = { { "dump", dump }, { "check", check }, { "dedup", dedup } };

	for (size_t i = 0; cli->n_args && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(cli->args[0], actions[i].name))
			return actions[i].run(cli);
	return cli_usage(cli, "btf knows `dump FILE`, `check FILE...` and `dedup -o OUT FILE...`");
}
