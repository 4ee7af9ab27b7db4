/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the public handles hold, and the checks that every public function shares. */
#ifndef API_API_INT_H
#define API_API_INT_H

#include <bpfweld/bpfweld.h>

#include "lib/obj/obj.h"

struct weld_ctx {
	struct diag diag;
};

/* An object, and the texts that look-ups hand out: types in C, each made when first asked for, by
 * slot (see look.c), so that asking again costs no memory. */
struct weld_object {
	struct obj *o;
	struct diag *diag;
	struct arena texts;
	const char **text_slots;
	struct weld_btf *btf; /* view of o->btf, NULL without */
	u32 *n_refs;	      /* by symbol: relocations that name it; these three are made when */
	u32 *named;	      /* symbols with a name             ... first asked for */
	u32 *entries;	      /* functions that are programs */
	u32 n_named, n_entries;
	bool lent; /* o belongs to somebody else */
};

struct weld_btf {
	const struct btf *btf;
	struct btf *owned; /* NULL for an object's */
	struct diag *diag;
};

/* An option struct of the public API. first is the size of its first release: a struct whose
 * members were added later says that number here instead of its present size. */
struct api_spec {
	const char *name;
	size_t first, size;
};

#define API_SPEC(type) (&(const struct api_spec){ #type, sizeof(struct type), sizeof(struct type) })
/* added: the first member that wasn't there from the beginning. */
#define API_SPEC_SINCE(type, added) \
	(&(const struct api_spec){ #type, offsetof(struct type, added), sizeof(struct type) })

/* Copy the caller's option struct into ours. opts NULL: all defaults (out stays as it is). Raises
 * -EINVAL, -E2BIG. */
int api_opts(struct diag *d, const struct api_spec *spec, const void *opts, void *out);

/* A call whose passes go on after faults starts with the whole limit: what earlier calls with this
 * context reported must not make it give up. */
static inline void api_begin(struct diag *d)
{
	d->n_errors = 0;
}

/* Hand out info, whose real size is `size`, in the caller's struct; its sz says how much of it
 * there is. -EINVAL when that isn't even the sz. */
int api_fill(void *user, void *info, size_t size);

/* -EINVAL for a target whose ops are smaller than ours. */
int api_target(struct diag *d, const struct weld_target *target);

/* Make a public object of an internal one, which it owns from here on (also on failure). */
int api_object_new(struct diag *d, struct obj *o, struct weld_object **out);

#endif
