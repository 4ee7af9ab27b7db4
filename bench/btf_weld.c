/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* BTF of a file: read it, append some copies of it to each other, merge their types. */
#include <bpfweld/bpfweld.h>

#include "bench/btf_bench.h"

int main(int argc, char **argv)
{
	struct bench_btf r = bench_args(argc, argv);
	struct weld_ctx *ctx;

	if (weld_ctx__new(NULL, &ctx))
		return bench_fail("weld_ctx__new");
	for (unsigned int i = 0; i < r.rounds; i++) {
		double start = bench_cpu_ms(), parsed, appended, merged;
		struct weld_btf *one, *all;

		if (weld_btf__open_file(ctx, r.path, NULL, &one))
			return bench_fail("weld_btf__open_file");
		parsed = bench_cpu_ms();
		if (weld_btf__new(ctx, &all))
			return bench_fail("weld_btf__new");
		for (unsigned int k = 0; k < r.copies; k++)
			if (weld_btf__append(all, one))
				return bench_fail("weld_btf__append");
		appended = bench_cpu_ms();
		if (weld_btf__dedup(all, NULL))
			return bench_fail("weld_btf__dedup");
		merged = bench_cpu_ms();
		bench_note(&r, parsed - start, appended - parsed, merged - appended);
		r.types = weld_btf__n_types(all);
		weld_btf__close(all);
		weld_btf__close(one);
	}
	bench_print(&r);
	weld_ctx__free(ctx);
	return 0;
}
