/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { SYSFS_MAGIC = 0x62656572 };	/* f_type of sysfs, statfs(2) */

static int raise_errno(struct diag *d, enum diag_id id, const char *name, int err)
{
	struct weld_where at = WELD_WHERE_NONE;
	struct diag_msg m;

	at.file = name;
	diag_begin_id(&m, d, id, &at, name, strerror(err));
	diag_errno(&m, -err);
	return diag_end(&m);
}

/* What the system says of the size, 0 for what has none; sysfs files have the right one, too. */
static u64 size_of(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0 ? (u64)st.st_size : 0;
}

/*
 * Append what fd gives until its end, a failure, or more than FILE_MAX_SIZE; read(2)'s errno. A
 * file of known size is read to where it stays, in one piece; one byte more finds its end. whole:
 * from its start, without moving the descriptor.
 */
static int slurp(int fd, bool whole, u64 known, struct sbuf *b)
{
	enum { CHUNK = 65536 };
	size_t room = known ? known + 1 : CHUNK;
	ssize_t n;

	do {
		char *to = sbuf_extend(b, room);
		size_t before = b->size - room;

		if (!to)
			return 0;
		n = whole ? pread(fd, to, room, (off_t)before) : read(fd, to, room);
		sbuf_trim(b, before + (n > 0 ? (size_t)n : 0));
		if (n < 0 && errno != EINTR)
			return errno;
		room = n > 0 && (size_t)n < room ? room - (size_t)n : CHUNK;
	} while (n && b->size <= FILE_MAX_SIZE);
	return 0;
}

static int read_fd(struct diag *d, int fd, bool whole, const char *name, struct sbuf *out)
{
	struct weld_where at = WELD_WHERE_NONE;
	u64 known = size_of(fd);
	bool too_big = known > FILE_MAX_SIZE;
	struct sbuf b = { 0 };
	int err = 0, read_errno;

	at.file = name;
	read_errno = too_big ? 0 : slurp(fd, whole, known, &b);
	if (read_errno)
		err = raise_errno(d, DIAG_FILE_READ, name, read_errno);
	else if (too_big || b.size > FILE_MAX_SIZE)
		err = diag_raise(d, DIAG_FILE_TOO_BIG, &at, name, FILE_MAX_SIZE);
	else if (sbuf_err(&b))
		err = diag_raise(d, DIAG_NO_MEMORY, &at, "file_read");
	if (err) {
		sbuf_free(&b);
		return err;
	}
	*out = b;
	return 0;
}

int file_read_fd(struct diag *d, int fd, const char *name, struct sbuf *out)
{
	return read_fd(d, fd, false, name, out);
}

int file_read_whole(struct diag *d, int fd, const char *name, struct sbuf *out)
{
	return read_fd(d, fd, true, name, out);
}

int file_open(struct diag *d, const char *path, int *fd)
{
	int opened = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) :
					 fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);

	if (opened < 0)
		return raise_errno(d, DIAG_FILE_OPEN, path, errno);
	*fd = opened;
	return 0;
}

int file_read(struct diag *d, const char *path, struct sbuf *out)
{
	int fd = -1, err = file_open(d, path, &fd);

	if (err)
		return err;
	err = file_read_fd(d, fd, strcmp(path, "-") ? path : "<stdin>", out);
	close(fd);
	return err;
}

/*
 * What sysfs lets map, and read(2) reads as well (registers of a device aren't bytes of a file);
 * the kernel says which of its files that is by refusing the others.
 */
static void *map_sysfs(int fd, u64 size)
{
	struct statfs fs;
	void *map;
	char first;

	if (!size || size > FILE_MAX_SIZE || fstatfs(fd, &fs) || fs.f_type != SYSFS_MAGIC ||
	    pread(fd, &first, 1, 0) != 1)
		return NULL;
	map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	return map == MAP_FAILED ? NULL : map;
}

static int load_fd(struct diag *d, int fd, const char *name, struct file_bytes *out)
{
	struct sbuf bytes = { 0 };
	u64 size = size_of(fd);
	void *map = map_sysfs(fd, size);
	int err;

	if (map) {
		*out = (struct file_bytes){ .span = span_of(map, size), .map = map };
		return 0;
	}
	err = file_read_fd(d, fd, name, &bytes);
	if (err)
		return err;
	out->span = span_of(bytes.data, bytes.size);
	out->heap = bytes.data;
	out->map = NULL;
	return 0;
}

int file_load(struct diag *d, const char *path, struct file_bytes *out)
{
	int fd = -1, err = file_open(d, path, &fd);

	if (err)
		return err;
	err = load_fd(d, fd, strcmp(path, "-") ? path : "<stdin>", out);
	close(fd);
	return err;
}

