/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Finding objects again: by id, and by the path of a pin. Pins live as long as the runtime. */
#include "runtime/rt_int.h"

#include <stdlib.h>

/* --- ids --------------------------------------------------------------------------------- */

static int next_id(struct rt_call *call, enum rt_kind kind)
{
	u32 id;

	if (call->attr.start_id >= INT_MAX)
		return -EINVAL;
	if (!rt_call_has(call, next_id))
		return -EFAULT;
	id = rt_id_next(call->rt, kind, call->attr.start_id + 1);
	if (!id)
		return -ENOENT;
	call->user->next_id = id;
	return 0;
}

int rt_cmd_map_next_id(struct rt_call *call)
{
	return next_id(call, RT_KIND_MAP);
}

int rt_cmd_prog_next_id(struct rt_call *call)
{
	return next_id(call, RT_KIND_PROG);
}

int rt_cmd_btf_next_id(struct rt_call *call)
{
	return next_id(call, RT_KIND_BTF);
}

static int open_id(struct rt_call *call, enum rt_kind kind, u8 mode)
{
	struct rt_ref *obj = rt_id_find(call->rt, kind, call->attr.start_id);

	if (!obj)
		return -ENOENT;
	rt_ref_get(obj);
	return rt_handle_new(call->rt, kind, obj, mode);
}

/* BPF_F_RDONLY and BPF_F_WRONLY as a mode; -EINVAL for both, or other flags. */
static int mode_of(u32 flags, u8 *mode)
{
	if (flags & ~(u32)(BPF_F_RDONLY | BPF_F_WRONLY) || flags == (BPF_F_RDONLY | BPF_F_WRONLY))
		return -EINVAL;
	*mode = flags == BPF_F_RDONLY ? RT_CAN_READ : flags ? RT_CAN_WRITE : RT_CAN_ALL;
	return 0;
}

int rt_cmd_map_by_id(struct rt_call *call)
{
	u8 mode;
	int err = mode_of(call->attr.open_flags, &mode);

	return err ? err : open_id(call, RT_KIND_MAP, mode);
}

int rt_cmd_prog_by_id(struct rt_call *call)
{
	return open_id(call, RT_KIND_PROG, RT_CAN_ALL);
}

int rt_cmd_btf_by_id(struct rt_call *call)
{
	if (call->attr.open_flags)
		return -EINVAL;
	return open_id(call, RT_KIND_BTF, RT_CAN_ALL);
}

/* --- pins -------------------------------------------------------------------------------- */

static struct rt_pin *find_pin(struct rt *rt, const char *path)
{
	for (u32 i = 0; i < rt->pins.n; i++)
		if (!strcmp(rt->pins.v[i].path, path))
			return &rt->pins.v[i];
	return NULL;
}

static int add_pin(struct rt *rt, const char *path, const struct rt_handle *what)
{
	struct rt_handle copy = *what;
	char *own = strdup(path);
	struct rt_pin *pin = own ? vec_push(&rt->pins) : NULL;

	if (!pin) {
		free(own);
		return -ENOMEM;
	}
	*pin = (struct rt_pin){ .path = own, .what = copy };
	rt_use(copy.kind, copy.obj);
	return 0;
}

int rt_cmd_obj_pin(struct rt_call *call)
{
	const char *path = rt_user_ptr(call->attr.pathname);
	const struct rt_handle *h;

	if (call->attr.file_flags || call->attr.path_fd)
		return -EINVAL;
	h = rt_handle_find(call->rt, call->attr.bpf_fd);
	if (!h)
		return -EBADF;
	if (h->kind == RT_KIND_BTF)
		return -EINVAL;
	if (!path)
		return -EFAULT;
	if (!*path)
		return -ENOENT;
	return find_pin(call->rt, path) ? -EEXIST : add_pin(call->rt, path, h);
}

int rt_cmd_obj_get(struct rt_call *call)
{
	const char *path = rt_user_ptr(call->attr.pathname);
	struct rt_pin *pin;
	u8 mode;
	int err = mode_of(call->attr.file_flags, &mode);

	if (!err && (call->attr.bpf_fd || call->attr.path_fd))
		err = -EINVAL;
	if (!err && !path)
		err = -EFAULT;
	if (err)
		return err;
	pin = find_pin(call->rt, path);
	if (!pin)
		return -ENOENT;
	rt_ref_get(pin->what.obj);
	return rt_handle_new(call->rt, pin->what.kind, pin->what.obj, mode);
}
