/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* bpfweld dispatch --attach, --replace, --show, --detach: chains on network devices. */
#include "tools/dispatch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct chain_job {
	struct cli *cli;
	struct weld_target kernel;
	struct weld_chain *chain;
	struct json j;
	uint32_t n_shown;
};

static const char *const hook_names[] = {
	[WELD_CHAIN_XDP] = "xdp", [WELD_CHAIN_TC_INGRESS] = "tc ingress",
	[WELD_CHAIN_TC_EGRESS] = "tc egress",
};

/* --- which chain ------------------------------------------------------------------------- */

static int take_hook(struct cli *cli, struct weld_chain_opts *o)
{
	static const char *const types[] = { "xdp", "tc", NULL };
	static const char *const hooks[] = { "ingress", "egress", NULL };
	static const char *const modes[] = { "any", "generic", "native", "offload", NULL };
	int type = dispatch_choice(cli, CLI_OPT_TYPE, types);
	int hook = dispatch_choice(cli, CLI_OPT_HOOK, hooks);
	int mode = dispatch_choice(cli, CLI_OPT_XDP_MODE, modes);

	if (type < 0)
		return cli_usage(cli, "--type is xdp or tc");
	if (hook < 0 || (cli_has(cli, CLI_OPT_HOOK) && type == 0))
		return cli_usage(cli, "--hook is ingress or egress, with --type tc");
	if (mode < 0 || (cli_has(cli, CLI_OPT_XDP_MODE) && type == 1))
		return cli_usage(cli, "--xdp-mode is any, generic, native or offload, "
				      "with --type xdp");
	o->hook = type == 0 ? WELD_CHAIN_XDP : WELD_CHAIN_TC_INGRESS + hook;
	o->xdp_mode = mode;
	o->bpffs = cli_value(cli, CLI_OPT_BPFFS);
	o->no_link = cli_has(cli, CLI_OPT_NETLINK);
	return CLI_OK;
}

static int open_chain(struct chain_job *job, const char *device)
{
	WELD_OPTS(weld_chain_opts, o);
	int status = take_hook(job->cli, &o), err;

	if (status != CLI_OK)
		return status;
	err = weld_chain__open(job->cli->ctx, &job->kernel, device, &o, &job->chain);
	return cli_status(job->cli, err);
}

/* --- showing ----------------------------------------------------------------------------- */

static void print_counters(const struct chain_job *job, uint32_t n)
{
	struct weld_dispatch_counters c;
	const uint32_t last = sizeof(c.verdicts) / sizeof(c.verdicts[0]) - 1;

	if (weld_chain__counters(job->chain, n, &c))
		return;
	printf("  runs %" PRIu64, c.runs);
	for (uint32_t i = 0; i <= last; i++) {
		const char *name = i < last ? weld_chain__action_name(job->chain, i) : "other";

		if (c.verdicts[i] && name)
			printf("  %s %" PRIu64, name, c.verdicts[i]);
		else if (c.verdicts[i])
			printf("  bit %" PRIu32 " %" PRIu64, i, c.verdicts[i]);
	}
}

static void print_text(const struct chain_job *job, int hook, const struct weld_chain_info *info)
{
	const struct component_source from = { .attached = job->chain };
	struct weld_component c = { .sz = sizeof(c) };

	cli_print(stdout, "%s  %s  %s  program %" PRIu32 "%s%s\n", info->device, hook_names[hook],
		  info->entry ? info->entry : "(unreadable)", info->program_id,
		  info->by_link ? "" : "  by netlink", info->runs ? "" : "  not attached any more");
	for (uint32_t n = 0; !weld_chain__component(job->chain, n, &c); n++) {
		cli_print(stdout, "  %s  %s:%s  prio %" PRIu32 "  chain ", c.name, c.file,
			  c.function, c.priority);
		component_print_actions(stdout, &from, c.actions);
		print_counters(job, n);
		putchar('\n');
	}
}

static void json_counters(struct chain_job *job, uint32_t n)
{
	struct weld_dispatch_counters c;
	const uint32_t last = sizeof(c.verdicts) / sizeof(c.verdicts[0]) - 1;

	if (weld_chain__counters(job->chain, n, &c))
		return;
	json_unum(&job->j, "runs", c.runs);
	json_begin(&job->j, "verdicts", '{');
	for (uint32_t i = 0; i <= last; i++) {
		const char *name = i < last ? weld_chain__action_name(job->chain, i) : "other";
		char bit[16];

		snprintf(bit, sizeof(bit), "%" PRIu32, i);
		if (name || c.verdicts[i])
			json_unum(&job->j, name ? name : bit, c.verdicts[i]);
	}
	json_end(&job->j, '}');
}

