#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""What holds for all verbs: spellings of options, @files, exit statuses, outputs, standard streams,
and that no bytes and no words make the command crash."""
import glob
import hashlib
import os
import random
import resource
import shutil
import stat
import subprocess
import sys

import command


def digest(path):
    with open(path, 'rb') as f:
        return hashlib.sha256(f.read()).hexdigest()


# --- spelling ---------------------------------------------------------------------------

def test_spellings(bench):
    user, owner = bench.prog('byname_user'), bench.prog('byname_owner')
    bench.run('link', '-o', bench.path('0'), user, owner).want(0)
    for i, words in enumerate((['-oOUT'], ['--output', 'OUT'], ['--output=OUT'], ['-q', '-oOUT'],
                               ['-qvoOUT'], ['-vqo', 'OUT'])):
        out = bench.path(str(i))
        words = [w.replace('OUT', out) for w in words]
        for args in ([*words, user, owner], [user, *words, owner], [user, owner, *words],
                     [*words, '--', user, owner]):
            bench.run('link', *args).want(0)
            os.unlink(out)
    bench.run('info', '--', '-j').want(3)
    doc = bench.run('info', '-qj', user).want(0).json()
    assert doc['schema'] == 1
    # The last one wins.
    bench.run('link', '-o', bench.path(), '-o', out, user, owner).want(0)
    assert os.path.exists(out)


def test_unknown_words(bench):
    obj = bench.prog('mapping_drop')
    for args in (['lonk', obj], ['info', '--nope', obj], ['info', '-X', obj], ['info'],
                 ['info', '--json=yes', obj], ['link', obj], ['link', '-o'], ['link', '--output'],
                 ['info', '--resolve', 'a=b', obj], ['info', '--color', 'pink', obj],
                 ['info', '--error-limit', '0', obj], ['info', '--error-limit', 'x', obj],
                 ['version', 'x'], ['features', 'x'], ['gen', 'skeleton', obj], ['load'],
                 ['link', '-o', 'x', '--resolve', 'novalue', obj],
                 ['link', '-o', 'x', '--resolve', 'a=b=c', obj], ['syms'], ['dis', obj, obj]):
        done = bench.run(*args).want(2)
        assert done.out == b'' and b'usage: bpfweld' in done.err, str(done)
        assert not os.path.exists('x')


def test_at_files(bench):
    user, owner = bench.prog('byname_user'), bench.prog('byname_owner')
    out = bench.path('with space.o')
    inner = bench.file(f"'{owner}'\n".encode())
    words = bench.file(f'-o "{out}"\n\t{user}  @{inner}'.encode())
    bench.run('link', '@' + words).want(0)
    assert os.path.exists(out)
    escaped = bench.file(out.replace(' ', '\\ ').encode())
    bench.run('info', '@' + escaped).want(0)
    bench.run('info', '@' + bench.file(b''), user).want(0)
    endless = bench.path('endless')
    with open(endless, 'w', encoding='utf-8') as f:
        f.write(f'@{endless}')
    assert b'too deep' in bench.run('info', '@' + endless).want(2).err
    # Eight files that each name the next one a hundred times.
    wide = bench.file(b'x')
    for _ in range(6):
        wide = bench.file(f'@{wide} '.encode() * 100)
    assert b'too many' in bench.run('info', '@' + wide).want(2).err
    for bad in ('/does/not/exist', '/', bench.file(b'a\0b'), bench.file(b'x' * (1 << 21))):
        bench.run('info', '@' + bad).want(2)
    # A lone @ is a file's name like any other.
    bench.run('info', '@').want(3)


# --- messages ---------------------------------------------------------------------------

def test_colour(bench):
    def coloured(*args, **env):
        done = bench.run('info', *args, '/does/not/exist',
                         env=dict({k: v for k, v in os.environ.items() if k != 'NO_COLOR'}, **env))
        return b'\033[' in done.want(3).err

    assert not coloured()
    assert coloured('--color', 'always') and coloured('--color=always', NO_COLOR='1')
    assert not coloured('--color', 'never') and not coloured('--color', 'auto')


def test_hostile_names_stay_tame(bench):
    """No control character of an input reaches a terminal; JSON stays JSON."""
    bench.need_runtime()
    obj = bench.compile('''int bad(void) asm("ba\\033[31md\\007\\x9b");
        SEC("xdp") int bad(void) { return 2; } char LICENSE[] SEC("license") = "G\\033PL";''')
    for verb in ('info', 'syms', 'dis', 'run', 'load'):
        done = bench.run(verb, obj)
        for text in (done.out, done.err):
            assert b'\033' not in text and b'\007' not in text, str(done)
        if done.status != 2:
            bench.run(verb, '--json', obj).json()
    bench.run('info', '\033[31m').want(3)
    assert b'\033' not in bench.run('info', '\033[31m').err


def conflict(bench):
    """Two objects with three conflicts."""
    return [bench.prog('mapping_drop'), bench.prog('mapping_dummy')]


def test_error_limit(bench):
    full = bench.run('link', '-o', bench.path(), *conflict(bench)).want(1).err.count(b'error[')
    assert full >= 3
    few = bench.run('link', '-o', bench.path(), '--error-limit', '1', *conflict(bench)).want(1)
    assert few.err.count(b'error[') == 1


def warning(bench):
    """An object whose reading gives a warning: records about a section that has another name."""
    obj = bench.compile('SEC("xdp") int a(void *c) { return 2; } SEC("tc") int b(void *c) '
                        '{ return 0; } char LICENSE[] SEC("license") = "GPL";')
    out = bench.path('renamed.o')
    if not shutil.which('llvm-objcopy-19'):
        bench.skip('llvm-objcopy-19 is missing')
    subprocess.run(['llvm-objcopy-19', '--rename-section', 'tc=tcx', obj, out], check=True)
    return out


def test_warnings(bench):
    obj = warning(bench)
    done = bench.run('info', obj).want(0)
    assert b'warning[E1143]' in done.err
    assert bench.run('info', '-q', obj).want(0).err == b''
    for spelling in ('-Werror', '--Werror'):
        assert b'error[E1143]' in bench.run('info', spelling, obj).want(1).err
        out = bench.path()
        bench.run('link', spelling, '-o', out, obj).want(1)
        assert not os.path.exists(out)
    doc = bench.run('info', '--json', obj).want(0).json()
    assert doc['diagnostics'][0]['code'] == 'E1143'
    assert doc['diagnostics'][0]['severity'] == 'warning'
    assert bench.run('info', '--json', '-q', obj).want(0).json()['diagnostics'] == []


def test_diagnostic_documents(bench):
    doc = bench.run('link', '--json', '-o', bench.path(), *conflict(bench)).want(1).json()
    assert doc['output'] is None and len(doc['inputs']) == 2
    for d in doc['diagnostics']:
        for key in ('code', 'severity', 'file', 'section', 'func', 'insn', 'source', 'text',
                    'notes', 'help'):
            assert key in d, (key, d)
        assert d['notes'] and d['text']
        if d['source']:
            assert d['source']['file'] and d['source']['line'] > 0


# --- statuses and outputs ---------------------------------------------------------------

def test_bad_inputs_are_3(bench):
    good = digest(bench.prog('mapping_drop'))
    bads = ['/does/not/exist', '/', '/bin/true', '/dev/null', bench.file(b'hello'),
            bench.file(b'\x7fELF' + bytes(100)), bench.file(b'BC\xc0\xde' + bytes(40)),
            bench.file(b'!<thin>\n')]
    for bad in bads:
        for verb in (['info'], ['syms'], ['dis'], ['run'], ['load'], ['btf', 'dump']):
            done = bench.run(*verb, bad).want(3)
            assert done.out == b'' and b'error' in done.err, str(done)
            bench.run(*verb, '--json', bad).want(3).json()
        out = bench.path()
        bench.run('link', '-o', out, bench.prog('mapping_drop'), bad).want(3)
        assert not os.path.exists(out)
    assert digest(bench.prog('mapping_drop')) == good


def test_all_bad_inputs_are_named(bench):
    done = bench.run('link', '-o', bench.path(), '/no/1', '/no/2', '/no/3').want(3)
    assert done.err.count(b'E0101') == 3


def test_outputs(bench):
    user, owner = bench.prog('byname_user'), bench.prog('byname_owner')
    want = digest(bench.link(user, owner))
    # A link stays a link, and what it leads to is replaced.
    real, link = bench.path('real.o'), bench.path('link.o')
    os.symlink(real, link)
    bench.run('link', '-o', link, user, owner).want(4)
    with open(real, 'wb') as f:
        f.write(b'old')
    os.chmod(real, 0o640)
    bench.run('link', '-o', link, user, owner).want(0)
    assert os.path.islink(link) and digest(real) == want
    assert stat.S_IMODE(os.stat(real).st_mode) == 0o640
    for bad in ('/does/not/exist.o', bench.scratch, '/proc/x.o', ''):
        done = bench.run('link', '-o', bad, user, owner).want(4)
        assert b'E0110' in done.err, str(done)
    bench.run('link', '-o', '/dev/null', user, owner).want(0)
    assert stat.S_ISCHR(os.stat('/dev/null').st_mode)
    assert not [f for f in os.listdir(bench.scratch) if 'bpfweld' in f or f.endswith('.tmp')]


def test_no_output_is_an_input(bench):
    """L04: by whatever name it goes."""
    copy = bench.file(open(bench.prog('mapping_drop'), 'rb').read(), 'copy.o')
    other, hard, before = bench.path('other.o'), bench.path('hard.o'), digest(copy)
    os.symlink(copy, other)
    os.link(copy, hard)
    for out in (copy, other, hard):
        bench.run('link', '-o', out, copy).want(2)
        bench.run('link', '-o', out, 'name=' + copy).want(2)
        bench.run('link', '-o', copy, out).want(2)
    assert digest(copy) == before


def test_an_old_output_survives_a_failure(bench):
    """L04: nothing is written until all is well."""
    out = bench.file(b'precious', 'out.o')
    bench.run('link', '-o', out, *conflict(bench)).want(1)
    with open(out, 'rb') as f:
        assert f.read() == b'precious'


def test_gen_object(bench):
    user, owner = bench.prog('byname_user'), bench.prog('byname_owner')
    out = bench.path()
    bench.run('gen', 'object', out, user, owner).want(0)
    assert digest(out) == digest(bench.link(user, owner))
    out = bench.path()
    bench.run('gen', 'object', out, bench.prog('mapping_dispatcher')).want(1)
    assert not os.path.exists(out)
    bench.run('gen', 'object', out).want(2)
    bench.run('gen', 'object').want(2)


def test_resolve_file(bench):
    files = [bench.prog('mapping_dispatcher'), 'a=' + bench.prog('mapping_dummy'),
             'b=' + bench.prog('mapping_drop'), '--private', 'a', '--private', 'b']
    text = b'# who runs\n\n  prog1=a:xdp_main \r\nprog2=b:xdp_main# last'
    by_file = bench.link(*files, '--resolve-file', bench.file(text))
    by_words = bench.link(*files, '--resolve', 'prog1=a:xdp_main', '--resolve', 'prog2=b:xdp_main')
    assert digest(by_file) == digest(by_words)
    done = bench.run('link', '-o', 'x', *files, '--resolve-file',
                     bench.file(b'prog1=a:xdp_main\nprog2')).want(3)
    assert b'E2103' in done.err and b':2\n' in done.err, str(done)
    bench.run('link', '-o', 'x', *files, '--resolve-file', bench.file(b'a=b\0')).want(3)
    bench.run('link', '-o', 'x', *files, '--resolve-file', '/does/not/exist').want(3)


def test_license_option(bench):
    obj = bench.link('--license', 'Dual BSD/GPL', bench.prog('byname_user'),
                     bench.prog('byname_owner'))
    assert bench.run('info', '--json', obj).want(0).json()['license'] == 'Dual BSD/GPL'


# --- standard streams -------------------------------------------------------------------

def test_standard_input(bench):
    """L38: of every verb."""
    bench.need_runtime()
    with open(bench.prog('mapping_drop'), 'rb') as f:
        data = f.read()
    for verb in (['info'], ['syms'], ['dis'], ['run'], ['btf', 'dump']):
        want = bench.run(*verb, bench.prog('mapping_drop')).want(0).out.splitlines()[1:]
        got = bench.run(*verb, '-', input=data).want(0).out.splitlines()[1:]
        assert got == want, verb
    bench.run('info', '-', input=b'').want(3)
    bench.run('run', '--data', '-', '-', input=data).want(2)
    bench.run('link', '-o', 'x', '-', 'b=-', input=data).want(2)


def test_lost_output(bench):
    """What can't be written is a failure of the environment."""
    bench.need_runtime()
    obj = bench.prog('mapping_drop')
    for args in (['info', obj], ['dis', obj], ['help'], ['help', 'link'], ['version'],
                 ['explain', '--all'], ['run', obj], ['link', '-o', '-', obj],
                 ['info', '--json', obj]):
        with open('/dev/full', 'wb') as full:
            done = subprocess.run([bench.bpfweld, *args], stdout=full, stderr=subprocess.PIPE)
        assert done.returncode == 4 and b'write' in done.stderr, (args, done)


