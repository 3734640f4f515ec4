// One node of the network of people on a computer of the world, as a process of its own; everybody it meets counts as a member
// of one circle. Told by lines of JSON on its input, tells by lines on its output. Ends when its input ends.
//   node lab/nat/people-peer.ts PLAN       (a PeoplePeerPlan as JSON)

import { createInterface } from 'node:readline'
import type { Endpoint } from '../../src/base/endpoint.ts'
import type { DeviceAddress } from '../../src/community/device-address.ts'
import type { DeviceId } from '../../src/community/ids.ts'
import { CommunityNode, type DialOutcome } from '../../src/community/network/node.ts'
import type { LinkWay } from '../../src/community/service.ts'
import { openWires } from '../../src/daemon/community/wires.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { NodeTcp } from '../../src/platform/tcp.ts'
import { NodeUdp } from '../../src/platform/udp.ts'

export interface PeoplePeerPlan {
  readonly listen: Endpoint
  /** Carried for others a day; for a budget that a test can empty. */
  readonly relayDayBytes?: number
}

export type PeoplePeerOrder =
  | { readonly kind: 'dial'; readonly device: DeviceId; readonly addresses: readonly DeviceAddress[] }
  /** As much as there is room for, until the link ends or that much is sent. */
  | { readonly kind: 'fill'; readonly device: DeviceId; readonly lengthBytes: number }

export interface PeoplePeerReport {
  readonly device: DeviceId
  readonly links: readonly { readonly device: DeviceId; readonly way: LinkWay }[]
  readonly receivedBytes: number
  readonly dials: readonly DialOutcome[]
  readonly outside: readonly DeviceAddress[]
}

const PART = new Uint8Array(16_384)

const plan = JSON.parse(process.argv[2] ?? '') as PeoplePeerPlan
const clock = new SystemClock()
const random = new SystemRandom()
const dials: DialOutcome[] = []
let receivedBytes = 0
let outside: readonly DeviceAddress[] = []
let fill: (() => void) | undefined
let telling = false
const node = await CommunityNode.start({
  seed: random.bytes(32),
  now: () => clock.now(),
  wires: await openWires({ tcp: new NodeTcp(), udp: new NodeUdp(), clock, random, at: plan.listen }),
  ...(plan.relayDayBytes === undefined ? {} : { relayDayBytes: plan.relayDayBytes }),
  gate: { mayLink: () => true, knows: () => true, mayRelay: () => 'the circle' },
  events: {
    linked: () => tell(),
    unlinked: () => tell(),
    drained: () => fill?.(),
    received: (_device, bytes) => {
      receivedBytes += bytes.length
      tell()
    },
    opened: () => false,
  },
})

/** Once a turn. */
function tell(): void {
  if (telling) return
  telling = true
  setImmediate(() => {
    telling = false
    const links = node.links().map(({ device, way }) => ({ device, way }))
    const report: PeoplePeerReport = { device: node.device, links, receivedBytes, dials, outside }
    console.log(JSON.stringify(report))
  })
}

async function obey(order: PeoplePeerOrder): Promise<void> {
  if (order.kind === 'dial') {
    dials.push(await node.dial(order.device, order.addresses))
    outside = await node.outside()
    tell()
    return
  }
  let left = order.lengthBytes
  fill = () => {
    while (left > 0 && node.send(order.device, PART)) left -= PART.length
  }
  fill()
}

createInterface({ input: process.stdin })
  .on('line', (line) => void obey(JSON.parse(line) as PeoplePeerOrder))
  .on('close', () => void node.close())
tell()
