/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A link of four objects through the public library, with each of its allocations failing in turn,
 * alone and with all behind it (A3.9): the error is -ENOMEM and told to the sink, nothing leaks,
 * and neither an output file nor a part of one stays behind.
 */
#include <bpfweld/bpfweld.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "selftests/fault_malloc.h"
#include "selftests/unit/unit.h"

/* What a link needs; the folder is empty before and after it. */
struct bench {
	char folder[64], out[80], rules[80], archive[80];
	unsigned char *component; /* bytes of an object, as a file would have them */
	size_t size;
	unsigned int errors; /* said during a link */
	const char *wrong;   /* what didn't hold; Check's own assertions need memory */
};

static void check(struct bench *b, bool holds, const char *what)
{
	if (!holds && !b->wrong)
		b->wrong = what;
}

static void listen(void *user, const struct weld_diag *d)
{
	struct bench *b = user;

	b->errors += d->severity == WELD_ERROR;
}

static const char *prog_path(const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s.o", PROGS_DIR, name);
	return path;
}

static unsigned char *read_prog(const char *name, size_t *size)
{
	unsigned char *bytes;
	char path[512];
	FILE *f = fopen(prog_path(name, path, sizeof(path)), "re");

	if (!f)
		return NULL;
	bytes = malloc(65536);
	*size = fread(bytes, 1, 65536, f);
	fclose(f);
	return bytes;
}

/* An archive of one member. */
static void write_archive(const char *path, const char *prog)
{
	FILE *f = fopen(path, "we");
	size_t size = 0;
	unsigned char *bytes = read_prog(prog, &size);

	fprintf(f, "!<arch>\n%-16s%-12d%-6d%-6d%-8o%-10zu`\n", "owner.o/", 0, 0, 0, 0644, size);
	fwrite(bytes, 1, size, f);
	fclose(f);
	free(bytes);
}

static bool begin(struct bench *b)
{
	FILE *f;

	memset(b, 0, sizeof(*b));
	b->component = read_prog("mapping_drop.stripped", &b->size);
	if (!b->component)
		return false;
	strcpy(b->folder, "/tmp/bpfweld-fault-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(b->folder));
	snprintf(b->out, sizeof(b->out), "%s/out.o", b->folder);
	snprintf(b->rules, sizeof(b->rules), "%s.rules", b->folder);
	snprintf(b->archive, sizeof(b->archive), "%s.a", b->folder);
	write_archive(b->archive, "byname_owner.stripped");
	f = fopen(b->rules, "we");
	fputs("# which is which\nprog2=b:xdp_main\n", f);
	fclose(f);
	return true;
}

static void end(struct bench *b)
{
	ck_assert_msg(!b->wrong, "%s", b->wrong);
	ck_assert_int_eq(rmdir(b->folder), 0);
	ck_assert_int_eq(unlink(b->rules), 0);
	ck_assert_int_eq(unlink(b->archive), 0);
	free(b->component);
}

/* Inputs by path, from a descriptor (an archive, of which a member is wanted), from memory and as
 * an object that is lent. */
static int add_inputs(struct bench *b, struct weld_ctx *ctx, struct weld_linker *l,
		      struct weld_object **lent)
{
	char path[512];
	int err, fd;

	err = weld_linker__add_file(l, "main",
				    prog_path("mapping_dispatcher.stripped", path, sizeof(path)));
	if (err)
		return err;
	fd = open(b->archive, O_RDONLY | O_CLOEXEC);
	err = weld_linker__add_fd(l, NULL, fd, "libowner.a");
	close(fd);
	if (!err)
		err = weld_linker__add_mem(l, "b", b->component, b->size, NULL);
	if (!err)
		err = weld_object__open_file(
			ctx, prog_path("byname_user.stripped", path, sizeof(path)), NULL, lent);
	return err ? err : weld_linker__add_object(l, "user", *lent);
}

static int add_settings(struct bench *b, struct weld_linker *l)
{
	int err = weld_linker__set_private(l, "b");

	if (!err)
		err = weld_linker__map(l, "main:prog1", "b:xdp_main");
	if (!err)
		err = weld_linker__map_file(l, b->rules);
	if (!err)
		err = weld_linker__rename(l, "user:xdp_user", "renamed");
	if (!err)
		err = weld_linker__prefix(l, "main", "m_");
	return err ? err : weld_linker__export(l, "b:counters");
}

static void read_map(struct bench *b, const struct weld_linker *l)
{
	struct weld_linker_symbol s = { .sz = sizeof(s) };

	for (uint32_t n = 0; !weld_linker__symbol(l, n, &s); n++)
		check(b, s.new_name, "a symbol without a name");
}

/* Nothing here allocates, so the fault stays for the link. */
static void check_folder(struct bench *b, int err)
{
	check(b, !unlink(b->out) == !err, "a failed link left its output, or a good one gave none");
	/* Only what is empty can go. */
	check(b, !rmdir(b->folder) && !mkdir(b->folder, 0700), "a temporary file is left");
}

static int link_to_file(struct bench *b, struct weld_ctx *ctx)
{
	WELD_OPTS(weld_linker_opts, opts, .gc = true);
	struct weld_object *lent = NULL;
	struct weld_linker *l;
	int err = weld_linker__new(ctx, &opts, &l);

	if (err)
		return err;
	err = add_inputs(b, ctx, l, &lent);
	if (!err)
		err = add_settings(b, l);
	if (!err)
		err = weld_linker__finish_file(l, b->out);
	read_map(b, l);
	weld_linker__free(l);
	weld_object__close(lent);
	check_folder(b, err);
	return err;
}

static int new_and_link(void *user)
{
	struct bench *b = user;
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = listen, .diag_user = b);
	struct weld_ctx *ctx;
	int err = weld_ctx__new(&opts, &ctx);

	if (err)
		return err;
	b->errors = 0;
	err = link_to_file(b, ctx);
	check(b, !err || b->errors, "an error was told to nobody");
	weld_ctx__free(ctx);
	return err;
}

