/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Chains on network devices: what the dispatcher builds, put in place by the loader. */
#include "lib/api/api_int.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "uapi/bpf.h"

#include "lib/api/dispatch_int.h"
#include "lib/load/chain.h"

static_assert((int)WELD_CHAIN_XDP == (int)LOAD_HOOK_XDP &&
	      (int)WELD_CHAIN_TC_INGRESS == (int)LOAD_HOOK_TC_INGRESS &&
	      (int)WELD_CHAIN_TC_EGRESS == (int)LOAD_HOOK_TC_EGRESS &&
	      (int)WELD_XDP_ANY == (int)LOAD_XDP_ANY &&
	      (int)WELD_XDP_GENERIC == (int)LOAD_XDP_GENERIC &&
	      (int)WELD_XDP_NATIVE == (int)LOAD_XDP_NATIVE &&
	      (int)WELD_XDP_OFFLOAD == (int)LOAD_XDP_OFFLOAD, "the public numbers are the room's");

struct weld_chain {
	struct load_chain load;
	struct disp *disp;	/* the chain that is there, in the order of running; NULL: none */
	struct diag *diag;
	char device[32];
	bool no_link;
};

static enum disp_type type_of(enum load_hook hook)
{
	return hook == LOAD_HOOK_XDP ? DISP_XDP : DISP_TC;
}

/* --- opening ----------------------------------------------------------------------------- */

/* What is there, as the pinned state has it. */
static int read_state(struct weld_chain *c)
{
	int err;

	disp_free(c->disp);
	c->disp = NULL;
	if (!c->load.exists)
		return 0;
	err = disp_restore(c->diag, span_of(c->load.state.data, c->load.state.size), NULL,
			   &c->disp);
	if (!err)
		err = disp_order(c->disp);
	if (err) {
		disp_free(c->disp);
		c->disp = NULL;
	}
	/* What can't be read keeps nobody from taking the chain off. */
	return err == -ENOMEM ? err : 0;
}

/* For whoever changes the chain: it has to be known what is there. */
static int begin(struct weld_chain *c)
{
	int err, read;

	api_begin(c->diag);
	if (c->load.known)
		return 0;
	err = load_chain_look(&c->load);
	read = read_state(c);
	return err ? err : read;
}

/* A name, or for a device that is gone its number. */
static int find_device(const struct load_port *port, const char *device, unsigned int *ifindex)
{
	unsigned long number;
	char *end;

	if (*device < '1' || *device > '9')
		return load_ifindex(port, device, ifindex);
	number = strtoul(device, &end, 10);
	if (*end || number > INT_MAX)
		return load_ifindex(port, device, ifindex);
	*ifindex = (unsigned int)number;
	return 0;
}

static int open_chain(struct weld_chain *c, const struct weld_target *target, const char *device,
		      const struct weld_chain_opts *o)
{
	struct load_port port = { .diag = c->diag, .target = *target };
	struct load_place at = { .hook = (enum load_hook)o->hook,
				 .mode = (enum load_xdp_mode)o->xdp_mode };
	int err = find_device(&port, device, &at.ifindex);

	if (err)
		return err;
	err = load_chain_open(&port, o->bpffs, &at, &c->load);
	if (err)
		return err;
	load_ifname(&port, at.ifindex, c->device);
	c->no_link = o->no_link;
	return read_state(c);
}

int weld_chain__open(struct weld_ctx *ctx, const struct weld_target *target, const char *device,
		     const struct weld_chain_opts *opts, struct weld_chain **chain)
{
	WELD_OPTS(weld_chain_opts, o);
	struct weld_chain *c;
	int err = api_opts(&ctx->diag, API_SPEC(weld_chain_opts), opts, &o);

	if (!err)
		err = api_target(&ctx->diag, target);
	if (!err && (o.hook < 0 || o.hook > WELD_CHAIN_TC_EGRESS || o.xdp_mode < 0 ||
		     o.xdp_mode > WELD_XDP_OFFLOAD))
		err = diag_raise(&ctx->diag, DIAG_DISP_OPTS, NULL, o.hook, o.xdp_mode);
	if (err)
		return err;
	c = calloc(1, sizeof(*c));
	if (!c)
		return diag_raise(&ctx->diag, DIAG_NO_MEMORY, NULL, "weld_chain");
	c->diag = &ctx->diag;
	c->load.lock = c->load.link = c->load.prog = -1;
	api_begin(c->diag);
	err = open_chain(c, target, device, &o);
	if (err) {
		weld_chain__close(c);
		return err;
	}
	*chain = c;
	return 0;
}

