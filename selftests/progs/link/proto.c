/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Prototypes: side 1 declares and calls, side 2 defines. Those that begin with good_ agree as C
 * sees it, alike_ differ in signedness or qualifiers only, the others clash.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef int number;

#if SIDE == 1
struct later;
struct pair {
	int a;
};
/* As large as on the other side. */
struct turned {
	short low;
	char rest[2];
};
struct holder {
	struct {
		long x;
	} in;
};
/* What a pointer in it points at counts by name. */
struct chain {
	struct pair *pair;
};

extern int good_typedef(number n);
extern int good_forward(struct later *p);
extern int good_params(int, int);
extern int alike_sign(unsigned int x);
extern int alike_const(const int *p);
extern int bad_count(int a);
extern int bad_width(int a);
extern int bad_struct(struct pair *p);
extern int bad_return(int a);
extern int bad_pointee(struct later *p);
extern int bad_layout(struct turned *p);
extern int bad_inside(struct holder *p);
extern int good_far(struct chain *p);

SEC("xdp")
int proto_main(struct xdp_md *ctx)
{
	struct pair p = { 1 };
	int n = 2;

	return good_typedef(1) + good_forward((void *)&p) + good_params(1, 2) + alike_sign(1) +
	       alike_const(&n) + bad_count(1) + bad_width(1) + bad_struct(&p) + bad_return(1) +
	       bad_pointee((void *)&p) + bad_layout((void *)&p) + bad_inside((void *)&p) +
	       good_far((void *)&p);
}
#else
struct later {
	int x;
};
struct other {
	int x;
};
struct pair {
	int a;
	int b;
};
struct turned {
	char rest[2];
	short low;
};
struct holder {
	struct {
		int x, y;
	} in;
};
struct chain {
	struct pair *pair;
};

__noinline int good_typedef(int n)
{
	return n;
}

__noinline int good_forward(struct later *p)
{
	return p ? p->x : 0;
}

__noinline int good_params(int a, int b)
{
	return a + b;
}

__noinline int alike_sign(int x)
{
	return x;
}

__noinline int alike_const(int *p)
{
	return p ? *p : 0;
}

__noinline int bad_count(int a, int b)
{
	return a + b;
}

__noinline int bad_width(long a)
{
	return (int)a;
}

__noinline int bad_struct(struct pair *p)
{
	return p ? p->a : 0;
}

__noinline long bad_return(int a)
{
	return a;
}

__noinline int bad_pointee(struct other *p)
{
	return p ? p->x : 0;
}

__noinline int bad_layout(struct turned *p)
{
	return p ? p->low : 0;
}

__noinline int bad_inside(struct holder *p)
{
	return p ? p->in.x : 0;
}

__noinline int good_far(struct chain *p)
{
	return !p;
}
#endif

char LICENSE[] SEC("license") = "GPL";
