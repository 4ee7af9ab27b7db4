#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""bpfweld run and load (A1.5, A6.2): packets, captures, contexts, bare instructions, pins."""
import os
import struct
import subprocess
import sys

import command

DROP, PASS = 1, 2
MICRO, NANO = 0xa1b2c3d4, 0xa1b23c4d
IPV4 = bytes(12) + b'\x08\x00' + bytes(50)

# Turns the first byte of a packet over, drops what is longer than 100 bytes; cuts two bytes off.
REWRITE = r'''
SEC("xdp") int xdp_rewrite(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	if (data + 14 > end)
		return XDP_ABORTED;
	data[0] ^= 0xff;
	if (end - data > 100)
		return XDP_DROP;
	bpf_xdp_adjust_tail(ctx, -2);
	return XDP_TX;
}
char LICENSE[] SEC("license") = "GPL";
'''
MARK = r'''
SEC("tc") int tc_mark(struct __sk_buff *skb) { skb->mark += 1; return skb->mark; }
char LICENSE[] SEC("license") = "GPL";
'''
TWO = r'''
SEC("xdp") int first(struct xdp_md *ctx) { return XDP_DROP; }
SEC("xdp") int second(struct xdp_md *ctx) { return XDP_PASS; }
char LICENSE[] SEC("license") = "GPL";
'''
TYPELESS = r'''
SEC("mine") int anything(void *ctx) { return 0; }
char LICENSE[] SEC("license") = "GPL";
'''
PINNED = r'''
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int);
	 __type(value, long); __uint(pinning, 1); } %s SEC(".maps");
SEC("xdp") int count(struct xdp_md *ctx)
{
	int key = 0;
	long *v = bpf_map_lookup_elem(&%s, &key);
	return v ? XDP_PASS : XDP_DROP;
}
char LICENSE[] SEC("license") = "GPL";
'''


def capture(packets, magic=MICRO, order='<', link=1):
    out = struct.pack(order + 'IHHIIII', magic, 2, 4, 0, 0, 65535, link)
    for i, p in enumerate(packets):
        out += struct.pack(order + 'IIII', 1000 + i, 77, len(p), len(p)) + p
    return out


def read_capture(path):
    with open(path, 'rb') as f:
        data = f.read()
    magic, = struct.unpack_from('=I', data)
    at, packets = 24, []
    while at < len(data):
        sec, frac, size, whole = struct.unpack_from('=IIII', data, at)
        assert size == whole
        packets.append((sec, frac, data[at + 16:at + 16 + size]))
        at += 16 + size
    return magic, packets


def test_text(bench):
    for engine in bench.engines():
        done = bench.run('run', '--engine', engine, bench.prog('mapping_drop')).want(0)
        assert done.out == b'1 (XDP_DROP)\n' and done.err == b'', str(done)


def test_document(bench):
    for engine in bench.engines():
        doc = bench.run('run', '--json', '--maps', '--engine', engine,
                        bench.prog('mapping_drop')).want(0).json()
        run, = doc['runs']
        assert doc['schema'] == 1 and doc['diagnostics'] == []
        assert run['program'] == 'xdp_main' and run['engine'] == engine
        assert run['retval'] == DROP and run['verdict'] == 'XDP_DROP'
        assert isinstance(run['duration_ns'], int) and len(run['data_out']) == 128
        counters, = doc['maps']
        assert counters['entries'] == [{'key': '00000000', 'value': '0100000000000000'}]


def test_data_in_and_out(bench):
    bench.need_runtime()
    obj = bench.compile(REWRITE)
    packet = bench.file(IPV4)
    for engine in bench.engines():
        out = bench.path('after')
        bench.run('run', '--engine', engine, '--data', packet, '--data-out', out, obj).want(0)
        with open(out, 'rb') as f:
            assert f.read() == b'\xff' + IPV4[1:-2], engine
        done = bench.run('run', '--engine', engine, '--data', '-', '--data-out', '-', obj,
                         input=IPV4).want(0)
        assert done.out == b'\xff' + IPV4[1:-2]
    with open(packet, 'rb') as f:
        assert f.read() == IPV4
    bench.run('run', '--data', packet, '--data-out', packet, obj).want(2)
    bench.run('run', '--data', packet, '--data-out', obj, obj).want(2)
    bench.run('run', '--data', packet, '--data-out', '-', '--json', obj).want(2)
    bench.run('run', '--data', '/does/not/exist', obj).want(3)
    bench.run('run', '--json', '--data', '/does/not/exist', obj).want(3).json()
    bench.run('run', '--data', packet, '--data-out', '/does/not/exist', obj).want(4)


