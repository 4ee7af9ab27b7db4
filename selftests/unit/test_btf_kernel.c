/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What we merge and write, the running kernel takes (A3.5); and what it doesn't take (A3.1). */
#include "selftests/unit/ask.h"
#include "selftests/unit/btf_sample.h"
#include "selftests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define VMLINUX "/sys/kernel/btf/vmlinux"

static char kernel_log[1 << 16];

/* 0 or -errno; the log has the kernel's objection. It lists all types, so it is asked for last. */
static int load(const struct btf *b)
{
	struct sbuf bytes = sample_write(b, HOST_BIG_ENDIAN);
	union bpf_attr attr = {
		.btf = (u64)(uintptr_t)bytes.data,
		.btf_size = (u32)bytes.size,
	};
	int fd;

	fd = ask_bpf(BPF_BTF_LOAD, &attr);
	if (fd < 0) {
		attr.btf_log_buf = (u64)(uintptr_t)kernel_log;
		attr.btf_log_size = sizeof(kernel_log);
		attr.btf_log_level = 1;
		kernel_log[0] = 0;
		ask_bpf(BPF_BTF_LOAD, &attr);
	}
	sbuf_free(&bytes);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

/* The sample as a loader would mend it: nothing extern, no nameless parameter, a full DATASEC. */
static struct btf *loadable_sample(void)
{
	static const struct btf_var_secinfo vars[] = { { S_VAR, 0, 4 }, { S_VAR_EXT, 4, 4 } };
	struct btf *b = sample_btf();

	btf_set_func_linkage(b, S_FUNC_EXT, BTF_FUNC_GLOBAL);
	btf_set_var_linkage(b, S_VAR_EXT, BTF_VAR_GLOBAL_ALLOCATED);
	ck_assert_int_eq(btf_set_param_name(b, S_PROTO_EXT, 0, "p"), 0);
	ck_assert_int_eq(btf_set_datasec(b, S_DATASEC, 8, vars, 2), 0);
	return b;
}

START_TEST(every_kind_is_accepted)
{
	struct btf *b = loadable_sample(), *twice;
	u32 map[2 * S_LAST + 1];

	if (ask_refused())
		unit_skip("%s", ask_refused());
	ck_assert_msg(!load(b), "%s", kernel_log);
	ck_assert_int_eq(btf_new(&twice), 0);
	ck_assert_int_eq(btf_append(twice, b, map), 0);
	ck_assert_int_eq(btf_append(twice, b, map), 0);
	ck_assert_msg(!load(twice), "%s", kernel_log);
	ck_assert_int_eq(btf_dedup(twice, 0, map), 0);
	ck_assert_msg(!load(twice), "%s", kernel_log);
	btf_free(b);
	btf_free(twice);
}
END_TEST

START_TEST(externs_are_refused)
{
	struct btf *b = loadable_sample();

	if (ask_refused())
		unit_skip("%s", ask_refused());
	btf_set_func_linkage(b, S_FUNC_EXT, BTF_FUNC_EXTERN);
	ck_assert_int_eq(load(b), -EINVAL);
	ck_assert_ptr_nonnull(strstr(kernel_log, "linkage"));
	btf_free(b);
	b = loadable_sample();
	btf_set_var_linkage(b, S_VAR_EXT, BTF_VAR_GLOBAL_EXTERN);
	ck_assert_int_eq(load(b), -EINVAL);
	btf_free(b);
	/* The form of unreleased compilers, even without its linkage. */
	b = loadable_sample();
	btf_set_ref(b, S_VAR_EXT, S_PROTO);
	ck_assert_int_eq(load(b), -EINVAL);
	btf_free(b);
}
END_TEST

START_TEST(two_merged_kernels_are_accepted)
{
	struct sbuf bytes = sample_read(VMLINUX);
	struct btf *b, *two;
	u32 *map;

	if (!bytes.size || ask_refused()) {
		sbuf_free(&bytes);
		unit_skip("no " VMLINUX ", or no kernel to ask");
	}
	b = sample_parse(span_of(bytes.data, bytes.size));
	map = malloc(((size_t)btf_n_types(b) * 2 + 1) * sizeof(*map));
	ck_assert_int_eq(btf_new(&two), 0);
	ck_assert_int_eq(btf_append(two, b, map), 0);
	ck_assert_int_eq(btf_append(two, b, map), 0);
	ck_assert_int_eq(btf_dedup(two, BTF_DEDUP_ENTITIES, map), 0);
	ck_assert_uint_le(btf_n_types(two), btf_n_types(b));
	ck_assert_msg(!load(two), "%.300s", kernel_log);
	free(map);
	btf_free(b);
	btf_free(two);
	sbuf_free(&bytes);
}
END_TEST

static Suite *kernel_suite(void)
{
	Suite *s = suite_create("btf_kernel");

	unit_add(s, "kernel", every_kind_is_accepted, externs_are_refused,
		 two_merged_kernels_are_accepted);
	return s;
}

int main(void)
{
	return unit_main(kernel_suite(), NULL);
}
