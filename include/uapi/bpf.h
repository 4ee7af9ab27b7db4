/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * bpf(2): commands, object kinds and the attributes of each command, up to kernel 6.18. Names and
 * layouts are the kernel's own, since they are what a reader looks up; a test compares every one
 * of them with the installed headers and with the running kernel's BTF.
 *
 * Never include <linux/bpf.h> beside this. Public headers include neither.
 */
#ifndef UAPI_BPF_H
#define UAPI_BPF_H

#include "uapi/bpf_ctx.h"
#include "uapi/bpf_func.h"
#include "uapi/bpf_info.h"
#include "uapi/insn.h"
#include "uapi/types.h"

enum bpf_cmd {
	BPF_MAP_CREATE = 0, BPF_MAP_LOOKUP_ELEM = 1, BPF_MAP_UPDATE_ELEM = 2,
	BPF_MAP_DELETE_ELEM = 3, BPF_MAP_GET_NEXT_KEY = 4, BPF_PROG_LOAD = 5, BPF_OBJ_PIN = 6,
	BPF_OBJ_GET = 7, BPF_PROG_ATTACH = 8, BPF_PROG_DETACH = 9, BPF_PROG_TEST_RUN = 10,
	BPF_PROG_RUN = 10, BPF_PROG_GET_NEXT_ID = 11, BPF_MAP_GET_NEXT_ID = 12,
	BPF_PROG_GET_FD_BY_ID = 13, BPF_MAP_GET_FD_BY_ID = 14, BPF_OBJ_GET_INFO_BY_FD = 15,
	BPF_PROG_QUERY = 16, BPF_RAW_TRACEPOINT_OPEN = 17, BPF_BTF_LOAD = 18,
	BPF_BTF_GET_FD_BY_ID = 19, BPF_TASK_FD_QUERY = 20, BPF_MAP_LOOKUP_AND_DELETE_ELEM = 21,
	BPF_MAP_FREEZE = 22, BPF_BTF_GET_NEXT_ID = 23, BPF_MAP_LOOKUP_BATCH = 24,
	BPF_MAP_LOOKUP_AND_DELETE_BATCH = 25, BPF_MAP_UPDATE_BATCH = 26,
	BPF_MAP_DELETE_BATCH = 27, BPF_LINK_CREATE = 28, BPF_LINK_UPDATE = 29,
	BPF_LINK_GET_FD_BY_ID = 30, BPF_LINK_GET_NEXT_ID = 31, BPF_ENABLE_STATS = 32,
	BPF_ITER_CREATE = 33, BPF_LINK_DETACH = 34, BPF_PROG_BIND_MAP = 35, BPF_TOKEN_CREATE = 36,
	BPF_PROG_STREAM_READ_BY_FD = 37, __MAX_BPF_CMD = 38,
};

enum bpf_map_type {
	BPF_MAP_TYPE_UNSPEC = 0, BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3, BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4,
	BPF_MAP_TYPE_PERCPU_HASH = 5, BPF_MAP_TYPE_PERCPU_ARRAY = 6, BPF_MAP_TYPE_STACK_TRACE = 7,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8, BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LRU_PERCPU_HASH = 10, BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12, BPF_MAP_TYPE_HASH_OF_MAPS = 13, BPF_MAP_TYPE_DEVMAP = 14,
	BPF_MAP_TYPE_SOCKMAP = 15, BPF_MAP_TYPE_CPUMAP = 16, BPF_MAP_TYPE_XSKMAP = 17,
	BPF_MAP_TYPE_SOCKHASH = 18, BPF_MAP_TYPE_CGROUP_STORAGE_DEPRECATED = 19,
	BPF_MAP_TYPE_CGROUP_STORAGE = 19, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY = 20,
	BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE_DEPRECATED = 21,
	BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE = 21, BPF_MAP_TYPE_QUEUE = 22, BPF_MAP_TYPE_STACK = 23,
	BPF_MAP_TYPE_SK_STORAGE = 24, BPF_MAP_TYPE_DEVMAP_HASH = 25, BPF_MAP_TYPE_STRUCT_OPS = 26,
	BPF_MAP_TYPE_RINGBUF = 27, BPF_MAP_TYPE_INODE_STORAGE = 28,
	BPF_MAP_TYPE_TASK_STORAGE = 29, BPF_MAP_TYPE_BLOOM_FILTER = 30,
	BPF_MAP_TYPE_USER_RINGBUF = 31, BPF_MAP_TYPE_CGRP_STORAGE = 32, BPF_MAP_TYPE_ARENA = 33,
	__MAX_BPF_MAP_TYPE = 34,
};

