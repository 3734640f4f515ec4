// Keeps each file of a circle with at least k holders: members who give room fetch what too few have, each by an order that all compute
// alike (keep-rank.ts). Holders are those in whose catalogue a content stands: a kept copy is offered like everything else.
// Frames: `room` {c circle, f free bytes, d devices that are linked with me}, `plan` {c, i contents that I fetch}.
// Promises: who is first for a copy fetches it, others only when the first do not say within TURN_MS that they do; what was said
// counts as a copy until it is one or PLAN_MS are over; a copy goes only where k others are here without it.

import type { BDict } from '../../base/bencode-value.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import { RecordError } from '../community-error.ts'
import { type CircleId, type DeviceId, keyBytes } from '../ids.ts'
import type { Membership, MembershipListener } from '../membership.ts'
import type { Link, Service, ServiceOut } from '../service.ts'
import { circleIn, contentsIn, packed, roomIn } from './keep-frames.ts'
import { keepOrder } from './keep-rank.ts'
import { type KeepSide, keepSide, type OfferedContent } from './keep-side.ts'
import { MAX_SEEN } from './presence.ts'

/** Changes come in bursts, and heads need a moment to be everywhere. */
export const LOOK_AFTER_MS = 5_000
/** The first for a copy have so long to say that they fetch it, then the next one may. */
export const TURN_MS = 60_000
/** A fetch that was said and did not come to an end: it does not count any more. */
export const PLAN_MS = 30 * 60_000
/** Said again before it is over. */
const PLAN_AGAIN_MS = 10 * 60_000
/** Fetched at once in one circle: each takes its share of the line anyway. */
export const MAX_FETCHING = 4
/** Of one device, in all circles: more are told one after another. */
const MAX_PLANS = 256
/** A content that could not be got is left to others so long. */
const REST_MS = 15 * 60_000
const ROOM_EVERY_MS = 10_000
/** What came to an end is told together with what ends next: heads say the same sooner or later. */
const PLANS_SOON_MS = 10_000

export interface KeepGround {
  readonly me: DeviceId
  readonly out: ServiceOut
  readonly membership: Membership
  readonly digest: Digest
  /** All that members offer there, kept copies included. */
  offered(circle: CircleId): Iterable<OfferedContent>
  /** Copies that lie here for the circle, with their lengths. */
  kept(circle: CircleId): ReadonlyMap<string, number>
  /** Room that I give to it, in all. */
  spaceBytes(circle: CircleId): number
  /** Answered by ended(). */
  get(circle: CircleId, content: OfferedContent): void
  /** Deletes a copy and offers it no more; done when it returns. */
  drop(circle: CircleId, content: string): void
  /** How many contents have fewer holders than asked for. */
  counted(circle: CircleId, tooFew: number): void
}

export class KeepService implements Service, MembershipListener {
  readonly name = 'keep'
  readonly #ground: KeepGround
  readonly #sides = new Map<CircleId, KeepSide>()
  #now: Millis

  constructor(ground: KeepGround, now: Millis) {
    this.#ground = ground
    this.#now = now
  }

  // ── commands ──

  /** What members offer there is another, or the room that I give. */
  changed(circle: CircleId, now: Millis): void {
    this.#now = now
    const side = this.#sideOf(circle)
    if (side === undefined) return
    side.lookAt ??= after(now, LOOK_AFTER_MS)
    this.#roomSoon(side, now)
  }

  /** A copy is here and offered, or it could not be got. */
  ended(circle: CircleId, content: string, outcome: 'kept' | 'failed', now: Millis): void {
    this.#now = now
    const side = this.#sides.get(circle)
    if (side?.fetching.delete(content) !== true) return
    side.claims.delete(content)
    if (outcome === 'failed') side.resting.set(content, after(now, REST_MS))
    this.#fetchNext(circle, side)
    this.#plansSoon(side, now)
    this.changed(circle, now)
  }

  // ── Service ──

  linked(_link: Link, now: Millis): void {
    this.#now = now
  }

