/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Files of the command's own: packets, memory, captures. Outputs are whole or not there. */
#include "tools/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_MAX = 1 << 30 };

static bool slurp(FILE *f, unsigned char **bytes, size_t *size)
{
	size_t cap = 0, n = 0, got;
	unsigned char *buf = NULL, *grown;

	do {
		cap = cap ? cap * 2 : 65536;
		grown = cap <= READ_MAX ? realloc(buf, cap) : NULL;
		if (!grown) {
			free(buf);
			errno = cap <= READ_MAX ? ENOMEM : EFBIG;
			return false;
		}
		buf = grown;
		got = fread(buf + n, 1, cap - n, f);
		n += got;
	} while (n == cap);
	if (ferror(f)) {
		free(buf);
		return false;
	}
	*bytes = buf;
	*size = n;
	return true;
}

bool cli_read(struct cli *cli, const char *path, unsigned char **bytes, size_t *size)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	bool ok = f && slurp(f, bytes, size);

	if (!ok)
		cli_error(cli, CLI_INPUT, "cannot read %s: %s", path, strerror(errno));
	if (f && f != stdin)
		fclose(f);
	return ok;
}

/* --- writing; 0 or an errno ----------------------------------------------------------- */

static int write_stream(FILE *f, const void *bytes, size_t size)
{
	errno = 0;
	if (fwrite(bytes, 1, size, f) == size && !fflush(f))
		return 0;
	return errno ? errno : EIO;
}

static int write_device(const char *path, const void *bytes, size_t size)
{
	FILE *f = fopen(path, "we");
	int err = f ? write_stream(f, bytes, size) : errno;

	if (f && fclose(f) && !err)
		err = errno;
	return err;
}

static int write_temp(const char *tmp, const void *bytes, size_t size)
{
	int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), err;
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f)
		return errno;
	err = write_stream(f, bytes, size);
	if (fclose(f) && !err)
		err = errno;
	if (err)
		unlink(tmp);
	return err;
}

/* A file that is written, but not yet in its place. */
struct pending {
	char *real; /* a link stays; the file that it leads to is replaced */
	char *tmp;
	char *old; /* what stood there, until all is well; NULL: nothing did */
};

static int prepare(struct pending *p, const struct cli_out *out)
{
	struct stat st;
	bool link = !lstat(out->path, &st) && S_ISLNK(st.st_mode);

	p->real = link ? realpath(out->path, NULL) : strdup(out->path);
	if (!p->real)
		return errno;
	if (asprintf(&p->tmp, "%s.%ld.tmp", p->real, (long)getpid()) < 0) {
		p->tmp = NULL;
		return ENOMEM;
	}
	return write_temp(p->tmp, out->bytes, out->size);
}

static int put_in_place(const struct pending *p)
{
	return rename(p->tmp, p->real) ? errno : 0;
}

/* Keep what stands there under another name, a second one where the file system has links. */
static int set_aside(struct pending *p)
{
	struct stat st;

	if (lstat(p->real, &st))
		return errno == ENOENT ? 0 : errno;
	if (asprintf(&p->old, "%s.%ld.old", p->real, (long)getpid()) < 0) {
		p->old = NULL;
		return ENOMEM;
	}
	if (S_ISREG(st.st_mode) && (!link(p->real, p->old) || !rename(p->real, p->old)))
		return 0;
	free(p->old);
	p->old = NULL;
	return S_ISREG(st.st_mode) ? errno : EISDIR;
}

static void put_back(const struct pending *p, bool written)
{
	if (p->old)
		rename(p->old, p->real);
	else if (written)
		unlink(p->real);
}

static void forget(struct pending *p, bool written)
{
	if (p->tmp && !written)
		unlink(p->tmp);
	if (p->old)
		unlink(p->old);
	free(p->real);
	free(p->tmp);
	free(p->old);
}

static int write_renamed(const struct cli_out *out)
{
	struct pending p = { 0 };
	int err = prepare(&p, out);

	if (!err)
		err = put_in_place(&p);
	forget(&p, !err);
	return err;
}

bool cli_write(struct cli *cli, const char *path, const void *bytes, size_t size)
{
	struct stat st;
	int err;

	if (!strcmp(path, "-"))
		err = write_stream(stdout, bytes, size);
	else if (!stat(path, &st) && !S_ISREG(st.st_mode))
		err = write_device(path, bytes, size);
	else
		err = write_renamed(&(struct cli_out){ path, bytes, size });
	if (err)
		cli_error(cli, CLI_ENV, "cannot write %s: %s", path, strerror(err));
	return !err;
}

bool cli_write_both(struct cli *cli, const struct cli_out outs[2])
{
	struct pending p[2] = { 0 };
	int at = 0, err = prepare(&p[0], &outs[0]);
	bool written[2] = { 0 };

	for (int i = 1; !err && i < 2; i++)
		err = prepare(&p[at = i], &outs[i]);
	for (int i = 0; !err && i < 2; i++)
		err = set_aside(&p[at = i]);
	for (int i = 0; !err && i < 2; i++) {
		err = put_in_place(&p[at = i]);
		written[i] = !err;
	}
	for (int i = 0; i < 2; i++) {
		if (err)
			put_back(&p[i], written[i]);
		forget(&p[i], written[i]);
	}
	if (err)
		cli_error(cli, CLI_ENV, "cannot write %s: %s", outs[at].path, strerror(err));
	return !err;
}

int cli_write_object(struct cli *cli, const char *path, const struct weld_object *obj)
{
	void *bytes;
	size_t size;
	int err;

	if (strcmp(path, "-")) {
		err = weld_object__write_file(obj, path);
		return err ? cli_status(cli, err) : CLI_OK;
	}
	err = weld_object__write_mem(obj, &bytes, &size);
	if (err)
		return cli_status(cli, err);
	if (!cli_write(cli, "-", bytes, size))
		err = cli->status;
	free(bytes);
	return err;
}

bool cli_same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return strcmp(a, "-") && strcmp(b, "-") && !stat(a, &sa) && !stat(b, &sb) &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino && S_ISREG(sa.st_mode);
}