enum bpf_prog_type {
	BPF_PROG_TYPE_UNSPEC = 0, BPF_PROG_TYPE_SOCKET_FILTER = 1, BPF_PROG_TYPE_KPROBE = 2,
	BPF_PROG_TYPE_SCHED_CLS = 3, BPF_PROG_TYPE_SCHED_ACT = 4, BPF_PROG_TYPE_TRACEPOINT = 5,
	BPF_PROG_TYPE_XDP = 6, BPF_PROG_TYPE_PERF_EVENT = 7, BPF_PROG_TYPE_CGROUP_SKB = 8,
	BPF_PROG_TYPE_CGROUP_SOCK = 9, BPF_PROG_TYPE_LWT_IN = 10, BPF_PROG_TYPE_LWT_OUT = 11,
	BPF_PROG_TYPE_LWT_XMIT = 12, BPF_PROG_TYPE_SOCK_OPS = 13, BPF_PROG_TYPE_SK_SKB = 14,
	BPF_PROG_TYPE_CGROUP_DEVICE = 15, BPF_PROG_TYPE_SK_MSG = 16,
	BPF_PROG_TYPE_RAW_TRACEPOINT = 17, BPF_PROG_TYPE_CGROUP_SOCK_ADDR = 18,
	BPF_PROG_TYPE_LWT_SEG6LOCAL = 19, BPF_PROG_TYPE_LIRC_MODE2 = 20,
	BPF_PROG_TYPE_SK_REUSEPORT = 21, BPF_PROG_TYPE_FLOW_DISSECTOR = 22,
	BPF_PROG_TYPE_CGROUP_SYSCTL = 23, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE = 24,
	BPF_PROG_TYPE_CGROUP_SOCKOPT = 25, BPF_PROG_TYPE_TRACING = 26,
	BPF_PROG_TYPE_STRUCT_OPS = 27, BPF_PROG_TYPE_EXT = 28, BPF_PROG_TYPE_LSM = 29,
	BPF_PROG_TYPE_SK_LOOKUP = 30, BPF_PROG_TYPE_SYSCALL = 31, BPF_PROG_TYPE_NETFILTER = 32,
	__MAX_BPF_PROG_TYPE = 33,
};

enum bpf_attach_type {
	BPF_CGROUP_INET_INGRESS = 0, BPF_CGROUP_INET_EGRESS = 1, BPF_CGROUP_INET_SOCK_CREATE = 2,
	BPF_CGROUP_SOCK_OPS = 3, BPF_SK_SKB_STREAM_PARSER = 4, BPF_SK_SKB_STREAM_VERDICT = 5,
	BPF_CGROUP_DEVICE = 6, BPF_SK_MSG_VERDICT = 7, BPF_CGROUP_INET4_BIND = 8,
	BPF_CGROUP_INET6_BIND = 9, BPF_CGROUP_INET4_CONNECT = 10, BPF_CGROUP_INET6_CONNECT = 11,
	BPF_CGROUP_INET4_POST_BIND = 12, BPF_CGROUP_INET6_POST_BIND = 13,
	BPF_CGROUP_UDP4_SENDMSG = 14, BPF_CGROUP_UDP6_SENDMSG = 15, BPF_LIRC_MODE2 = 16,
	BPF_FLOW_DISSECTOR = 17, BPF_CGROUP_SYSCTL = 18, BPF_CGROUP_UDP4_RECVMSG = 19,
	BPF_CGROUP_UDP6_RECVMSG = 20, BPF_CGROUP_GETSOCKOPT = 21, BPF_CGROUP_SETSOCKOPT = 22,
	BPF_TRACE_RAW_TP = 23, BPF_TRACE_FENTRY = 24, BPF_TRACE_FEXIT = 25,
	BPF_MODIFY_RETURN = 26, BPF_LSM_MAC = 27, BPF_TRACE_ITER = 28,
	BPF_CGROUP_INET4_GETPEERNAME = 29, BPF_CGROUP_INET6_GETPEERNAME = 30,
	BPF_CGROUP_INET4_GETSOCKNAME = 31, BPF_CGROUP_INET6_GETSOCKNAME = 32, BPF_XDP_DEVMAP = 33,
	BPF_CGROUP_INET_SOCK_RELEASE = 34, BPF_XDP_CPUMAP = 35, BPF_SK_LOOKUP = 36, BPF_XDP = 37,
	BPF_SK_SKB_VERDICT = 38, BPF_SK_REUSEPORT_SELECT = 39,
	BPF_SK_REUSEPORT_SELECT_OR_MIGRATE = 40, BPF_PERF_EVENT = 41, BPF_TRACE_KPROBE_MULTI = 42,
	BPF_LSM_CGROUP = 43, BPF_STRUCT_OPS = 44, BPF_NETFILTER = 45, BPF_TCX_INGRESS = 46,
	BPF_TCX_EGRESS = 47, BPF_TRACE_UPROBE_MULTI = 48, BPF_CGROUP_UNIX_CONNECT = 49,
	BPF_CGROUP_UNIX_SENDMSG = 50, BPF_CGROUP_UNIX_RECVMSG = 51,
	BPF_CGROUP_UNIX_GETPEERNAME = 52, BPF_CGROUP_UNIX_GETSOCKNAME = 53,
	BPF_NETKIT_PRIMARY = 54, BPF_NETKIT_PEER = 55, BPF_TRACE_KPROBE_SESSION = 56,
	BPF_TRACE_UPROBE_SESSION = 57, __MAX_BPF_ATTACH_TYPE = 58,
};

