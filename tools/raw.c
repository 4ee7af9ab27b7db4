/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* bpfweld run --raw: bare instructions on bare memory. */
#include "tools/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct raw_job {
	struct run_target target;
	unsigned char *insns, *mem;
	size_t insns_size, mem_size;
	struct weld_raw_run run;
};

static int read_raw(struct cli *cli, struct raw_job *job)
{
	const char *mem = cli_value(cli, CLI_OPT_MEM);

	if (!cli_read(cli, cli_value(cli, CLI_OPT_RAW), &job->insns, &job->insns_size))
		return cli->status;
	if (!job->insns_size || job->insns_size % 8) {
		cli_error(cli, CLI_INPUT, "%s: %zu bytes are no whole number of instructions",
			  cli_value(cli, CLI_OPT_RAW), job->insns_size);
		return CLI_INPUT;
	}
	if (mem && !cli_read(cli, mem, &job->mem, &job->mem_size))
		return cli->status;
	return CLI_OK;
}

static int run_it(struct cli *cli, struct raw_job *job)
{
	const char *engine = cli_value(cli, CLI_OPT_ENGINE);
	int status;

	if (engine && !strcmp(engine, "kernel"))
		return cli_usage(cli, "--raw runs in the bundled runtime only");
	status = run_target_open(cli, engine, &job->target);
	job->run = (struct weld_raw_run){
		.sz = sizeof(job->run),
		.insns = job->insns,
		.n_insns = job->insns_size / 8,
		.mem = job->mem,
		.mem_size = job->mem_size,
	};
	if (status == CLI_OK)
		status = cli_status(cli, weld_runtime__run_raw(job->target.runtime, &job->run));
	return status;
}

static void print_raw(struct cli *cli, const struct raw_job *job, int status)
{
	struct json j;

	if (!cli->json) {
		if (status == CLI_OK)
			printf("0x%llx\n", (unsigned long long)job->run.r0);
		return;
	}
	cli_json_begin(cli, &j);
	json_begin(&j, "runs", '[');
	if (status == CLI_OK) {
		json_begin(&j, NULL, '{');
		json_str(&j, "program", cli_value(cli, CLI_OPT_RAW));
		json_str(&j, "engine", job->target.engine);
		json_unum(&j, "retval", job->run.r0);
		json_unum(&j, "insns", job->run.insns_run);
		json_end(&j, '}');
	}
	json_end(&j, ']');
	cli_json_end(cli, &j);
}

int run_raw(struct cli *cli)
{
	const char *to = cli_value(cli, CLI_OPT_MEM_OUT);
	struct raw_job job = { 0 };
	int status;

	if (cli->n_args)
		return cli_usage(cli, "--raw and an object exclude each other");
	status = read_raw(cli, &job);
	if (status == CLI_OK)
		status = run_it(cli, &job);
	if (status == CLI_OK && to && !cli_write(cli, to, job.mem, job.mem_size))
		status = cli->status;
	if (status != CLI_USAGE)
		print_raw(cli, &job, status);
	run_target_close(&job.target);
	free(job.insns);
	free(job.mem);
	return status;
}
