/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Chains on device one of a bed: made, looked at, and taken off. */
#ifndef UNIT_PINNED_CHAIN_H
#define UNIT_PINNED_CHAIN_H

#include "lib/load/chain.h"
#include "selftests/unit/bed.h"
#include "selftests/unit/linking.h"
#include "selftests/unit/unit.h"

/* The dispatcher with components "a=STEM" and "b=STEM" behind it; each has a map `counters`. */
struct obj *pinned_chain(const char *a, const char *b);
/* One program of tc. */
struct obj *pinned_tc_chain(void);

struct load_place pinned_place(const struct bed *b, enum load_hook hook);

/* What there is; pinned_open: of XDP. The caller closes it. */
struct load_chain pinned_open_at(struct bed *b, const struct load_place *at);
struct load_chain pinned_open(struct bed *b);

/* One of the objects above as what to install; maps of component a are kept. */
struct load_chain_new pinned_new(const struct load_place *at, const struct obj *o,
				 const char *state);
/* Open, install, close: 0 or -errno. */
int pinned_install_at(const struct load_port *p, const struct load_place *at, const struct obj *o,
		      const char *state, bool no_link);
int pinned_install(struct bed *b, const struct obj *o, const char *state, bool no_link);

/* A 64-bit value of one of the chain's maps. */
u64 pinned_count(struct bed *b, struct load_chain *c, const char *map, u32 key);
void pinned_run_once(struct bed *b, struct load_chain *c);

/* It runs, and has this state. */
void pinned_check_state(const struct load_chain *c, const char *state);
void pinned_check_runs_at(struct bed *b, const struct load_place *at, const char *state);
void pinned_check_runs(struct bed *b, const char *state);
/* Take it off: nothing runs, nothing is pinned. */
void pinned_remove_at(struct bed *b, const struct load_place *at);

#define PINNED_NEEDS(bed)                                              \
	do {                                                    \
		const char *why_ = bed_make_with_bpffs(bed);    \
								\
		if (!why_ && !linking_has("mapping_drop"))      \
			why_ = "needs clang-19";                \
		if (why_)                                       \
			unit_skip("%s", why_);                  \
	} while (0)

#endif
