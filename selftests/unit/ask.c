/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/ask.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int ask_bpf(int cmd, union bpf_attr *attr)
{
	int ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

int ask_load(struct ask_prog *p)
{
	union bpf_attr attr = {
		.prog_type = p->type,
		.expected_attach_type = p->attach_type,
		.prog_flags = p->flags,
		.attach_btf_id = p->attach_btf_id,
		.insns = (uintptr_t)p->insns,
		.insn_cnt = p->n,
		.license = (uintptr_t)(p->license ? p->license : "GPL"),
		.log_buf = (uintptr_t)p->log,
		.log_size = sizeof(p->log),
		.log_level = 1,
	};
	int fd;

	p->log[0] = '\0';
	fd = ask_bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int ask_map(u32 type, u32 key_size, u32 value_size, u32 max_entries, u32 flags, int inner_fd)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = key_size,
		.value_size = value_size,
		.max_entries = max_entries,
		.map_flags = flags,
		.inner_map_fd = inner_fd < 0 ? 0 : inner_fd,
	};

	return ask_bpf(BPF_MAP_CREATE, &attr);
}

const char *ask_refused(void)
{
	struct ask_prog *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return "no memory";
	ask_reset(p, BPF_PROG_TYPE_XDP, 0);
	ask_exit(p, 0);
	err = ask_load(p);
	free(p);
	return err ? "bpf(2) may not be used here" : NULL;
}

void ask_reset(struct ask_prog *p, u32 type, u32 attach_type)
{
	p->type = type;
	p->attach_type = attach_type;
	p->flags = 0;
	p->attach_btf_id = 0;
	p->license = NULL;
	p->n = 0;
}

void ask_insn(struct ask_prog *p, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	if (p->n == ASK_MAX_INSNS)
		abort();
	p->insns[p->n++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm,
	};
}

void ask_mov_imm(struct ask_prog *p, u8 dst, s32 imm)
{
	ask_insn(p, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm);
}

void ask_mov_reg(struct ask_prog *p, u8 dst, u8 src)
{
	ask_insn(p, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

void ask_stack_addr(struct ask_prog *p, u8 dst, s32 off)
{
	ask_mov_reg(p, dst, BPF_REG_10);
	ask_insn(p, BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, off);
}

void ask_ld_map(struct ask_prog *p, u8 dst, u8 src, int fd)
{
	ask_insn(p, BPF_LD | BPF_IMM | BPF_DW, dst, src, 0, fd);
	ask_insn(p, 0, 0, 0, 0, 0);
}

void ask_call(struct ask_prog *p, u32 helper)
{
	ask_insn(p, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

void ask_exit(struct ask_prog *p, s32 value)
{
	ask_mov_imm(p, BPF_REG_0, value);
	ask_insn(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}
