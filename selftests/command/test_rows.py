#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Rows of docs/linking.md by what the linked programs do, in both engines and in both orders of the
inputs, where no other test holds them."""
import itertools
import os
import struct
import sys
import threading

import command

GPL = 'char LICENSE[] SEC("license") = "GPL";\n'
XDP = 'SEC("xdp") int xdp_main(struct xdp_md *ctx) '


def links(bench, *inputs, args=()):
    """The link in every order of its inputs."""
    for order in itertools.permutations(inputs):
        yield bench.link(*args, *order)


def values(bench, want, *inputs, program='xdp_main', args=()):
    """What a program returns, whatever the order and the engine."""
    for obj in links(bench, *inputs, args=args):
        for engine in bench.engines():
            got = bench.retval(obj, program, engine=engine)
            assert got == want, (engine, got, want, inputs)


def said(bench, status, *args):
    """The diagnostics of a link."""
    done = bench.run('link', '--json', '-o', bench.path(), *args).want(status)
    return done.json()['diagnostics']


def places(diagnostic):
    """Names of the files that a diagnostic speaks of."""
    every = [diagnostic, *diagnostic['notes']]
    return {os.path.basename(p['file']) for p in every if p.get('file')}


def test_unresolved_weak(bench):
    """(L17) Address 0, and calls behind a test of it never happen; no flag is needed, also when the
    result is linked again, with or without the definition."""
    user = bench.compile('extern int maybe(int x) __weak;\nextern int thing __weak;\n' + XDP +
                         '{ return (maybe ? maybe(40) : 2) + (&thing ? thing : 0); }\n' + GPL)
    owner = bench.compile('__noinline int maybe(int x) { return x + 1; }\nint thing = 5;\n' + GPL)
    values(bench, 2, user)
    again = bench.link(bench.link(user))
    values(bench, 2, again)
    values(bench, 46, user, owner)
    values(bench, 46, again, owner)


MAP = ('struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); '
       '__type(value, __u64); } shared SEC(".maps");\n')
USE = XDP + ('{ __u32 k = 0; __u64 *v = bpf_map_lookup_elem(&shared, &k); '
             'return v ? 7 : 1; }\n' + GPL)


def test_unresolved_map(bench):
    """(L18) An error at link; a partial link keeps it, and the next one resolves it."""
    user = bench.compile('extern ' + MAP + USE)
    errors = said(bench, 1, user)
    assert 'shared' in errors[0]['text'], errors
    part = bench.link('--allow-unresolved', user)
    values(bench, 7, part, bench.compile(MAP + GPL))


KSYMS = ('extern void bpf_rcu_read_lock(void) __ksym%s;\nextern %s CONFIG_HZ __kconfig%s;\n'
         'SEC("xdp") int f%d(struct xdp_md *ctx) { bpf_rcu_read_lock(); return CONFIG_HZ; }\n')


def test_externs_of_the_loader(bench):
    """(L19) One extern for all files, strong if one of them is; of two types both are shown."""
    weak = bench.compile(KSYMS % (' __weak', 'int', ' __weak', 1) + GPL)
    strong = bench.compile(KSYMS % ('', 'int', '', 2) + GPL)
    for obj in links(bench, weak, strong):
        info = bench.run('info', '--json', obj).want(0).json()
        found = {e['name']: (e['kind'], e['weak']) for e in info['externs']}
        assert found == {'bpf_rcu_read_lock': ('kfunc', False), 'CONFIG_HZ': ('kconfig', False)}
    for obj in links(bench, weak, bench.compile(KSYMS % (' __weak', 'int', ' __weak', 2) + GPL)):
        info = bench.run('info', '--json', obj).want(0).json()
        assert all(e['weak'] for e in info['externs']), info['externs']
    other = bench.compile(KSYMS % ('', 'long', '', 2) + GPL)
    errors = [d for d in said(bench, 1, weak, other) if d['severity'] == 'error']
    text = errors[0]['text'] + ' '.join(n['text'] for n in errors[0]['notes'])
    assert 'CONFIG_HZ' in text and 'int' in text and 'long' in text, errors
    assert len(places(errors[0])) == 2, errors


def test_ksym_that_an_input_defines(bench):
    """(L05, L20) It is bound like any other extern, and no trace of .ksyms is left that makes the
    kernel refuse the types."""
    user = bench.compile('extern int helper(int x) __ksym;\n' + XDP + '{ return helper(20); }\n' +
                         GPL)
    owner = bench.compile('__noinline int helper(int x) { return x * 2; }\n' + GPL)
    values(bench, 40, user, owner)
    for obj in links(bench, user, owner):
        info = bench.run('info', '--json', obj).want(0).json()
        assert info['externs'] == [], info
        assert b'ksyms' not in bench.run('btf', 'dump', obj).want(0).out
        if 'kernel' in bench.engines():
            done = bench.run('load', '--json', obj).want(0)
            assert done.json()['diagnostics'] == [], str(done)


def test_losing_bodies_are_dropped(bench):
    """(L09) Of a weak function that lost nothing is left: neither code nor records nor tags, and the
    winner's type is that of its own source."""
    loser = bench.compile('#define TAG(t) __attribute__((btf_decl_tag(t)))\n'
                          'int __weak TAG("of the loser") f(int lost) { return lost * 1000; }\n' +
                          XDP + '{ return f(4); }\n' + GPL)
    winner = bench.compile('#define TAG(t) __attribute__((btf_decl_tag(t)))\n'
                           '__noinline TAG("of the winner") int f(int won) { return won + 1; }\n' +
                           GPL)
    values(bench, 4000, loser)
    values(bench, 5, loser, winner)
    for obj in links(bench, loser, winner):
        types = bench.run('btf', 'dump', obj).want(0).out.decode()
        assert 'of the winner' in types and 'of the loser' not in types, types
        assert "'won'" in types and "'lost'" not in types, types
        code = bench.run('dis', obj).want(0).out.decode()
        assert 'lost * 1000' not in code and code.count('<f>:') == 1, code


