/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the files of the reader's checks share: check.c has the rules, plain.c and chain.c help. */
#ifndef BTF_CHECK_H
#define BTF_CHECK_H

#include "btf/btf_int.h"

struct check {
	struct diag *d;
	const char *file;
	struct btf *b;
	u32 types_off;		/* of the records in the file */
	u32 strs_end;		/* string offsets are below */
	bool long_strs;		/* some are too long to refer to */
	u32 plain_strs_end;	/* so no offset is plain; else strs_end */
	/* By check_index(): */
	u32 ids_end;		/* type ids are below */
	u8 *kinds;		/* by id, with the base's; owned, as is all that follows */
	struct btf_note *notes;	/* likewise */
	VEC(u32) later;		/* indices of the records that need a closer look */
};

/* A record under check. */
struct rec {
	const struct check *c;
	const struct btf_type *t;
	u32 id;
};

/* A malformed record: "[7] STRUCT 'foo': what". */
int check_bad_rec(const struct rec *r, const char *what);
struct weld_where check_where(const struct check *c, u32 id);

/* What a glance tells of a record; nearly all are plain. */
enum plain {
	NOT_PLAIN,		/* the rules decide */
	PLAIN_SO_FAR,		/* sizes of elements or members, or depths are to be seen */
	PLAIN,
};

/* plain.c, in this order: */
/*
 * Find b's records (recs), and note what each is by itself; later has those that don't show at once
 * that they are plain. -EINVAL when the one at word *bad is cut off, or of no kind that is known;
 * -ENOMEM. Without a diagnostic.
 */
int check_index(struct check *c, u32 *bad);
/* Are records and references right? later has those that still aren't plain; notes say more. */
int check_records(struct check *c);
/* A second look, now that there are notes of all: later and notes as before. */
void check_again(struct check *c);

/* check.c: */
/* One record by the rules; its sizes and chains apart. */
int check_record(const struct rec *r);
/* All of that; from here on the graph is as btf.h promises. */
int check_all(struct check *c);

/* Does a member with that note and offset word plainly fit? */
static inline bool check_member_fits(const struct btf_note *of, u32 offset, bool kflag,
				     u64 struct_bits)
{
	static const u32 bit_fields = KIND_BIT(INT) | KIND_BIT(ENUM) | KIND_BIT(ENUM64);
	u32 width = kflag ? BTF_MEMBER_BITFIELD_SIZE(offset) : 0;
	u64 bits = (u64)of->size * 8;

	if (!width)
		return bits &&
		       (kflag ? BTF_MEMBER_BIT_OFFSET(offset) : offset) + bits <= struct_bits;
	return width <= bits && bit_fields >> of->plain_kind & 1 &&
	       BTF_MEMBER_BIT_OFFSET(offset) + (u64)width <= struct_bits;
}

/* chain.c: no chain is a loop or longer than BTF_MAX_DEPTH. References must be right. */
int check_chains(const struct check *c, enum btf_chain chain);

#endif
