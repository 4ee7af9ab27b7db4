/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * include/uapi against the installed headers and against the running kernel's BTF (A6.1). What
 * one side lacks is fine when it is the older one, and is counted in the output.
 */
#include "selftests/uapi/table.h"
#include "selftests/unit/unit.h"

#include "btf/btf.h"
#include "lib/base/file.h"

#include <stdio.h>
#include <sys/utsname.h>

/* The newest kernel that include/uapi describes. */
enum { KNOWN_MAJOR = 6, KNOWN_MINOR = 18 };

static const struct uapi_num *find_num(const char *name)
{
	for (size_t i = 0; i < uapi_ours.n_nums; i++) {
		if (!strcmp(uapi_ours.nums[i].name, name))
			return &uapi_ours.nums[i];
	}
	return NULL;
}

static const struct uapi_mem *find_mem(const char *owner, const char *path)
{
	for (size_t i = 0; i < uapi_ours.n_mems; i++) {
		const struct uapi_mem *mem = &uapi_ours.mems[i];

		if (!strcmp(mem->owner, owner) && !strcmp(mem->path, path))
			return mem;
	}
	return NULL;
}

/* Numbers that a new enumerator moves: __MAX_BPF_CMD, __BPF_FUNC_MAX_ID, BPF_TCP_MAX_STATES. */
static bool is_count(const char *name)
{
	return strstr(name, "MAX_STATES") || (!strncmp(name, "__", 2) && strstr(name, "MAX"));
}

/* A member or type that has members of its own may be longer in the newer one. */
static bool may_grow(const struct uapi_mem *mem)
{
	size_t len = strlen(mem->path);

	for (size_t i = 0; i < uapi_ours.n_mems; i++) {
		const struct uapi_mem *other = &uapi_ours.mems[i];

		if (!strcmp(other->owner, mem->owner) && !strncmp(other->path, mem->path, len) &&
		    (len ? other->path[len] == '.' : other->path[0]))
			return true;
	}
	return false;
}

START_TEST(numbers_equal_the_hosts)
{
	for (size_t i = 0; i < uapi_host.n_nums; i++) {
		const struct uapi_num *host = &uapi_host.nums[i], *ours = find_num(host->name);

		ck_assert_ptr_nonnull(ours);
		if (is_count(host->name))
			ck_assert_msg(ours->value >= host->value, "%s", host->name);
		else
			ck_assert_msg(ours->value == host->value, "%s: ours %lld, host %lld",
				      host->name, ours->value, host->value);
	}
	printf("numbers: %zu compared with the headers, %zu newer than them\n", uapi_host.n_nums,
	       uapi_ours.n_nums - uapi_host.n_nums);
	ck_assert_uint_gt(uapi_host.n_nums, 500);
}
END_TEST

START_TEST(members_equal_the_hosts)
{
	for (size_t i = 0; i < uapi_host.n_mems; i++) {
		const struct uapi_mem *host = &uapi_host.mems[i];
		const struct uapi_mem *ours = find_mem(host->owner, host->path);

		ck_assert_ptr_nonnull(ours);
		ck_assert_msg(ours->off == host->off, "%s %s at %zu, host %zu", host->owner,
			      host->path, ours->off, host->off);
		ck_assert_msg(ours->size == host->size ||
			      (ours->size > host->size && may_grow(ours)),
			      "%s %s has %zu bytes, host %zu", host->owner, host->path,
			      ours->size, host->size);
	}
	printf("members: %zu compared with the headers, %zu newer than them\n", uapi_host.n_mems,
	       uapi_ours.n_mems - uapi_host.n_mems);
	ck_assert_uint_gt(uapi_host.n_mems, 300);
}
END_TEST

/* ---- the running kernel -------------------------------------------------------------------- */

/* Set up by kernel_btf(). */
struct kernel {
	struct btf *btf;
	bool older, newer;	/* than KNOWN_MAJOR.KNOWN_MINOR */
};