def test_closed_streams(bench):
    """A closed stream is never taken for a file that was opened later."""
    obj, out = bench.prog('mapping_drop'), bench.path()
    want = digest(bench.link(obj))

    def shell(words, redirect):
        return subprocess.run(['sh', '-c', f'"$@" {redirect}', 'sh', bench.bpfweld, *words],
                              capture_output=True)

    for redirect in ('<&-', '>&-', '2>&-', '<&- >&- 2>&-'):
        done = shell(['link', '-o', out, '-v', obj], redirect)
        assert done.returncode == 0 and digest(out) == want, (redirect, done)
    assert shell(['info', obj], '>&-').returncode == 4
    assert shell(['info', '-'], '<&-').returncode == 3
    assert shell(['info', '/does/not/exist'], '2>&-').returncode == 3


# --- hostile ----------------------------------------------------------------------------

def limits():
    """A time limit; not of address space, which sanitizers need a lot of."""
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


def mutate(rng, data):
    data = bytearray(data)
    if rng.random() < 0.25:
        return bytes(data[:rng.randrange(len(data))])
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.choice((rng.randrange(64), rng.randrange(len(data)),
                         len(data) - 1 - rng.randrange(min(1024, len(data)))))
        data[at] = rng.choice((0, 1, 0x7f, 0x80, 0xff, rng.randrange(256)))
    return bytes(data)


