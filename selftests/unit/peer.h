/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * libbpf as a peer, for what our own loader doesn't do. Its headers and ours define the same
 * names, so it is spoken to through these few functions.
 */
#ifndef UNIT_PEER_H
#define UNIT_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer;

/* Open and load the bytes of an object; -errno. What libbpf says goes to standard error. */
int peer_load(const void *bytes, size_t size, struct peer **out);
void peer_close(struct peer *p);

/* A test run of a struct_ops program: args are its arguments. */
int peer_run_ops(struct peer *p, const char *prog, uint64_t *args, size_t n_args, uint32_t *ret);
/* A test run on a packet of 64 zeros. */
int peer_run_packet(struct peer *p, const char *prog, uint32_t *ret);
/* Register a table of kernel operations; closing undoes it. */
int peer_attach_ops(struct peer *p, const char *map);

#endif
