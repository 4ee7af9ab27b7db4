#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Names in a link: renames, prefixes, wrappers, what is hidden, private and exported (linking.md L10,
L12 to L15 and L60 to L66; A3.3). What a link does is seen in the kernel and in the runtime."""
import os
import re
import shutil
import subprocess
import sys

import command

GPL = 'char LICENSE[] SEC("license") = "GPL";\n'
MAIN = 'SEC("xdp") int xdp_main(struct xdp_md *ctx) { return %s; }\n' + GPL
COUNTER = ('struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); '
           '__type(value, __u64); } %s SEC(".maps");\n')
COUNT = ('int %s(void) { __u32 k = 0; __u64 *n = bpf_map_lookup_elem(&%s, &k);'
         ' return n ? (int)++*n : 0; }\n' + GPL)
ADD = '__noinline int %s(int x) { return x + %d; }\n' + GPL


def check(bench, want, obj, program='xdp_main'):
    """The same value in each engine there is."""
    for engine in bench.engines():
        got = bench.retval(obj, program, engine=engine)
        assert got == want, (engine, program, want, got)


def refused(bench, code, *args, status=1):
    """The diagnostic of that number of a link that fails."""
    out = bench.path('none.o')
    done = bench.run('link', '--json', '-o', out, *args).want(status)
    assert not os.path.exists(out), str(done)
    found = [d for d in done.json()['diagnostics'] if d['code'] == code]
    assert found, f'no {code}: {done}'
    return found[0]


def symbols(bench, obj):
    doc = bench.run('syms', '--json', obj).want(0).json()
    return {s['name']: s for s in doc['symbols']}


# --- renames ----------------------------------------------------------------------------

def counters(bench):
    """a and b count in maps of their own names, of which b only declares its own."""
    return [bench.compile('extern int a_count(void), b_count(void);\n'
                          + MAIN % '10 * a_count() + b_count()', name='main.o'),
            'a=' + bench.compile(COUNTER % 'counters' + COUNT % ('a_count', 'counters')),
            'b=' + bench.compile('extern ' + COUNTER % 'hits' + COUNT % ('b_count', 'hits'))]


def test_maps_are_shared_by_rename(bench):
    """L66: an extern map of another name is the one that a rename says."""
    inputs = counters(bench)
    refused(bench, 'E2007', *inputs)
    for words in (['--rename', 'b:hits=counters'], ['--rename', 'hits=counters'],
                  ['--rename', 'a:counters=hits'], ['--rename', 'counters=c', '--rename=hits=c']):
        check(bench, 12, bench.link(*inputs, *words))
        check(bench, 12, bench.link(*inputs[::-1], *words))


def test_maps_are_apart_by_default(bench):
    """L66: maps of one name of private inputs are two; of public ones they clash."""
    main = bench.compile('extern int a_count(void), b_count(void);\n'
                         + MAIN % '10 * a_count() + b_count()')
    both = [n + '=' + bench.compile(COUNTER % 'hits' + COUNT % (n + '_count', 'hits')) for n in 'ab']
    refused(bench, 'E2001', main, *both)
    obj = bench.link(main, *both, '--private', 'b', '--export', 'b:b_count')
    check(bench, 11, obj)
    assert {'hits', 'b__hits'} <= set(symbols(bench, obj))
    obj = bench.link(main, *both, '--rename', 'b:hits=misses')
    check(bench, 11, obj)
    assert {'hits', 'misses'} <= set(symbols(bench, obj))


def test_rename_of_an_extern_and_of_a_static(bench):
    """L68: of each symbol called so."""
    main = bench.compile('extern int f(int); static __noinline int low(int x) { return x * 2; }\n'
                         + MAIN % 'f(low(ctx->rx_queue_index + 3))')
    lib = bench.compile(ADD % ('g', 100))
    obj = bench.link('m=' + main, 'l=' + lib, '--rename', 'm:f=g', '--rename', 'low=twice')
    check(bench, 106, obj)
    names = symbols(bench, obj)
    assert 'twice' in names and 'low' not in names and names['twice']['bind'] == 'local', names
    assert 'int twice(int x)' in str(bench.run('info', '--all', '--json', obj).json())
    # The rename of one input comes before the one of all.
    obj = bench.link('m=' + main, 'l=' + lib, '--rename', 'f=nothing', '--rename', 'm:f=g')
    check(bench, 106, obj)


def test_refused_renames(bench):
    main, lib = bench.compile(MAIN % '1'), bench.compile(ADD % ('f', 1))
    said = refused(bench, 'E2109', main, 'l=' + lib, '--rename', 'l:ff=g')
    assert said['help'] == 'did you mean f?', said
    refused(bench, 'E2109', 'm=' + main, 'l=' + lib, '--rename', 'm:f=g')
    refused(bench, 'E2043', main, lib, '--rename', 'nobody:f=g')
    refused(bench, 'E2106', main, lib, '--rename', 'f=g', '--rename', 'f=h')
    refused(bench, 'E2106', main, 'l=' + lib, '--prefix', 'l=a_', '--prefix', 'l=b_')
    refused(bench, 'E2001', 'l=' + lib, 'm=' + bench.compile(ADD % ('g', 1)), '--rename', 'm:g=f')
    for bad in ('f=1g', 'f=g.h', 'f=g:h', 'f= g'):
        refused(bench, 'E2100', main, lib, '--rename', bad)
    refused(bench, 'E2100', main, 'l=' + lib, '--prefix', 'l=1_')
    refused(bench, 'E2100', main, lib, '--wrap', 'f()')
    bench.run('link', '-o', bench.path(), main, lib, '--rename', 'f').want(2)
    bench.run('link', '-o', bench.path(), main, lib, '--prefix', 'f=g=h').want(2)


# --- prefixes ---------------------------------------------------------------------------

PART = ('int total = %d; ' + COUNTER % 'hits' + '__noinline int helper(int x) { total += x; '
        'return total; }\n' + COUNT % ('count', 'hits'))


def test_prefixes_keep_equal_names_apart(bench):
    """L68: two inputs of equal names, each under a prefix of its own."""
    main = bench.compile('extern int x_helper(int), x_count(void), y_helper(int), y_count(void);\n'
                         + MAIN % 'x_helper(1) * 1000 + y_helper(1) * 10 + x_count() + y_count()')
    inputs = ['a=' + bench.compile(PART % 1), 'b=' + bench.compile(PART % 2), main]
    words = ['--prefix', 'a=x_', '--prefix', 'b=y_']
    for order in (inputs, inputs[::-1]):
        obj = bench.link(*order, *words)
        check(bench, 2032, obj)
    names = symbols(bench, obj)
    assert {'x_total', 'x_hits', 'x_helper', 'x_count', 'y_total', 'y_hits'} <= set(names), names
    assert 'LICENSE' in names and 'x_LICENSE' not in names
    # In two steps; a rename says the whole name.
    part = bench.link(*inputs[:2], *words)
    check(bench, 2032, bench.link(part, main))
    names = symbols(bench, bench.link(*inputs, *words, '--rename', 'a:total=all'))
    assert 'all' in names and 'x_all' not in names and 'x_total' not in names


def test_prefix_of_a_private_input(bench):
    """L62: it takes the place of the input's name."""
    obj = bench.link(bench.prog('mapping_dispatcher'), 'a=' + bench.prog('mapping_dummy'),
                     'b=' + bench.prog('mapping_drop'), '--private', 'a', '--private', 'b',
                     '--resolve', 'prog1=a:xdp_main', '--resolve', 'prog2=b:xdp_main',
                     '--prefix', 'a=one_', '--rename', 'b:counters=hits')
    for engine in bench.engines():
        assert bench.retval(obj, 'xdp_dispatcher', bench.ipv4(), engine) == 1, engine
    assert {'one_counters', 'one_xdp_main', 'hits', 'b__xdp_main'} <= set(symbols(bench, obj))


