/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The running kernel as a target. */
#ifndef LOAD_KERNEL_H
#define LOAD_KERNEL_H

#include <bpfweld/target.h>

extern const struct weld_target_ops load_kernel_ops;

/* kernel_net.c: network devices */
int load_kernel_ifindex(void *user, const char *name, unsigned int *index);
int load_kernel_ifname(void *user, unsigned int index, char name[16]);
int load_kernel_netlink(void *user, const void *request, size_t size, void *reply,
			size_t *reply_size);

/* kernel_fs.c: folders of a bpffs */
int load_kernel_mkdir(void *user, const char *path);
int load_kernel_rmdir(void *user, const char *path);
int load_kernel_rename(void *user, const char *from, const char *to);
int load_kernel_lock(void *user, const char *dir);
int load_kernel_list(void *user, const char *dir, int (*each)(void *arg, const char *name),
		     void *arg);

#endif
