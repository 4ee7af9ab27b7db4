/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * BTF and maps. A map that asks to be pinned by name is taken from its pin when one is there and
 * its definition agrees; anything else is created.
 */
#include "lib/load/load_int.h"

#include <stdio.h>
#include <stdlib.h>

int load_btf_pass(struct load_inst *inst)
{
	struct weld_where at = WELD_WHERE_NONE;
	struct sbuf bytes = { 0 }, log = { 0 };
	union bpf_attr attr = { 0 };
	struct diag_msg m;
	int ret;

	ret = img_btf(inst->diag, inst->obj, &inst->btf);
	if (ret || !inst->btf)
		return ret;
	ret = btf_write(inst->btf, HOST_BIG_ENDIAN, &bytes);
	if (ret) {
		sbuf_free(&bytes);
		return diag_raise(inst->diag, DIAG_NO_MEMORY, NULL, "load");
	}
	attr.btf = ptr_u64(bytes.data);
	attr.btf_size = (uint32_t)bytes.size;
	ret = load_btf_logged(inst, &attr, &log);
	if (ret >= 0) {
		inst->btf_handle = ret;
	} else {
		at.file = inst->obj->name;
		at.section = ".BTF";
		diag_begin(&m, inst->diag, DIAG_LOAD_BTF_REFUSED, &at, inst->target.ops->name,
			   strerror(-ret));
		diag_detail(&m, sbuf_str(&log));
		diag_end(&m);
	}
	sbuf_free(&log);
	sbuf_free(&bytes);
	return 0;
}

/* --- creating ------------------------------------------------------------------------- */

static struct weld_where map_where(const struct load_inst *inst, const struct obj_map *m)
{
	struct weld_where at = WELD_WHERE_NONE;

	if (m->sym.i)
		return obj_where_sym(inst->obj, m->sym);
	at.file = inst->obj->name;
	at.section = m->name;
	return at;
}

/* Data maps are named as people know them: the object's name, cut, and the section's. */
static void kernel_map_name(const struct load_inst *inst, const struct obj_map *m,
			    char out[BPF_OBJ_NAME_LEN])
{
	const char *base = strrchr(inst->obj->name, '/');
	char buf[2 * BPF_OBJ_NAME_LEN];
	size_t keep, len = strlen(m->name);

	if (!m->is_data) {
		load_kernel_name(out, m->name);
		return;
	}
	base = base ? base + 1 : inst->obj->name;
	keep = strcspn(base, ".");
	if (keep > 8)
		keep = 8;
	if (len < BPF_OBJ_NAME_LEN && keep > BPF_OBJ_NAME_LEN - 1 - len)
		keep = BPF_OBJ_NAME_LEN - 1 - len;
	snprintf(buf, sizeof(buf), "%.*s%s", (int)keep, base, m->name);
	load_kernel_name(out, buf);
}

static void map_attr(const struct load_inst *inst, const struct obj_map *m, union bpf_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	attr->map_type = m->type;
	attr->key_size = m->key_size;
	attr->value_size = m->value_size;
	attr->max_entries = m->max_entries;
	attr->map_flags = m->flags;
	attr->numa_node = m->numa_node;
	attr->map_extra = m->map_extra;
	kernel_map_name(inst, m, attr->map_name);
}

/* Key and value types are for whoever dumps the map; a kind that takes none is made without, as
 * is a program array with `values`, which has a key type only. */
static int create_with_btf(const struct load_inst *inst, const struct obj_map *m,
			   union bpf_attr *attr)
{
	int ret;

	if (inst->btf_handle >= 0 && m->value_type_id) {
		attr->btf_fd = (uint32_t)inst->btf_handle;
		attr->btf_key_type_id = m->key_type_id;
		attr->btf_value_type_id = m->value_type_id;
		ret = load_bpf(inst, BPF_MAP_CREATE, attr);
		if (ret >= 0)
			return ret;
		attr->btf_fd = attr->btf_key_type_id = attr->btf_value_type_id = 0;
	}
	return load_bpf(inst, BPF_MAP_CREATE, attr);
}

