/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/load/chain.h"

#include <stdlib.h>

#include "lib/load/chain_int.h"

/* --- asking ------------------------------------------------------------------------------ */

int chain_get(const struct load_chain *c, const char *path)
{
	union bpf_attr attr = { .pathname = ptr_u64(path) };

	return load_ask(&c->port, BPF_OBJ_GET, &attr);
}

int chain_pin(const struct load_chain *c, const char *path, int handle)
{
	union bpf_attr attr = { .pathname = ptr_u64(path), .bpf_fd = (uint32_t)handle };
	int ret = load_ask(&c->port, BPF_OBJ_PIN, &attr);

	return ret < 0 ? ret : 0;
}

void chain_drop(const struct load_chain *c, int *handle)
{
	if (*handle >= 0)
		c->port.target.ops->close(c->port.target.user, *handle);
	*handle = -1;
}

int chain_raise(const struct load_chain *c, const char *path, int err)
{
	struct diag_msg m;

	diag_begin(&m, c->port.diag, DIAG_LOAD_CHAIN_FILE, NULL, path, strerror(-err));
	diag_errno(&m, err);
	if (err == -ENOENT || err == -EPERM)
		diag_help(&m, "a bpffs has to be mounted there: mount -t bpf bpf /sys/fs/bpf");
	return diag_end(&m);
}

int chain_path(const struct load_chain *c, struct sbuf *out, const char *folder, const char *name)
{
	sbuf_printf(out, "%s/%s%s", sbuf_str(&c->dir), folder, name);
	return sbuf_err(out) ? diag_raise(c->port.diag, DIAG_NO_MEMORY, NULL, "load") : 0;
}

/* A pin of the chain: a handle, or what the target said. */
static int get_pin(const struct load_chain *c, const char *folder, const char *name)
{
	struct sbuf path = { 0 };
	int ret = chain_path(c, &path, folder, name);

	if (!ret)
		ret = chain_get(c, sbuf_str(&path));
	sbuf_free(&path);
	return ret;
}

static int info_of(const struct load_chain *c, int handle, void *info, u32 size)
{
	union bpf_attr attr = { 0 };

	attr.info.bpf_fd = (uint32_t)handle;
	attr.info.info_len = size;
	attr.info.info = ptr_u64(info);
	return load_ask(&c->port, BPF_OBJ_GET_INFO_BY_FD, &attr);
}

int chain_prog_id(const struct load_chain *c, int prog, u32 *id)
{
	struct bpf_prog_info info = { 0 };
	int err = info_of(c, prog, &info, sizeof(info));

	if (err >= 0)
		*id = info.id;
	return err < 0 ? err : 0;
}

/* --- what is there ----------------------------------------------------------------------- */

/* The id of the program that runs in our attachment: 0 when it is gone, with its device. */
static int running_id(const struct load_chain *c, u32 *id)
{
	struct bpf_link_info info = { 0 };
	int err;

	*id = 0;
	if (c->link < 0) {
		/* A device that went away took the program along. */
		struct load_port quiet = c->port;
		struct diag silent = { .error_limit = 1 };

		quiet.diag = &silent;
		err = load_attached_id(&quiet, &c->at, id);
		return err == -ENODEV ? 0 : err;
	}
	err = info_of(c, c->link, &info, sizeof(info));
	if (err < 0)
		return err;
	/* A link whose device is gone says 0. */
	if ((c->at.hook == LOAD_HOOK_XDP ? info.xdp.ifindex : info.tcx.ifindex) == c->at.ifindex)
		*id = info.prog_id;
	return 0;
}

/* The value of the array map that holds the state. */
static int read_state(const struct load_chain *c, int map, struct sbuf *out)
{
	struct bpf_map_info info = { 0 };
	u32 zero = 0;
	void *value;
	int err = info_of(c, map, &info, sizeof(info));

	if (err < 0)
		return err;
	/* Whoever can write pins may have put any map there. */
	if (info.type != BPF_MAP_TYPE_ARRAY || info.key_size != 4 || info.max_entries != 1)
		return -EINVAL;
	value = malloc(info.value_size + 8ull);
	if (!value)
		return -ENOMEM;
	err = load_chain_lookup(c, map, &zero, value);
	if (!err)
		sbuf_put(out, value, info.value_size);
	free(value);
	return err ? err : sbuf_err(out);
}

static int take_state(struct load_chain *c)
{
	int map = get_pin(c, "", "state"), err;

	if (map == -ENOENT)
		return 0;
	if (map < 0)
		return map;
	err = read_state(c, map, &c->state);
	chain_drop(c, &map);
	c->exists = !err;
	return err;
}

static int take_pins(struct load_chain *c)
{
	u32 id = 0;
	int err;

	c->link = get_pin(c, "", "link");
	c->prog = get_pin(c, "", "prog");
	err = c->link < 0 && c->link != -ENOENT ? c->link : 0;
	if (!err && c->prog < 0 && c->prog != -ENOENT)
		err = c->prog;
	if (!err && c->prog >= 0)
		err = chain_prog_id(c, c->prog, &c->prog_id);
	if (!err)
		err = take_state(c);
	if (!err && c->prog >= 0)
		err = running_id(c, &id);
	c->runs = !err && id && id == c->prog_id;
	return err;
}

/* --- what was left half done ------------------------------------------------------------- */

/*
 * Pins in next/ are of a program that was about to take over. If it did, they are the chain's;
 * else they are nobody's.
 */
