/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * lib/obj on what compilers write: every program of selftests/progs in every way in which it is
 * built, and the BPF objects that Debian's packages install. Programs that no compiler was there
 * for are skipped.
 */
#include "lib/obj/obj.h"
#include "selftests/unit/elf_sample.h"
#include "selftests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "uapi/elf.h"

static struct caught c;

/* NULL when no compiler made it. */
static struct obj *open_prog(const char *name)
{
	char path[4096];
	struct obj *o;

	catch_init(&c);
	snprintf(path, sizeof(path), PROGS_DIR "/%s.o", name);
	if (access(path, R_OK))
		return NULL;
	ck_assert_msg(!obj_open(&c.d, path, NULL, &o), "%s: %s", path, c.text);
	return o;
}

#define OPEN_OR_SKIP(o, name)                            \
	do {                                             \
		(o) = open_prog(name);                   \
		if (!(o))                                \
			unit_skip("%s was not built", name); \
	} while (0)

static const struct obj_map *map_of(const struct obj *o, const char *name)
{
	map_id id = obj_find_map(o, name);

	ck_assert_msg(id.i, "no map %s", name);
	return obj_map(o, id);
}

static const struct obj_func *func_of(const struct obj *o, const char *name)
{
	func_id id = obj_find_func(o, name);

	ck_assert_msg(id.i, "no function %s", name);
	return obj_func(o, id);
}

static const struct obj_extern *extern_of(const struct obj *o, const char *name)
{
	for (u32 i = 0; i < o->externs.n; i++)
		if (!strcmp(obj_sym(o, o->externs.v[i].sym)->name, name))
			return &o->externs.v[i];
	ck_abort_msg("no extern %s", name);
	return NULL;
}

/* --- every object ---------------------------------------------------------------------------- */

static void check_normal_form(const struct obj *o)
{
	for (u32 i = 1; i < o->secs.n; i++) {
		const struct obj_sec *sec = &o->secs.v[i];

		for (u32 k = 0; k < sec->relocs.n; k++) {
			const struct obj_reloc *r = &sec->relocs.v[k];
			const struct obj_sym *sym = obj_sym(o, r->sym);

			if (obj_sec_is_code(sec->kind))
				ck_assert_int_eq(sec->insns.v[r->off / 8].imm, 0);
			if (!sym->sec.i || !obj_sec_is_code(obj_sec(o, sym->sec)->kind))
				continue;
			/* Code is named by its function. */
			ck_assert_int_ne(sym->type, STT_SECTION);
			ck_assert_int_eq(r->addend, 0);
			ck_assert_uint_ne(obj_reloc_func(o, r).i, 0);
		}
		for (u32 k = 0; k < sec->insns.n; k++)
			if (sec->insns.v[k].code == (BPF_JMP | BPF_CALL) &&
			    sec->insns.v[k].src_reg == BPF_PSEUDO_CALL)
				ck_assert_int_eq(sec->insns.v[k].imm, 0);
	}
}

static void check_round_trip(struct obj *o, struct sbuf *once)
{
	struct sbuf twice = { 0 };
	struct obj *back;

	*once = (struct sbuf){ 0 };
	ck_assert_int_eq(obj_write(o, once), 0);
	ck_assert_msg(!obj_open_mem(&c.d, span_of(once->data, once->size), o->name, &back),
		      "%s again: %s", o->name, c.text);
	ck_assert_msg(obj_equal(o, back), "%s: reads back different", o->name);
	ck_assert(obj_equal(back, o));
	ck_assert_int_eq(obj_write(back, &twice), 0);
	ck_assert_msg(span_eq(span_of(once->data, once->size), span_of(twice.data, twice.size)),
		      "%s: written twice, different bytes", o->name);
	obj_free(back);
	sbuf_free(&twice);
}

static bool is_object(const char *name)
{
	size_t n = strlen(name);

	return n > 2 && !strcmp(name + n - 2, ".o");
}

