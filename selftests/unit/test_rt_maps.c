/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A5.10, A2.3: maps of the runtime against those of the kernel, call by call. */
#include "selftests/unit/both.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

/* A small generator of our own, so that a failure repeats. */
static u32 rnd(u32 *state, u32 below)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % below;
}

#define ASSERT_SAME(got, fmt, ...) \
	ck_assert_msg((got)[0] == (got)[1], "runtime %d, kernel %d: " fmt, (got)[0], (got)[1], \
		      __VA_ARGS__)

/* --- creation ---------------------------------------------------------------------------- */

static void compare_create(struct both *b, union bpf_attr attr)
{
	int got[BOTH_SIDES];

	for (int side = 0; side < BOTH_SIDES; side++) {
		union bpf_attr a = attr;

		got[side] = both_bpf(b, side, BPF_MAP_CREATE, &a);
		both_drop(b, side, got[side]);
		if (got[side] > 0)
			got[side] = 0;
	}
	ASSERT_SAME(got, "type %u key %u value %u entries %u flags 0x%x extra %llu name %.16s",
		    attr.map_type, attr.key_size, attr.value_size, attr.max_entries, attr.map_flags,
		    (unsigned long long)attr.map_extra, attr.map_name);
}

static const u32 our_kinds[] = {
	BPF_MAP_TYPE_HASH,	  BPF_MAP_TYPE_ARRAY,	     BPF_MAP_TYPE_PROG_ARRAY,
	BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY,
};

START_TEST(creation_rules)
{
	static const u32 keys[] = { 0, 1, 4, 8, 512, 4 << 20 };
	static const u32 values[] = { 0, 1, 4, 8, 13, 32768, 32769, 0x80000000, (4 << 20) - 60 };
	static const u32 entries[] = { 0, 1, 2 };
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t k = 0; k < ARRAY_SIZE(our_kinds) * ARRAY_SIZE(keys) * ARRAY_SIZE(values); k++)
		for (size_t e = 0; e < ARRAY_SIZE(entries); e++)
			compare_create(
				&b,
				(union bpf_attr){
					.map_type = our_kinds[k % ARRAY_SIZE(our_kinds)],
					.key_size =
						keys[k / ARRAY_SIZE(our_kinds) % ARRAY_SIZE(keys)],
					.value_size = values[k / ARRAY_SIZE(our_kinds) /
							     ARRAY_SIZE(keys)],
					.max_entries = entries[e],
					.map_flags = BPF_F_NO_PREALLOC * (k % 2 && k % 5 == 0),
				});
	both_close(&b);
}
END_TEST

START_TEST(creation_flags)
{
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t k = 0; k < ARRAY_SIZE(our_kinds); k++) {
		union bpf_attr attr = {
			.map_type = our_kinds[k], .key_size = 4, .value_size = 4, .max_entries = 3
		};

		for (u32 bits = 0; bits < 1u << 15; bits++) {
			attr.map_flags = bits;
			if (__builtin_popcount(bits) <= 2)
				compare_create(&b, attr);
		}
		for (u32 bit = 15; bit < 32; bit++) {
			attr.map_flags = 1u << bit;
			/* These two ask for further descriptors, which the kernel looks at first.
			 */
			if (bit != 15 && bit != 16)
				compare_create(&b, attr);
		}
	}
	both_close(&b);
}
END_TEST

START_TEST(creation_names_and_more)
{
	static const char *const names[] = {
		"a", "", "a_b.c9", "a b", "a-b", "123456789012345", "1234567890123456", "\xc3"
	};
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1
	};
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		memset(attr.map_name, 0, sizeof(attr.map_name));
		memcpy(attr.map_name, names[i], strlen(names[i]));
		compare_create(&b, attr);
	}
	memset(attr.map_name, 0, sizeof(attr.map_name));
	attr.map_extra = 1;
	compare_create(&b, attr);
	attr.map_extra = 0;
	attr.btf_key_type_id = 1;
	compare_create(&b, attr);
	attr.btf_key_type_id = 0;
	attr.btf_vmlinux_value_type_id = 1;
	compare_create(&b, attr);
	attr.btf_vmlinux_value_type_id = 0;
	attr.map_type = 0;
	compare_create(&b, attr);
	attr.map_type = 500;
	compare_create(&b, attr);
	attr.map_type = BPF_MAP_TYPE_HASH;
	attr.max_entries = 0xffffffff;
	compare_create(&b, attr);
	attr.max_entries = (1u << 27) + 1;
	compare_create(&b, attr);
	((u8 *)&attr)[sizeof(attr) - 1] = 1;
	compare_create(&b, attr);
	both_close(&b);
}
END_TEST

