/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The folder of a chain: moving and removing pins. */
#include "lib/load/chain_int.h"

#include <stdlib.h>

/* bpffs keeps names with a dot for itself, and names of sections may have any character. No two
 * names become the same: what could be mistaken for an escape is escaped. */
int chain_map_pin(struct sbuf *out, const char *name)
{
	sbuf_puts(out, "map-");
	for (; *name; name++)
		if (*name == '.')
			sbuf_putc(out, '-');
		else if (*name == '-' || *name == '/' || *name == '%')
			sbuf_printf(out, "%%%02x", (u8)*name);
		else
			sbuf_putc(out, *name);
	return sbuf_err(out);
}

/* --- lists ------------------------------------------------------------------------------- */

struct names {
	struct arena arena;
	VEC(const char *) list;
	int err;
};

static int add_name(void *arg, const char *name)
{
	struct names *n = arg;
	const char *copy = arena_strdup(&n->arena, name);

	n->err = copy ? vec_append(&n->list, &copy, 1) : -ENOMEM;
	return n->err;
}

/* A folder that isn't there has no entries. */
static int read_names(const struct load_chain *c, const char *folder, struct names *out)
{
	struct sbuf path = { 0 };
	int err = chain_path(c, &path, folder, "");

	*out = (struct names){ 0 };
	if (!err)
		err = c->port.target.ops->list(c->port.target.user, sbuf_str(&path), add_name, out);
	sbuf_free(&path);
	return err == -ENOENT ? 0 : err;
}

static void free_names(struct names *n)
{
	vec_free(&n->list);
	arena_free(&n->arena);
}

static bool has_name(const struct names *n, const char *name)
{
	for (u32 i = 0; i < n->list.n; i++)
		if (!strcmp(n->list.v[i], name))
			return true;
	return false;
}

/* --- single entries ---------------------------------------------------------------------- */

int chain_unpin(const struct load_chain *c, const char *folder, const char *name)
{
	struct sbuf path = { 0 };
	int err = chain_path(c, &path, folder, name);

	if (!err)
		err = c->port.target.ops->unpin(c->port.target.user, sbuf_str(&path));
	sbuf_free(&path);
	return err == -ENOENT ? 0 : err;
}

static int remove_folder(const struct load_chain *c, const char *folder)
{
	struct sbuf path = { 0 };
	int err = chain_path(c, &path, folder, "");

	if (!err)
		err = c->port.target.ops->rmdir(c->port.target.user, sbuf_str(&path));
	sbuf_free(&path);
	return err == -ENOENT ? 0 : err;
}

static int move_pin(const struct load_chain *c, const char *name)
{
	struct sbuf from = { 0 }, to = { 0 };
	int err = chain_path(c, &from, "next/", name);

	if (!err)
		err = chain_path(c, &to, "", name);
	if (!err)
		err = c->port.target.ops->rename(c->port.target.user, sbuf_str(&from),
						 sbuf_str(&to));
	sbuf_free(&from);
	sbuf_free(&to);
	return err;
}

/* --- whole folders ----------------------------------------------------------------------- */

static int remove_all(const struct load_chain *c, const char *folder, const struct names *names)
{
	int err = 0, e;

	for (u32 i = 0; i < names->list.n; i++) {
		e = chain_unpin(c, folder, names->list.v[i]);
		err = err ? err : e;
	}
	e = remove_folder(c, folder);
	return err ? err : e;
}

int chain_drop_next(struct load_chain *c)
{
	struct names next;
	int err = read_names(c, "next/", &next);

	if (!err)
		err = remove_all(c, "next/", &next);
	free_names(&next);
	return err;
}

int chain_drop_all(struct load_chain *c)
{
	struct names names;
	int err = chain_drop_next(c);

	if (!err)
		err = read_names(c, "", &names);
	if (err)
		return err;
	err = remove_all(c, "", &names);
	free_names(&names);
	return err;
}

/* Names that not every chain has. */
static bool is_own(const char *name)
{
	return !strncmp(name, "map-", 4) || !strncmp(name, "ext-", 4);
}

/* The maps and replacements of the chain that was, but for those that the new one has, too. */
static int remove_stale(const struct load_chain *c, const struct names *next)
{
	struct names old;
	int err = read_names(c, "", &old);

	for (u32 i = 0; i < old.list.n && !err; i++)
		if (is_own(old.list.v[i]) && !has_name(next, old.list.v[i]))
			err = chain_unpin(c, "", old.list.v[i]);
	free_names(&old);
	return err;
}

/*
 * In an order in which it can be done again from wherever it stopped: while the state is in next/
 * all maps are, so what next/ lacks is stale; the program, by which an unfinished move is
 * recognised, comes last. A map that was kept has its pin in next/ like the new ones.
 */
int chain_move_next(struct load_chain *c)
{
	struct names next;
	int err = read_names(c, "next/", &next);

	if (!err && has_name(&next, "state"))
		err = remove_stale(c, &next);
	if (!err && has_name(&next, "state"))
		err = move_pin(c, "state");
	for (u32 i = 0; i < next.list.n && !err; i++)
		if (strcmp(next.list.v[i], "state") && strcmp(next.list.v[i], "prog"))
			err = move_pin(c, next.list.v[i]);
	if (!err && has_name(&next, "prog"))
		err = move_pin(c, "prog");
	free_names(&next);
	return err ? err : remove_folder(c, "next/");
}
