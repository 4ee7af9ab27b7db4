/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The entry's types and variables. */
#include "linker/dispatch/dispatch_int.h"

/* The kernel knows the context by its struct's name and wants to see a size. Components bring their
 * own, which is the same one (tc's is large, and is left to them). */
static int add_ctx(const struct disp *c, struct btf *b, u32 u, u32 *id)
{
	static const char *const members[] = { "data", "data_end", "data_meta", "ingress_ifindex",
					       "rx_queue_index", "egress_ifindex" };
	int err;

	if (c->opts.type != DISP_XDP)
		return btf_add_fwd(b, c->kind->ctx, false, id);
	err = btf_add_composite(b, BTF_KIND_STRUCT, c->kind->ctx, 4 * ARRAY_SIZE(members), id);
	for (u32 i = 0; i < ARRAY_SIZE(members) && !err; i++)
		err = btf_add_member(b, members[i], u, i * 32, 0);
	return err;
}

int disp_add_types(const struct disp *c, struct btf *b, struct disp_types *t)
{
	u32 u, ctx, ptr;

	if (btf_add_int(b, "unsigned char", 1, 0, &t->u8_id) ||
	    btf_add_int(b, "unsigned int", 4, 0, &t->u32_id) ||
	    btf_add_int(b, "unsigned long long", 8, 0, &t->u64_id) ||
	    btf_add_int(b, "int", 4, BTF_INT_SIGNED, &t->int_id) ||
	    btf_add_ref(b, BTF_KIND_TYPEDEF, "__u32", t->u32_id, &u) ||
	    add_ctx(c, b, u, &ctx) || btf_add_ptr(b, ctx, &ptr) ||
	    btf_add_func_proto(b, t->int_id, &t->proto) || btf_add_param(b, "ctx", ptr))
		return -ENOMEM;
	return 0;
}

int disp_add_var(struct obj *o, const struct disp_var *var, sec_id *sec, sym_id *sym)
{
	struct obj_sym s = { .name = var->name, .size = var->size, .type = STT_OBJECT,
			     .bind = STB_GLOBAL };
	struct obj_sec *data;
	u32 id, datasec;

	if (obj_add_sec(o, var->section, var->kind, sec))
		return -ENOMEM;
	s.sec = *sec;
	if (obj_add_sym(o, &s, sym) ||
	    btf_add_var(o->btf, var->name, BTF_VAR_GLOBAL_ALLOCATED, var->type, &id) ||
	    btf_add_datasec(o->btf, var->section, var->size, &datasec) ||
	    btf_add_secinfo(o->btf, id, 0, var->size))
		return -ENOMEM;
	data = obj_sec(o, *sec);
	data->elf_type = SHT_PROGBITS;
	data->flags = var->flags;
	data->align = var->align;
	data->size = var->size;
	if (vec_reserve(&data->bytes, var->size))
		return -ENOMEM;
	data->bytes.n = var->size;
	memset(data->bytes.v, 0, var->size);
	return 0;
}

int disp_config_type(struct btf *b, const struct disp_types *t, u32 n, u32 *id)
{
	static const char *const arrays[] = { "chain_call_actions", "run_prios", "program_flags" };
	static const char *const bytes[] = { "magic", "dispatcher_version", "num_progs_enabled",
					     "is_xdp_frags" };
	u32 array;
	int err;

	err = btf_add_array(b, t->u32_id, t->u32_id, n, &array);
	if (!err)
		err = btf_add_composite(b, BTF_KIND_STRUCT, "xdp_dispatcher_config", 12 * n + 8,
					id);
	for (u32 i = 0; i < ARRAY_SIZE(bytes) && !err; i++)
		err = btf_add_member(b, bytes[i], t->u8_id, i * 8, 0);
	for (u32 i = 0; i < ARRAY_SIZE(arrays) && !err; i++)
		err = btf_add_member(b, arrays[i], array, 32 + i * n * 32, 0);
	return err ? err : btf_add_member(b, "is_xdp_devbound", t->u8_id, 32 + 96 * n, 0);
}

/* A number of a map's definition, as __uint(name, value) of bpf_helpers.h. */
static int add_number(struct btf *b, const struct disp_types *t, u32 value, u32 *id)
{
	u32 array;

	return btf_add_array(b, t->int_id, t->u32_id, value, &array) || btf_add_ptr(b, array, id) ?
		       -ENOMEM :
		       0;
}

int disp_counters_type(struct btf *b, const struct disp_types *t, u32 n, u32 *id)
{
	u32 verdicts, value, key_ptr, value_ptr, type, entries;

	if (btf_add_array(b, t->u64_id, t->u32_id, DISP_N_VERDICTS, &verdicts) ||
	    btf_add_composite(b, BTF_KIND_STRUCT, "dispatcher_counters",
			      sizeof(struct disp_counters), &value) ||
	    btf_add_member(b, "runs", t->u64_id, 0, 0) ||
	    btf_add_member(b, "verdicts", verdicts, 64, 0) ||
	    btf_add_ptr(b, t->u32_id, &key_ptr) || btf_add_ptr(b, value, &value_ptr) ||
	    add_number(b, t, BPF_MAP_TYPE_PERCPU_ARRAY, &type) || add_number(b, t, n, &entries))
		return -ENOMEM;
	if (btf_add_composite(b, BTF_KIND_STRUCT, NULL, 32, id) ||
	    btf_add_member(b, "type", type, 0, 0) || btf_add_member(b, "key", key_ptr, 64, 0) ||
	    btf_add_member(b, "value", value_ptr, 128, 0) ||
	    btf_add_member(b, "max_entries", entries, 192, 0))
		return -ENOMEM;
	return 0;
}
