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

/* The same, where there may be none: *handle is -1 then. */
static int find_pin(const struct load_chain *c, const char *folder, const char *name, int *handle)
{
	int ret = get_pin(c, folder, name);

	*handle = ret < 0 ? -1 : ret;
	return ret < 0 && ret != -ENOENT ? ret : 0;
}

/* --- what is there ----------------------------------------------------------------------- */

/* Of a link: does it have a device, and which program does it run on ours? */
struct link_facts {
	bool alive;
	u32 prog_id;
};

static int look_at_link(const struct load_chain *c, int link, struct link_facts *out)
{
	struct bpf_link_info info = { 0 };
	u32 ifindex;
	int err;

	*out = (struct link_facts){ 0 };
	if (link < 0)
		return 0;
	err = info_of(c, link, &info, sizeof(info));
	if (err < 0)
		return err;
	/* A link whose device is gone says 0. */
	ifindex = c->at.hook == LOAD_HOOK_XDP ? info.xdp.ifindex : info.tcx.ifindex;
	out->alive = ifindex != 0;
	out->prog_id = ifindex == c->at.ifindex ? info.prog_id : 0;
	return 0;
}

/* Does this program run in the attachment: by the link, or by netlink where none is alive? */
static int runs_as(struct load_chain *c, const struct link_facts *link, u32 id, bool *runs)
{
	struct load_place at = c->at;
	int err;

	*runs = id && link->prog_id == id;
	if (link->alive || !id)
		return 0;
	err = load_netlink_runs(&c->port, &at, id, runs);
	c->mode = at.mode;
	return err;
}

static bool has_shape(const struct bpf_map_info *info, const struct load_map_shape *s)
{
	return info->type == s->type && info->key_size == s->key_size &&
	       info->value_size == s->value_size;
}

/* The value of the array map that holds the state; nothing from a map that can't be one. */
static int read_state(const struct load_chain *c, int map, struct sbuf *out)
{
	struct bpf_map_info info = { 0 };
	u32 zero = 0;
	void *value;
	int err = info_of(c, map, &info, sizeof(info));

	if (err < 0)
		return err;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.key_size != 4 || info.max_entries != 1)
		return 0;
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
	int map, err = find_pin(c, "", "state", &map);

	if (map < 0)
		return err;
	err = read_state(c, map, &c->state);
	chain_drop(c, &map);
	c->exists = !err;
	return err;
}

/* The link tells which program it runs, should that one's pin be lost. */
static int take_prog(struct load_chain *c, const struct link_facts *link)
{
	union bpf_attr attr = { .prog_id = link->prog_id };
	int ret, err = find_pin(c, "", "prog", &c->prog);

	if (err)
		return err;
	if (c->prog < 0 && link->prog_id) {
		ret = load_ask(&c->port, BPF_PROG_GET_FD_BY_ID, &attr);
		/* Who may not ask by id can still take the link away. */
		if (ret < 0 && ret != -EPERM)
			return ret;
		c->prog = ret < 0 ? -1 : ret;
	}
	return c->prog < 0 ? 0 : chain_prog_id(c, c->prog, &c->prog_id);
}

static int take_pins(struct load_chain *c)
{
	struct link_facts link;
	int err = find_pin(c, "", "link", &c->link);

	if (!err)
		err = look_at_link(c, c->link, &link);
	if (!err)
		err = take_prog(c, &link);
	if (!err)
		err = take_state(c);
	if (!err)
		err = runs_as(c, &link, c->prog_id, &c->runs);
	if (!err && !link.alive)
		chain_drop(c, &c->link);
	return err;
}

/* --- what was left half done ------------------------------------------------------------- */

/* Did the program of next/ take over? A link of its own says so, whatever else is there; without,
 * it runs in the chain's link or by netlink. */
static int took_over(struct load_chain *c, const struct link_facts *next, bool *did)
{
	struct link_facts link = { 0 };
	int prog, top = -1, err;
	u32 id = 0;

	*did = next->prog_id != 0;
	if (*did)
		return 0;
	err = find_pin(c, "next/", "prog", &prog);
	if (prog >= 0)
		err = chain_prog_id(c, prog, &id);
	if (!err)
		err = find_pin(c, "", "link", &top);
	if (!err)
		err = look_at_link(c, top, &link);
	if (!err)
		err = runs_as(c, &link, id, did);
	chain_drop(c, &top);
	chain_drop(c, &prog);
	return err;
}

/*
 * Pins in next/ are of a program that was about to take over. If it did, they are the chain's;
 * else they are nobody's.
 */
static int recover(struct load_chain *c)
{
	struct link_facts next;
	int link, err = find_pin(c, "next/", "link", &link);
	bool did = false;

	if (!err)
		err = look_at_link(c, link, &next);
	if (!err)
		err = took_over(c, &next, &did);
	chain_drop(c, &link);
	if (err)
		return err;
	return did ? chain_move_next(c) : chain_drop_next(c);
}

void chain_forget(struct load_chain *c)
{
	chain_drop(c, &c->link);
	chain_drop(c, &c->prog);
	sbuf_trim(&c->state, 0);
	c->known = c->exists = c->runs = false;
	c->prog_id = 0;
	c->mode = c->at.mode;
}

int load_chain_look(struct load_chain *c)
{
	int err;

	chain_forget(c);
	err = recover(c);
	if (!err)
		err = take_pins(c);
	if (err) {
		chain_forget(c);
		return chain_raise(c, sbuf_str(&c->dir), err);
	}
	c->known = true;
	return 0;
}

bool load_chain_has_pins(const struct load_chain *c)
{
	return c->exists || c->prog >= 0 || c->link >= 0;
}

struct load_attachment chain_attachment(const struct load_chain *c)
{
	struct load_attachment a = { .at = c->at, .link = c->link };

	a.at.mode = c->mode;
	return a;
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
	if (!err)
		err = load_chain_look(&c);
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

static int raise_other_map(const struct load_chain *c, const char *name,
			   const struct load_map_shape *want, const struct bpf_map_info *info)
{
	struct diag_msg m;

	diag_begin(&m, c->port.diag, DIAG_LOAD_PIN_DIFFERS, NULL, name, sbuf_str(&c->dir));
	diag_note(&m, NULL, "wanted: type %u, key %u, value %u", want->type, want->key_size,
		  want->value_size);
	diag_note(&m, NULL, "pinned: type %u, key %u, value %u", info->type, info->key_size,
		  info->value_size);
	diag_help(&m, "it is not the map that was pinned there: attach the chain anew");
	return diag_end(&m);
}

int load_chain_map_of(const struct load_chain *c, const char *name,
		      const struct load_map_shape *shape)
{
	struct bpf_map_info info = { 0 };
	int map = load_chain_map(c, name), err;

	if (map < 0)
		return map;
	err = info_of(c, map, &info, sizeof(info));
	if (err >= 0 && !has_shape(&info, shape))
		err = raise_other_map(c, name, shape, &info);
	if (err < 0)
		chain_drop(c, &map);
	return err < 0 ? err : map;
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
