#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Archives as inputs (L36): which members are taken, by what, in any order; -L, -l and
--whole-archive; who made the archive. What is taken is seen in what the program returns."""
import itertools
import os
import shutil
import subprocess
import sys

import command

SIDES = {'main': 1, 'first': 2, 'second': 3, 'other': 4, 'maybe': 5}
LONG = 'a_name_that_does_not_fit_into_a_header'


def member(bench, name):
    with open(bench.prog(f'link_archive.{SIDES[name]}'), 'rb') as f:
        return f.read()


def head(name, size):
    return f'{name:16}{0:<12}{0:<6}{0:<6}{"644":8}{size:<10}`\n'.encode()


def entry(name, data):
    return head(name, len(data)) + data + b'\n' * (len(data) % 2)


def gnu(members):
    """What GNU ar and llvm-ar write; the symbol table is nonsense."""
    table = ''.join(f'{n}/\n' for n, _ in members if len(n) > 15)
    out = b'!<arch>\n' + entry('/', b'\0\0\0\1\xff\xff\xff\xfffirst\0')
    if table:
        out += entry('//', table.encode())
    for name, data in members:
        short = name + '/' if len(name) <= 15 else f'/{table.index(name + "/")}'
        out += entry(short, data)
    return out


def bsd(members):
    out = b'!<arch>\n' + entry('#1/12', b'__.SYMDEF\0\0\0' + bytes(8))
    for name, data in members:
        padded = name.encode() + b'\0' * (-len(name) % 4)
        out += entry(f'#1/{len(padded)}', padded + data)
    return out


def old_bsd(members):
    return b'!<arch>\n' + entry('__.SYMDEF', bytes(8)) + b''.join(entry(n, d) for n, d in members)


def archive(bench, *names, name='lib.a', make=gnu):
    return bench.file(make([(n + '.o', member(bench, n)) for n in names]), name)


def result(bench, obj):
    values = {bench.retval(obj, 'archive_main', engine=engine) for engine in bench.engines()}
    assert len(values) == 1, values
    return values.pop()


def inputs(bench, *args, status=0):
    out = bench.path()
    doc = bench.run('link', '--json', '-o', out, *args).want(status).json()
    return [i['name'].rsplit('__', 1)[-1] for i in doc['inputs'][1:]], out


def main_of(bench):
    return 'main=' + bench.prog('link_archive.1')


def test_members_that_are_wanted(bench):
    """What a weak extern wants isn't; nor is what nobody wants."""
    lib = archive(bench, 'maybe', 'second', 'first')
    names, obj = inputs(bench, main_of(bench), lib)
    assert names == ['second', 'first'], names
    assert result(bench, obj) == 113
    programs = bench.run('info', '--json', obj).want(0).json()['programs']
    assert [p['name'] for p in programs] == ['archive_main'], programs


def test_order_only_chooses_the_first(bench):
    a, b = archive(bench, 'first', name='liba.a'), archive(bench, 'second', name='libb.a')
    c = archive(bench, 'other', name='libc.a')
    for order in itertools.permutations([main_of(bench), a, b, c]):
        obj = bench.link(*order)
        want = 113 if order.index(b) < order.index(c) else 211
        assert result(bench, obj) == want, order


def test_an_object_comes_before_archives(bench):
    lib = archive(bench, 'first', 'second')
    for words in itertools.permutations([main_of(bench), lib, bench.prog('link_archive.4')]):
        assert result(bench, bench.link(*words)) == 211


def test_order_of_inputs_changes_no_byte_of_members(bench):
    """The same members, whichever input wants them first."""
    lib = archive(bench, 'other', 'first', 'second')
    assert inputs(bench, lib, main_of(bench))[0] == inputs(bench, main_of(bench), lib)[0]


def test_makers(bench):
    """Names of GNU, BSD and old BSD; symbol tables that lie; an odd size."""
    for make in (gnu, bsd, old_bsd):
        lib = archive(bench, 'second', 'first', make=make)
        names, obj = inputs(bench, main_of(bench), lib)
        assert names == ['second', 'first'] and result(bench, obj) == 113, make
    lib = bench.file(gnu([('odd', b'x' * 7), (LONG + '.o', member(bench, 'first')),
                          (LONG + '2.o', member(bench, 'second'))]), 'lib.a')
    names, obj = inputs(bench, main_of(bench), lib)
    assert names == [LONG, LONG + '2'] and result(bench, obj) == 113


