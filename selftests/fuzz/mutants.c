/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Mutants of real objects through the doors of the command:
 *
 *	mutants run N FOLDER...		N mutants of the objects in these folders, in turn
 *	mutants write OBJECT NUMBER OUT	one of them as a file
 *	mutants one OBJECT NUMBER OTHER	one through all doors, in this process: for debuggers
 *
 * A mutant must not crash, take more than 5 seconds of processor time, need more than 512 MiB or,
 * with the address sanitizer, leave memory behind. Mutants run in child processes, many in each;
 * what a child is at is in memory that it shares with its parent, so the parent knows whom a
 * crash belongs to, keeps that mutant as a file and goes on with the next one. OTHER is what the
 * mutant is linked with: the next object, as a failure says.
 */
#include "selftests/fuzz/doors.h"
#include "selftests/fuzz/memory.h"
#include "selftests/fuzz/mutate.h"
#include "selftests/unit/report.h"

#include "lib/base/file.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SECONDS = 5, PER_CHILD = 256, MAX_FAILURES = 20 };

struct object {
	char *name; /* without its folder */
	struct sbuf bytes;
};

struct objects {
	VEC(struct object) all;
};

struct most {
	u64 value, mutant;
};

/* What a child tells, as it goes. */
struct state {
	u64 mutant;
	u32 door;
	struct most ns, bytes;
	u64 taken[N_DOORS];
};

/* --- objects ----------------------------------------------------------------------------- */

static int add_object(struct objects *o, const char *path)
{
	struct diag d = { .error_limit = 1 };
	const char *slash = strrchr(path, '/');
	struct object *obj = vec_push(&o->all);

	if (!obj)
		return -ENOMEM;
	obj->name = strdup(slash ? slash + 1 : path);
	return obj->name ? file_read(&d, path, &obj->bytes) : -ENOMEM;
}

static int is_object(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".o");
}

/* In the order of their names: the numbers of mutants are the same wherever the folder is. */
static int add_folder(struct objects *o, const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, is_object, alphasort), err = n < 0 ? -errno : 0;
	char path[4096];

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (!err)
			err = add_object(o, path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return err;
}

static void free_objects(struct objects *o)
{
	for (u32 i = 0; i < o->all.n; i++) {
		free(o->all.v[i].name);
		sbuf_free(&o->all.v[i].bytes);
	}
	vec_free(&o->all);
}

/* --- one mutant -------------------------------------------------------------------------- */

/* The object's name is part of what its mutants depend on: no two objects get equal changes. */
static u64 seed_of(const struct object *obj, u64 number)
{
	u64 hash = 0xcbf29ce484222325;

	for (const char *c = obj->name; *c; c++)
		hash = (hash ^ (u8)*c) * 0x100000001b3;
	return hash ^ number * 0x9e3779b97f4a7c15;
}

static int make(const struct object *obj, u64 number, struct sbuf *out)
{
	return mutate(span_of(obj->bytes.data, obj->bytes.size), seed_of(obj, number), out);
}

/* A block of exactly its size, so that a sanitizer sees a read past its end. */
static struct door_file exact(const struct sbuf *bytes)
{
	void *copy = malloc(bytes->size ? bytes->size : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes->data, bytes->size);
	return (struct door_file){ copy, bytes->size };
}

static u64 cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

static void note_most(struct most *m, u64 value, u64 mutant)
{
	if (value > m->value)
		*m = (struct most){ value, mutant };
}

static void drive(struct state *s, const struct door_input *in)
{
	static const struct itimerval limit = { .it_value.tv_sec = MAX_SECONDS };
	u64 start = cpu_ns();

	memory_begin();
	/* SIGPROF ends the process. The limit is for all doors together. */
	setitimer(ITIMER_PROF, &limit, NULL);
	for (s->door = 0; s->door < N_DOORS; s->door++)
		s->taken[s->door] += doors[s->door].fn(in);
	setitimer(ITIMER_PROF, &(struct itimerval){ 0 }, NULL);
	note_most(&s->ns, cpu_ns() - start, s->mutant);
	note_most(&s->bytes, memory_end(), s->mutant);
}

static void run_one(struct state *s, const struct objects *o, u32 which)
{
	const struct object *obj = &o->all.v[which];
	const struct object *next = &o->all.v[(which + 1) % o->all.n];
	struct door_input in = { .number = s->mutant,
				 .original = { obj->bytes.data, obj->bytes.size },
				 .other = { next->bytes.data, next->bytes.size } };
	struct sbuf bytes = { 0 }, archive = { 0 };
	struct span members[3];

	if (make(obj, s->mutant, &bytes))
		abort();
	members[0] = span_of(obj->bytes.data, obj->bytes.size);
	members[1] = span_of(bytes.data, bytes.size);
	members[2] = span_of(next->bytes.data, next->bytes.size);
	if (mutate_archive(members, 3, seed_of(next, s->mutant), &archive))
		abort();
	in.mutant = exact(&bytes);
	in.archive = exact(&archive);
	sbuf_free(&bytes);
	sbuf_free(&archive);
	drive(s, &in);
	free((void *)in.mutant.data);
	free((void *)in.archive.data);
}