enum bpf_link_type {
	BPF_LINK_TYPE_UNSPEC = 0, BPF_LINK_TYPE_RAW_TRACEPOINT = 1, BPF_LINK_TYPE_TRACING = 2,
	BPF_LINK_TYPE_CGROUP = 3, BPF_LINK_TYPE_ITER = 4, BPF_LINK_TYPE_NETNS = 5,
	BPF_LINK_TYPE_XDP = 6, BPF_LINK_TYPE_PERF_EVENT = 7, BPF_LINK_TYPE_KPROBE_MULTI = 8,
	BPF_LINK_TYPE_STRUCT_OPS = 9, BPF_LINK_TYPE_NETFILTER = 10, BPF_LINK_TYPE_TCX = 11,
	BPF_LINK_TYPE_UPROBE_MULTI = 12, BPF_LINK_TYPE_NETKIT = 13, BPF_LINK_TYPE_SOCKMAP = 14,
	__MAX_BPF_LINK_TYPE = 15,
};

/* Of links of type PERF_EVENT, and what TASK_FD_QUERY finds. */
enum bpf_perf_event_type {
	BPF_PERF_EVENT_UNSPEC = 0, BPF_PERF_EVENT_UPROBE = 1, BPF_PERF_EVENT_URETPROBE = 2,
	BPF_PERF_EVENT_KPROBE = 3, BPF_PERF_EVENT_KRETPROBE = 4, BPF_PERF_EVENT_TRACEPOINT = 5,
	BPF_PERF_EVENT_EVENT = 6,
};

enum bpf_task_fd_type {
	BPF_FD_TYPE_RAW_TRACEPOINT = 0, BPF_FD_TYPE_TRACEPOINT = 1, BPF_FD_TYPE_KPROBE = 2,
	BPF_FD_TYPE_KRETPROBE = 3, BPF_FD_TYPE_UPROBE = 4, BPF_FD_TYPE_URETPROBE = 5,
};

enum bpf_stats_type {
	BPF_STATS_RUN_TIME = 0,
};

enum { /* sizes and limits; MAX_BPF_STACK and MAX_BPF_REG are in insn.h */
	BPF_OBJ_NAME_LEN = 16,		/* of programs and maps, the NUL included */
	BPF_TAG_SIZE = 8,
	BPF_BUILD_ID_SIZE = 20,
};

