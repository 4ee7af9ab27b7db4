/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/fuzz/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define MAX_BYTES ((uint64_t)MEMORY_MIB << 20)

#if defined(__SANITIZE_ADDRESS__)
#define COUNTED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COUNTED 1
#endif
#endif

#ifdef COUNTED

/* The sanitizer's own interface; GCC has no header for it. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
					      void (*on_free)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *p);
size_t __sanitizer_get_current_allocated_bytes(void);

const char *const memory_unit = "allocated";

static struct {
	uint64_t now, most, start;
} count;

static void on_malloc(const volatile void *p, size_t size)
{
	count.now += size;
	if (count.now > count.most)
		count.most = count.now;
	if (count.now > count.start + MAX_BYTES) {
		fprintf(stderr, "more than %d MiB allocated\n", MEMORY_MIB);
		abort();
	}
}

static void on_free(const volatile void *p)
{
	if (p)
		count.now -= __sanitizer_get_allocated_size(p);
}

void memory_limit(void)
{
	/* What is freed from here on and was allocated before counts as well. */
	count.now = __sanitizer_get_current_allocated_bytes();
	if (!__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free))
		abort();
}

void memory_begin(void)
{
	count.start = count.most = count.now;
}

uint64_t memory_end(void)
{
	if (count.now > count.start) {
		fprintf(stderr, "%llu bytes left behind\n",
			(unsigned long long)(count.now - count.start));
		abort();
	}
	return count.most - count.start;
}

#else

const char *const memory_unit = "resident";

void memory_limit(void)
{
	static const struct rlimit limit = { MAX_BYTES, MAX_BYTES };

	if (setrlimit(RLIMIT_AS, &limit))
		abort();
}

void memory_begin(void)
{
}

/* It never falls; a mutant that raises it is the one that needs most so far. */
uint64_t memory_end(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_maxrss << 10;
}

#endif
