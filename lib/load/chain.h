/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A chain: a program on a device that outlives the process that put it there, and that another
 * process can take apart and exchange. All that is known of it is on a bpffs:
 *
 *	BPFFS/bpfweld/			locked by whoever works on a chain
 *	    xdp-3/			the hook and the number of the device
 *	        link prog state		the bpf_link (if there is one), the program, what its owner
 *	                                wants to remember: one value of an array map
 *	        map-NAME ...		its maps, a dot in a name written as '-'
 *	        ext-NAME ...		links of programs that replace functions of it (freplace)
 *	        next/			the same of a chain that is being put in place
 *
 * Everything new is pinned in next/ before the device's program is exchanged, and moved over what
 * was there afterwards. So at any moment the pins tell which of the two runs, and load_chain_open
 * finishes or undoes what an earlier process left half done.
 */
#ifndef LOAD_CHAIN_H
#define LOAD_CHAIN_H

#include "lib/base/span.h"
#include "lib/load/attach.h"
#include "lib/load/load.h"

struct load_chain {
	struct load_port port;
	struct load_place at;
	struct sbuf bpffs;	/* where maps that ask for it are pinned by name, too */
	struct sbuf dir;	/* its folder */
	int lock;		/* -1: not held */
	bool known;		/* what follows was read since the chain was last changed */
	int link, prog;		/* handles of the pins; -1: none, or a link without its device */
	u32 prog_id;
	enum load_xdp_mode mode;	/* in which it runs by netlink, else that of `at` */
	bool exists;		/* a state is pinned */
	bool runs;		/* the program is on the device */
	struct sbuf state;	/* what its owner remembers; empty without a chain */
};

/*
 * Look at the chain of a place and keep others from it until load_chain_close. bpffs NULL is
 * /sys/fs/bpf. Without a chain `exists` is false. -ENOTSUP a target without files or devices, what
 * the target said, -ENOMEM.
 */
int load_chain_open(const struct load_port *p, const char *bpffs, const struct load_place *at,
		    struct load_chain *out);
void load_chain_close(struct load_chain *c);

/*
 * Look again, as a stranger would: finish or undo what is half done, read the pins. When it fails
 * the chain is not known any more, and whatever is to be done with it next looks first.
 */
int load_chain_look(struct load_chain *c);
/* Is anything pinned that a chain is made of, even if not all of it? */
bool load_chain_has_pins(const struct load_chain *c);

/* A program that takes the place of a function of the entry (freplace). */
struct load_chain_ext {
	const char *name;		/* of its pins: ext-NAME, map-NAME__MAP */
	const char *function;		/* of the entry's program */
	const struct obj *obj;
	const char *program;
};

/* What to put there. */
struct load_chain_new {
	const struct obj *obj;
	const char *entry;		/* the program that runs */
	struct span state;		/* at least one byte */
	const struct load_chain_ext *exts;
	u32 n_exts;
	bool no_link;
	/* Keep the map of this name, with its contents, from the chain that is there? NULL: all
	 * whose names are the same. */
	bool (*keep)(void *user, const char *map);
	void *user;
};

/*
 * Load, and put in the place of the chain that is there, if one is. Maps that ask to be pinned by
 * name are, in the bpffs itself. When it fails the device runs what it ran before and the pins are
 * as they were. Either way c is what is there then. *inst is what was loaded, the caller's to
 * close; may be NULL.
 */
int load_chain_install(struct load_chain *c, const struct load_chain_new *n,
		       struct load_inst **inst);

/* Take it off the device, remove its pins. */
int load_chain_remove(struct load_chain *c);

/* Every chain that is pinned below a bpffs, until each() returns non-zero: that is returned, or 0,
 * or a negative errno. No bpffs, no chains. */
int load_chain_each(const struct load_port *p, const char *bpffs,
		    int (*each)(void *user, enum load_hook hook, unsigned int ifindex), void *user);

/* A map of the chain by its name: a handle, the caller's to close; -ENOENT. */
int load_chain_map(const struct load_chain *c, const char *name);

struct load_map_shape {
	u32 type, key_size, value_size;
};

/* The same, when it has this shape. Whoever can write pins may have put any map there: -EINVAL. */
int load_chain_map_of(const struct load_chain *c, const char *name,
		      const struct load_map_shape *shape);
/* An element of such a map; value has room for what user space sees of it. */
int load_chain_lookup(const struct load_chain *c, int map, const void *key, void *value);

#endif
