/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the kinds of maps share among themselves. */
#ifndef RT_MAPS_INT_H
#define RT_MAPS_INT_H

#include "runtime/maps/maps.h"

#define KIND(upper, lower) extern const struct rt_map_ops rt_map_##lower;
#include "runtime/maps/kinds.def"
#undef KIND

enum {
	/* A per-CPU value must fit one unit of the kernel's per-CPU allocator. */
	RT_MAX_PERCPU_VALUE = 32 << 10,
	/* BPF_F_* that say who may read and write. */
	RT_ACCESS_FLAGS = BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG,
};

/* Removed memory waits here until no run is left; each is the head of an allocation. */
struct rt_limbo {
	struct rt_limbo *next;
	struct rt_map *map;		/* held until then */
	u64 size;			/* charged bytes */
};

/* Count bytes against host->mem_limit; -ENOMEM when that is exceeded. */
int rt_mem_charge(struct rt_host *host, u64 size);
void rt_mem_uncharge(struct rt_host *host, u64 size);

/* free(entry) when the run that is open ends. */
void rt_limbo_add(struct rt_map *map, struct rt_limbo *entry, u64 size);

/* Copy one value per CPU between the program's layout and user space's; stride is a multiple of
 * 8 and at least value_size, which is how both lay them out. */
static inline u32 rt_percpu_stride(const struct rt_map_spec *spec)
{
	return (u32)align_up(spec->value_size, 8);
}

#endif
