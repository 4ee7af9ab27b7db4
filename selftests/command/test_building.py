#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Links in a build (A3.16): what --depfile writes (L71), and the examples of
docs/building.md, run as they stand there. Touching one input links again, touching nothing does not.

test_building.py BPFWELD PROGS
"""
import os
import re
import shutil
import subprocess
import sys
import time

import command

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../docs/building.md')
SOURCES = {
    'main.bpf.c': 'extern int value(void);\nchar LICENSE[] __attribute__((section("license"), used)) '
                  '= "GPL";\n__attribute__((section("xdp"), used)) int xdp_main(void *ctx)\n'
                  '{ return value(); }\n',
    'lib.bpf.c': '#include "number.h"\nint three(void) { return NUMBER; }\n',
    'number.h': '#define NUMBER 3\n',
    'app.rules': 'value=three # by another name\n',
}


def example(language):
    with open(DOCS, encoding='utf-8') as f:
        return re.search(rf'```{language}\n(.*?)```', f.read(), re.S).group(1)


def project(bench, name):
    """A new folder with the sources, and the file that builds them."""
    for tool in ('make', 'meson', 'ninja', command.CLANG):
        if not shutil.which(tool):
            bench.skip(tool + ' is missing')
    folder = os.path.join(bench.scratch, name)
    os.makedirs(folder)
    for path, text in SOURCES.items():
        with open(os.path.join(folder, path), 'w', encoding='utf-8') as f:
            f.write(text)
    return folder


def tools(bench):
    """An environment in which bpfweld and clang are what the examples call so."""
    folder = os.path.join(bench.scratch, 'bin')
    os.makedirs(folder, exist_ok=True)
    for name, path in (('bpfweld', bench.bpfweld), ('clang', shutil.which(command.CLANG))):
        if not os.path.exists(os.path.join(folder, name)):
            os.symlink(path, os.path.join(folder, name))
    return dict(os.environ, PATH=folder + ':' + os.environ['PATH'])


def call(env, folder, *words):
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f'{words}: {done.stdout}{done.stderr}'


def follows(bench, folder, build, out):
    """out is written again when what it depends on changed, and only then."""
    def stamp():
        return os.stat(out).st_mtime_ns

    build()
    before = stamp()
    build()
    assert stamp() == before, 'linked again, though nothing changed'
    for path, old, new in (('number.h', '3', '4'), ('lib.bpf.c', 'NUMBER', '1 + NUMBER'),
                           ('app.rules', '#', '##')):
        time.sleep(0.02)
        with open(os.path.join(folder, path), encoding='utf-8') as f:
            text = f.read().replace(old, new)
        with open(os.path.join(folder, path), 'w', encoding='utf-8') as f:
            f.write(text)
        build()
        assert stamp() > before, f'not linked again after {path} changed'
        before = stamp()
        build()
        assert stamp() == before, f'linked again after {path} was done with'
    assert bench.retval(out, 'xdp_main') == 5


def test_makefile(bench):
    folder, env = project(bench, 'with make'), tools(bench)
    with open(os.path.join(folder, 'Makefile'), 'w', encoding='utf-8') as f:
        f.write(example('make'))
    follows(bench, folder, lambda: call(env, folder, 'make'), os.path.join(folder, 'app.o'))
    assert os.path.getsize(os.path.join(folder, 'app.map')) > 0


def test_meson(bench):
    folder, env = project(bench, 'with meson'), tools(bench)
    with open(os.path.join(folder, 'meson.build'), 'w', encoding='utf-8') as f:
        f.write(example('meson'))
    call(env, folder, 'meson', 'setup', 'build')
    follows(bench, folder, lambda: call(env, folder, 'ninja', '-C', 'build'),
            os.path.join(folder, 'build/app.o'))


def test_names_that_need_escapes(bench):
    """make and ninja find files of these names; of others with a line break or a backslash at the
    end make can't, and ninja has no spelling for a quote."""
    folder, env = project(bench, 'odd'), tools(bench)
    names = ['a b.o', 'c#d.o', 'e$f.o', 'g:h.o', 'i\\j.o', 'k\\ l.o', 'm\\\\n.o']
    source = bench.compile('static int f;\nchar L[] SEC("license") = "GPL";\n')
    for name in names:
        shutil.copy(source, os.path.join(folder, name))
    bench.run('link', '-o', 'out.o', '--depfile', 'out.d', *['./' + n for n in names],
              cwd=folder).want(0)
    with open(os.path.join(folder, 'Makefile'), 'w', encoding='utf-8') as f:
        f.write('out.o:\n\t@touch ran out.o\n-include out.d\n')
    with open(os.path.join(folder, 'build.ninja'), 'w', encoding='utf-8') as f:
        f.write('rule r\n  command = touch ran out.o && cp out.d now.d\n  depfile = now.d\n'
                'build out.o: r\n')
    ran = os.path.join(folder, 'ran')
    # Twice at first: ninja doesn't know a depfile that it didn't see made.
    for build in (['make', '-s'], ['ninja']):
        call(env, folder, *build)
        for name in names:
            if os.path.exists(ran):
                os.unlink(ran)
            call(env, folder, *build)
            assert not os.path.exists(ran), f'{build}: ran without need before {name}'
            time.sleep(0.02)
            os.utime(os.path.join(folder, name))
            call(env, folder, *build)
            assert os.path.exists(ran), f'{build}: {name} changed, and nothing was done'
    # Gone is no error for make.
    os.unlink(os.path.join(folder, names[0]))
    call(env, folder, 'make', '-s')
    for name in ('line\nbreak.o', 'back\\'):
        shutil.copy(source, os.path.join(folder, name))
        done = bench.run('link', '-o', 'two.o', '--depfile', 'two.d', './' + name, cwd=folder)
        assert done.want(3) and not os.path.exists(os.path.join(folder, 'two.d')), str(done)


