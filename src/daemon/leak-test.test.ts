import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PretendedProxyOptions } from '../../test/doubles/pretended-proxy.ts'
import { startProxyProcess } from '../../test/doubles/proxy-process.ts'
import { BoundExit } from '../platform/exit/bound-exit.ts'
import { DeviceSockets } from '../platform/exit/device-sockets.ts'
import { DIRECT, type Exit } from '../platform/exit/exit.ts'
import { type ProxyAddress, parseProxy } from '../platform/exit/proxy-address.ts'
import { ProxyExit } from '../platform/exit/proxy-exit.ts'
import { NodeTcp } from '../platform/tcp.ts'
import { NodeUdp } from '../platform/udp.ts'
import { type NodePorts, nodePorts } from './compose.ts'
import { type LeakReport, runLeakTest } from './leak-test.ts'

const linux = process.platform === 'linux' ? {} : { skip: 'only Linux shows a program its own sockets' }
const tied = DeviceSockets.load() === undefined ? { skip: 'sockets cannot be tied to an interface here' } : {}

async function reportOf(
  exit: Exit,
  change: (ports: NodePorts) => Partial<NodePorts> = () => ({}),
): Promise<LeakReport> {
  const ports = nodePorts(exit)
  try {
    return await runLeakTest({ exit, ports: { ...ports, ...change(ports) }, attemptMs: 300 })
  } finally {
    await ports.close()
  }
}

/** The proxy is another process: its sockets are not ours. */
async function through(
  options: PretendedProxyOptions,
  body: (exit: ProxyExit) => Promise<void>,
): Promise<void> {
  await using proxy = await startProxyProcess(options)
  const exit = await ProxyExit.open(parseProxy(proxy.url) as ProxyAddress)
  try {
    await body(exit)
  } finally {
    exit.close()
  }
}

function said(report: LeakReport): Record<string, string> {
  return Object.fromEntries(report.findings.map(({ kind, verdict }) => [kind, verdict]))
}

test('through a proxy that relays datagrams every socket leads to it', linux, () =>
  through({ protocol: 'socks5' }, async (exit) => {
    const report = await reportOf(exit)
    assert.deepEqual(said(report), {
      peers: 'as-told',
      incoming: 'off',
      'dht-utp': 'as-told',
      'udp-tracker': 'as-told',
      http: 'as-told',
      names: 'off',
      'local-discovery': 'off',
      'port-mapping': 'off',
    })
    assert.deepEqual(report.findings[0]?.seen, [`tcp to ${exit.at?.host}:${exit.at?.port}`])
  }),
)

test('through one that relays none there are none', linux, () =>
  through({ protocol: 'http' }, async (exit) => {
    const { peers, 'dht-utp': dht, 'udp-tracker': tracker } = said(await reportOf(exit))
    assert.deepEqual([peers, dht, tracker], ['as-told', 'off', 'off'])
  }),
)

test('on one interface every socket is tied to it', { ...linux, ...tied }, async () => {
  const exit = BoundExit.open('lo')
  const report = await reportOf(exit)
  exit.close()
  const verdicts = new Set(Object.values(said(report)))
  assert.deepEqual([...verdicts].sort(), ['as-told', 'off'])
  assert.equal(said(report)['local-discovery'], 'off')
  for (const { seen } of report.findings) for (const place of seen) assert.match(place, / by lo$/)
})

test('a socket that goes around the exit is found, whatever it is for', { ...linux, ...tied }, async () => {
  const around = { tcp: new NodeTcp(), udp: new NodeUdp() }
  await through({ protocol: 'socks5' }, async (exit) => {
    const leaking = said(await reportOf(exit, () => around))
    for (const kind of ['incoming', 'dht-utp', 'udp-tracker', 'local-discovery'])
      assert.equal(leaking[kind], 'leak', kind)
    assert.equal(leaking.http, 'as-told')
  })
  const exit = BoundExit.open('lo')
  const leaking = said(await reportOf(exit, () => around))
  exit.close()
  assert.equal(leaking['dht-utp'], 'leak')
})

test(
  'without a proxy or interface nobody outside is contacted, and nothing is called a leak',
  linux,
  async () => {
    const report = await reportOf(DIRECT)
    assert.equal(report.findings.filter(({ verdict }) => verdict === 'leak').length, 0)
    assert.equal(said(report).peers, 'as-told')
    assert.match(report.findings[0]?.seen[0] ?? '', /127\.0\.0\.1/)
  },
)
