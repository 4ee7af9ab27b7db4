/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The verbs' functions, declared from their table, and the help page that main needs as well. */
#ifndef TOOLS_VERBS_H
#define TOOLS_VERBS_H

#include "tools/cli.h"

#define VERB(name, fn, ...) int fn(struct cli *cli);
#include "tools/verbs.def"
#undef VERB

int cli_help_page(const struct cli_verb *verb);

#endif