static void json_component(struct chain_job *job, uint32_t n, const struct weld_component *c)
{
	const struct component_source from = { .attached = job->chain };

	json_begin(&job->j, NULL, '{');
	component_json(&job->j, &from, c);
	json_counters(job, n);
	json_end(&job->j, '}');
}

static void json_chain(struct chain_job *job, int hook, const struct weld_chain_info *info)
{
	struct weld_component c = { .sz = sizeof(c) };
	struct json *j = &job->j;

	json_begin(j, NULL, '{');
	json_str(j, "device", info->device);
	json_unum(j, "ifindex", info->ifindex);
	json_str(j, "hook", hook_names[hook]);
	json_str(j, "entry", info->entry);
	json_unum(j, "program_id", info->program_id);
	json_bool(j, "runs", info->runs);
	json_bool(j, "by_link", info->by_link);
	json_begin(j, "components", '[');
	for (uint32_t n = 0; !weld_chain__component(job->chain, n, &c); n++)
		json_component(job, n, &c);
	json_end(j, ']');
	json_end(j, '}');
}

static void show_chain(struct chain_job *job, int hook)
{
	struct weld_chain_info info = { .sz = sizeof(info) };

	if (weld_chain__info(job->chain, &info) || !info.exists)
		return;
	job->n_shown++;
	if (job->cli->json)
		json_chain(job, hook, &info);
	else if (!job->cli->quiet)
		print_text(job, hook, &info);
}

/* --- all chains, or those of a device ---------------------------------------------------- */

struct place {
	int hook;
	uint32_t ifindex;
};

struct places {
	struct place *v;
	size_t n;
	uint32_t only; /* a device's number, 0: all */
};