def test_mutated_objects(bench):
    """Any bytes: a status that has a meaning, and no report of a sanitizer."""
    bench.need_runtime()
    rng = random.Random(2026)
    names = ['mapping_drop', 'mapping_dispatcher', 'byname_user', 'byname_owner.eb', 'kinds_maps',
             'kinds_globals', 'kinds_calls', 'kinds_externs', 'kinds_legacy', 'kinds_core']
    names += [n + '.gcc' for n in ('byname_user', 'kinds_globals')]
    sources = [p for p in (os.path.join(bench.progs, n + '.o') for n in names)
               if os.path.exists(p)]
    out, seen = bench.path(), {}
    for i in range(100):
        with open(sources[i % len(sources)], 'rb') as f:
            path = bench.file(mutate(rng, f.read()), 'm.o')
        for verb in (['info', '--all'], ['syms', '--json'], ['dis'], ['btf', 'dump'],
                     ['link', '--allow-unresolved', '-o', out],
                     ['run', '--engine', 'checked', '--maps']):
            done = bench.run(*verb, path, preexec_fn=limits)
            assert done.status in (0, 1, 2, 3, 4), str(done)
            assert done.status == 0 or b'error' in done.err or b'usage' in done.err \
                or b'"severity":"error"' in done.out, str(done)
            seen[done.status] = seen.get(done.status, 0) + 1
            assert done.status == 0 or not os.path.exists(out)
            if os.path.exists(out):
                os.unlink(out)
        os.unlink(path)
    print('statuses of mutated objects:', dict(sorted(seen.items())))
    assert seen[0] > 50 and seen[3] > 50, seen


