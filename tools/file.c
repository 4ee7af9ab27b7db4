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

static bool write_stream(FILE *f, const void *bytes, size_t size)
{
	return fwrite(bytes, 1, size, f) == size && !fflush(f);
}

static bool write_renamed(const char *path, const void *bytes, size_t size)
{
	size_t len = strlen(path) + 32;
	char *tmp = malloc(len);
	int fd;
	FILE *f;
	bool ok = false;

	if (!tmp)
		return false;
	snprintf(tmp, len, "%s.%ld.tmp", path, (long)getpid());
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f) {
		ok = write_stream(f, bytes, size);
		ok = !fclose(f) && ok && !rename(tmp, path);
		if (!ok)
			unlink(tmp);
	}
	free(tmp);
	return ok;
}

bool cli_write(struct cli *cli, const char *path, const void *bytes, size_t size)
{
	struct stat st;
	bool special = !stat(path, &st) && !S_ISREG(st.st_mode);
	FILE *f;
	bool ok;

	if (!strcmp(path, "-")) {
		ok = write_stream(stdout, bytes, size);
	} else if (special) {
		f = fopen(path, "we");
		ok = f && write_stream(f, bytes, size);
		if (f)
			fclose(f);
	} else {
		ok = write_renamed(path, bytes, size);
	}
	if (!ok)
		cli_error(cli, CLI_ENV, "cannot write %s: %s", path, strerror(errno));
	return ok;
}
