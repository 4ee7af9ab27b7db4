/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Programs on network devices: XDP, and both directions of tc. A bpf_link is made where the
 * target has one for the hook (Linux 5.9 for XDP, 6.6 for tc); else rtnetlink puts the program
 * there, and it stays until it is taken off, whoever made it.
 */
#ifndef LOAD_ATTACH_H
#define LOAD_ATTACH_H

#include <bpfweld/target.h>

#include "lib/base/diag.h"

/* Whom to ask, and where to say what went wrong. */
struct load_port {
	struct diag *diag;
	struct weld_target target;
};

enum load_hook { LOAD_HOOK_XDP, LOAD_HOOK_TC_INGRESS, LOAD_HOOK_TC_EGRESS };

/* How XDP runs; ANY leaves it to the kernel: the driver's own, else generic. */
enum load_xdp_mode { LOAD_XDP_ANY, LOAD_XDP_GENERIC, LOAD_XDP_NATIVE, LOAD_XDP_OFFLOAD };

struct load_place {
	enum load_hook hook;
	enum load_xdp_mode mode;
	unsigned int ifindex;
};

struct load_attachment {
	struct load_place at;
	int link;	/* handle, the caller's to close; -1: by netlink */
};

/* Does the target have this member of its operations? */
#define load_can(port, member)                                                                    \
	((port)->target.ops->sz >= offsetof(struct weld_target_ops, member) +                      \
					   sizeof((port)->target.ops->member) &&                   \
	 (port)->target.ops->member)

/* bpf(2), again where it was interrupted. */
int load_ask(const struct load_port *p, int cmd, union bpf_attr *attr);

/* The number of a device; -ENODEV and -ENOTSUP with their diagnostics. */
int load_ifindex(const struct load_port *p, const char *name, unsigned int *index);
/* Its name, or "device N" for one that is gone. */
void load_ifname(const struct load_port *p, unsigned int ifindex, char name[32]);

/* A place without a program gets one. -EBUSY: there is one already; it is named. no_link: by
 * netlink in any case. */
int load_attach(const struct load_port *p, const struct load_place *at, int prog, bool no_link,
		struct load_attachment *out);
/* In one step: packets run through the old program or through the new one. An error where another
 * program than old runs; tc by netlink doesn't compare, and minds only that none is there. */
int load_attach_replace(const struct load_port *p, const struct load_attachment *a, int new_prog,
			int old_prog);
/* As above. A device that is gone is no error. */
int load_detach(const struct load_port *p, const struct load_attachment *a, int old_prog);

/* The id of the program at a place, 0 without one; with several of tcx the first. */
int load_attached_id(const struct load_port *p, const struct load_place *at, u32 *id);
/* Is it this program that netlink put at a place? at->mode becomes the mode that XDP runs it in,
 * which whoever exchanges it has to say again. A device that is gone has none. No diagnostic. */
int load_netlink_runs(const struct load_port *p, struct load_place *at, u32 id, bool *runs);

#endif