WORDS = ['-o', '-', '--', '-j', '--json', '-p', 'xdp_main', '--resolve', 'a=b', 'prog1=', '=', ':',
         '--private', '--export', 'x:y', '--all', '--raw', '--mem', '--pcap', '--data', '--repeat',
         '7', '-1', '--engine', 'checked', '--type', 'xdp', '--color=always', '--error-limit=1',
         '-Werror', '--Werror=x', '-qv', '-oo', '@', '@@', '@/dev/null', '%s%n%n', 'A' * 5000,
         '\xff\xfe', '', ' ', '--output=', '--license', '--section', 'dump', 'E0101', '--maps',
         '--allow-unresolved', 'a=-', '/dev/null', '/', '--ctx', '--base', '--helpers']


def test_random_words(bench):
    rng = random.Random(7)
    verbs = ['link', 'info', 'syms', 'dis', 'btf', 'run', 'explain', 'help', 'version', 'gen']
    words = WORDS + [bench.prog('mapping_drop'), bench.prog('mapping_dispatcher')]
    before = digest(bench.prog('mapping_drop'))
    place = bench.path('place')
    os.mkdir(place)
    for _ in range(400):
        args = [rng.choice(verbs)] + [rng.choice(words) for _ in range(rng.randrange(8))]
        done = bench.run(*args, cwd=place, input=b'', preexec_fn=limits)
        assert done.status in (0, 1, 2, 3, 4), str(done)
    assert digest(bench.prog('mapping_drop')) == before
    for left in glob.glob(place + '/*'):
        os.unlink(left)


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
