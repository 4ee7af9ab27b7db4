/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Images as data: one program, and the lists of what is left to whoever loads it. */
#include "lib/api/api_int.h"

#include <stdlib.h>

#include "uapi/elf.h"

#include "lib/image/image.h"
#include "lib/isa/isa.h"
#include "linker/linker.h"

struct weld_image {
	struct img *img;
	struct diag *diag;
	struct arena texts;	   /* C declarations, attach target */
	const char *attach_target; /* NULL: none */
	const char **externs;	   /* by extern: its declaration, NULL until asked for */
	VEC(map_id) maps;	   /* img->maps, then what only other maps name */
	u32 *map_numbers;	   /* by map_id: number in maps + 1, 0 not there */
	u8 *insns;		   /* in the object's byte order */
	struct sbuf btf;
};

static int no_memory(const struct weld_image *image)
{
	return diag_raise(image->diag, DIAG_NO_MEMORY, NULL, "weld_image");
}

/* --- making one ----------------------------------------------------------------------- */

static int add_map(struct weld_image *image, map_id map)
{
	map_id *out;

	if (map.i && image->map_numbers[map.i])
		return 0;
	out = vec_push(&image->maps);
	if (!out)
		return no_memory(image);
	*out = map;
	image->map_numbers[map.i] = image->maps.n;
	return 0;
}

static map_id slot_map(const struct obj *o, const struct obj_map_slot *slot)
{
	const struct obj_sym *sym = obj_sym(o, slot->sym);

	if (sym->type == STT_FUNC)
		return (map_id){ 0 };
	return obj_map_at(o, sym->sec, sym->value);
}

/* Templates and contents of maps that are there; what these name in turn follows. */
static int add_named_maps(struct weld_image *image)
{
	const struct obj *o = image->img->obj;
	int err = 0;

	for (u32 i = 0; !err && i < image->maps.n; i++) {
		const struct obj_map *m = obj_map(o, image->maps.v[i]);

		if (m->inner.i)
			err = add_map(image, m->inner);
		for (u32 k = 0; !err && k < m->n_slots; k++) {
			map_id map = slot_map(o, &m->slots[k]);

			if (map.i)
				err = add_map(image, map);
		}
	}
	return err;
}

static int list_maps(struct weld_image *image)
{
	int err = 0;

	image->map_numbers = calloc(image->img->obj->maps.n, sizeof(*image->map_numbers));
	if (!image->map_numbers)
		return no_memory(image);
	for (u32 i = 0; !err && i < image->img->maps.n; i++)
		err = add_map(image, image->img->maps.v[i]);
	return err ? err : add_named_maps(image);
}

static int store_insns(struct weld_image *image)
{
	bool swap = image->img->obj->big_endian != HOST_BIG_ENDIAN;
	u32 n = image->img->insns.n;

	image->insns = malloc((size_t)n * sizeof(struct bpf_insn));
	if (!image->insns)
		return no_memory(image);
	for (u32 i = 0; i < n; i++)
		isa_store_insn(&image->insns[(size_t)i * sizeof(struct bpf_insn)], swap,
			       &image->img->insns.v[i]);
	return 0;
}

static int store_btf(struct weld_image *image)
{
	const struct obj *o = image->img->obj;
	struct btf *btf;
	int err = img_btf(image->diag, o, &btf);

	if (err || !btf)
		return err;
	err = btf_write(btf, o->big_endian, &image->btf);
	btf_free(btf);
	return err ? no_memory(image) : 0;
}

/* "STRUCT.MEMBER" of the struct_ops map that holds the program, NULL when none does. */
static const char *callback_of(struct weld_image *image, const struct obj_map *m)
{
	const struct obj *o = image->img->obj;
	sym_id main_sym = obj_func(o, image->img->funcs.v[0].func)->sym;
	u32 type = btf_skip_mods(o->btf, m->value_type_id), slot = 0;
	const struct btf_type *t = btf_type(o->btf, type);

	while (slot < m->n_slots && m->slots[slot].sym.i != main_sym.i)
		slot++;
	if (slot == m->n_slots || !btf_is_composite(t))
		return NULL;
	for (u32 i = 0; i < btf_vlen(t); i++)
		if (btf_member_bit_off(t, i) == (u64)m->slots[slot].idx * 8)
			return arena_printf(&image->texts, "%s.%s", btf_name(o->btf, type),
					    btf_str(o->btf, btf_members(t)[i].name_off));
	return NULL;
}

