/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A target that hands every call on to the kernel and marks the operations of each program: what
 * counts is what was loaded, not what is in a file. An older kernel doesn't know all of them.
 */
#include "selftests/diff/cover.h"

#include <stdio.h>

#include "uapi/bpf.h"

static void mark(bool *used, const struct bpf_insn *insns, u32 n)
{
	for (u32 i = 0; i < n;) {
		const struct isa_op *op = isa_decode(&insns[i], n - i, NULL);

		used[op ? op->id : ISA_OP_NONE] = true;
		i += op ? op->slots : 1;
	}
}

static int watch_bpf(void *user, int cmd, union bpf_attr *attr, unsigned int size)
{
	struct cover *c = user;
	int ret = c->kernel.ops->bpf(c->kernel.user, cmd, attr, size);

	if (cmd == BPF_PROG_LOAD)
		mark(ret < 0 ? c->tried : c->taken, (const void *)(uintptr_t)attr->insns,
		     attr->insn_cnt);
	return ret;
}

static int watch_close(void *user, int handle)
{
	struct cover *c = user;

	return c->kernel.ops->close(c->kernel.user, handle);
}

static int watch_mmap(void *user, int handle, size_t size, bool writable, void **addr)
{
	struct cover *c = user;

	return c->kernel.ops->mmap(c->kernel.user, handle, size, writable, addr);
}

static int watch_munmap(void *user, void *addr, size_t size)
{
	struct cover *c = user;

	return c->kernel.ops->munmap(c->kernel.user, addr, size);
}

static int watch_n_cpus(void *user, unsigned int *n)
{
	struct cover *c = user;

	return c->kernel.ops->n_cpus(c->kernel.user, n);
}

static int watch_unpin(void *user, const char *path)
{
	struct cover *c = user;

	return c->kernel.ops->unpin(c->kernel.user, path);
}

void cover_watch(struct cover *c, struct weld_target *target)
{
	*c = (struct cover){
		.ops = { .sz = sizeof(c->ops), .name = "kernel", .bpf = watch_bpf,
			 .close = watch_close, .n_cpus = watch_n_cpus },
		.kernel = *target,
	};
	if (target->ops->mmap) {
		c->ops.mmap = watch_mmap;
		c->ops.munmap = watch_munmap;
	}
	if (target->ops->unpin)
		c->ops.unpin = watch_unpin;
	*target = (struct weld_target){ .ops = &c->ops, .user = c };
}

/*
 * Not asked for: what no kernel takes (version 0), what the runtime answers -ENOTSUP to, and maps
 * by index, which the loader doesn't make; selftests/cases/ops has a case of those.
 */
static bool wanted(const struct isa_op *op)
{
	switch (op->oper) {
	case ISA_OPER_BTF_ID:
	case ISA_OPER_KFUNC:
	case ISA_OPER_MAP_IDX:
	case ISA_OPER_MAP_IDX_VALUE:
		return false;
	default:
		return op->version && op->effect != ISA_FX_CAST;
	}
}

unsigned int cover_report(const struct cover *c, unsigned int *n_refused)
{
	unsigned int missing = 0;

	*n_refused = 0;
	for (u32 id = ISA_OP_NONE + 1; id < ISA_N_OPS; id++) {
		const struct isa_op *op = isa_op(id);

		if (c->taken[id] || !wanted(op))
			continue;
		printf("%s %s: %s\n",
		       c->tried[id] ? "skip the kernel refuses" : "FAIL no program uses", op->name,
		       op->text);
		*n_refused += c->tried[id];
		missing += !c->tried[id];
	}
	return missing;
}
