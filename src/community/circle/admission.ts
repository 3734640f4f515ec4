// Lets people in who have an invite: answers knocks for invites of the circles of this device, checks the proof, and writes
// the add; where somebody must say yes first, the request waits here and with the moderators that are linked.
// Promise: who does not know an invite learns nothing, not even that a circle is here; a proof serves once.
// Frames: knock {k}, nonce {k, n}, known {k}, join {k, q}, waiting {k}, refused {k, e}, request {c, q}, declined {c, p}.

import type { BDict } from '../../base/bencode-value.ts'
import { concatBytes, utf8 } from '../../base/bytes.ts'
import { after, type Millis } from '../../base/ids.ts'
import { CommunityError, RecordError } from '../community-error.ts'
import type { CommunityCrypto } from '../crypto.ts'
import type { DeviceCard } from '../identity/device-card.ts'
import {
  type CircleId,
  type DeviceId,
  type InviteId,
  KEY_BYTES,
  keyBytes,
  keyText,
  type PersonId,
} from '../ids.ts'
import type { Circle } from './circle.ts'
import type { PartGround } from './circle-ground.ts'
import type { StoredRequest } from './circle-store.ts'
import { isLive } from './gate.ts'
import { JOIN_NONCE_BYTES } from './join-proof.ts'
import {
  encodeJoinRequest,
  type JoinRequest,
  MAX_JOIN_REQUEST_BYTES,
  readJoinRequest,
} from './join-request.ts'
import { MAX_MEMBERS } from './limits.ts'
import { type Of, RANK } from './register.ts'

export const KNOCK_BYTES = 16
/** Time to sign and answer, over a slow link. */
const NONCE_MS = 60_000
/** Of one link at a time: invites of several circles. */
const MAX_NONCES = 8
/** Waiting for a moderator, in one circle. */
const MAX_REQUESTS = 200

/** Why somebody was not let in: the codes that a joiner believes. */
export const REFUSALS = [
  'INVITE_EXPIRED',
  'INVITE_USED',
  'INVITE_REVOKED',
  'INVITE_OTHER_CIRCLE',
  'INVITE_REFUSED',
  'CIRCLE_FULL',
] as const
export type Refusal = (typeof REFUSALS)[number]

interface Asked {
  readonly circle: CircleId
  readonly invite: InviteId
  readonly nonce: Uint8Array
  readonly until: Millis
}

/** By which a joiner and a member tell each other that they know an invite, without saying which. */
export function knockTag(
  invite: InviteId,
  from: DeviceId,
  to: DeviceId,
  crypto: CommunityCrypto,
): Uint8Array {
  const message = concatBytes([utf8('shoal knock 1\0'), keyBytes(from), keyBytes(to)])
  return crypto.hmac(keyBytes(invite), message).slice(0, KNOCK_BYTES)
}

export class Admission {
  readonly #ground: PartGround
  /** By device and tag. */
  readonly #asked = new Map<DeviceId, Map<string, Asked>>()
  readonly #requests: StoredRequest[]

  constructor(ground: PartGround) {
    this.#ground = ground
    this.#requests = [...ground.store.requests()]
  }

  requests(circle: CircleId): readonly StoredRequest[] {
    return this.#requests.filter((request) => request.circle === circle)
  }

  unlinked(device: DeviceId): void {
    this.#asked.delete(device)
  }

  forget(circle: CircleId): void {
    for (const { person } of this.requests(circle)) this.#drop(circle, person)
  }

  // ── From the joiner ──

  /** @throws RecordError */
  readKnock(from: DeviceId, body: BDict, now: Millis): void {
    const tag = fixed(body, 'k', KNOCK_BYTES)
    const found = this.#find(from, tag)
    // Silence, so that nobody learns by asking what is here.
    if (found === undefined) return
    if (isLive(found.circle, from)) {
      // Let in already; the answer got lost, or somebody else let it in.
      this.#ground.out.send(from, 'known', { k: this.#answerTag(found.invite, from) })
      this.#ground.welcome(found.circle, from)
      return
    }
    const refusal = this.#refusal(found.circle, found.invite)
    if (refusal !== undefined) {
      this.#refuse(from, found.invite, refusal)
      return
    }
    const asked = this.#asked.get(from) ?? new Map<string, Asked>()
    this.#asked.set(from, asked)
    if (asked.size >= MAX_NONCES && !asked.has(tag.join()))
      throw new RecordError('TOO_FAST', { what: 'knock' })
    // Asked again before it answered: by the same nonce, so that either answer serves.
    const known = asked.get(tag.join())
    const nonce =
      known !== undefined && known.until > now ? known.nonce : this.#ground.random.bytes(JOIN_NONCE_BYTES)
    asked.set(tag.join(), {
      circle: found.circle.id,
      invite: found.invite,
      nonce,
      until: after(now, NONCE_MS),
    })
    this.#ground.out.send(from, 'nonce', { k: this.#answerTag(found.invite, from), n: nonce })
  }