/* --- elements ---------------------------------------------------------------------------- */

enum { N_KEYS = 12, MAX_ENTRIES = 8, N_STEPS = 4000, VALUE_SIZE = 12 };

struct step {
	int cmd;
	u32 key;
	u64 flags;
	u8 fill;
};

/* What a step answers: errno, and the bytes that it wrote. */
struct answer {
	int err;
	u8 *bytes;
	u32 size;
};

static void do_step(struct both *b, int side, int map, const struct step *s, struct answer *out)
{
	union bpf_attr attr = { .map_fd = (u32)map, .key = (uintptr_t)&s->key };
	u8 *in = malloc(out->size);

	memset(in, s->fill, out->size);
	memset(out->bytes, 0xee, out->size);
	attr.value = (uintptr_t)(s->cmd == BPF_MAP_UPDATE_ELEM ? in : out->bytes);
	attr.flags = s->flags;
	if (s->cmd == BPF_MAP_DELETE_ELEM)
		attr.value = attr.flags = 0;
	out->err = both_bpf(b, side, s->cmd, &attr);
	free(in);
}

static struct step random_step(u32 *seed)
{
	static const int cmds[] = { BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_UPDATE_ELEM,
				    BPF_MAP_DELETE_ELEM, BPF_MAP_LOOKUP_AND_DELETE_ELEM };
	static const u64 flags[] = {
		0, 0, 0, 0, BPF_NOEXIST, BPF_EXIST, 3, 4, 5, 6, 8, 1ull << 40
	};
	struct step s = { .cmd = cmds[rnd(seed, ARRAY_SIZE(cmds))], .key = rnd(seed, N_KEYS) };

	s.flags = flags[rnd(seed, ARRAY_SIZE(flags))];
	s.fill = (u8)rnd(seed, 256);
	return s;
}

static void random_elements(u32 type, u32 flags, u32 seed)
{
	struct both b;
	const char *why = both_open(&b);
	bool percpu = type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY;
	u32 size = percpu ? (u32)align_up(VALUE_SIZE, 8) * b.n_cpus : VALUE_SIZE;
	struct answer got[BOTH_SIDES];
	int map[BOTH_SIDES];

	ck_assert(!why);
	for (int side = 0; side < BOTH_SIDES; side++) {
		map[side] = both_map(&b, side, type, VALUE_SIZE, MAX_ENTRIES, flags);
		ck_assert_int_ge(map[side], 0);
		got[side].bytes = malloc(size);
		got[side].size = size;
	}
	for (int i = 0; i < N_STEPS; i++) {
		struct step s = random_step(&seed);

		for (int side = 0; side < BOTH_SIDES; side++)
			do_step(&b, side, map[side], &s, &got[side]);
		ck_assert_msg(got[0].err == got[1].err,
			      "type %u step %d: cmd %d key %u flags %llu: runtime %d, kernel %d",
			      type, i, s.cmd, s.key, (unsigned long long)s.flags, got[0].err,
			      got[1].err);
		ck_assert_mem_eq(got[0].bytes, got[1].bytes, size);
	}
	for (int side = 0; side < BOTH_SIDES; side++) {
		both_drop(&b, side, map[side]);
		free(got[side].bytes);
	}
	both_close(&b);
}

