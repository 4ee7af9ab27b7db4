/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* bpfweld dis: an object's instructions as text. */
#include "tools/cli.h"
#include "tools/verbs.h"

#include <stdlib.h>
#include <string.h>

static int print(struct cli *cli, int err, const char *key, char *text)
{
	struct json j;

	if (cli->json) {
		cli_json_begin(cli, &j);
		json_str(&j, key, err ? NULL : text);
		cli_json_end(cli, &j);
	} else if (!err && text) {
		cli_puts(stdout, text);
	}
	if (!err)
		free(text);
	return cli_status(cli, err);
}

static int dis_raw(struct cli *cli, const char *path)
{
	const unsigned int one = 1;
	unsigned char *bytes;
	char *text = NULL;
	size_t size;
	int err;

	if (!cli_read(cli, path, &bytes, &size))
		return cli->status;
	err = weld_insns__disassemble(cli->ctx, bytes, size, !*(const unsigned char *)&one, &text);
	free(bytes);
	return print(cli, err, "text", text);
}

int verb_dis(struct cli *cli)
{
	static const enum cli_opt_id of_objects[] = { CLI_OPT_PROG, CLI_OPT_SECTION,
						      CLI_OPT_NO_SOURCE, CLI_OPT_OPCODES,
						      CLI_OPT_NONE };
	WELD_OPTS(weld_dis_opts, opts, .function = cli_value(cli, CLI_OPT_PROG),
		  .section = cli_value(cli, CLI_OPT_SECTION),
		  .no_source = cli_has(cli, CLI_OPT_NO_SOURCE),
		  .opcodes = cli_has(cli, CLI_OPT_OPCODES));
	const char *raw = cli_value(cli, CLI_OPT_RAW);
	struct weld_object *obj;
	char *text = NULL;
	int err;

	if (cli->n_args != (raw ? 0 : 1))
		return cli_usage(cli, "dis takes one object, or --raw FILE");
	if (raw && cli_any(cli, of_objects))
		return cli_usage(cli, "--%s needs an object", cli_any(cli, of_objects));
	if (raw)
		return dis_raw(cli, raw);
	err = weld_object__open_file(cli->ctx, cli->args[0], NULL, &obj);
	if (err)
		return print(cli, err, "text", NULL);
	err = weld_object__disassemble(obj, &opts, &text);
	weld_object__close(obj);
	return print(cli, err, "text", text);
}
