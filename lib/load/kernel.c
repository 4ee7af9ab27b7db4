/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The running kernel as a target: the only file that calls bpf(2). */
#include "lib/load/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int kernel_bpf(void *user, int cmd, union bpf_attr *attr, unsigned int size)
{
	long ret = syscall(SYS_bpf, cmd, attr, size);

	return ret < 0 ? -errno : (int)ret;
}

static int kernel_close(void *user, int handle)
{
	return close(handle) ? -errno : 0;
}

static int kernel_mmap(void *user, int handle, size_t size, bool writable, void **addr)
{
	void *p = mmap(NULL, size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, handle, 0);

	if (p == MAP_FAILED)
		return -errno;
	*addr = p;
	return 0;
}

static int kernel_munmap(void *user, void *addr, size_t size)
{
	return munmap(addr, size) ? -errno : 0;
}

/* The list of CPUs that there may ever be: "0-3" or "0,2-5". */
static int kernel_n_cpus(void *user, unsigned int *n)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "re");
	unsigned int from, to, count = 0;
	int c = ',';

	if (!f)
		return -errno;
	while (c == ',' && fscanf(f, "%u", &from) == 1) {
		to = from;
		c = fgetc(f);
		if (c == '-' && fscanf(f, "%u", &to) == 1)
			c = fgetc(f);
		if (to < from)
			break;
		count += to - from + 1;
	}
	fclose(f);
	if (!count)
		return -EINVAL;
	*n = count;
	return 0;
}

static int kernel_unpin(void *user, const char *path)
{
	return unlink(path) ? -errno : 0;
}

const struct weld_target_ops load_kernel_ops = {
	.sz = sizeof(load_kernel_ops),
	.name = "kernel",
	.bpf = kernel_bpf,
	.close = kernel_close,
	.mmap = kernel_mmap,
	.munmap = kernel_munmap,
	.n_cpus = kernel_n_cpus,
	.unpin = kernel_unpin,
	.ifindex = load_kernel_ifindex,
	.ifname = load_kernel_ifname,
	.netlink = load_kernel_netlink,
	.mkdir = load_kernel_mkdir,
	.rmdir = load_kernel_rmdir,
	.rename = load_kernel_rename,
	.lock = load_kernel_lock,
	.list = load_kernel_list,
};
