/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Every program of every object, in the bundled runtime and in the running kernel (A6.2, A1.5):
 * over the same packets both must give the same return values, the same packets afterwards and
 * the same map contents. A user of the public API, like the command.
 *
 *	diff_progs [--at-least N] [--cover] OBJECT.o...
 *
 * A program counts as one test. It is skipped, with the reason, where the kernel may not be
 * asked, or where the runtime says of its own accord that it doesn't run such programs. So that
 * skipping can't hide anything, --at-least asks for N programs that agree, and --cover for every
 * operation of the instruction set among them (skipped where this kernel refuses all its users).
 */
#include <bpfweld/bpfweld.h>

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftests/diff/cover.h"
#include "selftests/diff/packets.h"
#include "selftests/unit/report.h"

enum { OUT_ROOM = 8192, MAX_VALUE = 1 << 16, MAX_KEYS = 4096 };

struct side {
	const char *name;
	struct weld_target target;
	struct weld_ctx *ctx;
	struct weld_object *obj;
	struct weld_instance *inst;
	char said[512]; /* the last diagnostic */
	unsigned char out[OUT_ROOM];
	struct weld_test_run run;
	int err;
};

struct counts {
	unsigned int passed, failed, skipped;
};

static void remember(void *user, const struct weld_diag *d)
{
	struct side *s = user;

	if (d->severity == WELD_ERROR)
		snprintf(s->said, sizeof(s->said), "E%04d %s", d->code, d->text);
}

static int side_open(struct side *s, const char *path, const char *program)
{
	WELD_OPTS(weld_load_opts, opts, .program = program);

	s->said[0] = 0;
	s->inst = NULL;
	s->err = weld_object__open_file(s->ctx, path, NULL, &s->obj);
	if (!s->err)
		s->err = weld_object__load(s->obj, &s->target, &opts, &s->inst);
	return s->err;
}

static void side_close(struct side *s)
{
	weld_instance__close(s->inst);
	weld_object__close(s->obj);
	s->inst = NULL;
	s->obj = NULL;
}

static void side_run(struct side *s, const char *program, const struct packet *pkt)
{
	memset(s->out, 0, sizeof(s->out));
	s->run = (struct weld_test_run){
		.sz = sizeof(s->run),
		.data_in = pkt->data,
		.data_size_in = pkt->size,
		.data_out = s->out,
		.data_size_out = sizeof(s->out),
	};
	s->err = weld_instance__test_run(s->inst, program, &s->run);
}

/* --- comparing ------------------------------------------------------------------------ */

static bool same_run(const char *program, const struct packet *pkt, const struct side *k,
		     const struct side *r)
{
	bool same = k->err == r->err;

	if (same && !k->err)
		same = k->run.retval == r->run.retval &&
		       k->run.data_size_out == r->run.data_size_out &&
		       !memcmp(k->out, r->out, k->run.data_size_out);
	if (same)
		return true;
	printf("FAIL %s on %s: kernel err %d ret %d size %u, runtime err %d ret %d size %u %s\n",
	       program, pkt->name, k->err, (int)k->run.retval, k->run.data_size_out, r->err,
	       (int)r->run.retval, r->run.data_size_out, r->err ? r->said : "");
	return false;
}

/* A kernel's per-CPU value has a copy for each CPU and the run used one of them; which one is
 * chance, so the copies are compared as a set: the sum of each 8-byte word. */
static void fold_cpus(unsigned char *value, uint32_t one, uint32_t all)
{
	for (uint32_t at = one; one && at < all; at += one)
		for (uint32_t w = 0; w < one; w += 8) {
			uint64_t a, b;

			memcpy(&a, value + w, 8);
			memcpy(&b, value + at + w, 8);
			a += b;
			memcpy(value + w, &a, 8);
		}
}

struct map_walk {
	const char *name;
	uint32_t key_size, size, kernel_size;
	bool per_cpu;
	unsigned char key[512], next[512];
	unsigned char kv[MAX_VALUE], rv[MAX_VALUE];
};

