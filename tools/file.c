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

static int write_temp(const char *tmp, const char *path, const void *bytes, size_t size)
{
	int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), err;
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f)
		return errno;
	err = write_stream(f, bytes, size);
	if (fclose(f) && !err)
		err = errno;
	if (!err && rename(tmp, path))
		err = errno;
	if (err)
		unlink(tmp);
	return err;
}

/* A link stays; the file that it leads to is replaced. */
static int write_renamed(const char *path, const void *bytes, size_t size)
{
	struct stat st;
	bool link = !lstat(path, &st) && S_ISLNK(st.st_mode);
	char *real = link ? realpath(path, NULL) : strdup(path), *tmp = NULL;
	int err;

	if (!real)
		return errno;
	if (asprintf(&tmp, "%s.%ld.tmp", real, (long)getpid()) < 0) {
		free(real);
		return ENOMEM;
	}
	err = write_temp(tmp, real, bytes, size);
	free(tmp);
	free(real);
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
		err = write_renamed(path, bytes, size);
	if (err)
		cli_error(cli, CLI_ENV, "cannot write %s: %s", path, strerror(err));
	return !err;
}

bool cli_same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return strcmp(a, "-") && strcmp(b, "-") && !stat(a, &sa) && !stat(b, &sb) &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino && S_ISREG(sa.st_mode);
}
