// All circles of this device and what has a part in them: which there are, what happens on links, and what follows from each
// change. The service (circle-service.ts) has the commands; this carries them out.

import type { BDict } from '../../base/bencode-value.ts'
import { earliest, type Millis } from '../../base/ids.ts'
import type { Random } from '../../base/ports.ts'
import { CommunityError, RecordError } from '../community-error.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { type CircleId, type DeviceId, KEY_BYTES, keyText, type RecordId } from '../ids.ts'
import type { MembershipListener, Pin } from '../membership.ts'
import type { ServiceOut, Wall } from '../service.ts'
import { Admission } from './admission.ts'
import { Circle, type CircleGround, type CircleSelf } from './circle.ts'
import type { CircleEffect, CircleEvents, PartGround } from './circle-ground.ts'
import type { CircleStore, StoredCircle } from './circle-store.ts'
import { type Admittance, Gate, isLive } from './gate.ts'
import { Joiner } from './joiner.ts'
import { Opening } from './opening.ts'
import type { Operation, OperationBody } from './operation.ts'
import { readOperation } from './operation-codec.ts'
import { OperationSync, type SyncCircle } from './operation-sync.ts'
import { Rotation } from './rotation.ts'

export interface CirclesGround extends CircleGround {
  readonly random: Random
  readonly out: ServiceOut
  readonly events: CircleEvents
}

interface Entry {
  readonly circle: Circle
  state: StoredCircle['state']
}

export class Circles implements PartGround {
  readonly me: CircleSelf
  readonly crypto: CommunityCrypto
  readonly wall: Wall
  readonly store: CircleStore
  readonly random: Random
  readonly out: ServiceOut
  readonly events: CircleEvents
  readonly gate: Gate
  readonly rotation: Rotation
  readonly admission: Admission
  readonly joiner: Joiner
  readonly listeners: MembershipListener[] = []
  chatEndOf: (circle: CircleId, device: DeviceId) => Pin = () => ({ seq: 0, head: undefined })
  readonly #entries = new Map<CircleId, Entry>()
  readonly #links = new Set<DeviceId>()
  readonly #sync: OperationSync
  readonly #opening: Opening
  readonly #readers: ReadonlyMap<string, (from: DeviceId, body: BDict, now: Millis) => void>
  #effects: CircleEffect[] = []
  #effectNumber = 0