/* Legacy maps are refused, by name. */
static bool open_or_legacy(const char *path, struct obj **o)
{
	int err = obj_open(&c.d, path, NULL, o);

	if (err && strstr(path, "legacy")) {
		ck_assert_int_eq(err, -ENOTSUP);
		ck_assert_int_eq(c.code, DIAG_OBJ_LEGACY_MAPS);
		return false;
	}
	ck_assert_msg(!err, "%s: %s", path, c.text);
	return true;
}

/* Runs fn on each object file of a folder; returns how many there were. */
static u32 each_object(const char *folder, void (*fn)(const char *path))
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	u32 n = 0;

	while (dir && (e = readdir(dir))) {
		char path[4096];

		if (!is_object(e->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		catch_init(&c);
		fn(path);
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

static void round_trip(const char *path)
{
	struct sbuf once;
	struct obj *o;

	if (!open_or_legacy(path, &o))
		return;
	check_normal_form(o);
	check_round_trip(o, &once);
	obj_free(o);
	sbuf_free(&once);
}

/* A3.6, A3.11: programs in all variants read, write and read back equal. */
START_TEST(programs_round_trip)
{
	if (!each_object(PROGS_DIR, round_trip))
		unit_skip("no BPF compiler");
}
END_TEST

START_TEST(debian_objects_round_trip)
{
	if (!each_object("/usr/lib/x86_64-linux-gnu/bpf", round_trip))
		unit_skip("xdp-tools is not installed");
}
END_TEST

/* A3.17: the objects inside of libbpf-tools' programs. */
START_TEST(carved_objects_round_trip)
{
	if (!each_object(CARVED_DIR, round_trip))
		unit_skip("libbpf-tools is not installed");
}
END_TEST

static bool has_tool(const char *name)
{
	char cmd[256];

	snprintf(cmd, sizeof(cmd), "command -v %s >/dev/null 2>&1", name);
	return !system(cmd);
}

/* What a tool says on standard error about a file; a clean one leaves it empty. */
static void check_with_tool(const char *tool, const char *path)
{
	char cmd[4096], said[512];
	FILE *p;
	size_t n;

	snprintf(cmd, sizeof(cmd), "%s -a -W '%s' 2>&1 >/dev/null", tool, path);
	p = popen(cmd, "r");
	n = fread(said, 1, sizeof(said) - 1, p);
	said[n] = 0;
	ck_assert_msg(!pclose(p) && !n, "%s: %s", tool, said);
}

static const char *readelf;

static void check_elf(const char *path)
{
	char tmp[] = "/tmp/bpfweld-test-XXXXXX";
	struct sbuf once;
	struct obj *o;
	int fd;

	if (!open_or_legacy(path, &o))
		return;
	check_round_trip(o, &once);
	fd = mkstemp(tmp);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, once.data, once.size), (ssize_t)once.size);
	close(fd);
	check_with_tool(readelf, tmp);
	unlink(tmp);
	obj_free(o);
	sbuf_free(&once);
}

START_TEST(readelf_has_no_complaint)
{
	readelf = "readelf";
	if (!has_tool(readelf) || !each_object(PROGS_DIR, check_elf))
		unit_skip("no readelf or no BPF compiler");
}
END_TEST

START_TEST(llvm_readelf_has_no_complaint)
{
	readelf = has_tool("llvm-readelf-19") ? "llvm-readelf-19" : "llvm-readelf";
	if (!has_tool(readelf) || !each_object(PROGS_DIR, check_elf))
		unit_skip("no llvm-readelf or no BPF compiler");
}
END_TEST

/* --- what libbpf says ------------------------------------------------------------------------ */

/* bpftool's exit status for loading all programs of a file, and how many it pinned. */
static int load_with_peer(const char *path, const char *folder, u32 *n)
{
	char cmd[4096];
	struct dirent *e;
	DIR *dir;
	int status;

	snprintf(cmd, sizeof(cmd), "bpftool prog loadall '%s' '%s' >/dev/null 2>&1", path, folder);
	status = system(cmd);
	*n = 0;
	dir = opendir(folder);
	while (dir && (e = readdir(dir)))
		*n += e->d_name[0] != '.';
	if (dir)
		closedir(dir);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(cmd), 0);
	return status;
}

static char bpffs[] = "/tmp/bpfweld-test-XXXXXX";

