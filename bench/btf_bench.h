/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What both programs of the BTF table share: FILE COPIES ROUNDS on the command line; one line of
 * JSON with the best user and system time of each step, in milliseconds, and the peak memory.
 */
#ifndef BENCH_BTF_BENCH_H
#define BENCH_BTF_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

struct bench_btf {
	const char *path;
	unsigned int copies, rounds;
	unsigned int types; /* after merging */
	double parse, append, dedup;
};

static inline double bench_cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static inline struct bench_btf bench_args(int argc, char **argv)
{
	struct bench_btf r = { .parse = 1e9, .append = 1e9, .dedup = 1e9 };

	if (argc != 4) {
		fprintf(stderr, "usage: %s FILE COPIES ROUNDS\n", argv[0]);
		exit(2);
	}
	r.path = argv[1];
	r.copies = (unsigned int)strtoul(argv[2], NULL, 10);
	r.rounds = (unsigned int)strtoul(argv[3], NULL, 10);
	return r;
}

static inline int bench_fail(const char *what)
{
	fprintf(stderr, "%s fails\n", what);
	return 1;
}

static inline void bench_note(struct bench_btf *r, double parse, double append, double dedup)
{
	r->parse = parse < r->parse ? parse : r->parse;
	r->append = append < r->append ? append : r->append;
	r->dedup = dedup < r->dedup ? dedup : r->dedup;
}

static inline void bench_print(const struct bench_btf *r)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	printf("{\"parse\":%.3f,\"append\":%.3f,\"dedup\":%.3f,\"types\":%u,\"peak_kib\":%ld}\n",
	       r->parse, r->append, r->dedup, r->types, u.ru_maxrss);
}

#endif
