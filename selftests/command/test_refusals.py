#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Programs and objects that can't be loaded, each with the diagnostic that says why (A1.7, A3.11):
what no compiler writes by accident is written in assembly here."""
import subprocess
import sys

import command

LICENSE = 'char LICENSE[] SEC("license") = "GPL";\n'
XDP = 'SEC("xdp") int xdp_main(struct xdp_md *ctx)\n'


def refused(bench, source, code, status=1):
    """The object of this source opens, and its loading gives one error with this number."""
    obj = bench.compile(source + LICENSE)
    bench.run('info', obj).want(0)
    for engine in bench.engines():
        done = bench.run('run', '--engine', engine, '--json', '-p', 'xdp_main', obj).want(status)
        found = [d['code'] for d in done.json()['diagnostics'] if d['severity'] == 'error']
        assert found == [code], (engine, found, str(done))


MAP = """struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
__type(key, int); __type(value, int); } cells SEC(".maps");
""" + XDP + '{ int k = 0; return bpf_map_lookup_elem(&cells, &k) != 0; }\n'


def test_map_without_btf(bench):
    """Objects without BTF are looked at and linked; nobody can make their maps."""
    obj = bench.compile(MAP + LICENSE, '-target', 'bpfel', '-g0')
    bench.run('info', obj).want(0)
    alone, mixed = bench.link(obj), bench.link('--rename', 'b:xdp_main=second', 'a=' + obj,
                                               'b=' + bench.compile(XDP + '{ return 2; }' + LICENSE))
    for path, why in ((obj, b'has no BTF'), (alone, b'has no BTF'), (mixed, b'BTF lacks')):
        runs = [('run', '--engine', engine, '-p', 'xdp_main') for engine in bench.engines()]
        for words in (*runs, ('link', '--image', 'xdp_main', '-o', bench.path())):
            done = bench.run(*words, path).want(3)
            assert b'E1173' in done.err and b'"cells"' in done.err and why in done.err, str(done)
            assert done.err.count(b'error[') == 1, str(done)


def test_reference_to_nothing(bench):
    bench.need_runtime()
    obj = bench.compile('volatile char LICENSE[] SEC("license") = "GPL";\n' + XDP +
                        '{ return LICENSE[0]; }\n')
    assert b'E4015' in bench.run('run', obj).want(1).err


def test_weak_extern_that_nothing_guards(bench):
    """L17: the call has a number that no helper has; what is meant is said."""
    obj = bench.link(bench.prog('link_maybe.1'))
    for engine in bench.engines():
        done = bench.run('run', '--engine', engine, '-p', 'maybe_blind', obj).want(1)
        assert b'weak extern that nothing defines is called here' in done.err, str(done)


def test_offset_outside(bench):
    refused(bench, 'volatile int table[4];\n' + XDP + '''{
        long at;
        asm volatile("%0 = table + 4096 ll" : "=r"(at));
        return at != 0 && table[0];
    }\n''', 'E4018')


def test_offset_within_an_instruction(bench):
    """Of an extern function nobody knows where its instructions are, before it is bound."""
    user = bench.compile('int other(void);\n' + XDP + '''{
        long at;
        asm volatile("%0 = other + 9 ll" : "=r"(at));
        return at != 0 && other();
    }\n''' + LICENSE)
    owner = bench.compile('int other(void) { volatile int a = 1, b = 2; return a + b; }\n',
                          name='owner.o')
    done = bench.run('link', '-o', bench.path(), user, owner).want(1)
    assert b'E2085' in done.err, str(done)
    user = bench.compile('int other(void);\n' + XDP + '{ return other(); }\n' + LICENSE)
    bench.link(user, owner)


def test_too_many_functions(bench):
    funcs = ''.join(f'static __noinline int f{i}(volatile int *p) {{ return *p + {i}; }}\n'
                    for i in range(256))
    calls = ' + '.join(f'f{i}(&x)' for i in range(256))
    refused(bench, funcs + XDP + '{ volatile int x = 0; return ' + calls + '; }\n', 'E4024')


def test_too_many_instructions(bench):
    refused(bench, XDP + '{ asm volatile(".rept 1000000\\nr0 = 0\\n.endr" ::: "r0"); return 0; }\n',
            'E4027')


def test_slot_of_a_program_that_is_not_loaded(bench):
    obj = bench.compile('''int other(struct xdp_md *ctx);
    struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 2);
             __uint(key_size, 4); __array(values, int (struct xdp_md *)); } table SEC(".maps") =
             { .values = { [1] = (void *)&other } };
    SEC("?xdp") int other(struct xdp_md *ctx) { return XDP_DROP; }
    ''' + XDP + '{ bpf_tail_call(ctx, &table, 1); return XDP_PASS; }\n' + LICENSE)
    if 'kernel' in bench.engines():
        assert b'E4062' in bench.run('load', obj).want(1).err
    # Asked for alone, a program brings along what its program arrays name.
    for engine in bench.engines():
        assert bench.retval(obj, 'xdp_main', engine=engine) == 1


def test_kernel_configuration(bench):
    refused(bench, 'extern int LINUX_KERNEL_VERSION __kconfig;\n' + XDP +
            '{ return LINUX_KERNEL_VERSION; }\n', 'E4012', 4)


def test_kernel_symbol(bench):
    refused(bench, 'extern const int bpf_prog_active __ksym;\n' + XDP +
            '{ return (long)&bpf_prog_active; }\n', 'E4009', 4)


def test_type_that_needs_a_target(bench):
    bench.need_runtime()
    obj = bench.compile('SEC("fentry/do_unlinkat") int trace(void *ctx) { return 0; }\n' + LICENSE)
    assert b'E4077' in bench.run('run', obj).want(4).err


def test_section_without_a_type(bench):
    bench.need_runtime()
    obj = bench.compile('SEC("mine") int f(void *ctx) { return 0; }\n' + LICENSE)
    assert b'E4074' in bench.run('run', obj).want(1).err


def test_address_in_data(bench):
    bench.need_runtime()
    obj = bench.compile('int a; int *volatile to_a = &a;\n' + XDP + '{ return to_a != 0; }\n' +
                        LICENSE)
    done = bench.run('run', obj).want(0)
    assert b'warning[E4086]' in done.err, str(done)
    bench.run('run', '-Werror', obj).want(1)


def test_no_right_to_ask(bench):
    nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', bench.bpfweld]
    if subprocess.run([*nobody, 'version'], capture_output=True).returncode:
        bench.skip('nobody cannot run the command here')
    if 'kernel' not in bench.engines():
        bench.skip('not even root may ask the kernel here')
    done = subprocess.run([*nobody, 'features'], capture_output=True)
    assert done.returncode == 4 and b'E4092' in done.stderr, done


def test_no_types(bench):
    done = bench.run('btf', 'dump', bench.prog('byname_user.nobtf')).want(3)
    assert b'E1290' in done.err


def test_nothing_to_print(bench):
    done = bench.run('dis', '-p', 'nobody', bench.prog('byname_user')).want(3)
    assert b'E1390' in done.err
    done = bench.run('dis', '--raw', bench.file(bytes(9))).want(3)
    assert b'E1393' in done.err


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
