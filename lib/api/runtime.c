/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The bundled runtime as the public API shows it. */
#include "lib/api/api_int.h"

#if CONFIG_RUNTIME

#include <stdlib.h>

#include "runtime/rt.h"

struct weld_runtime {
	struct rt *rt;
	struct diag *diag;
	struct weld_runtime_opts opts; /* the caller's functions, for the forwarders below */
	u32 n_cpus;
};

_Static_assert((int)WELD_CLOCK_MONOTONIC == (int)RT_CLOCK_MONOTONIC &&
		       (int)WELD_CLOCK_BOOTTIME == (int)RT_CLOCK_BOOTTIME &&
		       (int)WELD_CLOCK_TAI == (int)RT_CLOCK_TAI &&
		       (int)WELD_CLOCK_COARSE == (int)RT_CLOCK_COARSE,
	       "clocks");

static u64 forward_time(void *user, enum rt_clock clock)
{
	struct weld_runtime *r = user;

	return r->opts.time_ns(r->opts.user, (int)clock);
}

static u32 forward_random(void *user)
{
	struct weld_runtime *r = user;

	return r->opts.random(r->opts.user);
}

static void forward_trace(void *user, const char *text)
{
	struct weld_runtime *r = user;

	r->opts.trace(r->opts.user, text);
}

int weld_runtime__new(struct weld_ctx *ctx, const struct weld_runtime_opts *opts,
		      struct weld_runtime **rt)
{
	struct weld_runtime *r = calloc(1, sizeof(*r));
	struct rt_env env = { .user = r };
	struct rt_opts ro = { .diag = &ctx->diag, .env = &env };
	int err;

	if (!r)
		return diag_raise(&ctx->diag, DIAG_NO_MEMORY, NULL, "weld_runtime");
	r->diag = &ctx->diag;
	err = api_opts(&ctx->diag, API_SPEC(weld_runtime_opts), opts, &r->opts);
	if (!err) {
		env.time_ns = r->opts.time_ns ? forward_time : NULL;
		env.random = r->opts.random ? forward_random : NULL;
		env.trace = r->opts.trace ? forward_trace : NULL;
		ro.seed = r->opts.seed;
		ro.budget = r->opts.insn_budget;
		ro.n_cpus = r->n_cpus = r->opts.n_cpus ? r->opts.n_cpus : 1;
		err = rt_new(&ro, &r->rt);
	}
	if (err) {
		free(r);
		return err;
	}
	*rt = r;
	return 0;
}

void weld_runtime__free(struct weld_runtime *rt)
{
	if (!rt)
		return;
	rt_free(rt->rt);
	free(rt);
}

/* --- the target ----------------------------------------------------------------------- */

static int runtime_bpf(void *user, int cmd, union bpf_attr *attr, unsigned int size)
{
	return rt_bpf(((struct weld_runtime *)user)->rt, cmd, attr, size);
}

static int runtime_close(void *user, int handle)
{
	return rt_close(((struct weld_runtime *)user)->rt, handle);
}

static int runtime_mmap(void *user, int handle, size_t size, bool writable, void **addr)
{
	return rt_mmap(((struct weld_runtime *)user)->rt, handle, size, writable, addr);
}

static int runtime_munmap(void *user, void *addr, size_t size)
{
	return rt_munmap(((struct weld_runtime *)user)->rt, addr, size);
}

static int runtime_n_cpus(void *user, unsigned int *n)
{
	*n = ((struct weld_runtime *)user)->n_cpus;
	return 0;
}

static const struct weld_target_ops runtime_ops = {
	.sz = sizeof(runtime_ops),
	.name = "runtime",
	.bpf = runtime_bpf,
	.close = runtime_close,
	.mmap = runtime_mmap,
	.munmap = runtime_munmap,
	.n_cpus = runtime_n_cpus,
};

int weld_runtime__target(struct weld_runtime *rt, struct weld_target *target)
{
	*target = (struct weld_target){ .ops = &runtime_ops, .user = rt };
	return 0;
}

int weld_runtime__run_raw(struct weld_runtime *rt, struct weld_raw_run *run)
{
	WELD_OPTS(weld_raw_run, r);
	struct rt_raw raw;
	int err = api_opts(rt->diag, API_SPEC(weld_raw_run), run, &r);

	if (err)
		return err;
	if (r.n_insns > UINT32_MAX || r.mem_size > UINT32_MAX)
		return -E2BIG;
	raw = (struct rt_raw){
		.insns = r.insns,
		.n_insns = (u32)r.n_insns,
		.mem = r.mem,
		.mem_size = (u32)r.mem_size,
	};
	err = rt_run_raw(rt->rt, &raw);
	if (err)
		return err;
	run->r0 = raw.ret;
	run->insns_run = raw.n_executed;
	return 0;
}

#else /* !CONFIG_RUNTIME */

int weld_runtime__new(struct weld_ctx *ctx, const struct weld_runtime_opts *opts,
		      struct weld_runtime **rt)
{
	return diag_raise(&ctx->diag, DIAG_LOAD_TARGET_MISSING, NULL, "runtime");
}

void weld_runtime__free(struct weld_runtime *rt)
{
}

int weld_runtime__target(struct weld_runtime *rt, struct weld_target *target)
{
	return -ENOTSUP;
}

int weld_runtime__run_raw(struct weld_runtime *rt, struct weld_raw_run *run)
{
	return -ENOTSUP;
}

#endif
