/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Eight links at once on eight threads, each with a context of its own (A3.9): they share the
 * bytes of their inputs and nothing else, and all give what one alone gives. Built with
 * -Db_sanitize=thread, as scripts/test does, every access of two threads to one place is reported.
 */
#include <bpfweld/bpfweld.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftests/unit/unit.h"

enum { N_FILES = 5, N_THREADS = 8, N_ROUNDS = 20 };

static const char *const stems[N_FILES] = { "mapping_dispatcher", "mapping_dummy", "mapping_drop",
					    "byname_user", "byname_owner" };

/* Written before the threads start, read by all of them. */
struct inputs {
	unsigned char *bytes[N_FILES];
	size_t sizes[N_FILES];
	unsigned char *want;		/* what one link alone gives */
	size_t want_size;
};

struct job {
	pthread_t thread;
	const struct inputs *in;
	pthread_barrier_t *start;
	unsigned int n_diags;
	const char *wrong;		/* NULL when all went well */
};

static const char *prog_path(unsigned int i, char *path, size_t size)
{
	snprintf(path, size, "%s/%s.o", PROGS_DIR, stems[i]);
	return path;
}

static bool read_inputs(struct inputs *in)
{
	char path[512];

	for (unsigned int i = 0; i < N_FILES; i++) {
		FILE *f = fopen(prog_path(i, path, sizeof(path)), "re");

		if (!f)
			return false;
		in->bytes[i] = malloc(1 << 20);
		in->sizes[i] = fread(in->bytes[i], 1, 1 << 20, f);
		fclose(f);
	}
	return true;
}

static void count_diag(void *user, const struct weld_diag *d)
{
	struct job *job = user;

	job->n_diags += d->text != NULL;
}

/* By turns from the shared bytes, as an object that is lent, and from the file. */
static int add_input(struct weld_ctx *ctx, struct weld_linker *l, const struct inputs *in,
		     unsigned int i, struct weld_object **lent)
{
	char path[512];
	int err;

	if (i == 3)
		return weld_linker__add_file(l, stems[i], prog_path(i, path, sizeof(path)));
	if (i != 1)
		return weld_linker__add_mem(l, stems[i], in->bytes[i], in->sizes[i], stems[i]);
	err = weld_object__open_mem(ctx, in->bytes[i], in->sizes[i], NULL, lent);
	return err ? err : weld_linker__add_object(l, stems[i], *lent);
}

static int link_all(struct weld_ctx *ctx, const struct inputs *in, struct weld_object **out)
{
	WELD_OPTS(weld_linker_opts, opts, .gc = true);
	struct weld_linker_symbol s = { .sz = sizeof(s) };
	struct weld_object *lent = NULL;
	struct weld_linker *l;
	int err = weld_linker__new(ctx, &opts, &l);

	if (err)
		return err;
	for (unsigned int i = 0; i < N_FILES && !err; i++)
		err = add_input(ctx, l, in, i, &lent);
	for (unsigned int i = 1; i < 3 && !err; i++)
		err = weld_linker__set_private(l, stems[i]);
	if (!err)
		err = weld_linker__map(l, "prog1", "mapping_drop:xdp_main");
	if (!err)
		err = weld_linker__map(l, "prog2", "mapping_dummy:xdp_main");
	if (!err)
		err = weld_linker__finish(l, out);
	for (uint32_t n = 0; !err && !weld_linker__symbol(l, n, &s); n++)
		err = s.new_name ? 0 : -1;
	weld_linker__free(l);
	weld_object__close(lent);
	return err;
}

/* A link, its output as bytes and its types as text: NULL, or what went wrong. */
static const char *link_once(struct job *job, void **bytes, size_t *size)
{
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = count_diag, .diag_user = job);
	struct weld_object *obj = NULL;
	struct weld_ctx *ctx;
	char *text = NULL;
	int err = weld_ctx__new(&opts, &ctx);

	if (err)
		return "no context";
	err = link_all(ctx, job->in, &obj);
	if (!err)
		err = weld_object__write_mem(obj, bytes, size);
	if (!err)
		err = weld_btf__dump(weld_object__btf(obj), WELD_BTF_RAW, &text);
	free(text);
	weld_object__close(obj);
	weld_ctx__free(ctx);
	return err ? "a link failed" : NULL;
}

/* One that fails has its diagnostics to itself as well. */
static void fail_once(struct job *job)
{
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = count_diag, .diag_user = job);
	struct weld_object *obj;
	struct weld_linker *l;
	struct weld_ctx *ctx;
	unsigned int before = job->n_diags;

	if (weld_ctx__new(&opts, &ctx))
		return;
	if (!weld_linker__new(ctx, NULL, &l)) {
		for (unsigned int i = 1; i < 3; i++)
			weld_linker__add_mem(l, stems[i], job->in->bytes[i], job->in->sizes[i],
					     NULL);
		if (!weld_linker__finish(l, &obj) || job->n_diags == before)
			job->wrong = "a conflict was not told";
		weld_linker__free(l);
	}
	weld_ctx__free(ctx);
}

static void *run(void *arg)
{
	struct job *job = arg;

	pthread_barrier_wait(job->start);
	for (int i = 0; i < N_ROUNDS && !job->wrong; i++) {
		void *bytes = NULL;
		size_t size = 0;

		job->wrong = link_once(job, &bytes, &size);
		if (!job->wrong && (size != job->in->want_size ||
				    memcmp(bytes, job->in->want, size)))
			job->wrong = "threads give other bytes than one alone";
		free(bytes);
		fail_once(job);
	}
	return NULL;
}

START_TEST(A3_9_eight_links_at_once)
{
	struct job jobs[N_THREADS] = { 0 };
	struct inputs in = { 0 };
	struct job alone = { .in = &in };
	pthread_barrier_t start;
	void *want = NULL;

	if (!read_inputs(&in))
		unit_skip("the objects were not compiled");
	ck_assert_ptr_null(link_once(&alone, &want, &in.want_size));
	in.want = want;
	ck_assert_int_eq(pthread_barrier_init(&start, NULL, N_THREADS), 0);
	for (int i = 0; i < N_THREADS; i++) {
		jobs[i] = (struct job){ .in = &in, .start = &start };
		ck_assert_int_eq(pthread_create(&jobs[i].thread, NULL, run, &jobs[i]), 0);
	}
	for (int i = 0; i < N_THREADS; i++)
		ck_assert_int_eq(pthread_join(jobs[i].thread, NULL), 0);
	for (int i = 0; i < N_THREADS; i++)
		ck_assert_msg(!jobs[i].wrong, "thread %d: %s", i, jobs[i].wrong);
	pthread_barrier_destroy(&start);
	for (int i = 0; i < N_FILES; i++)
		free(in.bytes[i]);
	free(in.want);
}
END_TEST

static Suite *threads_suite(void)
{
	Suite *s = suite_create("api_threads");

	unit_add(s, "link", A3_9_eight_links_at_once);
	return s;
}

int main(void)
{
	return unit_main(threads_suite(), NULL);
}