static void print_hex(const unsigned char *p, uint32_t size)
{
	for (uint32_t i = 0; i < size && i < 64; i++)
		printf("%02x", p[i]);
}

/* ke, re: what the look-ups said. */
static bool print_value(const struct map_walk *w, int ke, int re)
{
	printf("FAIL map %s key ", w->name);
	print_hex(w->key, w->key_size);
	printf(" differs: kernel ");
	print_hex(w->kv, ke ? 0 : w->size);
	printf(" runtime ");
	print_hex(w->rv, re ? 0 : w->size);
	putchar('\n');
	return false;
}

static bool same_entry(struct map_walk *w, struct side *k, struct side *r)
{
	int ke = weld_instance__map_lookup(k->inst, w->name, w->key, w->kv);
	int re = weld_instance__map_lookup(r->inst, w->name, w->key, w->rv);

	if (w->per_cpu)
		fold_cpus(w->kv, w->size, w->kernel_size);
	if (ke != re || (!ke && memcmp(w->kv, w->rv, w->size)))
		return print_value(w, ke, re);
	return true;
}

/* All keys of one side, looked up on both. */
static bool same_entries(struct map_walk *w, struct side *of, struct side *k, struct side *r,
			 unsigned int *n)
{
	int err = weld_instance__map_next_key(of->inst, w->name, NULL, w->key);
	bool same = true;

	for (*n = 0; !err && *n < MAX_KEYS; (*n)++) {
		same = same_entry(w, k, r) && same;
		err = weld_instance__map_next_key(of->inst, w->name, w->key, w->next);
		memcpy(w->key, w->next, w->key_size);
	}
	return same;
}

static bool same_map(const struct weld_map_info *m, struct side *k, struct side *r)
{
	static struct map_walk w;
	unsigned int kn, rn;
	bool same;

	/* Values of program arrays are the targets' own numbers; what is in a slot shows in runs.
	 */
	if (!strcmp(m->type_name, "prog_array") || strstr(m->type_name, "_of_maps"))
		return true;
	w = (struct map_walk){ .name = m->name, .per_cpu = strstr(m->type_name, "percpu") != NULL };
	if (weld_instance__map_sizes(k->inst, m->name, &w.key_size, &w.kernel_size) ||
	    weld_instance__map_sizes(r->inst, m->name, &w.key_size, &w.size))
		return true; /* an inner template: nobody created it */
	if (w.key_size > sizeof(w.key) || w.kernel_size > MAX_VALUE) {
		printf("FAIL map %s is too large to compare\n", m->name);
		return false;
	}
	same = same_entries(&w, k, k, r, &kn);
	same = same_entries(&w, r, k, r, &rn) && same;
	if (kn != rn)
		printf("FAIL map %s: %u keys in the kernel, %u in the runtime\n", m->name, kn, rn);
	return same && kn == rn;
}

static bool same_maps(struct side *k, struct side *r)
{
	struct weld_map_info m = { .sz = sizeof(m) };
	bool same = true;

	for (uint32_t n = 0; !weld_object__map(k->obj, n, &m); n++)
		same = same_map(&m, k, r) && same;
	return same;
}

/* --- one program ---------------------------------------------------------------------- */

static void skip(struct counts *c, const char *path, const char *program, const char *why)
{
	const char *base = strrchr(path, '/');

	printf("skip %s %s: %s\n", base ? base + 1 : path, program, why);
	c->skipped++;
}

/* What goes well is not accompanied by errors. */
static bool silent(const struct side *s)
{
	if (s->err || !s->said[0])
		return true;
	printf("FAIL the %s says, although nothing went wrong: %s\n", s->name, s->said);
	return false;
}

static bool run_all(struct side *k, struct side *r, const char *program)
{
	bool same = true;

	for (size_t i = 0; i < n_packets; i++) {
		side_run(k, program, &packets[i]);
		side_run(r, program, &packets[i]);
		same = same_run(program, &packets[i], k, r) && same;
	}
	return same_maps(k, r) && same;
}