void weld_chain__close(struct weld_chain *chain)
{
	if (!chain)
		return;
	if (chain->load.port.target.ops)
		load_chain_close(&chain->load);
	disp_free(chain->disp);
	free(chain);
}

/* --- putting in place -------------------------------------------------------------------- */

struct keep {
	const struct disp *new, *old;
};

static bool keep_map(void *user, const char *map)
{
	const struct keep *k = user;

	return k->old && disp_map_stays(k->new, k->old, map);
}

static int check_frags(const struct weld_chain *c, const struct keep *k, const struct obj *o)
{
	const char *map = k->old ? disp_frags_conflict(k->new, k->old, o) : NULL;
	bool frags = map && disp_has_frags(k->new);

	if (!map)
		return 0;
	return diag_raise(c->diag, DIAG_DISP_FRAGS, NULL, frags ? "now" : "no longer", map,
			  frags ? " not" : "");
}

/* In freplace mode the components are programs of their own, in the place of the stubs. */
struct exts {
	struct load_chain_ext v[DISP_LIBXDP_MAX];
	char functions[DISP_LIBXDP_MAX][16];
};

static void fill_exts(const struct disp *new, struct exts *x, struct load_chain_new *n)
{
	if (disp_mode_of(new) != DISP_FREPLACE)
		return;
	for (u32 i = 0; i < disp_n_components(new); i++) {
		const struct disp_component *comp = disp_component_at(new, i);

		snprintf(x->functions[i], sizeof(x->functions[i]), "prog%u", i);
		x->v[i] = (struct load_chain_ext){ .name = comp->name,
						   .function = x->functions[i],
						   .obj = disp_component_obj(new, i),
						   .program = comp->function };
	}
	n->exts = x->v;
	n->n_exts = disp_n_components(new);
}

/* Build what is complete, and put it in the place of what is there. */
static int install(struct weld_chain *c, struct disp *new)
{
	struct keep keep = { .new = new, .old = c->disp };
	struct load_chain_new n = { .entry = disp_entry_name(new), .no_link = c->no_link,
				    .keep = keep_map, .user = &keep };
	struct sbuf state = { 0 };
	struct obj *o = NULL;
	struct exts exts;
	int err = disp_save(new, &state), read = 0;

	if (!err)
		err = disp_build(new, &o);
	if (!err)
		err = check_frags(c, &keep, o);
	if (!err) {
		n.obj = o;
		n.state = span_of(state.data, state.size);
		fill_exts(new, &exts, &n);
		err = load_chain_install(&c->load, &n, NULL);
		/* Whether that went well or not: what is there now is what the pins say. */
		read = read_state(c);
	}
	obj_free(o);
	sbuf_free(&state);
	return err ? err : read;
}

int weld_chain__attach(struct weld_chain *chain, struct weld_dispatcher *d)
{
	struct disp *new = api_dispatcher(d);
	int err = begin(chain);

	if (err)
		return err;
	if (disp_type_of(new) != type_of(chain->load.at.hook))
		return diag_raise(chain->diag, DIAG_DISP_OPTS, NULL, disp_type_of(new),
				  disp_mode_of(new));
	if (chain->disp)
		disp_keep_same(new, chain->disp);
	return install(chain, new);
}

static int need_chain(const struct weld_chain *c, bool there)
{
	if (there)
		return 0;
	return diag_raise(c->diag, DIAG_DISP_NO_CHAIN, NULL, c->device);
}