def test_data_is_concatenated(bench):
    """(L24) Sections of one name, each part in its own order and alignment."""
    first = bench.compile('char a = 1, b = 2; char c SEC(".data.mine") = 3;\n'
                          'const volatile char d = 4; char zero;\n'
                          'extern long far, wide; extern const volatile long rest;\n' + XDP +
                          '{ a++; zero++; return a + b * 2 + c * 4 + d * 8 + zero + far + wide + '
                          'rest + ((long)&far & 7); }\n' + GPL)
    second = bench.compile('char pad = 9; long far = 100; long wide SEC(".data.mine") = 1000;\n'
                           'const volatile long rest = 10000; long none[3];\n' + GPL)
    values(bench, 2 + 4 + 12 + 32 + 1 + 100 + 1000 + 10000, first, second)
    for obj in links(bench, first, second):
        info = bench.run('info', '--json', obj).want(0).json()
        names = sorted(m['name'] for m in info['maps'])
        assert names == ['.bss', '.data', '.data.mine', '.rodata'], names


def test_section_that_no_loader_knows(bench):
    """(L26) A warning where it is linked; a map of its own to bpfweld's loader."""
    obj = bench.compile('int mine SEC("my_numbers") = 41;\n' + XDP + '{ return ++mine; }\n' + GPL)
    warnings = [d for d in said(bench, 0, obj) if d['severity'] == 'warning']
    assert len(warnings) == 1 and 'my_numbers' in warnings[0]['text'], warnings
    values(bench, 42, obj)
    bench.run('link', '-Werror', '-o', bench.path(), obj).want(1)


def test_sections_that_differ(bench):
    """(L27) Type or flags of one name: both files are named."""
    pairs = [('int a SEC(".data.x") = 1;\n', 'const int b SEC(".data.x") = 2;\n'),
             ('int a SEC(".data.x") = 1;\n',
              'asm(".section .data.x,\\"aw\\",@nobits\\n.zero 4\\n");\n')]
    for one, two in pairs:
        files = [bench.compile(text + GPL, name=name) for text, name in ((one, 'one.o'),
                                                                        (two, 'two.o'))]
        errors = [d for d in said(bench, 1, *files) if d['severity'] == 'error']
        found = set().union(*map(places, errors))
        assert found == {os.path.basename(f) for f in files}, errors
        assert '.data.x' in errors[0]['text'], errors


