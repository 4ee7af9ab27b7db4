/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the two halves of the verb `dispatch` share: building a chain, and chains on devices. */
#ifndef TOOLS_DISPATCH_H
#define TOOLS_DISPATCH_H

#include "tools/cli.h"

/* [NAME=]FILE[:FUNC][,prio=N][,chain=CODE+CODE...]; the parts point into text, which is owned. */
struct dispatch_spec {
	char *text;
	const char *name, *path, *function;
	const char *prio, *chain;
};

/* Cut a word into its parts; false without memory. */
bool dispatch_cut(const char *word, struct dispatch_spec *out);

/* The options of a component; a message and CLI_USAGE, or what the diagnostics ask for. d knows
 * the codes. */
int dispatch_component_opts(struct cli *cli, const struct weld_dispatcher *d,
			    const struct dispatch_spec *s, struct weld_component_opts *out);

/* The dispatcher that the command line describes, with all of its components. */
int dispatch_make(struct cli *cli, struct weld_dispatcher **d);

/* The place of an option's value among the words; the first without the option, -1 for none. */
int dispatch_choice(const struct cli *cli, enum cli_opt_id id, const char *const words[]);

/* --- components.c: what is said of a component, built or attached ------------------------ */

/* Who knows the names of the actions: one of the two. */
struct component_source {
	const struct weld_dispatcher *built;
	const struct weld_chain *attached;
};

/* NULL for a bit that stands for no code. */
const char *component_action(const struct component_source *from, uint32_t bit);
/* "PASS+TX", and "bit 9" for what has no name. */
void component_print_actions(FILE *f, const struct component_source *from, uint32_t actions);
/* The members of an object that was begun. Of the chain's actions those without a name are the
 * numbers of their bits. */
void component_json(struct json *j, const struct component_source *from,
		    const struct weld_component *c);

/* chain.c: --attach, --replace, --show, --detach; true when one of them was given. */
bool dispatch_on_device(struct cli *cli, int *status);

#endif
