/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Maps of a loaded object, by name: data sections go by theirs (".bss"). */
#ifndef BPFWELD_MAP_H
#define BPFWELD_MAP_H

#include <bpfweld/common.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weld_instance;

/* The target's handle. -ENOENT: there is no such map, or it was not created. */
WELD_API int weld_instance__map(const struct weld_instance *inst, const char *name, int *handle);

/* Bytes of a key, and of a value as look-up and update pass it: a per-CPU map has one for each
 * possible CPU of the target, each rounded up to 8 bytes. */
WELD_API int weld_instance__map_sizes(const struct weld_instance *inst, const char *name,
				      uint32_t *key_size, uint32_t *value_size);

/* As the commands of bpf(2), with its errnos; no diagnostic, since -ENOENT and -EEXIST are
 * answers. flags are BPF_ANY, BPF_NOEXIST, BPF_EXIST. */
WELD_API int weld_instance__map_lookup(struct weld_instance *inst, const char *name,
				       const void *key, void *value);
WELD_API int weld_instance__map_update(struct weld_instance *inst, const char *name,
				       const void *key, const void *value, uint64_t flags);
WELD_API int weld_instance__map_delete(struct weld_instance *inst, const char *name,
				       const void *key);
/* The key behind key (NULL: the first one); -ENOENT behind the last. */
WELD_API int weld_instance__map_next_key(struct weld_instance *inst, const char *name,
					 const void *key, void *next);

#ifdef __cplusplus
}
#endif
#endif
