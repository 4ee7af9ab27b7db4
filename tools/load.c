/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* bpfweld load: into the kernel, and onto a bpffs. */
#include "tools/run.h"
#include "tools/verbs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int cli_type(struct cli *cli, uint32_t *type)
{
	const char *name = cli_value(cli, CLI_OPT_TYPE);

	*type = 0;
	if (!name)
		return CLI_OK;
	if (weld_program_type__by_name(name, type))
		return cli_usage(cli, "--type: there is no program type '%s'", name);
	return CLI_OK;
}

struct load_job {
	struct cli *cli;
	struct weld_object *obj;
	struct weld_instance *inst;
	const char *dir;
	bool made_dir;
	struct json j;
	char **pinned; /* paths, to undo a failure half-way */
	size_t n_pinned;
};

static bool remember(struct load_job *job, char *path)
{
	char **v = realloc(job->pinned, (job->n_pinned + 1) * sizeof(*v));

	if (!v)
		return false;
	job->pinned = v;
	job->pinned[job->n_pinned++] = path;
	return true;
}

static int pin(struct load_job *job, const char *name,
	       int (*pin_fn)(struct weld_instance *, const char *, const char *))
{
	char *path;
	int err;

	if (!job->dir)
		return CLI_OK;
	if (asprintf(&path, "%s/%s", job->dir, name) < 0)
		return cli_status(job->cli, -ENOMEM);
	err = pin_fn(job->inst, name, path);
	if (err || !remember(job, path)) {
		free(path);
		return cli_status(job->cli, err ? err : -ENOMEM);
	}
	return CLI_OK;
}

/* Dots are not taken by bpffs, and data maps have one in front. */
static int pin_programs(struct load_job *job)
{
	struct weld_function_info f = { .sz = sizeof(f) };
	int status = CLI_OK, handle;

	for (uint32_t n = 0; status == CLI_OK && !weld_object__program(job->obj, n, &f); n++)
		if (!weld_instance__program(job->inst, f.name, &handle))
			status = pin(job, f.name, weld_instance__pin_program);
	return status;
}

static int pin_maps(struct load_job *job)
{
	struct weld_map_info m = { .sz = sizeof(m) };
	int status = CLI_OK, handle;

	for (uint32_t n = 0; status == CLI_OK && !weld_object__map(job->obj, n, &m); n++)
		if (!m.is_data && !weld_instance__map(job->inst, m.name, &handle))
			status = pin(job, m.name, weld_instance__pin_map);
	return status;
}

static void unpin(struct load_job *job)
{
	for (size_t i = 0; i < job->n_pinned; i++)
		remove(job->pinned[i]);
	if (job->made_dir)
		remove(job->dir);
}

static void print_loaded(struct load_job *job)
{
	struct weld_function_info f = { .sz = sizeof(f) };
	struct json *j = &job->j;
	int handle;

	if (job->cli->json)
		json_begin(j, "programs", '[');
	for (uint32_t n = 0; !weld_object__program(job->obj, n, &f); n++) {
		if (weld_instance__program(job->inst, f.name, &handle))
			continue;
		if (job->cli->json) {
			json_begin(j, NULL, '{');
			json_str(j, "name", f.name);
			json_str(j, "type", f.type_name);
			json_end(j, '}');
		} else {
			cli_print(stdout, "%s (%s): accepted\n", f.name, f.type_name);
		}
	}
	if (!job->cli->json) {
		for (size_t i = 0; i < job->n_pinned; i++)
			cli_print(stdout, "pinned %s\n", job->pinned[i]);
		return;
	}
	json_end(j, ']');
	json_begin(j, "pins", '[');
	for (size_t i = 0; i < job->n_pinned; i++)
		json_str(j, NULL, job->pinned[i]);
	json_end(j, ']');
}

static bool make_dir(struct load_job *job)
{
	if (!job->dir)
		return true;
	job->made_dir = !mkdir(job->dir, 0700);
	if (job->made_dir || errno == EEXIST)
		return true;
	cli_error(job->cli, CLI_ENV, "cannot create %s: %s", job->dir, strerror(errno));
	return false;
}

static int load_and_pin(struct load_job *job)
{
	WELD_OPTS(weld_load_opts, opts, .program = cli_value(job->cli, CLI_OPT_PROG),
		  .no_pins = !job->dir);
	struct weld_target kernel;
	int err, status;

	err = weld_object__open_file(job->cli->ctx, job->cli->args[0], NULL, &job->obj);
	status = cli_status(job->cli, err);
	if (status == CLI_OK)
		status = run_kernel_target(job->cli, &kernel);
	if (status == CLI_OK)
		status = cli_type(job->cli, &opts.type);
	if (status != CLI_OK)
		return status;
	if (!make_dir(job))
		return CLI_ENV;
	status = cli_status(job->cli, weld_object__load(job->obj, &kernel, &opts, &job->inst));
	if (status == CLI_OK)
		status = pin_programs(job);
	if (status == CLI_OK)
		status = pin_maps(job);
	if (status != CLI_OK)
		unpin(job);
	return status;
}

int verb_load(struct cli *cli)
{
	struct load_job job = { .cli = cli, .dir = cli_value(cli, CLI_OPT_PIN) };
	int status;

	if (cli->n_args != 1)
		return cli_usage(cli, "load takes one object");
	status = load_and_pin(&job);
	if (cli->json && status != CLI_USAGE)
		cli_json_begin(cli, &job.j);
	if (status == CLI_OK)
		print_loaded(&job);
	if (cli->json && status != CLI_USAGE)
		cli_json_end(cli, &job.j);
	weld_instance__close(job.inst);
	weld_object__close(job.obj);
	for (size_t i = 0; i < job.n_pinned; i++)
		free(job.pinned[i]);
	free(job.pinned);
	return status;
}
