/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A target is whatever answers the bpf(2) command set: the running kernel, the bundled runtime,
 * or something of the caller's own (a recorder, a script in a test). The loader speaks to all of
 * them in the same way.
 */
#ifndef BPFWELD_TARGET_H
#define BPFWELD_TARGET_H

#include <bpfweld/common.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As in <linux/bpf.h>; include that one to fill it in. */
union bpf_attr;

struct weld_target_ops {
	size_t sz;
	/* Short name for messages: "kernel", "runtime". */
	const char *name;
	/* As bpf(2): cmd is one of enum bpf_cmd, size that of attr as the caller knows it; a
	 * result >= 0 (a handle, where the command makes one) or a negative errno. */
	int (*bpf)(void *user, int cmd, union bpf_attr *attr, unsigned int size);
	/* Give back a handle that bpf() returned; 0 or a negative errno. */
	int (*close)(void *user, int handle);
	/* Map the values of a BPF_F_MMAPABLE array; NULL member: not supported. */
	int (*mmap)(void *user, int handle, size_t size, bool writable, void **addr);
	int (*munmap)(void *user, void *addr, size_t size);
	/* Number of possible CPUs: how many values a per-CPU map hands out. */
	int (*n_cpus)(void *user, unsigned int *n);
	/* Remove a pin that BPF_OBJ_PIN made; NULL member: pins can't be undone. */
	int (*unpin)(void *user, const char *path);
};

struct weld_target {
	const struct weld_target_ops *ops;
	void *user;
};

/* The running kernel. It needs no setting up and nothing to free; -ENOTSUP when bpfweld was
 * built without it. */
WELD_API int weld_target__kernel(struct weld_target *target);

#ifdef __cplusplus
}
#endif
#endif
