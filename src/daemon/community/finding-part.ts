// How devices that are wanted are found: sealed notes in the daemon's DHT, daily keys on the local network, and what members tell
// one another. What is found is learned, and called by whoever calls (people-net.ts).

import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Udp } from '../../base/ports.ts'
import type { CircleService } from '../../community/circle/circle-service.ts'
import { type DeviceAddress, placeText } from '../../community/device-address.ts'
import type { CircleId, DeviceId } from '../../community/ids.ts'
import { ReachService } from '../../community/meeting/reach-service.ts'
import type { LanWorld } from '../../community/rendezvous/lan-beacon.ts'
import type { RendezvousWorld } from '../../community/rendezvous/rendezvous.ts'
import { LanDriver } from './lan-driver.ts'
import type { PeopleNet } from './people-net.ts'
import type { PeopleGround, PeoplePart } from './people-part.ts'
import { RendezvousDriver } from './rendezvous-driver.ts'
import type { AddressRecords } from './store/address-records.ts'

export interface FindingSurroundings {
  readonly net: PeopleNet
  readonly addresses: AddressRecords
  readonly circles: CircleService
  isLinked(device: DeviceId): boolean
  /** People outside circles, with what only both know. */
  contacts(): ReturnType<RendezvousWorld['contacts']>
  /** Datagrams by the one way out; undefined where it is not to be used on the local network. */
  lan(): Udp | undefined
}

export interface FindingPart extends PeoplePart {
  readonly reach: ReachService
  /** Circles, contacts, invites or our own addresses are others. */
  changed(): void
}

/** Older secrets under which somebody is looked for who was away while they changed. */
const ACCESSES = 3
/** Who was at which place of the local network, so that it is not called again while it is linked. */
const MOST_MET = 256
/** Of those that may let us in by an invite, as they were found. */
const MOST_ADMITTERS = 16

/** The one in force first, then those before it. */
function accessesOf(circles: CircleService, circle: CircleId): readonly Uint8Array[] {
  const current = circles.membership.facts(circle)?.epoch
  const older = circles
    .secretsOf(circle)
    .flatMap(({ id }) => circles.membership.epoch(circle, id) ?? [])
    .filter(({ id }) => id !== current?.id)
    .sort((a, b) => b.generation - a.generation)
  return [...(current === undefined ? [] : [current]), ...older]
    .slice(0, ACCESSES)
    .map(({ access }) => access)
}

export function openFindingPart(ground: PeopleGround, around: FindingSurroundings): FindingPart {
  const { own, crypto, clock, wall, random, ask, turn } = ground
  const { net, addresses, circles } = around
  const admitters = new Set<DeviceId>()

  const found = (device: DeviceId, places: readonly DeviceAddress[]): void => {
    turn(() => addresses.learn(device, places))
    net.heardOf(device)
  }
  const devicesOf = (circle: CircleId): DeviceId[] =>
    [...(circles.membership.facts(circle)?.members.values() ?? [])]
      .flatMap(({ devices }) => [...devices.keys()])
      .filter((device) => device !== own.device)

  const world: RendezvousWorld = {
    circles: () =>
      circles.membership.circles().flatMap((circle) => {
        const facts = circles.membership.facts(circle)
        if (facts?.mine === undefined) return []
        const accesses = accessesOf(circles, circle)
        return accesses.length === 0 ? [] : [{ accesses, devices: devicesOf(circle) }]
      }),
    contacts: () => around.contacts(),
    admits: () => circles.admits().map(({ invite }) => invite),
    joinings: () =>
      circles
        .joinings()
        .filter(({ step }) => step !== 'joined' && step !== 'failed')
        .map(({ invite }) => invite),
    isLinked: (device) => around.isLinked(device),
    addresses: () => net.addresses,
    found,
    invited: (_, device, places) => {
      if (admitters.size < MOST_ADMITTERS) admitters.add(device)
      found(device, places)
    },
  }
  const rendezvous = new RendezvousDriver({
    me: own.device,
    deviceSeed: own.deviceSeed,
    crypto,
    clock,
    wall,
    random,
    ask,
    world,
  })

  const lanWorld: LanWorld = {
    circles: () => [
      ...world
        .circles()
        .flatMap(({ accesses: [secret], devices }) => (secret === undefined ? [] : [{ secret, devices }])),
      ...world.contacts(),
    ],
    port: () => net.port ?? 0,
    visible: () => ground.settings().visible === 'everyone',
    found: (device, at) => found(device, [placeText({ by: 'tcp', at }), placeText({ by: 'utp', at })]),
    somebody: (at) => void meet(at),
  }
  const met = new Map<string, DeviceId>()
  const meet = async (at: Endpoint): Promise<void> => {
    const place = endpointText(at)
    const known = met.get(place)
    if (known !== undefined && around.isLinked(known)) return
    const device = await net.node?.meet('tcp', at)
    met.delete(place)
    if (device === undefined) return
    if (met.size >= MOST_MET) met.delete(met.keys().next().value as string)
    met.set(place, device)
  }
  let lan: LanDriver | undefined
  const reach = new ReachService({
    me: own.device,
    out: ground.out('reach'),
    membership: circles.membership,
    book: addresses,
    own: () => net.addresses,
    heardOf: (device) => net.heardOf(device),
    now: () => clock.now(),
  })
  circles.membership.watch(reach)
  const hope = (circle: CircleId): void => net.hope(new Set(devicesOf(circle)))
  // New operations and secrets, and a member between us that may carry: who was refused may be let in.
  circles.membership.watch({ circleChanged: hope, memberLinked: hope, memberUnlinked: () => undefined })

  return {
    reach,
    services: [reach],
    calls: {},
    networkIsThere: async () => {
      const udp = around.lan()
      if (udp !== undefined) {
        lan = new LanDriver({ me: own.device, crypto, udp, clock, wall, random, world: lanWorld })
        await lan.open()
      }
      rendezvous.changed()
    },
    *wanted() {
      if (world.joinings().length > 0) yield* admitters
      else admitters.clear()
    },
    moved: () => {
      reach.moved()
      rendezvous.changed()
    },
    changed: () => {
      rendezvous.changed()
      lan?.changed()
    },
    settingsChanged: () => lan?.changed(),
    close: () => {
      rendezvous.close()
      lan?.close()
    },
  }
}