START_TEST(elements_as_in_the_kernel)
{
	struct both b;
	const char *why = both_open(&b);

	both_close(&b);
	if (why)
		unit_skip("%s", why);
	random_elements(BPF_MAP_TYPE_HASH, 0, 1);
	random_elements(BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, 2);
	random_elements(BPF_MAP_TYPE_ARRAY, 0, 3);
	random_elements(BPF_MAP_TYPE_PERCPU_HASH, 0, 4);
	random_elements(BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC, 5);
	random_elements(BPF_MAP_TYPE_PERCPU_ARRAY, 0, 6);
}
END_TEST

/* Walk with GET_NEXT_KEY from nothing to -ENOENT: each key once; a missing key starts over. */
static u32 walk(struct both *b, int side, int map, u64 *keys)
{
	u32 key = 0, next = 0, n = 0;
	union bpf_attr attr = { .map_fd = (u32)map, .next_key = (uintptr_t)&next };
	int err;

	*keys = 0;
	while (!(err = both_bpf(b, side, BPF_MAP_GET_NEXT_KEY, &attr))) {
		ck_assert_uint_lt(n++, 64);
		*keys |= 1ull << next;
		key = next;
		attr.key = (uintptr_t)&key;
	}
	ck_assert_int_eq(err, -ENOENT);
	key = 63;
	ck_assert_int_eq(both_bpf(b, side, BPF_MAP_GET_NEXT_KEY, &attr), n ? 0 : -ENOENT);
	return n;
}

START_TEST(next_key_walks_all)
{
	struct both b;
	const char *why = both_open(&b);
	u64 value = 7;

	for (int side = 0; side < (why ? 1 : BOTH_SIDES); side++) {
		int hash = both_map(&b, side, BPF_MAP_TYPE_HASH, 8, 40, 0);
		int array = both_map(&b, side, BPF_MAP_TYPE_ARRAY, 8, 5, 0);
		u64 keys;

		ck_assert_uint_eq(walk(&b, side, hash, &keys), 0);
		for (u32 key = 0; key < 40; key++)
			ck_assert_int_eq(both_update(&b, side, hash, &key, &value), 0);
		ck_assert_uint_eq(walk(&b, side, hash, &keys), 40);
		ck_assert(keys == (1ull << 40) - 1);
		ck_assert_uint_eq(walk(&b, side, array, &keys), 5);
		ck_assert(keys == 31);
		both_drop(&b, side, hash);
		both_drop(&b, side, array);
	}
	both_close(&b);
}
END_TEST

/* A walk that updates each element as it goes must come to its end. */
START_TEST(walk_with_updates_ends)
{
	struct both b;
	u32 key = 0, next = 0, n = 0;
	u64 value = 1;
	union bpf_attr attr = { .next_key = (uintptr_t)&next };

	both_open(&b);
	attr.map_fd = (u32)both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_HASH, 8, 100, 0);
	for (u32 i = 0; i < 100; i++)
		both_update(&b, BOTH_RUNTIME, (int)attr.map_fd, &i, &value);
	while (!both_bpf(&b, BOTH_RUNTIME, BPF_MAP_GET_NEXT_KEY, &attr)) {
		both_update(&b, BOTH_RUNTIME, (int)attr.map_fd, &next, &value);
		key = next;
		attr.key = (uintptr_t)&key;
		n++;
	}
	ck_assert_uint_eq(n, 100);
	both_close(&b);
}
END_TEST

/* --- rights ------------------------------------------------------------------------------ */

static int freeze(struct both *b, int side, int map)
{
	union bpf_attr attr = { .map_fd = (u32)map };

	return both_bpf(b, side, BPF_MAP_FREEZE, &attr);
}