static int recover(struct load_chain *c)
{
	int prog = get_pin(c, "next/", "prog"), link = get_pin(c, "", "link"), err;
	u32 next = 0, runs = 0;

	c->link = link < 0 ? -1 : link;
	err = prog < 0 ? 0 : chain_prog_id(c, prog, &next);
	if (!err)
		err = running_id(c, &runs);
	chain_drop(c, &prog);
	chain_drop(c, &c->link);
	if (err)
		return err;
	return next && next == runs ? chain_move_next(c) : chain_drop_next(c);
}

/* Names of chains' folders, the device's number behind. */
static const char *const prefixes[] = {
	[LOAD_HOOK_XDP] = "xdp-", [LOAD_HOOK_TC_INGRESS] = "tc-ingress-",
	[LOAD_HOOK_TC_EGRESS] = "tc-egress-",
};

/* --- the door ---------------------------------------------------------------------------- */

static bool has_files(const struct load_port *p)
{
	return load_can(p, unpin) && load_can(p, mkdir) && load_can(p, rmdir) &&
	       load_can(p, rename) && load_can(p, lock) && load_can(p, list);
}

static int make_dir(const struct load_chain *c, const char *path)
{
	int err = c->port.target.ops->mkdir(c->port.target.user, path);

	return err && err != -EEXIST ? chain_raise(c, path, err) : 0;
}

static int take_lock(struct load_chain *c, const char *bpffs)
{
	struct sbuf path = { 0 };
	int err;

	sbuf_printf(&path, "%s/bpfweld", bpffs);
	err = sbuf_err(&path) ? diag_raise(c->port.diag, DIAG_NO_MEMORY, NULL, "load") :
				make_dir(c, sbuf_str(&path));
	if (!err) {
		c->lock = c->port.target.ops->lock(c->port.target.user, sbuf_str(&path));
		err = c->lock < 0 ? chain_raise(c, sbuf_str(&path), c->lock) : 0;
	}
	sbuf_free(&path);
	return err;
}

int load_chain_open(const struct load_port *p, const char *bpffs, const struct load_place *at,
		    struct load_chain *out)
{
	struct load_chain c = { .port = *p, .at = *at, .lock = -1, .link = -1, .prog = -1 };
	int err;

	if (!has_files(p) || !load_can(p, netlink))
		return diag_raise(p->diag, DIAG_LOAD_NO_NET, NULL, p->target.ops->name);
	bpffs = bpffs ? bpffs : "/sys/fs/bpf";
	sbuf_puts(&c.bpffs, bpffs);
	sbuf_printf(&c.dir, "%s/bpfweld/%s%u", bpffs, prefixes[at->hook], at->ifindex);
	err = sbuf_err(&c.dir) || sbuf_err(&c.bpffs) ?
		      diag_raise(p->diag, DIAG_NO_MEMORY, NULL, "load") :
		      take_lock(&c, bpffs);
	if (!err) {
		err = recover(&c);
		if (!err)
			err = take_pins(&c);
		if (err)
			err = chain_raise(&c, sbuf_str(&c.dir), err);
	}
	if (err) {
		load_chain_close(&c);
		return err;
	}
	*out = c;
	return 0;
}

void load_chain_close(struct load_chain *c)
{
	chain_drop(c, &c->link);
	chain_drop(c, &c->prog);
	chain_drop(c, &c->lock);
	sbuf_free(&c->bpffs);
	sbuf_free(&c->dir);
	sbuf_free(&c->state);
}

int load_chain_map(const struct load_chain *c, const char *name)
{
	struct sbuf pin = { 0 };
	int ret = chain_map_pin(&pin, name) ? -ENOMEM : get_pin(c, "", sbuf_str(&pin));

	sbuf_free(&pin);
	return ret;
}

int load_chain_lookup(const struct load_chain *c, int map, const void *key, void *value)
{
	union bpf_attr attr = { .map_fd = (uint32_t)map };
	int ret;

	attr.key = ptr_u64(key);
	attr.value = ptr_u64(value);
	ret = load_ask(&c->port, BPF_MAP_LOOKUP_ELEM, &attr);
	return ret < 0 ? ret : 0;
}

/* --- all chains -------------------------------------------------------------------------- */

struct walk {
	int (*each)(void *user, enum load_hook hook, unsigned int ifindex);
	void *user;
};

static int visit(void *arg, const char *name)
{
	const struct walk *w = arg;
	unsigned long ifindex;
	char *end;

	for (size_t h = 0; h < ARRAY_SIZE(prefixes); h++) {
		size_t len = strlen(prefixes[h]);

		if (strncmp(name, prefixes[h], len) != 0 || name[len] < '1' || name[len] > '9')
			continue;
		ifindex = strtoul(name + len, &end, 10);
		if (!*end && ifindex <= INT_MAX)
			return w->each(w->user, (enum load_hook)h, (unsigned int)ifindex);
	}
	return 0;
}

int load_chain_each(const struct load_port *p, const char *bpffs,
		    int (*each)(void *user, enum load_hook hook, unsigned int ifindex), void *user)
{
	struct walk w = { .each = each, .user = user };
	struct sbuf path = { 0 };
	int err;

	if (!has_files(p))
		return diag_raise(p->diag, DIAG_LOAD_NO_NET, NULL, p->target.ops->name);
	sbuf_printf(&path, "%s/bpfweld", bpffs ? bpffs : "/sys/fs/bpf");
	err = sbuf_err(&path) ? diag_raise(p->diag, DIAG_NO_MEMORY, NULL, "load") :
				p->target.ops->list(p->target.user, sbuf_str(&path), visit, &w);
	sbuf_free(&path);
	return err == -ENOENT ? 0 : err;
}
