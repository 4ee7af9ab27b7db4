/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What dispatch.c and chain.c share. */
#ifndef API_DISPATCH_INT_H
#define API_DISPATCH_INT_H

#include <bpfweld/dispatch.h>

#include "linker/dispatch/dispatch.h"

struct disp *api_dispatcher(struct weld_dispatcher *d);
int api_component_opts(struct diag *diag, const struct weld_component_opts *opts,
		       struct disp_component_opts *out);
int api_fill_component(const struct disp_component *c, struct weld_component *info);

#endif
