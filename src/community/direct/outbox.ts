// What I wrote, on its way to every device of the recipient and to my own others: straight where a device is linked, else left
// with up to three holders that are. Promise: it is tried until a device says that it has it, whoever is met first; what
// is sealed to one device is the same bytes in every copy, so that its device and its holders know it again.

import type { Digest } from '../../base/ports.ts'
import type { DeviceId, PersonId, RecordId } from '../ids.ts'
import type { Correspondent, Delivery, DirectRecords, Holder, MailKey } from './direct-records.ts'
import {
  HELD_SECONDS,
  HOLDERS,
  MAX_UNANSWERED,
  MAX_WAITING,
  OUTBOX_SECONDS,
  PREKEY_STALE_SECONDS,
} from './limits.ts'
import { mailKey } from './mailbox.ts'

export type Where = 'here' | 'held' | 'delivered'

/** What the outbox asks of the service around it. */
export interface OutboxWorld {
  isLinked(device: DeviceId): boolean
  /** Linked devices that may hold mail for this one of this person, likeliest first. */
  holders(person: PersonId, device: DeviceId): readonly DeviceId[]
  /** Answered by sealed(). */
  seal(entry: Uint8Array, id: RecordId, to: Correspondent): void
  mail(to: DeviceId, token: Uint8Array, mail: Uint8Array): boolean
  /** Answered by prekeyKnown(), where there is a later one. */
  ask(to: DeviceId, box: DeviceId, token: Uint8Array): boolean
  put(to: DeviceId, box: DeviceId, token: Uint8Array, mail: Uint8Array): boolean
  where(id: RecordId, person: PersonId, where: Where, heldBy: number): void
  /** Wall time. */
  seconds(): number
}

interface Sent {
  readonly id: RecordId
  readonly target: DeviceId
}

/** What a device says to a mail. */
export type Answer =
  | 'have'
  /** Sealed to a prekey that it has deleted: it sends a new one. */
  | 'prekey'
  /** The token does not work. */
  | 'token'
  /** It is none, or says what cannot be. */
  | 'bad'

export class Outbox {
  readonly #records: DirectRecords
  readonly #world: OutboxWorld
  readonly #digest: Digest
  /** What each linked device was sent and has not answered. */
  readonly #unanswered = new Map<DeviceId, Map<MailKey, Sent>>()
  /** What linked devices do not take; tried again on the next link. */
  readonly #refused = new Map<DeviceId, Set<MailKey>>()
  /** What is being sealed, with when the prekey was made that it is sealed to. */
  readonly #sealing = new Map<string, number>()
  /** Of whom each linked device was asked for a prekey. */
  readonly #asked = new Map<DeviceId, Set<DeviceId>>()

  constructor(records: DirectRecords, world: OutboxWorld, digest: Digest) {
    this.#records = records
    this.#world = world
    this.#digest = digest
  }

  /** Without a device that can be written to yet it waits for one. */
  add(id: RecordId, person: PersonId, entry: Uint8Array, targets: readonly Correspondent[]): void {
    this.#records.putWaiting({ id, person, entry, made: this.#world.seconds() })
    for (const target of targets) this.#aim(id, target)
    for (const { device } of targets) this.push(device)
  }

