/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What every public header of bpfweld shares: the context, the export macro and the
 * convention for option structs.
 *
 * Conventions of the whole API:
 *  - A function that can fail returns 0 or a negative errno; its result goes through the last
 *    argument, which stays untouched on failure. Free and close functions accept NULL.
 *  - Options live in structs whose first member is their size (WELD_OPTS sets it). A struct
 *    smaller than the first released one is -EINVAL, a longer one whose unknown tail isn't zero
 *    is -E2BIG, a missing tail means defaults. A NULL pointer means all defaults.
 *  - Strings and arrays handed out by an object live as long as that object.
 *  - Nothing is printed: what a person should read goes to the context's diagnostic sink.
 */
#ifndef BPFWELD_COMMON_H
#define BPFWELD_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WELD_API __attribute__((visibility("default")))

/* Declare an option struct with its size set and the rest zero or as given:
 * WELD_OPTS(weld_link_opts, opts, .allow_unresolved = true); */
#define WELD_OPTS(type, name, ...) struct type name = { .sz = sizeof(struct type), __VA_ARGS__ }

/* The context: the diagnostic sink and limits that all objects made from it share. It must
 * outlive them. One thread at a time uses a context and what was made from it; different
 * contexts are independent. */
struct weld_ctx;

struct weld_diag;

/* Receives each diagnostic. The diagnostic and its strings live only during the call. */
typedef void (*weld_diag_fn)(void *user, const struct weld_diag *diag);

struct weld_ctx_opts {
	size_t sz;
	weld_diag_fn diag_fn; /* NULL: diagnostics are counted and dropped */
	void *diag_user;
	unsigned int error_limit; /* errors that a link or load reports until it gives up; 0: 20 */
};

/* Make a context; -ENOMEM, -EINVAL or -E2BIG (see the conventions above). */
WELD_API int weld_ctx__new(const struct weld_ctx_opts *opts, struct weld_ctx **ctx);
WELD_API void weld_ctx__free(struct weld_ctx *ctx);

/* The library's version as "MAJOR.MINOR.PATCH". */
WELD_API const char *weld_version(void);

#ifdef __cplusplus
}
#endif
#endif
