/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Contents of a loaded object's maps, as hex. */
#include "tools/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A walk over a map that somebody fills meanwhile need not end by itself. */
enum { MAX_ENTRIES_SHOWN = 1 << 20 };

struct entry_buf {
	unsigned char *key, *next, *value;
	uint32_t key_size, value_size;
};

static void text_hex(const unsigned char *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		printf("%s%02x", i ? " " : "", p[i]);
}

static void print_entry(struct cli *cli, struct json *j, const struct entry_buf *b)
{
	if (!cli->json) {
		fputs("  ", stdout);
		text_hex(b->key, b->key_size);
		fputs(": ", stdout);
		text_hex(b->value, b->value_size);
		putchar('\n');
		return;
	}
	json_begin(j, NULL, '{');
	json_hex(j, "key", b->key, b->key_size);
	json_hex(j, "value", b->value, b->value_size);
	json_end(j, '}');
}

static void print_entries(struct cli *cli, struct weld_instance *inst, const char *map,
			  struct json *j, struct entry_buf *b)
{
	int err = weld_instance__map_next_key(inst, map, NULL, b->key);

	for (int n = 0; !err && n < MAX_ENTRIES_SHOWN; n++) {
		if (!weld_instance__map_lookup(inst, map, b->key, b->value))
			print_entry(cli, j, b);
		err = weld_instance__map_next_key(inst, map, b->key, b->next);
		memcpy(b->key, b->next, b->key_size);
	}
}

static int print_map(struct cli *cli, struct weld_instance *inst, const struct weld_map_info *m,
		     struct json *j)
{
	struct entry_buf b = { 0 };
	int err = weld_instance__map_sizes(inst, m->name, &b.key_size, &b.value_size);

	if (err)
		return err == -ENOENT ? CLI_OK : cli_status(cli, err);
	b.key = calloc(1, b.key_size + 1);
	b.next = calloc(1, b.key_size + 1);
	b.value = calloc(1, b.value_size + 1);
	if (cli->json) {
		json_begin(j, NULL, '{');
		json_str(j, "name", m->name);
		json_str(j, "type", m->type_name);
		json_begin(j, "entries", '[');
	} else {
		printf("map %s (%s):\n", m->name, m->type_name);
	}
	if (b.key && b.next && b.value)
		print_entries(cli, inst, m->name, j, &b);
	if (cli->json) {
		json_end(j, ']');
		json_end(j, '}');
	}
	err = b.key && b.next && b.value ? 0 : -ENOMEM;
	free(b.key);
	free(b.next);
	free(b.value);
	return cli_status(cli, err);
}

int run_print_maps(struct cli *cli, const struct weld_object *obj, struct weld_instance *inst,
		   struct json *j)
{
	struct weld_map_info m = { .sz = sizeof(m) };
	int status = CLI_OK;

	if (cli->json)
		json_begin(j, "maps", '[');
	for (uint32_t n = 0; status == CLI_OK && !weld_object__map(obj, n, &m); n++)
		status = print_map(cli, inst, &m, j);
	if (cli->json)
		json_end(j, ']');
	return status;
}