START_TEST(frozen_and_one_sided_maps)
{
	static const u32 flags[] = { 0, BPF_F_RDONLY, BPF_F_WRONLY, BPF_F_RDONLY_PROG,
				     BPF_F_WRONLY_PROG };
	struct both b;
	const char *why = both_open(&b);
	u32 key = 0;
	u64 value = 1;

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		int got[6][BOTH_SIDES];

		for (int side = 0; side < BOTH_SIDES; side++) {
			int map = both_map(&b, side, BPF_MAP_TYPE_ARRAY, 8, 2, flags[i]);

			got[0][side] = both_update(&b, side, map, &key, &value);
			got[1][side] = both_lookup(&b, side, map, &key, &value);
			got[2][side] = freeze(&b, side, map);
			got[3][side] = freeze(&b, side, map);
			got[4][side] = both_update(&b, side, map, &key, &value);
			got[5][side] = both_lookup(&b, side, map, &key, &value);
			both_drop(&b, side, map);
		}
		for (int k = 0; k < 6; k++)
			ASSERT_SAME(got[k], "flags 0x%x, call %d", flags[i], k);
	}
	both_close(&b);
}
END_TEST

START_TEST(mapped_array_is_the_array)
{
	struct both b;
	u32 key = 2;
	u64 value = 77, *mem;
	int map, plain;
	void *addr;

	both_open(&b);
	map = both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_ARRAY, 8, 4, BPF_F_MMAPABLE);
	plain = both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_ARRAY, 8, 4, 0);
	ck_assert_int_eq(rt_mmap(b.rt, plain, 32, true, &addr), -EINVAL);
	ck_assert_int_eq(rt_mmap(b.rt, map, 4097, true, &addr), -EINVAL);
	ck_assert_int_eq(rt_mmap(b.rt, map, 4096, true, &addr), 0);
	mem = addr;
	both_update(&b, BOTH_RUNTIME, map, &key, &value);
	ck_assert_uint_eq(mem[2], 77);
	mem[2] = 78;
	both_lookup(&b, BOTH_RUNTIME, map, &key, &value);
	ck_assert_uint_eq(value, 78);
	ck_assert_int_eq(freeze(&b, BOTH_RUNTIME, map), -EBUSY);
	ck_assert_int_eq(rt_munmap(b.rt, addr, 4096), 0);
	ck_assert_int_eq(rt_munmap(b.rt, addr, 4096), -EINVAL);
	ck_assert_int_eq(freeze(&b, BOTH_RUNTIME, map), 0);
	ck_assert_int_eq(rt_mmap(b.rt, map, 4096, true, &addr), -EPERM);
	both_close(&b);
}
END_TEST

START_TEST(memory_limit_holds)
{
	struct both b;
	struct rt_opts opts = { .mem_limit = 1 << 20 };
	struct rt *rt;
	u64 value[128] = { 0 };
	int err = 0, map;
	u32 key;

	both_open(&b);
	opts.diag = &b.diag;
	ck_assert_int_eq(rt_new(&opts, &rt), 0);
	rt_free(b.rt);
	b.rt = rt;
	ck_assert_int_eq(both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_ARRAY, 8, 1 << 20, 0), -ENOMEM);
	ck_assert_int_eq(b.last_code, DIAG_RT_MAP_SPEC);
	map = both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_HASH, sizeof(value), 1 << 20, 0);
	for (key = 0; key < 2000 && !err; key++)
		err = both_update(&b, BOTH_RUNTIME, map, &key, value);
	ck_assert_int_eq(err, -ENOMEM);
	ck_assert_uint_gt(key, 700);
	both_drop(&b, BOTH_RUNTIME, map);
	/* All of it came back. */
	ck_assert_int_ge(both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_ARRAY, 8, 120000, 0), 0);
	both_close(&b);
}
END_TEST

/* --- batches ----------------------------------------------------------------------------- */

static int batch(struct both *b, int side, int cmd, union bpf_attr *attr)
{
	int err = both_bpf(b, side, cmd, attr);

	attr->batch.in_batch = attr->batch.out_batch;
	return err;
}

