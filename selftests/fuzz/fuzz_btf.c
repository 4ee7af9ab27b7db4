/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Any bytes as BTF. What parses is printed (as C, too) and asked about, written and parsed again,
 * in both byte orders, with the same result; the rules, one by one, agree; two copies of it merge
 * to as many types as one.
 */
#include "btf/btf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void ask(struct diag *d, const struct btf *b)
{
	struct sbuf text = { 0 };
	int err = btf_dump_c(d, b, "fuzz", &text);
	bool equal;

	btf_dump_raw(b, &text);
	btf_dump_json(b, &text);
	check(!err || err == -E2BIG);
	for (u32 id = 1; id <= btf_n_types(b); id++) {
		u32 found = btf_find(b, btf_name(b, id), btf_kind_of(b, id));

		check(*btf_name(b, id) ? found && found <= id : !found);
		check(btf_size(b, id) <= UINT32_MAX);
		btf_print_decl(b, id, "x", &text);
		btf_print_proto(b, id, NULL, &text);
	}
	btf_align(b, btf_n_types(b));
	check(!btf_types_equal(b, btf_n_types(b), b, btf_n_types(b), &equal) && equal);
	check(!sbuf_err(&text));
	sbuf_free(&text);
}

static void round_trip(struct diag *d, const struct btf *b, bool big_endian)
{
	struct sbuf bytes = { 0 };
	struct btf *back;

	check(!btf_write(b, big_endian, &bytes));
	check(!btf_parse(d, span_of(bytes.data, bytes.size), "again", &back));
	check(btf_equal(b, back));
	btf_free(back);
	sbuf_free(&bytes);
}

/*
 * A string that is too long, though nobody uses it, leaves every record to the rules: what was
 * right at a glance obeys them.
 */
static void check_by_rules(struct diag *d, const struct btf *b)
{
	char name[BTF_MAX_STR + 2];
	struct btf *copy;
	u32 off;

	memset(name, 'x', sizeof(name));
	name[BTF_MAX_STR + 1] = 0;
	check(!btf_clone(b, &copy) && !btf_add_str(copy, name, &off));
	round_trip(d, copy, false);
	btf_free(copy);
}

static u32 count_merged(const struct btf *b, u32 copies)
{
	u32 *map = malloc(((size_t)btf_n_types(b) * copies + 1) * sizeof(*map)), n;
	struct btf *all;

	check(!btf_new(&all));
	for (u32 i = 0; i < copies; i++)
		check(!btf_append(all, b, map));
	check(!btf_dedup(all, BTF_DEDUP_ENTITIES, map));
	check(!btf_renew_strs(all, NULL));
	n = btf_n_types(all);
	check(!btf_dedup(all, BTF_DEDUP_ENTITIES, NULL) && btf_n_types(all) == n);
	btf_free(all);
	free(map);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct btf *b;

	if (btf_parse(&d, span_of(data, size), "fuzz", &b)) {
		check(d.n_errors == 1);
		return 0;
	}
	ask(&d, b);
	round_trip(&d, b, false);
	round_trip(&d, b, true);
	check_by_rules(&d, b);
	check(count_merged(b, 2) == count_merged(b, 1));
	btf_free(b);
	return 0;
}