static int create(struct load_inst *inst, const struct obj_map *m, int *handle)
{
	struct weld_where at = map_where(inst, m);
	int inner = -1, ret = obj_check_map(inst->diag, inst->obj, m);
	union bpf_attr attr;

	if (ret)
		return ret;
	map_attr(inst, m, &attr);
	if (m->inner.i) {
		const struct obj_map *in = obj_map(inst->obj, m->inner);
		union bpf_attr in_attr;

		map_attr(inst, in, &in_attr);
		inner = ret = create_with_btf(inst, in, &in_attr);
		attr.inner_map_fd = (uint32_t)inner;
	}
	if (ret >= 0)
		ret = create_with_btf(inst, m, &attr);
	load_close_handle(inst, &inner);
	if (ret < 0)
		return load_raise(inst, DIAG_LOAD_MAP_CREATE, &at, m->name, ret);
	*handle = ret;
	return 0;
}

/* --- pinned by name ------------------------------------------------------------------- */

static int check_reused(const struct load_inst *inst, const struct obj_map *m, int handle,
			const char *path)
{
	struct weld_where at = map_where(inst, m);
	struct bpf_map_info info = { 0 };
	union bpf_attr attr = { 0 };
	struct diag_msg msg;
	int ret;

	attr.info.bpf_fd = (uint32_t)handle;
	attr.info.info_len = sizeof(info);
	attr.info.info = ptr_u64(&info);
	ret = load_bpf(inst, BPF_OBJ_GET_INFO_BY_FD, &attr);
	if (ret < 0)
		return load_raise(inst, DIAG_LOAD_PIN, &at, path, ret);
	if (info.type == m->type && info.key_size == m->key_size &&
	    info.value_size == m->value_size && info.max_entries == m->max_entries &&
	    info.map_flags == m->flags)
		return 0;
	diag_begin(&msg, inst->diag, DIAG_LOAD_PIN_DIFFERS, &at, m->name, path);
	diag_note(&msg, NULL, "wanted: type %u, key %u, value %u, entries %u, flags 0x%x", m->type,
		  m->key_size, m->value_size, m->max_entries, m->flags);
	diag_note(&msg, NULL, "pinned: type %u, key %u, value %u, entries %u, flags 0x%x",
		  info.type, info.key_size, info.value_size, info.max_entries, info.map_flags);
	diag_help(&msg, "remove the pin, or change the definition back");
	return diag_end(&msg);
}

static int reuse_or_create(struct load_inst *inst, const struct obj_map *m, struct load_map *out)
{
	struct sbuf path = { 0 };
	int err = load_pin_path(inst, m, &path);

	if (err)
		goto out;
	err = load_pin_get(inst, sbuf_str(&path), &out->handle);
	if (!err) {
		out->reused = true;
		err = check_reused(inst, m, out->handle, sbuf_str(&path));
		goto out;
	}
	if (err != -ENOENT) {
		struct weld_where at = map_where(inst, m);

		err = load_raise(inst, DIAG_LOAD_PIN, &at, sbuf_str(&path), err);
		goto out;
	}
	out->to_pin = true;
	err = create(inst, m, &out->handle);
out:
	sbuf_free(&path);
	return err;
}

/* What the caller has for a map; out->reused says whether it has anything. */
static int find_map(struct load_inst *inst, const struct obj_map *m, struct load_map *out)
{
	struct weld_where at = map_where(inst, m);
	int ret = inst->opts.find_map(inst->opts.find_user, m);

	if (ret == -ENOENT)
		return 0;
	if (ret < 0)
		return load_raise(inst, DIAG_LOAD_PIN, &at, m->name, ret);
	out->handle = ret;
	out->reused = true;
	return check_reused(inst, m, ret, m->name);
}

static int get_map(struct load_inst *inst, const struct obj_map *m, struct load_map *out)
{
	int err = inst->opts.find_map ? find_map(inst, m, out) : 0;

	if (err || out->reused)
		return err;
	if (m->pinning == OBJ_PIN_BY_NAME && !inst->opts.no_pins)
		return reuse_or_create(inst, m, out);
	return create(inst, m, &out->handle);
}

int load_maps_pass(struct load_inst *inst)
{
	const struct obj *o = inst->obj;
	int err = 0;

	for (u32 i = 1; !err && i < o->maps.n; i++) {
		const struct obj_map *m = &o->maps.v[i];

		if (m->is_extern || m->is_inner)
			continue;
		err = get_map(inst, m, &inst->maps[i]);
	}
	return err;
}