def test_depfile_names_each_file_once(bench):
    a, b = bench.prog('mapping_dummy'), bench.prog('mapping_dispatcher')
    rules = bench.file(b'prog1=a:xdp_main\nprog2=b:xdp_main\n')
    out, dep = bench.path(), bench.path('d')
    bench.run('link', '-o', out, '--depfile', dep, b, 'a=' + a, 'b=' + a, '--private', 'a',
              '--private', 'b', '--resolve-file', rules).want(0)
    with open(dep, encoding='utf-8') as f:
        text = f.read()
    assert text.split('\n\n')[0].replace('\\\n', '').split() == [out + ':', b, a, rules], text
    # Archives too, those that -l finds among them; of words out of @FILE nothing is left to name.
    first, second = bench.path('first'), bench.path('second')
    os.mkdir(first)
    os.mkdir(second)
    lib = os.path.join(second, 'libx.a')
    for path in (lib, os.path.join(first, 'libunused.a')):
        subprocess.run(['ar', 'rc', path, bench.prog('link_archive.2')], check=True)
    given = bench.path('given.a')
    subprocess.run(['ar', 'rc', given, bench.prog('link_archive.3')], check=True)
    main = bench.prog('link_archive.1')
    words = bench.file(f'-L {first} -L {second} -l x'.encode())
    bench.run('link', '-o', out, '--depfile', dep, main, given, '@' + words).want(0)
    with open(dep, encoding='utf-8') as f:
        text = f.read()
    assert text.split('\n\n')[0].replace('\\\n', '').split() == [out + ':', main, given, lib], text
    before = os.stat(lib).st_mtime_ns
    for option in ('-o', '--depfile', '-M'):
        bench.run('link', '-o', out, option, lib, main, '-L', second, '-lx').want(2)
        assert os.stat(lib).st_mtime_ns == before
    # No output, no depfile; standard streams have no name.
    dep = bench.path('d')
    bench.run('link', '-o', bench.path(), '--depfile', dep, b).want(1)
    assert not os.path.exists(dep)
    bench.run('link', '-o', '-', '--depfile', dep, a).want(2)
    with open(a, 'rb') as f:
        bench.run('link', '-o', out, '--depfile', dep, '-', stdin=f).want(0)
    with open(dep, encoding='utf-8') as f:
        assert f.read() == out + ':\n'


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