def test_captures(bench):
    """Both byte orders, both kinds of time stamps; the output has the input's times."""
    bench.need_runtime()
    obj = bench.compile(REWRITE)
    packets = [IPV4, bytes(150), IPV4]
    for engine in bench.engines():
        for magic in (MICRO, NANO):
            for order in '<>':
                source = bench.file(capture(packets, magic, order))
                out = bench.path('out.pcap')
                done = bench.run('run', '--engine', engine, '--pcap', source, '--pcap-out', out,
                                 obj).want(0)
                table = done.out.decode().split()
                assert table == ['2', '3', '(XDP_TX)', '1', '1', '(XDP_DROP)'], table
                got = read_capture(out)
                assert got[0] == magic
                assert [(sec, frac) for sec, frac, _ in got[1]] == [(1000 + i, 77)
                                                                     for i in range(3)]
                assert got[1][0][2] == b'\xff' + IPV4[1:-2] and len(got[1][1][2]) == 150
    doc = bench.run('run', '--json', '--pcap', source, obj).want(0).json()
    assert [r['retval'] for r in doc['runs']] == [3, 1, 3]


def test_bad_captures(bench):
    bench.need_runtime()
    obj, whole = bench.prog('mapping_drop'), capture([IPV4, IPV4])
    for size in (0, 3, 4, 23, 30, len(whole) - 1):
        out = bench.path('out.pcap')
        bench.run('run', '--pcap', bench.file(whole[:size]), '--pcap-out', out, obj).want(3)
        assert not os.path.exists(out)
    for bad in (capture([IPV4], 0x0a0d0d0a), capture([IPV4], 0x12345678),
                capture([IPV4], link=101), whole[:32] + b'\xff\xff\xff\x7f' + whole[36:]):
        bench.run('run', '--pcap', bench.file(bad), obj).want(3)
    bench.run('run', '--pcap', bench.file(whole[:24]), obj).want(0)


def test_context(bench):
    """struct __sk_buff in: its mark is at byte 8."""
    bench.need_runtime()
    obj = bench.compile(MARK)
    ctx = bytearray(192)
    struct.pack_into('=I', ctx, 8, 41)
    for engine in bench.engines():
        doc = bench.run('run', '--json', '--engine', engine, '--ctx', bench.file(ctx), obj).want(0)
        assert doc.json()['runs'][0]['retval'] == 42
    bench.run('run', '--ctx', bench.file(bytes(5000)), obj).want(2)


def test_raw(bench):
    bench.need_runtime()
    # r0 = *(u8 *)(r1 + 0); *(u8 *)(r1 + 1) = r0; r0 += r2; exit
    code = bytes.fromhex('7110000000000000 7301010000000000 0f20000000000000 9500000000000000'
                         if sys.byteorder == 'little' else
                         '7101000000000000 7310000100000000 0f02000000000000 9500000000000000')
    raw, mem, out = bench.file(code), bench.file(b'\x05abc'), bench.path('mem')
    assert bench.run('run', '--raw', raw, '--mem', mem, '--mem-out', out).want(0).out == b'0x9\n'
    with open(out, 'rb') as f:
        assert f.read() == b'\x05\x05bc'
    doc = bench.run('run', '--json', '--raw', raw, '--mem', mem).want(0).json()
    assert doc['runs'][0]['retval'] == 9 and doc['runs'][0]['insns'] == 4
    done = bench.run('run', '--raw', raw).want(1)
    assert b'error[E51' in done.err and done.out == b''
    bench.run('run', '--raw', bench.file(code[:9])).want(3)
    bench.run('run', '--raw', bench.file(b'')).want(3)
    bench.run('run', '--raw', raw, '--engine', 'kernel').want(2)
    bench.run('run', '--raw', raw, bench.prog('mapping_drop')).want(2)
    for option in (['--data', mem], ['--pcap', mem], ['--ctx', mem], ['-p', 'x'], ['--maps']):
        bench.run('run', '--raw', raw, *option).want(2)


def test_options_that_need_another(bench):
    bench.need_runtime()
    obj, f = bench.prog('mapping_drop'), bench.file(b'')
    for option in (['--mem', f], ['--mem-out', 'x'], ['--pcap-out', 'x'],
                   ['--pcap', f, '--data', f], ['--pcap', f, '--data-out', 'x'], ['-o', 'x'],
                   ['--repeat', '0'], ['--repeat', 'x'], ['--repeat', '-1'], ['--repeat', '1e3'],
                   ['--repeat', '99999999999999999999'], ['--engine', 'warp'], ['--type', 'none']):
        bench.run('run', *option, obj).want(2)
        assert not os.path.exists('x')


