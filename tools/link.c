/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* bpfweld link: many objects in, one out. */
#include "tools/link.h"
#include "tools/image.h"
#include "tools/verbs.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Length of the name in "NAME=file", 0 without one. A prefix of letters, digits and '_' before any
 * '/' is a name. */
static size_t name_len(const char *spec)
{
	size_t len = 0;

	while (isalnum((unsigned char)spec[len]) || spec[len] == '_')
		len++;
	return spec[len] == '=' ? len : 0;
}

/* No file is read and written. */
static int check_input(const struct link_job *job, const char *path)
{
	static const enum cli_opt_id outputs[] = { CLI_OPT_LINK_MAP, CLI_OPT_DEPFILE };

	if (cli_same_file(path, job->output))
		return cli_usage(job->cli, "%s is an input as well as the output", job->output);
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		const char *out = cli_value(job->cli, outputs[i]);

		if (out && cli_same_file(path, out))
			return cli_usage(job->cli, "%s is an input as well as an output", out);
	}
	return job->image ? image_check_input(job->cli, job->output, path) : CLI_OK;
}

static int add_input(struct link_job *job, const char *spec)
{
	size_t len = name_len(spec);
	const char *path = len ? spec + len + 1 : spec;
	char *name = len ? strndup(spec, len) : NULL;
	int err;

	if (len && !name)
		return cli_status(job->cli, -ENOMEM);
	if (check_input(job, path)) {
		free(name);
		return CLI_USAGE;
	}
	err = weld_linker__add_file(job->linker, name, path);
	free(name);
	return err ? cli_status(job->cli, err) : CLI_OK;
}

/* "LEFT=RIGHT": neither side holds a '='. */
static int add_pair(struct link_job *job, const struct cli_given *given,
		    int (*add)(struct weld_linker *, const char *, const char *))
{
	const struct cli_opt *opt = &cli_opts[given->id];
	const char *eq = strchr(given->value, '=');
	char *left;
	int err;

	if (!eq || eq == given->value || !eq[1] || strchr(eq + 1, '='))
		return cli_usage(job->cli, "--%s: '%s' is not of the form %s", opt->name,
				 given->value, opt->arg);
	left = strndup(given->value, (size_t)(eq - given->value));
	if (!left)
		return cli_status(job->cli, -ENOMEM);
	err = add(job->linker, left, eq + 1);
	free(left);
	return err ? cli_status(job->cli, err) : CLI_OK;
}

/* No output is the archive that is found, either. */
static int add_lib(struct link_job *job, const char **dirs, size_t n_dirs, const char *lib)
{
	char *path;
	int status;

	for (size_t i = 0; i < n_dirs; i++) {
		if (asprintf(&path, "%s/lib%s.a", dirs[i], lib) < 0)
			return cli_status(job->cli, -ENOMEM);
		status = check_input(job, path);
		free(path);
		if (status)
			return status;
	}
	return cli_status(job->cli, weld_linker__add_lib(job->linker, dirs, n_dirs, lib));
}

/* -L and -l have no order among each other: all folders are known before the first library. */
static int add_libs(struct link_job *job)
{
	const struct cli *cli = job->cli;
	const char **dirs = calloc(cli->n_given + 1, sizeof(*dirs));
	int status = CLI_OK, worst = CLI_OK;
	size_t n_dirs = 0;

	if (!dirs)
		return cli_status(job->cli, -ENOMEM);
	for (size_t i = 0; i < cli->n_given; i++)
		if (cli->given[i].id == CLI_OPT_LIB_DIR)
			dirs[n_dirs++] = cli->given[i].value;
	for (size_t i = 0; i < cli->n_given && status != CLI_USAGE; i++) {
		if (cli->given[i].id != CLI_OPT_LIB)
			continue;
		status = add_lib(job, dirs, n_dirs, cli->given[i].value);
		worst = status ? status : worst;
	}
	free(dirs);
	return worst;
}

/* What goes to the linker as it was given. */
static const struct {
	enum cli_opt_id id;
	int (*add)(struct weld_linker *linker, const char *value);
} words[] = {
	{ CLI_OPT_RESOLVE_FILE, weld_linker__map_file },
	{ CLI_OPT_PRIVATE, weld_linker__set_private },
	{ CLI_OPT_EXPORT, weld_linker__export },
	{ CLI_OPT_HIDE, weld_linker__hide },
	{ CLI_OPT_INLINE, weld_linker__inline },
	{ CLI_OPT_WRAP, weld_linker__wrap },
};

static const struct {
	enum cli_opt_id id;
	int (*add)(struct weld_linker *linker, const char *left, const char *right);
} pairs[] = {
	{ CLI_OPT_RESOLVE, weld_linker__map },
	{ CLI_OPT_RENAME, weld_linker__rename },
	{ CLI_OPT_PREFIX, weld_linker__prefix },
};

static int add_option(struct link_job *job, const struct cli_given *given)
{
	int err = 0;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i].id == given->id)
			return add_pair(job, given, pairs[i].add);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].id == given->id)
			err = words[i].add(job->linker, given->value);
	return err ? cli_status(job->cli, err) : CLI_OK;
}

static int gather(struct link_job *job)
{
	int status = CLI_OK, worst = CLI_OK;

	/* All inputs are read even if one is bad, so that each is named in one run. */
	for (size_t i = 0; status != CLI_USAGE && i < job->n_inputs; i++) {
		status = add_input(job, job->inputs[i]);
		worst = status ? status : worst;
	}
	if (status != CLI_USAGE) {
		status = add_libs(job);
		worst = status ? status : worst;
	}
	for (size_t i = 0; worst == CLI_OK && i < job->cli->n_given; i++)
		worst = add_option(job, &job->cli->given[i]);
	return worst;
}

