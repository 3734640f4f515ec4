// Nodes of the network of people on loopback, over the real wires, each with what it was told.

import type { TestContext } from 'node:test'
import type { BDict } from '../../src/base/bencode.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import { type DeviceAddress, placeText } from '../../src/community/device-address.ts'
import type { DeviceId } from '../../src/community/ids.ts'
import type { ByteStream } from '../../src/community/network/byte-stream.ts'
import { CommunityNode } from '../../src/community/network/node.ts'
import { openWires } from '../../src/daemon/community/wires.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { NodeTcp } from '../../src/platform/tcp.ts'
import { NodeUdp } from '../../src/platform/udp.ts'

const PATIENCE_MS = 20_000

export interface TestNodeOptions {
  /** Without it nothing is punched. */
  readonly utp?: boolean
  readonly relayDayBytes?: number
}

export class TestNode {
  node!: CommunityNode
  readonly blocked = new Set<DeviceId>()
  readonly known = new Set<DeviceId>()
  readonly received = new Map<DeviceId, Uint8Array[]>()
  drained = 0
  onOpened: (device: DeviceId, header: BDict, stream: ByteStream) => boolean = () => false
  readonly #linked = new Set<DeviceId>()
  #changed = Promise.withResolvers<void>()

  /** By circle, as the gate of a relay answers. */
  mayRelay: (from: DeviceId, to: DeviceId) => string | undefined = () => undefined

  static async open({ utp = true, relayDayBytes }: TestNodeOptions = {}): Promise<TestNode> {
    const self = new TestNode()
    const clock = new SystemClock()
    const random = new SystemRandom()
    const wires = await openWires({
      tcp: new NodeTcp(),
      udp: new NodeUdp(),
      clock,
      random,
      at: { host: '127.0.0.1', port: 0 },
    })
    const used = wires.filter(({ kind }) => utp || kind === 'tcp')
    for (const wire of wires) if (!used.includes(wire)) await wire.close()
    self.node = await CommunityNode.start({
      seed: random.bytes(32),
      now: () => clock.now(),
      wires: used,
      ...(relayDayBytes === undefined ? {} : { relayDayBytes }),
      gate: {
        mayLink: (device) => !self.blocked.has(device),
        knows: (device) => self.known.has(device),
        mayRelay: (from, to) => self.mayRelay(from, to),
      },
      events: {
        linked: ({ device }) => {
          if (self.#linked.has(device)) throw new Error('linked twice')
          self.#linked.add(device)
          self.changed()
        },
        received: (device, bytes) => {
          self.received.set(device, [...(self.received.get(device) ?? []), bytes])
          self.changed()
        },
        drained: () => {
          self.drained++
          self.changed()
        },
        unlinked: (device) => {
          if (!self.#linked.delete(device)) throw new Error('unlinked without a link')
          self.changed()
        },
        opened: (device, header, stream) => self.onOpened(device, header, stream),
      },
    })
    return self
  }

  get device(): DeviceId {
    return this.node.device
  }

  addresses(by: 'tcp' | 'utp'): DeviceAddress[] {
    return this.node.listening(by).map((at) => placeText({ by, at }))
  }

  linkedNow(): number {
    return this.#linked.size
  }

  bytesFrom(device: DeviceId): Uint8Array {
    return concatBytes(this.received.get(device) ?? [])
  }

  linkedWith(device: DeviceId): Promise<void> {
    return this.until(() => this.#linked.has(device))
  }

  changed(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers<void>()
  }

  /** Looks again whenever something happened, and now and then. */
  async until(condition: () => boolean): Promise<void> {
    const giveUp = performance.now() + PATIENCE_MS
    while (!condition()) {
      if (performance.now() > giveUp) throw new Error(`not so after ${PATIENCE_MS} ms: ${condition}`)
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, 20)
      await Promise.race([promise, this.#changed.promise])
      clearTimeout(timer)
    }
  }
}

/** Closed with the test. */
export async function openNodes<N extends number>(
  t: TestContext,
  count: N,
  options: TestNodeOptions = {},
): Promise<N extends 1 ? [TestNode] : N extends 2 ? [TestNode, TestNode] : [TestNode, TestNode, TestNode]> {
  const nodes = await Promise.all(Array.from({ length: count }, () => TestNode.open(options)))
  t.after(() => Promise.all(nodes.map(({ node }) => node.close())))
  return nodes as never
}