def test_licences(bench):
    """(L28) Those that go with the GPL go with each other; the first is kept, a note says so."""
    def licensed(text, name):
        body = f'SEC("xdp") int {name}(struct xdp_md *ctx) {{ return 2; }}\n'
        end = f'char LICENSE[] SEC("license") = "{text}";\n' if text else ''
        return bench.compile(body + end, name=name + '.o')
    gpl, dual = licensed('GPL', 'f'), licensed('Dual BSD/GPL', 'g')
    closed, other, silent = (licensed(t, n) for t, n in (('Proprietary', 'h'), ('Secret', 'i'),
                                                         (None, 'j')))

    def licence(obj):
        return bench.run('info', '--json', obj).want(0).json()['license']
    assert licence(bench.link(gpl, dual)) == 'GPL'
    assert licence(bench.link(dual, gpl)) == 'Dual BSD/GPL'
    assert licence(bench.link(silent, gpl)) == 'GPL' and licence(bench.link(gpl, silent)) == 'GPL'
    assert [d['severity'] for d in said(bench, 0, gpl, dual)] == ['note']
    for pair in ((gpl, closed), (closed, gpl), (closed, other)):
        errors = [d for d in said(bench, 1, *pair) if d['severity'] == 'error']
        assert places(errors[0]) == {os.path.basename(p) for p in pair}, errors
    assert licence(bench.link('--license', 'GPL', closed, other)) == 'GPL'


def test_programs_of_one_section_name(bench):
    """(L29) Each function is a program."""
    parts = [bench.compile(f'SEC("xdp") int p{n}(struct xdp_md *ctx) {{ return {n}; }}\n'
                           f'SEC("xdp") int q{n}(struct xdp_md *ctx) {{ return {n} + 10; }}\n' +
                           GPL)
             for n in (1, 2, 3)]
    for obj in links(bench, *parts):
        info = bench.run('info', '--json', obj).want(0).json()
        found = sorted((p['name'], p['section']) for p in info['programs'])
        assert found == [(c + n, 'xdp') for c in 'pq' for n in '123'], found
        for n in (1, 2, 3):
            for engine in bench.engines():
                assert bench.retval(obj, f'p{n}', engine=engine) == n
                assert bench.retval(obj, f'q{n}', engine=engine) == n + 10


def test_names_of_equal_statics_are_kept_apart(bench):
    """(L14, L15) In the types too, where skeletons take names from."""
    def part(n):
        return bench.compile('static volatile int hidden = %d;\nstatic ' % n + MAP +
                             '__noinline int part%d(struct xdp_md *ctx) { __u32 k = 0; return '
                             'bpf_map_lookup_elem(&shared, &k) ? hidden : -1; }\n' % n + GPL)
    user = bench.compile('struct xdp_md; extern int part3(struct xdp_md *ctx);\n'
                         'extern int part4(struct xdp_md *ctx);\n' + XDP +
                         '{ return part3(ctx) * 10 + part4(ctx); }\n' + GPL)
    values(bench, 34, user, part(3), part(4))
    for obj in links(bench, user, part(3), part(4)):
        text = bench.run('btf', 'dump', obj).want(0).out.decode()
        for name in ("'hidden'", "'hidden__1'", "'shared'", "'shared__1'"):
            assert f'VAR {name}' in text, (name, text)


# --- files that compilers don't write --------------------------------------------------------


def sections(data):
    """Name -> offset of its header, offset and size of its bytes."""
    at, = struct.unpack_from('<Q', data, 40)
    n, names = struct.unpack_from('<HH', data, 60)
    heads = [(at + 64 * i, *struct.unpack_from('<IIQQQQ', data, at + 64 * i)) for i in range(n)]
    text = heads[names][5]
    return {data[text + h[1]:data.index(b'\0', text + h[1])].decode(): (h[0], h[5], h[6])
            for h in heads}


def widen(path, by):
    """The object with func_info and line_info records that are longer by so many bytes."""
    with open(path, 'rb') as f:
        data = bytearray(f.read())
    head, off, size = sections(bytes(data))['.BTF.ext']
    ext = data[off:off + size]
    length, = struct.unpack_from('<I', ext, 4)
    parts = struct.unpack_from('<6I', ext, 8)
    body, out, places_at = ext[length:], bytearray(), []
    for i, (start, end) in enumerate(zip(parts[0::2], parts[1::2])):
        part, start_out = body[start:start + end], len(out)
        grown = wider(part, by) if i < 2 else part
        out += grown
        places_at += [start_out, len(grown)]
    ext[8:32] = struct.pack('<6I', *places_at)
    struct.pack_into('<QQ', data, head + 24, len(data), length + len(out))
    return data + ext[:length] + out


def wider(part, by):
    size, = struct.unpack_from('<I', part)
    out, at = bytearray(struct.pack('<I', size + by)), 4
    while at < len(part):
        _, n = struct.unpack_from('<II', part, at)
        out += part[at:at + 8]
        at += 8
        for _ in range(n):
            out += part[at:at + size] + b'\xee' * by
            at += size
    return out


