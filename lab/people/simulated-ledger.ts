// The judge of the simulation: what was answered as written, kept as it was answered, and what every device says in the end.
// It asks the devices for nothing but what they show, and resolves the union of all operations anew. Promise: `differences` is
// empty only if every member has every message that counts once, whole and after what its author had seen.

import { hash } from 'node:crypto'
import { toHex } from '../../src/base/bytes.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { factsOf } from '../../src/community/circle/circle-facts.ts'
import { OperationGraph } from '../../src/community/circle/graph.ts'
import { readOperation } from '../../src/community/circle/operation-codec.ts'
import { Resolver } from '../../src/community/circle/resolver.ts'
import type { CircleId, DeviceId, PersonId } from '../../src/community/ids.ts'
import type { CircleFacts } from '../../src/community/membership.ts'
import { QuickCrypto } from '../sim/people-crypto.ts'
import type { SimulatedDevice } from './simulated-device.ts'

/** A message that was answered as written. */
export interface Written {
  readonly id: string
  readonly author: DeviceId
  readonly seq: number
  readonly text: string
  /** The newest messages that its author was shown then: they come before it, everywhere. */
  readonly seen: readonly string[]
}

export interface Shown {
  readonly id: string
  readonly text: string
}

/** Everything that was signed by anybody, resolved at once. */
export function truthOf(circle: CircleId, devices: readonly SimulatedDevice[]): Truth {
  const crypto = new QuickCrypto(new SeededRandom(1))
  const graph = new OperationGraph(circle)
  const known = new Set<string>()
  for (const { store } of devices)
    for (const bytes of store.operations(circle)) {
      const name = hash('sha256', bytes, 'hex')
      if (known.has(name)) continue
      known.add(name)
      graph.add(readOperation(bytes, crypto))
    }
  const resolver = new Resolver(graph)
  return { resolver, facts: factsOf(resolver, '' as DeviceId, () => undefined) }
}

export interface Truth {
  readonly resolver: Resolver
  readonly facts: CircleFacts
}

export class Ledger {
  readonly #written = new Map<string, Written>()

  wrote(message: Written): void {
    this.#written.set(message.id, message)
  }

  get size(): number {
    return this.#written.size
  }

  /** @param told of whom it is known that they must have been told that they are out */
  differences(circle: CircleId, devices: readonly SimulatedDevice[], told: ReadonlySet<DeviceId>): string[] {
    const truth = truthOf(circle, devices)
    const live = new Set([...truth.facts.members.values()].flatMap((member) => [...member.devices.keys()]))
    const inside = devices.filter(({ device }) => live.has(device))
    return [
      ...this.#membersOf(circle, inside, truth),
      ...this.#outside(circle, devices, live, told, truth),
      ...this.#messagesOf(circle, inside, truth),
    ]
  }

  // ── Who is in ──

