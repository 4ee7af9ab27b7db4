#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""What a user gets: install to an empty root, then build a program with pkg-config alone, against
the shared and the static library, and run it; run the installed command.

test_install.py BUILD_DIR CC...
"""
import glob
import os
import subprocess
import sys
import tempfile

PROGRAM = r'''
#include <bpfweld/bpfweld.h>
#include <stdio.h>

int main(void)
{
	struct weld_ctx *ctx;

	if (weld_ctx__new(NULL, &ctx))
		return 1;
	weld_ctx__free(ctx);
	puts(weld_version());
	return 0;
}
'''


def output(args, **env):
    run = subprocess.run(args, env={**os.environ, **env}, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f'{" ".join(args)}: status {run.returncode}\n{run.stdout}{run.stderr}')
    return run.stdout.strip()


class Installed:
    def __init__(self, build, cc, root):
        output(['meson', 'install', '-C', build, '--no-rebuild', '--destdir', root])
        self.cc, self.root = cc, root
        pc, = glob.glob(root + '/**/libbpfweld.pc', recursive=True)
        self.lib = os.path.dirname(os.path.dirname(pc))
        self.pc_dir = os.path.dirname(pc)
        prefix = next(line.split('=', 1)[1].strip() for line in open(pc, encoding='utf-8')
                      if line.startswith('prefix='))
        self.prefix = root + prefix
        self.source = os.path.join(root, 'program.c')
        with open(self.source, 'w', encoding='utf-8') as f:
            f.write(PROGRAM)

    def pkg_config(self, *flags):
        return output(['pkg-config', '--define-variable=prefix=' + self.prefix, *flags,
                       'libbpfweld'], PKG_CONFIG_PATH=self.pc_dir).split()

    def version(self):
        return self.pkg_config('--modversion')[0]

    def shared(self):
        program = os.path.join(self.root, 'shared')
        output([*self.cc, self.source, '-o', program, *self.pkg_config('--cflags', '--libs')])
        return output([program], LD_LIBRARY_PATH=self.lib)

    def static(self):
        program = os.path.join(self.root, 'static')
        libs = ['-l:libbpfweld.a' if f == '-lbpfweld' else f
                for f in self.pkg_config('--cflags', '--libs', '--static')]
        output([*self.cc, self.source, '-o', program, *libs])
        needed = output(['readelf', '-d', program])
        if 'libbpfweld' in needed:
            raise RuntimeError('the static program needs the shared library')
        return output([program])

    def soname(self):
        found = output(['readelf', '-d', os.path.join(self.lib, 'libbpfweld.so')])
        return 'libbpfweld.so.0' if '[libbpfweld.so.0]' in found else found

    def command(self):
        program = os.path.join(self.prefix, 'bin/bpfweld')
        if not os.path.exists(program):
            return None
        return output([program, 'version'], LD_LIBRARY_PATH=self.lib)


def main():
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory() as root:
        it = Installed(sys.argv[1], sys.argv[2:], root)
        want = it.version()
        for what in ('shared', 'static', 'soname', 'command'):
            try:
                got = getattr(it, what)()
            except RuntimeError as e:
                got = str(e)
            if got is None:
                print(f'skipped {what}: not installed by this build')
                skipped += 1
            elif got == 'libbpfweld.so.0' or want in got.split():
                passed += 1
            else:
                print(f'FAILED {what}: got {got}, want {want}')
                failed += 1
    print(f'# passed={passed} failed={failed} skipped={skipped}')
    sys.exit(1 if failed else 0)


main()
