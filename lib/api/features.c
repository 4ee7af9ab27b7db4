/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Features of a target, from the loader's probes. */
#include "lib/api/api_int.h"

#include "lib/load/probe.h"

struct probe_job {
	struct diag *diag;
	struct load_probe probe;
	weld_feature_fn fn;
	void *user;
};

static void report(const struct probe_job *job, struct weld_feature f)
{
	f.sz = sizeof(f);
	job->fn(job->user, &f);
}

static void probe_types(const struct probe_job *job)
{
	for (u32 type = 1; type < __MAX_BPF_PROG_TYPE; type++)
		report(job, (struct weld_feature){
				    .kind = WELD_FEATURE_PROG_TYPE,
				    .number = type,
				    .name = abi_prog_name(type),
				    .supported = load_probe_prog_type(&job->probe, type) });
	for (u32 type = 1; type < __MAX_BPF_MAP_TYPE; type++)
		report(job, (struct weld_feature){
				    .kind = WELD_FEATURE_MAP_TYPE,
				    .number = type,
				    .name = abi_map_name(type),
				    .supported = load_probe_map_type(&job->probe, type) });
}

static void probe_misc(const struct probe_job *job)
{
	const char *name;

	for (size_t n = 0; (name = load_probe_name(n)); n++)
		report(job, (struct weld_feature){ .kind = WELD_FEATURE_MISC,
						   .number = 0,
						   .name = name,
						   .supported = load_probe_misc(&job->probe, n) });
}

static void probe_helpers(const struct probe_job *job, u32 prog_type)
{
	const struct abi_helper *h;

	if (load_probe_prog_type(&job->probe, prog_type) != 1)
		return;
	for (u32 id = 1; (h = abi_helper(id)); id++)
		report(job, (struct weld_feature){
				    .kind = WELD_FEATURE_HELPER,
				    .number = id,
				    .name = h->name,
				    .of = abi_prog_name(prog_type),
				    .supported = load_probe_helper(&job->probe, prog_type, id) });
}

int weld_features__probe(struct weld_ctx *ctx, const struct weld_target *target,
			 const struct weld_features_opts *opts, weld_feature_fn fn, void *user)
{
	WELD_OPTS(weld_features_opts, o);
	struct diag said;
	struct probe_job job = { .diag = &ctx->diag, .probe = { *target }, .fn = fn, .user = user };
	int err = api_opts(&ctx->diag, API_SPEC(weld_features_opts), opts, &o);

	if (!err)
		err = api_target(&ctx->diag, target);
	if (!err)
		err = load_probe_allowed(&ctx->diag, &job.probe);
	if (err)
		return err;
	/* Answers of no are no faults: a target that shares the context must not report them. */
	said = ctx->diag;
	ctx->diag.fn = NULL;
	probe_misc(&job);
	probe_types(&job);
	for (u32 type = 1; o.helpers && type < __MAX_BPF_PROG_TYPE; type++)
		probe_helpers(&job, type);
	ctx->diag = said;
	return 0;
}
