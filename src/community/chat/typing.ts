// Who is writing just now: frames that are kept by nobody, between linked members who both let it be seen. A keeper, somebody
// blocked, and whoever sends them without end, are not heard.

import type { BDict } from '../../base/bencode-value.ts'
import { fromHex, toHex } from '../../base/bytes.ts'
import { after, type Millis } from '../../base/ids.ts'
import { RecordError } from '../community-error.ts'
import { type CircleId, type DeviceId, KEY_BYTES, keyBytes, keyText, type PersonId } from '../ids.ts'
import type { Membership } from '../membership.ts'
import type { ServiceOut } from '../service.ts'
import type { RoomId } from './content.ts'

export interface TypingGround {
  readonly membership: Membership
  readonly out: ServiceOut
  blocked(person: PersonId): boolean
  readonly events: { typing(circle: CircleId, room: RoomId): void }
}

/** Seen for this long after each word of it. */
const SEEN_MS = 6_000
/** Said again no sooner. */
const TOLD_MS = 3_000
/** Heard from one device no sooner. */
const HEARD_MS = 1_000

interface Seen {
  readonly circle: CircleId
  readonly room: RoomId
  readonly at: Millis
}

export class Typing {
  readonly #ground: TypingGround
  /** One a device: nobody writes in two places at once. */
  readonly #seen = new Map<DeviceId, Seen>()
  #told: Seen | undefined

  constructor(ground: TypingGround) {
    this.#ground = ground
  }

  tell(circle: CircleId, room: RoomId, now: Millis): void {
    const told = this.#told
    if (told?.circle === circle && told.room === room && now < after(told.at, TOLD_MS)) return
    this.#told = { circle, room, at: now }
    for (const device of this.#ground.membership.linked(circle))
      if (this.#reader(circle, device) !== undefined)
        this.#ground.out.send(device, 'typing', { c: keyBytes(circle), r: fromHex(room) })
  }

  /** @throws RecordError */
  came(from: DeviceId, body: BDict, now: Millis): void {
    const circleBytes = body.bytes('c')
    const roomBytes = body.bytes('r')
    if (circleBytes?.length !== KEY_BYTES || roomBytes?.length !== 16)
      throw new RecordError('FRAME_INVALID', { what: 'typing' })
    const circle = keyText<CircleId>(circleBytes)
    const before = this.#seen.get(from)
    if (before !== undefined && now < after(before.at, HEARD_MS)) return
    if (!this.#ground.membership.isLinked(circle, from) || this.#reader(circle, from) === undefined) return
    this.#seen.set(from, { circle, room: toHex(roomBytes), at: now })
    this.#ground.events.typing(circle, toHex(roomBytes))
  }

  who(circle: CircleId, room: RoomId, now: Millis): readonly PersonId[] {
    const people = new Set<PersonId>()
    for (const [device, seen] of this.#seen) {
      const person = this.#reader(circle, device)
      if (
        seen.circle === circle &&
        seen.room === room &&
        now < after(seen.at, SEEN_MS) &&
        person !== undefined
      )
        people.add(person)
    }
    return [...people]
  }

  gone(device: DeviceId): void {
    const seen = this.#seen.get(device)
    if (seen !== undefined) this.#end(device, seen)
  }

  wake(now: Millis): void {
    for (const [device, seen] of this.#seen) if (now >= after(seen.at, SEEN_MS)) this.#end(device, seen)
  }

  deadline(): Millis | undefined {
    let next: Millis | undefined
    for (const { at } of this.#seen.values())
      if (next === undefined || after(at, SEEN_MS) < next) next = after(at, SEEN_MS)
    return next
  }

  #end(device: DeviceId, { circle, room }: Seen): void {
    this.#seen.delete(device)
    this.#ground.events.typing(circle, room)
  }

  /** Whose device it is, if they read there and are not blocked. */
  #reader(circle: CircleId, device: DeviceId): PersonId | undefined {
    const facts = this.#ground.membership.facts(circle)
    const person = facts?.owners.get(device)
    const member = person && facts?.members.get(person)
    if (person === undefined || member === undefined || member.role === 'keeper') return undefined
    return member.devices.has(device) && !this.#ground.blocked(person) ? person : undefined
  }
}
