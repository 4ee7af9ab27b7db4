/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the layouts of the kernel ABI are written in, so that they hold on 32-bit hosts too. */
#ifndef UAPI_TYPES_H
#define UAPI_TYPES_H

#include <stdint.h>

/* Aligned to 8 on every machine. */
typedef uint64_t bpf_u64 __attribute__((aligned(8)));

/* A pointer member of a context: 8 bytes at a multiple of 8, also where pointers have 4. */
#define BPF_MD_PTR(type, name)			\
	union {					\
		type name;			\
		bpf_u64 : 64;			\
	} __attribute__((aligned(8)))

#endif