# --- wrappers ---------------------------------------------------------------------------

WRAPPER = 'extern int __real_f(int); int __wrap_f(int x) { return __real_f(x) + 10; }\n' + GPL


def test_wrap(bench):
    """L69: externs go through the wrapper; who defines f goes on to use its own."""
    main = bench.compile('extern int f(int), g(int);\n' + MAIN % 'f(1) * 100 + g(1)')
    lib = bench.compile('__noinline int f(int x) { return x + 1; } int g(int x) { return f(x); }\n'
                        + GPL)
    wrapper = bench.compile(WRAPPER)
    check(bench, 202, bench.link(main, lib))
    for order in ([main, lib, wrapper], [wrapper, lib, main]):
        check(bench, 1202, bench.link(*order, '--wrap', 'f'))
    # In two steps, either way round.
    part = bench.link('--allow-unresolved', main, lib, '--wrap', 'f')
    check(bench, 1202, bench.link(part, bench.link(wrapper, '--allow-unresolved', '--wrap', 'f')))
    part = bench.link('--allow-unresolved', main, wrapper, '--wrap', 'f')
    check(bench, 1202, bench.link(part, lib))
    # After renames; and a mapping wins over a wrapper.
    other = bench.compile('extern int h(int), g(int);\n' + MAIN % 'h(1) * 100 + g(1)')
    check(bench, 1202, bench.link(other, lib, wrapper, '--wrap', 'f', '--rename', 'h=f'))
    check(bench, 202, bench.link('m=' + main, 'l=' + lib, wrapper, '--wrap', 'f',
                                 '--resolve', 'm:f=l:f'))
    assert "'__wrap_f'" in refused(bench, 'E2007', main, lib, '--wrap', 'f')['text']