static bool kernel_btf(struct kernel *k)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	unsigned int major = 0, minor = 0;
	struct sbuf bytes = { 0 };
	struct utsname names;
	int err;

	*k = (struct kernel){ 0 };
	err = file_read(&d, "/sys/kernel/btf/vmlinux", &bytes);
	if (!err)
		err = btf_parse(&d, span_of(bytes.data, bytes.size), "vmlinux", &k->btf);
	sbuf_free(&bytes);
	if (err == -ENOENT || err == -EACCES)
		return false;
	ck_assert_int_eq(err, 0);
	uname(&names);
	ck_assert_int_eq(sscanf(names.release, "%u.%u", &major, &minor), 2);
	k->older = major < KNOWN_MAJOR || (major == KNOWN_MAJOR && minor < KNOWN_MINOR);
	k->newer = major > KNOWN_MAJOR || (major == KNOWN_MAJOR && minor > KNOWN_MINOR);
	return true;
}

struct tally {
	u32 same, only_kernel, only_ours;
};

static void tally_print(const char *what, const struct tally *t)
{
	printf("%s: %u compared with the kernel, %u only in it, %u only in ours\n", what, t->same,
	       t->only_kernel, t->only_ours);
}

static long long enumerator(const struct btf_type *t, u32 i, const struct btf *b,
			    const char **name)
{
	u32 off = btf_kind(t) == BTF_KIND_ENUM ? btf_enums(t)[i].name_off :
						 btf_enums64(t)[i].name_off;

	*name = btf_str(b, off);
	return btf_enum_value(t, i);
}

/* One enum of the kernel; owner is its name when we have an enum of that name, else "-". */
static void compare_enum(const struct kernel *k, u32 id, const char *owner, struct tally *tally)
{
	const struct btf_type *t = btf_type(k->btf, id);

	for (u32 i = 0; i < btf_vlen(t); i++) {
		const struct uapi_num *ours;
		const char *name;
		long long value = enumerator(t, i, k->btf, &name);

		ours = find_num(name);
		if (!ours && owner[0] != '-') {
			ck_assert_msg(k->newer, "%s of the kernel's %s is missing", name, owner);
			tally->only_kernel++;
			continue;
		}
		if (!ours || (is_count(name) && (k->older || k->newer)))
			continue;
		ck_assert_msg(ours->value == value, "%s: ours %lld, kernel %lld", name,
			      ours->value, value);
		tally->same++;
	}
}

static bool kernel_enum_has(const struct kernel *k, u32 id, const char *want)
{
	const struct btf_type *t = btf_type(k->btf, id);
	const char *name;

	for (u32 i = 0; i < btf_vlen(t); i++) {
		enumerator(t, i, k->btf, &name);
		if (!strcmp(name, want))
			return true;
	}
	return false;
}

static u32 find_enum(const struct btf *b, const char *name)
{
	u32 id = btf_find(b, name, BTF_KIND_ENUM);

	return id ? id : btf_find(b, name, BTF_KIND_ENUM64);
}

/* Both ways: nothing that the kernel's enum has is missing in ours, nor the other way round. */
START_TEST(named_enums_equal_the_kernels)
{
	static const char *const must_exist[] = { "bpf_cmd", "bpf_map_type", "bpf_prog_type",
						  "bpf_attach_type", "bpf_link_type",
						  "bpf_func_id" };
	struct tally tally = { 0 };
	const char *last = "-";
	struct kernel k;

	if (!kernel_btf(&k))
		unit_skip("this kernel shows no BTF");
	for (size_t i = 0; i < ARRAY_SIZE(must_exist); i++)
		ck_assert_msg(find_enum(k.btf, must_exist[i]), "%s", must_exist[i]);
	for (size_t i = 0; i < uapi_ours.n_nums; i++) {
		const struct uapi_num *ours = &uapi_ours.nums[i];
		u32 id = ours->owner[0] == '-' ? 0 : find_enum(k.btf, ours->owner);

		if (id && strcmp(ours->owner, last))
			compare_enum(&k, id, ours->owner, &tally);
		if (id)
			last = ours->owner;
		if (!id || kernel_enum_has(&k, id, ours->name))
			continue;
		ck_assert_msg(k.older, "%s: the kernel's %s has no such", ours->name, ours->owner);
		tally.only_ours++;
	}
	tally_print("named enums", &tally);
	ck_assert_uint_gt(tally.same, 400);
	btf_free(k.btf);
}
END_TEST

START_TEST(other_numbers_equal_the_kernels)
{
	struct tally tally = { 0 };
	struct kernel k;

	if (!kernel_btf(&k))
		unit_skip("this kernel shows no BTF");
	for (u32 id = 1; id <= btf_n_types(k.btf); id++) {
		if (btf_is_enum(btf_type(k.btf, id)) && !*btf_name(k.btf, id))
			compare_enum(&k, id, "-", &tally);
	}
	tally_print("nameless enums", &tally);
	ck_assert_uint_gt(tally.same, 150);
	btf_free(k.btf);
}
END_TEST

