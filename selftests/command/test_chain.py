#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Chains on devices (A3.14, A3.15), with real packets: a network namespace with a veth pair whose
other end is in a namespace of its own, three components that all use the same names, exchanged
under traffic. The whole test runs in a network and a mount namespace that it makes first."""
import collections
import json
import os
import socket
import struct
import subprocess
import sys
import time

import command

BPFFS = '/sys/fs/bpf'
SENDER = r'''
import socket, struct, sys, time
device, rate, mac = sys.argv[1], float(sys.argv[2]), bytes.fromhex(sys.argv[3])
ports = [(int(p), int(n)) for p, n in (a.split(':') for a in sys.argv[4:])]
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((device, 0))
def frame(port):
    ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 46, 0, 0, 64, 17, 0, b'\x0a\0\0\x02', b'\x0a\0\0\x01')
    total = sum(struct.unpack('!10H', ip))
    total = (total >> 16) + (total & 0xffff)
    total = ~(total + (total >> 16)) & 0xffff
    ip = ip[:10] + struct.pack('!H', total) + ip[12:]
    return mac + b'\x02\0\0\0\0\x09' + b'\x08\0' + ip + struct.pack('!HHHH', 999, port, 26, 0) + bytes(18)
frames = [frame(p) for p, n in ports for _ in range(n)]
begin = time.perf_counter()
for i, f in enumerate(frames):
    try:
        s.send(f)
    except OSError as e: # what egress drops
        if e.errno != 105:
            raise
    while i / rate > time.perf_counter() - begin:
        time.sleep(0.0002)
print(len(frames) / (time.perf_counter() - begin))
'''


def sh(*args, **kw):
    return subprocess.run([str(a) for a in args], check=True, capture_output=True, text=True,
                          timeout=60, **kw).stdout


class Net:
    """Device `one` here, its other end `two` in the peer's namespace. No addresses: no packet but
    the test's own."""

    def __init__(self):
        self.peer = subprocess.Popen(['unshare', '--net', 'sleep', '600'])
        time.sleep(0.3)
        sh('ip', 'link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'two')
        sh('ip', 'link', 'set', 'two', 'netns', self.peer.pid)
        for how in ([], self.inside()):
            device = 'two' if how else 'one'
            sh(*how, 'ip', 'link', 'set', device, 'addrgenmode', 'none')
            sh(*how, 'ip', 'link', 'set', device, 'up')

    def inside(self):
        return ['nsenter', '-t', str(self.peer.pid), '-n']

    def close(self):
        self.peer.kill()
        self.peer.wait()
        subprocess.run(['ip', 'link', 'del', 'one'], check=False, capture_output=True)

    def sender(self, ports, rate=20000, here=False):
        """Starts a process that sends UDP packets: {port: how many}; from the peer, or from here."""
        device, how = ('one', []) if here else ('two', self.inside())
        other = json.loads(sh(*(self.inside() if here else []), 'ip', '-j', 'link', 'show', 'dev',
                              'two' if here else 'one'))[0]
        return subprocess.Popen(
            [*how, sys.executable, '-c', SENDER, device, str(rate),
             other['address'].replace(':', '')] + [f'{p}:{n}' for p, n in ports.items()],
            stdout=subprocess.PIPE, text=True)

    def send(self, ports, **kw):
        p = self.sender(ports, **kw)
        out = p.communicate(timeout=120)[0]
        assert p.returncode == 0
        time.sleep(0.3)
        return float(out)

    def delivered(self):
        """Packets that the peer's driver handed over."""
        out = sh(*self.inside(), 'ip', '-j', '-s', 'link', 'show', 'dev', 'two')
        return json.loads(out)[0]['stats64']['tx']['packets']


class Ears:
    """What arrives at a device, behind everything on its ingress."""

    def __init__(self, device):
        self.s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.s.bind((device, 0x0800))
        self.s.setblocking(False)

    def ports(self):
        got = collections.Counter()
        while True:
            try:
                f = self.s.recv(2048)
            except BlockingIOError:
                return dict(got)
            got[struct.unpack_from('!H', f, 36)[0]] += 1


def pins(kind):
    return f'{BPFFS}/bpfweld/{kind}-{socket.if_nametoindex("one")}'


def value(kind, name):
    """The only value of a pinned array."""
    return sum(v << 8 * i for i, v in enumerate(
        int(b, 16) for b in json.loads(sh('bpftool', '-j', 'map', 'lookup', 'pinned',
                                          f'{pins(kind)}/map-{name}', 'key', 0, 0, 0, 0))['value']))


def block(kind, port):
    sh('bpftool', 'map', 'update', 'pinned', f'{pins(kind)}/map-fw__state', 'key', port & 255,
       port >> 8, 'value', *[0] * 8)


def blocked(kind, port):
    out = json.loads(sh('bpftool', '-j', 'map', 'lookup', 'pinned', f'{pins(kind)}/map-fw__state',
                        'key', port & 255, port >> 8))
    return sum(int(b, 16) << 8 * i for i, b in enumerate(out['value']))


def attach(bench, hook, *options, fw='firewall'):
    tc = '_tc' if hook != 'xdp' else ''
    return bench.run('dispatch', '--attach', 'one', '--counters', *options,
                     'count=' + bench.prog('chain_counter' + tc) + ',prio=10',
                     'fw=' + bench.prog(f'chain_{fw}{tc}') + ',prio=20',
                     'nat=' + bench.prog('chain_rewriter' + tc) + ',prio=30').want(0)


def runs(bench):
    doc = bench.run('dispatch', '--show', 'one', '--json').want(0).json()
    return [(c['name'], c['runs']) for c in doc['chains'][0]['components']]


def components_at_work(bench, net, hook, kind, *options):
    attach(bench, hook, *options)
    block(kind, 6000)
    ears = Ears('one')
    net.send({5000: 100, 6000: 50, 7000: 50}, rate=5000)
    assert value(kind, 'count__state') == 200
    assert blocked(kind, 6000) == 50
    assert value(kind, 'nat__state') == 50
    if hook == 'xdp':
        # A packet socket listens behind XDP, but in front of tc.
        assert ears.ports() == {5000: 100, 7001: 50}
    assert runs(bench) == [('count', 200), ('fw', 200), ('nat', 150)]
    bench.run('dispatch', '--detach', 'one', *options).want(0)
    net.send({6000: 10})
    assert not os.path.exists(pins(kind))


def test_xdp_generic_and_native(bench):
    for mode in ('generic', 'native'):
        for way in ([], ['--netlink']):
            components_at_work(bench, bench.net, 'xdp', 'xdp', '--xdp-mode', mode, *way)


def test_tc_ingress(bench):
    for way in ([], ['--netlink']):
        components_at_work(bench, bench.net, 'tc', 'tc-ingress', '--type', 'tc', *way)


def test_tc_egress(bench):
    """Behind tc, on the other end: what egress lets through."""
    attach(bench, 'tc', '--type', 'tc', '--hook', 'egress')
    block('tc-egress', 6000)
    before = json.loads(sh(*bench.net.inside(), 'ip', '-j', '-s', 'link', 'show', 'dev', 'two'))
    bench.net.send({5000: 100, 6000: 50, 7000: 50}, rate=5000, here=True)
    after = json.loads(sh(*bench.net.inside(), 'ip', '-j', '-s', 'link', 'show', 'dev', 'two'))
    got = after[0]['stats64']['rx']['packets'] - before[0]['stats64']['rx']['packets']
    assert got == 150, got
    assert value('tc-egress', 'nat__state') == 50
    bench.run('dispatch', '--detach', 'one', '--type', 'tc', '--hook', 'egress').want(0)


def exchange_under_traffic(bench, hook, kind, *options):
    """Five exchanges while packets come at 10,000 a second and more: the counter misses none."""
    tc = '_tc' if hook != 'xdp' else ''
    attach(bench, hook, *options)
    before = bench.net.delivered()
    p = bench.net.sender({5000: 45000, 60001: 15000}, rate=16000)
    for i in range(5):
        time.sleep(0.4)
        fw = bench.prog(('chain_firewall2', 'chain_firewall')[i % 2] + tc)
        bench.run('dispatch', '--replace', 'fw=' + fw, 'one', *options).want(0)
    rate = float(p.communicate(timeout=120)[0])
    time.sleep(0.3)
    sent = bench.net.delivered() - before
    assert rate >= 10000, f'{rate} packets a second'
    assert sent >= 59000, f'only {sent} were handed over'
    assert value(kind, 'count__state') == sent
    # The last one is the other firewall, and it dropped what came since.
    assert dict(runs(bench))['count'] == sent
    assert value(kind, '-data-fw') & 0xffffffff == 60000
    bench.run('dispatch', '--detach', 'one', *options).want(0)
    print(f'{hook}: {sent} packets at {rate:.0f} a second, 5 exchanges, none missed')


def test_exchange_under_traffic(bench):
    exchange_under_traffic(bench, 'xdp', 'xdp', '--xdp-mode', 'native')
    exchange_under_traffic(bench, 'xdp', 'xdp', '--xdp-mode', 'generic')
    exchange_under_traffic(bench, 'tc', 'tc-ingress', '--type', 'tc')


def test_two_at_once(bench):
    """One waits for the other: none is lost."""
    attach(bench, 'xdp')
    changes = ['fw=' + bench.prog('chain_firewall2') + ',prio=21',
               'nat=' + bench.prog('chain_rewriter') + ',prio=31',
               'count=' + bench.prog('chain_counter') + ',prio=11']
    jobs = [subprocess.Popen([bench.bpfweld, 'dispatch', '--replace', c, 'one'],
                             stdout=subprocess.DEVNULL) for c in changes]
    assert [j.wait(timeout=60) for j in jobs] == [0, 0, 0]
    doc = bench.run('dispatch', '--show', 'one', '--json').want(0).json()
    assert [c['priority'] for c in doc['chains'][0]['components']] == [11, 21, 31]
    bench.run('dispatch', '--detach', 'one').want(0)


def test_no_chain_is_an_answer(bench):
    for args, where in ((['lo'], 'lo'), ([], 'any device')):
        assert bench.run('dispatch', '--show', *args).want(0).out == f'no chain on {where}\n'.encode()
        assert not bench.run('dispatch', '--show', '--quiet', *args).want(0).out
        assert bench.run('dispatch', '--show', '--json', *args).want(0).json()['chains'] == []
    attach(bench, 'xdp')
    assert b'no chain' not in bench.run('dispatch', '--show').want(0).out
    assert bench.run('dispatch', '--show', 'lo').want(0).out == b'no chain on lo\n'
    bench.run('dispatch', '--detach', 'one').want(0)


def test_what_fails_leaves_what_runs(bench):
    attach(bench, 'xdp')
    before = bench.run('dispatch', '--show', 'one', '--json').want(0).json()
    for args, status, code in (
            (['--replace', 'other=' + bench.prog('chain_firewall2'), 'one'], 1, 'E2352'),
            (['--replace', 'fw=' + bench.prog('chain_firewall_tc'), 'one'], 2, 'E2308'),
            (['--replace', 'fw=/nowhere.o', 'one'], 3, None),
            (['--replace', bench.prog('chain_firewall2'), 'one'], 2, None),
            (['--replace', 'fw=' + bench.prog('chain_firewall2')], 2, None),
            (['--detach', 'two'], 1, 'E4133'), (['--detach', 'lo'], 1, 'E2356'),
            (['--attach', 'one', '-o', 'x.o', bench.prog('chain_counter')], 2, None),
            (['--show', 'two'], 1, 'E4133'), (['--show', '--hook', 'up'], 0, None)):
        got = bench.run('dispatch', *args)
        assert got.status == status, f'want {status}: {got}'
        assert code is None or code.encode() in got.err, got
    after = bench.run('dispatch', '--show', 'one', '--json').want(0).json()
    assert before['chains'][0]['program_id'] == after['chains'][0]['program_id']
    bench.run('dispatch', '--detach', 'one').want(0)


# Name, what it is made of, and what a run adds to its variable `seen`: a bpf_loop callback and
# static data, a tail call, one in a subprogram, a large frame, a copy of the first, all registers.
KINDS = (('loops', 1, 30), ('tails', 2, 101), ('below', 3, 101), ('large', 4, 39),
         ('loops2', 1, 30), ('regs', 6, 10))


def test_netlink_knows_the_mode(bench):
    """Who exchanges a chain or takes it off need not say how it was attached."""
    for mode in ('generic', 'native'):
        attach(bench, 'xdp', '--netlink', '--xdp-mode', mode)
        bench.run('dispatch', '--replace', 'fw=' + bench.prog('chain_firewall2'), 'one').want(0)
        bench.net.send({5000: 10}, rate=5000)
        assert value('xdp', 'count__state') == 10
        bench.run('dispatch', '--detach', 'one').want(0)
        assert 'xdp' not in sh('ip', 'link', 'show', 'dev', 'one')


def test_another_map_for_the_counters(bench):
    """Whatever is pinned in their place is not read as if it were ours."""
    attach(bench, 'xdp')
    pin = pins('xdp') + '/map-dispatcher_counters'
    for kind, key, size in (('percpu_array', 4, 4096), ('array', 4, 128), ('percpu_hash', 8, 128)):
        os.unlink(pin)
        sh('bpftool', 'map', 'create', pin, 'type', kind, 'key', key, 'value', size, 'entries', 3,
           'name', 'other')
        got = bench.run('dispatch', '--show', 'one')
        assert got.status in (0, 1) and b'E4068' in got.err and b'  runs ' not in got.out, got
    bench.run('dispatch', '--detach', 'one').want(0)


def test_lost_pins(bench):
    """What is left of a chain runs on when an installation fails, and can be taken off."""
    def running():
        return json.loads(sh('ip', '-j', 'link', 'show', 'dev', 'one'))[0]['xdp']['prog']['id']
    for pin in ('state', 'prog'):
        attach(bench, 'xdp')
        os.unlink(f'{pins("xdp")}/{pin}')
        before = running()
        refused = bench.compile(REFUSED)
        got = bench.run('dispatch', '--attach', 'one', refused)
        assert got.status == 1 and running() == before, got
        if pin == 'state':
            bench.run('dispatch', '--replace', 'fw=' + bench.prog('chain_firewall2'), 'one').want(1)
        bench.run('dispatch', '--detach', 'one').want(0)
        assert 'xdp' not in sh('ip', 'link', 'show', 'dev', 'one')
        assert not os.path.exists(pins('xdp'))


REFUSED = r'''
SEC("xdp") int entry_main(struct xdp_md *ctx)
{
	return *(volatile int *)((long)ctx->data + 1000);
}
char LICENSE[] SEC("license") = "GPL";
'''


def test_state_of_all_kinds(bench):
    """Whatever a component is made of, its state and its program array outlive an exchange."""
    bench.run('dispatch', '--attach', 'one', '--counters',
              *(f'{name}={bench.prog(f"dispatch_kinds.{side}")}:xdp_main,prio={i}'
                for i, (name, side, _) in enumerate(KINDS))).want(0)
    packet = bench.file(bytes(64))

    def run(times):
        for _ in range(times):
            out = json.loads(sh('bpftool', '-j', 'prog', 'run', 'pinned', pins('xdp') + '/prog',
                                'data_in', packet))
            assert out['retval'] == 2, out

    def seen():
        return {name: value('xdp', f'-data-{name}-bss') for name, _, _ in KINDS}

    run(3)
    assert seen() == {name: 3 * adds for name, _, adds in KINDS}
    assert runs(bench) == [(name, 3) for name, _, _ in KINDS]
    new = bench.prog('dispatch_kinds.4') + ':xdp_main'
    bench.run('dispatch', '--replace', f'loops={new}', 'one').want(0)
    assert seen() == {name: 0 if name == 'loops' else 3 * adds for name, _, adds in KINDS}
    run(2)
    assert seen() == {name: 2 * 39 if name == 'loops' else 5 * adds for name, _, adds in KINDS}
    assert runs(bench) == [(name, 5) for name, _, _ in KINDS]
    bench.run('dispatch', '--detach', 'one').want(0)


JUMPER = r'''
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} jumps SEC(".maps");
SEC("SECTION") int entry_main(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, 0);
	return XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
'''
QUIET = r'''
SEC("SECTION") int entry_main(struct xdp_md *ctx)
{
	return XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
'''


def test_program_arrays_and_frags(bench):
    """An array that stays holds programs of one kind, so the chain can't change its own."""
    def obj(text, section):
        return bench.compile(text.replace('SECTION', section))
    bench.run('dispatch', '--attach', 'one', 'jump=' + obj(JUMPER, 'xdp.frags'),
              'quiet=' + obj(QUIET, 'xdp.frags')).want(0)
    before = bench.run('dispatch', '--show', 'one', '--json').json()['chains'][0]['program_id']
    got = bench.run('dispatch', '--replace', 'quiet=' + obj(QUIET, 'xdp'), 'one').want(1)
    assert b'E2354' in got.err and b'jump__jumps' in got.err, got
    # Whoever is the only one to have an array may change as it likes.
    bench.run('dispatch', '--replace', 'quiet=' + obj(QUIET + '/* new */', 'xdp.frags'),
              'one').want(0)
    after = bench.run('dispatch', '--show', 'one', '--json').json()['chains'][0]['program_id']
    assert before != after
    bench.run('dispatch', '--replace', 'jump=' + obj(JUMPER, 'xdp'), 'one').want(0)
    bench.run('dispatch', '--detach', 'one').want(0)


def test_freplace(bench):
    """Where the kernel takes such programs they run; where it answers EPERM the error says what else
    there is, and nothing is left."""
    got = bench.run('dispatch', '--attach', 'one', '--mode', 'freplace',
                    'count=' + bench.prog('chain_counter'))
    if got.status:
        assert got.status == 4 and b'E4151' in got.err and b'inline mode' in got.err, got
        assert not os.path.exists(pins('xdp'))
        bench.skip('this kernel answers EPERM to programs of type EXT')
    bench.net.send({5000: 100}, rate=5000)
    assert value('xdp', 'count__state') == 100
    bench.run('dispatch', '--detach', 'one').want(0)


def test_somebody_elses_program(bench):
    chain = bench.path('chain.o')
    bench.run('dispatch', '-o', chain, bench.prog('chain_counter')).want(0)
    sh('bpftool', 'prog', 'load', chain, f'{BPFFS}/other', 'type', 'xdp')
    sh('bpftool', 'net', 'attach', 'xdpgeneric', 'pinned', f'{BPFFS}/other', 'dev', 'one')
    got = bench.run('dispatch', '--attach', 'one', bench.prog('chain_counter'))
    assert got.status in (1, 4) and b'E4139' in got.err, got
    sh('bpftool', 'net', 'detach', 'xdpgeneric', 'dev', 'one')


def test_a_device_that_went_away(bench):
    attach(bench, 'xdp')
    number = socket.if_nametoindex('one')
    bench.net.close()
    command.Bench.net = Net()
    got = bench.run('dispatch', '--show').want(0)
    assert b'not attached any more' in got.out, got
    bench.run('dispatch', '--detach', number).want(0)
    assert not os.listdir(f'{BPFFS}/bpfweld')


if __name__ == '__main__':
    if os.environ.get('BPFWELD_TEST_NS') != '1':
        os.environ['BPFWELD_TEST_NS'] = '1'
        probe = subprocess.run(['unshare', '--net', '--mount', 'mount', '-t', 'bpf', 'bpf', BPFFS],
                               check=False, capture_output=True)
        if probe.returncode:
            print(f'skipped: no namespaces or bpffs here: {probe.stderr.decode().strip()}')
            print('# passed=0 failed=0 skipped=1')
            sys.exit(0)
        os.execvp('unshare', ['unshare', '--net', '--mount', sys.executable, *sys.argv])
    sh('mount', '-t', 'bpf', 'bpf', BPFFS)
    os.environ['PATH'] += ':/usr/sbin'
    command.Bench.net = Net()
    try:
        command.main(sys.modules[__name__])
    finally:
        command.Bench.net.close()
