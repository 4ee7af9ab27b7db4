/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Which licences open the GPL-only helpers: the kernel's license_is_gpl_compatible(). */
#include "lib/abi/abi.h"

static const char *const compatible[] = {
	"GPL",
	"GPL v2",
	"GPL and additional rights",
	"Dual BSD/GPL",
	"Dual MIT/GPL",
	"Dual MPL/GPL",
};

bool abi_license_gpl_compatible(const char *license)
{
	for (size_t i = 0; i < ARRAY_SIZE(compatible); i++) {
		if (!strcmp(license, compatible[i]))
			return true;
	}
	return false;
}
