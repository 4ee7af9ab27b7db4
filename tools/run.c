/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* bpfweld run: a program on packets, in the bundled runtime or in the kernel. */
#include "tools/run.h"
#include "tools/cli.h"
#include "tools/verbs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pcap.h"

enum {
	DEFAULT_PACKET = 64,
	OUT_ROOM = 64 << 10, /* how much longer than it came a packet may leave */
	CTX_MAX = 4096,
};

struct verdicts {
	uint32_t value[64];
	unsigned long long count[64];
	size_t n;
	unsigned long long others;
};

struct run_job {
	struct cli *cli;
	struct run_target target;
	struct weld_object *obj;
	struct weld_instance *inst;
	const char *program, *type_name;
	unsigned char *data, *ctx; /* owned */
	size_t data_size, ctx_size;
	unsigned char *out; /* room for packets afterwards */
	size_t out_room;
	unsigned char ctx_out[CTX_MAX];
	unsigned long long repeat;
	struct json j;
	struct verdicts verdicts;
};

/* --- targets -------------------------------------------------------------------------- */

static void print_trace(void *user, const char *text)
{
	cli_puts(stderr, text);
}

int run_kernel_target(struct cli *cli, struct weld_target *target)
{
	int err = weld_target__kernel(target);

	if (err == -ENOTSUP)
		cli_error(cli, CLI_ENV, "this bpfweld was built without the kernel target");
	return cli_status(cli, err);
}

int run_target_open(struct cli *cli, const char *engine, struct run_target *out)
{
	WELD_OPTS(weld_runtime_opts, opts, .trace = print_trace);
	unsigned long long budget = 0;
	int err;

	*out = (struct run_target){ .engine = engine ? engine : "checked" };
	if (!cli_number(cli, CLI_OPT_BUDGET, 1, UINT64_MAX, &budget))
		return CLI_USAGE;
	opts.insn_budget = budget;
	if (!strcmp(out->engine, "kernel")) {
		if (budget)
			return cli_usage(cli, "--budget is for the checked engine");
		return run_kernel_target(cli, &out->target);
	}
	if (strcmp(out->engine, "checked"))
		return cli_usage(cli, "--engine takes checked or kernel");
	err = weld_runtime__new(cli->ctx, &opts, &out->runtime);
	if (!err)
		err = weld_runtime__target(out->runtime, &out->target);
	return cli_status(cli, err);
}

void run_target_close(struct run_target *t)
{
	weld_runtime__free(t->runtime);
}

/* --- which program -------------------------------------------------------------------- */

static int list_programs(struct run_job *job, const char *why)
{
	const char *want = cli_value(job->cli, CLI_OPT_PROG);
	struct weld_function_info f = { .sz = sizeof(f) };
	char names[512] = "";
	size_t n = 0;

	for (uint32_t i = 0; !weld_object__program(job->obj, i, &f); i++) {
		int len = snprintf(names + n, sizeof(names) - n, "%s%s", i ? ", " : "", f.name);

		if (len < 0 || (size_t)len >= sizeof(names) - n)
			break;
		n += (size_t)len;
	}
	if (want)
		return cli_usage(job->cli, "there is no program '%s'; %s: %s", want, why,
				 n ? names : "none");
	return cli_usage(job->cli, "%s: %s", why, names);
}

static int choose_program(struct run_job *job)
{
	struct weld_function_info f = { .sz = sizeof(f) };
	const char *want = cli_value(job->cli, CLI_OPT_PROG);
	uint32_t n = 0;

	for (uint32_t i = 0; !weld_object__program(job->obj, i, &f); i++) {
		if (want && strcmp(want, f.name))
			continue;
		job->program = f.name;
		job->type_name = f.type_name;
		n++;
	}
	if (!want && n > 1)
		return list_programs(job, "this object holds several programs, choose one with "
					  "--prog");
	if (!want && !n) {
		cli_error(job->cli, CLI_INPUT, "%s holds no program", job->cli->args[0]);
		return CLI_INPUT;
	}
	return n ? CLI_OK : list_programs(job, "this object's programs are");
}

/* --- output --------------------------------------------------------------------------- */

