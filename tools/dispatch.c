/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* bpfweld dispatch: programs of different owners into one that runs them in turn. */
#include "tools/dispatch.h"
#include "tools/verbs.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct dispatch_job {
	struct cli *cli;
	struct weld_dispatcher *d;
	const char *output;
};

/* --- [NAME=]FILE[:FUNC][,prio=N][,chain=PASS+TX...] ------------------------------------- */

static size_t word_len(const char *s)
{
	size_t len = 0;

	while (isalnum((unsigned char)s[len]) || s[len] == '_')
		len++;
	return len;
}

/* Settings stand behind the file, which may hold commas of its own: cut from the end. */
static void cut_settings(struct dispatch_spec *s)
{
	char *comma;

	while ((comma = strrchr(s->text, ',')) != NULL) {
		if (!strncmp(comma, ",prio=", 6))
			s->prio = comma + 6;
		else if (!strncmp(comma, ",chain=", 7))
			s->chain = comma + 7;
		else
			return;
		*comma = 0;
	}
}

static void cut_names(struct dispatch_spec *s)
{
	size_t len = word_len(s->text);
	char *colon;

	s->path = s->text;
	if (len && s->text[len] == '=') {
		s->text[len] = 0;
		s->name = s->text;
		s->path = s->text + len + 1;
	}
	colon = strrchr(s->path, ':');
	if (colon && colon[1] && !colon[1 + word_len(colon + 1)]) {
		*colon = 0;
		s->function = colon + 1;
	}
}

