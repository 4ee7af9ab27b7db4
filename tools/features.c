/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* bpfweld features: what the kernel, or the runtime, supports. */
#include "tools/run.h"
#include "tools/verbs.h"

#include <string.h>

struct feature_job {
	struct cli *cli;
	struct json j;
	int kind; /* of the one before; -1 at first */
	const char *of;
};

static const char *const kinds[] = { "program type", "map type", "helper", "feature" };

static const char *answer(int supported)
{
	return supported == 1 ? "yes" : supported == 0 ? "no" : strerror(-supported);
}

static void print_feature(void *user, const struct weld_feature *f)
{
	struct feature_job *job = user;
	bool new_group = f->kind != job->kind || (f->of && job->of && strcmp(f->of, job->of));

	if (!job->cli->json) {
		if (new_group)
			printf("%s%ss%s%s:\n", job->kind < 0 ? "" : "\n", kinds[f->kind],
			       f->of ? " of " : "", f->of ? f->of : "");
		printf("  %-32s %s\n", f->name, answer(f->supported));
	} else {
		json_begin(&job->j, NULL, '{');
		json_str(&job->j, "kind", kinds[f->kind]);
		json_str(&job->j, "name", f->name);
		json_unum(&job->j, "number", f->number);
		json_str(&job->j, "of", f->of);
		if (f->supported < 0)
			json_str(&job->j, "supported", NULL);
		else
			json_bool(&job->j, "supported", f->supported);
		json_end(&job->j, '}');
	}
	job->kind = f->kind;
	job->of = f->of;
}

int verb_features(struct cli *cli)
{
	WELD_OPTS(weld_features_opts, opts, .helpers = cli_has(cli, CLI_OPT_HELPERS));
	const char *engine = cli_value(cli, CLI_OPT_ENGINE);
	struct feature_job job = { .cli = cli, .kind = -1 };
	struct run_target target;
	int status;

	if (cli->n_args)
		return cli_usage(cli, "features takes no arguments");
	status = run_target_open(cli, engine ? engine : "kernel", &target);
	if (status == CLI_USAGE)
		return status;
	if (cli->json) {
		cli_json_begin(cli, &job.j);
		json_str(&job.j, "engine", target.engine);
		json_begin(&job.j, "features", '[');
	}
	if (status == CLI_OK)
		status = cli_status(cli, weld_features__probe(cli->ctx, &target.target, &opts,
							      print_feature, &job));
	if (cli->json) {
		json_end(&job.j, ']');
		cli_json_end(cli, &job.j);
	}
	run_target_close(&target);
	return status;
}
