// On the way into a circle: knocks at every device that is linked until one of them knows the invite, proves it, and waits to
// be let in; then receives what the circle is. Goes on by itself after a restart, until it is in, refused or too late.
// Promise: whoever does not know the invite learns nothing of it, and cannot end the way.

import type { BDict } from '../../base/bencode-value.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import { CommunityError, RecordError } from '../community-error.ts'
import { type CircleId, type DeviceId, type InviteId, KEY_BYTES } from '../ids.ts'
import { KNOCK_BYTES, knockTag, REFUSALS } from './admission.ts'
import type { Circle } from './circle.ts'
import type { PartGround } from './circle-ground.ts'
import type { StoredJoining } from './circle-store.ts'
import { decodeInvite, type InviteLink } from './invite-link.ts'
import { inviteId, proveInvite } from './join-proof.ts'
import { encodeJoinRequest } from './join-request.ts'
import { MAX_CIRCLES } from './limits.ts'

/** A device that did not answer a knock may have learned of the invite since. */
const KNOCK_AGAIN_MS = 30_000
/** On the way at once; those that ended do not count. */
const MAX_JOININGS = 16

export interface JoiningFacts extends StoredJoining {
  readonly link: InviteLink
  /** Linked devices that know the invite. */
  readonly membersFound: number
}

interface Way {
  stored: StoredJoining
  readonly link: InviteLink
  /** Devices that know the invite. */
  readonly found: Set<DeviceId>
}

export class Joiner {
  readonly #ground: PartGround
  readonly #ways = new Map<InviteId, Way>()
  #knockAt: Millis | undefined

  constructor(ground: PartGround) {
    this.#ground = ground
    for (const stored of ground.store.joinings())
      this.#ways.set(stored.invite, { stored, link: decodeInvite(stored.payload), found: new Set() })
  }

