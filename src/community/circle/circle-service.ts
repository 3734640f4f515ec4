// The circles of this device beside other services on its links: what members do in them, who is let in, operations kept
// together with the other members', and what everybody else may ask of circles (Membership).
// Commands throw CommunityError before anything changed; what takes time is an effect, answered by `sealed` and `opened`.

import type { BDict } from '../../base/bencode-value.ts'
import { compareBytes, EMPTY } from '../../base/bytes.ts'
import type { Millis } from '../../base/ids.ts'
import { CommunityError } from '../community-error.ts'
import { SECRET_BYTES } from '../crypto.ts'
import { readCard } from '../identity/device-card.ts'
import { type CircleId, type DeviceId, type InviteId, keyBytes, type PersonId } from '../ids.ts'
import { type CirclePolicy, type Membership, type Pin, type Role, whyOut } from '../membership.ts'
import type { Link, Service } from '../service.ts'
import type { Circle } from './circle.ts'
import { DEFAULT_POLICY } from './circle-facts.ts'
import type { CircleEffect } from './circle-ground.ts'
import { CircleMembership } from './circle-membership.ts'
import type { StoredCircle, StoredEpoch } from './circle-store.ts'
import { Circles, type CirclesGround } from './circles.ts'
import { isLive } from './gate.ts'
import { encodeInvite } from './invite-link.ts'
import { type InviteFacts, invitesOf } from './invites.ts'
import { inviteId } from './join-proof.ts'
import type { JoiningFacts } from './joiner.ts'
import { MAX_CIRCLES, MAX_LIVE_INVITES, MAX_PINS } from './limits.ts'
import type { DevicePin, JoinRole } from './operation.ts'
import { signOperation } from './operation-codec.ts'

export interface NewInvite {
  readonly expiresInSeconds: number
  readonly uses: number
  readonly approval: boolean
  readonly role: JoinRole
}

export interface RequestFacts {
  readonly person: PersonId
  readonly device: DeviceId
  readonly invite: InviteId
  /** Seconds since 1970. */
  readonly at: number
}

const SALT_BYTES = 16

export class CircleService implements Service {
  readonly name = 'circle'
  readonly membership: Membership
  readonly #all: Circles

