/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/both.h"

#include "btf/btf.h"
#include "lib/isa/isa.h"

#include <check.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void remember(void *user, const struct weld_diag *diag)
{
	struct both *b = user;

	b->last_code = diag->code;
	snprintf(b->last_text, sizeof(b->last_text), "%s", diag->text);
	if (getenv("BOTH_VERBOSE"))
		printf("[%d] %s (insn %lld)\n", diag->code, diag->text, (long long)diag->at.insn);
}

/* The kernel lays per-CPU values out for as many CPUs as there could ever be. */
static u32 possible_cpus(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "r");
	unsigned int first = 0, last = 0;
	int n = f ? fscanf(f, "%u-%u", &first, &last) : 0;

	if (f)
		fclose(f);
	return n == 2 ? last + 1 : 1;
}

/* Where the runtime's programs run: values of per-CPU maps can be compared then. */
static void stay_on_cpu_0(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(set), &set), 0);
}

const char *both_open(struct both *b)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1
	};
	struct rt_opts opts = { .diag = &b->diag };
	int fd;

	*b = (struct both){ .diag = { .fn = remember, .user = b, .error_limit = UINT_MAX } };
	stay_on_cpu_0();
	b->n_cpus = opts.n_cpus = possible_cpus();
	ck_assert_int_eq(rt_new(&opts, &b->rt), 0);
	fd = both_bpf(b, BOTH_KERNEL, BPF_MAP_CREATE, &attr);
	if (fd < 0)
		return "bpf(2) may not be used here";
	close(fd);
	return NULL;
}

void both_close(struct both *b)
{
	rt_free(b->rt);
	b->rt = NULL;
}

int both_bpf(struct both *b, int side, int cmd, union bpf_attr *attr)
{
	long ret;

	if (side == BOTH_RUNTIME)
		return rt_bpf(b->rt, cmd, attr, sizeof(*attr));
	ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));
	return ret < 0 ? -errno : (int)ret;
}

void both_drop(struct both *b, int side, int handle)
{
	if (handle < 0)
		return;
	if (side == BOTH_RUNTIME)
		ck_assert_int_eq(rt_close(b->rt, handle), 0);
	else
		close(handle);
}

int both_map_new(struct both *b, int side, const struct both_map *map)
{
	union bpf_attr attr = { .map_type = map->type,
				.key_size = 4,
				.value_size = map->value_size,
				.max_entries = map->max_entries,
				.map_flags = map->flags };

	return both_bpf(b, side, BPF_MAP_CREATE, &attr);
}

int both_update(struct both *b, int side, int map, const void *key, const void *value)
{
	union bpf_attr attr = { .map_fd = (u32)map,
				.key = (uintptr_t)key,
				.value = (uintptr_t)value };

	return both_bpf(b, side, BPF_MAP_UPDATE_ELEM, &attr);
}

int both_lookup(struct both *b, int side, int map, const void *key, void *value)
{
	union bpf_attr attr = { .map_fd = (u32)map,
				.key = (uintptr_t)key,
				.value = (uintptr_t)value };

	return both_bpf(b, side, BPF_MAP_LOOKUP_ELEM, &attr);
}

static void set_maps(struct isa_asm *a, const int *maps)
{
	for (u32 i = 0; i < a->refs.n; i++) {
		const struct isa_ref *ref = &a->refs.v[i];
		struct bpf_insn *insn = &a->insns.v[ref->insn];

		ck_assert(maps && (ref->name[0] == 'm' || ref->name[0] == 'v'));
		insn[0].src_reg = ref->name[0] == 'm' ? BPF_PSEUDO_MAP_FD : BPF_PSEUDO_MAP_VALUE;
		insn[0].imm = maps[atoi(ref->name + 1)];
		insn[1].imm = (s32)ref->addend;
	}
}