def test_wrap_of_nothing(bench):
    main, lib = bench.compile('extern int f(int);\n' + MAIN % 'f(1)'), bench.compile(ADD % ('f', 1))
    done = bench.run('link', '--json', '-o', bench.path(), main, lib, '--wrap', 'ff').want(0)
    said = done.json()['diagnostics'][0]
    assert said['code'] == 'E2112' and said['help'] == 'did you mean f?', said


# --- what is hidden ---------------------------------------------------------------------

def test_hidden_symbols_are_gone_for_later_links(bench):
    """L70: a library keeps its helper to itself: link(link(a, b), c) where c has one of that name."""
    lib = bench.compile('extern int helper(int); int a_value(void) { return helper(1); }\n' + GPL)
    helper = bench.compile('int calls; ' + ADD % ('helper', 20))
    app = bench.compile('extern int a_value(void); __noinline int helper(int x) { return x; }\n'
                        + MAIN % 'a_value() * 10 + helper(5)')
    whole = bench.link(lib, helper)
    refused(bench, 'E2001', whole, app)
    part = bench.link(lib, helper, '--hide', 'helper', '--hide', 'calls')
    sym = symbols(bench, part)['helper']
    assert (sym['bind'], sym['visibility']) == ('local', 'hidden'), sym
    for inputs in ([part, app], [app, part]):
        check(bench, 215, bench.link(*inputs))
    again, twice = bench.link(part), bench.link(bench.link(part))
    with open(again, 'rb') as f, open(twice, 'rb') as g, open(part, 'rb') as h:
        assert f.read() == g.read() == h.read()


def test_hidden_maps(bench):
    """Loaders find a map by its BTF, so its symbol may be as local as any other's."""
    inputs = counters(bench)
    obj = bench.link(*inputs, '--rename', 'b:hits=counters', '--hide', 'a:counters')
    check(bench, 12, obj)
    sym = symbols(bench, obj)['counters']
    assert (sym['bind'], sym['visibility']) == ('local', 'hidden'), sym
    # A later link may have one of that name.
    more = bench.compile(COUNTER % 'counters' + COUNT % ('c_count', 'counters'))
    user = bench.compile('extern int c_count(void);\n'
                         + MAIN.replace('xdp_main', 'more') % 'c_count()')
    both = bench.link(user, more, obj)
    check(bench, 1, both, 'more')
    check(bench, 12, both)


def test_refused_hides_and_exports(bench):
    main, lib = bench.compile(MAIN % '1'), 'l=' + bench.compile(ADD % ('check', 1))
    assert refused(bench, 'E2115', main, lib, '--hide', 'chekc')['help'] == 'did you mean check?'
    assert refused(bench, 'E2082', main, lib, '--export', 'l:chekc')['help'] == 'did you mean check?'
    assert refused(bench, 'E2118', main, lib, '--hide', 'xdp_main')['func'] == 'xdp_main'


# --- files of mappings ------------------------------------------------------------------

