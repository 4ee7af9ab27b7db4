/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The bundled runtime: a bpf(2) in user space, with maps, helpers and an engine that runs
 * programs without a kernel and without privileges. The checked engine watches every access, so
 * it is safe on programs that no verifier has seen: a wrong one stops with a diagnostic.
 */
#ifndef BPFWELD_RUNTIME_H
#define BPFWELD_RUNTIME_H

#include <bpfweld/target.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weld_runtime;

enum weld_clock {
	WELD_CLOCK_MONOTONIC, /* bpf_ktime_get_ns */
	WELD_CLOCK_BOOTTIME,  /* bpf_ktime_get_boot_ns */
	WELD_CLOCK_TAI,	      /* bpf_ktime_get_tai_ns */
	WELD_CLOCK_COARSE,    /* bpf_ktime_get_coarse_ns */
};

struct weld_runtime_opts {
	size_t sz;
	uint64_t insn_budget; /* instructions of one run; 0: 1 << 27 */
	uint32_t n_cpus;      /* values that a per-CPU map has; 0: 1 */
	/* What programs may ask the world for; NULL members take the machine's. */
	uint64_t (*time_ns)(void *user, int clock); /* enum weld_clock */
	uint32_t (*random)(void *user);
	void (*trace)(void *user, const char *text); /* bpf_trace_printk; NULL: dropped */
	void *user;
	uint64_t seed; /* of the default random numbers: equal seeds, equal numbers */
};

/* -ENOTSUP when bpfweld was built without it. Handles that are still open go with it. */
WELD_API int weld_runtime__new(struct weld_ctx *ctx, const struct weld_runtime_opts *opts,
			       struct weld_runtime **rt);
WELD_API void weld_runtime__free(struct weld_runtime *rt);

/* The runtime as a target to load to; valid until it is freed. */
WELD_API int weld_runtime__target(struct weld_runtime *rt, struct weld_target *target);

struct weld_raw_run {
	size_t sz;
	const void *insns; /* 8 bytes each, host order */
	size_t n_insns;
	void *mem;	    /* may be changed by the run */
	size_t mem_size;    /* bytes */
	uint64_t r0;	    /* out */
	uint64_t insns_run; /* out: executed instructions */
};

/* Run bare instructions in the checked engine: r1 is the address of mem, r2 its size. -EACCES: the
 * engine stopped the run, see the diagnostic. */
WELD_API int weld_runtime__run_raw(struct weld_runtime *rt, struct weld_raw_run *run);

#ifdef __cplusplus
}
#endif
#endif
