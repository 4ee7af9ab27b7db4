/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* BTF_LOAD (kernel/bpf/btf.c: btf_new_fd). */
#include "runtime/rt_int.h"

#include <stdlib.h>

enum { MAX_BTF_SIZE = 16 << 20 };

static void btf_obj_free(struct rt_ref *ref)
{
	struct rt_btf *b = container_of(ref, struct rt_btf, ref);

	if (b->id)
		rt_id_remove(b->rt, RT_KIND_BTF, b->id);
	btf_free(b->btf);
	free(b->data);
	free(b);
}

/* A data section's variables: sorted, apart from each other, inside of its size. */
static bool sound_section(const struct btf_type *t)
{
	const struct btf_var_secinfo *v = btf_secinfos(t);
	u64 end = 0;

	for (u32 i = 0; i < btf_vlen(t); i++) {
		if (v[i].offset < end || !v[i].size)
			return false;
		end = (u64)v[i].offset + v[i].size;
	}
	return t->size && end <= t->size;
}

/* What a kernel refuses although it is well-formed: externs that nobody resolved, sections whose
 * layout nobody filled in. */
static const char *unfinished(const struct btf *btf, u32 id)
{
	const struct btf_type *t = btf_type(btf, id);

	switch (btf_kind(t)) {
	case BTF_KIND_FUNC:
		return btf_func_linkage(t) > BTF_FUNC_GLOBAL ? "function is extern" : NULL;
	case BTF_KIND_VAR:
		return btf_var_linkage(t) > BTF_VAR_GLOBAL_ALLOCATED ? "variable is extern" : NULL;
	case BTF_KIND_DATASEC:
		return sound_section(t) ? NULL : "section's layout is not filled in";
	default:
		return NULL;
	}
}

static int check_finished(struct diag *d, const struct btf *btf)
{
	for (u32 id = 1; id <= btf_n_types(btf); id++) {
		const char *what = unfinished(btf, id);

		if (what)
			return diag_raise(d, DIAG_RT_BTF, NULL, id, btf_name(btf, id), what);
	}
	return 0;
}

static int parse(struct rt_btf *b, struct diag *d)
{
	int err = btf_parse(d, span_of(b->data, b->size), "BPF_BTF_LOAD", &b->btf);

	if (err)
		return err;
	if (btf_was_swapped(b->btf))
		return diag_raise(d, DIAG_RT_BTF, NULL, 0, "", "byte order is not the host's");
	return check_finished(d, b->btf);
}

static int load(struct rt_call *call, struct diag *d, struct rt_btf **out)
{
	const union bpf_attr *a = &call->attr;
	const void *bytes = rt_user_ptr(a->btf);
	struct rt_btf *b;
	int err;

	if (a->btf_size > MAX_BTF_SIZE)
		return diag_raise(d, DIAG_RT_BTF_SIZE, NULL, a->btf_size, MAX_BTF_SIZE);
	if (!bytes && a->btf_size)
		return -EFAULT;
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	b->ref = (struct rt_ref){ .n = 1, .free = btf_obj_free };
	b->rt = call->rt;
	b->size = a->btf_size;
	b->data = malloc(b->size ? b->size : 1);
	err = -ENOMEM;
	if (b->data) {
		if (b->size)
			memcpy(b->data, bytes, b->size);
		err = parse(b, d);
	}
	if (!err)
		err = rt_id_add(b->rt, RT_KIND_BTF, &b->ref, &b->id);
	if (err) {
		rt_ref_put(&b->ref);
		return err;
	}
	*out = b;
	return 0;
}

int rt_cmd_btf_load(struct rt_call *call)
{
	const union bpf_attr *a = &call->attr;
	struct rt_btf *btf = NULL;
	struct rt_log log;
	u32 true_size;
	int err;

	if (a->btf_flags)
		return -EINVAL;
	err = rt_log_begin(&log, call->rt->diag, a->btf_log_level, a->btf_log_buf, a->btf_log_size);
	if (err)
		return err;
	err = rt_log_end(&log, load(call, &log.diag, &btf), &true_size);
	if (rt_call_has(call, btf_log_true_size))
		call->user->btf_log_true_size = true_size;
	if (!err)
		return rt_handle_new(call->rt, RT_KIND_BTF, &btf->ref, RT_CAN_ALL);
	if (btf)
		rt_ref_put(&btf->ref);
	return err;
}
