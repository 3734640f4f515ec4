// New epochs: when one is due, who of those who may makes it, and how. Whoever changed who is in does it at once; were they
// gone, the others follow one after the other, so that a removal always leads to a new key, and rarely to two of them. Whoever
// only came, where everybody may read what was before, is given the epoch that is there (decision 0042).

import { compareBytes, concatBytes } from '../../base/bytes.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import { CommunityError } from '../community-error.ts'
import type { CircleId, DeviceId, RecordId } from '../ids.ts'
import { keyBytes } from '../ids.ts'
import type { Circle } from './circle.ts'
import type { PartGround } from './circle-ground.ts'
import {
  bestOf,
  epochHeads,
  generationOf,
  givenOf,
  holdersOf,
  isFor,
  isWanting,
  leftBehind,
  type Recipients,
  recipients,
} from './epoch-rules.ts'
import { commitment, freshSecrets, type Secrets, sealPast, shareInfo, sharePlain } from './epoch-secrets.ts'
import type { Node } from './graph.ts'
import { MAX_PARENTS, MAX_SHARES } from './limits.ts'
import type { EpochShare } from './operation.ts'
import { KEEPER_SHARE_BYTES, MEMBER_SHARE_BYTES } from './operation-body.ts'
import { type Of, RANK } from './register.ts'

/** Whoever made the change waits a moment, so that several joins are one epoch. */
const OWN_CHANGE_MS = 200
/** Others give them this, and one another as much. */
const TURN_MS = 2_000
/** However many could: nobody waits longer. */
const MAX_WAIT_MS = 20_000
/** HPKE for 1,600 devices takes a second; an answer that never comes is begun again. */
const SEALING_MS = 60_000

interface Due {
  /** The state that asks for it: another one begins anew. */
  readonly sum: string
  at: Millis
}

type Whole = { readonly access: Uint8Array; readonly read: Uint8Array }

interface Work {
  readonly circle: CircleId
  /** The epoch that is given to those who came; undefined for a new one. */
  readonly given: RecordId | undefined
  readonly secrets: Whole
  /** To whom it is sealed. */
  readonly devices: readonly DeviceId[]
  /** What each of them may have. */
  readonly live: Recipients
}

export class Rotation {
  readonly #ground: PartGround
  readonly #due = new Map<CircleId, Due>()
  readonly #work = new Map<number, Work>()

  constructor(ground: PartGround) {
    this.#ground = ground
  }

