/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * How much memory a mutant takes. With the address sanitizer, whose own needs are many times what
 * it watches: the bytes that are allocated, at their most, and what is left of them at the end.
 * Without, the process as a whole: it may not have more address space than the limit, and counts
 * its resident pages.
 */
#ifndef FUZZ_MEMORY_H
#define FUZZ_MEMORY_H

#include <stdint.h>

enum { MEMORY_MIB = 512 };

extern const char *const memory_unit;

/* Once in a process: from here on more than MEMORY_MIB is the end of it, or -ENOMEM. */
void memory_limit(void);
void memory_begin(void);
/* The most since memory_begin(), in bytes. Memory left behind ends the process. */
uint64_t memory_end(void);

#endif
