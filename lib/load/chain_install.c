/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Putting a chain in place: load, pin in next/, exchange the program, move the pins. Up to the
 * exchange everything can be undone; behind it nothing that is left to do can stop the new one.
 */
#include "lib/load/chain_int.h"

#include <stdlib.h>

#include "lib/load/freplace.h"

/* A replacement that is loaded and linked. */
struct extension {
	struct load_inst *inst;
	int link;
};

struct install {
	struct load_chain *c;
	const struct load_chain_new *n;
	struct load_inst *inst;
	int prog;		/* the entry's handle, the instance's */
	int state;		/* map */
	bool tried;		/* the exchange was */
	struct extension *exts;	/* n->n_exts */
};

/* --- loading ----------------------------------------------------------------------------- */

/* Constants come with the object; what they were before is of no use to it. */
static int find_kept(void *user, const struct obj_map *m)
{
	const struct install *in = user;

	if (!in->c->exists || (m->is_data && (m->flags & BPF_F_RDONLY_PROG)))
		return -ENOENT;
	if (in->n->keep && !in->n->keep(in->n->user, m->name))
		return -ENOENT;
	return load_chain_map(in->c, m->name);
}

static int load(struct install *in)
{
	struct load_opts opts = { .pin_dir = sbuf_str(&in->c->bpffs), .find_map = find_kept,
				  .find_user = in };
	func_id entry = obj_find_func(in->n->obj, in->n->entry);
	int err = load_object(in->c->port.diag, in->n->obj, in->c->port.target, &opts, &in->inst);

	if (err)
		return err;
	if (!entry.i || in->inst->progs[entry.i].handle < 0)
		return diag_raise(in->c->port.diag, DIAG_LOAD_NO_PROG, NULL, in->n->entry);
	in->prog = in->inst->progs[entry.i].handle;
	return 0;
}

static int load_exts(struct install *in)
{
	struct load_replaced at = { .inst = in->inst,
				    .program = obj_find_func(in->n->obj, in->n->entry) };
	int err = 0;

	in->exts = calloc(in->n->n_exts + 1, sizeof(*in->exts));
	if (!in->exts)
		return diag_raise(in->c->port.diag, DIAG_NO_MEMORY, NULL, "load");
	for (u32 i = 0; i < in->n->n_exts; i++)
		in->exts[i].link = -1;
	for (u32 i = 0; i < in->n->n_exts && !err; i++) {
		at.function = in->n->exts[i].function;
		err = load_freplace(&at, in->n->exts[i].obj, in->n->exts[i].program,
				    &in->exts[i].inst, &in->exts[i].link);
	}
	return err;
}

static void close_exts(struct install *in)
{
	for (u32 i = 0; in->exts && i < in->n->n_exts; i++) {
		chain_drop(in->c, &in->exts[i].link);
		load_close(in->exts[i].inst);
	}
	free(in->exts);
}

/* --- the state --------------------------------------------------------------------------- */

static int fill_state(struct install *in)
{
	union bpf_attr attr = { .map_fd = (uint32_t)in->state };
	u32 zero = 0;
	int err;

	attr.key = ptr_u64(&zero);
	attr.value = ptr_u64(in->n->state.data);
	err = load_ask(&in->c->port, BPF_MAP_UPDATE_ELEM, &attr);
	if (err < 0)
		return err;
	attr = (union bpf_attr){ .map_fd = (uint32_t)in->state };
	return load_ask(&in->c->port, BPF_MAP_FREEZE, &attr);
}

static int make_state(struct install *in)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .max_entries = 1 };
	int err;

	attr.value_size = (uint32_t)in->n->state.size;
	load_kernel_name(attr.map_name, "bpfweld_state");
	in->state = load_ask(&in->c->port, BPF_MAP_CREATE, &attr);
	err = in->state < 0 ? in->state : fill_state(in);
	return err < 0 ? load_raise(in->inst, DIAG_LOAD_MAP_CREATE, NULL, "state", err) : 0;
}

/* --- pins -------------------------------------------------------------------------------- */

static int pin_next(struct install *in, const char *name, int handle)
{
	struct sbuf path = { 0 };
	int err = chain_path(in->c, &path, "next/", name);

	if (!err) {
		err = chain_pin(in->c, sbuf_str(&path), handle);
		if (err)
			err = chain_raise(in->c, sbuf_str(&path), err);
	}
	sbuf_free(&path);
	return err;
}

static int pin_named(struct install *in, const char *map, int handle)
{
	struct sbuf pin = { 0 };
	int err = chain_map_pin(&pin, map);

	if (err)
		diag_raise(in->c->port.diag, DIAG_NO_MEMORY, NULL, "load");
	else
		err = pin_next(in, sbuf_str(&pin), handle);
	sbuf_free(&pin);
	return err;
}

