/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Images of each program of any object: what the lists of an image name has to be there, and what
 * has no image has a diagnostic.
 */
#include <bpfweld/bpfweld.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void count(void *user, const struct weld_diag *diag)
{
	*(unsigned int *)user += diag->severity == WELD_ERROR;
}

static void check_maps(const struct weld_image *image, const struct weld_image_info *info)
{
	struct weld_image_address a = { .sz = sizeof(a) };
	struct weld_image_map_ref r = { .sz = sizeof(r) };
	struct weld_image_slot s = { .sz = sizeof(s) };
	struct weld_image_map m = { .sz = sizeof(m) };

	for (uint32_t n = 0; !weld_image__map(image, n, &m); n++) {
		check(m.inner < (int32_t)info->n_maps && m.name);
		for (uint32_t k = 0; !weld_image__slot(image, n, k, &s); k++)
			check(s.map < (int32_t)info->n_maps && (s.map >= 0) == !s.program);
		for (uint32_t k = 0; !weld_image__address(image, n, k, &a); k++)
			check(a.symbol && a.off < m.value_size);
	}
	for (uint32_t n = 0; !weld_image__map_ref(image, n, &r); n++)
		check(r.map < info->n_maps && r.insn + 1 < info->n_insns &&
		      !weld_image__map(image, r.map, &m) && m.in_fd_array &&
		      (!r.is_value || r.off <= m.value_size));
}

static void check_and_free(struct weld_image *image)
{
	struct weld_image_info info = { .sz = sizeof(info) };
	struct weld_image_core_relo c = { .sz = sizeof(c) };
	struct weld_image_ksym k = { .sz = sizeof(k) };

	check(!weld_image__info(image, &info));
	check_maps(image, &info);
	for (uint32_t n = 0; !weld_image__ksym(image, n, &k); n++)
		check(k.insn < info.n_insns && k.name);
	for (uint32_t n = 0; !weld_image__core_relo(image, n, &c); n++)
		check(c.insn < info.n_insns && c.access);
	weld_image__free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weld_function_info f = { .sz = sizeof(f) };
	unsigned int errors = 0, before;
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = count, .diag_user = &errors);
	struct weld_image *image;
	struct weld_object *obj;
	struct weld_ctx *ctx;

	check(!weld_ctx__new(&opts, &ctx));
	if (!weld_object__open_mem(ctx, data, size, NULL, &obj)) {
		for (uint32_t n = 0; n < 64 && !weld_object__program(obj, n, &f); n++) {
			before = errors;
			if (weld_object__image(obj, f.name, &image))
				check(errors > before);
			else
				check_and_free(image);
		}
		weld_object__close(obj);
	}
	weld_ctx__free(ctx);
	return 0;
}