/* Whatever libbpf makes of the compiler's file it makes of ours. */
static void check_with_peer(const char *path)
{
	char folder[64], tmp[] = "/tmp/bpfweld-test-XXXXXX";
	u32 n_before, n_after;
	struct sbuf once;
	struct obj *o;
	int fd, before, after;

	if (!open_or_legacy(path, &o))
		return;
	snprintf(folder, sizeof(folder), "%s/progs", bpffs);
	before = load_with_peer(path, folder, &n_before);
	check_round_trip(o, &once);
	fd = mkstemp(tmp);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, once.data, once.size), (ssize_t)once.size);
	close(fd);
	after = load_with_peer(tmp, folder, &n_after);
	unlink(tmp);
	ck_assert_msg(before == after && n_before == n_after, "%s: %d, %u programs; ours %d, %u",
		      path, before, n_before, after, n_after);
	obj_free(o);
	sbuf_free(&once);
}

static void check_plain_with_peer(const char *path)
{
	const char *base = strrchr(path, '/') + 1;

	if (!strcmp(strchr(base, '.'), ".o"))
		check_with_peer(path);
}

/* Mounted where nobody else sees it, and over the one of the machine: libbpf pins maps there that
 * ask for it by their names. */
static bool mount_bpffs(void)
{
	return !unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("bpf", bpffs, "bpf", 0, NULL) &&
	       !mount(bpffs, "/sys/fs/bpf", NULL, MS_BIND, NULL);
}

START_TEST(libbpf_loads_what_we_write)
{
	bool had_pin;
	int machine;

	if (geteuid() || !has_tool("bpftool"))
		unit_skip("needs root and bpftool");
	ck_assert_ptr_nonnull(mkdtemp(bpffs));
	machine = open("/sys/fs/bpf", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (machine < 0 || !mount_bpffs()) {
		rmdir(bpffs);
		unit_skip("cannot mount a bpffs");
	}
	had_pin = !faccessat(machine, "pinned", F_OK, 0);
	each_object(PROGS_DIR, check_plain_with_peer);
	/* The map of that name, in selftests/progs/kinds/maps.c, was pinned here and not there. */
	ck_assert_int_eq(!faccessat(machine, "pinned", F_OK, 0), had_pin);
	close(machine);
	umount("/sys/fs/bpf");
	umount(bpffs);
	rmdir(bpffs);
}
END_TEST

/* --- what objects say ------------------------------------------------------------------------ */

static const char *const variants[] = { "", ".v1", ".v2", ".v4", ".eb", ".clang14", ".stripped" };

/* The same source read from each compiler's output: fn checks one. */
static u32 each_variant(const char *prog, void (*fn)(const struct obj *o))
{
	u32 n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		char name[256];
		struct obj *o;

		snprintf(name, sizeof(name), "%s%s", prog, variants[i]);
		o = open_prog(name);
		if (!o)
			continue;
		fn(o);
		obj_free(o);
		n++;
	}
	return n;
}

static void check_calls(const struct obj *o)
{
	const struct obj_func *f = func_of(o, "xdp_a");

	ck_assert(f->is_entry);
	ck_assert(f->autoload);
	ck_assert_ptr_nonnull(f->def);
	ck_assert_uint_eq(f->def->prog_type, BPF_PROG_TYPE_XDP);
	ck_assert_uint_ne(f->btf_id, 0);
	ck_assert_uint_ne(func_of(o, "xdp_b")->insn, f->insn);
	f = func_of(o, "weighted");
	ck_assert(!f->is_entry);
	ck_assert_str_eq(obj_sec(o, f->sec)->name, ".text");
	f = func_of(o, "apart");
	ck_assert(!f->is_entry);
	ck_assert_int_eq(obj_sec(o, f->sec)->kind, OBJ_SEC_TEXT);
	ck_assert_int_eq(obj_sym(o, func_of(o, "one")->sym)->bind, STB_WEAK);
	ck_assert_int_eq(obj_sym(o, func_of(o, "hidden_one")->sym)->vis, STV_HIDDEN);
	ck_assert_int_eq(obj_sym(o, func_of(o, "add")->sym)->bind, STB_LOCAL);
	ck_assert_str_eq(o->license, "GPL");
}

