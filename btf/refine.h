/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Partition refinement: given a graph with ordered edges and a first guess at which nodes are
 * equal, find the coarsest partition in which equal nodes have equal n-th successors for all n.
 * Belongs to the BTF room.
 */
#ifndef BTF_REFINE_H
#define BTF_REFINE_H

#include "lib/base/types.h"

struct refine {
	u32 n;			/* nodes */
	const u32 *edge_start;	/* n + 1 elements: edges of i are edge[edge_start[i] ..] */
	const u32 *edge;	/* the node that each leads to */
	u32 *cls;		/* in: the guess, classes 0 .. n_cls-1; out: the partition */
	u32 n_cls;
};

/* Nodes of one class of the guess must have equally many edges. -ENOMEM. */
int refine_run(struct refine *r);

/* Sets *stable: is the guess the partition already? Costs one look at each edge. -ENOMEM. */
int refine_is_stable(const struct refine *r, bool *stable);

#endif