  constructor(ground: CirclesGround) {
    this.me = ground.me
    this.crypto = ground.crypto
    this.wall = ground.wall
    this.store = ground.store
    this.random = ground.random
    this.out = ground.out
    this.events = ground.events
    for (const { id, state } of this.store.circles()) this.#enter(id, state)
    this.gate = new Gate(this, {
      admitted: (...change) => this.#admitted(...change),
      former: (circle, device, now) => this.#farewell(circle, device, now),
    })
    this.#sync = new OperationSync(this.out, {
      circle: (id) => this.#syncView(id),
      took: (id, operations, from, now) => this.#took(id, operations, from, now),
      same: (id, _device, now) => this.#same(id, now),
    })
    this.rotation = new Rotation(this)
    this.admission = new Admission(this)
    this.joiner = new Joiner(this)
    this.#opening = new Opening(this)
    const { gate, admission, joiner } = this
    this.#readers = new Map<string, (from: DeviceId, body: BDict, now: Millis) => void>([
      ['gate', (from, body, now) => gate.readTags(from, body, now)],
      ['welcome', (from, body) => this.#readWelcome(from, body)],
      ['card', (from, body, now) => this.#readCard(from, body, now)],
      ['knock', (from, body, now) => admission.readKnock(from, body, now)],
      ['join', (from, body, now) => admission.readJoin(from, body, now)],
      ['request', (from, body) => admission.readRequest(from, body)],
      ['declined', (from, body) => admission.readDeclined(from, body)],
      ['nonce', (from, body) => joiner.readNonce(from, body)],
      ['known', (from, body) => joiner.readKnown(from, body)],
      ['waiting', (from, body) => joiner.readWaiting(from, body)],
      ['refused', (from, body) => joiner.readRefused(from, body)],
    ])
  }

  /** Takes up what was begun before a restart. */
  start(now: Millis): void {
    for (const { circle } of this.#entries.values()) {
      this.#opening.look(circle)
      this.rotation.look(circle, false, now)
    }
    this.joiner.start(now)
  }

  // ── Which there are ──

  *circles(): Iterable<Circle> {
    for (const { circle } of this.#entries.values()) yield circle
  }

  ids(): IterableIterator<CircleId> {
    return this.#entries.keys()
  }

  circle(id: CircleId): Circle | undefined {
    return this.#entries.get(id)?.circle
  }

  state(id: CircleId): StoredCircle['state'] | undefined {
    return this.#entries.get(id)?.state
  }

  /** Also for one that is not here yet. */
  setState(id: CircleId, state: StoredCircle['state']): Circle {
    this.store.putCircle({ id, state })
    return this.#enter(id, state)
  }

  forget(circle: Circle): void {
    this.gate.closeAll(circle)
    this.#sync.forget(circle.id)
    this.rotation.forget(circle.id)
    this.admission.forget(circle.id)
    this.#entries.delete(circle.id)
    this.store.forgetCircle(circle.id)
    for (const listener of this.listeners) listener.circleChanged(circle.id)
  }

  linkedDevices(): Iterable<DeviceId> {
    return this.#links
  }

  chatEnd(circle: CircleId, device: DeviceId): Pin {
    return this.chatEndOf(circle, device)
  }

  // ── What is done ──

  write(circle: Circle, body: OperationBody, now: Millis): Operation {
    const operation = circle.write(body)
    this.changed(circle, [operation], undefined, now)
    return operation
  }

  /** Another device of a member, by its card. @returns false where it may not come in */
  bring(circle: Circle, card: Uint8Array, now: Millis): boolean {
    try {
      this.write(circle, { kind: 'device', card }, now)
      return true
    } catch (error) {
      if (error instanceof CommunityError) return false
      throw error
    }
  }

  welcome(circle: Circle, device: DeviceId): void {
    this.gate.welcome(circle, device, true)
  }

  showCard(device: DeviceId): void {
    if ([...this.#entries.values()].some(({ state }) => state === 'restoring'))
      this.out.send(device, 'card', { d: this.me.card })
  }

  effect(make: (number: number) => CircleEffect): number {
    const number = ++this.#effectNumber
    this.#effects.push(make(number))
    return number
  }

  takeEffects(): CircleEffect[] {
    const effects = this.#effects
    this.#effects = []
    return effects
  }

  opened(number: number, plain: Uint8Array | undefined, now: Millis): void {
    const circle = this.#opening.opened(number, plain)
    if (circle !== undefined) this.changed(circle, [], undefined, now)
  }

  /** What follows from new operations or secrets. `from` undefined: they were made here. */
  changed(circle: Circle, operations: readonly Operation[], from: DeviceId | undefined, now: Millis): void {
    this.#sync.tell(circle.id, operations, from)
    this.#opening.look(circle)
    this.gate.look(circle, now)
    this.admission.look(circle)
    this.rotation.look(circle, from === undefined, now)
    this.joiner.look(circle, false)
    if (
      operations.some(
        ({ body }) => body.kind === 'invite' || body.kind === 'invite-revoke' || body.kind === 'add',
      )
    )
      this.events.invitesChanged(circle.id)
    for (const listener of this.listeners) listener.circleChanged(circle.id)
  }

  // ── Links ──

  linked(device: DeviceId, now: Millis): void {
    this.#links.add(device)
    this.gate.linked(device, now)
    this.showCard(device)
    this.joiner.linked(device, now)
  }

  unlinked(device: DeviceId): void {
    this.#links.delete(device)
    this.gate.unlinked(device)
    this.#sync.unlinked(device)
    this.admission.unlinked(device)
    this.joiner.unlinked(device)
  }

  drained(device: DeviceId, now: Millis): void {
    this.#sync.drained(device, now)
  }

  wake(now: Millis): void {
    this.#sync.wake(now)
    this.gate.wake(now)
    this.rotation.wake(now)
    this.joiner.wake(now)
  }

  deadline(): Millis | undefined {
    return earliest(
      this.#sync.deadline(),
      this.gate.deadline(),
      this.rotation.deadline(),
      this.joiner.deadline(),
    )
  }

  /** @throws RecordError */
  received(from: DeviceId, kind: string, body: BDict, now: Millis): void {
    if (this.#sync.received(from, kind, body, now)) return
    const read = this.#readers.get(kind)
    if (read === undefined) throw new RecordError('FRAME_INVALID', { what: 'kind' })
    read(from, body, now)
  }

  // ── Within ──

  #enter(id: CircleId, state: StoredCircle['state']): Circle {
    const entry = this.#entries.get(id) ?? { circle: new Circle(id, this), state }
    entry.state = state
    entry.circle.left = state === 'left'
    this.#entries.set(id, entry)
    return entry.circle
  }

  #readWelcome(from: DeviceId, body: BDict): void {
    const bytes = body.bytes('c')
    if (bytes?.length !== KEY_BYTES) throw new RecordError('FRAME_INVALID', { what: 'c' })
    const id = keyText<CircleId>(bytes)
    const entry = this.#entries.get(id)
    const invited = this.joiner.wantsIn(id, from)
    if (entry === undefined && !invited) return
    // Whoever may have let us in, or shows by our own log that it is in.
    if (invited || entry?.state === 'joining' || entry?.state === 'restoring') {
      const circle = entry?.state === 'restoring' ? entry.circle : this.setState(id, 'joining')
      this.joiner.welcomed(id)
      this.gate.trust(circle, from)
    } else if (entry !== undefined && isLive(entry.circle, from) && entry.circle.facts().mine !== undefined)
      this.gate.welcome(entry.circle, from, false)
  }

  /** Somebody's new device, let in for its card. */
  #readCard(from: DeviceId, body: BDict, now: Millis): void {
    const { circles, card } = this.gate.readCardOf(from, body)
    for (const circle of circles) {
      const { mine } = circle.facts()
      if (mine === undefined || mine === 'keeper') continue
      if (isLive(circle, from) || this.bring(circle, card, now)) this.gate.welcome(circle, from, true)
    }
  }

  #admitted(circle: Circle, device: DeviceId, as: Admittance | undefined): void {
    this.#sync.closed(circle.id, device)
    if (as !== undefined) this.#sync.opened(circle.id, device, as === 'unknown')
    this.events.standingChanged(device)
    for (const listener of this.listeners)
      if (as === 'member') listener.memberLinked(circle.id, device)
      else if (as === undefined) listener.memberUnlinked(circle.id, device)
    if (as === 'member') this.admission.admitted(circle, device)
  }

  #farewell(circle: Circle, device: DeviceId, now: Millis): void {
    circle.resolver.settle()
    this.#sync.farewell(circle.id, device, circle.resolver.register.endsOf(device, undefined), now)
  }

  #took(id: CircleId, operations: readonly Operation[], from: DeviceId, now: Millis): void {
    const circle = this.circle(id)
    if (circle !== undefined) this.changed(circle, operations, from, now)
  }

  /** A member has nothing that is not here: on the way in, that is all of it. */
  #same(id: CircleId, now: Millis): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    if (
      (entry.state === 'joining' || entry.state === 'restoring') &&
      entry.circle.facts().mine !== undefined
    ) {
      this.setState(id, 'in')
      this.joiner.look(entry.circle, true)
      this.changed(entry.circle, [], undefined, now)
    }
  }

  #syncView(id: CircleId): SyncCircle | undefined {
    const circle = this.circle(id)
    if (circle === undefined) return undefined
    return {
      graph: circle.graph,
      idOf: (bytes) => keyText<RecordId>(this.crypto.sha256(bytes)),
      read: (bytes) => readOperation(bytes, this.crypto),
      take: (operation, needed) => circle.take(operation, needed),
      leads: (device) => circle.resolver.leads(device),
    }
  }
}