/* A1.8, A3.10: static, weak, hidden and global functions. */
START_TEST(functions)
{
	if (!each_variant("kinds_calls", check_calls))
		unit_skip("kinds_calls was not built");
}
END_TEST

static void check_maps(const struct obj *o)
{
	const struct obj_map *map = map_of(o, "flows");

	ck_assert_uint_eq(map->type, BPF_MAP_TYPE_HASH);
	ck_assert_uint_eq(map->key_size, 8);
	ck_assert_uint_eq(map->value_size, 16);
	ck_assert_uint_eq(map->max_entries, 100);
	ck_assert_uint_eq(map->flags, BPF_F_NO_PREALLOC);
	ck_assert_str_eq(btf_name(o->btf, map->key_type_id), "key");
	map = map_of(o, "outer");
	ck_assert_uint_eq(map->n_slots, 2);
	ck_assert_uint_eq(map->slots[1].idx, 2);
	ck_assert_str_eq(obj_sym(o, map->slots[1].sym)->name, "inner_two");
	ck_assert_uint_eq(map->value_size, 4);
	ck_assert(obj_map(o, map->inner)->is_inner);
	ck_assert_uint_eq(obj_map(o, map->inner)->type, BPF_MAP_TYPE_ARRAY);
	map = map_of(o, "by_interface");
	ck_assert_uint_eq(obj_map(o, map->inner)->type, BPF_MAP_TYPE_HASH);
	map = map_of(o, "jump");
	ck_assert_uint_eq(map->n_slots, 1);
	ck_assert_uint_eq(map->slots[0].idx, 1);
	ck_assert_str_eq(obj_sym(o, map->slots[0].sym)->name, "second");
	map = map_of(o, "pinned");
	ck_assert_uint_eq(map->pinning, 1);
	ck_assert(map->has & OBJ_MAP_HAS_PINNING);
	ck_assert(!(map_of(o, "events")->has & OBJ_MAP_HAS_KEY));
	ck_assert_uint_eq(map_of(o, "per_cpu")->value_type_id, 0);
}

START_TEST(map_definitions)
{
	if (!each_variant("kinds_maps", check_maps))
		unit_skip("kinds_maps was not built");
}
END_TEST

static void check_globals(const struct obj *o)
{
	const struct obj_map *map = map_of(o, ".rodata");
	sym_id sym = obj_find_sym(o, "pair_data");

	ck_assert(map->is_data);
	ck_assert_uint_eq(map->flags, BPF_F_RDONLY_PROG);
	ck_assert_uint_eq(map->max_entries, 1);
	ck_assert_uint_eq(map_of(o, ".data")->flags, 0);
	ck_assert_uint_eq(map_of(o, ".bss")->value_size, obj_sec(o, map_of(o, ".bss")->sec)->size);
	ck_assert_uint_eq(obj_sec(o, map_of(o, ".bss")->sec)->bytes.n, 0);
	map_of(o, ".data.counters");
	map_of(o, ".rodata.limits");
	map_of(o, ".bss.scratch");
	ck_assert_uint_ne(sym.i, 0);
	ck_assert_str_eq(btf_name(o->btf, obj_sym(o, sym)->btf_id), "pair_data");
	ck_assert_str_eq(o->license, "Dual BSD/GPL");
}

START_TEST(globals)
{
	if (!each_variant("kinds_globals", check_globals))
		unit_skip("kinds_globals was not built");
}
END_TEST

static u32 secinfo_off(const struct btf *b, u32 datasec, const char *var, u32 *size)
{
	const struct btf_type *t = btf_type(b, datasec);

	for (u32 i = 0; i < btf_vlen(t); i++) {
		const struct btf_var_secinfo *si = &btf_secinfos(t)[i];

		if (!strcmp(btf_name(b, si->type), var)) {
			*size = si->size;
			return si->offset;
		}
	}
	ck_abort_msg("no %s", var);
	return 0;
}

