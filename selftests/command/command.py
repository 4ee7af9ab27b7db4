# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""A small harness for tests of the command: every test_* function of a module is called with a
Bench, fails by an assertion, and says that it can't run here with bench.skip()."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

CLANG = 'clang-19'


class Skip(Exception):
    pass


class Run:
    """What one call of the command gave."""

    def __init__(self, args, done):
        self.args, self.status = args, done.returncode
        self.out, self.err = done.stdout, done.stderr
        # A sanitizer's report ends the process with a status that has a meaning of its own.
        assert self.status >= 0 and b'Sanitizer' not in self.err, str(self)
        assert b'runtime error:' not in self.err and self.status < 70, str(self)

    def __str__(self):
        return (f'bpfweld {" ".join(map(str, self.args))}: status {self.status}\n'
                f'{self.out.decode(errors="replace")}{self.err.decode(errors="replace")}')

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError as e:
            raise AssertionError(f'no JSON document ({e}): {self}') from e

    def want(self, status):
        assert self.status == status, f'want status {status}, got {self}'
        return self


class Bench:
    def __init__(self, bpfweld, progs, scratch):
        self.bpfweld, self.progs, self.scratch = os.path.abspath(bpfweld), progs, scratch
        self.n = 0

    def skip(self, why):
        raise Skip(why)

    def prog(self, name):
        """A compiled program of selftests/progs, mapping_drop for one."""
        path = os.path.join(self.progs, name + '.o')
        if not os.path.exists(path):
            self.skip(f'{name}.o was not built: its compiler is missing')
        return path

    def path(self, name='out.o'):
        """A new path in the scratch folder."""
        self.n += 1
        return os.path.join(self.scratch, f'{self.n}-{name}')

    def file(self, data, name='file'):
        path = self.path(name)
        with open(path, 'wb') as f:
            f.write(data)
        return path

    def run(self, *args, **kw):
        args = [str(a) for a in args]
        return Run(args, subprocess.run([self.bpfweld, *args], capture_output=True, timeout=60,
                                        **kw))

    def link(self, *args, status=0):
        """Path of the linked object."""
        out = self.path()
        self.run('link', '-o', out, *args).want(status)
        return out

    def compile(self, source, *flags, name='c.o'):
        """An object from C, headers included here."""
        if not shutil.which(CLANG):
            self.skip(CLANG + ' is missing')
        out = self.path(name)
        text = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n' + source
        arch = subprocess.run(['cc', '-print-multiarch'], capture_output=True, text=True)
        subprocess.run([CLANG, '-O2', '-g', *(flags or ['-target', 'bpfel']), '-I',
                        '/usr/include/' + arch.stdout.strip(), '-x', 'c', '-c', '-', '-o', out],
                       input=text.encode(), check=True)
        return out

    def engines(self):
        """The engines that work here; `kernel` needs bpf(2)."""
        found = []
        for engine in ('checked', 'kernel'):
            done = self.run('run', '--engine', engine, '-p', 'xdp_main', self.prog('mapping_dummy'))
            if done.status == 0:
                found.append(engine)
            else:
                assert done.status == 4, str(done)
        if not found:
            self.skip('no engine works here')
        return found

    def need_runtime(self):
        """For tests that leave --engine to the command: its own choice is the runtime."""
        if 'checked' not in self.engines():
            self.skip('this build has no runtime')

    def retval(self, obj, program, packet=None, engine=None):
        """What program returns, on the first engine there is unless one is named."""
        args = ['run', '--json', '--engine', engine or self.engines()[0], '-p', program]
        if packet:
            args += ['--data', packet]
        doc = self.run(*args, obj).want(0).json()
        return doc['runs'][0]['retval']

    def ipv4(self):
        """A file with a packet: an Ethernet header that says IPv4, and zeros."""
        return self.file(bytes(12) + b'\x08\x00' + bytes(50), 'ipv4')


def main(module):
    """Run the tests of a module; print the counts line."""
    passed = failed = skipped = 0
    tests = sorted((n, f) for n, f in vars(module).items() if n.startswith('test_'))
    for name, test in tests:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                test(Bench(sys.argv[1], sys.argv[2], scratch))
                passed += 1
            except Skip as why:
                print(f'skipped {name}: {why}')
                skipped += 1
            except (AssertionError, KeyError, IndexError, subprocess.SubprocessError):
                print(f'FAILED {name}:')
                traceback.print_exc(file=sys.stdout)
                failed += 1
    print(f'# passed={passed} failed={failed} skipped={skipped}')
    sys.exit(1 if failed else 0 if passed else 77)
