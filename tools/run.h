/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What `run`, `load` and `features` share: targets, program types, printing of maps. */
#ifndef TOOLS_RUN_H
#define TOOLS_RUN_H

#include "tools/cli.h"

struct run_target {
	struct weld_target target;
	struct weld_runtime *runtime; /* NULL for the kernel */
	const char *engine;
};

/* engine NULL: "checked". CLI_OK, or a status that was said. Close it in either case. */
int run_target_open(struct cli *cli, const char *engine, struct run_target *out);
/* The kernel alone, where no other engine is asked for. */
int run_kernel_target(struct cli *cli, struct weld_target *target);
void run_target_close(struct run_target *t);

/* The number of the program type that --type names; 0 without it. */
int cli_type(struct cli *cli, uint32_t *type);

/* Contents of all maps, as text or as a member "maps" of the document. */
int run_print_maps(struct cli *cli, const struct weld_object *obj, struct weld_instance *inst,
		   struct json *j);

/* run --raw FILE [--mem FILE]. */
int run_raw(struct cli *cli);

#endif
