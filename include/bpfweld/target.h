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

	/*
	 * Network devices and folders of a bpffs, for attaching; a target may leave all of these
	 * out (NULL, or a smaller sz). 0 or a negative errno.
	 */
	int (*ifindex)(void *user, const char *name, unsigned int *index);
	int (*ifname)(void *user, unsigned int index, char name[16]);
	/* One rtnetlink request, a whole message that asks for an acknowledgement. All answers up
	 * to that one go to reply; *reply_size: room in, bytes out. */
	int (*netlink)(void *user, const void *request, size_t size, void *reply,
		       size_t *reply_size);
	int (*mkdir)(void *user, const char *path);
	int (*rmdir)(void *user, const char *path);
	int (*rename)(void *user, const char *from, const char *to);
	/* A handle that keeps the folder for its holder alone; waits for whoever has it. */
	int (*lock)(void *user, const char *dir);
	/* Call each() with the name of every entry of a folder, until it returns non-zero. */
	int (*list)(void *user, const char *dir, int (*each)(void *arg, const char *name),
		    void *arg);
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