static void batch_round(struct both *b, int side, u32 type, bool take)
{
	u32 keys[50], n = type == BPF_MAP_TYPE_HASH ? 40 : 50, token[4] = { 0 }, total = 0;
	u64 values[50], sum = 0;
	int map = both_map(b, side, type, 8, 50, 0), err = 0;
	union bpf_attr attr = { .batch = { .keys = (uintptr_t)keys,
					   .values = (uintptr_t)values,
					   .count = n,
					   .map_fd = (u32)map } };

	for (u32 i = 0; i < n; i++) {
		keys[i] = i;
		values[i] = i + 100;
	}
	ck_assert_int_eq(both_bpf(b, side, BPF_MAP_UPDATE_BATCH, &attr), 0);
	ck_assert_uint_eq(attr.batch.count, n);
	attr.batch.out_batch = (uintptr_t)token;
	while (!err) {
		attr.batch.count = 16;
		err = batch(b, side, take ? BPF_MAP_LOOKUP_AND_DELETE_BATCH : BPF_MAP_LOOKUP_BATCH,
			    &attr);
		ck_assert(!err || err == -ENOENT);
		for (u32 i = 0; i < attr.batch.count; i++)
			sum += values[i] * (keys[i] + 1);
		total += attr.batch.count;
	}
	ck_assert_uint_eq(total, n);
	for (u32 i = 0; i < n; i++)
		sum -= (i + 100) * (i + 1);
	ck_assert(!sum);
	keys[0] = 0;
	ck_assert_int_eq(both_lookup(b, side, map, keys, values), take ? -ENOENT : 0);
	both_drop(b, side, map);
}

START_TEST(batches)
{
	struct both b;
	const char *why = both_open(&b);

	for (int side = 0; side < (why ? 1 : BOTH_SIDES); side++) {
		batch_round(&b, side, BPF_MAP_TYPE_HASH, false);
		batch_round(&b, side, BPF_MAP_TYPE_HASH, true);
		batch_round(&b, side, BPF_MAP_TYPE_ARRAY, false);
	}
	both_close(&b);
}
END_TEST

START_TEST(batch_support_and_errors)
{
	static const int cmds[] = { BPF_MAP_LOOKUP_BATCH, BPF_MAP_LOOKUP_AND_DELETE_BATCH,
				    BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH };
	static u8 keys[64], values[1 << 20];
	struct both b;
	const char *why = both_open(&b);
	u32 token[4];

	if (why)
		unit_skip("%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(our_kinds) * ARRAY_SIZE(cmds) * 2; i++) {
		u32 type = our_kinds[i % ARRAY_SIZE(our_kinds)];
		int cmd = cmds[i / ARRAY_SIZE(our_kinds) % ARRAY_SIZE(cmds)];
		int got[BOTH_SIDES];

		for (int side = 0; side < BOTH_SIDES; side++) {
			int map = both_map(&b, side, type, 4, 2, 0);
			union bpf_attr attr = {
				.batch = { .keys = (uintptr_t)keys,
					   .values = (uintptr_t)values,
					   .count = 1,
					   .out_batch = (uintptr_t)token,
					   .map_fd = (u32)map,
					   .elem_flags =
						   i >= ARRAY_SIZE(our_kinds) * ARRAY_SIZE(cmds) }
			};

			got[side] = both_bpf(&b, side, cmd, &attr);
			both_drop(&b, side, map);
		}
		ASSERT_SAME(got, "type %u, cmd %d, try %zu", type, cmd, i);
	}
	both_close(&b);
}
END_TEST

/* --- program arrays ---------------------------------------------------------------------- */

static int slot(struct both *b, int side, int map, u32 key, int prog)
{
	return both_update(b, side, map, &key, &prog);
}