static int find_attach_target(struct weld_image *image)
{
	const struct obj *o = image->img->obj;
	const struct obj_func *f = obj_func(o, image->img->funcs.v[0].func);

	if (f->def && (f->def->flags & ABI_SEC_ATTACH_BTF))
		image->attach_target = abi_sec_extras(f->def, obj_sec(o, f->sec)->name);
	if (image->img->prog_type != BPF_PROG_TYPE_STRUCT_OPS)
		return 0;
	image->attach_target = "";
	for (u32 i = 1; o->btf && i < o->maps.n; i++) {
		const char *name = NULL;

		if (o->maps.v[i].type == BPF_MAP_TYPE_STRUCT_OPS)
			name = callback_of(image, &o->maps.v[i]);
		if (name) {
			image->attach_target = name;
			return 0;
		}
	}
	return 0;
}

static int raise_no_prog(const struct weld_object *obj, const char *program)
{
	struct link_guess guess = { .wanted = program };
	struct weld_where at = WELD_WHERE_NONE;
	struct diag_msg m;

	for (u32 i = 1; i < obj->o->funcs.n; i++)
		if (obj->o->funcs.v[i].is_entry)
			link_guess_add(&guess, obj_func_name(obj->o, (func_id){ i }));
	at.file = obj->o->name;
	diag_begin(&m, obj->diag, DIAG_IMG_NO_PROG, &at, program);
	link_guess_help(&guess, &m);
	return diag_end(&m);
}

int weld_object__image(const struct weld_object *obj, const char *program,
		       struct weld_image **image)
{
	static int (*const passes[])(struct weld_image * image) = {
		list_maps,
		store_insns,
		store_btf,
		find_attach_target,
	};
	func_id f = obj_find_func(obj->o, program);
	struct weld_image *made;
	int err;

	api_begin(obj->diag);
	if (!f.i || !obj_func(obj->o, f)->is_entry)
		return raise_no_prog(obj, program);
	made = calloc(1, sizeof(*made));
	if (!made)
		return diag_raise(obj->diag, DIAG_NO_MEMORY, NULL, "weld_image");
	made->diag = obj->diag;
	err = img_build_open(obj->diag, obj->o, f, &made->img);
	for (size_t i = 0; !err && i < ARRAY_SIZE(passes); i++)
		err = passes[i](made);
	if (err) {
		weld_image__free(made);
		return err;
	}
	*image = made;
	return 0;
}

void weld_image__free(struct weld_image *image)
{
	if (!image)
		return;
	vec_free(&image->maps);
	free(image->map_numbers);
	free(image->externs);
	free(image->insns);
	sbuf_free(&image->btf);
	arena_free(&image->texts);
	img_free(image->img);
	free(image);
}

/* --- looking at it -------------------------------------------------------------------- */

int weld_image__info(const struct weld_image *image, struct weld_image_info *info)
{
	const struct img *img = image->img;
	const struct obj_func *f = obj_func(img->obj, img->funcs.v[0].func);
	struct weld_image_info i = {
		.program = img->name,
		.section = obj_sec(img->obj, f->sec)->name,
		.license = img->license,
		.type = img->prog_type,
		.attach_type = img->expected_attach_type,
		.type_name = img->prog_type ? abi_prog_name(img->prog_type) : "unspec",
		.attach_target = image->attach_target,
		.flags = img->prog_flags,
		.kern_version = img->kern_version,
		.big_endian = img->obj->big_endian,
		.insns = image->insns,
		.n_insns = img->insns.n,
		.btf = image->btf.size ? image->btf.data : NULL,
		.btf_size = image->btf.size,
		.has_func_info = img->func_infos.n != 0,
		.n_functions = img->funcs.n,
		.n_lines = img->line_infos.n,
		.n_maps = image->maps.n,
		.n_map_refs = img->map_refs.n,
		.n_ksyms = img->ksym_refs.n,
		.n_kconfigs = img->kconfigs.n,
		.n_core_relos = img->core_relos.n,
	};

	if (f->def && f->def->has_attach)
		i.attach_name = abi_attach_name(img->expected_attach_type);
	return api_fill(info, &i, sizeof(i));
}

int weld_image__function(const struct weld_image *image, uint32_t n,
			 struct weld_image_function *info)
{
	const struct img_func *f;