static void check_datasecs(const struct obj *o)
{
	for (u32 i = 1; i < o->secs.n; i++) {
		const struct obj_sec *sec = &o->secs.v[i];
		const struct btf_type *t = btf_type(o->btf, sec->datasec);
		u32 end = 0;

		if (!sec->datasec)
			continue;
		ck_assert_uint_eq(t->size, sec->size);
		for (u32 k = 0; k < btf_vlen(t); k++) {
			ck_assert_uint_ge(btf_secinfos(t)[k].offset, end);
			end = btf_secinfos(t)[k].offset + btf_secinfos(t)[k].size;
		}
	}
	for (u32 i = 1; i < o->syms.n; i++) {
		const struct obj_sym *sym = &o->syms.v[i];
		const struct obj_sec *sec = obj_sec(o, sym->sec);
		u32 size;

		if (!sec->datasec || sym->type != STT_OBJECT)
			continue;
		ck_assert_uint_eq(secinfo_off(o->btf, sec->datasec, sym->name, &size), sym->value);
		ck_assert_uint_eq(size, sym->size);
	}
}

/* A3.5: offsets and sizes are those of the symbols, sorted and apart. */
START_TEST(datasecs_follow_symbols)
{
	if (!each_variant("kinds_globals", check_datasecs) ||
	    !each_variant("kinds_maps", check_datasecs))
		unit_skip("programs were not built");
}
END_TEST

static void check_externs(const struct obj *o)
{
	const struct obj_extern *x = extern_of(o, "LINUX_KERNEL_VERSION");

	ck_assert_int_eq(x->kind, OBJ_EXTERN_KCONFIG);
	ck_assert(!x->weak);
	x = extern_of(o, "CONFIG_NO_SUCH_OPTION");
	ck_assert_int_eq(x->kind, OBJ_EXTERN_KCONFIG);
	ck_assert(x->weak);
	ck_assert_int_eq(extern_of(o, "no_such_symbol")->kind, OBJ_EXTERN_KSYM);
	x = extern_of(o, "bpf_rcu_read_lock");
	ck_assert_int_eq(x->kind, OBJ_EXTERN_KFUNC);
	ck_assert_int_eq(btf_kind_of(o->btf, x->btf_id), BTF_KIND_FUNC);
}

/* A3.11: .kconfig and .ksyms stay for the loader. */
START_TEST(externs_for_the_loader)
{
	if (!each_variant("kinds_externs", check_externs))
		unit_skip("kinds_externs was not built");
}
END_TEST

static void check_user(const struct obj *o)
{
	const struct obj_extern *x = extern_of(o, "hits");

	ck_assert_int_eq(x->kind, OBJ_EXTERN_MAP);
	ck_assert(obj_map(o, x->map)->is_extern);
	ck_assert_uint_eq(obj_map(o, x->map)->max_entries, 2);
	ck_assert_int_eq(extern_of(o, "base")->kind, OBJ_EXTERN_VAR);
	x = extern_of(o, "scale");
	ck_assert_int_eq(x->kind, OBJ_EXTERN_FUNC);
	ck_assert_uint_eq(btf_func_linkage(btf_type(o->btf, x->btf_id)), BTF_FUNC_EXTERN);
}

/* A3.1, A3.11: extern functions, variables and maps are for the linker. */
START_TEST(externs_for_the_linker)
{
	if (!each_variant("byname_user", check_user))
		unit_skip("byname_user was not built");
}
END_TEST

/* Without BTF a call still tells functions from data. */
START_TEST(externs_without_btf)
{
	struct obj *o;

	OPEN_OR_SKIP(o, "byname_user.nobtf");
	ck_assert_ptr_null(o->btf);
	ck_assert_int_eq(extern_of(o, "scale")->kind, OBJ_EXTERN_FUNC);
	ck_assert_int_eq(extern_of(o, "base")->kind, OBJ_EXTERN_VAR);
	obj_free(o);
	OPEN_OR_SKIP(o, "byname_owner.nobtf");
	ck_assert_uint_eq(map_of(o, "hits")->has, 0);
	obj_free(o);
}
END_TEST

