/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The dispatcher: XDP or tc programs of different owners, each with its own names, as one static
 * program that runs them in turn.
 *
 *	weld_dispatcher__new(ctx, NULL, &d);
 *	weld_dispatcher__add_file(d, "firewall.o", NULL);
 *	WELD_OPTS(weld_component_opts, o, .name = "count", .has_priority = true, .priority = 10);
 *	weld_dispatcher__add_file(d, "counter.o", &o);
 *	weld_dispatcher__build(d, &obj);
 *
 * A component whose returned code has its bit set in the component's actions is followed by the
 * next one. Any other code is the verdict of the chain, as is what the last component returns.
 * The bit of an XDP code is 1 << code, of a tc code 1 << (code + 1). The order is that of the
 * priorities, then of the functions' names, then of adding.
 */
#ifndef BPFWELD_DISPATCH_H
#define BPFWELD_DISPATCH_H

#include <bpfweld/common.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weld_dispatcher;
struct weld_object;

enum weld_dispatch_hook { WELD_DISPATCH_XDP, WELD_DISPATCH_TC };

enum weld_dispatch_mode {
	WELD_DISPATCH_INLINE,	/* bodies of components in the entry, where that can be done */
	WELD_DISPATCH_CALL,	/* all components are called */
	WELD_DISPATCH_FREPLACE, /* stubs of libxdp's layout, to be replaced one by one (XDP) */
};

enum { WELD_DISPATCH_MAX = 128 }; /* components of a chain */

struct weld_dispatcher_opts {
	size_t sz;
	int hook;	     /* enum weld_dispatch_hook */
	int mode;	     /* enum weld_dispatch_mode */
	const char *name;    /* of the entry; NULL: xdp_dispatcher, tc_dispatcher */
	const char *license; /* of the result; NULL: what the components say */
	bool cpu_v4;	     /* instructions of -mcpu=v4 may be used */
	bool counters;	     /* count runs and verdicts of each component */
};

WELD_API int weld_dispatcher__new(struct weld_ctx *ctx, const struct weld_dispatcher_opts *opts,
				  struct weld_dispatcher **d);
WELD_API void weld_dispatcher__free(struct weld_dispatcher *d);

struct weld_component_opts {
	size_t sz;
	const char *name;     /* letters, digits and '_'; NULL: the file's stem, made unique */
	const char *function; /* NULL: the only program of the hook's type */
	bool has_priority;    /* else what the object's .xdp_run_config says, else 50 */
	bool has_actions;     /* else as above, else PASS; tc: UNSPEC, OK, PIPE */
	uint32_t priority;    /* lower ones run first */
	uint32_t actions;     /* mask of codes after which the next component runs */
};

/*
 * Components. file names bytes and descriptors in diagnostics. Bytes are copied; a descriptor stays
 * the caller's; an object is lent and must outlive the dispatcher. One file may be added under
 * several names. Errors as for weld_object__open_*, -ENOENT no such program, -EINVAL several or
 * one of another type, -EEXIST a name that is taken, -E2BIG more than WELD_DISPATCH_MAX.
 */
WELD_API int weld_dispatcher__add_file(struct weld_dispatcher *d, const char *path,
				       const struct weld_component_opts *opts);
WELD_API int weld_dispatcher__add_fd(struct weld_dispatcher *d, int fd, const char *file,
				     const struct weld_component_opts *opts);
WELD_API int weld_dispatcher__add_mem(struct weld_dispatcher *d, const void *bytes, size_t size,
				      const char *file, const struct weld_component_opts *opts);
WELD_API int weld_dispatcher__add_object(struct weld_dispatcher *d, const struct weld_object *obj,
					 const struct weld_component_opts *opts);

/* "PASS+TX", with or without XDP_ or TC_ACT_ before each, "" for none, as a mask of actions.
 * -EINVAL. */
WELD_API int weld_dispatcher__parse_actions(const struct weld_dispatcher *d, const char *text,
					    uint32_t *actions);
/* The name of the code that bit n stands for, "PASS"; NULL where there is none. */
WELD_API const char *weld_dispatcher__action_name(const struct weld_dispatcher *d, uint32_t bit);

/*
 * Build, once. The object belongs to the caller and needs neither the dispatcher nor the
 * components any more. Errors as for weld_linker__finish, and -E2BIG for what no kernel would load.
 */
WELD_API int weld_dispatcher__build(struct weld_dispatcher *d, struct weld_object **obj);

struct weld_component {
	size_t sz;
	const char *name, *file;
	const char *function; /* in its object */
	const char *symbol;   /* its function in the result, NULL once it is inlined; in freplace
			       * mode the stub that it is to replace */
	uint32_t priority;
	uint32_t actions;
	bool frags;		/* copes with packets in several pieces */
	bool inlined;		/* else it is called, and why_called says why in words ... */
	const char *why_called; /* ... but in freplace mode, where it is NULL as well */
	uint32_t n_insns;	/* instructions of the function itself */
	uint32_t frame;		/* bytes of its stack frame */
};
/* The n-th component: in the order of adding, from weld_dispatcher__build on in that of running.
 * -ENOENT behind the last. Strings live as long as the dispatcher. */