	if (n >= image->img->funcs.n)
		return -ENOENT;
	f = &image->img->funcs.v[n];
	struct weld_image_function i = {
		.name = f->name,
		.insn = f->insn,
		.n_insns = f->n_insns,
		.type_id = f->btf_id,
	};

	return api_fill(info, &i, sizeof(i));
}

int weld_image__line(const struct weld_image *image, uint32_t n, struct weld_image_line *info)
{
	const struct btf *btf = image->img->obj->btf;
	const struct img_line_info *li;

	if (n >= image->img->line_infos.n)
		return -ENOENT;
	li = &image->img->line_infos.v[n];
	struct weld_image_line i = {
		.insn = li->insn,
		.file_off = li->file_off,
		.line_off = li->line_off,
		.line_col = li->line_col,
		.file = btf_str(btf, li->file_off),
		.text = btf_str(btf, li->line_off),
		.line = BPF_LINE_INFO_LINE_NUM(li->line_col),
		.column = BPF_LINE_INFO_LINE_COL(li->line_col),
	};

	return api_fill(info, &i, sizeof(i));
}

/* --- maps ----------------------------------------------------------------------------- */

static void describe_kconfig(const struct weld_image *image, struct weld_image_map *i)
{
	i->name = ".kconfig";
	i->is_kconfig = true;
	i->type = BPF_MAP_TYPE_ARRAY;
	i->key_size = sizeof(u32);
	i->value_size = image->img->kconfig_size;
	i->max_entries = 1;
	i->flags = BPF_F_RDONLY_PROG;
}

static void describe_map(const struct weld_image *image, map_id id, struct weld_image_map *i)
{
	const struct obj *o = image->img->obj;
	const struct obj_map *m = obj_map(o, id);
	const struct obj_sec *sec = obj_sec(o, m->sec);

	i->name = m->name;
	i->is_data = m->is_data;
	i->is_template = m->is_inner;
	i->type = m->type;
	i->key_size = m->key_size;
	i->value_size = m->value_size;
	i->max_entries = m->max_entries;
	i->flags = m->flags;
	i->numa_node = m->numa_node;
	i->pinning = m->pinning;
	i->extra = m->map_extra;
	i->key_type_id = m->key_type_id;
	i->value_type_id = m->value_type_id;
	i->n_slots = m->n_slots;
	if (m->inner.i)
		i->inner = (s32)image->map_numbers[m->inner.i] - 1;
	if (m->is_data) {
		i->data = sec->bytes.n ? sec->bytes.v : NULL;
		i->n_addresses = sec->relocs.n;
	}
}

int weld_image__map(const struct weld_image *image, uint32_t n, struct weld_image_map *info)
{
	struct weld_image_map i = { .inner = -1 };

	if (n >= image->maps.n)
		return -ENOENT;
	if (image->maps.v[n].i)
		describe_map(image, image->maps.v[n], &i);
	else
		describe_kconfig(image, &i);
	i.in_fd_array = n < image->img->maps.n;
	i.type_name = abi_map_name(i.type);
	return api_fill(info, &i, sizeof(i));
}

int weld_image__slot(const struct weld_image *image, uint32_t map, uint32_t n,
		     struct weld_image_slot *info)
{
	const struct obj *o = image->img->obj;
	const struct obj_map *m;
	map_id target;

	if (map >= image->maps.n || n >= obj_map(o, image->maps.v[map])->n_slots)
		return -ENOENT;
	m = obj_map(o, image->maps.v[map]);
	target = slot_map(o, &m->slots[n]);
	struct weld_image_slot i = {
		.idx = m->slots[n].idx,
		.program = target.i ? NULL : obj_sym(o, m->slots[n].sym)->name,
		.map = (s32)image->map_numbers[target.i] - 1,
	};

	if (!target.i)
		i.map = -1;
	return api_fill(info, &i, sizeof(i));
}

int weld_image__address(const struct weld_image *image, uint32_t map, uint32_t n,
			struct weld_image_address *info)
{
	const struct obj *o = image->img->obj;
	const struct obj_reloc *r;
	const struct obj_sec *sec;
	const struct obj_sym *sym;
	const struct obj_map *m;