/* GCC's BTF calls externs global variables; the symbol table knows better. */
START_TEST(externs_of_gcc)
{
	struct obj *o;

	OPEN_OR_SKIP(o, "byname_user.gcc");
	ck_assert_int_eq(extern_of(o, "hits")->kind, OBJ_EXTERN_MAP);
	ck_assert_int_eq(extern_of(o, "base")->kind, OBJ_EXTERN_VAR);
	ck_assert_uint_eq(btf_var_linkage(btf_type(o->btf, extern_of(o, "base")->btf_id)),
			  BTF_VAR_GLOBAL_EXTERN);
	ck_assert_int_eq(extern_of(o, "scale")->kind, OBJ_EXTERN_FUNC);
	obj_free(o);
}
END_TEST

static void check_callbacks(const struct obj *o)
{
	const struct obj_func *f = func_of(o, "use_callbacks");
	const struct obj_sec *sec = obj_sec(o, f->sec);
	u32 n = 0;

	for (u32 i = 0; i < sec->relocs.n; i++) {
		func_id id = obj_reloc_func(o, &sec->relocs.v[i]);

		if (!id.i)
			continue;
		ck_assert_uint_eq(sec->relocs.v[i].type, R_BPF_64_64);
		ck_assert(!strcmp(obj_func_name(o, id), "add_index") ||
			  !strcmp(obj_func_name(o, id), "visit"));
		n++;
	}
	ck_assert_uint_eq(n, 2);
}

/* A1.10: static callbacks by name. */
START_TEST(function_addresses)
{
	if (!each_variant("kinds_callbacks", check_callbacks))
		unit_skip("kinds_callbacks was not built");
}
END_TEST

START_TEST(struct_ops)
{
	const struct obj_map *map;
	struct obj *o;

	OPEN_OR_SKIP(o, "kinds_structops");
	map = map_of(o, "calm");
	ck_assert_uint_eq(map->type, BPF_MAP_TYPE_STRUCT_OPS);
	ck_assert_uint_eq(map->n_slots, 3);
	ck_assert_uint_eq(map->slots[1].idx, 8);
	ck_assert_str_eq(obj_sym(o, map->slots[1].sym)->name, "avoid_nothing");
	ck_assert_str_eq(btf_name(o->btf, map->value_type_id), "tcp_congestion_ops");
	obj_free(o);
}
END_TEST

static void check_sections(const struct obj *o)
{
	const struct obj_func *f = func_of(o, "with_frags");

	ck_assert(f->def->flags & ABI_SEC_FRAGS);
	f = func_of(o, "not_loaded_by_default");
	ck_assert(f->is_entry && !f->autoload);
	ck_assert_uint_eq(f->def->prog_type, BPF_PROG_TYPE_XDP);
	ck_assert_ptr_nonnull(func_of(o, "on_getppid")->def);
	ck_assert_int_eq(obj_sec(o, obj_find_sec(o, "weld_notes"))->kind, OBJ_SEC_CUSTOM);
	ck_assert_uint_eq(map_of(o, "weld_notes")->value_size, 8);
	ck_assert(o->has_version);
	ck_assert_uint_eq(o->version, 1);
}

START_TEST(section_names)
{
	if (!each_variant("kinds_sections", check_sections))
		unit_skip("kinds_sections was not built");
}
END_TEST

START_TEST(debug_sections_are_dropped)
{
	struct obj *o;
	bool dwarf = false;

	OPEN_OR_SKIP(o, "mapping_dummy");
	for (u32 i = 0; i < o->dropped.n; i++)
		dwarf |= !strcmp(o->dropped.v[i].name, ".debug_info") &&
			 strstr(o->dropped.v[i].why, "DWARF");
	ck_assert(dwarf);
	obj_free(o);
}
END_TEST

START_TEST(object_without_code)
{
	struct obj *o;

	OPEN_OR_SKIP(o, "kinds_mapsonly");
	ck_assert_uint_eq(o->funcs.n, 1);
	ck_assert_ptr_null(o->license);
	ck_assert_uint_eq(map_of(o, "per_source")->key_size, 8);
	obj_free(o);
}
END_TEST