/* The link keeps the program; maps are found under the component's name. */
static int pin_ext(struct install *in, u32 n)
{
	const struct load_chain_ext *x = &in->n->exts[n];
	struct sbuf name = { 0 };
	int err;

	sbuf_printf(&name, "ext-%s", x->name);
	err = pin_next(in, sbuf_str(&name), in->exts[n].link);
	for (u32 i = 1; i < x->obj->maps.n && !err; i++) {
		struct sbuf map = { 0 };

		if (in->exts[n].inst->maps[i].handle < 0)
			continue;
		sbuf_printf(&map, "%s__%s", x->name, x->obj->maps.v[i].name);
		err = pin_named(in, sbuf_str(&map), in->exts[n].inst->maps[i].handle);
		sbuf_free(&map);
	}
	sbuf_free(&name);
	return err;
}

static int make_folder(const struct load_chain *c, const char *folder)
{
	struct sbuf path = { 0 };
	int err = chain_path(c, &path, folder, "");

	if (!err) {
		err = c->port.target.ops->mkdir(c->port.target.user, sbuf_str(&path));
		err = err && err != -EEXIST ? chain_raise(c, sbuf_str(&path), err) : 0;
	}
	sbuf_free(&path);
	return err;
}

static int pin_all(struct install *in)
{
	const struct obj *o = in->n->obj;
	int err = make_folder(in->c, "");

	if (!err)
		err = make_folder(in->c, "next");
	for (u32 i = 1; i < o->maps.n && !err; i++)
		if (in->inst->maps[i].handle >= 0)
			err = pin_named(in, o->maps.v[i].name, in->inst->maps[i].handle);
	for (u32 i = 0; i < in->n->n_exts && !err; i++)
		err = pin_ext(in, i);
	if (!err)
		err = pin_next(in, "state", in->state);
	/* Last, since it is what an unfinished installation is recognised by. */
	return err ? err : pin_next(in, "prog", in->prog);
}

/* --- the exchange ------------------------------------------------------------------------ */

/* The link that is pinned, if one is, lost its device or runs something else: were it left, what
 * netlink attaches now would be taken for that one's. It is put back when nothing is attached. */
static int unpin_link(struct load_chain *c)
{
	int err = chain_unpin(c, "", "link");

	return err ? chain_raise(c, sbuf_str(&c->dir), err) : 0;
}

static void put_link_back(const struct load_chain *c)
{
	struct sbuf path = { 0 };

	if (c->link >= 0 && !chain_path(c, &path, "", "link"))
		chain_pin(c, sbuf_str(&path), c->link);
	sbuf_free(&path);
}

static int attach_anew(struct install *in)
{
	struct load_chain *c = in->c;
	struct load_attachment a = { .link = -1 };
	int err = unpin_link(c);

	if (err)
		return err;
	err = load_attach(&c->port, &c->at, in->prog, in->n->no_link, &a);
	if (!err && a.link >= 0) {
		err = pin_next(in, "link", a.link);
		if (err)
			load_detach(&c->port, &a, in->prog);
		chain_drop(c, &a.link);
	}
	if (err)
		put_link_back(c);
	return err;
}

static int exchange(struct install *in)
{
	struct load_attachment a = chain_attachment(in->c);

	in->tried = true;
	if (in->c->runs)
		return load_attach_replace(&in->c->port, &a, in->prog, in->c->prog);
	return attach_anew(in);
}

/*
 * Back to what was there. What that is the device says: the exchange may have been made although
 * it reported a failure, when the answer got lost; then there is nothing to undo.
 */
static void undo(struct install *in)
{
	struct load_chain *c = in->c;
	u32 id = 0;
	int err = load_chain_look(c);
	bool made = in->tried && (err || (c->runs && !chain_prog_id(c, in->prog, &id) &&
					  id == c->prog_id));

	if (in->inst && !made) {
		in->inst->opts.pin_dir = sbuf_str(&c->bpffs);
		load_unpin_maps(in->inst);
		in->inst->opts.pin_dir = NULL;
	}
	if (!err && !load_chain_has_pins(c))
		chain_drop_all(c);
}

static int put_in_place(struct install *in)
{
	int err = load(in);

	if (!err)
		err = load_exts(in);
	if (!err)
		err = make_state(in);
	if (!err)
		err = pin_all(in);
	if (!err)
		err = exchange(in);
	if (err) {
		undo(in);
		return err;
	}
	/* The new one runs. What can't be moved now is moved by whoever looks next. */
	chain_move_next(in->c);
	return load_chain_look(in->c);
}

int load_chain_install(struct load_chain *c, const struct load_chain_new *n,
		       struct load_inst **inst)
{
	struct install in = { .c = c, .n = n, .state = -1 };
	int err = c->known ? 0 : load_chain_look(c);

	if (!err)
		err = put_in_place(&in);
	close_exts(&in);
	chain_drop(c, &in.state);
	if (err || !inst)
		load_close(in.inst);
	else
		*inst = in.inst;
	return err;
}

int load_chain_remove(struct load_chain *c)
{
	struct load_attachment a;
	int err = c->known ? 0 : load_chain_look(c);

	if (err)
		return err;
	a = chain_attachment(c);
	if (c->runs)
		err = load_detach(&c->port, &a, c->prog);
	/* It may be off all the same, when the answer got lost. */
	c->known = !err;
	if (err)
		return err;
	err = chain_drop_all(c);
	chain_forget(c);
	return err ? chain_raise(c, sbuf_str(&c->dir), err) : 0;
}
