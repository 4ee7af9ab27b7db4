/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Any instructions, unverified, in the checked interpreter: with maps of each kind, a program
 * array that holds the program itself, a packet and a small budget. Instructions that don't decode
 * become moves and jumps are bent into the program, so that more inputs run.
 */
#include <stdlib.h>

#include "lib/isa/isa.h"
#include "runtime/rt.h"

enum { MAX_INSNS = 512, N_MAPS = 5, BUDGET = 1 << 12, MAX_PACKET = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	u32 type, value_size, max_entries, flags;
} kinds[N_MAPS] = {
	{ BPF_MAP_TYPE_ARRAY, 16, 1, 0 },
	{ BPF_MAP_TYPE_HASH, 8, 2, 0 },
	{ BPF_MAP_TYPE_ARRAY, 8, 1, BPF_F_RDONLY_PROG },
	{ BPF_MAP_TYPE_PERCPU_ARRAY, 8, 3, 0 },
	{ BPF_MAP_TYPE_PROG_ARRAY, 4, 2, 0 },
};

static const u32 types[] = { BPF_PROG_TYPE_SOCKET_FILTER, BPF_PROG_TYPE_SCHED_CLS,
			     BPF_PROG_TYPE_XDP };

static int make_map(struct rt *rt, u32 i)
{
	union bpf_attr a = { .map_type = kinds[i].type, .key_size = 4,
			     .value_size = kinds[i].value_size,
			     .max_entries = kinds[i].max_entries, .map_flags = kinds[i].flags };

	return rt_bpf(rt, BPF_MAP_CREATE, &a, sizeof(a));
}

static void repair(struct bpf_insn *insns, u32 n, const int maps[N_MAPS])
{
	for (u32 i = 0; i < n; i += isa_slots(&insns[i])) {
		const struct isa_op *op = isa_decode(&insns[i], n - i, NULL);
		u32 any = (u32)insns[i].imm;

		if (!op)
			insns[i] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV, .imm = (s32)any,
						      .dst_reg = insns[i].dst_reg % 10 };
		else if (op->effect == ISA_FX_LD_IMM64 && op->oper != ISA_OPER_IMM64 &&
			 op->oper != ISA_OPER_FUNC && op->oper != ISA_OPER_BTF_ID)
			insns[i].imm = maps[any % N_MAPS];
		else if (op->off.kind == ISA_RULE_JUMP)
			insns[i].off = (s16)((u16)insns[i].off % n) - (s16)i - 1;
	}
}

static void run(struct rt *rt, const uint8_t *data, size_t size, const int maps[N_MAPS])
{
	static const u8 packet[MAX_PACKET];
	struct bpf_insn insns[MAX_INSNS] = { 0 };
	u32 n = (u32)min_u64(size / 8, MAX_INSNS), zero = 0;
	union bpf_attr a = { .prog_type = types[data[0] % ARRAY_SIZE(types)], .insn_cnt = n,
			     .insns = (u64)(uintptr_t)insns, .fd_array = (u64)(uintptr_t)maps,
			     .license = (u64)(uintptr_t)"GPL" };
	union bpf_attr slot = { .map_fd = (u32)maps[4], .key = (u64)(uintptr_t)&zero };
	int prog;

	for (u32 i = 0; i < n; i++)
		isa_load_insn(data + 8 * i, false, &insns[i]);
	repair(insns, n, maps);
	prog = rt_bpf(rt, BPF_PROG_LOAD, &a, sizeof(a));
	if (prog < 0)
		return;
	slot.value = (u64)(uintptr_t)&prog;
	rt_bpf(rt, BPF_MAP_UPDATE_ELEM, &slot, sizeof(slot));
	a = (union bpf_attr){ .test = { .prog_fd = (u32)prog, .repeat = 2, .data_size_in = MAX_PACKET,
					.data_in = (u64)(uintptr_t)packet } };
	rt_bpf(rt, BPF_PROG_TEST_RUN, &a, sizeof(a));
	rt_close(rt, prog);
}

/* The first byte, which is the first opcode as well, selects the program type. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct rt_opts opts = { .diag = &d, .budget = BUDGET, .mem_limit = 1 << 20 };
	int maps[N_MAPS];
	struct rt *rt;

	if (size < 8 || rt_new(&opts, &rt))
		return 0;
	for (u32 i = 0; i < N_MAPS; i++)
		maps[i] = make_map(rt, i);
	run(rt, data, size, maps);
	rt_free(rt);
	return 0;
}