START_TEST(A3_9_each_allocation_of_a_link_may_fail)
{
	struct bench b;
	int64_t n;

	if (!begin(&b))
		unit_skip("the objects were not compiled");
	n = fault_sweep(new_and_link, &b);
	printf("%lld allocations, each refused alone and with all behind it\n", (long long)n);
	ck_assert_int_gt(n, 200);
	end(&b);
}
END_TEST

/* COMDAT groups, equal strings, common symbols, statics of one name: what merging has to find. */
static int merge(void *user)
{
	static const char *const progs[] = {
		"link_groups.1", "link_groups.2", "link_common.1", "link_common.2",
	};
	struct bench *b = user;
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = listen, .diag_user = b);
	struct weld_linker *l = NULL;
	struct weld_ctx *ctx;
	char path[512];
	int err = weld_ctx__new(&opts, &ctx);

	if (err)
		return err;
	b->errors = 0;
	err = weld_linker__new(ctx, NULL, &l);
	for (unsigned int i = 0; i < 4 && !err; i++)
		err = weld_linker__add_file(l, NULL, prog_path(progs[i], path, sizeof(path)));
	if (!err)
		err = weld_linker__finish_file(l, b->out);
	check(b, !err || b->errors, "an error was told to nobody");
	weld_linker__free(l);
	check_folder(b, err);
	weld_ctx__free(ctx);
	return err;
}

START_TEST(A3_9_each_allocation_of_merging_may_fail)
{
	struct bench b;

	if (!begin(&b))
		unit_skip("the objects were not compiled");
	ck_assert_int_gt(fault_sweep(merge, &b), 200);
	end(&b);
}
END_TEST

/* Two definitions and an extern without one: all of it is said, or memory ran out. */
static int conflicts(void *user)
{
	struct bench *b = user;
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = listen, .diag_user = b);
	struct weld_linker *l;
	struct weld_ctx *ctx;
	int err = weld_ctx__new(&opts, &ctx);

	if (err)
		return err;
	err = weld_linker__new(ctx, NULL, &l);
	if (err)
		goto free_ctx;
	b->errors = 0;
	err = weld_linker__add_mem(l, "a", b->component, b->size, NULL);
	if (!err)
		err = weld_linker__add_mem(l, "b", b->component, b->size, NULL);
	if (!err)
		err = weld_linker__map(l, "nobody", "c:xdp_main");
	if (!err)
		err = weld_linker__finish_file(l, b->out);
	check(b, err && b->errors, "a conflict was told to nobody");
	weld_linker__free(l);
	check_folder(b, err);
free_ctx:
	weld_ctx__free(ctx);
	return err == -ENOMEM ? err : 0;
}

START_TEST(A3_9_each_allocation_of_a_failing_link_may_fail)
{
	struct bench b;

	if (!begin(&b))
		unit_skip("the objects were not compiled");
	ck_assert_int_gt(fault_sweep(conflicts, &b), 100);
	end(&b);
}
END_TEST

static Suite *fault_suite(void)
{
	Suite *s = suite_create("api_fault");

	unit_add(s, "link", A3_9_each_allocation_of_a_link_may_fail,
		 A3_9_each_allocation_of_merging_may_fail,
		 A3_9_each_allocation_of_a_failing_link_may_fail);
	return s;
}

int main(void)
{
	return unit_main(fault_suite(), NULL);
}
