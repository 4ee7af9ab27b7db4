/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Contents of a loaded object's maps, as hex. */
#include "tools/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A walk over a map that somebody fills meanwhile need not end by itself. */
enum { MAX_ENTRIES_SHOWN = 1 << 20 };

/* The entries of a map, keys and values alternating. */
struct entries {
	unsigned char *bytes;
	size_t n, cap;
	uint32_t key_size, value_size;
};

/* --- reading -------------------------------------------------------------------------- */

static unsigned char *entry(const struct entries *e, size_t n)
{
	return e->bytes + n * ((size_t)e->key_size + e->value_size);
}

/* Room for one entry more; false without memory. */
static bool grow(struct entries *e)
{
	size_t size = (size_t)e->key_size + e->value_size, cap = e->cap ? 2 * e->cap : 16;
	unsigned char *bytes;

	if (e->n < e->cap)
		return true;
	bytes = reallocarray(e->bytes, cap, size ? size : 1);
	if (!bytes)
		return false;
	e->bytes = bytes;
	e->cap = cap;
	return true;
}

/* Ends at an entry that can't be read: it is gone meanwhile, or maps of this kind hand out none. */
static int collect(struct weld_instance *inst, const char *map, struct entries *e)
{
	const unsigned char *prev = NULL;
	unsigned char *key;
	int err = 0;

	for (int left = MAX_ENTRIES_SHOWN; !err && left; left--) {
		if (!grow(e))
			return -ENOMEM;
		key = entry(e, e->n);
		prev = e->n ? entry(e, e->n - 1) : NULL;
		err = weld_instance__map_next_key(inst, map, prev, key);
		if (err)
			break;
		if (weld_instance__map_lookup(inst, map, key, key + e->key_size))
			break;
		e->n++;
	}
	return 0;
}

static int by_bytes(const void *a, const void *b, void *user)
{
	const struct entries *e = user;

	return memcmp(a, b, e->key_size);
}

/* Keys of a number's size are in order as numbers: from the byte that counts most. */
static int by_number(const void *pa, const void *pb, void *user)
{
	const unsigned char *a = pa, *b = pb;
	const struct entries *e = user;
	const unsigned int one = 1;
	bool little = *(const unsigned char *)&one;

	for (uint32_t i = 0; i < e->key_size; i++) {
		uint32_t at = little ? e->key_size - 1 - i : i;

		if (a[at] != b[at])
			return a[at] < b[at] ? -1 : 1;
	}
	return 0;
}

/* A hash has no order, and a kernel's hash another one each time. */
static void sort(struct entries *e)
{
	size_t size = (size_t)e->key_size + e->value_size;
	uint32_t k = e->key_size;
	bool number = k == 1 || k == 2 || k == 4 || k == 8;

	if (e->n > 1)
		qsort_r(e->bytes, e->n, size, number ? by_number : by_bytes, e);
}

/* --- printing ------------------------------------------------------------------------- */

static void text_hex(const unsigned char *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		printf("%s%02x", i ? " " : "", p[i]);
}

static void print_entry(struct cli *cli, struct json *j, const struct entries *e, size_t n)
{
	const unsigned char *key = entry(e, n), *value = key + e->key_size;

	if (!cli->json) {
		fputs("  ", stdout);
		text_hex(key, e->key_size);
		fputs(": ", stdout);
		text_hex(value, e->value_size);
		putchar('\n');
		return;
	}
	json_begin(j, NULL, '{');
	json_hex(j, "key", key, e->key_size);
	json_hex(j, "value", value, e->value_size);
	json_end(j, '}');
}

static int print_map(struct cli *cli, struct weld_instance *inst, const struct weld_map_info *m,
		     struct json *j)
{
	struct entries e = { 0 };
	int err = weld_instance__map_sizes(inst, m->name, &e.key_size, &e.value_size);

	if (err)
		return err == -ENOENT ? CLI_OK : cli_status(cli, err);
	if (cli->json) {
		json_begin(j, NULL, '{');
		json_str(j, "name", m->name);
		json_str(j, "type", m->type_name);
		json_begin(j, "entries", '[');
	} else {
		cli_print(stdout, "map %s (%s):\n", m->name, m->type_name);
	}
	err = collect(inst, m->name, &e);
	sort(&e);
	for (size_t i = 0; !err && i < e.n; i++)
		print_entry(cli, j, &e, i);
	if (cli->json) {
		json_end(j, ']');
		json_end(j, '}');
	}
	free(e.bytes);
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
