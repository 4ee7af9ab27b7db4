/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * BTF and BTF.ext as bytes: the header, type records and info records that compilers put into
 * .BTF and .BTF.ext and that bpf(2) takes. Names and numbers are the kernel's
 * (Documentation/bpf/btf.rst). Every field of a type record is a 32-bit word in the byte order
 * that the magic tells.
 */
#ifndef UAPI_BTF_H
#define UAPI_BTF_H

#include <stdint.h>

#define BTF_MAGIC 0xeb9f
#define BTF_VERSION 1

/* Behind the header: type_len bytes of records at type_off, string table at str_off. */
struct btf_header {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t hdr_len;
	uint32_t type_off;	/* bytes from the header's end */
	uint32_t type_len;
	uint32_t str_off;	/* bytes from the header's end */
	uint32_t str_len;
};

#define BTF_MAX_TYPE 0x000fffff
#define BTF_MAX_NAME_OFFSET 0x00ffffff
#define BTF_MAX_VLEN 0xffff

enum {
	BTF_KIND_UNKN = 0,	/* as a type id: void */
	BTF_KIND_INT = 1,
	BTF_KIND_PTR = 2,
	BTF_KIND_ARRAY = 3,
	BTF_KIND_STRUCT = 4,
	BTF_KIND_UNION = 5,
	BTF_KIND_ENUM = 6,
	BTF_KIND_FWD = 7,
	BTF_KIND_TYPEDEF = 8,
	BTF_KIND_VOLATILE = 9,
	BTF_KIND_CONST = 10,
	BTF_KIND_RESTRICT = 11,
	BTF_KIND_FUNC = 12,
	BTF_KIND_FUNC_PROTO = 13,
	BTF_KIND_VAR = 14,
	BTF_KIND_DATASEC = 15,
	BTF_KIND_FLOAT = 16,
	BTF_KIND_DECL_TAG = 17,
	BTF_KIND_TYPE_TAG = 18,
	BTF_KIND_ENUM64 = 19,
	NR_BTF_KINDS = 20,
};

/*
 * The head of each record.
 *
 *	info   31     30 29  28    24  23    16  15            0
 *	      [kflag] [ 0 ]  [ kind ]  [   0  ]  [     vlen     ]
 */
struct btf_type {
	uint32_t name_off;
	uint32_t info;
	union {
		uint32_t size;	/* bytes: INT STRUCT UNION ENUM ENUM64 DATASEC FLOAT */
		uint32_t type;	/* type id: all others but ARRAY and FWD, which leave it 0 */
	};
};

#define BTF_INFO_KIND(info) (((info) >> 24) & 0x1f)
#define BTF_INFO_VLEN(info) ((info) & 0xffff)
#define BTF_INFO_KFLAG(info) ((info) >> 31)
#define BTF_INFO_RESERVED 0x60ff0000u

/* The word behind an INT's head: encoding, bit offset and bit count. */
#define BTF_INT_ENCODING(val) (((val) & 0x0f000000) >> 24)
#define BTF_INT_OFFSET(val) (((val) & 0x00ff0000) >> 16)
#define BTF_INT_BITS(val) ((val) & 0x000000ff)
#define BTF_INT_SIGNED (1 << 0)
#define BTF_INT_CHAR (1 << 1)
#define BTF_INT_BOOL (1 << 2)

struct btf_array {
	uint32_t type;
	uint32_t index_type;
	uint32_t nelems;
};

/* With the struct's kflag, offset is 8 bits of bit-field size above 24 bits of bit offset. */
struct btf_member {
	uint32_t name_off;
	uint32_t type;
	uint32_t offset;
};

#define BTF_MEMBER_BITFIELD_SIZE(val) ((val) >> 24)
#define BTF_MEMBER_BIT_OFFSET(val) ((val) & 0xffffff)

struct btf_enum {
	uint32_t name_off;
	int32_t val;
};

struct btf_enum64 {
	uint32_t name_off;
	uint32_t val_lo32;
	uint32_t val_hi32;
};

/* A last parameter of type 0 stands for "..." */
struct btf_param {
	uint32_t name_off;
	uint32_t type;
};

struct btf_var {
	uint32_t linkage;
};

enum {
	BTF_VAR_STATIC = 0,
	BTF_VAR_GLOBAL_ALLOCATED = 1,
	BTF_VAR_GLOBAL_EXTERN = 2,
};

/* A FUNC's linkage is in its vlen. */
enum btf_func_linkage {
	BTF_FUNC_STATIC = 0,
	BTF_FUNC_GLOBAL = 1,
	BTF_FUNC_EXTERN = 2,
};

struct btf_var_secinfo {
	uint32_t type;
	uint32_t offset;
	uint32_t size;
};

/* component_idx: a member or parameter, or -1 for the whole type. */
struct btf_decl_tag {
	int32_t component_idx;
};

/*
 * BTF.ext. Offsets count from the header's end. Each subsection is one word, the size of its
 * records, then for each ELF section a btf_ext_info_sec and its records.
 */
struct btf_ext_header {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t hdr_len;	/* 24 in old files, which have no core_relo */
	uint32_t func_info_off;
	uint32_t func_info_len;
	uint32_t line_info_off;
	uint32_t line_info_len;
	uint32_t core_relo_off;
	uint32_t core_relo_len;
};

struct btf_ext_info_sec {
	uint32_t sec_name_off;
	uint32_t num_info;
};

#endif