/* --- all of them ------------------------------------------------------------------------- */

static void run_child(struct state *s, const struct objects *o, u64 end)
{
	memory_limit();
	for (; s->mutant < end; s->mutant++)
		run_one(s, o, (u32)(s->mutant % o->all.n));
	exit(0);
}

static void keep(const struct state *s, const struct objects *o, int status)
{
	const struct object *obj = &o->all.v[s->mutant % o->all.n];
	char path[300];
	struct sbuf bytes = { 0 };
	FILE *f;

	snprintf(path, sizeof(path), "mutant-%llu-%s", (unsigned long long)s->mutant, obj->name);
	printf("mutant %llu of %s (other: %s), %s: %s %d; kept as %s\n",
	       (unsigned long long)s->mutant, obj->name, o->all.v[(s->mutant + 1) % o->all.n].name,
	       s->door < N_DOORS ? doors[s->door].name : "at the end",
	       WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit status",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), path);
	f = make(obj, s->mutant, &bytes) ? NULL : fopen(path, "wb");
	if (f) {
		fwrite(bytes.data, 1, bytes.size, f);
		fclose(f);
	}
	sbuf_free(&bytes);
}

/* Run mutants up to end in a child; whether all went well. */
static bool run_batch(struct state *s, const struct objects *o, u64 end)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return false;
	if (!pid)
		run_child(s, o, end);
	waitpid(pid, &status, 0);
	if (!status)
		return true;
	keep(s, o, status);
	s->mutant++;
	return false;
}

static void print_state(const struct state *s, const struct objects *o, u64 n)
{
	const struct object *all = o->all.v;

	printf("%llu mutants of %u objects", (unsigned long long)n, o->all.n);
	for (u32 i = 0; i < N_DOORS; i++)
		printf(", %s took %llu", doors[i].name, (unsigned long long)s->taken[i]);
	printf("\nslowest: %.3f s of processor time, mutant %llu of %s\n",
	       (double)s->ns.value / 1e9, (unsigned long long)s->ns.mutant,
	       all[s->ns.mutant % o->all.n].name);
	printf("largest: %.1f MiB %s, mutant %llu of %s\n", (double)s->bytes.value / (1 << 20),
	       memory_unit, (unsigned long long)s->bytes.mutant,
	       all[s->bytes.mutant % o->all.n].name);
}

static int run_all(const struct objects *o, u64 n)
{
	struct state *s =
		mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int failed = 0;

	if (s == MAP_FAILED || !o->all.n)
		return report_counts(0, 1, 0);
	while (s->mutant < n && failed < MAX_FAILURES)
		failed += !run_batch(s, o, min_u64(n, s->mutant + PER_CHILD));
	print_state(s, o, s->mutant);
	return report_counts((unsigned int)s->mutant - failed, failed, 0);
}

static int write_one(const struct objects *o, u64 number, const char *path)
{
	struct diag d = { .error_limit = 1 };
	struct sbuf bytes = { 0 };
	int err = make(&o->all.v[0], number, &bytes);

	if (!err)
		err = file_write(&d, path, bytes.data, bytes.size);
	sbuf_free(&bytes);
	return err;
}

static int usage(void)
{
	fprintf(stderr, "usage: mutants run N FOLDER... | write OBJECT NUMBER OUT | "
			"one OBJECT NUMBER OTHER\n");
	return 2;
}

/* write OBJECT NUMBER OUT, one OBJECT NUMBER OTHER */
static int single(struct objects *o, char **args)
{
	struct state s = { .mutant = strtoull(args[2], NULL, 10) };
	bool write = !strcmp(args[0], "write");
	int err = add_object(o, args[1]);

	if (!err && write)
		return write_one(o, s.mutant, args[3]);
	if (!err)
		err = add_object(o, args[3]);
	if (!err)
		run_one(&s, o, 0);
	return err;
}

int main(int argc, char **argv)
{
	bool run = argc > 3 && !strcmp(argv[1], "run");
	struct objects o = { 0 };
	int err = 0, status = 0;

	if (!run && !(argc == 5 && (!strcmp(argv[1], "write") || !strcmp(argv[1], "one"))))
		return usage();
	for (int i = 3; run && i < argc && !err; i++)
		err = add_folder(&o, argv[i]);
	if (!err && run)
		status = run_all(&o, strtoull(argv[2], NULL, 10));
	else if (!err)
		err = single(&o, argv + 1);
	free_objects(&o);
	return err ? 1 : status;
}
