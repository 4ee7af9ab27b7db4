/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What a target supports, found by asking for the smallest thing that needs it. Answers: 1 yes,
 * 0 no, or a negative errno when the question itself could not be asked.
 */
#ifndef LOAD_PROBE_H
#define LOAD_PROBE_H

#include <bpfweld/target.h>

#include "lib/base/diag.h"

struct load_probe {
	struct weld_target target;
};

/* -EPERM with a diagnostic when the target refuses to be asked anything. */
int load_probe_allowed(struct diag *d, const struct load_probe *p);

int load_probe_prog_type(const struct load_probe *p, u32 prog_type);
int load_probe_map_type(const struct load_probe *p, u32 map_type);
/* May programs of this type call the helper? */
int load_probe_helper(const struct load_probe *p, u32 prog_type, u32 helper);

/* The rows of probes.def; NULL behind the last. */
const char *load_probe_name(size_t n);
int load_probe_misc(const struct load_probe *p, size_t n);

#endif