	if (map >= image->maps.n)
		return -ENOENT;
	m = obj_map(o, image->maps.v[map]);
	sec = obj_sec(o, m->sec);
	if (!m->is_data || n >= sec->relocs.n)
		return -ENOENT;
	r = &sec->relocs.v[n];
	sym = obj_sym(o, r->sym);
	struct weld_image_address i = {
		.off = r->off,
		.symbol = sym->name[0] ? sym->name : obj_sec(o, sym->sec)->name,
		.addend = r->addend,
	};

	return api_fill(info, &i, sizeof(i));
}

int weld_image__map_ref(const struct weld_image *image, uint32_t n, struct weld_image_map_ref *info)
{
	const struct img_map_ref *ref;

	if (n >= image->img->map_refs.n)
		return -ENOENT;
	ref = &image->img->map_refs.v[n];
	struct weld_image_map_ref i = {
		.insn = ref->insn,
		.map = (u32)image->img->insns.v[ref->insn].imm,
		.is_value = ref->is_value,
		.off = ref->off,
	};

	return api_fill(info, &i, sizeof(i));
}

/* --- what a kernel has to say --------------------------------------------------------- */

static const char *make_declaration(struct weld_image *image, const struct obj_extern *e)
{
	const struct obj *o = image->img->obj;
	const char *name = obj_sym(o, e->sym)->name, *text = NULL;
	struct sbuf out = { 0 };
	u32 type = e->btf_id;

	if (btf_kind_of(o->btf, type) == BTF_KIND_VAR)
		type = btf_type(o->btf, type)->type;
	if (btf_proto_of(o->btf, type))
		btf_print_proto(o->btf, type, name, &out);
	else
		btf_print_decl(o->btf, type, name, &out);
	if (!sbuf_err(&out))
		text = arena_strdup(&image->texts, sbuf_str(&out));
	sbuf_free(&out);
	return text;
}

/* The C declaration of an extern, made once; NULL without BTF or memory. */
static const char *declaration(const struct weld_image *image, u32 ext)
{
	struct weld_image *cache = (struct weld_image *)image;
	const struct obj *o = image->img->obj;
	const struct obj_extern *e = &o->externs.v[ext];

	if (!o->btf || !e->btf_id)
		return NULL;
	if (!cache->externs)
		cache->externs = calloc(o->externs.n, sizeof(*cache->externs));
	if (!cache->externs)
		return NULL;
	if (!cache->externs[ext])
		cache->externs[ext] = make_declaration(cache, e);
	return cache->externs[ext];
}

int weld_image__ksym(const struct weld_image *image, uint32_t n, struct weld_image_ksym *info)
{
	const struct img_ksym_ref *ref;
	const struct obj_extern *e;

	if (n >= image->img->ksym_refs.n)
		return -ENOENT;
	ref = &image->img->ksym_refs.v[n];
	e = &image->img->obj->externs.v[ref->ext];
	struct weld_image_ksym i = {
		.insn = ref->insn,
		.name = obj_sym(image->img->obj, e->sym)->name,
		.type = declaration(image, ref->ext),
		.is_function = e->kind == OBJ_EXTERN_KFUNC,
		.is_call = ref->is_call,
		.weak = e->weak,
	};

	return api_fill(info, &i, sizeof(i));
}

int weld_image__kconfig(const struct weld_image *image, uint32_t n, struct weld_image_kconfig *info)
{
	const struct img_kconfig *value;
	const struct obj_extern *e;

	if (n >= image->img->kconfigs.n)
		return -ENOENT;
	value = &image->img->kconfigs.v[n];
	e = &image->img->obj->externs.v[value->ext];
	struct weld_image_kconfig i = {
		.name = obj_sym(image->img->obj, e->sym)->name,
		.type = declaration(image, value->ext),
		.off = value->off,
		.size = value->size,
		.weak = e->weak,
	};

	return api_fill(info, &i, sizeof(i));
}

int weld_image__core_relo(const struct weld_image *image, uint32_t n,
			  struct weld_image_core_relo *info)
{
	const struct obj_core_relo *relo;

	if (n >= image->img->core_relos.n)
		return -ENOENT;
	relo = &image->img->core_relos.v[n];
	struct weld_image_core_relo i = {
		.insn = relo->insn,
		.type_id = relo->type_id,
		.access_off = relo->access_off,
		.access = btf_str(image->img->obj->btf, relo->access_off),
		.kind = relo->kind,
	};

	return api_fill(info, &i, sizeof(i));
}