def test_errors_of_a_file_of_mappings_have_their_line(bench):
    base = [bench.prog('mapping_dispatcher'), 'a=' + bench.prog('mapping_dummy'), '--private', 'a']

    def said(code, text, status=1):
        rules = bench.file(text, 'rules')
        d = refused(bench, code, *base, '--resolve-file', rules, status=status)
        assert d['file'] == d['source']['file'] == rules, d
        return d['source']['line'], d['source']['text']

    assert said('E2049', b'# c\nprog2=a:xdp_main\n prog1=a:xdp_mian # no\n') == (
        3, 'prog1=a:xdp_mian')
    assert said('E2043', b'prog1=b:xdp_main\nprog2=a:xdp_main') == (1, 'prog1=b:xdp_main')
    assert said('E2058', b'prog1=a:xdp_main\n\nprog1=a:verdict\nprog2=a:xdp_main')[0] == 3
    assert said('E2103', b'\n\nprog1\n', 3) == (3, 'prog1')
    assert said('E2103', b'prog1=a:xdp_main\0\n', 3)[0] == 1
    assert said('E2040', b'prog1=a:b:c\n') == (1, 'prog1=a:b:c')
    # All lines that are wrong are said in one run.
    done = bench.run('link', '--json', '-o', bench.path(), *base, '--resolve-file',
                     bench.file(b'x\ny\n=z\nprog1=a:xdp_main\nw=')).want(3)
    lines = [d['source']['line'] for d in done.json()['diagnostics']]
    assert lines == [1, 2, 3, 5], str(done)
    # A mapping that binds nothing is a warning, with its line.
    rules = bench.file(b'prog1=a:xdp_main\nprog2=a:xdp_main\nprog3=a:xdp_main')
    done = bench.run('link', '--json', '-o', bench.path(), *base, '--resolve-file', rules).want(0)
    warned = done.json()['diagnostics'][0]
    assert warned['code'] == 'E2055' and warned['source']['line'] == 3, warned


# --- private inputs ---------------------------------------------------------------------

C_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')


def test_names_are_unique_and_good_for_c(bench):
    """L14, L15, L60, L62: whatever files are called and however often names clash."""
    source = ('static volatile int n = %d; static ' + COUNTER % 'hits' + 'int shared = %d; static '
              '__noinline int f(int x) { __u32 k = 0; return bpf_map_lookup_elem(&hits, &k) ? '
              'x + n + shared : 0; }\n' + MAIN % 'f(ctx->rx_queue_index)')
    objs = []
    for i, name in enumerate(('fw-a.o', 'fw a.o', '1st.o', 'fw_a.b.o')):
        objs.append(os.path.join(bench.scratch, name))
        os.rename(bench.compile(source % (i, 10 * i)), objs[-1])
    named = [f'n{i}={o}' for i, o in enumerate(objs)]
    private = [w for i in range(4) for w in ('--private', f'n{i}')]
    obj = bench.link(*named, *private)
    names = [s['name'] for s in bench.run('syms', '--json', obj).json()['symbols']
             if s['section'] != 'license' and s['type'] != 'notype']
    assert len(names) == len(set(names)), sorted(names)
    assert all(C_NAME.fullmatch(n) for n in names), names
    # L64: entries that nothing binds stay, under their inputs' names.
    for i in range(4):
        check(bench, 11 * i, obj, f'n{i}__xdp_main')
    # L60: without a name an input goes by its stem, made good for C; two of one stem are told apart.
    obj = bench.link(*objs, *[w for n in ('fw_a__1', '_1st', 'fw_a_b') for w in ('--private', n)])
    for i, name in enumerate(('xdp_main', 'fw_a__1__xdp_main', '_1st__xdp_main',
                              'fw_a_b__xdp_main')):
        check(bench, 11 * i, obj, name)
    refused(bench, 'E2046', *objs, '--private', 'fw_a')


def test_private_inputs_see_public_names(bench):
    """L62: nobody sees what is theirs, but they see the others'."""
    lib = bench.compile(ADD % ('helper', 7))
    user = bench.compile('extern int helper(int);\n' + MAIN % 'helper(1)')
    check(bench, 8, bench.link(lib, 'u=' + user, '--private', 'u'), 'u__xdp_main')
    refused(bench, 'E2007', 'l=' + lib, user, '--private', 'l')
    check(bench, 8, bench.link('l=' + lib, user, '--private', 'l', '--export', 'l:helper'))
    # L61: also what is private or static can be bound by a mapping.
    check(bench, 8, bench.link('l=' + lib, user, '--private', 'l', '--resolve', 'helper=l:helper'))


