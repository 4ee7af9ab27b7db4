/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The bundled runtime: bpf(2) in user space. Handles are numbers from RT_FIRST_HANDLE on, so one
 * that is mixed up with a file descriptor is -EBADF on both sides.
 *
 *	rt_new -> rt_bpf(MAP_CREATE | BTF_LOAD | PROG_LOAD | PROG_TEST_RUN | ...) -> rt_free
 *
 * rt_bpf, rt_close, rt_mmap and rt_munmap have the shape of struct weld_target_ops; bpf.c has the
 * table of commands. PROG_LOAD checks a program's structure, types, licence and helpers, but
 * nobody verifies it: the checked interpreter watches it run instead.
 */
#ifndef RT_RT_H
#define RT_RT_H

#include "lib/base/diag.h"
#include "runtime/maps/maps.h"

enum { RT_FIRST_HANDLE = 1 << 30 };

/* All zero: the defaults. */
struct rt_opts {
	struct diag *diag;		/* required; must outlive the runtime */
	const struct rt_env *env;	/* copied; NULL, and NULL members: the machine's clock and a
					 * seeded generator; traces are dropped */
	u64 seed;			/* of that generator: equal seeds, equal numbers */
	u32 n_cpus;			/* possible CPUs: copies that per-CPU values have; 0: 1 */
	u64 mem_limit;			/* bytes of all maps; 0: 1 GiB */
	u64 budget;			/* instructions of one run; 0: EXEC_DEFAULT_BUDGET */
};

struct rt;

/* -ENOMEM; -EINVAL for more than RT_MAX_CPUS. */
enum { RT_MAX_CPUS = 4096 };
int rt_new(const struct rt_opts *opts, struct rt **out);
/* Gives back all handles. */
void rt_free(struct rt *rt);

/*
 * As bpf(2): errno values, what is written to attr and through its pointers, and how sizes of
 * attr other than ours are taken are the kernel's. rt is a void * so that the function fits struct
 * weld_target_ops. -ENOTSUP, with a diagnostic, is what the kernel can do and this runtime not;
 * -EACCES from PROG_TEST_RUN is a run that the checked interpreter stopped, with its diagnostic;
 * -EBUSY a call from inside a run's environment.
 */
int rt_bpf(void *rt, int cmd, union bpf_attr *attr, unsigned int size);
int rt_close(void *rt, int handle);
/*
 * The values of a BPF_F_MMAPABLE array: *addr is the very memory that programs use. That only
 * reading was asked for is checked but can't be enforced in one address space.
 */
int rt_mmap(void *rt, int handle, size_t size, bool writable, void **addr);
int rt_munmap(void *rt, void *addr, size_t size);

/* Bare instructions without maps, context type and licence: r1 is mem, r2 its size. */
struct rt_raw {
	const struct bpf_insn *insns;
	u32 n_insns;
	void *mem;			/* read and written in place; may be NULL when size is 0 */
	u32 mem_size;
	const char *file;		/* for diagnostics, may be NULL */
	u64 ret;			/* out: r0 */
	u64 n_executed;			/* out: instructions */
};
int rt_run_raw(struct rt *rt, struct rt_raw *raw);

/* Instructions that PROG_TEST_RUN's last run executed, for statistics. */
u64 rt_last_run_insns(const struct rt *rt);

#endif