  /** After each change of a circle. `own`: this device made it. */
  look(circle: Circle, own: boolean, now: Millis): void {
    if (!isDue(circle, this.#ground.me.device)) {
      this.#due.delete(circle.id)
      return
    }
    const sum = circle.graph.sum().join()
    const known = this.#due.get(circle.id)
    const at = after(now, own && knowsHeads(circle) ? OWN_CHANGE_MS : this.#turn(circle))
    if (known === undefined) this.#due.set(circle.id, { sum, at })
    // What was to be soon stays soon: changes that go on and on do not put it off.
    else if (known.sum !== sum) this.#due.set(circle.id, { sum, at: Math.min(known.at, at) as Millis })
  }

  forget(circle: CircleId): void {
    this.#due.delete(circle)
  }

  wake(now: Millis): void {
    for (const [id, due] of this.#due) {
      if (due.at > now) continue
      const circle = this.#ground.circle(id)
      if (circle === undefined) this.#due.delete(id)
      else this.#begin(circle, due, now)
    }
  }

  deadline(): Millis | undefined {
    let first: Millis | undefined
    for (const { at } of this.#due.values()) first = earliest(first, at)
    return first
  }

  /** Answer of a `seal`. @returns false for none of ours */
  sealed(number: number, sealed: readonly (Uint8Array | undefined)[], now: Millis): boolean {
    const work = this.#work.get(number)
    if (work === undefined) return false
    this.#work.delete(number)
    const circle = this.#ground.circle(work.circle)
    if (circle === undefined || !isDue(circle, this.#ground.me.device)) return true
    const shares = work.devices.map((device, index): EpochShare => {
      const length = work.live.get(device) ? MEMBER_SHARE_BYTES : KEEPER_SHARE_BYTES
      return { device, sealed: sealed[index] ?? this.#ground.random.bytes(length) }
    })
    if (work.given !== undefined) this.#give(circle, work, shares, now)
    // Who is in has changed meanwhile.
    else if (!isFor(work.live, recipients(circle.resolver.register, undefined)))
      this.#due.set(work.circle, { sum: '', at: now })
    else this.#write(circle, work.secrets, shares, now)
    return true
  }

  #begin(circle: Circle, due: Due, now: Millis): void {
    due.at = after(now, SEALING_MS)
    for (const [number, { circle: id }] of this.#work) if (id === circle.id) this.#work.delete(number)
    const live = recipients(circle.resolver.register, undefined)
    const giving = givable(circle, this.#ground.me.device, live)
    const secrets = giving?.secrets ?? freshSecrets(this.#ground.random)
    const devices = [...(giving?.lacking ?? live.keys())]
      .sort((a, b) => compareBytes(keyBytes(a), keyBytes(b)))
      .slice(0, giving === undefined ? undefined : MAX_SHARES)
    const commitments = commitmentsOf(secrets, this.#ground)
    const keys = new Map([...circle.facts().members.values()].flatMap((member) => [...member.devices]))
    const shares = devices.map((device) => ({
      recipient: keys.get(device) as Uint8Array,
      info: shareInfo(circle.id, device, commitments),
      plain: sharePlain(secrets, live.get(device) === true),
    }))
    const number = this.#ground.effect((id) => ({ kind: 'seal', number: id, shares }))
    this.#work.set(number, { circle: circle.id, given: giving?.epoch, secrets, devices, live })
  }

  /** To those who are still in and without it; whoever came meanwhile is next. */
  #give(circle: Circle, work: Work, shares: readonly EpochShare[], now: Millis): void {
    const giving = givable(circle, this.#ground.me.device, recipients(circle.resolver.register, undefined))
    const wanted = shares.filter(
      ({ device }) => giving?.lacking.includes(device) && giving.live.get(device) === work.live.get(device),
    )
    this.#due.set(circle.id, { sum: '', at: now })
    if (giving === undefined || giving.epoch !== work.given || wanted.length === 0) return
    try {
      this.#ground.write(circle, { kind: 'share', epoch: giving.epoch, shares: wanted }, now)
    } catch (error) {
      // As with an epoch.
      if (!(error instanceof CommunityError)) throw error
      this.#due.set(circle.id, { sum: '', at: after(now, TURN_MS) })
    }
  }

  #write(circle: Circle, secrets: Whole, shares: readonly EpochShare[], now: Millis): void {
    const lost = mendable(circle)
    const heads = epochHeads(circle.resolver.register.epochs(undefined))
    // Room for one at least of those that were left behind: the next one takes up the rest.
    const followed = heads.slice(-(lost.length > 0 ? MAX_PARENTS - 1 : MAX_PARENTS))
    followed.push(...lost.slice(-(MAX_PARENTS - followed.length)))
    const after = followed.map(({ operation }) => operation.id)
    const body: Of<'epoch'> = {
      kind: 'epoch',
      generation: followed.reduce((most, epoch) => Math.max(most, generationOf(epoch)), 0) + 1,
      after: after.sort((a, b) => compareBytes(keyBytes(a), keyBytes(b))),
      ...commitmentsOf(secrets, this.#ground),
      shares,
      past: showsPast(circle, shares)
        ? sealPast(circle.id, secrets, this.#known(circle, after), this.#ground.crypto)
        : [],
    }
    try {
      const operation = this.#ground.write(circle, body, now)
      circle.learn(operation.id, secrets)
    } catch (error) {
      // It was due a moment ago: whatever changed asks for another one, or for none.
      if (!(error instanceof CommunityError)) throw error
    }
  }

  #known(circle: Circle, epochs: readonly RecordId[]): { epoch: RecordId; secrets: Secrets }[] {
    return epochs.flatMap((epoch) => {
      const secrets = circle.secrets().get(epoch)
      return secrets === undefined ? [] : [{ epoch, secrets }]
    })
  }

  /** Who of the linked members is first: the same order everywhere, another one each time. */
  #turn(circle: Circle): number {
    const { crypto, me } = this.#ground
    const { members, owners } = circle.facts()
    const sum = circle.graph.sum()
    const weight = (device: DeviceId): Uint8Array => crypto.sha256(concatBytes([keyBytes(device), sum]))
    const mine = weight(me.device)
    let before = 0
    for (const device of this.#ground.linkedDevices()) {
      const person = owners.get(device)
      const member = person && members.get(person)
      if (
        member?.devices.has(device) &&
        RANK[member.role] >= RANK.member &&
        compareBytes(weight(device), mine) < 0
      )
        before++
    }
    // Who does not know what was before could not hand it on to those who come later.
    const last = knowsHeads(circle) ? 0 : MAX_WAIT_MS
    return last + Math.min(MAX_WAIT_MS, TURN_MS * (before + 1))
  }
}

/** Whether the circle needs a new epoch that this device may make. */
export function isDue(circle: Circle, me: DeviceId): boolean {
  const { mine } = circle.facts()
  if (mine === undefined || RANK[mine] < RANK.member) return false
  const { register } = circle.resolver
  const live = recipients(register, undefined)
  return live.has(me) && (isWanting(register, undefined, live) || mendable(circle).length > 0)
}

/** Those left behind that this device can give to all. */
function mendable(circle: Circle): Node[] {
  const known = circle.secrets()
  return leftBehind(circle.resolver.register, undefined).filter(
    ({ operation }) => known.get(operation.id)?.read !== undefined,
  )
}

interface Giving {
  readonly epoch: RecordId
  readonly secrets: Whole
  readonly lacking: readonly DeviceId[]
  readonly live: Recipients
}

/** The one epoch that is there, where it is enough to give it: nobody who is out has it, and everybody may read it. */
function givable(circle: Circle, me: DeviceId, live: Recipients): Giving | undefined {
  const { register } = circle.resolver
  const best = bestOf(register, undefined, live)
  if (best === undefined || circle.facts().policy.history !== 'all') return undefined
  // Of several one follows all, so that who comes has them, too.
  if (epochHeads(register.epochs(undefined)).length > 1 || mendable(circle).length > 0) return undefined
  const secrets = circle.secrets().get(best.operation.id)
  if (secrets?.read === undefined) return undefined
  const given = givenOf(best, register, undefined)
  if (given.get(me) !== true) return undefined
  const lacking = [...live].flatMap(([device, reads]) => (given.get(device) === reads ? [] : device))
  return { epoch: best.operation.id, secrets: { access: secrets.access, read: secrets.read }, lacking, live }
}

function knowsHeads(circle: Circle): boolean {
  const heads = epochHeads(circle.resolver.register.epochs(undefined))
  return heads.every(({ operation }) => circle.secrets().get(operation.id)?.read !== undefined)
}

/** By the policy, whoever is new may read what was before, or not: then the chain is cut. */
function showsPast(circle: Circle, shares: readonly EpochShare[]): boolean {
  const { policy, owners } = circle.facts()
  if (policy.history === 'all') return true
  const { register } = circle.resolver
  const before = new Set(
    epochHeads(register.epochs(undefined)).flatMap((epoch) =>
      [...holdersOf(epoch, register, undefined).keys()].map((device) => owners.get(device)),
    ),
  )
  return shares.every(({ device }) => before.has(owners.get(device)))
}

function commitmentsOf(
  secrets: { readonly access: Uint8Array; readonly read: Uint8Array },
  { crypto }: PartGround,
): { readonly accessHash: Uint8Array; readonly readHash: Uint8Array } {
  return {
    accessHash: commitment(secrets.access, 'access', crypto),
    readHash: commitment(secrets.read, 'read', crypto),
  }
}
