/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the files of `link` share: the link under way, and what they make of it. */
#ifndef TOOLS_LINK_H
#define TOOLS_LINK_H

#include "tools/cli.h"

struct link_job {
	struct cli *cli;
	struct weld_linker *linker;
	const char *output;
	const char *image; /* write this program alone; NULL: the object */
	const char **inputs;
	size_t n_inputs;
};

/* link_map.c: "output", "inputs", "sections" and "symbols" of the document. */
void link_json(const struct link_job *job, struct json *j, bool linked);
/* --link-map FILE; a status. */
int link_write_map(const struct link_job *job);
/* A symbol as the map has it, in one line. */
void link_print_symbol(FILE *f, const struct weld_linker_symbol *s);
void link_json_symbol(struct json *j, const struct weld_linker_symbol *s);

/* link_trace.c: are there all symbols that --why and --trace-symbol name? A status. Once that is
 * so: what is to be said of them, as text or, with j, as members of the document. */
int link_check_names(const struct link_job *job);
void link_explain(const struct link_job *job, struct json *j);

/* depfile.c: --depfile FILE; a status. */
int link_write_depfile(const struct link_job *job);

#endif