/* What a return value is called; NULL for types and values without a name. */
static const char *verdict_name(const char *type, uint32_t retval)
{
	static const char *const xdp[] = { "XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX",
					   "XDP_REDIRECT" };
	static const char *const tc[] = { "TC_ACT_UNSPEC", "TC_ACT_OK",	    "TC_ACT_RECLASSIFY",
					  "TC_ACT_SHOT",   "TC_ACT_PIPE",   "TC_ACT_STOLEN",
					  "TC_ACT_QUEUED", "TC_ACT_REPEAT", "TC_ACT_REDIRECT",
					  "TC_ACT_TRAP" };

	if (type && !strcmp(type, "xdp") && retval < 5)
		return xdp[retval];
	if (type && !strncmp(type, "sched_", 6) && retval + 1 < 10)
		return tc[retval + 1];
	return NULL;
}

/* The return value comes first: a script takes the line's first word. */
static void print_run(struct run_job *job, const struct weld_test_run *r)
{
	const char *name = verdict_name(job->type_name, r->retval);

	printf("%d%s%s%s", (int)r->retval, name ? " (" : "", name ? name : "", name ? ")" : "");
	if (job->repeat > 1)
		printf(", %u ns a run over %llu runs", r->duration_ns, job->repeat);
	putchar('\n');
}

static void json_run(struct run_job *job, const struct weld_test_run *r)
{
	struct json *j = &job->j;

	json_begin(j, NULL, '{');
	json_str(j, "program", job->program);
	json_str(j, "engine", job->target.engine);
	json_unum(j, "retval", r->retval);
	json_str(j, "verdict", verdict_name(job->type_name, r->retval));
	json_unum(j, "duration_ns", r->duration_ns);
	json_unum(j, "repeat", job->repeat);
	json_unum(j, "data_size_out", r->data_size_out);
	json_hex(j, "data_out", job->out, r->data_size_out);
	json_end(j, '}');
}

static void count_verdict(struct verdicts *v, uint32_t retval)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->value[i] == retval) {
			v->count[i]++;
			return;
		}
	if (v->n == sizeof(v->value) / sizeof(v->value[0])) {
		v->others++;
		return;
	}
	v->value[v->n] = retval;
	v->count[v->n++] = 1;
}

static void print_verdicts(const struct run_job *job)
{
	const struct verdicts *v = &job->verdicts;

	for (size_t i = 0; i < v->n; i++) {
		const char *name = verdict_name(job->type_name, v->value[i]);

		printf("%12llu  %d%s%s%s\n", v->count[i], (int)v->value[i], name ? " (" : "",
		       name ? name : "", name ? ")" : "");
	}
	if (v->others)
		printf("%12llu  other values\n", v->others);
}

/* --- running -------------------------------------------------------------------------- */

static int run_once(struct run_job *job, const unsigned char *data, size_t size,
		    struct weld_test_run *r)
{
	*r = (struct weld_test_run){
		.sz = sizeof(*r),
		.data_in = data,
		.data_size_in = (uint32_t)size,
		.data_out = job->out,
		.data_size_out = (uint32_t)job->out_room,
		.ctx_in = job->ctx,
		.ctx_size_in = (uint32_t)job->ctx_size,
		.ctx_out = job->ctx ? job->ctx_out : NULL,
		.ctx_size_out = job->ctx ? CTX_MAX : 0,
		.repeat = (uint32_t)job->repeat,
	};
	return cli_status(job->cli, weld_instance__test_run(job->inst, job->program, r));
}

static bool make_room(struct run_job *job, size_t size)
{
	unsigned char *out;

	if (size + OUT_ROOM <= job->out_room)
		return true;
	out = realloc(job->out, size + OUT_ROOM);
	if (!out)
		return false;
	job->out = out;
	job->out_room = size + OUT_ROOM;
	return true;
}

static int run_data(struct run_job *job)
{
	const char *to = cli_value(job->cli, CLI_OPT_DATA_OUT);
	struct weld_test_run r;
	int status;

	if (!make_room(job, job->data_size))
		return cli_status(job->cli, -ENOMEM);
	status = run_once(job, job->data, job->data_size, &r);
	if (status != CLI_OK)
		return status;
	if (job->cli->json)
		json_run(job, &r);
	else if (!to || strcmp(to, "-"))
		print_run(job, &r);
	if (to && !cli_write(job->cli, to, job->out, r.data_size_out))
		return job->cli->status;
	return CLI_OK;
}

