/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Folders of a bpffs, for the kernel target. */
#include "lib/load/kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int load_kernel_mkdir(void *user, const char *path)
{
	return mkdir(path, 0700) ? -errno : 0;
}

int load_kernel_rmdir(void *user, const char *path)
{
	return rmdir(path) ? -errno : 0;
}

int load_kernel_rename(void *user, const char *from, const char *to)
{
	return rename(from, to) ? -errno : 0;
}

int load_kernel_lock(void *user, const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX)) {
		err = -errno;
		if (err == -EINTR)
			continue;
		close(fd);
		return err;
	}
	return fd;
}

int load_kernel_list(void *user, const char *dir, int (*each)(void *arg, const char *name),
		     void *arg)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int ret = 0;

	if (!d)
		return -errno;
	while (!ret && (e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			ret = each(arg, e->d_name);
	closedir(d);
	return ret;
}
