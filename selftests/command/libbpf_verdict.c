/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What libbpf and the kernel say of an object: a peer for tests, of what bpfweld's own loader
 * can't load yet (CO-RE, .kconfig, .ksyms) and of everything else.
 *
 *	libbpf_verdict OBJECT
 *
 * prints lines of fields with tabs between:
 *
 *	open	ERRNO
 *	map	NAME TYPE KEY VALUE ENTRIES FLAGS EXTRA NUMA PIN	a line a map
 *	prog	NAME SECTION TYPE ATTACH ERRNO STAGE BTF TAG BYTES INSNS REASON	a line a program
 *
 * Each program is loaded alone, in an object opened anew, with new maps and no pins (with its
 *fellows where a program array holds them); maps that tools size at run time get a size. ERRNO is 0
 * for "accepted". STAGE is who refused it: "libbpf", "btf", "map" or "kernel" (the verifier). BTF
 *is "refused" when the kernel didn't take the object's types. TAG, BYTES and INSNS are what the
 *kernel counts of an accepted program: its hash, its translated bytes and the instructions that
 *were verified. REASON is the last sentence of the verifier's log, or libbpf's last warning.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_SIZE = 16 << 20, REASON_SIZE = 512, SOME_ENTRIES = 64, SOME_STACK = 127 * 8 };

/* libbpf has one print function a process and hands it no pointer of ours. */
static struct {
	char reason[REASON_SIZE]; /* the last warning */
	const char *stage;
	const char *btf;
} said;

static void copy_line(char *out, const char *line, size_t len)
{
	size_t n = len < REASON_SIZE - 1 ? len : REASON_SIZE - 1;

	for (size_t i = 0; i < n; i++)
		out[i] = line[i] == '\t' || line[i] == '\n' ? ' ' : line[i];
	out[n] = 0;
}

static int listen(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char text[4096];

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(text, sizeof(text), fmt, args);
	if (strstr(text, "Error loading .BTF into kernel"))
		said.btf = "refused";
	else if (strstr(text, "BPF program load failed"))
		said.stage = "kernel";
	else if (strstr(text, "failed to create:"))
		said.stage = "map";
	if (strncmp(text, "libbpf: failed to load object", 29) &&
	    !strstr(text, "failed to load:") &&
	    !strstr(text, "failed to prepare load attributes") && !strstr(text, "PROG LOAD LOG"))
		copy_line(said.reason, text, strcspn(text, "\n"));
	return 0;
}

/* The last line of a log that isn't a count. */
static bool last_sentence(const char *log, char *out)
{
	static const char *const counts[] = { "processed ", "verification time", "stack depth" };
	size_t end = strlen(log);

	while (end) {
		size_t from, len;
		bool counted = false;

		while (end && log[end - 1] == '\n')
			end--;
		for (from = end; from && log[from - 1] != '\n';)
			from--;
		len = end - from;
		for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
			counted |= !strncmp(log + from, counts[i], strlen(counts[i]));
		if (len && !counted) {
			copy_line(out, log + from, len);
			return true;
		}
		end = from;
	}
	return false;
}

static int open_object(const char *path, struct bpf_object **obj)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "peer");
	int err;

	*obj = bpf_object__open_file(path, &opts);
	err = libbpf_get_error(*obj);
	if (err)
		*obj = NULL;
	return -err;
}

static void print_maps(struct bpf_object *obj)
{
	struct bpf_map *m;

	bpf_object__for_each_map(m, obj)
	{
		const char *pin = bpf_map__pin_path(m);

		printf("map\t%s\t%u\t%u\t%u\t%u\t%u\t%llu\t%u\t%s\n", bpf_map__name(m),
		       bpf_map__type(m), bpf_map__key_size(m), bpf_map__value_size(m),
		       bpf_map__max_entries(m), bpf_map__map_flags(m),
		       (unsigned long long)bpf_map__map_extra(m), bpf_map__numa_node(m),
		       pin ? pin : "");
	}
}

/* Tag, bytes and verified instructions of a loaded program. */
static void print_loaded(const struct bpf_program *prog)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len)) {
		printf("\t-\t0\t0\t%s\n", strerror(errno));
		return;
	}
	printf("\t");
	for (size_t i = 0; i < sizeof(info.tag); i++)
		printf("%02x", info.tag[i]);
	printf("\t%u\t%u\t\n", info.xlated_prog_len, info.verified_insns);
}

/* No pins. What a tool sizes at run time gets some size, else no program would come to the
 * verifier; a perf event array's is libbpf's own business. */
static void prepare_map(struct bpf_map *map)
{
	enum bpf_map_type type = bpf_map__type(map);

	bpf_map__set_pin_path(map, NULL);
	if (!bpf_map__max_entries(map) && type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		bpf_map__set_max_entries(map, SOME_ENTRIES);
	if (!bpf_map__value_size(map) && type == BPF_MAP_TYPE_STACK_TRACE)
		bpf_map__set_value_size(map, SOME_STACK);
}

static void print_program(const struct bpf_program *prog, int err, const char *log)
{
	printf("prog\t%s\t%s\t%d\t%d\t%d\t%s\t%s", bpf_program__name(prog),
	       bpf_program__section_name(prog), (int)bpf_program__type(prog),
	       (int)bpf_program__expected_attach_type(prog), err, err ? said.stage : "-", said.btf);
	if (err) {
		last_sentence(log, said.reason);
		printf("\t-\t0\t0\t%s\n", said.reason);
	} else {
		print_loaded(prog);
	}
}

enum attempt { NONE_LEFT, JUDGED, WANTS_FELLOWS };

/* Load the n-th program, alone or with its fellows, which is what a program array wants. */
static enum attempt try_program(const char *path, unsigned int n, bool alone, char *log)
{
	struct bpf_program *prog, *wanted = NULL;
	struct bpf_object *obj;
	struct bpf_map *map;
	unsigned int i = 0;
	bool again;
	int err;

	if (open_object(path, &obj))
		return NONE_LEFT;
	bpf_object__for_each_program(prog, obj)
	{
		if (i == n)
			wanted = prog;
		bpf_program__set_autoload(prog, i++ == n || !alone);
	}
	if (!wanted) {
		bpf_object__close(obj);
		return NONE_LEFT;
	}
	bpf_object__for_each_map(map, obj) prepare_map(map);
	memset(&said, 0, sizeof(said));
	said.stage = "libbpf";
	said.btf = "ok";
	*log = 0;
	bpf_program__set_log_buf(wanted, log, LOG_SIZE);
	err = bpf_object__load(obj);
	again = alone && err == -EBADF;
	if (!again)
		print_program(wanted, -err, log);
	bpf_object__close(obj);
	return again ? WANTS_FELLOWS : JUDGED;
}

static bool judge_program(const char *path, unsigned int n, char *log)
{
	enum attempt first = try_program(path, n, true, log);

	if (first == WANTS_FELLOWS)
		try_program(path, n, false, log);
	return first != NONE_LEFT;
}

int main(int argc, char **argv)
{
	struct bpf_object *obj;
	char *log;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: libbpf_verdict OBJECT\n");
		return 2;
	}
	libbpf_set_print(listen);
	err = open_object(argv[1], &obj);
	printf("open\t%d\t%s\n", err, err ? said.reason : "");
	if (err)
		return 0;
	print_maps(obj);
	bpf_object__close(obj);
	log = malloc(LOG_SIZE);
	if (!log)
		return 1;
	for (unsigned int n = 0; judge_program(argv[1], n, log); n++)
		;
	free(log);
	return 0;
}
