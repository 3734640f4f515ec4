// A circle whose members are said by the test, and links between them that carry frames in order: for services that only ask who is
// in and who is linked.

import { decode } from '../../src/base/bencode.ts'
import { encode } from '../../src/base/bencode-encode.ts'
import { BDict } from '../../src/base/bencode-value.ts'
import type { Millis } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { type CircleId, type DeviceId, keyText, type PersonId } from '../../src/community/ids.ts'
import type {
  CircleFacts,
  MemberFacts,
  Membership,
  MembershipListener,
  Role,
} from '../../src/community/membership.ts'
import type { Service, ServiceOut } from '../../src/community/service.ts'
import { SystemSignatures } from '../../src/platform/signatures.ts'

export const CIRCLE = keyText<CircleId>(new Uint8Array(32).fill(7))
const signatures = new SystemSignatures()

export class Member {
  readonly name: string
  readonly seed: Uint8Array
  readonly device: DeviceId
  readonly person: PersonId

  constructor(number: number) {
    this.name = `member ${number}`
    this.seed = new SeededRandom(100 + number).bytes(32)
    this.device = keyText<DeviceId>(signatures.publicKey(this.seed))
    this.person = keyText<PersonId>(new SeededRandom(900 + number).bytes(32))
  }
}

/** Who is in, the same for everybody; who is linked with whom. */
export class CircleMembers {
  readonly members = new Map<DeviceId, { readonly member: Member; readonly role: Role }>()
  readonly #links = new Map<DeviceId, Set<DeviceId>>()
  readonly #sides = new Map<DeviceId, Side>()
  /** Frames under way, in order. */
  readonly #frames: { from: DeviceId; to: DeviceId; kind: string; bytes: Uint8Array }[] = []
  frames = 0
  bytes = 0
  now = 0 as Millis
  /** Frames of this kind are lost. */
  loses: string | undefined
  readonly hungUp: DeviceId[] = []

  join(member: Member, role: Role = 'member'): void {
    this.members.set(member.device, { member, role })
    this.#changed()
  }

  leave(member: Member): void {
    this.members.delete(member.device)
    for (const other of [...(this.#links.get(member.device) ?? [])]) this.unlink(member.device, other)
    this.#changed()
  }

  serve(member: Member, service: Service & Partial<MembershipListener>): void {
    this.#sides.set(member.device, { service, listener: service as unknown as MembershipListener })
  }

  out(member: Member): ServiceOut {
    return {
      send: (to, kind, body) => {
        if (!this.isLinked(member.device, to)) return false
        this.#frames.push({ from: member.device, to, kind, bytes: encode(body) })
        return true
      },
      hangUp: (device) => this.unlink(member.device, device),
    }
  }

  link(a: Member, b: Member): void {
    this.#linksOf(a.device).add(b.device)
    this.#linksOf(b.device).add(a.device)
    for (const [one, other] of [
      [a.device, b.device],
      [b.device, a.device],
    ] as const) {
      const side = this.#sides.get(one)
      side?.service.linked({ device: other, way: 'direct', outgoing: one === a.device }, this.now)
      side?.listener.memberLinked?.(CIRCLE, other)
    }
  }

  unlink(a: DeviceId, b: DeviceId): void {
    if (!this.#linksOf(a).delete(b)) return
    this.#linksOf(b).delete(a)
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const side = this.#sides.get(one)
      side?.listener.memberUnlinked?.(CIRCLE, other)
      side?.service.unlinked(other, this.now)
    }
  }

  isLinked(a: DeviceId, b: DeviceId): boolean {
    return this.#links.get(a)?.has(b) === true
  }

  /** Everybody linked with everybody. */
  linkAll(members: readonly Member[]): void {
    members.forEach((one, i) => {
      for (const other of members.slice(i + 1)) this.link(one, other)
    })
  }

  /** Carries frames until nothing is under way. @throws after `most` frames: somebody goes in circles */
  settle(most = 100_000): void {
    for (let carried = 0; this.#frames.length > 0; carried++) {
      if (carried > most) throw new Error('frames without end')
      const frame = this.#frames.shift()
      if (frame !== undefined) this.#carry(frame)
    }
  }

  /** Lets time pass, waking whoever wants to be woken; no further than to where `interrupted` says so. */
  pass(ms: number, interrupted: () => boolean = () => false): void {
    const until = this.now + ms
    for (let turns = 0; turns < 100_000; turns++) {
      this.settle()
      const next = Math.min(
        ...[...this.#sides.values()].map(({ service }) => service.deadline() ?? Number.POSITIVE_INFINITY),
      )
      if (!(next <= until)) break
      this.now = Math.max(this.now, next) as Millis
      for (const { service } of this.#sides.values())
        if ((service.deadline() ?? Number.POSITIVE_INFINITY) <= this.now) service.wake(this.now)
      if (interrupted()) {
        this.settle()
        return
      }
    }
    this.now = until as Millis
  }

  /** As one of them sees it. */
  seenBy(me: Member): Membership {
    return {
      circles: () => (this.members.has(me.device) ? [CIRCLE] : []),
      facts: (circle) => (circle === CIRCLE ? this.#facts(me) : undefined),
      epoch: () => undefined,
      linked: (circle) =>
        circle === CIRCLE ? [...this.#linksOf(me.device)].filter((each) => this.members.has(each)) : [],
      isLinked: (circle, device) =>
        circle === CIRCLE && this.members.has(device) && this.isLinked(me.device, device),
      watch: () => {},
    }
  }

  #facts(me: Member): CircleFacts {
    const members = new Map<PersonId, MemberFacts>()
    const owners = new Map<DeviceId, PersonId>()
    for (const [device, { member, role }] of this.members) {
      const key = new Uint8Array(32)
      const facts = {
        person: member.person,
        role,
        muted: false,
        addedAt: 0,
        devices: new Map([[device, key]]),
      }
      members.set(member.person, facts)
      owners.set(device, member.person)
    }
    return {
      id: CIRCLE,
      members,
      owners,
      pins: new Map(),
      removed: new Set(),
      policy: {
        history: 'all',
        approval: false,
        retentionDays: 30,
        retentionBytes: 50_000_000,
        keepCopies: this.keepCopies,
      },
      epoch: undefined,
      mine: this.members.get(me.device)?.role,
    }
  }
  keepCopies = 0

  #carry({ from, to, kind, bytes }: { from: DeviceId; to: DeviceId; kind: string; bytes: Uint8Array }): void {
    if (!this.isLinked(from, to) || kind === this.loses) return
    this.frames++
    this.bytes += bytes.length
    const { value } = decode(bytes, 'canonical', { lengthBytes: 270_000, depth: 8, tokens: 100_000 })
    if (!(value instanceof BDict)) throw new Error('no frame')
    try {
      this.#sides.get(to)?.service.received(from, kind, value, this.now)
    } catch (error) {
      if ((error as { blame?: string }).blame !== 'remote') throw error
      this.hungUp.push(from)
      this.unlink(from, to)
    }
  }

  #linksOf(device: DeviceId): Set<DeviceId> {
    const links = this.#links.get(device) ?? new Set()
    this.#links.set(device, links)
    return links
  }

  #changed(): void {
    for (const { listener } of this.#sides.values()) listener.circleChanged?.(CIRCLE)
  }
}

interface Side {
  readonly service: Service
  readonly listener: Partial<MembershipListener>
}