def test_llvm_and_gnu_ar(bench):
    makers = [[tool, *how] for tool, how in (
        ('ar', ['rc']), ('llvm-ar-19', ['rcs']), ('llvm-ar-19', ['rcS']),
        ('llvm-ar-19', ['rcs', '--format=bsd']), ('llvm-ar-19', ['rcs', '--format=darwin']))
        if shutil.which(tool)]
    if not makers:
        bench.skip('no ar')
    objs = [bench.file(member(bench, n), n + '.o') for n in ('maybe', 'first', 'second')]
    for tool, how, *rest in makers:
        lib = bench.path('libmade.a')
        subprocess.run([tool, *rest, how, lib, *objs], check=True, capture_output=True)
        assert result(bench, bench.link(main_of(bench), lib)) == 113, (tool, how, rest)


def test_thin(bench):
    if not shutil.which('llvm-ar-19'):
        bench.skip('no llvm-ar-19')
    lib = bench.path('libthin.a')
    subprocess.run(['llvm-ar-19', 'rcs', '--thin', lib, bench.prog('link_archive.2')], check=True)
    done = bench.run('link', '-o', bench.path(), main_of(bench), lib).want(3)
    assert b'a thin ar archive' in done.err and b'E1004' in done.err, done.err


def test_libraries(bench):
    """-L and -l in any order; the first folder that has it."""
    dirs = [bench.path('dir') for _ in range(3)]
    for d in dirs:
        os.mkdir(d)
    for d, names in zip(dirs[1:], (['first', 'other'], ['first', 'second'])):
        shutil.copy(archive(bench, *names), os.path.join(d, 'libfilter.a'))
    options = [f'-L{dirs[0]}', '-L', dirs[1], '--library-path', dirs[2]]
    for args in (options + ['-lfilter'], ['--library=filter'] + options):
        assert result(bench, bench.link(main_of(bench), *args)) == 211
    done = bench.run('link', '-o', bench.path(), main_of(bench), *options, '-lnone').want(1)
    assert b'E2150' in done.err and all(d.encode() in done.err for d in dirs), done.err
    done = bench.run('link', '-o', bench.path(), main_of(bench), '-l', 'none').want(1)
    assert b'-L DIR' in done.err, done.err


def test_a_library_is_not_overwritten(bench):
    d = bench.path('dir')
    os.mkdir(d)
    lib = os.path.join(d, 'libx.a')
    shutil.copy(archive(bench, 'first', 'second'), lib)
    bench.run('link', '-o', lib, main_of(bench), '-L', d, '-lx').want(2)
    bench.run('link', '-o', lib, main_of(bench), lib).want(2)
    assert result(bench, bench.link(main_of(bench), lib)) == 113


def test_whole_archive(bench):
    lib = archive(bench, 'maybe', 'first', 'second')
    names, obj = inputs(bench, '--whole-archive', main_of(bench), lib)
    assert names == ['maybe', 'first', 'second'] and result(bench, obj) == 5113
    names = [p['name'] for p in bench.run('info', '--json', obj).want(0).json()['programs']]
    assert sorted(names) == ['archive_main', 'bystander'], names
    # Also without any object.
    alone = bench.link('--whole-archive', archive(bench, 'maybe', 'second'))
    assert bench.retval(alone, 'bystander') == 10000
    done = bench.run('link', '-o', bench.path(), lib).want(1)
    assert b'E2067' in done.err and b'--whole-archive' in done.err, done.err


def test_whole_archive_conflicts(bench):
    """All members count, so two that define one name clash; the places name archive and member."""
    lib = archive(bench, 'second', 'other')
    done = bench.run('link', '-o', bench.path(), '--whole-archive', lib).want(1)
    assert b'E2001' in done.err and b'(second.o)' in done.err and b'(other.o)' in done.err, done.err


