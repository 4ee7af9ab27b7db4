#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""The running kernel's types as a C header (A3.5): each struct keeps its size and offsets."""
import sys

import command
import test_btf


def test_kernels_layouts(bench):
    """All structs and unions by value in one program, whose BTF is compared member by member."""
    assert test_btf.check_layouts(bench, test_btf.vmlinux(bench)) > 5000


command.main(sys.modules[__name__])
