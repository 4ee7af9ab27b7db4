/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Included ahead of a program that bpf-gcc compiles. libbpf's headers declare a helper as a
 * function pointer with the helper's number as value, which GCC 12 turns into an indirect call
 * and refuses; its own way is an attribute. A helper that a program uses is a row here.
 */
#ifndef PROGS_GCC_HELPERS_H
#define PROGS_GCC_HELPERS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define HELPER(id) __attribute__((kernel_helper(id)))

void *gcc_map_lookup_elem(void *map, const void *key) HELPER(1);
long gcc_map_update_elem(void *map, const void *key, const void *value, __u64 flags) HELPER(2);
long gcc_map_delete_elem(void *map, const void *key) HELPER(3);
__u64 gcc_ktime_get_ns(void) HELPER(5);
__u32 gcc_get_prandom_u32(void) HELPER(7);
__u32 gcc_get_smp_processor_id(void) HELPER(8);
void gcc_tail_call(void *ctx, void *map, __u32 index) HELPER(12);

#define bpf_map_lookup_elem gcc_map_lookup_elem
#define bpf_map_update_elem gcc_map_update_elem
#define bpf_map_delete_elem gcc_map_delete_elem
#define bpf_ktime_get_ns gcc_ktime_get_ns
#define bpf_get_prandom_u32 gcc_get_prandom_u32
#define bpf_get_smp_processor_id gcc_get_smp_processor_id
#define bpf_tail_call gcc_tail_call

#endif
