/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#ifndef BASE_MEM_H
#define BASE_MEM_H

/* Give pages of freed memory back to the system, where the C library can do so. It walks the heap:
 * for somebody who has just freed megabytes and is about to fill as many. */
void mem_trim(void);

#endif
