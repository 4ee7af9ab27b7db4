/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What OBJ_GET_INFO_BY_FD answers, and the records that PROG_LOAD takes beside the instructions
 * (the same records fill .BTF.ext, where insn_off counts bytes of the section instead of
 * instructions of the program).
 */
#ifndef UAPI_BPF_INFO_H
#define UAPI_BPF_INFO_H

#include "uapi/types.h"

enum bpf_core_relo_kind {
	BPF_CORE_FIELD_BYTE_OFFSET = 0, BPF_CORE_FIELD_BYTE_SIZE = 1, BPF_CORE_FIELD_EXISTS = 2,
	BPF_CORE_FIELD_SIGNED = 3, BPF_CORE_FIELD_LSHIFT_U64 = 4, BPF_CORE_FIELD_RSHIFT_U64 = 5,
	BPF_CORE_TYPE_ID_LOCAL = 6, BPF_CORE_TYPE_ID_TARGET = 7, BPF_CORE_TYPE_EXISTS = 8,
	BPF_CORE_TYPE_SIZE = 9, BPF_CORE_ENUMVAL_EXISTS = 10, BPF_CORE_ENUMVAL_VALUE = 11,
	BPF_CORE_TYPE_MATCHES = 12,
};

enum { /* bpf_line_info.line_col is line << BPF_LINE_COL_BITS | column */
	BPF_LINE_COL_BITS = 10,
};

#define BPF_LINE_INFO_LINE_NUM(line_col) ((line_col) >> BPF_LINE_COL_BITS)
#define BPF_LINE_INFO_LINE_COL(line_col) ((line_col) & ((1u << BPF_LINE_COL_BITS) - 1))

struct bpf_prog_info {
	uint32_t type;
	uint32_t id;
	uint8_t tag[8];
	uint32_t jited_prog_len;
	uint32_t xlated_prog_len;
	bpf_u64 jited_prog_insns;
	bpf_u64 xlated_prog_insns;
	bpf_u64 load_time;
	uint32_t created_by_uid;
	uint32_t nr_map_ids;
	bpf_u64 map_ids;
	char name[16];
	uint32_t ifindex;
	uint32_t gpl_compatible: 1;
	bpf_u64 netns_dev;
	bpf_u64 netns_ino;
	uint32_t nr_jited_ksyms;
	uint32_t nr_jited_func_lens;
	bpf_u64 jited_ksyms;
	bpf_u64 jited_func_lens;
	uint32_t btf_id;
	uint32_t func_info_rec_size;
	bpf_u64 func_info;
	uint32_t nr_func_info;
	uint32_t nr_line_info;
	bpf_u64 line_info;
	bpf_u64 jited_line_info;
	uint32_t nr_jited_line_info;
	uint32_t line_info_rec_size;
	uint32_t jited_line_info_rec_size;
	uint32_t nr_prog_tags;
	bpf_u64 prog_tags;
	bpf_u64 run_time_ns;
	bpf_u64 run_cnt;
	bpf_u64 recursion_misses;
	uint32_t verified_insns;
	uint32_t attach_btf_obj_id;
	uint32_t attach_btf_id;
};

struct bpf_map_info {
	uint32_t type;
	uint32_t id;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t map_flags;
	char name[16];
	uint32_t ifindex;
	uint32_t btf_vmlinux_value_type_id;
	bpf_u64 netns_dev;
	bpf_u64 netns_ino;
	uint32_t btf_id;
	uint32_t btf_key_type_id;
	uint32_t btf_value_type_id;
	uint32_t btf_vmlinux_id;
	bpf_u64 map_extra;
	bpf_u64 hash;
	uint32_t hash_size;
};

struct bpf_btf_info {
	bpf_u64 btf;
	uint32_t btf_size;
	uint32_t id;
	bpf_u64 name;
	uint32_t name_len;
	uint32_t kernel_btf;
};

struct bpf_link_info {
	uint32_t type;
	uint32_t id;
	uint32_t prog_id;
	union {
		struct {
			bpf_u64 tp_name;
			uint32_t tp_name_len;
			bpf_u64 cookie;
		} raw_tracepoint;
		struct {
			uint32_t attach_type;
			uint32_t target_obj_id;
			uint32_t target_btf_id;
			bpf_u64 cookie;
		} tracing;
		struct {
			bpf_u64 cgroup_id;
			uint32_t attach_type;
		} cgroup;
		struct {
			bpf_u64 target_name;
			uint32_t target_name_len;
			union {
				struct {
					uint32_t map_id;
				} map;
			};
			union {
				struct {
					bpf_u64 cgroup_id;
					uint32_t order;
				} cgroup;
				struct {
					uint32_t tid;
					uint32_t pid;
				} task;
			};
		} iter;
		struct {
			uint32_t netns_ino;
			uint32_t attach_type;
		} netns;
		struct {
			uint32_t ifindex;
		} xdp;
		struct {
			uint32_t map_id;
		} struct_ops;
		struct {
			uint32_t pf;
			uint32_t hooknum;
			int32_t priority;
			uint32_t flags;
		} netfilter;
		struct {
			bpf_u64 addrs;
			uint32_t count;
			uint32_t flags;
			bpf_u64 missed;
			bpf_u64 cookies;
		} kprobe_multi;
		struct {
			bpf_u64 path;
			bpf_u64 offsets;
			bpf_u64 ref_ctr_offsets;
			bpf_u64 cookies;
			uint32_t path_size;
			uint32_t count;
			uint32_t flags;
			uint32_t pid;
		} uprobe_multi;
		struct {
			uint32_t type;
			union {
				struct {
					bpf_u64 file_name;
					uint32_t name_len;
					uint32_t offset;
					bpf_u64 cookie;
					bpf_u64 ref_ctr_offset;
				} uprobe;
				struct {
					bpf_u64 func_name;
					uint32_t name_len;
					uint32_t offset;
					bpf_u64 addr;
					bpf_u64 missed;
					bpf_u64 cookie;
				} kprobe;
				struct {
					bpf_u64 tp_name;
					uint32_t name_len;
					bpf_u64 cookie;
				} tracepoint;
				struct {
					bpf_u64 config;
					uint32_t type;
					bpf_u64 cookie;
				} event;
			};
		} perf_event;
		struct {
			uint32_t ifindex;
			uint32_t attach_type;
		} tcx;
		struct {
			uint32_t ifindex;
			uint32_t attach_type;
		} netkit;
		struct {
			uint32_t map_id;
			uint32_t attach_type;
		} sockmap;
	};
};

struct bpf_token_info {
	bpf_u64 allowed_cmds;
	bpf_u64 allowed_maps;
	bpf_u64 allowed_progs;
	bpf_u64 allowed_attachs;
};

struct bpf_func_info {
	uint32_t insn_off;
	uint32_t type_id;
};

struct bpf_line_info {
	uint32_t insn_off;
	uint32_t file_name_off;
	uint32_t line_off;
	uint32_t line_col;
};

struct bpf_core_relo {
	uint32_t insn_off;
	uint32_t type_id;
	uint32_t access_str_off;
	enum bpf_core_relo_kind kind;
};

#endif