  constructor(ground: CirclesGround) {
    this.#all = new Circles(ground)
    this.membership = new CircleMembership(this.#all)
  }

  /** Where a device's chat ends as it is known here, for pins: whoever has the chat answers it. */
  set chatEnd(answer: (circle: CircleId, device: DeviceId) => Pin) {
    this.#all.chatEndOf = answer
  }

  /** Once, before anything else: takes up what was begun before a restart. */
  start(now: Millis): void {
    this.#all.start(now)
  }

  // ── Commands ──

  /** @throws CommunityError TOO_MANY */
  create(policy: Partial<CirclePolicy>, now: Millis): CircleId {
    this.#room()
    const { me, crypto, wall, random } = this.#all
    const first = signOperation(
      {
        circle: undefined,
        author: me.device,
        seq: 1,
        prev: undefined,
        parents: [],
        at: wall.seconds(),
        body: {
          kind: 'create',
          card: me.card,
          policy: { ...DEFAULT_POLICY, ...policy },
          salt: random.bytes(SALT_BYTES),
        },
      },
      me.deviceSeed,
      crypto,
    )
    const circle = this.#all.setState(first.circle, 'in')
    circle.take(first)
    this.#all.changed(circle, [first], undefined, now)
    return circle.id
  }

  /**
   * @param hints addresses of this device
   * @throws CommunityError NOT_ALLOWED, TOO_MANY
   */
  invite(
    id: CircleId,
    { expiresInSeconds, uses, approval, role }: NewInvite,
    hints: readonly string[],
    now: Millis,
  ): { readonly id: InviteId; readonly payload: Uint8Array } {
    const circle = this.#mine(id)
    const { random, crypto, wall } = this.#all
    const live = this.invites(id).filter(({ revoked, expiresAt }) => !revoked && expiresAt > wall.seconds())
    if (live.length >= MAX_LIVE_INVITES)
      throw new CommunityError('TOO_MANY', { what: 'invites', limit: MAX_LIVE_INVITES })
    const seed = random.bytes(SECRET_BYTES)
    const invite = inviteId(seed, crypto)
    const expires = wall.seconds() + expiresInSeconds
    this.#all.write(circle, { kind: 'invite', invite, role, uses, expires, approval }, now)
    return { id: invite, payload: encodeInvite({ circle: id, role, expires, hints, seed }) }
  }

  /** @throws CommunityError */
  revokeInvite(id: CircleId, invite: InviteId, now: Millis): void {
    const circle = this.#mine(id)
    if (circle.resolver.register.revoked(invite, undefined)) return
    if (circle.resolver.register.invite(invite, undefined) === undefined)
      throw new CommunityError('INVITE_UNKNOWN')
    this.#all.write(circle, { kind: 'invite-revoke', invite }, now)
  }

  /** @throws CommunityError LINK_NOT_OURS, INVITE_EXPIRED, ALREADY_MEMBER, TOO_MANY */
  join(payload: Uint8Array, now: Millis): InviteId {
    return this.#all.joiner.begin(payload, now)
  }

  cancelJoining(invite: InviteId): void {
    this.#all.joiner.cancel(invite)
  }

  /** @throws CommunityError PERSON_UNKNOWN, NOT_ALLOWED, INVITE_… */
  answerRequest(id: CircleId, person: PersonId, yes: boolean, now: Millis): void {
    this.#all.admission.answer(this.#mine(id), person, yes, now)
  }

  /** @throws CommunityError LAST_OWNER */
  leave(id: CircleId, now: Millis): void {
    const circle = this.#mine(id)
    const pins = this.#pins(circle, this.#all.me.person)
    try {
      this.#all.write(circle, { kind: 'leave', pins }, now)
    } catch (error) {
      if (error instanceof CommunityError && error.code === 'NOT_ALLOWED')
        throw new CommunityError('LAST_OWNER')
      throw error
    }
    this.#all.setState(id, 'left')
  }

  /** Everything of it goes from this device. @throws CommunityError CIRCLE_UNKNOWN, NOT_ALLOWED for who is in */
  forget(id: CircleId): void {
    const circle = this.#all.circle(id)
    if (circle === undefined) throw new CommunityError('CIRCLE_UNKNOWN', { circle: id })
    if (circle.facts().mine !== undefined) throw new CommunityError('NOT_ALLOWED', { what: 'forget' })
    this.#all.forget(circle)
  }

  /** @throws CommunityError */
  remove(id: CircleId, person: PersonId, now: Millis): void {
    const circle = this.#mine(id)
    this.#member(circle, person)
    this.#all.write(circle, { kind: 'remove', person, pins: this.#pins(circle, person) }, now)
  }

  /** @throws CommunityError */
  setRole(id: CircleId, person: PersonId, role: Role, now: Millis): void {
    const circle = this.#mine(id)
    if (this.#member(circle, person) === role) return
    const last = person === this.#all.me.person && circle.resolver.register.owners(undefined).length === 1
    if (last && circle.facts().mine === 'owner') throw new CommunityError('LAST_OWNER')
    this.#all.write(circle, { kind: 'role', person, role }, now)
  }

  /** Somebody else owns it, and this person is a moderator then. @throws CommunityError */
  handOver(id: CircleId, person: PersonId, now: Millis): void {
    const circle = this.#mine(id)
    if (person === this.#all.me.person) return
    this.setRole(id, person, 'owner', now)
    this.#all.write(circle, { kind: 'role', person: this.#all.me.person, role: 'moderator' }, now)
  }

  /** @throws CommunityError */
  setMuted(id: CircleId, person: PersonId, muted: boolean, now: Millis): void {
    const circle = this.#mine(id)
    this.#member(circle, person)
    if (circle.facts().members.get(person)?.muted === muted) return
    this.#all.write(circle, { kind: 'mute', person, muted }, now)
  }

  /** @throws CommunityError */
  setPolicy(id: CircleId, change: Partial<CirclePolicy>, now: Millis): void {
    const circle = this.#mine(id)
    this.#all.write(circle, { kind: 'policy', policy: { ...circle.facts().policy, ...change } }, now)
  }

  /** Another device of a member, by its card, into each circle they are in. @throws RecordError for no card */
  addDevice(card: Uint8Array, now: Millis): void {
    const { device, person } = readCard(card, this.#all.crypto)
    for (const circle of this.#all.circles())
      if (circle.facts().members.has(person) && !isLive(circle, device)) this.#all.bring(circle, card, now)
  }

  /** @throws CommunityError DEVICE_UNKNOWN, NOT_ALLOWED */
  removeDevice(id: CircleId, device: DeviceId, now: Millis): void {
    const circle = this.#mine(id)
    if (!isLive(circle, device)) throw new CommunityError('DEVICE_UNKNOWN', { device })
    const { seq, head } = this.#all.chatEnd(id, device)
    this.#all.write(circle, { kind: 'device-remove', device, pin: { device, seq, head } }, now)
  }

  /** A circle of a person who came back by words: this device shows its card to members until one lets it in. */
  restore(id: CircleId): void {
    if (this.#all.circle(id) !== undefined) return
    this.#room()
    this.#all.setState(id, 'restoring')
    for (const device of this.#all.linkedDevices()) this.#all.showCard(device)
  }

  /** What another device of this person knows of epochs. */
  teach(id: CircleId, epochs: readonly StoredEpoch[], now: Millis): void {
    const circle = this.#all.circle(id)
    if (circle === undefined) return
    for (const epoch of epochs) circle.learn(epoch.id, { access: epoch.access, read: epoch.read })
    this.#all.changed(circle, [], undefined, now)
  }

  secretsOf(id: CircleId): StoredEpoch[] {
    return [...(this.#all.circle(id)?.secrets() ?? [])].map(([epoch, { access, read }]) => ({
      id: epoch,
      access,
      read,
    }))
  }

  // ── Effects ──

  takeEffects(): CircleEffect[] {
    return this.#all.takeEffects()
  }

  /** Undefined for a key that nothing can be sealed to: its device gets none. */
  sealed(number: number, sealed: readonly (Uint8Array | undefined)[], now: Millis): void {
    this.#all.rotation.sealed(number, sealed, now)
  }

  opened(number: number, plain: Uint8Array | undefined, now: Millis): void {
    this.#all.opened(number, plain, now)
  }

  // ── Views ──

  state(id: CircleId): StoredCircle['state'] | undefined {
    return this.#all.state(id)
  }

  invites(id: CircleId): InviteFacts[] {
    const circle = this.#all.circle(id)
    return circle === undefined ? [] : invitesOf(circle.resolver)
  }

  requests(id: CircleId): RequestFacts[] {
    return this.#all.admission
      .requests(id)
      .map(({ person, device, invite, at }) => ({ person, device, invite, at }))
  }

  joinings(): JoiningFacts[] {
    return this.#all.joiner.joinings()
  }

  /** Live invites whose rendezvous this device should be found at. */
  admits(): { readonly circle: CircleId; readonly invite: InviteId }[] {
    const seconds = this.#all.wall.seconds()
    return [...this.#all.circles()].flatMap((circle) => {
      const { mine } = circle.facts()
      if (mine === undefined || mine === 'keeper') return []
      return invitesOf(circle.resolver)
        .filter(({ revoked, expiresAt, used, uses }) => !revoked && expiresAt > seconds && used < uses)
        .map(({ id }) => ({ circle: circle.id, invite: id }))
    })
  }

  /** Two that say the same have the same operations. */
  sumOf(id: CircleId): Uint8Array {
    return this.#all.circle(id)?.graph.sum() ?? EMPTY
  }

  /** Devices that signed two operations for one place: shown, and to be taken out. */
  forkedDevices(id: CircleId): DeviceId[] {
    const circle = this.#all.circle(id)
    if (circle === undefined) return []
    return [...circle.facts().owners.keys()].filter((device) => circle.graph.forkedAt(device) !== undefined)
  }

  /** How far a linked device is trusted with time and memory. */
  standing(device: DeviceId): 'stranger' | 'guest' | 'member' {
    for (const id of this.#all.ids()) if (this.#all.gate.as(id, device) === 'member') return 'member'
    return this.#all.gate.isInsideAny(device) || this.#all.joiner.knows(device) ? 'guest' : 'stranger'
  }

  // ── Service ──

  linked({ device }: Link, now: Millis): void {
    this.#all.linked(device, now)
  }

  received(from: DeviceId, kind: string, body: BDict, now: Millis): void {
    this.#all.received(from, kind, body, now)
  }

  drained(device: DeviceId, now: Millis): void {
    this.#all.drained(device, now)
  }

  unlinked(device: DeviceId): void {
    this.#all.unlinked(device)
  }

  wake(now: Millis): void {
    this.#all.wake(now)
  }

  deadline(): Millis | undefined {
    return this.#all.deadline()
  }

  // ── Within ──

  #room(): void {
    if ([...this.#all.ids()].length >= MAX_CIRCLES)
      throw new CommunityError('TOO_MANY', { what: 'circles', limit: MAX_CIRCLES })
  }

  /** @throws CommunityError CIRCLE_UNKNOWN, CIRCLE_LEFT */
  #mine(id: CircleId): Circle {
    const circle = this.#all.circle(id)
    if (circle === undefined) throw new CommunityError('CIRCLE_UNKNOWN', { circle: id })
    const facts = circle.facts()
    if (facts.mine === undefined)
      throw new CommunityError('CIRCLE_LEFT', { circle: id, ...whyOut(facts, this.#all.me.person) })
    return circle
  }

  /** @throws CommunityError PERSON_UNKNOWN */
  #member(circle: Circle, person: PersonId): Role {
    const role = circle.facts().members.get(person)?.role
    if (role === undefined) throw new CommunityError('PERSON_UNKNOWN', { person })
    return role
  }

  /** Of all their devices, those that are out already, too. */
  #pins(circle: Circle, person: PersonId): DevicePin[] {
    const devices = [...circle.facts().owners].flatMap(([device, owner]) => (owner === person ? device : []))
    return devices
      .sort((a, b) => compareBytes(keyBytes(a), keyBytes(b)))
      .slice(0, MAX_PINS)
      .map((device) => ({ device, ...this.#all.chatEnd(circle.id, device) }))
  }
}
