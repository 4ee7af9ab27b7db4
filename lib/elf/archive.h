/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * ar archives: a row of files behind one another, in the spellings of GNU (names up to 15 bytes in
 * the header, longer ones in a table "//") and of BSD and LLVM ("#1/20": the name leads the bytes).
 *
 *	"!<arch>\n" | header of 60 bytes, file, pad to 2 | header, file, pad | ...
 *
 * Symbol tables ("/", "/SYM64/", "__.SYMDEF") are passed over: they may be older than the members,
 * whose own symbol tables say the same.
 */
#ifndef ELF_ARCHIVE_H
#define ELF_ARCHIVE_H

#include "lib/base/arena.h"
#include "lib/base/diag.h"
#include "lib/base/span.h"

struct elf_member {
	const char *name;	/* arena; 1 to ELF_MEMBER_NAME_MAX bytes */
	struct span bytes;	/* within the archive's */
};

struct elf_members {
	const struct elf_member *v;	/* arena */
	u32 n;
};

enum { ELF_MEMBER_NAME_MAX = 255, ELF_ARCHIVE_MAGIC = 8 };

/* Do these first bytes of a file say so? Thin archives don't count: they hold no members. */
bool elf_is_archive(struct span head);

/* All members, in order; into arena a. name is the archive's. -EINVAL malformed, -ENOMEM. */
int elf_read_archive(struct diag *d, struct span bytes, const char *name, struct arena *a,
		     struct elf_members *out);

#endif
