/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * bpfweld syms: an object's symbols, and for several objects which of them define and which want
 * each name.
 */
#include "tools/cli.h"
#include "tools/verbs.h"

#include <stdlib.h>
#include <string.h>

/* A symbol of one of the files. */
struct entry {
	struct weld_symbol_info sym;
	const char *file;
	size_t order;
};

struct table {
	struct weld_object **objs;
	struct entry *v;
	const struct entry **defs;
	size_t n, n_defs;
};

static bool is_wanted(const struct entry *e)
{
	return !e->sym.section;
}

static bool is_local(const struct entry *e)
{
	return !strcmp(e->sym.bind, "local");
}

/* Definitions that others can bind to, by name; of one name the one that wins comes first: a
 * strong before a weak one, an earlier file before a later one. */
static int compare(const void *pa, const void *pb)
{
	const struct entry *a = *(const struct entry *const *)pa;
	const struct entry *b = *(const struct entry *const *)pb;
	int order = strcmp(a->sym.name, b->sym.name);

	if (!order)
		order = !strcmp(a->sym.bind, "weak") - !strcmp(b->sym.bind, "weak");
	if (!order)
		order = a->order < b->order ? -1 : 1;
	return order;
}

static int index_definitions(struct table *t)
{
	t->defs = calloc(t->n + 1, sizeof(const struct entry *));
	if (!t->defs)
		return CLI_INTERNAL;
	for (size_t i = 0; i < t->n; i++)
		if (!is_wanted(&t->v[i]) && !is_local(&t->v[i]))
			t->defs[t->n_defs++] = &t->v[i];
	qsort(t->defs, t->n_defs, sizeof(const struct entry *), compare);
	return CLI_OK;
}

static const struct entry *definition(const struct table *t, const char *name)
{
	size_t lo = 0, hi = t->n_defs;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(t->defs[mid]->sym.name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < t->n_defs && !strcmp(t->defs[lo]->sym.name, name) ? t->defs[lo] : NULL;
}

static void print_text(const struct table *t, bool many)
{
	const char *file = NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->v[i];
		const struct entry *def = many && is_wanted(e) ? definition(t, e->sym.name) : NULL;

		if (e->file != file)
			cli_print(stdout, "%s:\n", e->file);
		file = e->file;
		cli_print(stdout, "  %-32s %-6s %-7s %-8s", e->sym.name, e->sym.bind, e->sym.type,
			  e->sym.visibility);
		if (is_wanted(e))
			cli_print(stdout, " wanted, %u references", e->sym.n_refs);
		else
			cli_print(stdout, " %s+0x%llx, %llu bytes", e->sym.section,
				  (unsigned long long)e->sym.value,
				  (unsigned long long)e->sym.size);
		if (def)
			cli_print(stdout, ", defined in %s", def->file);
		else if (many && is_wanted(e))
			cli_print(stdout, ", defined nowhere");
		putchar('\n');
	}
}

static void print_json(struct cli *cli, const struct table *t)
{
	struct json j;

	cli_json_begin(cli, &j);
	json_begin(&j, "symbols", '[');
	for (size_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->v[i];
		const struct entry *def = is_wanted(e) ? definition(t, e->sym.name) : NULL;

		json_begin(&j, NULL, '{');
		json_str(&j, "file", e->file);
		json_str(&j, "name", e->sym.name);
		json_str(&j, "bind", e->sym.bind);
		json_str(&j, "type", e->sym.type);
		json_str(&j, "visibility", e->sym.visibility);
		json_str(&j, "section", e->sym.section);
		json_unum(&j, "value", e->sym.value);
		json_unum(&j, "size", e->sym.size);
		json_unum(&j, "refs", e->sym.n_refs);
		json_str(&j, "resolved_by", def ? def->file : NULL);
		json_end(&j, '}');
	}
	json_end(&j, ']');
	cli_json_end(cli, &j);
}

static int add_symbols(struct table *t, const struct weld_object *obj, const char *file)
{
	struct weld_symbol_info s = { .sz = sizeof(s) };
	int err;

	for (uint32_t n = 0; !(err = weld_object__symbol(obj, n, &s)); n++) {
		struct entry *v = realloc(t->v, (t->n + 1) * sizeof(*v));

		if (!v)
			return CLI_INTERNAL;
		t->v = v;
		t->v[t->n] = (struct entry){ s, file, t->n };
		t->n++;
	}
	return CLI_OK;
}

static int open_all(struct cli *cli, struct table *t)
{
	int status = CLI_OK;

	for (size_t i = 0; i < cli->n_args; i++) {
		int err = weld_object__open_file(cli->ctx, cli->args[i], NULL, &t->objs[i]);

		if (err)
			status = cli_status(cli, err);
		else if (add_symbols(t, t->objs[i], cli->args[i]))
			status = CLI_INTERNAL;
	}
	return status;
}

int verb_syms(struct cli *cli)
{
	struct table t = { 0 };
	int status;

	if (!cli->n_args)
		return cli_usage(cli, "syms needs a file");
	t.objs = calloc(cli->n_args, sizeof(struct weld_object *));
	if (!t.objs)
		return CLI_INTERNAL;
	status = open_all(cli, &t);
	if (index_definitions(&t))
		status = CLI_INTERNAL;
	if (cli->json)
		print_json(cli, &t);
	else
		print_text(&t, cli->n_args > 1);
	for (size_t i = 0; i < cli->n_args; i++)
		weld_object__close(t.objs[i]);
	free(t.objs);
	free(t.defs);
	free(t.v);
	return status ? status : cli_status(cli, 0);
}
