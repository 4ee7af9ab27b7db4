/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * PROG_TEST_RUN (net/bpf/test_run.c): what the program types share. A type's half makes packet and
 * context from what the caller gave, runs, and hands both back.
 */
#include "runtime/rt_int.h"

#include <stdlib.h>

int rt_test_refuse(struct rt_test *t, int err, const char *why)
{
	struct diag_msg m;

	diag_begin(&m, t->call->rt->diag, DIAG_RT_TEST, NULL, t->prog->name, why);
	diag_errno(&m, err);
	return diag_end(&m);
}

int rt_test_ctx_in(struct rt_test *t, u32 size)
{
	const union bpf_attr *a = &t->call->attr;
	const void *in = rt_user_ptr(a->test.ctx_in);
	u32 given = a->test.ctx_size_in;

	t->has_ctx = in || a->test.ctx_out;
	if (!in)
		return 0;
	if (rt_check_tail(in, given, size))
		return rt_test_refuse(t, -E2BIG,
				      "ctx_in has non-zero bytes behind the context's end");
	memcpy(&t->ctx_in, in, min_u64(given, size));
	return 0;
}

/* --- running ----------------------------------------------------------------------------- */

static int run_once(struct rt_test *t, struct rt_run *run)
{
	struct rt *rt = t->call->rt;
	struct exec_result res = { 0 };
	int err;

	rt_run_begin(run);
	err = exec_checked_run(run, t->prog->prog.exec, rt->budget, &res);
	rt_run_end(run);
	rt->last_run_insns = res.n_insns;
	t->retval = (u32)res.ret;
	return err;
}

int rt_test_go(struct rt_test *t, u32 size, bool (*keeps)(struct rt_run *, u32, u32, u64 *))
{
	struct rt *rt = t->call->rt;
	struct rt_run run = { .diag = rt->diag, .host = &rt->host, .env = &rt->env,
			      .pkt = &t->pkt, .ctx = &t->ctx, .ctx_size = size,
			      .ctx_keeps = keeps };
	u32 n = t->call->attr.test.repeat ? t->call->attr.test.repeat : 1;
	u64 start = rt->env.time_ns(rt->env.user, RT_CLOCK_MONOTONIC), ns;
	int err = 0;

	for (u32 i = 0; i < n && !err; i++)
		err = run_once(t, &run);
	ns = rt->env.time_ns(rt->env.user, RT_CLOCK_MONOTONIC) - start;
	t->duration = (u32)min_u64(ns / n, UINT_MAX);
	t->prog->run_ns += ns;
	t->prog->run_count += n;
	return err;
}

/* --- handing back ------------------------------------------------------------------------ */

/* size bytes of the packet from `from` on. Where it doesn't fit, the kernel cuts the linear part
 * and has the fragments follow. */
static void copy_packet(const struct rt_pkt *pkt, u32 from, u8 *to, u32 size)
{
	u32 linear = size - pkt->n_frag_bytes;

	memcpy(to, pkt->buf + from, linear);
	if (pkt->n_frag_bytes)
		memcpy(to + linear, pkt->frags, pkt->n_frag_bytes);
}

/* A room of 0 means that the caller doesn't say: then all is copied, as the kernel does. */
static int give_packet(struct rt_test *t, u32 from)
{
	const union bpf_attr *a = &t->call->attr;
	u32 size = t->pkt.end - from + t->pkt.n_frag_bytes;
	u32 room = a->test.data_size_out ? a->test.data_size_out : size;
	u8 *out = rt_user_ptr(a->test.data_out);

	/* Without room for the fragments the kernel fails before it says anything. */
	if (out && room < t->pkt.n_frag_bytes)
		return -ENOSPC;
	if (out)
		copy_packet(&t->pkt, from, out, (u32)min_u64(size, room));
	t->call->user->test.data_size_out = size;
	t->call->user->test.retval = t->retval;
	t->call->user->test.duration = t->duration;
	return size > room ? -ENOSPC : 0;
}

int rt_test_finish(struct rt_test *t, u32 from, const void *ctx, u32 ctx_size)
{
	const union bpf_attr *a = &t->call->attr;
	void *out = rt_user_ptr(a->test.ctx_out);
	int err = give_packet(t, from);

	if (err || !out)
		return err;
	memcpy(out, ctx, min_u64(ctx_size, a->test.ctx_size_out));
	t->call->user->test.ctx_size_out = ctx_size;
	return ctx_size > a->test.ctx_size_out ? -ENOSPC : 0;
}

/* --- the command ------------------------------------------------------------------------- */

/* What both a size and an address say must agree. */
static bool both_or_none(u64 address, u32 size)
{
	return !address == !size;
}

static int dispatch(struct rt_test *t)
{
	const union bpf_attr *a = &t->call->attr;

	if (!both_or_none(a->test.ctx_in, a->test.ctx_size_in) ||
	    !both_or_none(a->test.ctx_out, a->test.ctx_size_out))
		return rt_test_refuse(t, -EINVAL, "a context needs both address and size");
	switch (t->prog->prog.owner.type) {
	case BPF_PROG_TYPE_XDP:
		return rt_test_xdp(t);
	case BPF_PROG_TYPE_SOCKET_FILTER:
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
		return rt_test_skb(t);
	default:
		return -RT_ENOTSUPP;
	}
}

int rt_cmd_prog_test_run(struct rt_call *call)
{
	struct rt_test t = { .call = call };
	int err = rt_handle_prog(call->rt, call->attr.test.prog_fd, &t.prog);

	if (!err && !rt_call_has(call, test.duration))
		err = -EFAULT;
	if (err)
		return err;
	err = dispatch(&t);
	free(t.pkt.buf);
	free(t.pkt.frags);
	return err;
}

/* --- bare instructions ------------------------------------------------------------------- */

int rt_run_raw(struct rt *rt, struct rt_raw *raw)
{
	struct rt_run run = { .diag = rt->diag, .host = &rt->host, .env = &rt->env,
			      .ctx = raw->mem, .ctx_size = raw->mem_size };
	struct exec_prog_spec spec = { .file = raw->file, .gpl = true, .insns = raw->insns,
				       .n_insns = raw->n_insns };
	struct exec_result res = { 0 };
	struct exec_prog *prog;
	int err;

	if (rt->host.running)
		return diag_raise(rt->diag, DIAG_RT_BUSY, NULL);
	err = exec_prog_new(rt->diag, &spec, &prog);
	if (err)
		return err;
	rt_run_begin(&run);
	err = exec_checked_run(&run, prog, rt->budget, &res);
	rt_run_end(&run);
	exec_prog_free(prog);
	raw->n_executed = rt->last_run_insns = res.n_insns;
	if (!err)
		raw->ret = res.ret;
	return err;
}