static int run_packets(struct run_job *job, struct pcap *in, FILE *out)
{
	struct pcap_packet pkt;
	struct weld_test_run r;
	int status = CLI_OK, got;

	while (status == CLI_OK && (got = pcap_next(in, &pkt)) > 0) {
		if (!make_room(job, pkt.size))
			return cli_status(job->cli, -ENOMEM);
		status = run_once(job, pkt.data, pkt.size, &r);
		if (status != CLI_OK)
			break;
		count_verdict(&job->verdicts, r.retval);
		if (job->cli->json)
			json_run(job, &r);
		pkt.data = job->out;
		pkt.size = r.data_size_out;
		if (out)
			pcap_write(out, &pkt);
	}
	if (status == CLI_OK && got < 0) {
		cli_error(job->cli, CLI_INPUT, "the capture ends in the middle of a packet");
		status = CLI_INPUT;
	}
	return status;
}

static int run_pcap(struct run_job *job, const char *path)
{
	const char *to = cli_value(job->cli, CLI_OPT_PCAP_OUT), *wrong;
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = NULL;
	struct pcap in;
	int status;

	wrong = pcap_open(&in, job->data, job->data_size);
	if (wrong) {
		cli_error(job->cli, CLI_INPUT, "%s: %s", path, wrong);
		return CLI_INPUT;
	}
	if (to) {
		out = open_memstream(&bytes, &size);
		if (!out)
			return cli_status(job->cli, -ENOMEM);
		pcap_write_head(out, &in);
	}
	status = run_packets(job, &in, out);
	if (out)
		fclose(out);
	if (status == CLI_OK && to && !cli_write(job->cli, to, bytes, size))
		status = job->cli->status;
	free(bytes);
	if (status == CLI_OK && !job->cli->json)
		print_verdicts(job);
	return status;
}

/* --- the verb ------------------------------------------------------------------------- */

/* What goes with which source of input. */
static const enum cli_opt_id raw_only[] = { CLI_OPT_MEM, CLI_OPT_MEM_OUT, CLI_OPT_NONE };
static const enum cli_opt_id not_raw[] = { CLI_OPT_PROG,     CLI_OPT_TYPE, CLI_OPT_DATA,
					   CLI_OPT_DATA_OUT, CLI_OPT_CTX,  CLI_OPT_PCAP,
					   CLI_OPT_PCAP_OUT, CLI_OPT_MAPS, CLI_OPT_REPEAT,
					   CLI_OPT_NONE };
static const enum cli_opt_id pcap_only[] = { CLI_OPT_PCAP_OUT, CLI_OPT_NONE };
static const enum cli_opt_id not_pcap[] = { CLI_OPT_DATA, CLI_OPT_DATA_OUT, CLI_OPT_NONE };

static int check_pair(struct cli *cli, enum cli_opt_id source, const enum cli_opt_id *with,
		      const enum cli_opt_id *without)
{
	bool given = cli_has(cli, source);
	const char *name = cli_any(cli, given ? without : with);

	if (!name)
		return CLI_OK;
	if (given)
		return cli_usage(cli, "--%s and --%s exclude each other", name,
				 cli_opts[source].name);
	return cli_usage(cli, "--%s goes with --%s only", name, cli_opts[source].name);
}

/* Outputs replace no input. */
static int check_files(struct cli *cli)
{
	static const enum cli_opt_id outs[] = { CLI_OPT_DATA_OUT, CLI_OPT_PCAP_OUT,
						CLI_OPT_MEM_OUT };
	static const enum cli_opt_id ins[] = { CLI_OPT_DATA, CLI_OPT_CTX, CLI_OPT_PCAP, CLI_OPT_RAW,
					       CLI_OPT_MEM };

	for (size_t o = 0; o < sizeof(outs) / sizeof(outs[0]); o++) {
		const char *out = cli_value(cli, outs[o]);
		bool same = out && cli->n_args && cli_same_file(out, cli->args[0]);

		for (size_t i = 0; out && i < sizeof(ins) / sizeof(ins[0]); i++)
			same = same ||
			       (cli_has(cli, ins[i]) && cli_same_file(out, cli_value(cli, ins[i])));
		if (same)
			return cli_usage(cli, "%s is an input as well as an output", out);
		if (out && cli->json && !strcmp(out, "-"))
			return cli_usage(cli, "--%s - and --json would share standard output",
					 cli_opts[outs[o]].name);
	}
	return CLI_OK;
}