/* `int f0(struct xdp_md *ctx)` for the first one, as much as the kernel wants to know. */
static int make_btf(struct both *b, int side, const struct isa_cfg *cfg, struct bpf_func_info *info)
{
	union bpf_attr attr = { 0 };
	struct sbuf bytes = { 0 };
	struct btf *btf;
	u32 id, proto;
	int fd;

	ck_assert_int_eq(btf_new(&btf), 0);
	ck_assert_int_eq(btf_add_int(btf, "int", 4, BTF_INT_SIGNED, &id), 0);
	ck_assert_int_eq(btf_add_func_proto(btf, id, &proto), 0);
	for (u32 i = 0; i < cfg->funcs.n; i++) {
		char name[16];

		snprintf(name, sizeof(name), "f%u", i);
		info[i].insn_off = cfg->funcs.v[i].start;
		ck_assert_int_eq(btf_add_func(btf, name, i ? BTF_FUNC_STATIC : BTF_FUNC_GLOBAL,
					      proto, &info[i].type_id),
				 0);
	}
	ck_assert_int_eq(btf_write(btf, HOST_BIG_ENDIAN, &bytes), 0);
	attr.btf = (uintptr_t)bytes.data;
	attr.btf_size = (u32)bytes.size;
	fd = both_bpf(b, side, BPF_BTF_LOAD, &attr);
	ck_assert_msg(fd >= 0, "side %d: BTF: %d %s", side, fd, b->last_text);
	sbuf_free(&bytes);
	btf_free(btf);
	return fd;
}

static int load_insns(struct both *b, int side, const struct isa_asm *a, union bpf_attr *attr)
{
	struct bpf_func_info info[16];
	struct isa_cfg cfg = { 0 };
	int ret, btf = -1;

	ret = isa_cfg_build(&b->diag, NULL, a->insns.v, a->insns.n, &cfg);
	if (!ret && cfg.funcs.n > 1 && cfg.funcs.n <= ARRAY_SIZE(info)) {
		btf = make_btf(b, side, &cfg, info);
		attr->prog_btf_fd = (u32)btf;
		attr->func_info = (uintptr_t)info;
		attr->func_info_cnt = cfg.funcs.n;
		attr->func_info_rec_size = sizeof(*info);
	}
	isa_cfg_free(&cfg);
	ret = both_bpf(b, side, BPF_PROG_LOAD, attr);
	both_drop(b, side, btf);
	return ret;
}

int both_load(struct both *b, int side, const struct both_prog *p)
{
	static char log[1 << 16];
	struct isa_asm a = { 0 };
	union bpf_attr attr = { 0 };
	int ret;

	b->last_text[0] = 0;
	ret = isa_asm(&b->diag, "test", span_str(p->text), &a);
	ck_assert_msg(!ret, "%s", b->last_text);
	set_maps(&a, p->maps);
	attr.prog_type = p->type;
	attr.expected_attach_type = p->attach_type;
	attr.insns = (uintptr_t)a.insns.v;
	attr.insn_cnt = a.insns.n;
	attr.license = (uintptr_t)(p->license ? p->license : "GPL");
	attr.log_buf = (uintptr_t)log;
	attr.log_size = sizeof(log);
	attr.log_level = 1;
	log[0] = 0;
	ret = load_insns(b, side, &a, &attr);
	if (ret < 0 && getenv("BOTH_VERBOSE"))
		printf("side %d: %s\n", side, log);
	isa_asm_free(&a);
	return ret;
}

void both_test(struct both *b, int side, int prog, struct both_run *run)
{
	run->attr.test.prog_fd = (u32)prog;
	run->err = both_bpf(b, side, BPF_PROG_TEST_RUN, &run->attr);
	run->attr.test.prog_fd = 0;
	run->attr.test.duration = 0;
}

u32 both_result(struct both *b, int side, const struct both_prog *p, const void *data, u32 size)
{
	struct both_run run = { .attr.test = { .data_in = (uintptr_t)data, .data_size_in = size } };
	int prog = both_load(b, side, p);

	ck_assert_msg(prog >= 0, "side %d: load: %d %s", side, prog, b->last_text);
	both_test(b, side, prog, &run);
	ck_assert_msg(!run.err, "side %d: run: %d %s", side, run.err, b->last_text);
	both_drop(b, side, prog);
	return run.attr.test.retval;
}