/* map_create.map_flags; RDONLY, WRONLY and PATH_FD are also file_flags of OBJ_PIN and OBJ_GET. */
enum {
	BPF_F_NO_PREALLOC = 1 << 0,
	BPF_F_NO_COMMON_LRU = 1 << 1,
	BPF_F_NUMA_NODE = 1 << 2,
	BPF_F_RDONLY = 1 << 3,
	BPF_F_WRONLY = 1 << 4,
	BPF_F_STACK_BUILD_ID = 1 << 5,
	BPF_F_ZERO_SEED = 1 << 6,
	BPF_F_RDONLY_PROG = 1 << 7,
	BPF_F_WRONLY_PROG = 1 << 8,
	BPF_F_CLONE = 1 << 9,
	BPF_F_MMAPABLE = 1 << 10,
	BPF_F_PRESERVE_ELEMS = 1 << 11,
	BPF_F_INNER_MAP = 1 << 12,
	BPF_F_LINK = 1 << 13,		/* attach_flags: relative_fd is a link */
	BPF_F_PATH_FD = 1 << 14,
	BPF_F_VTYPE_BTF_OBJ_FD = 1 << 15,
	BPF_F_TOKEN_FD = 1 << 16,	/* also prog_flags and btf_flags */
	BPF_F_SEGV_ON_FAULT = 1 << 17,
	BPF_F_NO_USER_CONV = 1 << 18,
};

enum { /* flags of MAP_UPDATE_ELEM and of the helper; LOCK also of MAP_LOOKUP_ELEM */
	BPF_ANY = 0, BPF_NOEXIST = 1, BPF_EXIST = 2, BPF_F_LOCK = 4,
};

enum { /* prog_load.prog_flags */
	BPF_F_STRICT_ALIGNMENT = 1 << 0,
	BPF_F_ANY_ALIGNMENT = 1 << 1,
	BPF_F_TEST_RND_HI32 = 1 << 2,
	BPF_F_TEST_STATE_FREQ = 1 << 3,
	BPF_F_SLEEPABLE = 1 << 4,
	BPF_F_XDP_HAS_FRAGS = 1 << 5,
	BPF_F_XDP_DEV_BOUND_ONLY = 1 << 6,
	BPF_F_TEST_REG_INVARIANTS = 1 << 7,
};

enum { /* prog_attach.attach_flags, link_create.flags */
	BPF_F_ALLOW_OVERRIDE = 1 << 0,
	BPF_F_ALLOW_MULTI = 1 << 1,
	BPF_F_REPLACE = 1 << 2,
	BPF_F_BEFORE = 1 << 3,
	BPF_F_AFTER = 1 << 4,
	BPF_F_ID = 1 << 5,
	BPF_F_PREORDER = 1 << 6,
};

enum { /* query.query_flags */
	BPF_F_QUERY_EFFECTIVE = 1 << 0,
};

enum { /* test.flags */
	BPF_F_TEST_RUN_ON_CPU = 1 << 0,
	BPF_F_TEST_XDP_LIVE_FRAMES = 1 << 1,
	BPF_F_TEST_SKB_CHECKSUM_COMPLETE = 1 << 2,
};

enum { /* link_create.kprobe_multi.flags, .uprobe_multi.flags, .netfilter.flags */
	BPF_F_KPROBE_MULTI_RETURN = 1 << 0,
	BPF_F_UPROBE_MULTI_RETURN = 1 << 0,
	BPF_F_NETFILTER_IP_DEFRAG = 1 << 0,
};

enum { /* prog_stream_read.stream_id */
	BPF_STREAM_STDOUT = 1, BPF_STREAM_STDERR = 2,
};

enum bpf_cgroup_iter_order {
	BPF_CGROUP_ITER_ORDER_UNSPEC = 0,
	BPF_CGROUP_ITER_SELF_ONLY = 1,
	BPF_CGROUP_ITER_DESCENDANTS_PRE = 2,
	BPF_CGROUP_ITER_DESCENDANTS_POST = 3,
	BPF_CGROUP_ITER_ANCESTORS_UP = 4,
};

/* link_create.iter_info points at one; which member counts follows from the iterator's target. */
union bpf_iter_link_info {
	struct {
		uint32_t map_fd;
	} map;
	struct {
		enum bpf_cgroup_iter_order order;
		uint32_t cgroup_fd;
		uint64_t cgroup_id;
	} cgroup;
	struct {
		uint32_t tid;
		uint32_t pid;
		uint32_t pid_fd;
	} task;
};