static int check_options(struct cli *cli)
{
	int status = check_pair(cli, CLI_OPT_RAW, raw_only, not_raw);

	if (status == CLI_OK)
		status = check_pair(cli, CLI_OPT_PCAP, pcap_only, not_pcap);
	return status == CLI_OK ? check_files(cli) : status;
}

static int read_inputs(struct run_job *job)
{
	const char *data = cli_value(job->cli, CLI_OPT_DATA),
		   *pcap = cli_value(job->cli, CLI_OPT_PCAP);
	const char *ctx = cli_value(job->cli, CLI_OPT_CTX);

	job->repeat = 1;
	if (!cli_number(job->cli, CLI_OPT_REPEAT, 1, UINT32_MAX, &job->repeat))
		return CLI_USAGE;
	if (ctx && !cli_read(job->cli, ctx, &job->ctx, &job->ctx_size))
		return job->cli->status;
	if (ctx && job->ctx_size > CTX_MAX)
		return cli_usage(job->cli, "%s is larger than any context", ctx);
	if (data || pcap)
		return cli_read(job->cli, data ? data : pcap, &job->data, &job->data_size) ?
			       CLI_OK :
			       job->cli->status;
	job->data = calloc(1, DEFAULT_PACKET);
	job->data_size = DEFAULT_PACKET;
	return job->data ? CLI_OK : cli_status(job->cli, -ENOMEM);
}

static int load_program(struct run_job *job)
{
	WELD_OPTS(weld_load_opts, opts, .program = job->program, .no_pins = true);
	int status = cli_type(job->cli, &opts.type);

	if (status != CLI_OK)
		return status;
	return cli_status(job->cli,
			  weld_object__load(job->obj, &job->target.target, &opts, &job->inst));
}

static int run_loaded(struct run_job *job)
{
	const char *pcap = cli_value(job->cli, CLI_OPT_PCAP);
	int status;

	if (job->cli->json)
		json_begin(&job->j, "runs", '[');
	status = pcap ? run_pcap(job, pcap) : run_data(job);
	if (job->cli->json)
		json_end(&job->j, ']');
	if (status == CLI_OK && cli_has(job->cli, CLI_OPT_MAPS))
		status = run_print_maps(job->cli, job->obj, job->inst, &job->j);
	return status;
}

static int run_object(struct run_job *job)
{
	int err = weld_object__open_file(job->cli->ctx, job->cli->args[0], NULL, &job->obj);
	int status = cli_status(job->cli, err);

	if (status == CLI_OK)
		status = choose_program(job);
	if (status == CLI_OK)
		status = run_target_open(job->cli, cli_value(job->cli, CLI_OPT_ENGINE),
					 &job->target);
	if (status == CLI_USAGE)
		return status;
	if (job->cli->json)
		cli_json_begin(job->cli, &job->j);
	if (status == CLI_OK)
		status = load_program(job);
	if (status == CLI_OK)
		status = run_loaded(job);
	if (job->cli->json)
		cli_json_end(job->cli, &job->j);
	return status;
}

int verb_run(struct cli *cli)
{
	struct run_job job = { .cli = cli };
	int status;

	status = check_options(cli);
	if (status != CLI_OK)
		return status;
	if (cli_has(cli, CLI_OPT_RAW))
		return run_raw(cli);
	if (cli->n_args != 1)
		return cli_usage(cli, "run takes one object, or --raw FILE");
	status = read_inputs(&job);
	if (status == CLI_OK)
		status = run_object(&job);
	weld_instance__close(job.inst);
	weld_object__close(job.obj);
	run_target_close(&job.target);
	free(job.data);
	free(job.ctx);
	free(job.out);
	return status;
}
