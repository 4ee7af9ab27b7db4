/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A component in text and in JSON, of a chain that was built or of one on a device. */
#include "tools/dispatch.h"

#include <inttypes.h>

const char *component_action(const struct component_source *from, uint32_t bit)
{
	return from->attached ? weld_chain__action_name(from->attached, bit) :
				weld_dispatcher__action_name(from->built, bit);
}

void component_print_actions(FILE *f, const struct component_source *from, uint32_t actions)
{
	const char *sep = "";

	for (uint32_t bit = 0; bit < 32; bit++) {
		const char *name = component_action(from, bit);

		if (!(actions >> bit & 1))
			continue;
		if (name)
			fprintf(f, "%s%s", sep, name);
		else
			fprintf(f, "%sbit %" PRIu32, sep, bit);
		sep = "+";
	}
	if (!*sep)
		fputs("(none)", f);
}

static void json_actions(struct json *j, const struct component_source *from, uint32_t actions)
{
	json_begin(j, "chain", '[');
	for (uint32_t bit = 0; bit < 32; bit++) {
		const char *name = component_action(from, bit);

		if (!(actions >> bit & 1))
			continue;
		if (name)
			json_str(j, NULL, name);
		else
			json_unum(j, NULL, bit);
	}
	json_end(j, ']');
}

void component_json(struct json *j, const struct component_source *from,
		    const struct weld_component *c)
{
	json_str(j, "name", c->name);
	json_str(j, "file", c->file);
	json_str(j, "function", c->function);
	json_unum(j, "priority", c->priority);
	json_actions(j, from, c->actions);
	json_bool(j, "frags", c->frags);
}