def test_which_program(bench):
    bench.need_runtime()
    two = bench.compile(TWO)
    done = bench.run('run', two).want(2)
    assert b'first, second' in done.err
    assert bench.run('run', '-p', 'second', two).want(0).out == b'2 (XDP_PASS)\n'
    assert b'first, second' in bench.run('run', '-p', 'third', two).want(2).err
    bench.run('run', bench.prog('kinds_mapsonly')).want(3)
    bench.run('run').want(2)
    bench.run('run', two, two).want(2)
    bench.run('run', '/does/not/exist').want(3)


def test_type(bench):
    bench.need_runtime()
    obj = bench.compile(TYPELESS)
    assert b'E40' in bench.run('run', obj).want(1).err
    for engine in bench.engines():
        bench.run('run', '--engine', engine, '--type', 'xdp', obj).want(0)


def test_budget(bench):
    bench.need_runtime()
    path = bench.prog('mapping_drop')
    bench.run('run', '--budget', '1000', path).want(0)
    stopped = bench.run('run', '--budget', '2', path).want(1)
    assert b'E5169' in stopped.err, stopped.err
    bench.run('run', '--budget', '0', path).want(2)
    bench.run('run', '--budget', '9', '--engine', 'kernel', path).want(2)


def test_repeat(bench):
    bench.need_runtime()
    for engine in bench.engines():
        done = bench.run('run', '--engine', engine, '--repeat', '100', '--maps', '--json',
                         bench.prog('mapping_drop')).want(0).json()
        assert done['runs'][0]['repeat'] == 100
        assert done['maps'][0]['entries'][0]['value'] == '6400000000000000'
    text = bench.run('run', '--repeat', '100', bench.prog('mapping_drop')).want(0).out
    assert b'ns a run over 100 runs' in text


def test_a_stopped_run(bench):
    bench.need_runtime()
    obj = bench.compile('SEC("xdp") int bad(struct xdp_md *ctx) { return *(volatile int *)'
                        '((long)ctx->data + 1000); }\nchar LICENSE[] SEC("license") = "GPL";')
    out = bench.path('after')
    done = bench.run('run', '--engine', 'checked', '--data-out', out, obj).want(1)
    assert b'error[E51' in done.err and b'bad' in done.err and not os.path.exists(out)
    doc = bench.run('run', '--engine', 'checked', '--json', obj).want(1).json()
    assert doc['runs'] == [] and doc['diagnostics'][0]['func'] == 'bad'


# --- load -------------------------------------------------------------------------------

def in_bpffs(bench, script, *args):
    """A shell script in a mount namespace of its own; bpffs is $1 (and /sys/fs/bpf), bpfweld $2."""
    if 'kernel' not in bench.engines():
        bench.skip('bpf(2) is not allowed here')
    folder = bench.path('fs')
    os.mkdir(folder)
    done = subprocess.run(['unshare', '--mount', 'sh', '-c',
                           'mount -t bpf bpf "$1" 2>/dev/null && mount --bind "$1" /sys/fs/bpf '
                           '2>/dev/null || exit 99\n' + script, 'sh', folder, bench.bpfweld, *args],
                          capture_output=True, text=True)
    if done.returncode == 99 or done.stderr.startswith('unshare:'):
        bench.skip('bpffs cannot be mounted here')
    return done


def test_load(bench):
    if 'kernel' not in bench.engines():
        bench.skip('bpf(2) is not allowed here')
    done = bench.run('load', bench.prog('mapping_drop')).want(0)
    assert done.out == b'xdp_main (xdp): accepted\n'
    doc = bench.run('load', '--json', bench.prog('mapping_drop')).want(0).json()
    assert doc['programs'] == [{'name': 'xdp_main', 'type': 'xdp'}] and doc['pins'] == []
    done = bench.run('load', '--json', bench.prog('mapping_dispatcher')).want(1).json()
    assert done['diagnostics'][0]['code'].startswith('E40')
    bench.run('load', '-p', 'nobody', bench.prog('mapping_drop')).want(1)
    bench.run('load', bench.prog('mapping_drop.eb')).want(4)


