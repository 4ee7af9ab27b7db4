/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* lib/base: whole files in and out; an output is never half written and leaves nothing behind. */
#include "lib/base/file.h"
#include "selftests/fault_malloc.h"
#include "selftests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each test has an empty folder of its own as working directory. */
static char folder[64];
static struct diag d;
static int last_code;

static void note_code(void *user, const struct weld_diag *diag)
{
	last_code = diag->code;
}

static void enter(void)
{
	strcpy(folder, "/tmp/bpfweld-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	umask(022);
	d = (struct diag){ .fn = note_code, .error_limit = 100 };
	last_code = 0;
}

static int n_entries(void)
{
	struct dirent *e;
	DIR *dir = opendir(".");
	int n = 0;

	while ((e = readdir(dir)))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	closedir(dir);
	return n;
}

static void leave(void)
{
	DIR *dir = opendir(".");
	struct dirent *e;

	while ((e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && unlink(e->d_name))
			rmdir(e->d_name);
	closedir(dir);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}

static void expect_content(const char *path, const char *want)
{
	struct sbuf b = { 0 };

	ck_assert_int_eq(file_read(&d, path, &b), 0);
	ck_assert_str_eq(sbuf_str(&b), want);
	sbuf_free(&b);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(lstat(path, &st), 0);
	return st.st_mode;
}

START_TEST(what_is_written_is_read)
{
	size_t size = 300000;
	u8 *data = malloc(size);
	struct sbuf b = { 0 };

	for (size_t i = 0; i < size; i++)
		data[i] = (u8)(i * 7);
	ck_assert_int_eq(file_write(&d, "out.o", data, size), 0);
	ck_assert_int_eq(file_read(&d, "out.o", &b), 0);
	ck_assert_uint_eq(b.size, size);
	ck_assert_mem_eq(b.data, data, size);
	sbuf_free(&b);
	ck_assert_int_eq(file_write(&d, "empty", NULL, 0), 0);
	expect_content("empty", "");
	ck_assert_int_eq(n_entries(), 2);
	free(data);
}
END_TEST

/* Read or mapped, it is the same bytes. */
static bool load(const char *path)
{
	struct file_bytes f = { .heap = NULL };
	struct sbuf b = { 0 };
	bool mapped;

	if (access(path, R_OK))
		return false;
	ck_assert_int_eq(file_load(&d, path, &f), 0);
	ck_assert_int_eq(file_read(&d, path, &b), 0);
	ck_assert(span_eq(f.span, span_of(b.data, b.size)));
	mapped = f.map;
	ck_assert(mapped ? !f.heap : f.heap || !b.size);
	file_release(&f);
	ck_assert(!f.map && !f.heap && !f.span.data);
	/* Once more is no harm. */
	file_release(&f);
	sbuf_free(&b);
	return mapped;
}

/* Whether a kernel maps its BTF depends on it; other files of sysfs and of disks aren't mapped. */
START_TEST(loaded_bytes_are_those_of_the_file)
{
	struct file_bytes f = { .map = &f };

	ck_assert_int_eq(file_write(&d, "some", "bytes", 5), 0);
	ck_assert_int_eq(file_write(&d, "empty", NULL, 0), 0);
	ck_assert(!load("some") && !load("empty") && !load("/sys/kernel/fscaps"));
	load("/sys/kernel/btf/vmlinux");
	ck_assert_int_eq(file_load(&d, "missing", &f), -ENOENT);
	ck_assert_int_eq(file_load(&d, ".", &f), -EISDIR);
	ck_assert_ptr_eq(f.map, &f);
}
END_TEST

START_TEST(reading_faults_are_told_apart)
{
	struct sbuf b = { .size = 77 };

	ck_assert_int_eq(file_read(&d, "missing", &b), -ENOENT);
	ck_assert_int_eq(last_code, DIAG_FILE_OPEN);
	ck_assert_int_eq(file_read(&d, ".", &b), -EISDIR);
	ck_assert_int_eq(last_code, DIAG_FILE_READ);
	ck_assert_int_eq(file_read_fd(&d, -1, "fd", &b), -EBADF);
	/* The result stays untouched. */
	ck_assert_uint_eq(b.size, 77);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(too_big_a_file_is_not_read)
{
	struct sbuf b = { 0 };
	int fd = open("sparse", O_RDWR | O_CREAT, 0600);

	ck_assert_int_eq(ftruncate(fd, (off_t)FILE_MAX_SIZE + 1), 0);
	close(fd);
	ck_assert_int_eq(file_read(&d, "sparse", &b), -E2BIG);
	ck_assert_int_eq(last_code, DIAG_FILE_TOO_BIG);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(pipes_are_read_to_their_end)
{
	struct sbuf b = { 0 };
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], "abc", 3), 3);
	close(fds[1]);
	ck_assert_int_eq(file_read_fd(&d, fds[0], "pipe", &b), 0);
	ck_assert_str_eq(sbuf_str(&b), "abc");
	close(fds[0]);
	sbuf_free(&b);
}
END_TEST

START_TEST(mode_is_by_umask_for_new_files_and_kept_for_old_ones)
{
	umask(027);
	ck_assert_int_eq(file_write(&d, "new", "1", 1), 0);
	ck_assert_uint_eq(mode_of("new") & 07777, 0640);
	ck_assert_int_eq(chmod("new", 0600), 0);
	umask(0);
	ck_assert_int_eq(file_write(&d, "new", "2", 1), 0);
	ck_assert_uint_eq(mode_of("new") & 07777, 0600);
	expect_content("new", "2");
}
END_TEST

/* Whoever has the old file open keeps the old bytes: it is replaced, not overwritten. */
START_TEST(a_reader_of_the_old_file_is_not_disturbed)
{
	char buf[4] = "";
	int fd;

	ck_assert_int_eq(file_write(&d, "out", "old", 3), 0);
	fd = open("out", O_RDONLY);
	ck_assert_int_eq(file_write(&d, "out", "new", 3), 0);
	ck_assert_int_eq(read(fd, buf, 3), 3);
	ck_assert_str_eq(buf, "old");
	close(fd);
	expect_content("out", "new");
}
END_TEST

START_TEST(a_link_stays_and_its_file_is_replaced)
{
	ck_assert_int_eq(mkdir("sub", 0700), 0);
	ck_assert_int_eq(file_write(&d, "sub/real", "old", 3), 0);
	ck_assert_int_eq(symlink("sub/real", "link"), 0);
	ck_assert_int_eq(file_write(&d, "link", "new", 3), 0);
	ck_assert(S_ISLNK(mode_of("link")));
	expect_content("sub/real", "new");
	ck_assert_int_eq(symlink("nowhere", "dangling"), 0);
	ck_assert_int_eq(file_write(&d, "dangling", "x", 1), -ENOENT);
	ck_assert_int_eq(access("nowhere", F_OK), -1);
	unlink("sub/real");
}
END_TEST

START_TEST(devices_and_pipes_are_written_directly)
{
	char buf[4] = "";
	int fd;

	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	fd = open("fifo", O_RDWR | O_NONBLOCK);
	ck_assert_int_eq(file_write(&d, "fifo", "abc", 3), 0);
	ck_assert_int_eq(read(fd, buf, 3), 3);
	ck_assert_str_eq(buf, "abc");
	close(fd);
	ck_assert(S_ISFIFO(mode_of("fifo")));
	ck_assert_int_eq(file_write(&d, "/dev/null", "abc", 3), 0);
	ck_assert(S_ISCHR(mode_of("/dev/null")));
}
END_TEST

START_TEST(writing_faults_leave_nothing_behind)
{
	ck_assert_int_eq(file_write(&d, ".", "x", 1), -EISDIR);
	ck_assert_int_eq(last_code, DIAG_FILE_WRITE);
	ck_assert_int_eq(file_write(&d, "missing/out", "x", 1), -ENOENT);
	ck_assert_int_eq(file_write(&d, "", "x", 1), -ENOENT);
	ck_assert_int_eq(file_write(&d, "/dev/full", "x", 1), -ENOSPC);
	ck_assert_int_eq(n_entries(), 0);
}
END_TEST

/* A write that stops half-way: the old file is whole, the temporary one is gone. */
START_TEST(a_failed_write_keeps_the_old_file)
{
	struct rlimit limit = { 1000, RLIM_INFINITY };
	char big[5000] = "";

	ck_assert_int_eq(file_write(&d, "out", "old", 3), 0);
	ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(file_write(&d, "out", big, sizeof(big)), -EFBIG);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	expect_content("out", "old");
	ck_assert_int_eq(n_entries(), 1);
}
END_TEST

START_TEST(long_names_and_left_over_files_do_not_hinder)
{
	char name[256], stale[64];

	memset(name, 'n', 255);
	name[255] = 0;
	snprintf(stale, sizeof(stale), ".bpfweld-%ld-0", (long)getpid());
	ck_assert_int_eq(symlink("victim", stale), 0);
	ck_assert_int_eq(file_write(&d, name, "x", 1), 0);
	expect_content(name, "x");
	/* The name that was taken is left as it was, and not followed. */
	ck_assert(S_ISLNK(mode_of(stale)));
	ck_assert_int_eq(access("victim", F_OK), -1);
	ck_assert_int_eq(n_entries(), 2);
}
END_TEST

static void *write_often(void *text)
{
	struct diag mine = { .error_limit = 1 };

	for (int i = 0; i < 200; i++)
		if (file_write(&mine, "shared", text, strlen(text)))
			return text;
	return NULL;
}

START_TEST(threads_may_write_side_by_side)
{
	static char texts[4][9] = { "aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd" };
	pthread_t t[4];
	struct sbuf b = { 0 };

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, write_often, texts[i]), 0);
	for (int i = 0; i < 4; i++) {
		void *failed;

		pthread_join(t[i], &failed);
		ck_assert_ptr_null(failed);
	}
	ck_assert_int_eq(file_read(&d, "shared", &b), 0);
	ck_assert_uint_eq(b.size, 8);
	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(b.data[i], b.data[0]);
	sbuf_free(&b);
	ck_assert_int_eq(n_entries(), 1);
}
END_TEST