static int add_place(void *user, int hook, uint32_t ifindex)
{
	struct places *p = user;
	struct place *v;

	if (p->only && p->only != ifindex)
		return 0;
	v = realloc(p->v, (p->n + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	p->v = v;
	p->v[p->n++] = (struct place){ hook, ifindex };
	return 0;
}

static int show_place(struct chain_job *job, const struct place *at)
{
	WELD_OPTS(weld_chain_opts, o, .hook = at->hook,
		  .bpffs = cli_value(job->cli, CLI_OPT_BPFFS));
	char number[16];
	int err;

	snprintf(number, sizeof(number), "%" PRIu32, at->ifindex);
	err = weld_chain__open(job->cli->ctx, &job->kernel, number, &o, &job->chain);
	if (err)
		return cli_status(job->cli, err);
	show_chain(job, at->hook);
	weld_chain__close(job->chain);
	job->chain = NULL;
	return CLI_OK;
}

/* A device's number, by way of its chain: there need not be one. */
static int find_device(struct chain_job *job, const char *device, uint32_t *ifindex)
{
	WELD_OPTS(weld_chain_opts, o, .bpffs = cli_value(job->cli, CLI_OPT_BPFFS));
	struct weld_chain_info info = { .sz = sizeof(info) };
	int err = weld_chain__open(job->cli->ctx, &job->kernel, device, &o, &job->chain);

	if (err)
		return cli_status(job->cli, err);
	weld_chain__info(job->chain, &info);
	*ifindex = info.ifindex;
	weld_chain__close(job->chain);
	job->chain = NULL;
	return CLI_OK;
}

static int show(struct chain_job *job)
{
	struct cli *cli = job->cli;
	struct places p = { 0 };
	int status = CLI_OK, err;

	if (cli->n_args > 1)
		return cli_usage(cli, "--show takes one device, or none");
	if (cli->n_args)
		status = find_device(job, cli->args[0], &p.only);
	if (status != CLI_OK)
		return status;
	err = weld_chain__each(cli->ctx, &job->kernel, cli_value(cli, CLI_OPT_BPFFS), add_place,
			       &p);
	status = cli_status(cli, err);
	if (cli->json) {
		cli_json_begin(cli, &job->j);
		json_begin(&job->j, "chains", '[');
	}
	for (size_t i = 0; status == CLI_OK && i < p.n; i++)
		status = show_place(job, &p.v[i]);
	/* An empty list is one, too; in words that has to be said. */
	if (status == CLI_OK && !job->n_shown && !cli->json && !cli->quiet)
		cli_print(stdout, "no chain on %s\n", cli->n_args ? cli->args[0] : "any device");
	if (cli->json) {
		json_end(&job->j, ']');
		cli_json_end(cli, &job->j);
	}
	free(p.v);
	return status;
}

/* --- changing ---------------------------------------------------------------------------- */

/* The chain as it is now, like --show has it. */
static void tell(struct chain_job *job)
{
	WELD_OPTS(weld_chain_opts, o);

	take_hook(job->cli, &o);
	if (job->cli->json) {
		cli_json_begin(job->cli, &job->j);
		json_begin(&job->j, "chains", '[');
	}
	if (job->chain)
		show_chain(job, o.hook);
	if (job->cli->json) {
		json_end(&job->j, ']');
		cli_json_end(job->cli, &job->j);
	}
}

static int attach(struct chain_job *job)
{
	struct weld_dispatcher *d = NULL;
	int status = dispatch_make(job->cli, &d);

	if (status == CLI_OK)
		status = open_chain(job, cli_value(job->cli, CLI_OPT_ATTACH));
	if (status == CLI_OK)
		status = cli_status(job->cli, weld_chain__attach(job->chain, d));
	if (status == CLI_OK || (job->cli->json && status != CLI_USAGE))
		tell(job);
	weld_dispatcher__free(d);
	return status;
}

static int replace_by(struct chain_job *job, const struct dispatch_spec *s)
{
	WELD_OPTS(weld_dispatcher_opts, codes);
	WELD_OPTS(weld_component_opts, o);
	WELD_OPTS(weld_chain_opts, chain);
	struct weld_dispatcher *d = NULL;
	struct weld_object *obj = NULL;
	struct cli *cli = job->cli;
	int status = take_hook(cli, &chain);

	if (status != CLI_OK)
		return status;
	/* Which codes there are depends on the hook: an empty dispatcher knows them. */
	codes.hook = chain.hook == WELD_CHAIN_XDP ? WELD_DISPATCH_XDP : WELD_DISPATCH_TC;
	status = cli_status(cli, weld_dispatcher__new(cli->ctx, &codes, &d));
	if (status == CLI_OK)
		status = dispatch_component_opts(cli, d, s, &o);
	if (status == CLI_OK)
		status = cli_status(cli, weld_object__open_file(cli->ctx, s->path, NULL, &obj));
	if (status == CLI_OK)
		status = open_chain(job, cli->args[0]);
	if (status == CLI_OK)
		status = cli_status(cli, weld_chain__replace(job->chain, s->name, obj, &o));
	weld_object__close(obj);
	weld_dispatcher__free(d);
	return status;
}

static int replace(struct chain_job *job)
{
	struct dispatch_spec s;
	int status;

	if (job->cli->n_args != 1)
		return cli_usage(job->cli, "--replace NAME=FILE takes one device");
	if (!dispatch_cut(cli_value(job->cli, CLI_OPT_REPLACE), &s))
		return cli_status(job->cli, -ENOMEM);
	if (s.name)
		status = replace_by(job, &s);
	else
		status = cli_usage(job->cli, "--replace takes NAME=FILE");
	if (status == CLI_OK || (job->cli->json && status != CLI_USAGE))
		tell(job);
	free(s.text);
	return status;
}

static int detach(struct chain_job *job)
{
	int status;

	if (job->cli->n_args)
		return cli_usage(job->cli, "--detach takes a device and nothing else");
	status = open_chain(job, cli_value(job->cli, CLI_OPT_DETACH));
	if (status == CLI_OK)
		status = cli_status(job->cli, weld_chain__detach(job->chain));
	if (job->cli->json && status != CLI_USAGE)
		tell(job);
	return status;
}

bool dispatch_on_device(struct cli *cli, int *status)
{
	static const struct {
		enum cli_opt_id id;
		int (*run)(struct chain_job *job);
	} deeds[] = {
		{ CLI_OPT_ATTACH, attach }, { CLI_OPT_REPLACE, replace }, { CLI_OPT_SHOW, show },
		{ CLI_OPT_DETACH, detach },
	};
	struct chain_job job = { .cli = cli };
	size_t n = 0, which = 0;

	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (cli_has(cli, deeds[i].id)) {
			which = i;
			n++;
		}
	if (!n)
		return false;
	if (n > 1 || cli_has(cli, CLI_OPT_OUTPUT))
		*status = cli_usage(cli, "one of -o, --attach, --replace, --show and --detach");
	else
		*status = cli_status(cli, weld_target__kernel(&job.kernel));
	if (*status == CLI_OK)
		*status = deeds[which].run(&job);
	weld_chain__close(job.chain);
	return true;
}
