/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/bed.h"

#include <check.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/load/kernel.h"

const char bed_bpffs[] = "/tmp/bpfweld-test-bpffs";

void bed_note(void *user, const struct weld_diag *d)
{
	struct bed *b = user;

	b->last_code = d->code;
	snprintf(b->last_text, sizeof(b->last_text), "%s", d->text);
}

const char *bed_make(struct bed *b)
{
	*b = (struct bed){ .diag = { .fn = bed_note, .user = b, .error_limit = 1000 } };
	b->port = (struct load_port){ &b->diag, { .ops = &load_kernel_ops } };
	if (geteuid())
		return "needs root";
	if (unshare(CLONE_NEWNET))
		return "network namespaces can't be made here";
	/* Without addresses the devices are silent: no packet but the test's own. */
	if (system("ip link add one type veth peer name two &&"
		   "ip link set one addrgenmode none && ip link set two addrgenmode none &&"
		   "ip link set one up && ip link set two up"))
		return "needs ip(8) and veth";
	ck_assert_int_eq(load_ifindex(&b->port, "one", &b->ifindex), 0);
	return NULL;
}

const char *bed_make_with_bpffs(struct bed *b)
{
	const char *why = bed_make(b);

	if (why)
		return why;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return "mount namespaces can't be made here";
	mkdir(bed_bpffs, 0700);
	return mount("bpf", bed_bpffs, "bpf", 0, NULL) ? "a bpffs can't be mounted here" : NULL;
}

int bed_prog(struct bed *b, u32 type, s32 ret)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = ret }, { .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { .prog_type = type, .insn_cnt = 2 };
	int fd;

	attr.insns = (uintptr_t)insns;
	attr.license = (uintptr_t)"GPL";
	fd = load_ask(&b->port, BPF_PROG_LOAD, &attr);
	ck_assert_int_ge(fd, 0);
	return fd;
}

u32 bed_id_of(struct bed *b, int prog)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr = { 0 };

	attr.info.bpf_fd = (u32)prog;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	ck_assert_int_eq(load_ask(&b->port, BPF_OBJ_GET_INFO_BY_FD, &attr), 0);
	return info.id;
}

u32 bed_attached(struct bed *b, const struct load_place *at)
{
	u32 id = 0;

	ck_assert_int_eq(load_attached_id(&b->port, at, &id), 0);
	return id;
}