def test_longer_records(bench):
    """(L32) Records with a tail that nobody knows yet: read without it, and said."""
    obj = bench.compile(XDP + '{ return 3; }\n' + GPL)
    wide = bench.file(widen(obj, 8), 'wide.o')
    notes = said(bench, 0, wide)
    assert [d['severity'] for d in notes] == ['note'] * 2, notes
    values(bench, 3, wide)
    listing = [bench.run('dis', bench.link(o)).want(0).out for o in (obj, wide)]
    assert listing[0] == listing[1] and b'; int xdp_main' in listing[0], listing


def test_dropped_sections(bench):
    """(L39) DWARF and tables for other linkers don't reach the output."""
    obj = bench.compile('asm(".section .llvm_addrsig,\\"e\\",@0x6fff4c03\\n.byte 1\\n.text");\n' +
                        XDP + '{ return 3; }\n' + GPL)
    for path, there in ((obj, True), (bench.link(obj), False)):
        with open(path, 'rb') as f:
            names = sections(f.read())
        assert any(n.startswith('.debug') for n in names) == there, names
        assert ('.llvm_addrsig' in names) == there, names


def test_other_files_are_named(bench):
    """(L37) Each as what it is, and all of them in one run."""
    text = 'int f(void) { return 1; }\n'
    files = {'LLVM bitcode': bench.compile(text, '-target', 'bpfel', '-emit-llvm', name='bit.o'),
             'x86-64': bench.compile(text, '-target', 'x86_64-linux-gnu', name='host.o'),
             'is text': bench.file(text.encode(), 'text.o'),
             'empty': bench.file(b'', 'empty.o')}
    found = said(bench, 3, *files.values())
    assert len(found) == len(files), found
    for (words, path), diagnostic in zip(files.items(), found):
        assert words in diagnostic['text'], (words, diagnostic)
        assert os.path.basename(diagnostic['file']) == os.path.basename(path), diagnostic


def test_notes_and_groups(bench):
    """(L40) Notes are dropped; of a function that several inputs carry in a group, one stays."""
    group = ('asm(".section .note.mine,\\"\\",@note\\n.long 0\\n"\n'
             '    ".section .text.twice,\\"axG\\",@progbits,twice,comdat\\n.weak twice\\n"\n'
             '    ".type twice,@function\\ntwice:\\nr0 = %d\\nexit\\n.size twice, .-twice\\n"\n'
             '    ".text");\n'
             'int twice(void);\n')
    user = bench.compile(group % 21 + XDP + '{ return twice() * 2; }\n' + GPL)
    other = bench.compile(group % 21 + '__noinline int other(void) { return twice(); }\n' + GPL)
    values(bench, 42, user, other)
    with open(bench.link(user, other), 'rb') as f:
        names = sections(f.read())
    assert not any(n.startswith('.note') or n == '.group' for n in names), names


def test_byte_orders(bench):
    """(L43) Big-endian inputs link to the same in their byte order; the two don't mix."""
    found = []
    for target, name in (('bpfel', 'little'), ('bpfeb', 'big')):
        a = bench.compile('extern int f(int x);\n' + XDP + '{ return f(4); }\n' + GPL, '-target',
                          target, '-g', name=name + '1.o')
        b = bench.compile('int table[2] = { 5, 6 };\n__noinline int f(int x) '
                          '{ return table[x & 1] + x; }\n' + GPL, '-target', target, '-g',
                          name=name + '2.o')
        linked = bench.link(a, b)
        info = bench.run('info', '--json', linked).want(0).json()
        assert info['big_endian'] == (name == 'big') and info['externs'] == [], info
        found.append((a, b, bench.run('dis', '--no-source', linked).want(0).out))
    assert found[0][2] == found[1][2], found
    errors = said(bench, 1, found[0][0], found[1][1])
    want = {os.path.basename(found[0][0]), os.path.basename(found[1][1])}
    assert places(errors[0]) == want, errors


def fill(path, data):
    with open(path, 'wb') as f:
        f.write(data)


def test_pipes(bench):
    """(L38) An input need not be a file that can be sought in."""
    with open(bench.prog('byname_owner'), 'rb') as f:
        data = f.read()
    out, pipe = bench.path(), bench.path('pipe')
    os.mkfifo(pipe)
    writer = threading.Thread(target=fill, args=(pipe, data))
    writer.start()
    bench.run('link', '-o', out, bench.prog('byname_user'), 'owner=' + pipe).want(0)
    writer.join()
    assert bench.retval(out, 'xdp_user') == 222
    bench.run('link', '-o', out, bench.prog('byname_user'), '-', input=data).want(0)
    assert bench.retval(out, 'xdp_user') == 222


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
