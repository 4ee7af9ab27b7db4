/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The same as btf_weld.c, with libbpf. */
#include <bpf/btf.h>

#include "bench/btf_bench.h"

int main(int argc, char **argv)
{
	struct bench_btf r = bench_args(argc, argv);

	for (unsigned int i = 0; i < r.rounds; i++) {
		double start = bench_cpu_ms(), parsed, appended, merged;
		struct btf *one = btf__parse(r.path, NULL), *all;

		if (!one)
			return bench_fail("btf__parse");
		parsed = bench_cpu_ms();
		all = btf__new_empty();
		for (unsigned int k = 0; all && k < r.copies; k++)
			if (btf__add_btf(all, one) < 0)
				return bench_fail("btf__add_btf");
		appended = bench_cpu_ms();
		if (!all || btf__dedup(all, NULL))
			return bench_fail("btf__dedup");
		merged = bench_cpu_ms();
		bench_note(&r, parsed - start, appended - parsed, merged - appended);
		r.types = btf__type_cnt(all) - 1;
		btf__free(all);
		btf__free(one);
	}
	bench_print(&r);
	return 0;
}