  /** A device can be written to, or again: what waits for its person goes to it, too. */
  reached(correspondent: Correspondent, persons: readonly PersonId[]): void {
    for (const person of persons)
      for (const { id } of this.#records.waitingOf(person)) this.#aim(id, correspondent)
    this.push(correspondent.device)
  }

  /** Sends what waits for this device, to it or to holders. */
  push(device: DeviceId): void {
    const to = this.#records.correspondent(device)
    if (to === undefined) return
    const linked = this.#world.isLinked(device)
    for (const delivery of this.#records.pendingFor(device, 4 * MAX_UNANSWERED)) {
      if (delivery.mail === undefined) this.#seal(delivery, to)
      else if (linked) this.#give(delivery, delivery.mail, to)
      else if (this.#isStale(delivery.prekeyMade)) this.#doubt(delivery, to)
      else this.#leave(delivery, delivery.mail, to)
    }
  }

  /** A later prekey of a device is known: what was sealed to one that may be gone is sealed anew. */
  prekeyKnown(device: DeviceId): void {
    const made = this.#records.correspondent(device)?.made ?? 0
    for (const delivery of this.#records.pendingFor(device, MAX_WAITING))
      if (delivery.mail !== undefined && delivery.prekeyMade < made && this.#isStale(delivery.prekeyMade)) {
        this.#records.putDelivery({ ...delivery, mail: undefined, holders: [] })
        this.#tell(delivery.id)
      }
    this.push(device)
  }

  /** Somebody who may hold mail came, or has room again. */
  pushAll(): void {
    for (const { device } of this.#records.pendingDevices()) this.push(device)
  }

  /** @param mail undefined where its key is none: it waits for another prekey */
  sealed(id: RecordId, device: DeviceId, mail: Uint8Array | undefined): void {
    const prekeyMade = this.#sealing.get(`${id} ${device}`) ?? 0
    this.#sealing.delete(`${id} ${device}`)
    const delivery = this.#records.delivery(id, device)
    if (delivery === undefined || delivery.arrived) return
    if (mail === undefined) {
      this.#records.removeCorrespondent(device)
      return
    }
    this.#records.putDelivery({ ...delivery, mail, prekeyMade, holders: [] })
    this.push(device)
  }

  /** The device itself answers. */
  got(device: DeviceId, key: MailKey, answer: Answer): void {
    const sent = this.#answered(device, key)
    // Only about what it was sent, and of its own.
    if (sent === undefined || sent.target !== device) return
    if (answer === 'have') this.arrived(sent.id, device)
    else if (answer === 'bad') this.#refuses(device).add(key)
    else this.#unwanted(sent.id, device)
    this.push(device)
  }

  /** A holder answers. */
  kept(holder: DeviceId, key: MailKey, kept: boolean): void {
    const sent = this.#answered(holder, key)
    if (sent === undefined || sent.target === holder) return
    const delivery = this.#records.delivery(sent.id, sent.target)
    if (!kept) this.#refuses(holder).add(key)
    else if (delivery !== undefined && !delivery.arrived) {
      const others = delivery.holders.filter(({ device }) => device !== holder)
      const until = this.#world.seconds() + HELD_SECONDS
      this.#records.putDelivery({ ...delivery, holders: [...others, { device: holder, until }] })
      this.#tell(sent.id)
    }
    this.push(sent.target)
  }

  /** A device has it, as it says or as its receipt does. */
  arrived(id: RecordId, device: DeviceId): void {
    const delivery = this.#records.delivery(id, device)
    if (delivery === undefined) return
    this.#records.putDelivery({ ...delivery, arrived: true, mail: undefined, holders: [] })
    this.#tell(id)
    if (this.#records.deliveries(id).every(({ arrived }) => arrived)) this.#records.removeWaiting(id)
  }

  /** A device is nobody's any more: what waited for it alone has arrived everywhere else. */
  wentOut(device: DeviceId): void {
    for (let ids: readonly Delivery[]; ; ) {
      ids = this.#records.pendingFor(device, 4 * MAX_UNANSWERED)
      if (ids.length === 0) return
      for (const { id } of ids) {
        this.#records.removeDelivery(id, device)
        const rest = this.#records.deliveries(id)
        this.#tell(id)
        if (rest.length > 0 && rest.every(({ arrived }) => arrived)) this.#records.removeWaiting(id)
      }
    }
  }

  unlinked(device: DeviceId): void {
    const unanswered = this.#unanswered.get(device)
    this.#unanswered.delete(device)
    this.#refused.delete(device)
    this.#asked.delete(device)
    if (unanswered === undefined) return
    // What it had not taken yet may wait elsewhere.
    for (const target of new Set([...unanswered.values()].map(({ target }) => target))) this.push(target)
  }

  /** Copies that were thrown away meanwhile are left anew, and what is too old is given up. */
  tidy(): void {
    const now = this.#world.seconds()
    // Whoever had no later prekey may have one by now.
    this.#asked.clear()
    for (const { id } of this.#records.waitingBefore(now - OUTBOX_SECONDS)) this.#records.removeWaiting(id)
    for (const { id } of this.#records.waitingBefore(now - HELD_SECONDS)) {
      for (const delivery of this.#records.deliveries(id)) {
        const holders = live(delivery.holders, now)
        if (holders.length === delivery.holders.length) continue
        this.#records.putDelivery({ ...delivery, holders })
        this.#tell(id)
      }
    }
    this.pushAll()
  }

  #aim(id: RecordId, { device, person }: Correspondent): void {
    if (this.#records.delivery(id, device) !== undefined) return
    this.#records.putDelivery({
      id,
      device,
      person,
      arrived: false,
      mail: undefined,
      prekeyMade: 0,
      holders: [],
    })
  }

  /** Nothing that may not be opened any more is left with anybody, nor said to be held: first it is asked for a later prekey. */
  #doubt(delivery: Delivery, to: Correspondent): void {
    const { device, person, id } = delivery
    if (delivery.prekeyMade < to.made || delivery.holders.length > 0) {
      const mail = delivery.prekeyMade < to.made ? undefined : delivery.mail
      this.#records.putDelivery({ ...delivery, mail, holders: [] })
      this.#tell(id)
      if (mail === undefined) this.#seal(delivery, to)
    }
    for (const holder of this.#world.holders(person, device)) {
      const asked = this.#asked.get(holder) ?? new Set<DeviceId>()
      this.#asked.set(holder, asked)
      if (!asked.has(device) && this.#world.ask(holder, device, to.token)) asked.add(device)
    }
  }

  #isStale(made: number): boolean {
    return this.#world.seconds() - made >= PREKEY_STALE_SECONDS
  }

  #seal({ id, device }: Delivery, to: Correspondent): void {
    const waiting = this.#records.waiting(id)
    if (waiting === undefined || this.#sealing.has(`${id} ${device}`)) return
    this.#sealing.set(`${id} ${device}`, to.made)
    this.#world.seal(waiting.entry, id, to)
  }

  #give({ id, device }: Delivery, mail: Uint8Array, to: Correspondent): void {
    this.#send(device, { id, target: device }, mail, () => this.#world.mail(device, to.token, mail))
  }

  #leave({ id, device, person, holders }: Delivery, mail: Uint8Array, to: Correspondent): void {
    const has = new Set(live(holders, this.#world.seconds()).map(({ device }) => device))
    for (const holder of this.#world.holders(person, device)) {
      if (has.size >= HOLDERS) return
      if (has.has(holder)) continue
      const put = () => this.#world.put(holder, device, to.token, mail)
      if (this.#send(holder, { id, target: device }, mail, put)) has.add(holder)
    }
  }

  /** @returns whether it is on its way */
  #send(to: DeviceId, sent: Sent, mail: Uint8Array, send: () => boolean): boolean {
    const unanswered = this.#unanswered.get(to) ?? new Map<MailKey, Sent>()
    const key = mailKey(mail, this.#digest)
    if (unanswered.has(key)) return true
    if (this.#refused.get(to)?.has(key) === true) return false
    if (unanswered.size >= MAX_UNANSWERED || !send()) return false
    unanswered.set(key, sent)
    this.#unanswered.set(to, unanswered)
    return true
  }

  #answered(device: DeviceId, key: MailKey): Sent | undefined {
    const unanswered = this.#unanswered.get(device)
    const sent = unanswered?.get(key)
    unanswered?.delete(key)
    return sent
  }

  /** Sealed anew with whatever prekey and token it grants next. */
  #unwanted(id: RecordId, device: DeviceId): void {
    const delivery = this.#records.delivery(id, device)
    if (delivery === undefined) return
    this.#records.putDelivery({ ...delivery, mail: undefined, holders: [] })
    this.#records.removeCorrespondent(device)
  }

  #refuses(holder: DeviceId): Set<MailKey> {
    const refused = this.#refused.get(holder) ?? new Set<MailKey>()
    this.#refused.set(holder, refused)
    return refused
  }

  #tell(id: RecordId): void {
    const waiting = this.#records.waiting(id)
    if (waiting === undefined) return
    const theirs = this.#records.deliveries(id).filter(({ person }) => person === waiting.person)
    const now = this.#world.seconds()
    const holders = new Set(theirs.flatMap(({ holders }) => live(holders, now).map(({ device }) => device)))
    const delivered = theirs.some(({ arrived }) => arrived)
    const where = delivered ? 'delivered' : holders.size > 0 ? 'held' : 'here'
    this.#world.where(id, waiting.person, where, holders.size)
  }
}

function live(holders: readonly Holder[], now: number): readonly Holder[] {
  return holders.filter(({ until }) => until > now)
}