  received(from: DeviceId, kind: string, body: BDict, now: Millis): void {
    this.#now = now
    const circle = circleIn(body)
    const side = this.#sideOf(circle)
    if (side === undefined || !this.#isPartner(circle, from)) return
    if (kind === 'room') this.#heardRoom(circle, side, from, body, now)
    else if (kind === 'plan') this.#heardPlan(side, from, body, now)
    else throw new RecordError('FRAME_INVALID', { what: kind })
  }

  drained(_device: DeviceId, _now: Millis): void {}

  unlinked(device: DeviceId, now: Millis): void {
    this.#now = now
    for (const [circle, side] of this.#sides) this.#gone(circle, side, device, now)
  }

  wake(now: Millis): void {
    this.#now = now
    for (const [circle, side] of [...this.#sides]) {
      if (side.roomAt !== undefined && now >= side.roomAt) this.#tellRoom(circle, side, now)
      if (side.planAt !== undefined && now >= side.planAt) this.#tellPlans(circle, side, now)
      if (side.lookAt !== undefined && now >= side.lookAt) this.#look(circle, side, now)
    }
  }

  deadline(): Millis | undefined {
    return earliest(
      ...[...this.#sides.values()].flatMap(({ lookAt, planAt, roomAt }) => [lookAt, planAt, roomAt]),
    )
  }

  // ── MembershipListener ──

  circleChanged(circle: CircleId): void {
    const facts = this.#ground.membership.facts(circle)
    if (facts?.mine === undefined) this.#sides.delete(circle)
    else this.changed(circle, this.#now)
  }

  memberLinked(circle: CircleId, device: DeviceId): void {
    const side = this.#sideOf(circle)
    if (side === undefined) return
    side.presence.linked(device, this.#now)
    this.#sendRoom(circle, side, device)
    this.#sendPlans(circle, side, device)
    this.changed(circle, this.#now)
  }

  memberUnlinked(circle: CircleId, device: DeviceId): void {
    const side = this.#sides.get(circle)
    if (side !== undefined) this.#gone(circle, side, device, this.#now)
  }

  // ── hearing ──

  #heardRoom(circle: CircleId, side: KeepSide, from: DeviceId, body: BDict, now: Millis): void {
    const { freeBytes, seen } = roomIn(body)
    side.room.set(from, freeBytes)
    side.presence.heard(from, seen, (device) => this.#isMember(circle, device), now)
    side.lookAt ??= after(now, LOOK_AFTER_MS)
  }

  #heardPlan(side: KeepSide, from: DeviceId, body: BDict, now: Millis): void {
    const until = after(now, PLAN_MS)
    const plans = new Map(contentsIn(body, MAX_PLANS).map((content) => [content, until] as const))
    side.plans.set(from, plans)
    side.lookAt ??= after(now, LOOK_AFTER_MS)
  }

  #gone(circle: CircleId, side: KeepSide, device: DeviceId, now: Millis): void {
    side.presence.unlinked(device, now)
    // What it said it would fetch may be under way all the same: it counts until it is over.
    if (!this.#isMember(circle, device)) {
      side.plans.delete(device)
      side.room.delete(device)
    }
    side.lookAt ??= after(now, LOOK_AFTER_MS)
    this.#roomSoon(side, now)
  }

  // ── deciding ──

  #look(circle: CircleId, side: KeepSide, now: Millis): void {
    side.lookAt = undefined
    const { membership, me, kept } = this.#ground
    const facts = membership.facts(circle)
    if (facts?.mine === undefined || facts.mine === 'keeper') return
    const devices = this.#devices(circle)
    for (const [device, plans] of side.plans) {
      for (const [content, until] of plans) if (now >= until) plans.delete(content)
      if (plans.size === 0 || !devices.has(device)) side.plans.delete(device)
    }
    const copies = facts.policy.keepCopies
    const short = new Map<string, Millis>()
    let tooFew = 0
    const mine = kept.call(this.#ground, circle)
    const spaceBytes = this.#ground.spaceBytes(circle)
    const spare: OfferedContent[] = []
    const wanted: OfferedContent[] = []
    if (copies > 0)
      for (const offered of this.#ground.offered(circle)) {
        const holders = offered.holders.filter((device) => device === me || devices.has(device))
        const counting = holders.filter((device) => device === me || side.presence.counts(device, now))
        if (counting.length < copies) {
          tooFew++
          short.set(offered.content, side.short.get(offered.content) ?? now)
          // What would never fit is not asked about, and no more than can be said at once: some offer 50,000 files.
          if (offered.lengthBytes > spaceBytes || wanted.length >= MAX_PLANS) continue
          if (this.#isMyTurn(side, offered, counting, devices, copies, short, now)) wanted.push(offered)
        } else if (mine.has(offered.content)) {
          const here = holders.filter((device) => device !== me && side.presence.isHere(device))
          if (here.length >= copies && this.#isLastOf(offered.content, holders)) spare.push(offered)
        }
      }
    side.short.clear()
    for (const [content, since] of short) side.short.set(content, since)
    this.#ground.counted(circle, tooFew)
    this.#review(circle, side, short, now)
    this.#makeRoom(circle, side, wanted, spare)
    this.#claim(circle, side, wanted, now)
    const turn = short.size === 0 ? undefined : after(now, TURN_MS)
    side.lookAt = earliest(side.lookAt, turn, side.presence.nextGone(devices, now))
  }

  /** Whether this device is to fetch one more copy. */
  #isMyTurn(
    side: KeepSide,
    { content, lengthBytes }: OfferedContent,
    counting: readonly DeviceId[],
    devices: ReadonlySet<DeviceId>,
    copies: number,
    short: ReadonlyMap<string, Millis>,
    now: Millis,
  ): boolean {
    const { me, digest } = this.#ground
    // Without somebody here who has it there is nobody to fetch from.
    if (!counting.some((device) => device !== me && side.presence.isHere(device))) return false
    if (counting.includes(me) || side.claims.has(content)) return false
    if (now < (side.resting.get(content) ?? (0 as Millis))) return false
    const planned = [...side.plans].filter(
      ([device, plans]) => plans.has(content) && !counting.includes(device),
    )
    const missing = copies - counting.length - planned.length
    if (missing <= 0) return false
    const candidates = [...devices, me].filter(
      (device) =>
        !counting.includes(device) &&
        side.plans.get(device)?.has(content) !== true &&
        (device === me || (side.presence.isHere(device) && (side.room.get(device) ?? 0) >= lengthBytes)),
    )
    const waitedMs = now - (short.get(content) ?? now)
    const first = keepOrder(content, candidates, digest).slice(0, missing + Math.floor(waitedMs / TURN_MS))
    return first.includes(me)
  }

  /** Of those who have it I am the last in its order: others look at themselves, and one goes at a time. */
  #isLastOf(content: string, holders: readonly DeviceId[]): boolean {
    return keepOrder(content, holders, this.#ground.digest).at(-1) === this.#ground.me
  }

  /** What enough others have goes where room is needed: the order of wishes decides for how much. */
  #makeRoom(
    circle: CircleId,
    side: KeepSide,
    wanted: readonly OfferedContent[],
    spare: readonly OfferedContent[],
  ): void {
    let neededBytes = wanted.slice(0, MAX_FETCHING).reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
    neededBytes -= this.#freeBytes(circle, side)
    for (const { content, lengthBytes } of spare) {
      if (neededBytes <= 0) return
      this.#ground.drop(circle, content)
      neededBytes -= lengthBytes
    }
  }

  /** What is said and not begun is taken back where it is not needed any more. */
  #review(_circle: CircleId, side: KeepSide, short: ReadonlyMap<string, Millis>, now: Millis): void {
    for (const content of side.claims.keys()) {
      if (side.fetching.has(content) || short.has(content)) continue
      side.claims.delete(content)
      this.#plansSoon(side, now)
    }
  }

  #claim(circle: CircleId, side: KeepSide, wanted: readonly OfferedContent[], now: Millis): void {
    let freeBytes = this.#freeBytes(circle, side)
    let claimed = 0
    for (const offered of wanted) {
      if (side.claims.size >= MAX_PLANS) break
      if (freeBytes < offered.lengthBytes) continue
      freeBytes -= offered.lengthBytes
      side.claims.set(offered.content, offered)
      claimed++
    }
    if (claimed === 0) return
    this.#tellPlans(circle, side, now)
    this.#roomSoon(side, now)
    this.#fetchNext(circle, side)
  }

  #fetchNext(circle: CircleId, side: KeepSide): void {
    for (const [content, offered] of side.claims) {
      if (side.fetching.size >= MAX_FETCHING) return
      if (side.fetching.has(content)) continue
      side.fetching.add(content)
      this.#ground.get(circle, offered)
    }
  }

  /** What is under way, or said, takes its room already. */
  #freeBytes(circle: CircleId, { claims }: KeepSide): number {
    const { kept, spaceBytes } = this.#ground
    let freeBytes = spaceBytes.call(this.#ground, circle)
    for (const lengthBytes of kept.call(this.#ground, circle).values()) freeBytes -= lengthBytes
    for (const { lengthBytes } of claims.values()) freeBytes -= lengthBytes
    return Math.max(0, freeBytes)
  }

  // ── telling ──

  #roomSoon(side: KeepSide, now: Millis): void {
    const earliestAt = side.toldRoomAt === undefined ? now : after(side.toldRoomAt, ROOM_EVERY_MS)
    side.roomAt ??= Math.max(now, earliestAt) as Millis
  }

  #tellRoom(circle: CircleId, side: KeepSide, now: Millis): void {
    side.roomAt = undefined
    side.toldRoomAt = now
    for (const device of this.#partners(circle)) this.#sendRoom(circle, side, device)
  }

  #sendRoom(circle: CircleId, side: KeepSide, to: DeviceId): void {
    const seen = this.#partners(circle).filter((device) => device !== to)
    const d = seen.slice(0, MAX_SEEN).map((device) => keyBytes(device))
    this.#ground.out.send(to, 'room', { c: keyBytes(circle), d, f: this.#freeBytes(circle, side) })
  }

  #plansSoon(side: KeepSide, now: Millis): void {
    const soon = after(now, PLANS_SOON_MS)
    side.planAt = side.planAt === undefined ? soon : earliest(side.planAt, soon)
  }

  #tellPlans(circle: CircleId, side: KeepSide, now: Millis): void {
    side.planAt = side.claims.size === 0 ? undefined : after(now, PLAN_AGAIN_MS)
    for (const device of this.#partners(circle)) this.#sendPlans(circle, side, device)
  }

  #sendPlans(circle: CircleId, side: KeepSide, to: DeviceId): void {
    const i = packed([...side.claims.keys()].slice(0, MAX_PLANS))
    this.#ground.out.send(to, 'plan', { c: keyBytes(circle), i })
  }

