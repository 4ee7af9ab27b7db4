/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The chain builder's door: programs of different owners, each with its own names, become one
 * program that runs them in turn on one hook.
 *
 *	struct disp *c;
 *	struct obj *out;
 *
 *	disp_new(diag, &(struct disp_opts){ .type = DISP_XDP }, &c);
 *	disp_add_file(c, NULL, "firewall.o");
 *	disp_add_file(c, &(struct disp_component_opts){ .name = "count" }, "counter.o");
 *	disp_build(c, &out);
 *
 * A component that returns a code whose bit is set in its actions is followed by the next one;
 * any other code is the chain's verdict, as is whatever the last one returns. The bit of an XDP
 * code is the code, that of a tc code is the code + 1 (TC_ACT_UNSPEC is -1).
 *
 * Order: priority, then the function's name, then the order of adding. All of it is a pure
 * function of components and options: the same ones give the same bytes.
 */
#ifndef DISPATCH_DISPATCH_H
#define DISPATCH_DISPATCH_H

#include "lib/obj/obj.h"

struct disp;

enum disp_type { DISP_XDP, DISP_TC };

enum disp_mode {
	DISP_INLINE,		/* bodies of components in the entry, where that can be done */
	DISP_CALL,		/* all are called */
	DISP_FREPLACE,		/* an object of stubs, which components replace one by one */
};

enum {
	DISP_MAX = 128,		/* components */
	DISP_LIBXDP_MAX = 10,	/* that libxdp's layout has room for */
	DISP_DEFAULT_PRIORITY = 50,
	DISP_RETVAL = 31,	/* what a stub that nobody replaced returns */
};

struct disp_opts {
	enum disp_type type;
	enum disp_mode mode;
	const char *name;	/* of the entry; NULL: xdp_dispatcher, tc_dispatcher */
	const char *license;	/* of the output; NULL: what the components say */
	bool cpu_v4;		/* gotol may be used */
	bool counters;		/* runs and verdicts of each component, in a per-CPU map */
};

int disp_new(struct diag *d, const struct disp_opts *opts, struct disp **out);
void disp_free(struct disp *c);

/* --- components -------------------------------------------------------------------------- */

struct disp_component_opts {
	const char *name;	/* letters, digits, '_'; NULL: the file's stem, made unique */
	const char *function;	/* NULL: the only program of the chain's type */
	bool has_priority, has_actions;	/* else the object's run config, else the defaults */
	u32 priority, actions;
};

/* lend: the object stays the caller's and must outlive the chain. Else it is the chain's from
 * here on, also on failure. opts NULL: all defaults. Errors: -EINVAL, -ENOENT no such program,
 * -EEXIST a name that is taken, -E2BIG more than DISP_MAX, and those of opening an object. */
int disp_add_obj(struct disp *c, const struct disp_component_opts *opts, struct obj *o, bool lend);
int disp_add_file(struct disp *c, const struct disp_component_opts *opts, const char *path);

/* "PASS+TX" (codes of the chain's type, XDP_ and TC_ACT_ may stand before them; "" is none) as a
 * mask of actions. -EINVAL with a diagnostic. */
int disp_parse_actions(struct diag *d, enum disp_type type, const char *text, u32 *mask);
/* The name of the code with this bit, NULL for a bit that has none. */
const char *disp_action_name(enum disp_type type, u32 bit);

/* --- building ---------------------------------------------------------------------------- */

/* Build, once. *out is the caller's and needs neither the chain nor the components. */
int disp_build(struct disp *c, struct obj **out);

/* What became of a component. Strings live as long as the chain. */
struct disp_component {
	const char *name, *file;
	const char *function;	/* in its object */
	const char *symbol;	/* in the output: its function, "" once it is inlined; the stub that
				 * it is to replace */
	u32 priority, actions;
	bool frags;		/* copes with packets in several pieces */
	bool inlined;
	const char *why_called;	/* in words; NULL for one that is inlined, and for stubs */
	u32 n_insns;		/* of its function */
	u32 frame;		/* bytes of stack that its function takes */
};

u32 disp_n_components(const struct disp *c);
/* The n-th that runs; before disp_build the n-th that was added. */
const struct disp_component *disp_component_at(const struct disp *c, u32 n);

/* Names of the entry and of the chain's own maps in the output. */
const char *disp_entry_name(const struct disp *c);
const char *disp_config_name(const struct disp *c);	/* a data map */
const char *disp_counters_name(const struct disp *c);	/* NULL without counters */

/* --- chains that are built again ----------------------------------------------------------- */

/* All that was given so far, as bytes; before disp_build. -ENOMEM. */
int disp_save(const struct disp *c, struct sbuf *out);

/* A component that takes the place of another. */
struct disp_change {
	const char *name;		/* of both */
	struct obj *obj;		/* lent */
	struct disp_component_opts opts; /* priority and actions: else the old one's */
	bool found;			/* out */
};

/* A chain that was saved, not built yet. change may be NULL. -EINVAL for bytes that are none,
 * -ENOENT no component of that name, and those of adding. */
int disp_restore(struct diag *d, struct span state, struct disp_change *change, struct disp **out);

/* The object of the n-th component, the chain's. */
const struct obj *disp_component_obj(const struct disp *c, u32 n);
enum disp_type disp_type_of(const struct disp *c);
enum disp_mode disp_mode_of(const struct disp *c);
bool disp_has_frags(const struct disp *c);	/* once in order: all components have it */

/* Put the components in the order of running, as disp_build does. */
int disp_order(struct disp *c);

/* Components that are the same in old, by name, function and object, keep their maps; of a chain
 * that was restored these are all but the changed one. Before disp_build. */
void disp_keep_same(struct disp *c, const struct disp *old);

/* Behind disp_build: does this map of the output go on with what it held in old, which is in the
 * order of running? */
bool disp_map_stays(const struct disp *c, const struct disp *old, const char *map);
/* A program array that would stay, but can't: an array takes programs that cope with packets in
 * several pieces, or those that don't. NULL: none. o is the output. */
const char *disp_frags_conflict(const struct disp *c, const struct disp *old, const struct obj *o);

/* --- the chain's own maps ---------------------------------------------------------------- */

/*
 * The configuration, as libxdp lays it out (version 3); in the byte order of the object. A chain
 * of more than DISP_LIBXDP_MAX components has version DISP_CONFIG_LONG and arrays of DISP_MAX.
 */
enum { DISP_CONFIG_MAGIC = 236, DISP_CONFIG_LIBXDP = 3, DISP_CONFIG_LONG = 128 };

struct disp_config {
	u8 magic, version, n_enabled, is_frags;
	u32 actions[DISP_LIBXDP_MAX];
	u32 priorities[DISP_LIBXDP_MAX];
	u32 flags[DISP_LIBXDP_MAX];	/* program flags: BPF_F_XDP_HAS_FRAGS */
	u8 is_devbound;
};

struct disp_config_long {
	u8 magic, version, n_enabled, is_frags;
	u32 actions[DISP_MAX];
	u32 priorities[DISP_MAX];
	u32 flags[DISP_MAX];
	u8 is_devbound;
};

/* An element of the counters' map, which has one for each component in the order of running. */
enum { DISP_N_VERDICTS = 15 };

struct disp_counters {
	u64 runs;
	u64 verdicts[DISP_N_VERDICTS];	/* by the code's bit; the last: codes without a name */
};

#endif
