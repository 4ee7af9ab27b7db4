/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The object's BTF as the kernel takes it. Compilers write things that only a loader
 * understands; each is rewritten in place, so that type ids (and with them func_info, map key
 * and value types) stay what they are:
 *
 *	FUNC of a hidden symbol		linkage static (verified with its callers)
 *	FUNC whose address code takes	the same: the kernel wants callbacks to be static
 *	FUNC, linkage extern		linkage global, parameters named
 *	VAR, linkage extern		linkage global
 *	DATASEC entry of an extern	dropped; one of .ksyms becomes a 4-byte int
 *	DATASEC without any entry	one byte long, since the kernel wants a size
 *	DATASEC of no section		the same, since its entries lie nowhere
 *	ENUM that is only declared	4 bytes, the size of an int (compilers say 0)
 *	INT both signed and char	signed (GCC's signed char; the kernel takes one of them)
 */
#include "lib/image/image.h"

#include <stdio.h>
#include <stdlib.h>

#include "uapi/elf.h"

/* The kernel refuses parameters without a name in the prototype of a FUNC. */
static int name_params(struct btf *btf, u32 func)
{
	u32 proto = btf_proto_of(btf, func);
	u32 n = btf_vlen(btf_type(btf, proto));
	char name[16];
	int err = 0;

	for (u32 i = 0; !err && i < n; i++) {
		const struct btf_param *p = &btf_params(btf_type(btf, proto))[i];

		if (p->name_off || !p->type)
			continue;
		snprintf(name, sizeof(name), "arg%u", i + 1);
		err = btf_set_param_name(btf, proto, i, name);
	}
	return err;
}

static int fix_func(struct btf *btf, u32 id)
{
	int err = name_params(btf, id);

	if (!err && btf_func_linkage(btf_type(btf, id)) == BTF_FUNC_EXTERN)
		btf_set_func_linkage(btf, id, BTF_FUNC_GLOBAL);
	return err;
}

/* An int of 4 bytes: the stand-in for what has no type that the kernel takes. */
static int find_int(struct btf *btf, u32 *id)
{
	for (u32 i = 1; i <= btf_n_types(btf); i++) {
		const struct btf_type *t = btf_type(btf, i);

		if (btf_kind(t) == BTF_KIND_INT && t->size == 4) {
			*id = i;
			return 0;
		}
	}
	return btf_add_int(btf, "int", 4, BTF_INT_SIGNED, id);
}

static bool is_extern(const struct btf *btf, u32 id)
{
	const struct btf_type *t = btf_type(btf, id);

	if (btf_kind(t) == BTF_KIND_FUNC)
		return btf_func_linkage(t) == BTF_FUNC_EXTERN;
	return btf_var_linkage(t) == BTF_VAR_GLOBAL_EXTERN;
}

/* A .ksyms section holds addresses of the kernel's, so nothing of it is data: each entry becomes
 * an int variable, one behind the other. */
static int dummy_entries(struct btf *btf, struct btf_var_secinfo *v, u32 n)
{
	u32 int_id = 0, off = 0;
	int err = n ? find_int(btf, &int_id) : 0;

	for (u32 i = 0; !err && i < n; i++, off += 4) {
		u32 var = v[i].type;

		if (btf_kind_of(btf, var) == BTF_KIND_VAR)
			btf_set_ref(btf, var, int_id);
		else
			err = btf_add_var(btf, btf_name(btf, var), BTF_VAR_GLOBAL_ALLOCATED, int_id,
					  &var);
		v[i] = (struct btf_var_secinfo){ var, off, 4 };
	}
	return err;
}

static u32 drop_externs(const struct btf *btf, struct btf_var_secinfo *v, u32 n)
{
	u32 kept = 0;

	for (u32 i = 0; i < n; i++)
		if (!is_extern(btf, v[i].type))
			v[kept++] = v[i];
	return kept;
}

static int fix_datasec(struct btf *btf, u32 id)
{
	const struct btf_type *t = btf_type(btf, id);
	u32 n = btf_vlen(t), size = t->size, kept;
	struct btf_var_secinfo *v;
	int err = 0;

	if (!n && size)
		return 0;
	v = malloc(n ? n * sizeof(*v) : 1);
	if (!v)
		return -ENOMEM;
	if (n)
		memcpy(v, btf_secinfos(t), n * sizeof(*v));
	if (!strcmp(btf_name(btf, id), ".ksyms")) {
		err = dummy_entries(btf, v, n);
		kept = n;
		size = n * 4;
	} else {
		kept = size ? drop_externs(btf, v, n) : 0;
	}
	if (!err)
		err = btf_set_datasec(btf, id, size ? size : 1, v, kept);
	free(v);
	return err;
}

static void fix_int(struct btf *btf, u32 id)
{
	const u32 both = BTF_INT_SIGNED | BTF_INT_CHAR;

	if (BTF_INT_ENCODING(btf_int_word(btf_type(btf, id))) == both)
		btf_set_encoding(btf, id, BTF_INT_SIGNED);
}

static int fix_type(struct btf *btf, u32 id)
{
	switch (btf_kind_of(btf, id)) {
	case BTF_KIND_INT:
		fix_int(btf, id);
		break;
	case BTF_KIND_ENUM:
		if (!btf_type(btf, id)->size)
			btf_set_size(btf, id, 4);
		break;
	case BTF_KIND_VAR:
		if (is_extern(btf, id))
			btf_set_var_linkage(btf, id, BTF_VAR_GLOBAL_ALLOCATED);
		break;
	case BTF_KIND_FUNC:
		return fix_func(btf, id);
	}
	return 0;
}

/* DATASECs first: they ask which of their entries are extern. */
static int fix_types(struct btf *btf)
{
	u32 n = btf_n_types(btf);
	int err = 0;

	for (u32 id = 1; !err && id <= n; id++)
		if (btf_kind_of(btf, id) == BTF_KIND_DATASEC)
			err = fix_datasec(btf, id);
	for (u32 id = 1; !err && id <= n; id++)
		err = fix_type(btf, id);
	return err;
}

static void hide_funcs(const struct obj *o, struct btf *btf)
{
	for (u32 i = 1; i < o->funcs.n; i++) {
		const struct obj_func *f = &o->funcs.v[i];
		u8 vis = obj_sym(o, f->sym)->vis;

		if (f->btf_id && (vis == STV_HIDDEN || vis == STV_INTERNAL))
			btf_set_func_linkage(btf, f->btf_id, BTF_FUNC_STATIC);
	}
}

static void hide_callbacks(const struct obj *o, struct btf *btf)
{
	for (u32 s = 1; s < o->secs.n; s++) {
		const struct obj_sec *sec = &o->secs.v[s];

		for (u32 i = 0; i < sec->relocs.n && obj_sec_is_code(sec->kind); i++) {
			func_id f = obj_reloc_func(o, &sec->relocs.v[i]);

			if (sec->relocs.v[i].type == R_BPF_64_64 && obj_func(o, f)->btf_id)
				btf_set_func_linkage(btf, obj_func(o, f)->btf_id, BTF_FUNC_STATIC);
		}
	}
}

int img_btf(struct diag *d, const struct obj *o, struct btf **out)
{
	struct btf *btf = NULL;
	int err;

	if (!o->btf) {
		*out = NULL;
		return 0;
	}
	err = btf_clone(o->btf, &btf);
	if (!err) {
		hide_funcs(o, btf);
		hide_callbacks(o, btf);
		err = fix_types(btf);
	}
	if (err) {
		btf_free(btf);
		return diag_raise(d, DIAG_NO_MEMORY, NULL, "image");
	}
	*out = btf;
	return 0;
}