/* Is anything to be said about the link itself? */
static bool wants_table(const struct cli *cli)
{
	static const enum cli_opt_id ids[] = { CLI_OPT_LINK_MAP, CLI_OPT_WHY, CLI_OPT_TRACE_SYMBOL,
					       CLI_OPT_NONE };

	return cli->json || cli_any(cli, ids);
}

/* --- output --------------------------------------------------------------------------- */

static void print_json(const struct link_job *job, bool linked, bool explained)
{
	struct json j;

	cli_json_begin(job->cli, &j);
	link_json(job, &j, linked);
	if (explained)
		link_explain(job, &j);
	cli_json_end(job->cli, &j);
}

static int write_output(struct link_job *job, const struct weld_object *obj)
{
	if (job->image)
		return image_write(job->cli, obj, job->image, job->output);
	return cli_write_object(job->cli, job->output, obj);
}

static int write_all(struct link_job *job, const struct weld_object *obj)
{
	int status = obj ? write_output(job, obj) : CLI_OK;

	if (status == CLI_OK && cli_has(job->cli, CLI_OPT_LINK_MAP))
		status = link_write_map(job);
	if (status == CLI_OK && cli_has(job->cli, CLI_OPT_DEPFILE))
		status = link_write_depfile(job);
	return status;
}

/* Nobody wants the object but the file, and no warning can take that back. */
static bool straight_to_file(const struct link_job *job)
{
	return !job->image && !job->cli->werror && !wants_table(job->cli) &&
	       strcmp(job->output, "-") != 0;
}

static int finish(struct link_job *job, struct weld_object **obj)
{
	return straight_to_file(job) ? weld_linker__finish_file(job->linker, job->output) :
				       weld_linker__finish(job->linker, obj);
}

/* --why and --trace-symbol say something about a failed link, too, but a name that isn't there
 * makes one fail. */
static int link_all(struct link_job *job)
{
	struct weld_object *obj = NULL;
	int status = gather(job), named = CLI_FINDING;

	if (status == CLI_OK) {
		status = cli_status(job->cli, finish(job, &obj));
		named = link_check_names(job);
		status = status ? status : named;
	}
	if (named == CLI_OK && !job->cli->json)
		link_explain(job, NULL);
	if (status == CLI_OK)
		status = write_all(job, obj);
	weld_object__close(obj);
	if (job->cli->json && status != CLI_USAGE)
		print_json(job, status == CLI_OK, named == CLI_OK);
	return status;
}

/* Bytes, a document and text don't mix. */
static int check_stdout(const struct link_job *job)
{
	static const enum cli_opt_id texts[] = { CLI_OPT_WHY, CLI_OPT_TRACE_SYMBOL, CLI_OPT_NONE };
	const struct cli *cli = job->cli;
	const char *map = cli_value(cli, CLI_OPT_LINK_MAP), *dep = cli_value(cli, CLI_OPT_DEPFILE);
	bool bytes = !strcmp(job->output, "-"), map_out = map && !strcmp(map, "-");

	if ((map && dep && !map_out && !strcmp(map, dep)) ||
	    (!bytes && ((map && !strcmp(map, job->output)) || (dep && !strcmp(dep, job->output)))))
		return cli_usage(cli, "two outputs have one name");
	if (dep && (bytes || !strcmp(dep, "-")))
		return cli_usage(cli, "--depfile is about files, for the output and for itself");
	if (bytes && cli->json)
		return cli_usage(cli, "-o - and --json would share standard output");
	if (map_out && (bytes || cli->json))
		return cli_usage(cli, "-M - and %s would share standard output",
				 bytes ? "-o -" : "--json");
	if (bytes && cli_any(cli, texts))
		return cli_usage(cli, "-o - and --%s would share standard output",
				 cli_any(cli, texts));
	return CLI_OK;
}

/* The output of `gen object OUT IN...` is its first word. */
static int take_words(struct link_job *job)
{
	struct cli *cli = job->cli;

	job->output = cli_value(cli, CLI_OPT_OUTPUT);
	job->image = cli_value(cli, CLI_OPT_IMAGE);
	job->inputs = cli->args;
	job->n_inputs = cli->n_args;
	if (cli->gen_object && !job->output && cli->n_args) {
		job->output = cli->args[0];
		job->inputs++;
		job->n_inputs--;
	}
	if (!job->output)
		return cli_usage(cli, "link needs -o FILE");
	if (!job->n_inputs && !cli_has(cli, CLI_OPT_LIB))
		return cli_usage(cli, "link needs at least one input");
	if (job->image && image_check_output(cli, job->output))
		return CLI_USAGE;
	return check_stdout(job);
}

int verb_link(struct cli *cli)
{
	WELD_OPTS(weld_linker_opts, opts,
		  .allow_unresolved = cli_has(cli, CLI_OPT_ALLOW_UNRESOLVED),
		  .license = cli_value(cli, CLI_OPT_LICENSE), .gc = cli_has(cli, CLI_OPT_GC),
		  .whole_archive = cli_has(cli, CLI_OPT_WHOLE_ARCHIVE),
		  .no_table = !wants_table(cli), .reread = true);
	struct link_job job = { .cli = cli };
	int status = take_words(&job), err;

	if (status != CLI_OK)
		return status;
	err = weld_linker__new(cli->ctx, &opts, &job.linker);
	if (err)
		return cli_status(cli, err);
	if (cli_has(cli, CLI_OPT_TRACE_SYMBOL))
		weld_linker__keep_inputs(job.linker);
	status = link_all(&job);
	weld_linker__free(job.linker);
	return status;
}