def test_load_refused_by_the_verifier(bench):
    if 'kernel' not in bench.engines():
        bench.skip('bpf(2) is not allowed here')
    obj = bench.compile('SEC("xdp") int bad(struct xdp_md *ctx) { return *(volatile int *)'
                        '((long)ctx->data + 1000); }\nchar LICENSE[] SEC("license") = "GPL";')
    done = bench.run('load', obj).want(1)
    assert b'error[E40' in done.err and b'outside of the packet' in done.err, str(done)
    assert len(bench.run('load', '-v', obj).want(1).err) > len(done.err) + 100


def test_load_pins(bench):
    obj = bench.link(bench.prog('mapping_dispatcher'), 'a=' + bench.prog('mapping_dummy'),
                     'b=' + bench.prog('mapping_drop'), '--private', 'a', '--private', 'b',
                     '--resolve', 'prog1=a:xdp_main', '--resolve', 'prog2=b:xdp_main')
    done = in_bpffs(bench, '"$2" load --pin "$1/fw" "$3" && ls "$1/fw"', obj)
    assert done.returncode == 0, done.stderr
    for name in ('xdp_dispatcher', 'a__counters', 'b__counters'):
        assert done.stdout.count(name) >= 2, done.stdout


def test_load_takes_its_pins_back(bench):
    """A pin that is in the way: the others, and the folder, are gone afterwards."""
    done = in_bpffs(bench, 'mkdir "$1/fw" && mkdir "$1/fw/counters"\n'
                    '"$2" load --pin "$1/fw" "$3"; echo $?; ls "$1/fw"\n', bench.prog('mapping_drop'))
    assert done.stdout.split() == ['1', 'counters'], done.stdout + done.stderr
    done = in_bpffs(bench, '"$2" load --pin "$1/fw" "$3"; echo $?; ls "$1" | grep -v debug\n',
                    bench.prog('mapping_dispatcher'))
    assert done.stdout.split() == ['1'], done.stdout + done.stderr


def test_maps_pinned_by_name(bench):
    """Made once, then shared; a load that fails, or that pins nothing, leaves none."""
    good = bench.compile(PINNED % ('shared', 'shared'))
    both = bench.compile(PINNED.replace('char LICENSE', '''
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int);
	 __type(value, long); __uint(pinning, 1); } zz_taken SEC(".maps");
char LICENSE''') % ('shared', 'shared'))
    done = in_bpffs(bench, '"$2" load "$3" && "$2" run --engine kernel "$3" && ls "$1" | grep -v debug; true', good)
    assert done.stdout == 'count (xdp): accepted\n2 (XDP_PASS)\n', done.stdout + done.stderr
    done = in_bpffs(bench, '"$2" load --pin "$1/a" "$3" && "$2" load --pin "$1/b" "$3" && ls "$1" | grep -v debug',
                    good)
    assert done.stdout.split()[-3:] == ['a', 'b', 'shared'], done.stdout + done.stderr
    done = in_bpffs(bench, 'mkdir "$1/zz_taken"; "$2" load --pin "$1/a" "$3"; echo $?; ls "$1" | grep -v debug',
                    both)
    assert done.stdout.split() == ['1', 'zz_taken'], done.stdout + done.stderr
    assert 'E4065' in done.stderr, done.stderr


def test_without_rights(bench):
    """EPERM is 4, and the message says what would help."""
    if os.geteuid():
        bench.skip('needs root, to be somebody else')
    place = bench.path('open')
    os.mkdir(place, 0o755)
    os.chmod(bench.scratch, 0o755)
    path = os.path.join(place, 'a.o')
    with open(bench.prog('mapping_drop'), 'rb') as f, open(path, 'wb') as g:
        g.write(f.read())
    nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    if subprocess.run([*nobody, bench.bpfweld, 'version'], capture_output=True).returncode:
        bench.skip('nobody cannot run the command here')
    if 'kernel' not in bench.engines():
        bench.skip('not even root may ask the kernel here')
    for verb in (['load', path], ['run', '--engine', 'kernel', path], ['features'],
                 ['link', '-o', os.path.join(place, 'out.o'), path]):
        done = subprocess.run([*nobody, bench.bpfweld, *verb], capture_output=True)
        assert done.returncode == 4, (verb, done)
        assert b'error[E' in done.stderr, done
    assert os.listdir(place) == ['a.o']
    os.chmod(path, 0)
    done = subprocess.run([*nobody, bench.bpfweld, 'info', path], capture_output=True)
    assert done.returncode == 3 and b'E0101' in done.stderr, done


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