def test_mapping_takes_a_member(bench):
    """LIB:FUNC, global or static; LIB__MEMBER:FUNC; and a plain FUNC that only an archive has."""
    lib = archive(bench, 'other', 'second', 'first', name='libm.a')
    for target, want in (('m:second', 200), ('m:helper', 2), ('m__second:second', 102),
                         ('second', 200)):
        obj = bench.link(main_of(bench), 'm=' + lib, '--resolve', f'first={target}')
        assert result(bench, obj) == want, target
    done = bench.run('link', '-o', bench.path(), main_of(bench), 'm=' + lib, '--resolve',
                     'first=m:seconb').want(1)
    assert b'E2049' in done.err and b'no function of m' in done.err, done.err


def test_mapping_of_a_members_extern(bench):
    lib = archive(bench, 'first', 'second')
    other = 'o=' + bench.prog('link_archive.5')
    for extern in ('m:second', 'm__first:second', 'second'):
        obj = bench.link(main_of(bench), 'm=' + lib, other, '--resolve', extern + '=o:maybe')
        assert result(bench, obj) == 1 + 5000 + 10 + 5000, extern


def test_names_of_archives(bench):
    lib = archive(bench, 'first', 'second', name='my-lib.a')
    names = [i['name'] for i in bench.run(
        'link', '--json', '-o', bench.path(), main_of(bench), lib).want(0).json()['inputs']]
    stem = os.path.basename(lib).rsplit('.', 1)[0].replace('-', '_')
    stem = '_' + stem if stem[0].isdigit() else stem
    assert names == ['main', stem + '__first', stem + '__second'], names
    done = bench.run('link', '-o', bench.path(), main_of(bench), 'm=' + lib, '--private', 'm')
    assert b'E2156' in done.want(1).err, done.err
    done = bench.run('link', '-o', bench.path(), 'm=' + bench.prog('link_archive.1'), 'm=' + lib)
    assert b'E2061' in done.want(1).err, done.err


def test_private_member(bench):
    """Its names answer nobody, so the other second() does."""
    lib = archive(bench, 'first', 'second')
    names, obj = inputs(bench, main_of(bench), 'm=' + lib, bench.prog('link_archive.4'),
                        '--resolve', 'maybe=m__second:helper', '--private', 'm__second')
    assert result(bench, obj) == 211 + 2, names


def test_renamed_and_wrapped(bench):
    """What is wanted is what binding will look for."""
    lib = archive(bench, 'maybe', 'second', 'first')
    obj = bench.link(main_of(bench), 'm=' + lib, '--rename', 'main:first=second')
    assert result(bench, obj) == 102
    obj = bench.link(main_of(bench), 'm=' + lib, '--rename', 'm__maybe:maybe=first')
    assert result(bench, obj) == 5000
    other = bench.compile('int __real_second(int); __noinline int __wrap_second(int x)'
                          '{ return __real_second(x) + 1000; }')
    obj = bench.link(main_of(bench), lib, other, '--wrap', 'second')
    assert result(bench, obj) == 1113


def test_members_of_other_kinds(bench):
    lib = bench.file(gnu([('README', b'hello\n'), ('first.o', member(bench, 'first')),
                          ('second.o', member(bench, 'second'))]), 'lib.a')
    done = bench.run('link', '-o', (out := bench.path()), main_of(bench), lib).want(0)
    assert b'E2153' in done.err and b'README is text' in done.err, done.err
    assert result(bench, out) == 113
    done = bench.run('link', '-o', out, '--whole-archive', main_of(bench), lib).want(3)
    assert b'E1004' in done.err and b'(README)' in done.err, done.err


def test_malformed(bench):
    whole = gnu([('first.o', member(bench, 'first'))])
    for broken in (whole[:-100], whole[:100], whole.replace(b'`\n', b'``', 1), whole + b'x'):
        lib = bench.file(broken, 'lib.a')
        done = bench.run('link', '-o', bench.path(), main_of(bench), lib).want(3)
        assert b'E1028' in done.err, done.err


def test_through_a_pipe(bench):
    lib = archive(bench, 'first', 'second')
    with open(lib, 'rb') as f:
        data = f.read()
    for name in ('-', 'm=-', '/dev/stdin', '/dev/fd/0'):
        out = bench.path()
        bench.run('link', '-o', out, main_of(bench), name, input=data).want(0)
        assert result(bench, out) == 113


command.main(sys.modules[__name__])
