/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/load/probe.h"

#include "uapi/bpf.h"
#include "uapi/btf.h"
#include "uapi/insn.h"

#include "btf/btf.h"
#include "lib/abi/abi.h"

enum { LOG_SIZE = 4096, KERNEL_ENOTSUPP = 524 };

static u64 ptr_u64(const void *p)
{
	return (u64)(uintptr_t)p;
}

static int ask(const struct load_probe *p, int cmd, union bpf_attr *attr)
{
	return p->target.ops->bpf(p->target.user, cmd, attr, sizeof(*attr));
}

/* A handle becomes yes, a refusal to be asked stays an errno, anything else is no. */
static int verdict(const struct load_probe *p, int ret)
{
	if (ret >= 0) {
		p->target.ops->close(p->target.user, ret);
		return 1;
	}
	return ret == -EPERM || ret == -ENOMEM ? ret : 0;
}

static int load_insns(const struct load_probe *p, union bpf_attr *attr,
		      const struct bpf_insn *insns, u32 n)
{
	attr->insns = ptr_u64(insns);
	attr->insn_cnt = n;
	attr->license = ptr_u64("GPL");
	return ask(p, BPF_PROG_LOAD, attr);
}

int load_probe_allowed(struct diag *d, const struct load_probe *p)
{
	int ret = load_probe_map_type(p, BPF_MAP_TYPE_ARRAY);
	struct diag_msg m;

	if (ret != -EPERM)
		return 0;
	diag_begin(&m, d, DIAG_LOAD_PROBE_REFUSED, NULL, p->target.ops->name);
	diag_help(&m, "run it as root, or ask the bundled runtime");
	return diag_end(&m);
}

/* --- program types -------------------------------------------------------------------- */

/* An expected_attach_type that goes with the program type: that of the first section name. */
static u32 attach_type_for(u32 prog_type)
{
	const struct abi_sec *sec;

	for (size_t n = 0; (sec = abi_sec_at(n)); n++)
		if (sec->prog_type == prog_type)
			return sec->has_attach ? sec->attach_type : 0;
	return 0;
}

/* A type that the verifier talks about is known, even when this program isn't to its liking; the
 * runtime's -ENOTSUP is its word for a type that it knows and doesn't run. */
int load_probe_prog_type(const struct load_probe *p, u32 prog_type)
{
	static const struct bpf_insn insns[] = {
		{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0 },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};
	char log[LOG_SIZE] = "";
	union bpf_attr attr = {
		.prog_type = prog_type,
		.expected_attach_type = attach_type_for(prog_type),
		.log_level = 1,
		.log_size = sizeof(log),
	};
	int ret;

	attr.log_buf = ptr_u64(log);
	ret = load_insns(p, &attr, insns, ARRAY_SIZE(insns));
	return ret < 0 && ret != -ENOTSUP && log[0] ? 1 : verdict(p, ret);
}

/* The verifier names a helper that it doesn't know, or that this type may not call; a complaint
 * about anything else, the missing arguments for one, shows that the helper is there. The last row
 * is the runtime's wording. */
int load_probe_helper(const struct load_probe *p, u32 prog_type, u32 helper)
{
	static const char *const refusals[] = { "invalid func ", "unknown func ",
						"cannot use helper ", "(helper " };
	struct bpf_insn insns[] = {
		{ BPF_JMP | BPF_CALL, 0, 0, 0, (s32)helper },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0 },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};
	char log[LOG_SIZE] = "";
	union bpf_attr attr = {
		.prog_type = prog_type,
		.expected_attach_type = attach_type_for(prog_type),
		.log_level = 1,
		.log_size = sizeof(log),
	};
	int ret;

	attr.log_buf = ptr_u64(log);
	ret = load_insns(p, &attr, insns, ARRAY_SIZE(insns));
	if (ret >= 0 || ret == -ENOTSUP || !log[0])
		return verdict(p, ret);
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (strstr(log, refusals[i]))
			return 0;
	return 1;
}

/* --- map types ------------------------------------------------------------------------ */

static u32 some_size(enum abi_size rule)
{
	switch (rule) {
	case ABI_SIZE_ZERO:
	case ABI_SIZE_STRUCT:
		return 0;
	case ABI_SIZE_U32:
	case ABI_SIZE_ANY:
	case ABI_SIZE_4_OR_8:
		return 4;
	case ABI_SIZE_LPM:
	case ABI_SIZE_U64S:
	case ABI_SIZE_STORAGE_KEY:
		return 8;
	}
	return 4;
}

static u32 some_entries(enum abi_entries rule)
{
	switch (rule) {
	case ABI_ENTRIES_ZERO:
		return 0;
	case ABI_ENTRIES_RING:
		return 65536; /* a multiple of any machine's page size */
	case ABI_ENTRIES_SOME:
	case ABI_ENTRIES_ONE:
	case ABI_ENTRIES_PAGES:
		break;
	}
	return 1;
}

/* A BTF with one int, for maps that must have types. */
static int int_btf(const struct load_probe *p)
{
	union bpf_attr attr = { 0 };
	struct sbuf bytes = { 0 };
	struct btf *btf = NULL;
	int ret = btf_new(&btf);

	if (!ret)
		ret = btf_add_int(btf, "int", 4, BTF_INT_SIGNED, NULL);
	if (!ret)
		ret = btf_write(btf, HOST_BIG_ENDIAN, &bytes);
	if (!ret) {
		attr.btf = ptr_u64(bytes.data);
		attr.btf_size = (uint32_t)bytes.size;
		ret = ask(p, BPF_BTF_LOAD, &attr);
	}
	sbuf_free(&bytes);
	btf_free(btf);
	return ret;
}

