/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int raise_errno(struct diag *d, enum diag_id id, const char *name, int err)
{
	struct weld_where at = WELD_WHERE_NONE;
	struct diag_msg m;

	at.file = name;
	diag_begin_id(&m, d, id, &at, name, strerror(err));
	diag_errno(&m, -err);
	return diag_end(&m);
}

int file_read_fd(struct diag *d, int fd, const char *name, struct sbuf *out)
{
	struct weld_where at = WELD_WHERE_NONE;
	struct sbuf b = { 0 };
	char chunk[65536];
	ssize_t n;
	int err;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		sbuf_put(&b, chunk, (size_t)n);
		if (sbuf_err(&b) || b.size > FILE_MAX_SIZE)
			break;
	}
	at.file = name;
	if (n < 0)
		err = raise_errno(d, DIAG_FILE_READ, name, errno);
	else if (b.size > FILE_MAX_SIZE)
		err = diag_raise(d, DIAG_FILE_TOO_BIG, &at, name, FILE_MAX_SIZE);
	else if (sbuf_err(&b))
		err = diag_raise(d, DIAG_NO_MEMORY, &at, "file_read");
	else
		err = 0;
	if (err) {
		sbuf_free(&b);
		return err;
	}
	*out = b;
	return 0;
}

int file_read(struct diag *d, const char *path, struct sbuf *out)
{
	int fd, err;

	if (!strcmp(path, "-"))
		return file_read_fd(d, STDIN_FILENO, "<stdin>", out);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return raise_errno(d, DIAG_FILE_OPEN, path, errno);
	err = file_read_fd(d, fd, path, out);
	close(fd);
	return err;
}

/* 0 or -errno, without a diagnostic. */
static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

static int write_direct(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, data, size);
	if (close(fd) && !err)
		err = -errno;
	return err;
}

static int fill_and_rename(int fd, const char *tmp, const char *path, struct span bytes)
{
	mode_t mask = umask(0);
	int err;

	umask(mask);
	err = write_all(fd, (const char *)bytes.data, bytes.size);
	if (!err && fchmod(fd, 0666 & ~mask))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(tmp, path))
		err = -errno;
	return err;
}

static int write_renamed(const char *path, struct span bytes)
{
	struct sbuf tmp = { 0 };
	int fd, err;

	sbuf_printf(&tmp, "%s.XXXXXX", path);
	if (sbuf_err(&tmp))
		return -ENOMEM;
	fd = mkostemp(tmp.data, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	err = fill_and_rename(fd, tmp.data, path, bytes);
	if (err)
		unlink(tmp.data);
out:
	sbuf_free(&tmp);
	return err;
}

int file_write(struct diag *d, const char *path, const void *data, size_t size)
{
	struct stat st;
	int err;

	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		err = write_direct(path, data, size);
	else
		err = write_renamed(path, span_of(data, size));
	return err ? raise_errno(d, DIAG_FILE_WRITE, path, -err) : 0;
}
