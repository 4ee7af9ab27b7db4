/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Licence and version are said once for the whole output. The kernel looks at the licence only to
 * decide whether GPL-only helpers may be called, so compatible texts don't conflict; but code
 * under a licence that isn't GPL-compatible must not pass for GPL by being linked to it.
 */
#include "linker/link_int.h"

static struct weld_where where_license(const struct link *l, u32 input, const char *section)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = l->inputs.v[input].obj->name;
	at.section = section;
	return at;
}

static int raise_license(struct link *l, u32 first, u32 second)
{
	struct weld_where there = where_license(l, first, "license");
	struct weld_where at = where_license(l, second, "license");
	const char *a = l->inputs.v[first].obj->license, *b = l->inputs.v[second].obj->license;
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_LICENSE, &at, b, l->inputs.v[second].name, a,
		   l->inputs.v[first].name);
	diag_note(&m, &there, "\"%s\" here", a);
	diag_help(&m, "--license TEXT sets the output's, if all owners agree");
	return diag_end(&m);
}

static int check_license(struct link *l, u32 first, u32 i)
{
	const char *a = l->inputs.v[first].obj->license, *b = l->inputs.v[i].obj->license;
	struct weld_where at;

	l->inputs.v[i].license_skipped = true;
	if (!strcmp(a, b))
		return 0;
	if (!abi_license_gpl_compatible(a) || !abi_license_gpl_compatible(b))
		return link_fault(l, raise_license(l, first, i));
	at = where_license(l, i, "license");
	diag_raise(l->diag, DIAG_LINK_LICENSE_KEPT, &at, a, l->inputs.v[first].name, b);
	return 0;
}

static int check_version(struct link *l, u32 first, u32 i)
{
	struct weld_where at = where_license(l, i, "version");
	struct weld_where there = where_license(l, first, "version");
	u32 a = l->inputs.v[first].obj->version, b = l->inputs.v[i].obj->version;
	struct diag_msg m;

	l->inputs.v[i].version_skipped = true;
	if (a == b)
		return 0;
	diag_begin(&m, l->diag, DIAG_LINK_VERSION, &at, b, l->inputs.v[i].name, a,
		   l->inputs.v[first].name);
	diag_note(&m, &there, "version %#x here", a);
	return link_fault(l, diag_end(&m));
}

int link_check_licenses(struct link *l)
{
	u32 license = 0, version = 0;
	int err = 0;

	for (u32 i = 1; i < l->inputs.n && !err; i++) {
		struct link_input *in = &l->inputs.v[i];

		if (l->license)
			in->license_skipped = true;
		else if (in->obj->license && !license)
			license = i;
		else if (in->obj->license)
			err = check_license(l, license, i);
		if (in->obj->has_version && !version)
			version = i;
		else if (in->obj->has_version && !err)
			err = check_version(l, version, i);
	}
	return err;
}