static int write_and_read(void *unused)
{
	struct sbuf b = { 0 };
	int err = file_write(&d, "link", "text", 4);

	if (!err)
		err = file_read(&d, "link", &b);
	if (!err && strcmp(sbuf_str(&b), "text"))
		err = -EIO;
	sbuf_free(&b);
	return err;
}

START_TEST(files_survive_allocation_faults)
{
	ck_assert_int_eq(symlink("real", "link"), 0);
	close(open("real", O_CREAT | O_WRONLY, 0600));
	ck_assert_int_gt(fault_sweep(write_and_read, NULL), 1);
	ck_assert_int_eq(n_entries(), 2);
}
END_TEST

static Suite *file_suite(void)
{
	Suite *s = suite_create("file");
	TCase *t;

	t = unit_add(s, "read", what_is_written_is_read, reading_faults_are_told_apart,
		     loaded_bytes_are_those_of_the_file, too_big_a_file_is_not_read,
		     pipes_are_read_to_their_end);
	tcase_add_checked_fixture(t, enter, leave);
	t = unit_add(s, "write", mode_is_by_umask_for_new_files_and_kept_for_old_ones,
		     a_reader_of_the_old_file_is_not_disturbed,
		     a_link_stays_and_its_file_is_replaced,
		     devices_and_pipes_are_written_directly, writing_faults_leave_nothing_behind,
		     a_failed_write_keeps_the_old_file,
		     long_names_and_left_over_files_do_not_hinder,
		     threads_may_write_side_by_side, files_survive_allocation_faults);
	tcase_add_checked_fixture(t, enter, leave);
	return s;
}

int main(void)
{
	return unit_main(file_suite(), NULL);
}