void file_release(struct file_bytes *f)
{
	if (f->map)
		munmap(f->map, f->span.size);
	free(f->heap);
	*f = (struct file_bytes){ .span = SPAN_NONE };
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

int file_out_put(struct file_out *f, const void *data, size_t size)
{
	if (f->err)
		return f->err;
	if (f->fd >= 0) {
		f->err = write_all(f->fd, data, size);
	} else {
		sbuf_put(&f->mem, data, size);
		f->err = sbuf_err(&f->mem);
	}
	return f->err;
}

/* What is being written: how, for whom, and the failure that isn't said yet. */
struct job {
	file_fill_fn *fill;
	void *user;
	int write_err;		/* 0 or -errno of a system call */
};

/* What fill returned; a failure to write is the job's to say. */
static int run_fill(struct job *job, struct file_out *f)
{
	int err = job->fill(job->user, f);

	if (f->err)
		job->write_err = f->err;
	return err;
}

/* Half of the bytes can't be taken back from a pipe: all are there before the first goes. */
static int write_direct(const char *path, struct job *job)
{
	struct file_out f = { .fd = -1 };
	int err = run_fill(job, &f), fd;

	if (!err && !job->write_err) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		job->write_err = fd < 0 ? -errno : write_all(fd, sbuf_str(&f.mem), f.mem.size);
		if (fd >= 0 && close(fd) && !job->write_err)
			job->write_err = -errno;
	}
	sbuf_free(&f.mem);
	return err;
}

/* Where the temporary file stands: beside path, under a short name of its own. */
static int temp_path(struct sbuf *out, const char *path, unsigned int attempt)
{
	const char *slash = strrchr(path, '/');

	sbuf_trim(out, 0);
	if (slash)
		sbuf_put(out, path, (size_t)(slash - path) + 1);
	sbuf_printf(out, ".bpfweld-%ld-%u", (long)getpid(), attempt);
	return sbuf_err(out);
}

/*
 * A new file that nobody else has open; -errno. O_EXCL tells a name that is taken (by another
 * thread, or left behind by a process that was killed), and follows no link that stands there.
 */
static int temp_open(struct sbuf *tmp, const char *path)
{
	enum { MAX_ATTEMPTS = 1000 };
	int fd = -1;

	for (unsigned int i = 0; i < MAX_ATTEMPTS; i++) {
		int err = temp_path(tmp, path, i);

		if (err)
			return err;
		fd = open(sbuf_str(tmp), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	return fd < 0 ? -errno : fd;
}

/* old is what stands at path, or NULL. */
static int write_renamed(const char *path, const struct stat *old, struct job *job)
{
	struct sbuf tmp = { 0 };
	struct file_out f = { .fd = temp_open(&tmp, path) };
	int err = 0;

	if (f.fd < 0) {
		job->write_err = f.fd;
		goto out;
	}
	err = run_fill(job, &f);
	if (old && fchmod(f.fd, old->st_mode & 0777) && !job->write_err)
		job->write_err = -errno;
	if (close(f.fd) && !job->write_err)
		job->write_err = -errno;
	if (!err && !job->write_err && rename(sbuf_str(&tmp), path))
		job->write_err = -errno;
	if (err || job->write_err)
		unlink(sbuf_str(&tmp));
out:
	sbuf_free(&tmp);
	return err;
}

/* The link stays; the file that it leads to is replaced. */
static int write_through_link(const char *path, const struct stat *old, struct job *job)
{
	char *target = realpath(path, NULL);
	int err = 0;

	if (target)
		err = write_renamed(target, old, job);
	else
		job->write_err = -errno;
	free(target);
	return err;
}

int file_write_with(struct diag *d, const char *path, file_fill_fn *fill, void *user)
{
	struct job job = { .fill = fill, .user = user };
	struct stat st, link;
	int err = 0;

	if (lstat(path, &link))
		err = write_renamed(path, NULL, &job);
	else if (stat(path, &st))
		job.write_err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = write_direct(path, &job);
	else if (S_ISLNK(link.st_mode))
		err = write_through_link(path, &st, &job);
	else
		err = write_renamed(path, &st, &job);
	return job.write_err ? raise_errno(d, DIAG_FILE_WRITE, path, -job.write_err) : err;
}

static int fill_span(void *user, struct file_out *f)
{
	const struct span *bytes = user;

	return file_out_put(f, bytes->data, bytes->size);
}

int file_write(struct diag *d, const char *path, const void *data, size_t size)
{
	struct span bytes = span_of(data, size);

	return file_write_with(d, path, fill_span, &bytes);
}
