/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * timer ROUNDS COMMAND... [--- COMMAND...]...: run the commands in turn, ROUNDS times each, and
 * print a line a run: number of the command, exit status, wall ns, user us, system us, peak KiB.
 *
 * Linked statically and small, since what wait4(2) says of a child's peak memory counts the
 * memory of the process that it was forked from.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COMMANDS = 16 };

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static long long us(const struct timeval *t)
{
	return t->tv_sec * 1000000ll + t->tv_usec;
}

/* The commands' output is of no interest here. */
static int start(char **argv, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1, 0);
	posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
	err = posix_spawn(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

static int run(int idx, char **argv)
{
	long long begin = now_ns();
	struct rusage use;
	int status, err;
	pid_t pid;

	err = start(argv, &pid);
	if (err || wait4(pid, &status, 0, &use) != pid) {
		fprintf(stderr, "timer: %s: %s\n", argv[0], strerror(err));
		return 1;
	}
	printf("%d %d %lld %lld %lld %ld\n", idx, WIFEXITED(status) ? WEXITSTATUS(status) : 255,
	       now_ns() - begin, us(&use.ru_utime), us(&use.ru_stime), use.ru_maxrss);
	return 0;
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[1]) : 0, n = 1, err = 0;
	char **commands[MAX_COMMANDS] = { argv + 2 };

	if (rounds <= 0) {
		fputs("usage: timer ROUNDS COMMAND... [--- COMMAND...]...\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "---") || n == MAX_COMMANDS)
			continue;
		argv[i] = NULL;
		commands[n++] = argv + i + 1;
	}
	for (int r = 0; r < rounds && !err; r++)
		for (int i = 0; i < n && !err; i++)
			err = run(i, commands[i]);
	return err;
}