/*
 * The second argument of bpf(2). Pointers travel as uint64_t; all bytes behind the last member
 * that a command knows must be zero. The comment above each member names its commands.
 */
union bpf_attr {
	struct { /* MAP_CREATE */
		uint32_t map_type;
		uint32_t key_size;
		uint32_t value_size;
		uint32_t max_entries;
		uint32_t map_flags;
		uint32_t inner_map_fd;
		uint32_t numa_node;
		char map_name[BPF_OBJ_NAME_LEN];
		uint32_t map_ifindex;
		uint32_t btf_fd;
		uint32_t btf_key_type_id;
		uint32_t btf_value_type_id;
		uint32_t btf_vmlinux_value_type_id;
		bpf_u64 map_extra;
		int32_t value_type_btf_obj_fd;
		int32_t map_token_fd;
		bpf_u64 excl_prog_hash;
		uint32_t excl_prog_hash_size;
	};
	struct { /* MAP_*_ELEM, MAP_GET_NEXT_KEY, MAP_FREEZE */
		uint32_t map_fd;
		bpf_u64 key;
		union {
			bpf_u64 value;
			bpf_u64 next_key;
		};
		bpf_u64 flags;
	};
	struct { /* MAP_*_BATCH */
		bpf_u64 in_batch;
		bpf_u64 out_batch;
		bpf_u64 keys;
		bpf_u64 values;
		uint32_t count;
		uint32_t map_fd;
		bpf_u64 elem_flags;
		bpf_u64 flags;
	} batch;
	struct { /* PROG_LOAD */
		uint32_t prog_type;
		uint32_t insn_cnt;
		bpf_u64 insns;
		bpf_u64 license;
		uint32_t log_level;
		uint32_t log_size;
		bpf_u64 log_buf;
		uint32_t kern_version;
		uint32_t prog_flags;
		char prog_name[BPF_OBJ_NAME_LEN];
		uint32_t prog_ifindex;
		uint32_t expected_attach_type;
		uint32_t prog_btf_fd;
		uint32_t func_info_rec_size;
		bpf_u64 func_info;
		uint32_t func_info_cnt;
		uint32_t line_info_rec_size;
		bpf_u64 line_info;
		uint32_t line_info_cnt;
		uint32_t attach_btf_id;
		union {
			uint32_t attach_prog_fd;
			uint32_t attach_btf_obj_fd;
		};
		uint32_t core_relo_cnt;
		bpf_u64 fd_array;
		bpf_u64 core_relos;
		uint32_t core_relo_rec_size;
		uint32_t log_true_size;
		int32_t prog_token_fd;
		uint32_t fd_array_cnt;
		bpf_u64 signature;
		uint32_t signature_size;
		int32_t keyring_id;
	};
	struct { /* OBJ_PIN, OBJ_GET */
		bpf_u64 pathname;
		uint32_t bpf_fd;
		uint32_t file_flags;
		int32_t path_fd;
	};
	struct { /* PROG_ATTACH, PROG_DETACH */
		union {
			uint32_t target_fd;
			uint32_t target_ifindex;
		};
		uint32_t attach_bpf_fd;
		uint32_t attach_type;
		uint32_t attach_flags;
		uint32_t replace_bpf_fd;
		union {
			uint32_t relative_fd;
			uint32_t relative_id;
		};
		bpf_u64 expected_revision;
	};
	struct { /* PROG_TEST_RUN */
		uint32_t prog_fd;
		uint32_t retval;
		uint32_t data_size_in;
		uint32_t data_size_out;
		bpf_u64 data_in;
		bpf_u64 data_out;
		uint32_t repeat;
		uint32_t duration;
		uint32_t ctx_size_in;
		uint32_t ctx_size_out;
		bpf_u64 ctx_in;
		bpf_u64 ctx_out;
		uint32_t flags;
		uint32_t cpu;
		uint32_t batch_size;
	} test;
	struct { /* *_GET_NEXT_ID, *_GET_FD_BY_ID */
		union {
			uint32_t start_id;
			uint32_t prog_id;
			uint32_t map_id;
			uint32_t btf_id;
			uint32_t link_id;
		};
		uint32_t next_id;
		uint32_t open_flags;
		int32_t fd_by_id_token_fd;
	};
	struct { /* OBJ_GET_INFO_BY_FD */
		uint32_t bpf_fd;
		uint32_t info_len;
		bpf_u64 info;
	} info;
	struct { /* PROG_QUERY */
		union {
			uint32_t target_fd;
			uint32_t target_ifindex;
		};
		uint32_t attach_type;
		uint32_t query_flags;
		uint32_t attach_flags;
		bpf_u64 prog_ids;
		union {
			uint32_t prog_cnt;
			uint32_t count;
		};
		bpf_u64 prog_attach_flags;
		bpf_u64 link_ids;
		bpf_u64 link_attach_flags;
		bpf_u64 revision;
	} query;
	struct { /* RAW_TRACEPOINT_OPEN */
		bpf_u64 name;
		uint32_t prog_fd;
		bpf_u64 cookie;
	} raw_tracepoint;
	struct { /* BTF_LOAD */
		bpf_u64 btf;
		bpf_u64 btf_log_buf;
		uint32_t btf_size;
		uint32_t btf_log_size;
		uint32_t btf_log_level;
		uint32_t btf_log_true_size;
		uint32_t btf_flags;
		int32_t btf_token_fd;
	};
	struct { /* TASK_FD_QUERY */
		uint32_t pid;
		uint32_t fd;
		uint32_t flags;
		uint32_t buf_len;
		bpf_u64 buf;
		uint32_t prog_id;
		uint32_t fd_type;
		bpf_u64 probe_offset;
		bpf_u64 probe_addr;
	} task_fd_query;
	struct { /* LINK_CREATE */
		union {
			uint32_t prog_fd;
			uint32_t map_fd;
		};
		union {
			uint32_t target_fd;
			uint32_t target_ifindex;
		};
		uint32_t attach_type;
		uint32_t flags;
		union {
			uint32_t target_btf_id;
			struct {
				bpf_u64 iter_info;
				uint32_t iter_info_len;
			};
			struct {
				bpf_u64 bpf_cookie;
			} perf_event;
			struct {
				uint32_t flags;
				uint32_t cnt;
				bpf_u64 syms;
				bpf_u64 addrs;
				bpf_u64 cookies;
			} kprobe_multi;
			struct {
				uint32_t target_btf_id;
				bpf_u64 cookie;
			} tracing;
			struct {
				uint32_t pf;
				uint32_t hooknum;
				int32_t priority;
				uint32_t flags;
			} netfilter;
			struct {
				union {
					uint32_t relative_fd;
					uint32_t relative_id;
				};
				bpf_u64 expected_revision;
			} tcx;
			struct {
				bpf_u64 path;
				bpf_u64 offsets;
				bpf_u64 ref_ctr_offsets;
				bpf_u64 cookies;
				uint32_t cnt;
				uint32_t flags;
				uint32_t pid;
			} uprobe_multi;
			struct {
				union {
					uint32_t relative_fd;
					uint32_t relative_id;
				};
				bpf_u64 expected_revision;
			} netkit;
			struct {
				union {
					uint32_t relative_fd;
					uint32_t relative_id;
				};
				bpf_u64 expected_revision;
			} cgroup;
		};
	} link_create;
	struct { /* LINK_UPDATE */
		uint32_t link_fd;
		union {
			uint32_t new_prog_fd;
			uint32_t new_map_fd;
		};
		uint32_t flags;
		union {
			uint32_t old_prog_fd;
			uint32_t old_map_fd;
		};
	} link_update;
	struct { /* LINK_DETACH */
		uint32_t link_fd;
	} link_detach;
	struct { /* ENABLE_STATS */
		uint32_t type;
	} enable_stats;
	struct { /* ITER_CREATE */
		uint32_t link_fd;
		uint32_t flags;
	} iter_create;
	struct { /* PROG_BIND_MAP */
		uint32_t prog_fd;
		uint32_t map_fd;
		uint32_t flags;
	} prog_bind_map;
	struct { /* TOKEN_CREATE */
		uint32_t flags;
		uint32_t bpffs_fd;
	} token_create;
	struct { /* PROG_STREAM_READ_BY_FD */
		bpf_u64 stream_buf;
		uint32_t stream_buf_len;
		uint32_t stream_id;
		uint32_t prog_fd;
	} prog_stream_read;
};

#endif
