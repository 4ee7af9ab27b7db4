/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Definitions in the executable come before those of any library, so these are the malloc of the
 * whole process. What isn't refused goes on to the sanitizer's allocator when there is one, else
 * to glibc's. free() is left alone: it belongs to the allocator that served.
 */
#include "selftests/fault_malloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__interceptor_malloc(size_t size) __attribute__((weak));
void *__interceptor_calloc(size_t n, size_t size) __attribute__((weak));
void *__interceptor_realloc(void *p, size_t size) __attribute__((weak));
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

/* Tests arm it from one thread, while no other runs. */
static struct {
	bool armed, onwards;
	uint64_t left;		/* allocations that still succeed, the failing one included */
	uint64_t refused;
	uint64_t seen;		/* since fault_arm() */
} fault;

static bool refuse(void)
{
	if (!fault.armed)
		return false;
	fault.seen++;
	if (fault.left && --fault.left)
		return false;
	if (fault.refused && !fault.onwards)
		return false;
	fault.refused++;
	errno = ENOMEM;
	return true;
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
	if (refuse())
		return NULL;
	return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t n, size_t size)
{
	if (refuse())
		return NULL;
	return __interceptor_calloc ? __interceptor_calloc(n, size) : __libc_calloc(n, size);
}

__attribute__((visibility("default"))) void *realloc(void *p, size_t size)
{
	if (refuse())
		return NULL;
	return __interceptor_realloc ? __interceptor_realloc(p, size) : __libc_realloc(p, size);
}

__attribute__((visibility("default"))) void *reallocarray(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, bytes);
}

void fault_arm(uint64_t nth, bool onwards)
{
	memset(&fault, 0, sizeof(fault));
	fault.left = nth;
	fault.onwards = onwards;
	fault.armed = true;
}

uint64_t fault_disarm(void)
{
	fault.armed = false;
	return fault.refused;
}

/* One run of op with a fault; 1 when nothing was left to refuse. */
static int run_once(int (*op)(void *user), void *user, uint64_t nth, bool onwards)
{
	int err;

	fault_arm(nth, onwards);
	err = op(user);
	if (!fault_disarm())
		return err ? -2 : 1;
	if (!err || err == -ENOMEM)
		return 0;
	fprintf(stderr, "allocation %llu refused%s: got %d, want -ENOMEM\n",
		(unsigned long long)nth, onwards ? " and all later ones" : "", err);
	return -1;
}

int64_t fault_sweep(int (*op)(void *user), void *user)
{
	uint64_t n = 1;
	int ret;

	do {
		ret = run_once(op, user, n, true);
		if (!ret)
			ret = run_once(op, user, n, false);
		n++;
	} while (!ret);
	return ret < 0 ? ret : (int64_t)(n - 2);
}
