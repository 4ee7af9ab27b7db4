/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Any instructions, unverified, in the checked interpreter: with maps, a program array that holds
 * the program itself, a packet and a small budget. Instructions that don't decode become moves
 * and jumps are bent into the program, so that more inputs run.
 */
#include "runtime/exec/exec.h"

enum { MAX_INSNS = 256, N_MAPS = 5, BUDGET = 1 << 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct rt_map_spec kinds[N_MAPS] = {
	{ .type = BPF_MAP_TYPE_ARRAY, 4, .value_size = 16, 1 },
	{ .type = BPF_MAP_TYPE_HASH, 4, .value_size = 8, 2 },
	{ .type = BPF_MAP_TYPE_ARRAY, 4, .value_size = 8, 1, .flags = BPF_F_RDONLY_PROG },
	{ .type = BPF_MAP_TYPE_PERCPU_ARRAY, 4, .value_size = 8, 3 },
	{ .type = BPF_MAP_TYPE_PROG_ARRAY, 4, .value_size = 4, 2 },
};
static const u32 types[] = { BPF_PROG_TYPE_UNSPEC, BPF_PROG_TYPE_SOCKET_FILTER,
			     BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_XDP };

/* Load the bytes; returns the number of map references. */
static u32 repair(const u8 *data, struct bpf_insn *insns, u32 n, struct rt_map **maps,
		  struct exec_map_ref *refs)
{
	u32 n_refs = 0;

	for (u32 i = 0; i < n; i++)
		isa_load_insn(data + 8 * i, false, &insns[i]);
	for (u32 i = 0; i < n; i += isa_slots(&insns[i])) {
		const struct isa_op *op = isa_decode(&insns[i], n - i, NULL);

		if (!op)
			insns[i] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV,
						      .dst_reg = insns[i].dst_reg % 10 };
		else if (op->effect == ISA_FX_LD_IMM64)
			refs[n_refs++] =
				(struct exec_map_ref){ i, maps[(u32)insns[i].imm % N_MAPS] };
		else if (op->off.kind == ISA_RULE_JUMP)
			insns[i].off = (s16)((u16)insns[i].off % n - i - 1);
	}
	return n_refs;
}

static int self_get(void *user, u32 handle, struct rt_prog **prog)
{
	*prog = user;
	rt_ref_get(&(*prog)->ref);
	return 0;
}

static void run(const u8 *data, u32 n, struct rt_map **maps, struct rt_run *run)
{
	struct bpf_insn insns[MAX_INSNS] = { 0 };
	struct exec_map_ref refs[MAX_INSNS];
	struct exec_prog_spec spec = { .insns = insns, .n_insns = n, .maps = refs, .gpl = true };
	struct rt_prog self = { .ref.n = 1 };
	struct exec_result res;
	u32 zero = 0;

	spec.type = self.owner.type = types[data[1] % ARRAY_SIZE(types)];
	spec.n_maps = repair(data, insns, n, maps, refs);
	if (exec_prog_new(run->diag, &spec, &self.exec))
		return;
	run->host->user = &self;
	maps[4]->ops->write(run, maps[4], &zero, &zero, BPF_ANY);
	rt_run_begin(run);
	exec_checked_run(run, self.exec, BUDGET, &res);
	rt_run_end(run);
	maps[4]->ops->erase(run, maps[4], &zero);
	exec_prog_free(self.exec);
}

static u64 clock_zero(void *user, enum rt_clock clock)
{
	return 0;
}

static u32 random_four(void *user)
{
	return 4;
}

static void no_trace(void *user, const char *text)
{
}

/* The second byte, which is the first instruction's registers as well, selects the type. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rt_env env = { NULL, clock_zero, random_four, no_trace };
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct rt_host host = { .n_cpus = 2, .mem_limit = 1 << 20, .prog_get = self_get };
	u8 buf[128] = { 0 }, ctx[192] = { 0 };
	struct rt_pkt pkt = { buf, 128, 0, 120, 40, 40, 100, 26, 40, NULL, 0 };
	struct rt_run r = { .diag = &d, .host = &host, .env = &env, .pkt = &pkt, .ctx = ctx };
	struct rt_map *maps[N_MAPS];

	if (size < 8)
		return 0;
	r.ctx_size = sizeof(ctx);
	for (u32 i = 0; i < N_MAPS; i++)
		if (rt_map_new(&d, &host, &kinds[i], &maps[i]))
			__builtin_trap();
	run(data, (u32)min_u64(size / 8, MAX_INSNS), maps, &r);
	for (u32 i = 0; i < N_MAPS; i++)
		rt_map_put(maps[i]);
	return 0;
}
