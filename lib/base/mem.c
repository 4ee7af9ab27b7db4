/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/base/mem.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>

void mem_trim(void)
{
	malloc_trim(0);
}
#else
void mem_trim(void)
{
}
#endif