  /** @throws RecordError for a proof that is none */
  readJoin(from: DeviceId, body: BDict, now: Millis): void {
    const tag = fixed(body, 'k', KNOCK_BYTES)
    const bytes = body.bytes('q')
    if (bytes === undefined || bytes.length > MAX_JOIN_REQUEST_BYTES) throw invalid('q')
    const asked = this.#asked.get(from)?.get(tag.join())
    this.#asked.get(from)?.delete(tag.join())
    // Late, or sent again: whoever wants in knocks again.
    if (asked === undefined || asked.until < now) return
    const circle = this.#ground.circle(asked.circle)
    if (circle === undefined) return
    const request = readJoinRequest(bytes, this.#ground.crypto)
    const { backing, who } = request
    if (who.device !== from || backing.admitter !== this.#ground.me.device || backing.invite !== asked.invite)
      throw invalid('q')
    // For a nonce of before.
    if (backing.nonce.join() !== asked.nonce.join()) return
    if (request.circle !== circle.id) this.#refuse(from, asked.invite, 'INVITE_OTHER_CIRCLE')
    else this.#admit(circle, request, now)
  }

  // ── From moderators and other members ──

  /** A member passes on somebody who waits. @throws RecordError */
  readRequest(from: DeviceId, body: BDict): void {
    const bytes = body.bytes('q')
    if (bytes === undefined || bytes.length > MAX_JOIN_REQUEST_BYTES) throw invalid('q')
    const request = readJoinRequest(bytes, this.#ground.crypto)
    const circle = this.#ground.circle(request.circle)
    if (circle === undefined || !isLive(circle, from) || !this.#decides(circle)) return
    if (request.backing.admitter !== from) throw invalid('admitter')
    if (this.#refusal(circle, request.backing.invite) !== undefined) return
    if (circle.facts().members.has(request.who.person)) return
    this.#keep(circle, request, bytes)
  }

  /** A moderator said no. @throws RecordError */
  readDeclined(from: DeviceId, body: BDict): void {
    const circle = this.#ground.circle(keyText<CircleId>(fixed(body, 'c', KEY_BYTES)))
    const person = keyText<PersonId>(fixed(body, 'p', KEY_BYTES))
    if (circle === undefined || !isLive(circle, from)) return
    const { owners, members } = circle.facts()
    const role = members.get(owners.get(from) as PersonId)?.role
    if (role === undefined || RANK[role] < RANK.moderator) return
    this.#decline(circle, person)
  }

  /** @throws CommunityError PERSON_UNKNOWN, NOT_ALLOWED, INVITE_… */
  answer(circle: Circle, person: PersonId, yes: boolean, now: Millis): void {
    const stored = this.#requests.find((request) => request.circle === circle.id && request.person === person)
    if (stored === undefined) throw new CommunityError('PERSON_UNKNOWN', { person })
    if (!this.#decides(circle)) throw new CommunityError('NOT_ALLOWED', { needs: 'moderator' })
    const request = readJoinRequest(stored.request, this.#ground.crypto)
    if (yes) {
      const refusal = this.#refusal(circle, stored.invite)
      if (refusal !== undefined) {
        this.#decline(circle, person)
        throw new CommunityError(refusal, { limit: MAX_MEMBERS })
      }
      this.#add(circle, request, request.who.person, now)
      return
    }
    this.#decline(circle, person)
    for (const device of this.#ground.linkedDevices())
      if (isLive(circle, device))
        this.#ground.out.send(device, 'declined', { c: keyBytes(circle.id), p: keyBytes(person) })
  }

  /** After each change: whoever is in by now is welcomed, and waits no longer. */
  look(circle: Circle): void {
    const { members } = circle.facts()
    for (const { person, device } of this.requests(circle.id)) {
      if (!members.has(person)) continue
      this.#drop(circle.id, person)
      if (isLive(circle, device)) this.#ground.welcome(circle, device)
    }
  }

  /** A moderator is there: it is told who waits. */
  admitted(circle: Circle, device: DeviceId): void {
    for (const { request, device: asking } of this.requests(circle.id))
      if (asking !== device) this.#passOn(circle, request, device)
  }

  // ── Within ──

  #admit(circle: Circle, request: JoinRequest & { readonly who: DeviceCard }, now: Millis): void {
    const { backing, who, card } = request
    if (circle.facts().members.has(who.person)) {
      // Let in already, by an answer that got lost, or with another device.
      if (!isLive(circle, who.device) && !this.#tryWrite(circle, { kind: 'device', card }, now))
        this.#refuse(who.device, backing.invite, 'INVITE_REFUSED')
      else this.#ground.welcome(circle, who.device)
      return
    }
    if (this.#asksFirst(circle, backing.invite)) {
      this.#keep(circle, request, encodeJoinRequest(request))
      return
    }
    if (this.#add(circle, request, who.person, now)) this.#ground.welcome(circle, who.device)
    else this.#refuse(who.device, backing.invite, 'INVITE_REFUSED')
  }

  #add(circle: Circle, { backing, card }: JoinRequest, person: PersonId, now: Millis): boolean {
    const invite = circle.resolver.register.invite(backing.invite, undefined)
    // Its role stands in the invite alone; without one nobody is asked to let anybody in.
    if (invite === undefined) return false
    const { role } = invite.operation.body as Of<'invite'>
    const written = this.#tryWrite(circle, { kind: 'add', role, cards: [card], backing }, now)
    if (!written) this.#drop(circle.id, person)
    return written
  }

  #tryWrite(circle: Circle, body: Of<'add'> | Of<'device'>, now: Millis): boolean {
    try {
      this.#ground.write(circle, body, now)
      return true
    } catch (error) {
      if (error instanceof CommunityError) return false
      throw error
    }
  }

  #keep(
    circle: Circle,
    { backing, who }: JoinRequest & { readonly who: DeviceCard },
    bytes: Uint8Array,
  ): void {
    const { person } = who
    const waiting = this.requests(circle.id)
    const mine = backing.admitter === this.#ground.me.device
    if (waiting.length >= MAX_REQUESTS && !waiting.some((request) => request.person === person)) {
      if (mine) this.#refuse(who.device, backing.invite, 'INVITE_REFUSED')
      return
    }
    this.#drop(circle.id, person)
    const stored: StoredRequest = {
      circle: circle.id,
      person,
      device: who.device,
      invite: backing.invite,
      request: bytes.slice(),
      at: this.#ground.wall.seconds(),
    }
    this.#requests.push(stored)
    this.#ground.store.putRequest(stored)
    this.#ground.events.requestsChanged(circle.id)
    if (!mine) return
    this.#ground.out.send(who.device, 'waiting', { k: this.#answerTag(backing.invite, who.device) })
    for (const device of this.#ground.linkedDevices()) this.#passOn(circle, stored.request, device)
  }

  #passOn(circle: Circle, request: Uint8Array, device: DeviceId): void {
    const { owners, members } = circle.facts()
    const person = owners.get(device)
    const member = person && members.get(person)
    if (!member?.devices.has(device) || RANK[member.role] < RANK.moderator) return
    // Only of those who asked this device: the proof names it.
    if (readJoinRequest(request, this.#ground.crypto).backing.admitter !== this.#ground.me.device) return
    this.#ground.out.send(device, 'request', { q: request })
  }

  #decline(circle: Circle, person: PersonId): void {
    const stored = this.#requests.find((request) => request.circle === circle.id && request.person === person)
    if (stored === undefined) return
    this.#drop(circle.id, person)
    this.#refuse(stored.device, stored.invite, 'INVITE_REFUSED')
  }

  #drop(circle: CircleId, person: PersonId): void {
    const at = this.#requests.findIndex((request) => request.circle === circle && request.person === person)
    if (at < 0) return
    this.#requests.splice(at, 1)
    this.#ground.store.removeRequest(circle, person)
    this.#ground.events.requestsChanged(circle)
  }

  /** Whether a person's yes is needed: the invite asks for it, or the circle does. */
  #asksFirst(circle: Circle, invite: InviteId): boolean {
    const { body } = circle.resolver.register.invite(invite, undefined)?.operation ?? {}
    return circle.facts().policy.approval || (body as Of<'invite'> | undefined)?.approval === true
  }

  #decides(circle: Circle): boolean {
    const { mine } = circle.facts()
    return mine !== undefined && RANK[mine] >= RANK.moderator
  }

  #find(from: DeviceId, tag: Uint8Array): { readonly circle: Circle; readonly invite: InviteId } | undefined {
    const { crypto, me } = this.#ground
    for (const circle of this.#ground.circles()) {
      const { mine } = circle.facts()
      if (mine === undefined || mine === 'keeper') continue
      for (const invite of circle.resolver.register.inviteIds())
        if (knockTag(invite, from, me.device, crypto).join() === tag.join()) return { circle, invite }
    }
    return undefined
  }

  #refusal(circle: Circle, id: InviteId): Refusal | undefined {
    const { register } = circle.resolver
    const { body } = register.invite(id, undefined)?.operation ?? {}
    if (body?.kind !== 'invite' || register.revoked(id, undefined)) return 'INVITE_REVOKED'
    if (body.expires <= this.#ground.wall.seconds()) return 'INVITE_EXPIRED'
    if (register.used(id, undefined).size >= body.uses) return 'INVITE_USED'
    return circle.facts().members.size >= MAX_MEMBERS ? 'CIRCLE_FULL' : undefined
  }

  #refuse(device: DeviceId, invite: InviteId, code: Refusal): void {
    this.#ground.out.send(device, 'refused', { e: code, k: this.#answerTag(invite, device) })
  }

  #answerTag(invite: InviteId, device: DeviceId): Uint8Array {
    return knockTag(invite, this.#ground.me.device, device, this.#ground.crypto)
  }
}

function fixed(body: BDict, key: string, length: number): Uint8Array {
  const bytes = body.bytes(key)
  if (bytes?.length !== length) throw invalid(key)
  return bytes.slice()
}

function invalid(what: string): RecordError {
  return new RecordError('FRAME_INVALID', { what })
}
