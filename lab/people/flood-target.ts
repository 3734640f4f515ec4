// A node with a switchboard and one service, as the part that meets people has them, with its heap cap, for floods in tests. It
// answers every message of its parent with its figures, and echoes what members say. Ends with its parent.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Encodable } from '../../src/base/bencode-encode.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import type { DeviceId } from '../../src/community/ids.ts'
import { CommunityNode } from '../../src/community/network/node.ts'
import type { Service } from '../../src/community/service.ts'
import { Switchboard } from '../../src/community/switchboard.ts'
import { openWires } from '../../src/daemon/community/wires.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { NodeTcp } from '../../src/platform/tcp.ts'
import { NodeUdp } from '../../src/platform/udp.ts'

export interface FloodTargetReady {
  readonly kind: 'ready'
  readonly at: Endpoint
  readonly device: DeviceId
}

export interface FloodTargetFigures {
  readonly kind: 'figures'
  readonly lagP99Ms: number
  readonly lagMaxMs: number
  readonly rssBytes: number
  readonly heapBytes: number
  readonly cpuMs: number
  readonly links: number
}

const [host = '', ...members] = process.argv.slice(2)
const clock = new SystemClock()
const random = new SystemRandom()
const lag = monitorEventLoopDelay({ resolution: 5 })
lag.enable()

const node = await CommunityNode.start({
  seed: random.bytes(32),
  now: () => clock.now(),
  wires: await openWires({
    tcp: new NodeTcp(),
    udp: new NodeUdp(),
    clock,
    random,
    at: { host, port: 0 },
  }),
  gate: { mayLink: () => true, knows: (device) => members.includes(device) },
  events: {
    linked: (link) => board.linked(link, clock.now()),
    received: (device, bytes) => board.received(device, bytes, clock.now()),
    drained: (device) => board.drained(device, clock.now()),
    unlinked: (device) => board.unlinked(device, clock.now()),
    opened: () => false,
  },
})
const board: Switchboard = new Switchboard({
  carrier: {
    send: (device, bytes) => node.send(device, bytes),
    hangUp: (device, _code, blame) => node.hangUp(device, blame),
    hold: (device, held) => node.hold(device, held),
  },
  standing: (device) => (members.includes(device) ? 'member' : 'stranger'),
})
const out = board.out('echo')
const echo: Service = {
  name: 'echo',
  linked() {},
  received: (from, kind, body) => {
    out.send(from, kind, { n: (body.int('n') ?? 0) as Encodable })
  },
  drained() {},
  unlinked() {},
  wake() {},
  deadline: () => undefined,
}
board.add(echo)
setInterval(() => board.wake(clock.now()), 50).unref()

process.once('disconnect', () => process.exit())
process.on('message', () => {
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const figures: FloodTargetFigures = {
    kind: 'figures',
    lagP99Ms: lag.percentile(99) / 1e6,
    lagMaxMs: lag.max / 1e6,
    rssBytes: rss,
    heapBytes: heapUsed,
    cpuMs: (user + system) / 1_000,
    links: node.links().length,
  }
  lag.reset()
  process.send?.(figures)
})
const [at] = node.listening('tcp')
process.send?.({ kind: 'ready', at, device: node.device } as FloodTargetReady)