START_TEST(prog_array_rules)
{
	static const char ret0[] = "r0 = 0\nexit\n";
	static const struct both_prog progs[] = {
		{ .type = BPF_PROG_TYPE_XDP, .text = ret0 },
		{ .type = BPF_PROG_TYPE_XDP, .text = ret0 },
		{ .type = BPF_PROG_TYPE_SOCKET_FILTER, .text = ret0 },
		{ .type = BPF_PROG_TYPE_XDP, .attach_type = BPF_XDP_CPUMAP, .text = ret0 },
	};
	enum { N = ARRAY_SIZE(progs), TRIES = 2 * N + 8 };
	int got[TRIES][BOTH_SIDES];
	struct both b;
	const char *why = both_open(&b);

	if (why)
		unit_skip("%s", why);
	for (int side = 0; side < BOTH_SIDES; side++) {
		int map = both_map(&b, side, BPF_MAP_TYPE_PROG_ARRAY, 4, 3, 0), n = 0;
		int prog[N];
		u32 key = 1, id = 0;
		union bpf_attr del = { .map_fd = (u32)map, .key = (uintptr_t)&key }, exist = del;

		exist.value = (uintptr_t)&prog[0];
		exist.flags = BPF_EXIST;
		for (int i = 0; i < N; i++)
			prog[i] = both_load(&b, side, &progs[i]);
		for (int i = 0; i < N; i++)
			got[n++][side] = slot(&b, side, map, 1, prog[i]);
		for (int i = 0; i < N; i++)
			got[n++][side] = slot(&b, side, map, 3, prog[i]);
		got[n++][side] = slot(&b, side, map, 0, 999999);
		got[n++][side] = slot(&b, side, map, 0, map);
		got[n++][side] = both_bpf(&b, side, BPF_MAP_UPDATE_ELEM, &exist);
		got[n++][side] = both_lookup(&b, side, map, &key, &id) || !id;
		got[n++][side] = both_bpf(&b, side, BPF_MAP_DELETE_ELEM, &del);
		got[n++][side] = both_bpf(&b, side, BPF_MAP_DELETE_ELEM, &del);
		got[n++][side] = both_lookup(&b, side, map, &key, &id);
		key = 7;
		got[n++][side] = both_bpf(&b, side, BPF_MAP_DELETE_ELEM, &del);
		ck_assert_int_eq(n, TRIES);
		both_drop(&b, side, map);
		for (int i = 0; i < N; i++)
			both_drop(&b, side, prog[i]);
	}
	for (int i = 0; i < TRIES; i++)
		ASSERT_SAME(got[i], "call %d", i);
	both_close(&b);
}
END_TEST

/* The array keeps its programs; giving its last handle back empties it (no circle is left). */
START_TEST(prog_array_holds_and_lets_go)
{
	struct both b;
	int map[1], prog;
	u32 id, key = 0;
	union bpf_attr by_id = { 0 };

	both_open(&b);
	map[0] = both_map(&b, BOTH_RUNTIME, BPF_MAP_TYPE_PROG_ARRAY, 4, 1, 0);
	prog = both_load(
		&b, BOTH_RUNTIME,
		&(struct both_prog){ .type = BPF_PROG_TYPE_XDP,
				     .maps = map,
				     .text = "r2 = m0 ll\nr3 = 0\ncall 12\nr0 = 5\nexit\n" });
	ck_assert_int_eq(slot(&b, BOTH_RUNTIME, map[0], 0, prog), 0);
	ck_assert_int_eq(both_lookup(&b, BOTH_RUNTIME, map[0], &key, &id), 0);
	both_drop(&b, BOTH_RUNTIME, prog);
	by_id.prog_id = id;
	prog = both_bpf(&b, BOTH_RUNTIME, BPF_PROG_GET_FD_BY_ID, &by_id);
	ck_assert_int_ge(prog, 0);
	both_drop(&b, BOTH_RUNTIME, prog);
	both_drop(&b, BOTH_RUNTIME, map[0]);
	ck_assert_int_eq(both_bpf(&b, BOTH_RUNTIME, BPF_PROG_GET_FD_BY_ID, &by_id), -ENOENT);
	both_close(&b);
}
END_TEST

static Suite *maps_suite(void)
{
	Suite *s = suite_create("rt_maps");

	unit_add(s, "create", creation_rules, creation_flags, creation_names_and_more);
	unit_add(s, "elements", elements_as_in_the_kernel, next_key_walks_all,
		 walk_with_updates_ends, memory_limit_holds);
	unit_add(s, "rights", frozen_and_one_sided_maps, mapped_array_is_the_array);
	unit_add(s, "batch", batches, batch_support_and_errors);
	unit_add(s, "prog_array", prog_array_rules, prog_array_holds_and_lets_go);
	return s;
}

int main(void)
{
	return unit_main(maps_suite(), NULL);
}