static bool take_number(const char *text, uint32_t *out)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 0);
	if (!isdigit((unsigned char)text[0]) || *end || errno || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

bool dispatch_cut(const char *word, struct dispatch_spec *out)
{
	struct dispatch_spec s = { .text = strdup(word) };

	if (!s.text)
		return false;
	cut_settings(&s);
	cut_names(&s);
	*out = s;
	return true;
}

int dispatch_component_opts(struct cli *cli, const struct weld_dispatcher *d,
			    const struct dispatch_spec *s, struct weld_component_opts *out)
{
	WELD_OPTS(weld_component_opts, o, .name = s->name, .function = s->function,
		  .has_priority = s->prio != NULL, .has_actions = s->chain != NULL);
	int err = 0;

	if (!*s->path)
		return cli_usage(cli, "a component without a file");
	if (s->prio && !take_number(s->prio, &o.priority))
		return cli_usage(cli, "prio=%s: no number from 0 to %u", s->prio, UINT32_MAX);
	if (s->chain)
		err = weld_dispatcher__parse_actions(d, s->chain, &o.actions);
	*out = o;
	return err ? cli_status(cli, err) : CLI_OK;
}

static int add_spec(struct cli *cli, struct weld_dispatcher *d, const struct dispatch_spec *s)
{
	const char *output = cli_value(cli, CLI_OPT_OUTPUT);
	WELD_OPTS(weld_component_opts, o);
	int status = dispatch_component_opts(cli, d, s, &o), err;

	if (status != CLI_OK)
		return status;
	if (output && cli_same_file(s->path, output))
		return cli_usage(cli, "%s is a component as well as the output", output);
	err = weld_dispatcher__add_file(d, s->path, &o);
	return err ? cli_status(cli, err) : CLI_OK;
}

static int add_component(struct cli *cli, struct weld_dispatcher *d, const char *word)
{
	struct dispatch_spec s;
	int status;

	if (!dispatch_cut(word, &s))
		return cli_status(cli, -ENOMEM);
	status = add_spec(cli, d, &s);
	free(s.text);
	return status;
}

/* --- options ---------------------------------------------------------------------------- */

int dispatch_choice(const struct cli *cli, enum cli_opt_id id, const char *const words[])
{
	const char *value = cli_value(cli, id);

	for (int i = 0; value && words[i]; i++)
		if (!strcmp(words[i], value))
			return i;
	return value ? -1 : 0;
}

static int take_options(struct cli *cli, struct weld_dispatcher_opts *o)
{
	static const char *const hooks[] = { "xdp", "tc", NULL };
	static const char *const modes[] = { "inline", "call", "freplace", NULL };
	static const char *const cpus[] = { "v3", "v4", NULL };
	int cpu = dispatch_choice(cli, CLI_OPT_CPU, cpus);

	o->hook = dispatch_choice(cli, CLI_OPT_TYPE, hooks);
	o->mode = dispatch_choice(cli, CLI_OPT_MODE, modes);
	if (!cli->n_args)
		return cli_usage(cli, "dispatch needs at least one component");
	if (o->hook < 0)
		return cli_usage(cli, "--type is xdp or tc");
	if (o->mode < 0)
		return cli_usage(cli, "--mode is inline, call or freplace");
	if (cpu < 0)
		return cli_usage(cli, "--cpu is v3 or v4");
	o->cpu_v4 = cpu == 1;
	o->name = cli_value(cli, CLI_OPT_NAME);
	o->license = cli_value(cli, CLI_OPT_LICENSE);
	o->counters = cli_has(cli, CLI_OPT_COUNTERS);
	return CLI_OK;
}

int dispatch_make(struct cli *cli, struct weld_dispatcher **d)
{
	WELD_OPTS(weld_dispatcher_opts, opts);
	int status = take_options(cli, &opts), worst;

	if (status == CLI_OK)
		status = cli_status(cli, weld_dispatcher__new(cli->ctx, &opts, d));
	worst = status;
	/* All components are read even if one is bad, so that each is named in one run. */
	for (size_t i = 0; *d && i < cli->n_args; i++) {
		status = add_component(cli, *d, cli->args[i]);
		worst = status ? status : worst;
	}
	return worst;
}

/* --- output ----------------------------------------------------------------------------- */

static void print_component(const struct dispatch_job *job, struct json *j,
			    const struct weld_component *c)
{
	const struct component_source from = { .built = job->d };

	json_begin(j, NULL, '{');
	component_json(j, &from, c);
	json_str(j, "symbol", c->symbol);
	json_bool(j, "inlined", c->inlined);
	json_str(j, "why_called", c->why_called);
	json_unum(j, "insns", c->n_insns);
	json_unum(j, "frame", c->frame);
	json_end(j, '}');
}

static void print_json(const struct dispatch_job *job, bool built)
{
	struct weld_dispatcher_names names = { .sz = sizeof(names) };
	struct weld_component c = { .sz = sizeof(c) };
	struct json j;

	weld_dispatcher__names(job->d, &names);
	cli_json_begin(job->cli, &j);
	json_str(&j, "output", built ? job->output : NULL);
	json_str(&j, "entry", names.entry);
	json_str(&j, "config", names.config);
	json_str(&j, "counters", names.counters);
	json_begin(&j, "components", '[');
	for (uint32_t n = 0; !weld_dispatcher__component(job->d, n, &c); n++)
		print_component(job, &j, &c);
	json_end(&j, ']');
	cli_json_end(job->cli, &j);
}

static int build(struct dispatch_job *job)
{
	struct weld_object *obj = NULL;
	int status = cli_status(job->cli, weld_dispatcher__build(job->d, &obj));

	if (status == CLI_OK)
		status = cli_write_object(job->cli, job->output, obj);
	weld_object__close(obj);
	return status;
}

int verb_dispatch(struct cli *cli)
{
	struct dispatch_job job = { .cli = cli, .output = cli_value(cli, CLI_OPT_OUTPUT) };
	int status;

	if (dispatch_on_device(cli, &status))
		return status;
	if (!job.output)
		return cli_usage(cli, "dispatch needs -o FILE, or a device: --attach IFACE");
	if (cli->json && !strcmp(job.output, "-"))
		return cli_usage(cli, "-o - and --json would share standard output");
	status = dispatch_make(cli, &job.d);
	if (status == CLI_OK)
		status = build(&job);
	if (cli->json && status != CLI_USAGE && job.d)
		print_json(&job, status == CLI_OK);
	weld_dispatcher__free(job.d);
	return status;
}
