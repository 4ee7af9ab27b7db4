/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Map kinds and the check of what MAP_CREATE is given. */
#include "lib/abi/abi.h"

/* The words of maps.def: flags of MAP_CREATE, then what is true of a kind. */
enum {
	NO_PREALLOC = BPF_F_NO_PREALLOC,
	NO_COMMON_LRU = BPF_F_NO_COMMON_LRU,
	NUMA = BPF_F_NUMA_NODE,
	RW = BPF_F_RDONLY | BPF_F_WRONLY,
	STACK_BUILD_ID = BPF_F_STACK_BUILD_ID,
	ZERO_SEED = BPF_F_ZERO_SEED,
	PROG_RW = BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG,
	CLONE = BPF_F_CLONE,
	MMAPABLE = BPF_F_MMAPABLE,
	PRESERVE_ELEMS = BPF_F_PRESERVE_ELEMS,
	INNER_MAP = BPF_F_INNER_MAP,
	LINK = BPF_F_LINK,
	VTYPE_BTF_OBJ_FD = BPF_F_VTYPE_BTF_OBJ_FD,
	SEGV_ON_FAULT = BPF_F_SEGV_ON_FAULT,
	NO_USER_CONV = BPF_F_NO_USER_CONV,

	PERCPU = ABI_MAP_PERCPU,
	FD_VALUE = ABI_MAP_FD_VALUE,
	INNER = ABI_MAP_INNER,
	BTF_REQUIRED = ABI_MAP_BTF_REQUIRED,
	INDEX_KEY = ABI_MAP_INDEX_KEY,
	NEEDS_NO_PREALLOC = ABI_MAP_NEEDS_NO_PREALLOC,
	NEEDS_MMAPABLE = ABI_MAP_NEEDS_MMAPABLE,
	PROG_LOOKUP = ABI_MAP_PROG_LOOKUP,
	ELEM = ABI_MAP_PROG_LOOKUP | ABI_MAP_PROG_UPDATE | ABI_MAP_PROG_DELETE,
	PROG_PUSH = ABI_MAP_PROG_PUSH,
	PROG_POP = ABI_MAP_PROG_POP,
	FOR_EACH = ABI_MAP_FOR_EACH,
	SOCK_VALUE = ABI_MAP_SOCK_VALUE,
	STORAGE = ABI_MAP_STORAGE,
	EXTRA = ABI_MAP_EXTRA,
};

static const struct abi_map rows[] = {
#define MAP(type, name_, key_, value_, entries_, create, flags_)              \
	[BPF_MAP_TYPE_##type] = { .name = name_,                              \
				  .c_name = "BPF_MAP_TYPE_" #type,            \
				  .key = ABI_SIZE_##key_,                     \
				  .value = ABI_SIZE_##value_,                 \
				  .entries = ABI_ENTRIES_##entries_,          \
				  .create_flags = create,                     \
				  .flags = flags_ },
#include "lib/abi/maps.def"
#undef MAP
};

_Static_assert((0
#define MAP(type, name, key, value, entries, create, flags) + 1
#include "lib/abi/maps.def"
#undef MAP
		) == __MAX_BPF_MAP_TYPE - 1 && ARRAY_SIZE(rows) == __MAX_BPF_MAP_TYPE,
	       "maps.def misses a map type");

const struct abi_map *abi_map(u32 map_type)
{
	return map_type < ARRAY_SIZE(rows) && rows[map_type].name ? &rows[map_type] : NULL;
}

bool abi_map_by_name(const char *name, u32 *map_type)
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].name || strcmp(rows[i].name, name))
			continue;
		*map_type = i;
		return true;
	}
	return false;
}

const char *abi_map_name(u32 map_type)
{
	const struct abi_map *map = abi_map(map_type);

	return map ? map->name : "unknown";
}

/* BUILD_ID_FRAME: struct bpf_stack_build_id, what a frame takes with STACK_BUILD_ID. */
enum { LPM_DATA_MAX = 256, STACK_FRAMES_MAX = 127, BUILD_ID_FRAME = 32 };

static bool size_ok(enum abi_size rule, u32 size)
{
	switch (rule) {
	case ABI_SIZE_ZERO:
		return size == 0;
	case ABI_SIZE_U32:
		return size == 4;
	case ABI_SIZE_ANY:
	case ABI_SIZE_STRUCT:
		return size > 0;
	case ABI_SIZE_LPM:
		return size > sizeof(struct bpf_lpm_trie_key) &&
		       size <= sizeof(struct bpf_lpm_trie_key) + LPM_DATA_MAX;
	case ABI_SIZE_U64S:
		return size > 0 && size % 8 == 0 && size / 8 <= STACK_FRAMES_MAX;
	case ABI_SIZE_4_OR_8:
		return size == 4 || size == 8;
	case ABI_SIZE_STORAGE_KEY:
		return size == 8 || size == sizeof(struct bpf_cgroup_storage_key);
	}
	return false;
}

static bool entries_ok(enum abi_entries rule, u32 n)
{
	switch (rule) {
	case ABI_ENTRIES_SOME:
	case ABI_ENTRIES_PAGES:
		return n > 0;
	case ABI_ENTRIES_ZERO:
		return n == 0;
	case ABI_ENTRIES_ONE:
		return n == 1;
	case ABI_ENTRIES_RING:
		return is_power_of_2(n) && n % ABI_RING_ALIGN == 0;
	}
	return false;
}

static bool flags_ok(const struct abi_map *map, u32 flags)
{
	if (flags & ~(map->create_flags | BPF_F_TOKEN_FD))
		return false;
	if ((flags & RW) == RW || (flags & PROG_RW) == PROG_RW)
		return false;
	if (map->flags & NEEDS_NO_PREALLOC && !(flags & NO_PREALLOC))
		return false;
	return !(map->flags & NEEDS_MMAPABLE) || flags & MMAPABLE;
}

const char *abi_map_check(u32 map_type, u32 key_size, u32 value_size, u32 max_entries, u32 flags)
{
	const struct abi_map *map = abi_map(map_type);

	if (!map)
		return "map_type";
	if (!size_ok(map->key, key_size))
		return "key_size";
	if (!size_ok(map->value, value_size))
		return "value_size";
	if (flags & STACK_BUILD_ID && value_size % BUILD_ID_FRAME)
		return "value_size";
	if (!entries_ok(map->entries, max_entries))
		return "max_entries";
	return flags_ok(map, flags) ? NULL : "map_flags";
}