static void diff_program(const char *path, const struct weld_function_info *f, struct side *k,
			 struct side *r, struct counts *c)
{
	bool same = false;

	side_open(k, path, f->name);
	side_open(r, path, f->name);
	if (r->err == -ENOTSUP) {
		skip(c, path, f->name, r->said);
	} else if (k->err) {
		skip(c, path, f->name, k->said);
	} else if (r->err) {
		printf("FAIL %s %s: the kernel loads it, the runtime says %s\n", path, f->name,
		       r->said);
		c->failed++;
	} else {
		same = silent(k) && silent(r) && run_all(k, r, f->name);
		if (!same)
			printf("FAIL %s %s\n", path, f->name);
		c->passed += same;
		c->failed += !same;
	}
	side_close(k);
	side_close(r);
}

static void diff_object(const char *path, struct side *k, struct side *r, struct counts *c)
{
	struct weld_function_info f = { .sz = sizeof(f) };
	struct weld_object *obj;

	if (weld_object__open_file(k->ctx, path, NULL, &obj)) {
		skip(c, path, "(object)", k->said);
		return;
	}
	for (uint32_t n = 0; !weld_object__program(obj, n, &f); n++)
		diff_program(path, &f, k, r, c);
	weld_object__close(obj);
}

/* --- the command line ---------------------------------------------------------------------- */

struct wishes {
	unsigned int at_least;
	bool cover;
};

/* How many arguments the options take; -1 for a wrong one. */
static int parse(int argc, char **argv, struct wishes *w)
{
	int i = 1;

	for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
		if (!strcmp(argv[i], "--cover"))
			w->cover = true;
		else if (!strcmp(argv[i], "--at-least") && i + 1 < argc)
			w->at_least = (unsigned int)strtoul(argv[++i], NULL, 10);
		else
			return -1;
	}
	return i;
}

/* Each wish counts as one test. */
static void check_wishes(const struct wishes *w, const struct cover *cover, struct counts *c)
{
	unsigned int agreed = c->passed;

	if (w->at_least) {
		if (agreed < w->at_least)
			printf("FAIL %u programs agree, %u should\n", agreed, w->at_least);
		c->passed += agreed >= w->at_least;
		c->failed += agreed < w->at_least;
	}
	if (w->cover) {
		unsigned int refused, missing = cover_report(cover, &refused);

		c->failed += missing;
		c->skipped += refused;
		c->passed += !missing && !refused;
	}
}

/* A program that finds another CPU's values again in its next run would differ from itself. */
static void stay_on_one_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		perror("sched_setaffinity");
}

int main(int argc, char **argv)
{
	static struct side k = { .name = "kernel" }, r = { .name = "runtime" };
	static struct cover cover;
	WELD_OPTS(weld_ctx_opts, ko, .diag_fn = remember, .diag_user = &k, .error_limit = 1000000);
	WELD_OPTS(weld_ctx_opts, ro, .diag_fn = remember, .diag_user = &r, .error_limit = 1000000);
	struct wishes wishes = { 0 };
	struct weld_runtime *rt;
	struct counts c = { 0 };
	int first = parse(argc, argv, &wishes);

	stay_on_one_cpu();
	if (first < 0 || weld_ctx__new(&ko, &k.ctx) || weld_ctx__new(&ro, &r.ctx) ||
	    weld_runtime__new(r.ctx, NULL, &rt) || weld_runtime__target(rt, &r.target))
		return 1;
	if (weld_target__kernel(&k.target) || geteuid()) {
		for (int i = first; i < argc; i++)
			skip(&c, argv[i], "(object)", "the kernel may not be asked");
	} else {
		cover_watch(&cover, &k.target);
		for (int i = first; i < argc; i++)
			diff_object(argv[i], &k, &r, &c);
		check_wishes(&wishes, &cover, &c);
	}
	weld_runtime__free(rt);
	weld_ctx__free(k.ctx);
	weld_ctx__free(r.ctx);
	return report_counts(c.passed, c.failed, c.skipped);
}