/* A place names function, instruction and source line. */
START_TEST(places)
{
	const struct obj_func *f;
	struct weld_where at;
	struct obj *o;
	u32 line;

	OPEN_OR_SKIP(o, "mapping_dispatcher");
	f = func_of(o, "xdp_dispatcher");
	at = obj_where_ref(o, extern_of(o, "prog2")->sym);
	ck_assert_str_eq(at.section, "xdp");
	ck_assert_str_eq(at.func, "xdp_dispatcher");
	ck_assert_int_eq(at.insn * 8, at.offset - f->insn * 8);
	ck_assert_ptr_nonnull(strstr(at.src_file, "dispatcher.c"));
	ck_assert_ptr_nonnull(strstr(at.src_line, "prog2(ctx)"));
	line = (u32)at.line;
	at = obj_where_sym(o, f->sym);
	ck_assert_uint_lt((u32)at.line, line);
	at = obj_where_sym(o, extern_of(o, "prog1")->sym);
	ck_assert_str_eq(at.func, "prog1");
	ck_assert_ptr_null(at.section);
	at = obj_where_sym(o, obj_find_sym(o, "LICENSE"));
	ck_assert_str_eq(at.func, "LICENSE");
	ck_assert_str_eq(at.section, "license");
	obj_free(o);
}
END_TEST

/* --- ways in --------------------------------------------------------------------------------- */

/* A pipe gives the same object as the file. */
START_TEST(pipe_reads_like_file)
{
	struct obj *from_file, *from_pipe;
	struct sbuf b = { 0 };
	int fds[2];

	OPEN_OR_SKIP(from_file, "mapping_dummy.stripped");
	ck_assert_int_eq(file_read(&c.d, PROGS_DIR "/mapping_dummy.stripped.o", &b), 0);
	ck_assert_int_eq(pipe(fds), 0);
	if (!fork()) {
		close(fds[0]);
		_exit(write(fds[1], b.data, b.size) != (ssize_t)b.size);
	}
	close(fds[1]);
	ck_assert_int_eq(obj_open_fd(&c.d, fds[0], NULL, &from_pipe), 0);
	wait(NULL);
	ck_assert(obj_equal(from_file, from_pipe));
	obj_free(from_file);
	obj_free(from_pipe);
	sbuf_free(&b);
	close(fds[0]);
}
END_TEST

START_TEST(names_of_inputs)
{
	struct obj *o;

	OPEN_OR_SKIP(o, "mapping_dummy");
	ck_assert_str_eq(o->name, PROGS_DIR "/mapping_dummy.o");
	obj_free(o);
	ck_assert_int_eq(obj_open(&c.d, PROGS_DIR "/mapping_dummy.o", "other", &o), 0);
	ck_assert_str_eq(o->name, "other");
	obj_free(o);
	ck_assert_int_eq(obj_open(&c.d, "/nowhere/a.o", NULL, &o), -ENOENT);
	ck_assert_int_eq(c.code, DIAG_FILE_OPEN);
}
END_TEST

START_TEST(difference_is_seen)
{
	struct obj *a, *b;

	OPEN_OR_SKIP(a, "mapping_dummy");
	b = open_prog("mapping_drop");
	ck_assert(obj_equal(a, a));
	ck_assert(!obj_equal(a, b));
	obj_free(b);
	b = open_prog("mapping_dummy");
	ck_assert(obj_equal(a, b));
	obj_sec(b, obj_find_sec(b, "xdp"))->insns.v[0].imm ^= 1;
	ck_assert(!obj_equal(a, b));
	obj_free(a);
	obj_free(b);
}
END_TEST

static Suite *obj_suite(void)
{
	Suite *s = suite_create("obj");

	unit_add(s, "round_trip", programs_round_trip, debian_objects_round_trip,
		 carved_objects_round_trip, readelf_has_no_complaint,
		 llvm_readelf_has_no_complaint, libbpf_loads_what_we_write);
	unit_add(s, "meaning", functions, map_definitions, globals, datasecs_follow_symbols,
		 function_addresses, struct_ops, section_names, debug_sections_are_dropped,
		 object_without_code, places);
	unit_add(s, "externs", externs_for_the_loader, externs_for_the_linker,
		 externs_without_btf, externs_of_gcc);
	unit_add(s, "ways_in", pipe_reads_like_file, names_of_inputs, difference_is_seen);
	return s;
}

int main(void)
{
	return unit_main(obj_suite(), NULL);
}
