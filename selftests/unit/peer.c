/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/peer.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

struct peer {
	struct bpf_object *obj;
	struct bpf_link *link;
};

int peer_load(const void *bytes, size_t size, struct peer **out)
{
	struct peer *p = calloc(1, sizeof(*p));
	int err = p ? 0 : -ENOMEM;

	if (err)
		return err;
	p->obj = bpf_object__open_mem(bytes, size, NULL);
	err = p->obj ? bpf_object__load(p->obj) : -errno;
	if (err) {
		peer_close(p);
		return err;
	}
	*out = p;
	return 0;
}

void peer_close(struct peer *p)
{
	if (!p)
		return;
	bpf_link__destroy(p->link);
	bpf_object__close(p->obj);
	free(p);
}

static int run(const struct peer *p, const char *prog, struct bpf_test_run_opts *opts,
	       uint32_t *ret)
{
	const struct bpf_program *found = bpf_object__find_program_by_name(p->obj, prog);
	int err = found ? bpf_prog_test_run_opts(bpf_program__fd(found), opts) : -ENOENT;

	if (!err)
		*ret = opts->retval;
	return err;
}

int peer_run_ops(struct peer *p, const char *prog, uint64_t *args, size_t n_args, uint32_t *ret)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args,
		    .ctx_size_in = (uint32_t)(n_args * sizeof(*args)));

	return run(p, prog, &opts, ret);
}

int peer_run_packet(struct peer *p, const char *prog, uint32_t *ret)
{
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet));

	return run(p, prog, &opts, ret);
}

int peer_attach_ops(struct peer *p, const char *map)
{
	struct bpf_map *found = bpf_object__find_map_by_name(p->obj, map);

	p->link = found ? bpf_map__attach_struct_ops(found) : NULL;
	if (!found)
		return -ENOENT;
	return p->link ? 0 : -errno;
}
