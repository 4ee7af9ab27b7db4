/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The C dump: its files share the state below. Belongs to the BTF room.
 *
 *	c_dump.c	what has to stand before what; the list of passes
 *	c_decl.c	one declaration: types around names, structs with their layout
 *	c_names.c	names that are valid in C, each for one thing
 */
#ifndef BTF_C_INT_H
#define BTF_C_INT_H

#include "btf/btf_int.h"

/* C has one name space for tags and one for everything else that a header declares. */
enum c_space { C_TAGS, C_IDENTS, C_FWDS, C_UNION_FWDS, C_ENUM_FWDS };

struct c_name {
	u32 text;		/* offset in c_names.text */
	u32 space;
	u32 n;			/* the highest number that was given to this name */
	u32 id;			/* the type that has it without a number, 0 or C_WORD */
};

/* Names in use. All zero is empty. */
struct c_names {
	struct sbuf text;	/* NUL-terminated, one behind the other */
	VEC(struct c_name) names;
	struct hmap index;
	struct sbuf scratch;
};

/* Instead of an id: the name is a word of C. */
#define C_WORD UINT32_MAX

enum c_state { C_NEW = 0, C_OPEN, C_DONE };

struct c_frame {
	u32 id;
	u32 next;		/* the next of its references to look at */
};

struct c_dump {
	const struct btf *b;
	struct diag *d;
	const char *file;
	struct sbuf *out;
	size_t limit;		/* of out's size */
	int err;		/* the first failure; what follows does nothing */
	struct c_names names;
	struct btf_aligner align;
	/* By id: */
	u8 *state;		/* enum c_state; of anonymous types: what they need is there */
	u8 *declared;		/* "struct foo;" is there */
	u8 *printed;		/* anonymous enums: their values are there */
	u32 *number;		/* behind the name: 1 for none, 2 for ___2 */
	u32 *twin;		/* of declarations: what stands for it, else itself */
	VEC(struct c_frame) stack;
	VEC(u32) around;	/* what stands around the names of open declarations */
	bool has_records;	/* some struct or union is defined */
	u32 depth;		/* types within types that are being printed */
};

/* --- names --- */

int c_names_init(struct c_names *n);
void c_names_free(struct c_names *n);
/* s with everything that C doesn't allow in a name replaced; valid until the next call. */
const char *c_clean(struct c_names *n, const char *s);
/* Reserve s, or s with the first free number, for a type: 1 for s itself. -ENOMEM. */
int c_reserve(struct c_names *n, enum c_space space, const char *s, u32 id, u32 *number);
/* The entry of s without a number, or NULL. */
struct c_name *c_find(struct c_names *n, enum c_space space, const char *s);
/* Names of all types that have one. */
void c_name_types(struct c_dump *c);
void c_put_name(struct c_dump *c, u32 id);

/* --- declarations --- */

/* "struct foo *name[4]", without ";". Anonymous types are written out. */
void c_put_decl(struct c_dump *c, u32 id, const char *name, u32 indent);
/* A whole definition with ";" and newline: of a struct, union, enum or typedef. */
void c_put_definition(struct c_dump *c, u32 id);
void c_put_forward(struct c_dump *c, u32 id);

/* The declaration of a struct, union or enum without its content. */
bool c_is_fwd(const struct btf_type *t);
const char *c_tag_word(const struct btf_type *t);
void c_fail(struct c_dump *c, int err);

#endif