def test_bound_entries(bench):
    """L65: of a public input it is cloned and stays an entry; of a private one it moves, unless
    exported. In one link and in two."""
    main = bench.compile('extern int part(struct xdp_md *ctx);\n'
                         + MAIN.replace('xdp_main', 'app') % 'part(ctx) * 10')
    fw = bench.compile('int n = 3; ' + MAIN % 'n++')

    def programs(obj):
        return sorted(p['name'] for p in bench.run('info', '--json', obj).json()['programs'])

    words = ['--resolve', 'part=fw:xdp_main']
    for extra, want in (([], ['app', 'xdp_main']), (['--private', 'fw'], ['app']),
                        (['--private', 'fw', '--export', 'fw:xdp_main'], ['app', 'xdp_main'])):
        obj = bench.link(main, 'fw=' + fw, *words, *extra)
        assert programs(obj) == want, (extra, programs(obj))
        check(bench, 30, obj, 'app')
        if 'xdp_main' in want:
            check(bench, 3, obj)
        third = bench.compile(ADD % ('unrelated', 1))
        again = bench.link(obj, third)
        assert programs(again) == want
        check(bench, 30, again, 'app')


def test_private_entries_in_program_arrays_stay(bench):
    """L64: though private and bound by a mapping, since the array needs a program."""
    main = bench.compile('''extern int next(struct xdp_md *ctx);
        struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1);
                 __uint(key_size, 4); __array(values, int(struct xdp_md *)); } jumps SEC(".maps") = {
                 .values = { [0] = (void *)&next } };
        SEC("xdp") int app(struct xdp_md *ctx) { bpf_tail_call(ctx, &jumps, 0); return 99; }
        ''' + GPL)
    fw = bench.compile('static volatile int n = 4; ' + MAIN % 'n')
    words = ['--private', 'fw', '--resolve', 'next=fw:xdp_main']
    obj = bench.link(main, 'fw=' + fw, *words)
    names = [p['name'] for p in bench.run('info', '--json', obj).json()['programs']]
    assert sorted(names) == ['app', 'fw__xdp_main'], names
    check(bench, 4, obj, 'app')
    check(bench, 4, obj, 'fw__xdp_main')
    check(bench, 4, bench.link(obj), 'app')


def test_two_steps(bench):
    """link(link(a, b), c) behaves as link(a, b, c), with mappings and private inputs in each step
    (L44, L61, L62): what the first step settled stays, what it left is bound by the second."""
    main, packet = bench.prog('mapping_dispatcher'), bench.ipv4()
    dummy, drop = 'a=' + bench.prog('mapping_dummy'), 'b=' + bench.prog('mapping_drop')
    one = ['--private', 'a', '--resolve', 'prog1=a:xdp_main']
    two = ['--private', 'b', '--resolve', 'prog2=b:xdp_main']
    part = bench.link('--allow-unresolved', main, dummy, *one)
    other = bench.link('--allow-unresolved', main, drop, *two)
    lists = []
    for obj in (bench.link(main, dummy, drop, *one, *two), bench.link(part, drop, *two),
                bench.link(drop, part, *two), bench.link(other, dummy, *one)):
        for engine in bench.engines():
            assert bench.retval(obj, 'xdp_dispatcher', packet, engine) == 1, engine
        lists.append(sorted(s['name'] for s in symbols(bench, obj).values()
                            if s['type'] != 'notype'))
    assert all(names == lists[0] for names in lists), lists


def test_clone_keeps_its_records(bench):
    """L63: CO-RE records and types go along, to the clone as to the program."""
    callee = bench.compile('''struct task { int pid; } __attribute__((preserve_access_index));
        static volatile int n = 1;
        SEC("xdp") int callee(struct xdp_md *ctx) { struct task *t = (void *)(long)ctx->data;
        return (int)__builtin_preserve_field_info(t->pid, 0) + n; }\n''' + GPL)
    main = bench.compile('extern int callee(struct xdp_md *ctx);\n' + MAIN % 'callee(ctx)')
    obj = bench.link(main, callee)
    doc = bench.run('info', '--all', '--json', obj).want(0).json()
    found = {f['name']: f for f in doc['programs'] + doc['functions']}
    for name in ('callee', 'callee__1'):
        assert found[name]['core_relos'] == 1 and found[name]['insns'] > 1, found[name]
    assert found['callee__1']['prototype'] == 'int callee__1(struct xdp_md *ctx)', found


