/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What a target supports, found by asking it. */
#ifndef BPFWELD_FEATURES_H
#define BPFWELD_FEATURES_H

#include <bpfweld/target.h>

#ifdef __cplusplus
extern "C" {
#endif

enum weld_feature_kind {
	WELD_FEATURE_PROG_TYPE,
	WELD_FEATURE_MAP_TYPE,
	WELD_FEATURE_HELPER, /* of the program type in `of` */
	WELD_FEATURE_MISC,   /* BTF kinds, load attributes, instruction sets, ... */
};

struct weld_feature {
	size_t sz;
	int kind;
	uint32_t number;  /* of the type or helper; 0 for MISC */
	const char *name; /* as bpftool spells it */
	const char *of;	  /* helpers: program type; NULL */
	int supported;	  /* 1 yes, 0 no, negative errno: could not be found out */
};

typedef void (*weld_feature_fn)(void *user, const struct weld_feature *feature);

struct weld_features_opts {
	size_t sz;
	bool helpers; /* probe each helper for each program type too (thousands of loads) */
};

/* Probe and report each feature in a fixed order. -EPERM: the target refuses to be asked. */
WELD_API int weld_features__probe(struct weld_ctx *ctx, const struct weld_target *target,
				  const struct weld_features_opts *opts, weld_feature_fn fn,
				  void *user);

#ifdef __cplusplus
}
#endif
#endif