WELD_API int weld_dispatcher__component(const struct weld_dispatcher *d, uint32_t n,
					struct weld_component *info);

/* Names in the result; strings live as long as the dispatcher. */
struct weld_dispatcher_names {
	size_t sz;
	const char *entry;    /* the program */
	const char *config;   /* data map; NULL before weld_dispatcher__build */
	const char *counters; /* per-CPU array, an element a component; NULL without counters */
};
WELD_API int weld_dispatcher__names(const struct weld_dispatcher *d,
				    struct weld_dispatcher_names *names);

/* A CPU's value of an element of the counters, or the sum over all CPUs. */
struct weld_dispatch_counters {
	uint64_t runs;
	uint64_t verdicts[15]; /* by the code's bit; the last one: codes without a name */
};

/* --- chains on network devices ---------------------------------------------------------- */

/*
 * A chain that was attached stays when the process ends. All that is known of it is pinned, so
 * another process can show it, exchange one component and take it off:
 *
 *	weld_chain__open(ctx, &target, "eth0", NULL, &chain);
 *	weld_chain__attach(chain, d);
 *	weld_chain__close(chain);
 *
 * While a chain is open no other process can work on one: weld_chain__open waits.
 */
struct weld_target;
struct weld_chain;

enum weld_chain_hook { WELD_CHAIN_XDP, WELD_CHAIN_TC_INGRESS, WELD_CHAIN_TC_EGRESS };

enum weld_xdp_mode { WELD_XDP_ANY, WELD_XDP_GENERIC, WELD_XDP_NATIVE, WELD_XDP_OFFLOAD };

struct weld_chain_opts {
	size_t sz;
	int hook;	   /* enum weld_chain_hook */
	int xdp_mode;	   /* enum weld_xdp_mode; ANY: the driver's own, else generic */
	const char *bpffs; /* NULL: /sys/fs/bpf; pins are in its folder bpfweld */
	bool no_link;	   /* attach by netlink even where the kernel has links for the hook */
};

/*
 * The chain of a device, there or not; a device that is gone goes by its number. The target must
 * outlive the chain. -ENODEV, -ENOTSUP a target without devices, -ENOENT or -EPERM no bpffs.
 */
WELD_API int weld_chain__open(struct weld_ctx *ctx, const struct weld_target *target,
			      const char *device, const struct weld_chain_opts *opts,
			      struct weld_chain **chain);
WELD_API void weld_chain__close(struct weld_chain *chain);

/*
 * Build the dispatcher, load it, and put it on the device; the chain that is there is exchanged in
 * one step, and components that are the same in both (name, function, object) keep their maps. When
 * it fails, what ran before runs on. In freplace mode the components are loaded as programs of
 * their own that take the places of the dispatcher's stubs; their maps are new ones each time.
 * -EBUSY somebody else's program is there; -EINVAL a dispatcher of another hook; -EPERM in freplace
 * mode: the kernel takes no such programs.
 */
WELD_API int weld_chain__attach(struct weld_chain *chain, struct weld_dispatcher *d);

/*
 * Exchange one component for another object, under the same name. Priority and actions are the
 * old one's unless opts has others; opts->name is not used. All other components keep their maps.
 * -ENOENT no chain, or none of that name.
 */
WELD_API int weld_chain__replace(struct weld_chain *chain, const char *name,
				 const struct weld_object *obj,
				 const struct weld_component_opts *opts);

/* Take it off the device, remove its pins. -ENOENT no chain. */
WELD_API int weld_chain__detach(struct weld_chain *chain);

struct weld_chain_info {
	size_t sz;
	const char *device;
	uint32_t ifindex;
	bool exists;   /* a chain is pinned */
	bool runs;     /* ... and on the device */
	bool by_link;  /* else by netlink */
	bool counters; /* it counts runs and verdicts */
	uint32_t program_id;
	uint32_t n_components;
	const char *entry; /* NULL without a chain */
};
/* Strings live until the chain is next changed or closed. */
WELD_API int weld_chain__info(const struct weld_chain *chain, struct weld_chain_info *info);
/* The n-th component in the order of running; what only a build tells is not set. -ENOENT. */
WELD_API int weld_chain__component(const struct weld_chain *chain, uint32_t n,
				   struct weld_component *info);
/* Its counters, the sum over all CPUs. -ENOENT without counters. */
WELD_API int weld_chain__counters(const struct weld_chain *chain, uint32_t n,
				  struct weld_dispatch_counters *counters);
/* The name of the code that bit n of the chain's actions stands for; NULL where there is none. */
WELD_API const char *weld_chain__action_name(const struct weld_chain *chain, uint32_t bit);

/* Call each() for every chain that is pinned below bpffs (NULL: /sys/fs/bpf), with its hook and
 * its device's number, until it returns non-zero; returns that, 0, or a negative errno. */
WELD_API int weld_chain__each(struct weld_ctx *ctx, const struct weld_target *target,
			      const char *bpffs,
			      int (*each)(void *user, int hook, uint32_t ifindex), void *user);

#ifdef __cplusplus
}
#endif
#endif
