/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The part of ELF that BPF objects use: ELF64, relocatable, machine 247, either byte order.
 * Sources: the System V ABI, LLVM's BPF relocation page, RFC 9669.
 *
 * lib/elf alone also sees <elf.h>, through libelf; the two may be included in any order.
 */
#ifndef UAPI_ELF_H
#define UAPI_ELF_H

#include <stdint.h>

/*
 * Relocations of machine 247. S is the symbol's value, A the addend, which is kept in the patched
 * bytes: sections of relocations are of type SHT_REL.
 */
#ifdef R_BPF_NONE
#undef R_BPF_NONE
#undef R_BPF_64_64
#undef R_BPF_64_32
#endif
enum {
	R_BPF_NONE = 0,
	R_BPF_64_64 = 1,	/* ld_imm64: 4 bytes at r_offset + 4 (and + 12), S + A */
	R_BPF_64_ABS64 = 2,	/* data: 8 bytes, S + A */
	R_BPF_64_ABS32 = 3,	/* data: 4 bytes, S + A */
	R_BPF_64_NODYLD32 = 4,	/* .BTF, .BTF.ext: 4 bytes, not for a linker */
	R_BPF_64_32 = 10,	/* call: 4 bytes at r_offset + 4, (S + A) / 8 - 1 */
};

#ifndef _ELF_H

enum { /* e_ident */
	EI_CLASS = 4, EI_DATA = 5, EI_VERSION = 6, EI_OSABI = 7, EI_NIDENT = 16,
	ELFCLASS64 = 2, ELFDATA2LSB = 1, ELFDATA2MSB = 2, EV_CURRENT = 1, ELFOSABI_NONE = 0,
};

enum { /* e_type, e_machine */
	ET_REL = 1, ET_EXEC = 2, ET_DYN = 3, EM_NONE = 0, EM_BPF = 247,
};

enum { /* sh_type */
	SHT_NULL = 0, SHT_PROGBITS = 1, SHT_SYMTAB = 2, SHT_STRTAB = 3, SHT_RELA = 4,
	SHT_NOTE = 7, SHT_NOBITS = 8, SHT_REL = 9, SHT_GROUP = 17, SHT_SYMTAB_SHNDX = 18,
};

enum { GRP_COMDAT = 1 };	/* flags of a section group */

enum { /* sh_flags */
	SHF_WRITE = 1 << 0, SHF_ALLOC = 1 << 1, SHF_EXECINSTR = 1 << 2, SHF_MERGE = 1 << 4,
	SHF_STRINGS = 1 << 5, SHF_INFO_LINK = 1 << 6, SHF_LINK_ORDER = 1 << 7,
	SHF_GROUP = 1 << 9, SHF_TLS = 1 << 10, SHF_COMPRESSED = 1 << 11,
};

enum { /* st_shndx */
	SHN_UNDEF = 0, SHN_LORESERVE = 0xff00, SHN_ABS = 0xfff1, SHN_COMMON = 0xfff2,
	SHN_XINDEX = 0xffff,
};

enum { /* st_info: binding and type */
	STB_LOCAL = 0, STB_GLOBAL = 1, STB_WEAK = 2,
	STT_NOTYPE = 0, STT_OBJECT = 1, STT_FUNC = 2, STT_SECTION = 3, STT_FILE = 4,
	STT_COMMON = 5, STT_TLS = 6,
};

enum { /* st_other: visibility */
	STV_DEFAULT = 0, STV_INTERNAL = 1, STV_HIDDEN = 2, STV_PROTECTED = 3,
};

#define ELF64_ST_BIND(info) ((uint8_t)(info) >> 4)
#define ELF64_ST_TYPE(info) ((info) & 0xf)
#define ELF64_ST_INFO(bind, type) (((bind) << 4) + ((type) & 0xf))
#define ELF64_ST_VISIBILITY(other) ((other) & 3)
#define ELF64_R_SYM(info) ((uint32_t)((uint64_t)(info) >> 32))
#define ELF64_R_TYPE(info) ((uint32_t)(info))
#define ELF64_R_INFO(sym, type) (((uint64_t)(sym) << 32) + (uint32_t)(type))

#endif /* !_ELF_H */

enum { /* sizes of the ELF64 records */
	ELF64_EHDR_SIZE = 64, ELF64_SHDR_SIZE = 64, ELF64_SYM_SIZE = 24, ELF64_REL_SIZE = 16,
	ELF64_RELA_SIZE = 24,
};

#endif
