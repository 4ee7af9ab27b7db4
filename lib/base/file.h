/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Whole files in, whole files out. Outputs never exist half written. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "lib/base/diag.h"
#include "lib/base/sbuf.h"
#include "lib/base/span.h"

/* No object, BTF blob or capture that this project reads is larger. */
#define FILE_MAX_SIZE (1ull << 30)

/* Read from fd to its end (files, pipes); name is for diagnostics. */
int file_read_fd(struct diag *d, int fd, const char *name, struct sbuf *out);

/* The same of a regular file from its start, wherever the descriptor stands without moving it. */
int file_read_whole(struct diag *d, int fd, const char *name, struct sbuf *out);

/* Open for reading; "-" is standard input. The descriptor is the caller's to close. */
int file_open(struct diag *d, const char *path, int *fd);

/* Open and read; what diagnostics call "-" is <stdin>. */
int file_read(struct diag *d, const char *path, struct sbuf *out);

/*
 * A file's bytes, read or mapped. Mapped are files of sysfs that offer it, such as a kernel's BTF:
 * they don't change, nor shrink under the mapping.
 */
struct file_bytes {
	struct span span;	/* not to be written to */
	void *map;		/* of span.size bytes, or NULL */
	char *heap;		/* or NULL */
};

/* As file_read(). Whoever has a copy of the struct owns it, and releases it once. */
int file_load(struct diag *d, const char *path, struct file_bytes *out);
void file_release(struct file_bytes *f);

/*
 * Write size bytes to a temporary file beside path, then rename it to path: whoever opens path
 * sees the old bytes or the new ones, and after a failure the old ones. A new file's mode is 0666
 * less the umask, an existing file's is kept. A symbolic link stays, and the file that it leads
 * to is replaced. A path that exists and isn't a regular file (/dev/stdout, a pipe) is written
 * directly.
 */
int file_write(struct diag *d, const char *path, const void *data, size_t size);

/*
 * The same of bytes that are made as they go out. fill puts them, in order; what it returns is what
 * file_write_with returns, unless writing failed, which is said here: so fill may stop at an error
 * of file_out_put without a word. After a failure nothing was written.
 */
struct file_out {
	int fd;			/* or -1: they gather in mem */
	struct sbuf mem;
	int err;		/* of the first put that failed; later ones do nothing */
};

typedef int file_fill_fn(void *user, struct file_out *f);

int file_out_put(struct file_out *f, const void *data, size_t size);
int file_write_with(struct diag *d, const char *path, file_fill_fn *fill, void *user);

#endif
