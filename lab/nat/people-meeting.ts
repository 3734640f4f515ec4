// Two people behind routers, and a third whom both can call: how the two come to be linked, and what passes through the third.

import { type DeviceAddress, placeText } from '../../src/community/device-address.ts'
import type { DeviceId } from '../../src/community/ids.ts'
import type { LinkWay } from '../../src/community/service.ts'
import { Program } from '../netns/program.ts'
import { until } from '../netns/until.ts'
import type { PeoplePeerOrder, PeoplePeerPlan, PeoplePeerReport } from './people-peer.ts'
import type { NatWorld, Place } from './world.ts'

/** Direct addresses are tried for 4 s; what is relayed is punched at once and again after 30 s. */
const DEADLINE_MS = 20_000
/** Whoever is relayed after this long stays so. */
const SETTLED_MS = 5_000

export class PeoplePeer {
  report: PeoplePeerReport | undefined
  readonly program: Program
  readonly #plan: PeoplePeerPlan

  constructor(name: string, plan: PeoplePeerPlan, place: Place | undefined) {
    this.#plan = plan
    const script = new URL('./people-peer.ts', import.meta.url).pathname
    this.program = new Program(name, [process.execPath, script, JSON.stringify(plan)], {
      host: place,
      chatter: (line) => line.startsWith('{'),
    })
    this.program.onLine((line) => {
      if (line.startsWith('{')) this.report = JSON.parse(line) as PeoplePeerReport
    })
  }

  async started(): Promise<DeviceId> {
    return (await this.until('it runs', (report) => report)).device
  }

  order(order: PeoplePeerOrder): void {
    this.program.write(JSON.stringify(order))
  }

  addresses(host = this.#plan.listen.host): DeviceAddress[] {
    const { port } = this.#plan.listen
    return [placeText({ by: 'tcp', at: { host, port } }), placeText({ by: 'utp', at: { host, port } })]
  }

  way(device: DeviceId): LinkWay | undefined {
    return this.report?.links.find((link) => link.device === device)?.way
  }

  until<T>(what: string, look: (report: PeoplePeerReport) => T | undefined): Promise<T> {
    return until(`${this.program.name}: ${what}`, () => this.report && look(this.report), {
      deadlineMs: DEADLINE_MS,
      program: this.program,
      describe: () => JSON.stringify(this.report),
    })
  }
}

export interface PeopleMeeting {
  readonly way: LinkWay | 'none'
  readonly seconds: number
}

/** Both are linked to the third; one calls the other by what a rendezvous would tell of it. */
export class PeopleLab {
  readonly #world: NatWorld
  readonly #peers: PeoplePeer[] = []

  constructor(world: NatWorld) {
    this.#world = world
  }

  async open(
    places: readonly [Place, Place],
    port: number,
    relayDayBytes?: number,
  ): Promise<{ readonly one: PeoplePeer; readonly other: PeoplePeer; readonly relay: PeoplePeer }> {
    const budget = relayDayBytes === undefined ? {} : { relayDayBytes }
    const relay = this.#start(
      'relay',
      { listen: { host: this.#world.addresses[0], port }, ...budget },
      undefined,
    )
    const [one, other] = places.map((place, i) =>
      this.#start(i === 0 ? 'one' : 'other', { listen: { host: place.inner, port } }, place),
    ) as [PeoplePeer, PeoplePeer]
    const device = await relay.started()
    for (const peer of [one, other]) {
      await peer.started()
      peer.order({ kind: 'dial', device, addresses: relay.addresses() })
      await peer.until('it has seen itself from outside', ({ outside, dials }) =>
        dials.length > 0 && outside.length > 0 ? true : undefined,
      )
    }
    return { one, other, relay }
  }

  #start(name: string, plan: PeoplePeerPlan, place: Place | undefined): PeoplePeer {
    const peer = new PeoplePeer(name, plan, place)
    this.#peers.push(peer)
    return peer
  }

  async meet(places: readonly [Place, Place], port: number): Promise<PeopleMeeting> {
    try {
      const { one, other, relay } = await this.open(places, port)
      const [theirs, carrier] = [other.report?.device, relay.report?.device] as [DeviceId, DeviceId]
      const known: DeviceAddress[] = [...other.addresses(), ...other.addresses(places[1].outer)]
      const began = performance.now()
      const addresses = [...new Set(known), `relay/${carrier}` as DeviceAddress]
      one.order({ kind: 'dial', device: theirs, addresses })
      await one.until('it was called', ({ dials }) => (dials.length > 1 ? true : undefined))
      const seconds = (): number => (performance.now() - began) / 1_000
      while (one.way(theirs) === 'relayed' && performance.now() - began < SETTLED_MS) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      return { way: one.way(theirs) ?? 'none', seconds: seconds() }
    } finally {
      await this.close()
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#peers.splice(0).map(({ program }) => program.stop()))
  }
}
