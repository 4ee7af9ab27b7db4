/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#ifndef LOAD_CHAIN_INT_H
#define LOAD_CHAIN_INT_H

#include "lib/load/chain.h"
#include "lib/load/load_int.h"

/* --- chain.c ----------------------------------------------------------------------------- */

int chain_get(const struct load_chain *c, const char *path);	/* a handle, or -errno */
int chain_pin(const struct load_chain *c, const char *path, int handle);
void chain_drop(const struct load_chain *c, int *handle);
int chain_prog_id(const struct load_chain *c, int prog, u32 *id);
int chain_raise(const struct load_chain *c, const char *path, int err);
/* DIR/FOLDER NAME; folder is "" or ends with a slash. */
int chain_path(const struct load_chain *c, struct sbuf *out, const char *folder, const char *name);
/* From here on c is not known. */
void chain_forget(struct load_chain *c);
/* Where it is attached, and how. */
struct load_attachment chain_attachment(const struct load_chain *c);

/* --- chain_files.c ------------------------------------------------------------------------- */

/* The pins of next/ take the places of the chain's, whose other map pins go; next/ goes. */
int chain_move_next(struct load_chain *c);
/* next/ goes, with all that is in it. Neither says anything: 0 or -errno. */
int chain_drop_next(struct load_chain *c);
/* All pins of the chain, and its folder. */
int chain_drop_all(struct load_chain *c);
/* One pin goes; it may be gone. */
int chain_unpin(const struct load_chain *c, const char *folder, const char *name);
/* "map-NAME", another for each name; -ENOMEM. */
int chain_map_pin(struct sbuf *out, const char *name);

#endif
