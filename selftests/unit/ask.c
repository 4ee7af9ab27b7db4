/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The release that lib/abi describes. */
enum { ABI_MAJOR = 6, ABI_MINOR = 18 };

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

int ask_map(const struct ask_map *m)
{
	union bpf_attr attr = {
		.map_type = m->type,
		.key_size = m->key_size,
		.value_size = m->value_size,
		.max_entries = m->max_entries,
		.map_flags = m->flags,
		.inner_map_fd = m->inner_fd,
	};

	return ask_bpf(BPF_MAP_CREATE, &attr);
}

const char *ask_refused(void)
{
	struct ask_prog *p = calloc(1, sizeof(*p));
	unsigned int major = 0, minor = 0;
	struct utsname names;
	int err;

	if (!p)
		return "no memory";
	ask_reset(p, BPF_PROG_TYPE_XDP, 0);
	ask_exit(p, 0);
	err = ask_load(p);
	free(p);
	if (err)
		return "bpf(2) may not be used here";
	if (uname(&names) || sscanf(names.release, "%u.%u", &major, &minor) != 2)
		return "the kernel doesn't say its version";
	return major == ABI_MAJOR && minor == ABI_MINOR ? NULL : "this kernel isn't 6.18";
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

void ask_insn(struct ask_prog *p, struct bpf_insn insn)
{
	if (p->n == ASK_MAX_INSNS)
		abort();
	p->insns[p->n++] = insn;
}

void ask_read(struct ask_prog *p, u8 size, u8 dst, u8 src, s16 off)
{
	ask_insn(p, (struct bpf_insn){ .code = BPF_LDX | BPF_MEM | size, .dst_reg = dst,
				       .src_reg = src, .off = off });
}

void ask_write(struct ask_prog *p, u8 size, u8 dst, s16 off, u8 src)
{
	ask_insn(p, (struct bpf_insn){ .code = BPF_STX | BPF_MEM | size, .dst_reg = dst,
				       .src_reg = src, .off = off });
}

void ask_mov_imm(struct ask_prog *p, u8 dst, s32 imm)
{
	ask_insn(p, (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = dst,
				       .imm = imm });
}

void ask_mov_reg(struct ask_prog *p, u8 dst, u8 src)
{
	ask_insn(p, (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = dst,
				       .src_reg = src });
}

void ask_stack_addr(struct ask_prog *p, u8 dst, s32 off)
{
	ask_mov_reg(p, dst, BPF_REG_10);
	ask_insn(p, (struct bpf_insn){ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = dst,
				       .imm = off });
}

void ask_ld_map(struct ask_prog *p, u8 dst, u8 src, int fd)
{
	ask_insn(p, (struct bpf_insn){ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = dst,
				       .src_reg = src, .imm = fd });
	ask_insn(p, (struct bpf_insn){ 0 });
}

void ask_call(struct ask_prog *p, u32 helper)
{
	ask_insn(p, (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = helper });
}

void ask_zero_stack(struct ask_prog *p, s32 off)
{
	for (; off < 0; off += 8)
		ask_insn(p, (struct bpf_insn){ .code = BPF_ST | BPF_MEM | BPF_DW,
					       .dst_reg = BPF_REG_10, .off = off });
}

void ask_exit(struct ask_prog *p, s32 value)
{
	ask_mov_imm(p, BPF_REG_0, value);
	ask_insn(p, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
}
