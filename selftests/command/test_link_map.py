#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""What a link says about itself: the link map, --why and --trace-symbol (linking.md L39, L67, L71;
A3.16)."""
import json
import os
import subprocess
import sys

import command

GPL = 'char LICENSE[] SEC("license") = "GPL";\n'
MAIN = ('extern int f(int), late(void) __weak, g(int);\nSEC("xdp") int xdp_main(struct xdp_md *ctx)\n'
        '{\n\tint n = f(1);\n\n\tif (late)\n\t\tn += late();\n\treturn n + g(2);\n}\n' + GPL)
LIB = ('static volatile int count = 1;\n__weak int weak(void) { return 1; }\n'
       '__noinline int f(int x) { return x + count; }\n' + GPL)
OTHER = ('static volatile int count = 2;\nint weak(void) { return 2; }\n'
         'int __wrap_g(int x) { return x + count; }\n' + GPL)


def objects(bench):
    return ['main=' + bench.compile(MAIN), 'lib=' + bench.compile(LIB),
            'other=' + bench.compile(OTHER)]


WORDS = ['--wrap', 'g', '--rename', 'lib:f=f_of_lib', '--resolve', 'f=lib:f']


def rows(doc, input_name, name):
    return [s for s in doc['symbols'] if (s['input'], s['name']) == (input_name, name)]


def load(path):
    with open(path, encoding='utf-8') as f:
        return json.load(f)


def test_json_map(bench):
    inputs = objects(bench)
    path = bench.path('map.json')
    out = bench.link('-M', path, *inputs, *WORDS)
    doc = load(path)
    assert doc['schema'] == 1 and doc['output'] == out
    assert [i['name'] for i in doc['inputs']] == ['main', 'lib', 'other']

    def one(input_name, name, **want):
        found = rows(doc, input_name, name)
        assert len(found) == 1, found
        for key, value in want.items():
            assert found[0][key] == value, (key, value, found[0])
        return found[0]

    one('main', 'f', fate='bound', bound_by='mapping', to='lib', new_name='f_of_lib',
        why='the mapping f=lib:f')
    one('main', 'g', fate='bound', bound_by='wrap', to='other', new_name='__wrap_g')
    one('main', 'late', fate='extern', weak=True, why='weak, and no input defines it')
    one('main', 'xdp_main', fate='kept', kind='program', section='xdp', offset=0)
    one('lib', 'f', **{'fate': 'kept', 'as': 'f_of_lib', 'section': '.text'})
    one('lib', 'weak', fate='dropped', new_name='', section=None, to='other',
        why='weak, and the definition of other took its place')
    one('other', 'weak', fate='kept', why='strong, so other definitions of its name gave way')
    # L14: the second static of a name has a name of its own.
    assert one('lib', 'count', fate='kept')['new_name'] == 'count'
    assert one('other', 'count', fate='kept')['new_name'] == 'count__1'
    # What it says is what is there.
    there = {s['name']: s for s in bench.run('syms', '--json', out).json()['symbols']}
    for s in doc['symbols']:
        if s['fate'] == 'kept':
            sym = there[s['new_name']]
            assert (sym['section'], sym['value']) == (s['section'], s['offset']), (s, sym)
    # The document of the command has the same.
    same = bench.run('link', '--json', '-o', bench.path(), *inputs, *WORDS).want(0).json()
    assert same['symbols'] == doc['symbols'] and same['sections'] == doc['sections']


def test_sections_in_the_map(bench):
    """L39, L67: where each part of each section went, and what was read over."""
    inputs = objects(bench)
    path, raw = bench.path('m.json'), bench.path('raw')
    out = bench.link('-M', path, *inputs, *WORDS)
    doc = load(path)
    if subprocess.run(['llvm-objcopy-19', '--version'], capture_output=True, check=False).returncode:
        bench.skip('llvm-objcopy-19 is missing')

    def dump(obj, section):
        subprocess.run(['llvm-objcopy-19', '--dump-section', f'{section}={raw}', obj,
                        bench.path()], check=True)
        with open(raw, 'rb') as f:
            return f.read()

    files = {i['name']: i['file'] for i in doc['inputs']}
    moved = [s for s in doc['sections'] if s['section'] == '.data']
    assert {s['input'] for s in moved} == {'lib', 'other'}, moved
    for s in moved:
        old = dump(files[s['input']], s['name'])[s['from']:s['from'] + s['size']]
        assert dump(out, s['section'])[s['offset']:s['offset'] + s['size']] == old, s
    code = sorted((s['offset'], s['size']) for s in doc['sections'] if s['section'] == '.text')
    assert sum(size for _, size in code) == len(dump(out, '.text'))
    assert all(a + n <= b for (a, n), (b, _) in zip(code, code[1:])), code
    gone = {(s['input'], s['name']): s['why'] for s in doc['sections'] if not s['section']}
    for name in ('main', 'lib', 'other'):
        assert 'DWARF' in gone[name, '.debug_info'] and gone[name, '.llvm_addrsig'], gone
    assert gone['lib', 'license'] == 'the licence is said once, and an earlier input has it', gone
    # The part of lib's .text that a stronger function replaced isn't there.
    text = [s for s in doc['sections'] if (s['input'], s['name']) == ('lib', '.text')]
    assert len(text) == 1 and text[0]['from'] == 16, text


def test_text_map(bench):
    inputs = objects(bench)
    out = bench.path()
    done = bench.run('link', '-o', out, '-M', '-', *inputs, *WORDS).want(0)
    text = done.out.decode()
    for line in (out, '  lib: ' + inputs[1][4:],
                 '  main:f -> lib:f_of_lib, function, .text+0x0, 40 bytes, bound: the mapping f=lib:f',
                 '  lib:weak, weak function, dropped: weak, and the definition of other took its place'):
        assert line + '\n' in text, (line, text)
    assert os.path.exists(out)
    path = bench.path('app.map')
    bench.link('--link-map', path, *inputs, *WORDS)
    with open(path, encoding='utf-8') as f:
        assert f.read().split('\n')[1:] == text.split('\n')[1:]
    # A link that fails leaves none.
    path = bench.path('none.map')
    bench.run('link', '-o', bench.path(), '-M', path, inputs[0]).want(1)
    assert not os.path.exists(path)
    for words in (['-o', '-', '-M', '-'], ['-o', 'x', '--json', '-M', '-'],
                  ['-o', '-', '--why', 'f'], ['-o', '-', '--trace-symbol', 'f']):
        bench.run('link', *words, inputs[1]).want(2)
    assert not os.path.exists('x')
    # No two outputs of one name, and no output that is an input.
    lib = inputs[1][4:]
    for words in (['-o', out, '-M', out], ['-o', out, '--depfile', out], ['-o', out, '-M', lib],
                  ['-o', out, '--depfile', lib], ['-o', out, '-M', path, '--depfile', path]):
        before = os.stat(lib).st_mtime_ns
        bench.run('link', *words, inputs[1]).want(2)
        assert os.stat(lib).st_mtime_ns == before


def test_what_gc_drops_is_said(bench):
    path = bench.path('map.json')
    bench.link('--gc', '-M', path, *objects(bench), *WORDS, '--hide', 'other:__wrap_g')
    row = rows(load(path), 'other', 'weak')[0]
    assert (row['fate'], row['why']) == ('dropped', 'nothing reaches it'), row


def test_why(bench):
    inputs = objects(bench)
    done = bench.run('link', '-o', bench.path(), *inputs, *WORDS, '--why', 'weak', '--why',
                     'main:g').want(0)
    lines = done.out.decode().splitlines()
    assert len(lines) == 3 and lines[0].startswith('lib:weak, weak function, dropped: '), lines
    assert lines[1].startswith('other:weak, function, .text+'), lines
    assert lines[2].endswith('bound: wrapped: it stands for __wrap_g'), lines
    # By any of its names.
    for name in ('lib:f', 'f_of_lib', 'lib:f_of_lib'):
        done = bench.run('link', '--json', '-o', bench.path(), *inputs, *WORDS, '--why', name)
        names = [(s['input'], s['name']) for s in done.want(0).json()['why']]
        assert ('lib', 'f') in names, names
    # Also of a link that failed.
    done = bench.run('link', '-o', bench.path(), *inputs, '--why', 'g').want(1)
    assert done.out.decode() == 'main:g, function, extern: no input defines it\n', str(done)
    out = bench.path()
    done = bench.run('link', '--json', '-o', out, *inputs, *WORDS, '--why', 'weaks').want(1)
    said = done.json()['diagnostics'][-1]
    assert (said['code'], said['help']) == ('E2113', 'did you mean weak?'), said
    assert not os.path.exists(out) and 'why' not in done.json()


def test_reasons(bench):
    """Each sort of symbol has its words; each of them is provoked here."""
    part = bench.compile('struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); '
                         '__type(key, __u32); __type(value, __u64); } hits SEC(".maps");\n'
                         'static volatile int n; __weak int w(void) { return n; }\n'
                         'SEC("xdp") int xdp_main(struct xdp_md *ctx) { __u32 k = 0; '
                         'return bpf_map_lookup_elem(&hits, &k) ? 1 : 2; }\n' + GPL)
    main = bench.compile('extern int part(struct xdp_md *c), entry(struct xdp_md *c), w(void);\n'
                         'extern int jiffies_of(void) __ksym __weak;\n'
                         'SEC("xdp") int app(struct xdp_md *ctx) { return part(ctx) + entry(ctx) + '
                         'w() + (jiffies_of ? 1 : 0); }\n' + GPL)
    entry = bench.compile('__weak int w(void) { return 7; } SEC("xdp") __noinline int '
                          'entry(struct xdp_md *ctx) { return 3; }\n' + GPL)
    more = bench.compile('extern int w(void), missing(void);\n'
                         'int more(void) { return w() + missing(); }\n' + GPL)
    path = bench.path('m.json')
    bench.link('-M', path, 'main=' + main, 'p=' + part, 'e=' + entry, 'e2=' + more, '--private', 'p',
               '--export', 'p:hits', '--resolve', 'part=p:xdp_main', '--resolve', 'e2:w=p:w',
               '--allow-unresolved', '--hide', 'more')
    why = {}
    for s in load(path)['symbols']:
        why.setdefault(s['input'] + ':' + s['name'] + (' copy' if s['clone'] else ''), s['why'])
    want = {
        'main:app': 'a program, for loaders to find',
        'main:w': 'e defines it',
        'main:jiffies_of': 'left for loaders, which ask the kernel',
        'p:hits': 'exported, though p is private',
        'p:n': 'static: nobody else can bind to it',
        'p:w': 'p is private: nobody binds to it by name',
        'p:xdp_main': 'a program of p, which is private, that a mapping made a part of its caller',
        'e:entry': 'a program, for loaders to find',
        'e:entry copy': 'a copy of a program, to be called as a subprogram',
        'e:w': 'the only definition of its name',
        'e2:w': 'the mapping e2:w=p:w',
        'e2:missing': 'no input defines it',
        'e2:more': 'hidden: later links don\'t see it',
    }
    assert {k: why[k] for k in want} == want, why
    # Weak bodies: the first one wins, a mapping keeps the other.
    twice = [n + '=' + bench.compile('__weak int w(void) { return %d; }\n' % i + GPL)
             for i, n in enumerate('ab')]
    user = bench.compile('extern int w(void);\nint u(void) { return w(); }\n' + GPL)
    done = bench.run('link', '--json', '-o', bench.path(), *twice, 'u=' + user, '--resolve',
                     'w=b:w').want(0).json()
    assert [s['why'] for s in done['symbols'] if s['name'] == 'w'] == [
        'the first of several weak definitions of its name',
        'weak, and the weak definition of a came first',
        'weak, and the definition of a won its name, but a mapping wants this one',
        'the mapping w=b:w'], done['symbols']
    # A file of mappings is named with its line; renamed externs and the same one twice.
    rules = bench.file(b'\nw=b:w\n')
    done = bench.run('link', '--json', '-o', bench.path(), *twice, 'u=' + user, 'u2=' + bench.compile(
        'extern int v(void);\nint v2(void) { return v(); }\n' + GPL), '--rename', 'v=w',
                     '--resolve-file', rules).want(0).json()
    assert rows(done, 'u', 'w')[0]['why'] == f'the mapping w=b:w ({rules}:2)'
    assert rows(done, 'u2', 'v')[0]['why'] == 'renamed: both sides are called w in this link'
    done = bench.run('link', '--json', '-o', bench.path(), '--allow-unresolved', 'u=' + user,
                     'x=' + user, '--private', 'x').want(0).json()
    assert rows(done, 'x', 'w')[0]['why'] == 'the same extern as that of u'
    # Commons, and two that clash.
    commons = [n + '=' + bench.compile(f'char c[{8 * i}];\n' + GPL, '-target', 'bpfel', '-fcommon')
               for i, n in ((1, 'a'), (2, 'b'))]
    done = bench.run('link', '--json', '-o', bench.path(), *commons).want(0).json()
    assert [s['why'] for s in done['symbols'] if s['name'] == 'c'] == [
        'common, and the one of b is larger or came first',
        'the largest of several common definitions of its name'], done['symbols']
    strong = [n + '=' + bench.compile('int c = 1;\n' + GPL) for n in 'ab']
    done = bench.run('link', '--json', '-o', bench.path(), *strong).want(1).json()
    assert rows(done, 'b', 'c')[0]['why'] == 'a defines the name, too, and came first'
    done = bench.run('link', '--json', '-o', bench.path(), commons[0], strong[1]).want(0).json()
    assert rows(done, 'a', 'c')[0]['why'] == 'common, and the definition of b took its place'
    # What is said once.
    both = [n + '=' + bench.compile(GPL + 'unsigned v SEC("version") = 5;\n') for n in 'ab']
    done = bench.run('link', '--json', '-o', bench.path(), *both).want(0).json()
    once = 'is said once, and an earlier input has it'
    assert rows(done, 'b', 'LICENSE')[0]['why'] == 'the licence ' + once
    assert rows(done, 'b', 'v')[0]['why'] == 'the version ' + once
    done = bench.run('link', '--json', '-o', bench.path(), *both, '--license', 'MIT').want(0).json()
    assert rows(done, 'a', 'LICENSE')[0]['why'] == 'the link was told the licence of its output'
    # An extern that only dropped code wants.
    dead = bench.compile('extern int w(void);\n__hidden int d(void) { return w(); }\n' + GPL +
                         'SEC("xdp") int x(void *c) { return 2; }\n')
    done = bench.run('link', '--json', '--gc', '-o', bench.path(), twice[0], 'u=' + dead).want(0)
    assert {s['input']: s['why'] for s in done.json()['symbols'] if s['name'] == 'w'} == {
        'a': 'nothing reaches it', 'u': 'nothing reaches it'}


def test_trace_symbol(bench):
    inputs = objects(bench)
    done = bench.run('link', '-o', bench.path(), *inputs, *WORDS, '--trace-symbol', 'f').want(0)
    lines = done.out.decode().splitlines()
    assert len(lines) == 2, lines
    # The call in main stands in line 6 of what was compiled, behind two lines of headers.
    assert '<stdin>:6: main wants f  (' + inputs[0][5:] in lines[0], lines
    assert 'section xdp, xdp_main, insn ' in lines[0], lines
    assert '<stdin>:5: lib defines f  (' in lines[1], lines
    done = bench.run('link', '--json', '-o', bench.path(), *inputs, *WORDS, '--trace-symbol', 'weak',
                     '--trace-symbol', 'count').want(0)
    trace = done.json()['trace']
    assert [(t['input'], t['definition']) for t in trace if t['name'] == 'weak'] == [
        ('lib', True), ('other', True)], trace
    # Declared, and used nowhere but here: a link that fails shows who wants it.
    done = bench.run('link', '-o', bench.path(), *inputs, '--trace-symbol', 'g').want(1)
    assert b': main wants g  (' in done.out, str(done)


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