  // ── who ──

  #sideOf(circle: CircleId): KeepSide | undefined {
    const mine = this.#ground.membership.facts(circle)?.mine
    if (mine === undefined || mine === 'keeper') return undefined
    let side = this.#sides.get(circle)
    if (side === undefined) {
      side = keepSide(this.#now)
      for (const device of this.#partners(circle)) side.presence.linked(device, this.#now)
      this.#sides.set(circle, side)
    }
    return side
  }

  /** Live devices of members who hold files, but for this one. */
  #devices(circle: CircleId): Set<DeviceId> {
    const devices = new Set<DeviceId>()
    for (const { role, devices: live } of this.#ground.membership.facts(circle)?.members.values() ?? [])
      if (role !== 'keeper') for (const device of live.keys()) devices.add(device)
    devices.delete(this.#ground.me)
    return devices
  }

  #isMember(circle: CircleId, device: DeviceId): boolean {
    return this.#devices(circle).has(device)
  }

  #isPartner(circle: CircleId, device: DeviceId): boolean {
    return this.#ground.membership.isLinked(circle, device) && this.#isMember(circle, device)
  }

  #partners(circle: CircleId): DeviceId[] {
    const devices = this.#devices(circle)
    return this.#ground.membership.linked(circle).filter((device) => devices.has(device))
  }
}
