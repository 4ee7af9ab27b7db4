/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Runs cases: case_runner [--cover] FILE|FOLDER...
 *
 * Each case goes through every engine that its blocks call for:
 *
 *	asm	text -> instructions -> text -> the same instructions
 *	runtime	the bundled runtime with its checked interpreter
 *	kernel	the running one, where it lets us; otherwise counted as skipped
 *
 * and where two engines ran it, what they leave behind must be equal. With --cover, the cases
 * that come through must together use every opcode of lib/isa/op.def that the kernel accepts, but
 * for those that the runtime says it does not have.
 */
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lib/abi/abi.h"
#include "lib/isa/isa.h"
#if CONFIG_KERNEL
#include "lib/load/kernel.h"
#endif
#include "runtime/rt.h"
#include "selftests/runner/drive.h"
#include "selftests/unit/report.h"

/* Enough for all cases that end, and soon over for those that don't. */
enum { DEFAULT_BUDGET = 1 << 20 };

/* The first diagnostic of a case on the runtime. */
struct caught {
	int code;
	s64 insn;
	char func[64], text[256];
};

struct runner {
	struct weld_target kernel;
	bool have_kernel;
	struct caught caught;
	bool used[ISA_N_OPS]; /* opcodes of cases that are to come through */
	u32 passed, failed, skipped;
};

/* --- verdicts ---------------------------------------------------------------------------- */

