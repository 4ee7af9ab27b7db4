/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* link --image: one program of the output, raw, and beside it what remains to patch. */
#ifndef TOOLS_IMAGE_H
#define TOOLS_IMAGE_H

#include "tools/cli.h"

/* What is wrong with the output's name or the input's, as an exit status with its message. */
int image_check_output(struct cli *cli, const char *output);
int image_check_input(struct cli *cli, const char *output, const char *input);

/* Write the program's instructions to output, and its description to output.json: both or none.
 * Returns an exit status. */
int image_write(struct cli *cli, const struct weld_object *obj, const char *program,
		const char *output);

#endif