int weld_chain__replace(struct weld_chain *chain, const char *name, const struct weld_object *obj,
			const struct weld_component_opts *opts)
{
	struct disp_change change = { .name = name, .obj = obj->o };
	struct disp *new = NULL;
	int err = begin(chain);

	if (!err)
		err = api_component_opts(chain->diag, opts, &change.opts);
	if (!err)
		err = need_chain(chain, chain->load.exists);
	if (!err)
		err = disp_restore(chain->diag,
				   span_of(chain->load.state.data, chain->load.state.size), &change,
				   &new);
	if (!err)
		err = install(chain, new);
	disp_free(new);
	return err;
}

int weld_chain__detach(struct weld_chain *chain)
{
	int err = begin(chain);

	/* A chain that lost some of its pins can be taken off, too. */
	if (!err)
		err = need_chain(chain, load_chain_has_pins(&chain->load));
	if (!err)
		err = load_chain_remove(&chain->load);
	return err ? err : read_state(chain);
}

/* --- looking at it ----------------------------------------------------------------------- */

int weld_chain__info(const struct weld_chain *chain, struct weld_chain_info *info)
{
	const struct disp *d = chain->disp;
	struct weld_chain_info i = {
		.device = chain->device,
		.ifindex = chain->load.at.ifindex,
		.exists = chain->load.exists,
		.runs = chain->load.runs,
		.by_link = chain->load.link >= 0,
		.counters = d && disp_counters_name(d),
		.program_id = chain->load.prog_id,
		.n_components = d ? disp_n_components(d) : 0,
		.entry = d ? disp_entry_name(d) : NULL,
	};

	return api_fill(info, &i, sizeof(i));
}

int weld_chain__component(const struct weld_chain *chain, uint32_t n, struct weld_component *info)
{
	const struct disp_component *c = chain->disp ? disp_component_at(chain->disp, n) : NULL;

	return c ? api_fill_component(c, info) : -ENOENT;
}

static void add_up(const struct disp_counters *cpus, u32 n_cpus, struct weld_dispatch_counters *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (u32 cpu = 0; cpu < n_cpus; cpu++) {
		sum->runs += cpus[cpu].runs;
		for (u32 i = 0; i < DISP_N_VERDICTS; i++)
			sum->verdicts[i] += cpus[cpu].verdicts[i];
	}
}

int weld_chain__counters(const struct weld_chain *chain, uint32_t n,
			 struct weld_dispatch_counters *counters)
{
	const char *name = chain->disp ? disp_counters_name(chain->disp) : NULL;
	const struct weld_target *t = &chain->load.port.target;
	static const struct load_map_shape shape = { BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(u32),
						     sizeof(struct disp_counters) };
	struct disp_counters *cpus;
	unsigned int n_cpus;
	int map, err;

	if (!name || n >= disp_n_components(chain->disp))
		return -ENOENT;
	err = t->ops->n_cpus(t->user, &n_cpus);
	if (err)
		return err;
	cpus = calloc(n_cpus, sizeof(*cpus));
	map = cpus ? load_chain_map_of(&chain->load, name, &shape) : -ENOMEM;
	err = map < 0 ? map : load_chain_lookup(&chain->load, map, &n, cpus);
	if (!err)
		add_up(cpus, n_cpus, counters);
	if (map >= 0)
		t->ops->close(t->user, map);
	free(cpus);
	return err;
}

const char *weld_chain__action_name(const struct weld_chain *chain, uint32_t bit)
{
	return disp_action_name(type_of(chain->load.at.hook), bit);
}

struct visitor {
	int (*each)(void *user, int hook, uint32_t ifindex);
	void *user;
};

static int visit(void *user, enum load_hook hook, unsigned int ifindex)
{
	const struct visitor *v = user;

	return v->each(v->user, (int)hook, ifindex);
}

int weld_chain__each(struct weld_ctx *ctx, const struct weld_target *target, const char *bpffs,
		     int (*each)(void *user, int hook, uint32_t ifindex), void *user)
{
	struct load_port port = { .diag = &ctx->diag, .target = *target };
	struct visitor v = { .each = each, .user = user };
	int err = api_target(&ctx->diag, target);

	return err ? err : load_chain_each(&port, bpffs, visit, &v);
}
