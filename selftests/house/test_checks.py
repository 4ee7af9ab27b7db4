#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""The checks themselves: each fault that they look for, planted in a small tree, is found.

test_checks.py SCRIPTS CC...
"""
import os
import subprocess
import sys
import tempfile

SCRIPTS = os.path.abspath(sys.argv[1])
SPDX = '/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */\n'
LONG = 'int f(void)\n{\n' + '\tg();\n' * 61 + '}\n'
DEEP = ('int f(void)\n{\n\tif (a)\n\t\tif (b)\n\t\t\tfor (;;)\n\t\t\t\tif (c)\n'
        '\t\t\t\t\treturn 1;\n\treturn 0;\n}\n')
TABLE = '#define ROW(a) a,\nint t[] = {\n' + '\t1,\n' * 70 + '};\n'

# (check, file, its text behind the SPDX line, words of the complaint or None for none)
PLANTED = [
    ('layers', 'lib/isa/a.c', '#include "lib/base/x.h"\n', None),
    ('layers', 'lib/isa/a.c', '#include "uapi/x.h"\n', None),
    ('layers', 'lib/isa/a.c', '#include "lib/obj/x.h"\n', 'lib/isa may not include lib/obj'),
    ('layers', 'lib/base/a.c', '#include "../isa/a.h"\n', 'starts at the project root'),
    ('layers', 'lib/base/a.c', '#include "gone.h"\n', 'no such file'),
    ('layers', 'lib/obj/a.c', '#include "lib/isa/x_int.h"\n', 'belongs to lib/isa alone'),
    ('layers', 'lib/obj/a.c', '#include <libelf.h>\n', 'libelf stays'),
    ('layers', 'lib/elf/a.c', '#include <libelf.h>\n', None),
    ('layers', 'lib/load/a.c', '#include <linux/bpf.h>\n', 'not from the host'),
    ('layers', 'lib/load/a.c', 'long f(void)\n{\n\treturn syscall(321, 0);\n}\n', 'system calls'),
    ('layers', 'lib/load/kernel.c', 'long f(void)\n{\n\treturn syscall(1);\n}\n', None),
    ('layers', 'lib/load/a.c', '/* syscall(2) */\n', None),
    ('layers', 'tools/a.c', '#include "lib/base/x.h"\n', 'tools may include <bpfweld/...> only'),
    ('layers', 'tools/a.c', '#include <bpfweld/p.h>\n#include <stdio.h>\n', None),
    ('layers', 'include/bpfweld/q.h', '#include <sys/types.h>\n', 'freestanding'),
    ('layers', 'lib/isa/a.c', '#include "lib/base/x.h"\n#include <stdio.h>\n', 'stands behind'),
    ('layers', 'else/a.c', '', 'lies in no room'),
    ('shape', 'lib/base/a.c', LONG, '61 lines, limit 60'),
    ('shape', 'lib/base/a.c', DEEP, 'nested 4 deep'),
    ('shape', 'lib/base/a.c', 'int f(int a, int b, int c, int d, int e, int g)\n{\n}\n',
     '6 parameters'),
    ('shape', 'lib/base/a.c', 'int f(int a, int (*b)(int, int), int c, int d, int e)\n{\n}\n',
     None),
    ('shape', 'lib/base/a.c', TABLE, None),
    ('shape', 'lib/base/a.c', '/* "{" */ int f(void)\n{\n\tg(\'{\', "}}");\n}\n' + TABLE, None),
    ('shape', 'lib/base/a.c', '\n' * 800, 'limit 800'),
    ('shape', 'lib/base/a.c', 'int f(void)\n{\n' + '\tg();\n' * 16 + '}\n', 'median of 16'),
    ('shape', 'scripts/shape_exceptions', '\nlib/base/a.c file it is long\n', 'no longer needed'),
    ('shape', 'scripts/shape_exceptions', '\nlib/base/a.c file\n', 'no reason given'),
    ('diagnostics', 'lib/base/diag.def', '\nDIAG(A, 7,', 'no test provokes E0007 (A)'),
    ('diagnostics', 'lib/base/diag.def', '\nDIAG(A, 7,\nDIAG(B, 7,', 'E0007 is A and B'),
    ('linking', 'lib/base/a.c', '', None),
    ('linking', 'docs/linking.md', '\n| L' '01 | a |\n| L' '02 | b |\n', 'no test names L' '02'),
    ('linking', 'docs/linking.md', '\n1. (L' '01) a\n- (L' '03) b (L' '04)\n', 'no test names L' '03'),
    ('linking', 'docs/linking.md', '\n| L' '01 | a |\n- (L' '01) b\n', 'L' '01 numbers 2 rows'),
    ('linking', 'selftests/progs/a.c', '/* L' '02 */\n', None),
    ('linking', 'selftests/unit/a.c', '/* (L' '77) */\n', 'there is no row L' '77'),
    ('text', 'lib/base/a.c', '', None),
    ('text', 'lib/base/a.c', '/* TO' 'DO */\n', 'TO' 'DO'),
    ('text', 'lib/base/a.c', '/* see /ho' 'me/me/x */\n', '/ho' 'me/'),
    ('text', 'lib/base/a.c', 'int x;' + ' ' * 100 + '/* */\n', 'columns, limit 100'),
    ('text', 'lib/base/a.c', 'int x; \n', 'space at the end'),
    ('text', 'lib/base/a.c', 'int x;', 'no newline at the end'),
    ('text', 'lib/base/meson.build', '', 'no README.md'),
]


def write(root, path, text):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def run(root, check):
    return subprocess.run([sys.executable, os.path.join(SCRIPTS, 'check_' + check), root],
                          capture_output=True, text=True)


def plant(check, path, text, complaint):
    """None, or what went wrong."""
    with tempfile.TemporaryDirectory() as root:
        for room in ('lib/base', 'lib/isa', 'lib/obj', 'include/uapi'):
            write(root, room + '/x.h', SPDX)
        write(root, 'lib/isa/x_int.h', SPDX)
        write(root, 'lib/base/x.c', SPDX + 'int one(void)\n{\n\treturn 1;\n}\n')
        write(root, 'include/bpfweld/p.h', SPDX)
        write(root, 'docs/linking.md', '| L' '01 | one |\n')
        write(root, 'selftests/unit/x.c', SPDX + '/* Holds L' '01. */\n')
        comment = '# ' + SPDX[3:-4] if path.endswith(('.build', 'exceptions')) else SPDX
        write(root, path, comment.rstrip('\n') + '\n' + text)
        if 'median' in (complaint or ''):
            os.unlink(os.path.join(root, 'lib/base/x.c'))
        got = run(root, check)
    if complaint is None:
        return got.stdout + got.stderr if got.returncode else None
    if got.returncode != 1 or complaint not in got.stdout:
        return f'status {got.returncode}, want "{complaint}":\n{got.stdout}{got.stderr}'
    return None


LIBRARY = r'''
#include <stdio.h>
#define API __attribute__((visibility("default")))
static int counter, first = 5;
static _Thread_local int local;
static const char *const table[] = { "a", "b" };
int shared_inside(void) { return counter++ + first++ + local++; }
API int weld_named(void) { return puts(table[shared_inside() & 1]); }
API int weld_extra(void) { return 0; }
'''
EXPORTS = 'X_0.1 {\nglobal:\n\tweld_named;\n\tweld_missing;\nlocal:\n\t*;\n};\n'
HEADER = 'WELD_API int weld_named(void);\nWELD_API struct x *weld_header(int a,\n\tint b);\n'
SYMBOL_FAULTS = [
    'weld_extra: exported, but not in exports.map',
    'weld_missing: in exports.map, but not exported',
    'weld_header: declared in a public header, but not in exports.map',
    'weld_missing: in exports.map, but not declared in a public header',
    'shared_inside: global in the static library, but not in exports.map',
    'counter: writable data', 'first: writable data', 'local: writable data',
    'puts: the library must not use it',
]


def symbols(compiler):
    """The complaints of check_symbols that are missing, or too many."""
    with tempfile.TemporaryDirectory() as root:
        write(root, 'lib/api/exports.map', EXPORTS)
        write(root, 'include/bpfweld/x.h', HEADER)
        write(root, 'x.c', LIBRARY)
        obj, so, a = (os.path.join(root, n) for n in ('x.o', 'x.so', 'x.a'))
        subprocess.run([*compiler, '-fPIC', '-c', os.path.join(root, 'x.c'), '-o', obj],
                       check=True)
        write(root, 'hide.map', '{ local: shared_inside; };\n')
        subprocess.run([*compiler, '-shared', '-Wl,--version-script=' + root + '/hide.map',
                        '-o', so, obj], check=True)
        subprocess.run(['ar', 'rcs', a, obj], check=True)
        got = subprocess.run([sys.executable, os.path.join(SCRIPTS, 'check_symbols'), root, so, a],
                             capture_output=True, text=True).stdout
    wrong = [f for f in SYMBOL_FAULTS if f not in got]
    return wrong + [line for line in got.splitlines() if line.startswith('table')]


def main():
    passed = failed = 0
    wrong = symbols(sys.argv[2:])
    print(*(f'FAILED check_symbols: {w}' for w in wrong), sep='\n', end='\n' if wrong else '')
    passed += len(SYMBOL_FAULTS) - len(wrong)
    failed += len(wrong)
    for check, path, text, complaint in PLANTED:
        wrong = plant(check, path, text, complaint)
        if wrong:
            print(f'FAILED check_{check}, {path}, {text!r}: {wrong}')
            failed += 1
        else:
            passed += 1
    print(f'# passed={passed} failed={failed} skipped=0')
    sys.exit(1 if failed else 0)


main()