static int create_map(const struct load_probe *p, u32 type, const struct abi_map *kind)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = some_size(kind->key),
		.value_size = some_size(kind->value),
		.max_entries = some_entries(kind->entries),
	};
	int inner = -1, btf = -1, ret;

	if (kind->flags & ABI_MAP_NEEDS_NO_PREALLOC)
		attr.map_flags |= BPF_F_NO_PREALLOC;
	if (kind->flags & ABI_MAP_NEEDS_MMAPABLE)
		attr.map_flags |= BPF_F_MMAPABLE;
	if (kind->flags & ABI_MAP_INNER) {
		inner = create_map(p, BPF_MAP_TYPE_ARRAY, abi_map(BPF_MAP_TYPE_ARRAY));
		attr.inner_map_fd = (uint32_t)inner;
	}
	if (type == BPF_MAP_TYPE_STRUCT_OPS) {
		attr.btf_vmlinux_value_type_id = 1;
	} else if (kind->flags & ABI_MAP_BTF_REQUIRED) {
		btf = int_btf(p);
		attr.btf_fd = (uint32_t)btf;
		attr.btf_key_type_id = attr.btf_value_type_id = 1;
	}
	ret = ask(p, BPF_MAP_CREATE, &attr);
	if (inner >= 0)
		p->target.ops->close(p->target.user, inner);
	if (btf >= 0)
		p->target.ops->close(p->target.user, btf);
	return ret;
}

/* A kernel that knows STRUCT_OPS answers that type 1 of its BTF is no struct of operations. */
int load_probe_map_type(const struct load_probe *p, u32 map_type)
{
	const struct abi_map *kind = abi_map(map_type);
	int ret = kind ? create_map(p, map_type, kind) : -EINVAL;

	if (map_type == BPF_MAP_TYPE_STRUCT_OPS && ret == -KERNEL_ENOTSUPP)
		return 1;
	return verdict(p, ret);
}

/* --- the rest ------------------------------------------------------------------------- */

enum probe_kind { PROBE_KIND_INSNS, PROBE_KIND_BTF, PROBE_KIND_MAP };

struct probe_row {
	const char *name;
	enum probe_kind kind;
	u32 n; /* instructions or words */
	struct bpf_insn insns[8];
	u32 words[16];
	u32 map[5]; /* type, key, value, entries, flags */
};

#define N_INSNS(...) (sizeof((const struct bpf_insn[]){ __VA_ARGS__ }) / sizeof(struct bpf_insn))
#define N_WORDS(...) (sizeof((const u32[]){ __VA_ARGS__ }) / sizeof(u32))

static const struct probe_row rows[] = {
#define PROBE_INSNS(name, ...) \
	{ name, PROBE_KIND_INSNS, N_INSNS(__VA_ARGS__), .insns = { __VA_ARGS__ } },
#define PROBE_BTF(name, ...) \
	{ name, PROBE_KIND_BTF, N_WORDS(__VA_ARGS__), .words = { __VA_ARGS__ } },
#define PROBE_MAP(name, ...) { name, PROBE_KIND_MAP, 0, .map = { __VA_ARGS__ } },
#include "lib/load/probes.def"
};

const char *load_probe_name(size_t n)
{
	return n < ARRAY_SIZE(rows) ? rows[n].name : NULL;
}

static int load_words(const struct load_probe *p, const u32 *words, u32 n)
{
	static const char strs[] = "\0a\0b";
	struct {
		struct btf_header head;
		u32 words[16];
		char strs[sizeof(strs)];
	} blob = {
		.head = {
			.magic = BTF_MAGIC,
			.version = BTF_VERSION,
			.hdr_len = sizeof(struct btf_header),
			.type_len = n * (u32)sizeof(u32),
			.str_off = n * (u32)sizeof(u32),
			.str_len = sizeof(strs),
		},
	};
	union bpf_attr attr = { 0 };

	memcpy(blob.words, words, n * sizeof(u32));
	/* Strings follow the types at once: the kernel takes no gap. */
	memcpy((char *)blob.words + blob.head.str_off, strs, sizeof(strs));
	attr.btf = ptr_u64(&blob);
	attr.btf_size = (u32)sizeof(blob.head) + blob.head.type_len + (u32)sizeof(strs);
	return ask(p, BPF_BTF_LOAD, &attr);
}

int load_probe_misc(const struct load_probe *p, size_t n)
{
	const struct probe_row *row = &rows[n];
	union bpf_attr attr = { 0 };

	switch (row->kind) {
	case PROBE_KIND_INSNS:
		attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
		return verdict(p, load_insns(p, &attr, row->insns, row->n));
	case PROBE_KIND_BTF:
		return verdict(p, load_words(p, row->words, row->n));
	case PROBE_KIND_MAP:
		attr.map_type = row->map[0];
		attr.key_size = row->map[1];
		attr.value_size = row->map[2];
		attr.max_entries = row->map[3];
		attr.map_flags = row->map[4];
		return verdict(p, ask(p, BPF_MAP_CREATE, &attr));
	}
	return 0;
}