  joinings(): JoiningFacts[] {
    return [...this.#ways.values()].map(({ stored, link, found }) => ({
      ...stored,
      link,
      membersFound: found.size,
    }))
  }

  /** Whether this device was asked to let us into this circle. */
  wantsIn(circle: CircleId, device: DeviceId): boolean {
    return [...this.#ways.values()].some(
      ({ stored, found }) => stored.circle === circle && isOpen(stored) && found.has(device),
    )
  }

  /** Whether it showed that it knows an invite that we have. */
  knows(device: DeviceId): boolean {
    return [...this.#ways.values()].some(({ found }) => found.has(device))
  }

  start(now: Millis): void {
    this.#later(now)
  }

  /** @throws CommunityError LINK_NOT_OURS, INVITE_EXPIRED, ALREADY_MEMBER, TOO_MANY */
  begin(payload: Uint8Array, now: Millis): InviteId {
    const link = decodeInvite(payload)
    const { crypto, wall, store } = this.#ground
    const invite = inviteId(link.seed, crypto)
    if (this.#ground.circle(link.circle)?.facts().mine !== undefined)
      throw new CommunityError('ALREADY_MEMBER', { circle: link.circle })
    if (link.expires <= wall.seconds()) throw new CommunityError('INVITE_EXPIRED')
    const known = this.#ways.get(invite)
    if (known !== undefined && isOpen(known.stored)) return invite
    const open = [...this.#ways.values()].filter(({ stored }) => isOpen(stored)).length
    if (open >= MAX_JOININGS) throw new CommunityError('TOO_MANY', { what: 'joinings', limit: MAX_JOININGS })
    if ([...this.#ground.circles()].length >= MAX_CIRCLES)
      throw new CommunityError('TOO_MANY', { what: 'circles', limit: MAX_CIRCLES })
    const stored: StoredJoining = {
      invite,
      circle: link.circle,
      payload: payload.slice(),
      step: 'looking',
      problem: undefined,
      since: wall.seconds(),
    }
    this.#ways.set(invite, { stored, link, found: new Set() })
    store.putJoining(stored)
    this.#knockAtAll(now)
    return invite
  }

  cancel(invite: InviteId): void {
    if (!this.#ways.delete(invite)) return
    this.#ground.store.removeJoining(invite)
    this.#ground.events.joiningChanged(invite)
  }

  linked(device: DeviceId, now: Millis): void {
    for (const way of this.#ways.values()) this.#knock(way, device)
    this.#later(now)
  }

  unlinked(device: DeviceId): void {
    for (const way of this.#ways.values()) if (way.found.delete(device)) this.#told(way)
  }

  wake(now: Millis): void {
    if (this.#knockAt === undefined || this.#knockAt > now) return
    for (const way of this.#ways.values())
      if (
        isOpen(way.stored) &&
        way.link.expires <= this.#ground.wall.seconds() &&
        way.stored.step !== 'receiving-history'
      )
        this.#step(way, 'failed', 'INVITE_EXPIRED')
    this.#knockAtAll(now)
  }

  deadline(): Millis | undefined {
    return earliest(this.#knockAt)
  }

  /** @throws RecordError */
  readNonce(from: DeviceId, body: BDict): void {
    const nonce = body.bytes('n')
    if (nonce?.length !== KEY_BYTES) throw invalid('n')
    const way = this.#answered(from, body)
    if (way === undefined || !isOpen(way.stored)) return
    const { me, crypto, out } = this.#ground
    const asked = { admitter: from, nonce: nonce.slice() }
    const backing = proveInvite(way.link.seed, way.link.circle, me.card, asked, crypto)
    const request = encodeJoinRequest({ circle: way.link.circle, card: me.card, backing })
    out.send(from, 'join', { k: this.#tag(way, from), q: request })
    way.found.add(from)
    if (way.stored.step === 'looking') this.#step(way, 'asking', undefined)
    else this.#told(way)
  }

  /** It knows the invite and us: what it says next is that we are in. @throws RecordError */
  readKnown(from: DeviceId, body: BDict): void {
    this.#answered(from, body)?.found.add(from)
  }

  /** @throws RecordError */
  readWaiting(from: DeviceId, body: BDict): void {
    const way = this.#answered(from, body)
    if (way !== undefined && way.stored.step === 'asking') this.#step(way, 'waiting-approval', undefined)
  }

  /** @throws RecordError */
  readRefused(from: DeviceId, body: BDict): void {
    const code = body.text('e')
    const refusal = REFUSALS.find((known) => known === code)
    if (refusal === undefined) throw invalid('e')
    const way = this.#answered(from, body)
    if (way !== undefined && isOpen(way.stored) && way.stored.step !== 'receiving-history')
      this.#step(way, 'failed', refusal)
  }

  /** Some member let this device in. */
  welcomed(circle: CircleId): void {
    for (const way of this.#ways.values())
      if (way.stored.circle === circle && isOpen(way.stored) && way.stored.step !== 'receiving-history')
        this.#step(way, 'receiving-history', undefined)
  }

  /** After each change. `whole`: what a member has of it is all here. */
  look(circle: Circle, whole: boolean): void {
    for (const way of this.#ways.values()) {
      if (way.stored.circle !== circle.id || way.stored.step !== 'receiving-history') continue
      if (whole && circle.facts().mine !== undefined) this.#step(way, 'joined', undefined)
    }
  }

  // ── Within ──

  #knockAtAll(now: Millis): void {
    for (const device of this.#ground.linkedDevices())
      for (const way of this.#ways.values()) if (!way.found.has(device)) this.#knock(way, device)
    this.#knockAt = undefined
    this.#later(now)
  }

  #later(now: Millis): void {
    const open = [...this.#ways.values()].some(({ stored }) => isOpen(stored))
    if (!open) this.#knockAt = undefined
    else this.#knockAt ??= after(now, KNOCK_AGAIN_MS)
  }

  #knock(way: Way, device: DeviceId): void {
    if (isOpen(way.stored)) this.#ground.out.send(device, 'knock', { k: this.#tag(way, device) })
  }

  /** Which way a member answers about; undefined for who does not know the invite. @throws RecordError */
  #answered(from: DeviceId, body: BDict): Way | undefined {
    const tag = body.bytes('k')
    if (tag?.length !== KNOCK_BYTES) throw invalid('k')
    const { crypto, me } = this.#ground
    return [...this.#ways.values()].find(
      ({ stored }) => knockTag(stored.invite, from, me.device, crypto).join() === tag.join(),
    )
  }

  #tag({ stored }: Way, device: DeviceId): Uint8Array {
    return knockTag(stored.invite, this.#ground.me.device, device, this.#ground.crypto)
  }

  #step(way: Way, step: StoredJoining['step'], problem: string | undefined): void {
    way.stored = { ...way.stored, step, problem }
    this.#ground.store.putJoining(way.stored)
    this.#told(way)
  }

  #told({ stored }: Way): void {
    this.#ground.events.joiningChanged(stored.invite)
  }
}

function isOpen({ step }: StoredJoining): boolean {
  return step !== 'joined' && step !== 'failed'
}

function invalid(what: string): RecordError {
  return new RecordError('FRAME_INVALID', { what })
}