/* Compares records of the kernel with ours, member by member, nameless ones flattened. */
struct walk {
	const struct kernel *k;
	const char *owner;
	struct tally *tally;
	u32 depth;
};

static void compare_members(struct walk *w, u32 id, u32 base, const char *prefix)
{
	const struct btf_type *t = btf_type(w->k->btf, id);
	char path[128];

	ck_assert_uint_lt(w->depth, 8);
	w->depth++;
	for (u32 i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		u32 off = base + btf_member_bit_off(t, i) / 8;
		const char *name = btf_str(w->k->btf, m->name_off);
		u32 inner = btf_skip_mods(w->k->btf, m->type);
		const struct uapi_mem *ours;

		if (btf_member_bit_size(t, i))
			continue;
		snprintf(path, sizeof(path), "%s%s", prefix, name);
		ours = *name ? find_mem(w->owner, path) : NULL;
		if (*name && !ours) {
			ck_assert_msg(w->k->newer, "%s of the kernel has %s", w->owner, path);
			w->tally->only_kernel++;
			continue;
		}
		if (ours) {
			ck_assert_msg(ours->off == off, "%s %s at %zu, kernel %u", w->owner, path,
				      ours->off, off);
			ck_assert_msg((s64)ours->size == btf_size(w->k->btf, m->type) ||
				      ((w->k->older || w->k->newer) && may_grow(ours)),
				      "%s %s has %zu bytes", w->owner, path, ours->size);
			w->tally->same++;
			strcat(path, ".");
		}
		if (btf_is_composite(btf_type(w->k->btf, inner)) && !*btf_name(w->k->btf, inner))
			compare_members(w, inner, off, ours ? path : prefix);
	}
	w->depth--;
}

static bool kernel_has_member(const struct btf *b, u32 id, const char *path)
{
	const struct btf_type *t = btf_type(b, id);

	if (!*path)
		return true;
	for (u32 i = 0; i < btf_vlen(t); i++) {
		const char *name = btf_str(b, btf_members(t)[i].name_off);
		u32 inner = btf_skip_mods(b, btf_members(t)[i].type);
		size_t len = strlen(name);
		bool found = len && !strncmp(path, name, len);

		if (found && !path[len])
			return true;
		if (!btf_is_composite(btf_type(b, inner)))
			continue;
		if (found && path[len] == '.' && kernel_has_member(b, inner, path + len + 1))
			return true;
		if (!len && kernel_has_member(b, inner, path))
			return true;
	}
	return false;
}

static u32 find_record(const struct btf *b, const char *owner)
{
	bool is_union = !strncmp(owner, "union ", 6);

	return btf_find(b, strchr(owner, ' ') + 1, is_union ? BTF_KIND_UNION : BTF_KIND_STRUCT);
}

START_TEST(members_equal_the_kernels)
{
	struct tally tally = { 0 };
	u32 n_types = 0;
	struct kernel k;

	if (!kernel_btf(&k))
		unit_skip("this kernel shows no BTF");
	for (size_t i = 0; i < uapi_ours.n_mems; i++) {
		const struct uapi_mem *ours = &uapi_ours.mems[i];
		struct walk w = { &k, ours->owner, &tally, 0 };
		u32 id = find_record(k.btf, ours->owner);

		if (id && !*ours->path) {
			compare_members(&w, id, 0, "");
			n_types++;
		}
		if (!id || kernel_has_member(k.btf, id, ours->path))
			continue;
		ck_assert_msg(k.older, "the kernel's %s has no %s", ours->owner, ours->path);
		tally.only_ours++;
	}
	printf("%u types, ", n_types);
	tally_print("members", &tally);
	ck_assert_uint_gt(find_record(k.btf, "union bpf_attr"), 0);
	ck_assert_uint_gt(tally.same, 400);
	btf_free(k.btf);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("uapi");

	unit_add(s, "headers", numbers_equal_the_hosts, members_equal_the_hosts);
	unit_add(s, "kernel", named_enums_equal_the_kernels, other_numbers_equal_the_kernels,
		 members_equal_the_kernels);
	return unit_main(s, NULL);
}
