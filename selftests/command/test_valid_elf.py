#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""What link writes is valid ELF, for every kind of link (L08, A3.16): binutils and LLVM print it
without a warning, local symbols come first, and libbpf opens it as it opened the inputs: bpftool
makes a skeleton whose header compiles, and loads the programs."""
import glob
import os
import shutil
import struct
import subprocess
import sys

import command
from test_link import in_bpffs

PATH = os.environ['PATH'] + ':/usr/sbin'
READERS = [['readelf', '-a', '-W'], ['llvm-readelf-19', '-a'], ['llvm-objdump-19', '-dr']]
SHT_SYMTAB = 2
# What libbpf 1.1 has to be given beside the object: kernel symbols, configuration.
SKELETON = '''#include <stddef.h>
#include "app.skel.h"
int main(void)
{
    struct app *skel = app__open();

    app__destroy(skel);
    return skel == NULL;
}
'''


def mapping(bench, variant='', *options):
    """The dispatcher with two private components."""
    names = [f'mapping_{n}{variant}' for n in ('dispatcher', 'dummy', 'drop')]
    main, one, two = map(bench.prog, names)
    return bench.link(main, 'a=' + one, 'b=' + two, '--resolve', 'prog1=a:xdp_main', '--resolve',
                      'prog2=b:xdp_main', '--private', 'a', '--private', 'b', *options)


def by_name(bench, variant='', *options):
    return bench.link(bench.prog('byname_user' + variant), bench.prog('byname_owner' + variant),
                      *options)


def kinds(bench):
    """(what it is, output) for each kind of link."""
    user = bench.prog('byname_user')
    yield 'by name', by_name(bench)
    yield 'by name, --gc', by_name(bench, '', '--gc')
    yield 'mapping, private', mapping(bench)
    yield 'mapping, private, --gc', mapping(bench, '', '--gc')
    yield 'mapping, exported', mapping(bench, '', '--export', 'a:xdp_main')
    yield 'renamed', bench.link(user, bench.prog('byname_owner'), '--rename', 'xdp_user=other',
                                '--prefix', 'byname_user=user_')
    yield 'hidden', by_name(bench, '', '--hide', 'scale')
    yield 'partial', bench.link('--allow-unresolved', user)
    for variant in ('.eb', '.nobtf', '.gcc', '.gcceb', '.clang14', '.stripped', '.v1', '.v4'):
        yield 'by name ' + variant, by_name(bench, variant)
        yield 'mapping ' + variant, mapping(bench, variant)
    yield 'relinked', bench.link(mapping(bench))
    yield 'completed', bench.link(bench.link('--allow-unresolved', user),
                                  bench.prog('byname_owner'))


def alone(bench):
    """Every object there is that links, alone: kernel symbols and the like are left."""
    objs = sorted(glob.glob(bench.progs + '/*.o') + glob.glob(bench.progs + '/carved/*.o'))
    for obj in objs:
        out = bench.path()
        if bench.run('link', '--allow-unresolved', '-o', out, obj).status == 0:
            yield obj, out


def check_readers(what, obj):
    for tool in READERS:
        done = subprocess.run([*tool, obj], capture_output=True, text=True, errors='replace')
        said = done.stderr + '\n'.join(line for line in done.stdout.splitlines()
                                       if 'arning:' in line or 'rror:' in line)
        assert done.returncode == 0 and not said.strip(), f'{what}: {tool[0]}: {said}'


def check_symbols(what, obj):
    """Locals first, and sh_info says how many; a section symbol is local."""
    with open(obj, 'rb') as f:
        data = f.read()
    order = '<' if data[5] == 1 else '>'
    table, = struct.unpack_from(order + 'Q', data, 40)
    count, = struct.unpack_from(order + 'H', data, 60)
    heads = [struct.unpack_from(order + 'IIQQQQIIQQ', data, table + 64 * i) for i in range(count)]
    for head in [h for h in heads if h[1] == SHT_SYMTAB]:
        binds = [data[at + 4] >> 4 for at in range(head[4], head[4] + head[5], 24)]
        n_locals = sum(b == 0 for b in binds)
        assert head[7] == n_locals, f'{what}: sh_info {head[7]}, but {n_locals} local symbols'
        assert not any(binds[:n_locals]), f'{what}: a global before a local one'


def test_readers_have_no_complaint(bench):
    for tool in READERS:
        if not shutil.which(tool[0]):
            bench.skip(tool[0] + ' is missing')
    n = 0
    for what, obj in kinds(bench):
        check_readers(what, obj)
        check_symbols(what, obj)
        n += 1
    assert n > 20, n


def need_bpftool(bench):
    if not shutil.which('bpftool', path=PATH):
        bench.skip('bpftool is missing')


def skeleton(obj):
    """The header that bpftool makes of an object, None where libbpf doesn't open it."""
    done = subprocess.run(['bpftool', 'gen', 'skeleton', obj, 'name', 'app'], capture_output=True,
                          env={**os.environ, 'PATH': PATH})
    return done.stdout if done.returncode == 0 else None


def test_any_object_alone(bench):
    """An input that libbpf opens is one that it opens when linked."""
    need_bpftool(bench)
    n = opened = 0
    for obj, out in alone(bench):
        check_symbols(obj, out)
        # Three readers of some 400 objects take too long for every run.
        if n % 16 == 0 and shutil.which(READERS[1][0]):
            check_readers(obj, out)
        if skeleton(obj):
            assert skeleton(out), f'libbpf opens {obj}, but not what link made of it'
            opened += 1
        os.unlink(out)
        n += 1
    print(f'{n} objects link alone, libbpf opens {opened} of them before and after')
    assert opened > 50, opened


def test_skeletons_compile(bench):
    need_bpftool(bench)
    cc = shutil.which('gcc') or shutil.which('cc')
    if not cc or not os.path.exists('/usr/include/bpf/libbpf.h'):
        bench.skip('needs a C compiler and libbpf-dev')
    compiled = 0
    for obj in [by_name(bench), mapping(bench), mapping(bench, '', '--gc'),
                bench.link(bench.prog('kinds_maps')), bench.link(bench.prog('map_array'))]:
        header = skeleton(obj)
        assert header, obj
        folder = os.path.join(bench.scratch, f'skeleton{compiled}')
        os.makedirs(folder)
        with open(folder + '/app.skel.h', 'wb') as f:
            f.write(header)
        with open(folder + '/main.c', 'w', encoding='utf-8') as f:
            f.write(SKELETON)
        done = subprocess.run([cc, '-Wall', '-Wextra', '-Werror', '-o', folder + '/main',
                               folder + '/main.c', '-lbpf'], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        # libbpf opens the object that the header carries.
        done = subprocess.run([folder + '/main'], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        compiled += 1
    assert compiled


def test_bpftool_loads(bench):
    need_bpftool(bench)
    if 'kernel' not in bench.engines():
        bench.skip('bpf(2) is not allowed here')
    loaded = 0
    for what, obj in kinds(bench):
        # Of the other byte order, and of what has an extern left, the kernel wants nothing.
        if 'eb' in what or what == 'partial' or 'nobtf' in what:
            continue
        done = in_bpffs(bench, f'PATH={PATH}\nbpftool prog loadall "$2" "$1/p" type xdp', obj)
        if done.returncode == 99:
            bench.skip('bpffs cannot be mounted here')
        assert done.returncode == 0, f'{what}: {done.stdout}{done.stderr}'
        loaded += 1
    assert loaded > 10, loaded


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