  #membersOf(circle: CircleId, inside: readonly SimulatedDevice[], truth: Truth): string[] {
    const wanted = membersText(truth.facts)
    const sum = toHex(truth.resolver.graph.sum())
    const sums = new Map<string, number>()
    for (const { service } of inside) {
      const one = toHex(service.sumOf(circle))
      sums.set(one, (sums.get(one) ?? 0) + 1)
    }
    // What somebody who is out signed afterwards reaches nobody: then all members have the same without it.
    const common = [...sums].sort((a, b) => b[1] - a[1])[0]?.[0] ?? sum
    const epochs = new Set<string>()
    const found: string[] = []
    for (const { service, number } of inside) {
      const facts = service.membership.facts(circle)
      if (facts?.mine === undefined) found.push(`${number} is in and does not know it`)
      else if (membersText(facts) !== wanted) found.push(`members of ${number}`)
      if (toHex(service.sumOf(circle)) !== common) found.push(`operations of ${number}`)
      if (facts?.epoch === undefined) found.push(`${number} has no epoch`)
      else {
        epochs.add(facts.epoch.id)
        if ((facts.epoch.read !== undefined) !== (facts.mine !== 'keeper')) found.push(`key of ${number}`)
      }
    }
    if (epochs.size > 1) found.push(`${epochs.size} epochs are written with`)
    return found
  }

  #outside(
    circle: CircleId,
    devices: readonly SimulatedDevice[],
    live: ReadonlySet<DeviceId>,
    told: ReadonlySet<DeviceId>,
    { facts }: Truth,
  ): string[] {
    const found: string[] = []
    for (const { service, store, device, person, number } of devices) {
      if (live.has(device) || !facts.owners.has(device)) continue
      if (service.membership.facts(circle)?.mine === undefined) continue
      const crypto = new QuickCrypto(new SeededRandom(1))
      const knows = [...store.operations(circle)].some((bytes) => {
        const { body, author } = readOperation(bytes, crypto)
        return (
          (body.kind === 'remove' && body.person === person) ||
          (body.kind === 'device-remove' && body.device === device) ||
          (body.kind === 'leave' && author === device)
        )
      })
      if (told.has(device))
        found.push(`${number} is out, was linked, and believes to be in (${knows ? 'told' : 'not told'})`)
    }
    return found
  }

  // ── What was said ──

  #messagesOf(circle: CircleId, inside: readonly SimulatedDevice[], truth: Truth): string[] {
    const found: string[] = []
    const readers = inside.filter(({ service }) => {
      const mine = service.membership.facts(circle)?.mine
      return mine !== undefined && mine !== 'keeper'
    })
    const shown = new Map(readers.map((device) => [device, device.shown(circle)]))
    const anywhere = new Set([...shown.values()].flatMap((list) => list.map(({ id }) => id)))
    const frozen = new Set(readers.flatMap(({ chat }) => chat.chat.frozen(circle)))
    const order = longest([...shown.values()])
    for (const message of this.#written.values())
      if (!anywhere.has(message.id) && this.#mustBe(message, truth, frozen))
        found.push(`"${message.text}" is nowhere`)
    for (const [device, list] of shown) {
      const { number } = device
      const places = new Map(list.map(({ id }, place) => [id, place]))
      if (places.size !== list.length) found.push(`${number} is shown a message twice`)
      for (const { id, text } of list) {
        const written = this.#written.get(id)
        if (written === undefined) found.push(`${number} is shown what nobody said: ${text}`)
        else found.push(...this.#shownRight(number, written, text, places, truth))
        if (written !== undefined && device.blocked.has(truth.facts.owners.get(written.author) ?? ''))
          found.push(`${number} is shown whom it blocked`)
      }
      for (const id of anywhere) {
        const author = truth.facts.owners.get((this.#written.get(id) as Written).author) ?? ''
        // What a muted person writes is shown to nobody else.
        const muted = truth.facts.members.get(author as PersonId)?.muted === true && author !== device.person
        if (!places.has(id) && !device.blocked.has(author) && !muted)
          found.push(`${number} has not "${this.#written.get(id)?.text}"`)
      }
      if (!isPart(list, order)) found.push(`order of ${number}`)
    }
    return found
  }

  #shownRight(
    number: number,
    written: Written,
    text: string,
    places: ReadonlyMap<string, number>,
    { facts }: Truth,
  ): string[] {
    const found: string[] = []
    if (text !== written.text) found.push(`${number} is shown "${text}" for "${written.text}"`)
    const pin = facts.pins.get(written.author)
    if (pin !== undefined && written.seq > pin.seq) found.push(`${number} has "${text}" from beyond a pin`)
    const place = places.get(written.id) as number
    if (written.seen.some((id) => (places.get(id) ?? -1) > place))
      found.push(`${number} has "${text}" before what its author had seen`)
    return found
  }

  /** Of who is out what nobody took before they went may be lost; of who is in nothing is. */
  #mustBe({ author, seq }: Written, { facts }: Truth, frozen: ReadonlySet<DeviceId>): boolean {
    return !frozen.has(author) && facts.owners.has(author) && !facts.pins.has(author) && seq > 0
  }
}

function membersText(facts: CircleFacts): string {
  return [...facts.members.values()]
    .map(({ person, role, muted, devices }) => [person, role, muted, ...[...devices.keys()].sort()].join())
    .sort()
    .join('\n')
}

function longest(lists: readonly (readonly Shown[])[]): readonly Shown[] {
  return lists.reduce((most, list) => (list.length > most.length ? list : most), [])
}

/** In the same order, whatever is left out. */
function isPart(list: readonly Shown[], of: readonly Shown[]): boolean {
  const places = new Map(of.map(({ id }, place) => [id, place]))
  let last = -1
  for (const { id } of list) {
    const place = places.get(id)
    if (place === undefined) continue
    if (place < last) return false
    last = place
  }
  return true
}
