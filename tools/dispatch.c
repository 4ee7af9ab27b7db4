/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* bpfweld dispatch: programs of different owners into one that runs them in turn. */
#include "tools/cli.h"
#include "tools/verbs.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct dispatch_job {
	struct cli *cli;
	struct weld_dispatcher *d;
	const char *output;
	int hook, mode;
};

/* --- [NAME=]FILE[:FUNC][,prio=N][,chain=PASS+TX...] ------------------------------------- */

/* The parts of a component, cut out of one copy of the word. */
struct spec {
	char *text;
	const char *name, *path, *function;
	const char *prio, *chain;
};

static size_t word_len(const char *s)
{
	size_t len = 0;

	while (isalnum((unsigned char)s[len]) || s[len] == '_')
		len++;
	return len;
}

/* Settings stand behind the file, which may hold commas of its own: cut from the end. */
static void cut_settings(struct spec *s)
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

static void cut_names(struct spec *s)
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

static int add_spec(struct dispatch_job *job, const struct spec *s)
{
	WELD_OPTS(weld_component_opts, o, .name = s->name, .function = s->function,
		  .has_priority = s->prio != NULL, .has_actions = s->chain != NULL);
	int err = 0;

	if (!*s->path)
		return cli_usage(job->cli, "a component without a file");
	if (cli_same_file(s->path, job->output))
		return cli_usage(job->cli, "%s is a component as well as the output", job->output);
	if (s->prio && !take_number(s->prio, &o.priority))
		return cli_usage(job->cli, "prio=%s: no number from 0 to %u", s->prio, UINT32_MAX);
	if (s->chain)
		err = weld_dispatcher__parse_actions(job->d, s->chain, &o.actions);
	if (!err)
		err = weld_dispatcher__add_file(job->d, s->path, &o);
	return err ? cli_status(job->cli, err) : CLI_OK;
}

static int add_component(struct dispatch_job *job, const char *word)
{
	struct spec s = { .text = strdup(word) };
	int status;

	if (!s.text)
		return cli_status(job->cli, -ENOMEM);
	cut_settings(&s);
	cut_names(&s);
	status = add_spec(job, &s);
	free(s.text);
	return status;
}

/* --- options ---------------------------------------------------------------------------- */

/* The place of an option's value among the words; the first without the option, -1 for none. */
static int choice(const struct cli *cli, enum cli_opt_id id, const char *const words[])
{
	const char *value = cli_value(cli, id);

	for (int i = 0; value && words[i]; i++)
		if (!strcmp(words[i], value))
			return i;
	return value ? -1 : 0;
}

static int take_options(struct dispatch_job *job, struct weld_dispatcher_opts *o)
{
	static const char *const hooks[] = { "xdp", "tc", NULL };
	static const char *const modes[] = { "inline", "call", "freplace", NULL };
	static const char *const cpus[] = { "v3", "v4", NULL };
	struct cli *cli = job->cli;
	int cpu = choice(cli, CLI_OPT_CPU, cpus);

	job->output = cli_value(cli, CLI_OPT_OUTPUT);
	job->hook = choice(cli, CLI_OPT_TYPE, hooks);
	job->mode = choice(cli, CLI_OPT_MODE, modes);
	if (!job->output)
		return cli_usage(cli, "dispatch needs -o FILE");
	if (cli->json && !strcmp(job->output, "-"))
		return cli_usage(cli, "-o - and --json would share standard output");
	if (!cli->n_args)
		return cli_usage(cli, "dispatch needs at least one component");
	if (job->hook < 0)
		return cli_usage(cli, "--type is xdp or tc");
	if (job->mode < 0)
		return cli_usage(cli, "--mode is inline, call or freplace");
	if (cpu < 0)
		return cli_usage(cli, "--cpu is v3 or v4");
	o->hook = job->hook;
	o->mode = job->mode;
	o->cpu_v4 = cpu == 1;
	o->name = cli_value(cli, CLI_OPT_NAME);
	o->license = cli_value(cli, CLI_OPT_LICENSE);
	o->counters = cli_has(cli, CLI_OPT_COUNTERS);
	return CLI_OK;
}

/* --- output ----------------------------------------------------------------------------- */

static void print_component(const struct dispatch_job *job, struct json *j,
			    const struct weld_component *c)
{
	json_begin(j, NULL, '{');
	json_str(j, "name", c->name);
	json_str(j, "file", c->file);
	json_str(j, "function", c->function);
	json_str(j, "symbol", c->symbol);
	json_unum(j, "priority", c->priority);
	json_begin(j, "chain", '[');
	for (uint32_t bit = 0; bit < 32; bit++)
		if (c->actions >> bit & 1)
			json_str(j, NULL, weld_dispatcher__action_name(job->d, bit));
	json_end(j, ']');
	json_bool(j, "frags", c->frags);
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
	int status = CLI_OK, worst = CLI_OK, err;

	/* All components are read even if one is bad, so that each is named in one run. */
	for (size_t i = 0; i < job->cli->n_args; i++) {
		status = add_component(job, job->cli->args[i]);
		worst = status ? status : worst;
	}
	if (worst != CLI_OK)
		return worst;
	err = weld_dispatcher__build(job->d, &obj);
	status = cli_status(job->cli, err);
	if (status == CLI_OK)
		status = cli_write_object(job->cli, job->output, obj);
	weld_object__close(obj);
	return status;
}

int verb_dispatch(struct cli *cli)
{
	WELD_OPTS(weld_dispatcher_opts, opts);
	struct dispatch_job job = { .cli = cli };
	int status = take_options(&job, &opts), err;

	if (status != CLI_OK)
		return status;
	err = weld_dispatcher__new(cli->ctx, &opts, &job.d);
	if (err)
		return cli_status(cli, err);
	status = build(&job);
	if (cli->json && status != CLI_USAGE)
		print_json(&job, status == CLI_OK);
	weld_dispatcher__free(job.d);
	return status;
}
