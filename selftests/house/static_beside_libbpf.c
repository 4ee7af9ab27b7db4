/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Both static libraries, each linked whole into one program: a name that both define would not
 * link. That it runs shows that neither took the other's functions.
 */
#include <bpfweld/common.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

static int check_libbpf(void)
{
	struct btf *btf = btf__new_empty();
	int id;

	if (!btf)
		return -1;
	id = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	btf__free(btf);
	return id == 1 && strstr(libbpf_version_string(), "v") ? 0 : -1;
}

static int check_bpfweld(void)
{
	struct weld_ctx *ctx;

	if (weld_ctx__new(NULL, &ctx))
		return -1;
	weld_ctx__free(ctx);
	return strchr(weld_version(), '.') ? 0 : -1;
}

int main(void)
{
	int failed = !!check_libbpf() + !!check_bpfweld();

	printf("# passed=%d failed=%d skipped=0\n", 2 - failed, failed);
	return failed ? 1 : 0;
}