static void fail(struct runner *r, const struct tcase *c, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void fail(struct runner *r, const struct tcase *c, const char *fmt, ...)
{
	va_list ap;

	r->failed++;
	va_start(ap, fmt);
	fprintf(stderr, "FAILED %s: ", c->path);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	va_end(ap);
}

static const char *last_line(const char *log)
{
	const char *end = log ? log + strlen(log) : NULL, *p;

	if (!log || !*log)
		return "no log";
	/* The line before "processed N insns". */
	p = strstr(log, "processed ");
	if (p && p > log)
		end = p - 1;
	for (p = end; p > log && p[-1] != '\n'; p--)
		;
	return p;
}

/* --- asm --------------------------------------------------------------------------------- */

static void print_all(const struct isa_asm *a, struct sbuf *out)
{
	for (u32 i = 0; i < a->insns.n; i += isa_slots(&a->insns.v[i])) {
		isa_print(out, &a->insns.v[i], a->insns.n - i, NULL);
		sbuf_putc(out, '\n');
	}
}

static void round_trip(struct runner *r, const struct tcase *c, u32 n)
{
	struct diag d = { .error_limit = 1 };
	struct sbuf text = { 0 };
	struct isa_asm a, b;

	if (drive_assemble(c, n, &a)) {
		fail(r, c, "asm: program %s does not assemble", c->progs.v[n].name);
		return;
	}
	print_all(&a, &text);
	if (isa_asm(&d, c->path, span_of(text.data, text.size), &b)) {
		fail(r, c, "asm: what was printed does not assemble:\n%s", sbuf_str(&text));
	} else {
		if (a.insns.n == b.insns.n &&
		    !memcmp(a.insns.v, b.insns.v, a.insns.n * sizeof(*a.insns.v)))
			r->passed++;
		else
			fail(r, c, "asm: the round trip changed it:\n%s", sbuf_str(&text));
		isa_asm_free(&b);
	}
	isa_asm_free(&a);
	sbuf_free(&text);
}

/* --- what came out against what was expected ---------------------------------------------- */

/* Is "NAME[KEY] = VALUE" a line of the dump (or no line there with that key)? */
static bool has_elem(const char *maps, const struct case_elem *e)
{
	struct sbuf line = { 0 };
	const char *at;
	bool ok;

	sbuf_printf(&line, "%s[", e->map);
	for (size_t i = 0; i < e->key.size; i++)
		sbuf_printf(&line, "%02x", e->key.data[i]);
	sbuf_puts(&line, "] = ");
	for (size_t i = 0; i < e->value.size; i++)
		sbuf_printf(&line, "%02x", e->value.data[i]);
	if (!e->absent)
		sbuf_putc(&line, '\n');
	at = strstr(maps, sbuf_str(&line));
	ok = e->absent ? !at : at != NULL;
	sbuf_free(&line);
	return ok;
}

static bool has_member(const struct tcase *c, const struct outcome_run *o,
		       const struct case_member *m)
{
	enum abi_view view = abi_view_of(c->prog_type, 0);
	const struct abi_field *f;
	u64 got = 0;

	for (size_t n = 0; (f = abi_ctx_field_at(view, n)); n++) {
		if (strcmp(f->name, m->name))
			continue;
		memcpy((u8 *)&got + (HOST_BIG_ENDIAN ? 8 - min_u64(f->size, 8) : 0),
		       (const u8 *)&o->ctx + f->off, min_u64(f->size, 8));
		return got == m->value;
	}
	return false;
}

static const char *unmet(const struct tcase *c, const struct case_run *want,
			 const struct outcome_run *got)
{
	if (want->has_ret && want->ret != got->ret)
		return "ret";
	if (want->has_data && !span_eq(want->want_data, span_of(got->data, got->size)))
		return "data";
	for (u32 i = 0; i < want->n_want_ctx; i++)
		if (!has_member(c, got, &c->want_ctx.v[want->first_want_ctx + i]))
			return c->want_ctx.v[want->first_want_ctx + i].name;
	for (u32 i = 0; i < want->n_elems; i++)
		if (!has_elem(got->maps, &c->want_elems.v[want->first_elem + i]))
			return c->want_elems.v[want->first_elem + i].map;
	return NULL;
}

static void dump_run(const struct outcome_run *o)
{
	fprintf(stderr, "  ret 0x%x\n  data", o->ret);
	for (u32 i = 0; i < o->size && i < 128; i++)
		fprintf(stderr, " %02x", o->data[i]);
	fprintf(stderr, "\n%s", o->maps);
}

static void check_runs(struct runner *r, const struct tcase *c, const char *engine,
		       struct outcome *o)
{
	for (u32 i = 0; i < o->runs.n; i++) {
		const char *what = unmet(c, &c->runs.v[i], &o->runs.v[i]);

		if (!what)
			continue;
		fail(r, c, "%s: run %u: %s is not as expected", engine, i + 1, what);
		dump_run(&o->runs.v[i]);
		return;
	}
	r->passed++;
}

static bool same_run(const struct outcome_run *a, const struct outcome_run *b)
{
	return a->ret == b->ret && !strcmp(a->maps, b->maps) &&
	       span_eq(span_of(a->data, a->size), span_of(b->data, b->size));
}

static void compare(struct runner *r, const struct tcase *c, struct outcome *rt, struct outcome *k)
{
	for (u32 i = 0; i < rt->runs.n && i < k->runs.n; i++) {
		if (same_run(&rt->runs.v[i], &k->runs.v[i]))
			continue;
		fail(r, c, "run %u differs; runtime, then kernel:", i + 1);
		dump_run(&rt->runs.v[i]);
		dump_run(&k->runs.v[i]);
		return;
	}
	r->passed++;
}

/* --- the runtime ------------------------------------------------------------------------- */

static void catch (void *user, const struct weld_diag *d)
{
	struct runner *r = user;

	if (r->caught.code)
		return;
	r->caught.code = d->code;
	r->caught.insn = d->at.insn;
	snprintf(r->caught.func, sizeof(r->caught.func), "%s", d->at.func ? d->at.func : "");
	snprintf(r->caught.text, sizeof(r->caught.text), "%s", d->text);
}

static int rt_target_cpus(void *user, unsigned int *n)
{
	*n = 1;
	return 0;
}

static const struct weld_target_ops rt_target_ops = {
	.sz = sizeof(rt_target_ops),
	.name = "runtime",
	.bpf = rt_bpf,
	.close = rt_close,
	.mmap = rt_mmap,
	.munmap = rt_munmap,
	.n_cpus = rt_target_cpus,
};

static void check_diag(struct runner *r, const struct tcase *c, const struct outcome *o)
{
	const struct caught *got = &r->caught;

	if (!o->load_err && !o->run_err)
		fail(r, c, "runtime: it came through, E%04d was expected", c->diag);
	else if (got->code != c->diag || (c->diag_insn >= 0 && got->insn != c->diag_insn) ||
		 (c->diag_func && strcmp(got->func, c->diag_func)))
		fail(r, c, "runtime: E%04d func %s insn %lld instead: %s", got->code, got->func,
		     (long long)got->insn, got->text);
	else
		r->passed++;
}

static bool on_runtime(struct runner *r, const struct tcase *c, struct outcome *o)
{
	struct diag d = { .fn = catch, .user = r, .error_limit = DIAG_DEFAULT_LIMIT };
	struct rt_opts opts = { .diag = &d, .budget = c->budget ? c->budget : DEFAULT_BUDGET };
	struct weld_target target = { .ops = &rt_target_ops };
	struct rt *rt;
	int err;

	r->caught = (struct caught){ 0 };
	if (rt_new(&opts, &rt)) {
		fail(r, c, "runtime: out of memory");
		return false;
	}
	target.user = rt;
	err = drive_case(c, &target, o);
	rt_free(rt);
	if (err)
		fail(r, c, "runtime: the case can't be set up: %s", r->caught.text);
	else if (c->diag)
		check_diag(r, c, o);
	else if (o->load_err || o->run_err)
		fail(r, c, "runtime: E%04d func %s insn %lld: %s (%s)", r->caught.code,
		     r->caught.func, (long long)r->caught.insn, r->caught.text,
		     strerror(-(o->load_err + o->run_err)));
	else
		check_runs(r, c, "runtime", o);
	return !err && !o->load_err && !o->run_err;
}

/* --- the kernel -------------------------------------------------------------------------- */

static void check_reject(struct runner *r, const struct tcase *c, const struct outcome *o)
{
	if (!o->load_err)
		fail(r, c, "kernel: accepted, a refusal was expected");
	else if (c->kernel_err && o->load_err != c->kernel_err)
		fail(r, c, "kernel: refused with %s: %s", strerror(-o->load_err),
		     last_line(o->log));
	else
		r->passed++;
}

static bool on_kernel(struct runner *r, const struct tcase *c, struct outcome *o)
{
	int err = drive_case(c, &r->kernel, o);

	if (err)
		fail(r, c, "kernel: the case can't be set up");
	else if (c->kernel == VERDICT_REJECT)
		check_reject(r, c, o);
	else if (o->load_err)
		fail(r, c, "kernel: refused (%s): %s", strerror(-o->load_err), last_line(o->log));
	else if (c->diag)
		r->passed++;
	else if (o->run_err)
		fail(r, c, "kernel: test run: %s", strerror(-o->run_err));
	else
		check_runs(r, c, "kernel", o);
	return !err && !o->load_err && !o->run_err;
}

/* --- cases ------------------------------------------------------------------------------- */

static void run_engines(struct runner *r, const struct tcase *c)
{
	struct outcome rt = { .used = c->diag ? NULL : r->used }, kernel = { 0 };
	bool both;

	for (u32 i = 0; i < c->progs.n; i++)
		round_trip(r, c, i);
	both = c->runs.n && on_runtime(r, c, &rt);
	if (r->have_kernel)
		both = on_kernel(r, c, &kernel) && both;
	else
		r->skipped++;
	if (both && r->have_kernel && !c->diag)
		compare(r, c, &rt, &kernel);
	outcome_free(&rt);
	outcome_free(&kernel);
}

static void run_file(struct runner *r, const char *path)
{
	struct tcase c;

	if (case_read(path, &c)) {
		fprintf(stderr, "FAILED %s: malformed case\n", path);
		r->failed++;
	} else {
		run_engines(r, &c);
	}
	case_free(&c);
}

static bool is_case(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && !strcmp(entry->d_name + len - 5, ".case");
}

static void run_folder(struct runner *r, const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort);
	char path[4096];

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (is_case(entries[i]))
			run_file(r, path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

/* What the runtime answers -ENOTSUP to. */
static bool not_here(const struct isa_op *op)
{
	return op->effect == ISA_FX_CAST || op->oper == ISA_OPER_BTF_ID ||
	       op->oper == ISA_OPER_KFUNC;
}

static void check_cover(struct runner *r)
{
	u32 missing = 0;

	for (u32 id = ISA_OP_NONE + 1; id < ISA_N_OPS; id++) {
		const struct isa_op *op = isa_op(id);

		if (!op->version || r->used[id] || not_here(op))
			continue;
		fprintf(stderr, "FAILED no case uses %s: %s\n", op->name, op->text);
		missing++;
	}
	if (missing)
		r->failed++;
	else
		r->passed++;
}

#if CONFIG_KERNEL
/* Can we load the smallest program? */
static bool kernel_lets_us(const struct weld_target *t)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (bpf_u64)(uintptr_t)insns;
	attr.insn_cnt = ARRAY_SIZE(insns);
	attr.license = (bpf_u64)(uintptr_t) "GPL";
	fd = t->ops->bpf(t->user, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd >= 0)
		t->ops->close(t->user, fd);
	return fd >= 0;
}
#endif

/* Both targets run on CPU 0: per-CPU values can be compared, and the kernel migrates nothing. */
static void stay_on_cpu_0(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		perror("sched_setaffinity");
}

int main(int argc, char **argv)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct runner r = { 0 };
	bool cover = false;
	struct stat st;

	stay_on_cpu_0();
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
#if CONFIG_KERNEL
	r.kernel.ops = &load_kernel_ops;
	r.have_kernel = kernel_lets_us(&r.kernel);
#endif
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--cover")) {
			cover = true;
		} else if (stat(argv[i], &st)) {
			perror(argv[i]);
			r.failed++;
		} else if (S_ISDIR(st.st_mode)) {
			run_folder(&r, argv[i]);
		} else {
			run_file(&r, argv[i]);
		}
	}
	if (cover)
		check_cover(&r);
	if (!r.have_kernel)
		printf("skipped the kernel: it lets us load nothing\n");
	if (!r.passed && !r.failed) {
		fprintf(stderr, "no case ran\n");
		r.failed++;
	}
	return report_counts(r.passed, r.failed, r.skipped);
}