def test_skeletons_of_private_inputs(bench):
    """L62, peer: names that bpftool makes C of, a field for each map and program."""
    path = os.environ['PATH'] + ':/usr/sbin'
    if not shutil.which('bpftool', path=path) or not os.path.exists('/usr/include/bpf/libbpf.h'):
        bench.skip('bpftool or the headers of libbpf are missing')
    source = ('static int total; int shared = 1; ' + COUNTER % 'hits' + MAIN
              % '({ __u32 k = 0; total++; bpf_map_lookup_elem(&hits, &k) ? shared : total; })')
    obj = bench.link(*[f'{n}=' + bench.compile(source) for n in 'abc'], '--private', 'a',
                     '--private', 'b', '--hide', 'c:shared')
    done = subprocess.run(['bpftool', 'gen', 'skeleton', obj, 'name', 'app'], capture_output=True,
                          env=dict(os.environ, PATH=path), check=False)
    assert done.returncode == 0, done.stderr
    header = bench.file(done.stdout, 'app.h')
    use = ''.join(f'(void)s->maps.{m}; ' for m in ('a__hits', 'b__hits', 'hits'))
    use += ''.join(f'(void)s->progs.{p}; ' for p in ('a__xdp_main', 'b__xdp_main', 'xdp_main'))
    subprocess.run(['cc', '-fsyntax-only', '-x', 'c', '-include', header, '-'], check=True,
                   input=f'void use(struct app *s) {{ {use} }}'.encode())


def test_clone_calls_itself(bench):
    """L63: calls of itself go to the clone. The kernel takes no recursion, the runtime does."""
    bench.need_runtime()
    callee = bench.compile('volatile int depth; SEC("xdp") __noinline int callee(struct xdp_md *ctx)'
                           ' { int n = 0; if (depth < 3) { depth++; n = callee(ctx); } '
                           'barrier_var(n); return n + 1; }\n' + GPL)
    main = bench.compile('extern int callee(struct xdp_md *ctx);\n' + MAIN % 'callee(ctx) + 10')
    obj = bench.link(main, callee)
    assert bench.retval(obj, 'xdp_main', engine='checked') == 14
    code = bench.run('dis', '--section', '.text', obj).want(0).out.decode()
    assert 'call callee__1' in code and 'call callee\n' not in code, code
    # What is in .text already is never cloned.
    lib = bench.compile('extern int callee(struct xdp_md *ctx); int both(struct xdp_md *ctx) '
                        '{ return callee(ctx); }\n' + GPL)
    names = symbols(bench, bench.link(main, callee, lib))
    assert 'callee__1' in names and 'callee__2' not in names and 'both__1' not in names


# --- the same file twice, visibility ----------------------------------------------------

def test_one_file_under_two_names(bench):
    """L10: legal when nothing public clashes; otherwise said to be the same file."""
    quiet = bench.compile('static volatile int n = 5; static __noinline int f(void) { return n++; }\n'
                          + MAIN.replace('int xdp_main', '__weak int xdp_main') % 'f() + f()')
    check(bench, 11, bench.link('a=' + quiet, 'b=' + quiet))
    loud = bench.compile(ADD % ('f', 1))
    said = refused(bench, 'E2001', 'a=' + loud, 'b=' + loud)
    assert any('same file' in n['text'] for n in said['notes']), said
    # Both places have a line of C.
    lines = [p['source']['line'] for p in (said, *said['notes']) if p['source']]
    assert len(lines) == 2, said


def test_visibility(bench):
    """L12, L13: hidden tightens, protected and internal are default, with a note."""
    main = bench.compile('extern int f(int);\n' + MAIN % 'f(1)')
    for word in ('hidden', 'protected', 'internal'):
        # By assembler: clang takes internal for hidden.
        lib = bench.compile(f'asm(".{word} f");\n' + ADD % ('f', 1))
        done = bench.run('link', '--json', '-o', bench.path('v.o'), main, lib).want(0)
        codes = [d['code'] for d in done.json()['diagnostics']]
        assert codes == ([] if word == 'hidden' else ['E2073']), (word, codes)
        obj = bench.link(main, lib)
        check(bench, 2, obj)
        want = 'hidden' if word == 'hidden' else 'default'
        sym = symbols(bench, obj)['f']
        assert (sym['visibility'], sym['bind']) == (want, 'global'), sym
        # The declaration may say it as well.
        hidden = bench.compile('extern int f(int) __attribute__((visibility("hidden")));\n'
                               + MAIN % 'f(1)')
        assert symbols(bench, bench.link(hidden, lib))['f']['visibility'] == 'hidden'


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
