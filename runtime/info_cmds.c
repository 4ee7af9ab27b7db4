/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * OBJ_GET_INFO_BY_FD. The caller's struct may be shorter or longer than ours. Each array in it
 * goes both ways: address and room in, count out, and as many elements as fit are copied.
 */
#include "runtime/rt_int.h"

/* Copy min(n, *room) elements to the caller's array and say how many there are. */
static int give_array(u64 to, u32 *room, const void *from, u32 n, size_t elem_size)
{
	u32 fit = (u32)min_u64(n, *room);

	*room = n;
	if (!fit)
		return 0;
	if (!to)
		return -EFAULT;
	memcpy(rt_user_ptr(to), from, fit * elem_size);
	return 0;
}

/* A caller that counts records must know their size (kernel: set_info_rec_size). */
static bool record_size_ok(u32 n, u32 size, u32 want)
{
	return (!n && !size) || size == want;
}

static int give_records(const struct rt_program *p, struct bpf_prog_info *info)
{
	int err;

	if (!record_size_ok(info->nr_func_info, info->func_info_rec_size,
			    sizeof(struct bpf_func_info)) ||
	    !record_size_ok(info->nr_line_info, info->line_info_rec_size,
			    sizeof(struct bpf_line_info)) ||
	    !record_size_ok(info->nr_jited_line_info, info->jited_line_info_rec_size, sizeof(u64)))
		return -EINVAL;
	info->func_info_rec_size = sizeof(struct bpf_func_info);
	info->line_info_rec_size = sizeof(struct bpf_line_info);
	info->jited_line_info_rec_size = sizeof(u64);
	err = give_array(info->func_info, &info->nr_func_info, p->funcs.v, p->funcs.n,
			 sizeof(*p->funcs.v));
	if (!err)
		err = give_array(info->line_info, &info->nr_line_info, p->lines.v, p->lines.n,
				 sizeof(*p->lines.v));
	return err;
}

static int give_map_ids(const struct rt_program *p, struct bpf_prog_info *info)
{
	u32 room = info->nr_map_ids, *to = rt_user_ptr(info->map_ids);

	info->nr_map_ids = p->maps.n;
	if (room && p->maps.n && !to)
		return -EFAULT;
	for (u32 i = 0; i < p->maps.n && i < room; i++)
		put_u32(to + i, p->maps.v[i]->id, false);
	return 0;
}

static int give_insns(const struct rt_program *p, struct bpf_prog_info *info)
{
	return give_array(info->xlated_prog_insns, &info->xlated_prog_len, p->insns.v,
			  p->insns.n * (u32)sizeof(*p->insns.v), 1);
}

/* Nothing is compiled and nothing attached: what describes that is zero. */
static void give_no_code(struct bpf_prog_info *info)
{
	info->jited_prog_len = 0;
	info->nr_jited_ksyms = 0;
	info->nr_jited_func_lens = 0;
	info->nr_jited_line_info = 0;
	info->nr_prog_tags = 0;
	info->ifindex = 0;
	info->netns_dev = 0;
	info->netns_ino = 0;
	info->created_by_uid = 0;
	info->recursion_misses = 0;
	info->verified_insns = 0;
	info->attach_btf_obj_id = 0;
	info->attach_btf_id = 0;
	memset(info->tag, 0, sizeof(info->tag));
}

static int prog_info(const struct rt_program *p, struct bpf_prog_info *info)
{
	int err = give_records(p, info);

	if (!err)
		err = give_map_ids(p, info);
	if (!err)
		err = give_insns(p, info);
	if (err)
		return err;
	give_no_code(info);
	info->type = p->prog.owner.type;
	info->id = p->prog.id;
	info->load_time = p->load_time;
	info->gpl_compatible = p->gpl;
	info->btf_id = p->btf ? p->btf->id : 0;
	info->run_time_ns = p->run_ns;
	info->run_cnt = p->run_count;
	memcpy(info->name, p->name, sizeof(info->name));
	return 0;
}

static int map_info(const struct rt_map *map, struct bpf_map_info *info)
{
	const struct rt_map_spec *s = &map->spec;

	*info = (struct bpf_map_info){
		.type = s->type,
		.id = map->id,
		.key_size = s->key_size,
		.value_size = s->value_size,
		.max_entries = s->max_entries,
		.map_flags = s->flags,
		.map_extra = s->extra,
		.btf_id = map->btf_id,
		.btf_key_type_id = map->btf_key_type_id,
		.btf_value_type_id = map->btf_value_type_id,
	};
	memcpy(info->name, s->name, sizeof(info->name));
	return 0;
}

static int btf_info(const struct rt_btf *btf, struct bpf_btf_info *info)
{
	char *name = rt_user_ptr(info->name);
	int err;

	if (!name != !info->name_len)
		return -EINVAL;
	err = give_array(info->btf, &info->btf_size, btf->data, btf->size, 1);
	if (err)
		return err;
	/* Only the kernel's own BTF has a name. */
	if (name)
		*name = 0;
	info->name_len = 0;
	info->id = btf->id;
	info->kernel_btf = 0;
	return 0;
}

union any_info {
	struct bpf_prog_info prog;
	struct bpf_map_info map;
	struct bpf_btf_info btf;
};

static int fill(const struct rt_handle *h, union any_info *info)
{
	switch (h->kind) {
	case RT_KIND_MAP:
		return map_info(container_of(h->obj, struct rt_map, ref), &info->map);
	case RT_KIND_PROG:
		return prog_info(container_of(h->obj, struct rt_program, prog.ref), &info->prog);
	default:
		return btf_info(container_of(h->obj, struct rt_btf, ref), &info->btf);
	}
}

static u32 info_size(enum rt_kind kind)
{
	return kind == RT_KIND_MAP ? sizeof(struct bpf_map_info) :
	       kind == RT_KIND_PROG ? sizeof(struct bpf_prog_info) : sizeof(struct bpf_btf_info);
}

int rt_cmd_obj_info(struct rt_call *call)
{
	void *user = rt_user_ptr(call->attr.info.info);
	const struct rt_handle *h = rt_handle_find(call->rt, call->attr.info.bpf_fd);
	union any_info info = { 0 };
	u32 size = call->attr.info.info_len;
	int err;

	if (!h)
		return -EBADF;
	if (!rt_call_has(call, info.info_len) || (!user && size))
		return -EFAULT;
	err = rt_check_tail(user, size, info_size(h->kind));
	if (err)
		return err;
	size = (u32)min_u64(size, info_size(h->kind));
	if (size)
		memcpy(&info, user, size);
	err = fill(h, &info);
	if (err)
		return err;
	if (size)
		memcpy(user, &info, size);
	call->user->info.info_len = size;
	return 0;
}
