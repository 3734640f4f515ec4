// New epochs: when one is due, who of those who may makes it, and how. Whoever changed who is in does it at once; were they
// gone, the others follow one after the other, so that a removal always leads to a new key, and rarely to two of them.

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
  isFor,
  type Recipients,
  recipients,
  sharesOf,
} from './epoch-rules.ts'
import { commitment, freshSecrets, type Secrets, sealPast, shareInfo, sharePlain } from './epoch-secrets.ts'
import { MAX_PARENTS } from './limits.ts'
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

interface Work {
  readonly circle: CircleId
  readonly secrets: { readonly access: Uint8Array; readonly read: Uint8Array }
  readonly devices: readonly DeviceId[]
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
    if (!sameRecipients(recipients(circle.resolver.register, undefined), work.live)) {
      // Who is in has changed meanwhile.
      this.#due.set(work.circle, { sum: '', at: now })
      return true
    }
    const shares = work.devices.map((device, index): EpochShare => {
      const length = work.live.get(device) ? MEMBER_SHARE_BYTES : KEEPER_SHARE_BYTES
      return { device, sealed: sealed[index] ?? this.#ground.random.bytes(length) }
    })
    this.#write(circle, work.secrets, shares, now)
    return true
  }

  #begin(circle: Circle, due: Due, now: Millis): void {
    due.at = after(now, SEALING_MS)
    for (const [number, { circle: id }] of this.#work) if (id === circle.id) this.#work.delete(number)
    const secrets = freshSecrets(this.#ground.random)
    const live = recipients(circle.resolver.register, undefined)
    const devices = [...live.keys()].sort((a, b) => compareBytes(keyBytes(a), keyBytes(b)))
    const commitments = commitmentsOf(secrets, this.#ground)
    const keys = new Map([...circle.facts().members.values()].flatMap((member) => [...member.devices]))
    const shares = devices.map((device) => ({
      recipient: keys.get(device) as Uint8Array,
      info: shareInfo(circle.id, device, commitments),
      plain: sharePlain(secrets, live.get(device) === true),
    }))
    const number = this.#ground.effect((id) => ({ kind: 'seal', number: id, shares }))
    this.#work.set(number, { circle: circle.id, secrets, devices, live })
  }

  #write(circle: Circle, secrets: Work['secrets'], shares: readonly EpochShare[], now: Millis): void {
    const heads = epochHeads(circle.resolver.register.epochs(undefined)).slice(-MAX_PARENTS)
    const after = heads.map(({ operation }) => operation.id)
    const body: Of<'epoch'> = {
      kind: 'epoch',
      generation: heads.reduce((most, epoch) => Math.max(most, generationOf(epoch)), 0) + 1,
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
  const best = bestOf(register.epochs(undefined), live)
  return live.has(me) && (best === undefined || !isFor(sharesOf(best), live))
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
      sharesOf(epoch).map(({ device }) => owners.get(device)),
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

function sameRecipients(a: Recipients, b: Recipients): boolean {
  return a.size === b.size && [...a].every(([device, reads]) => b.get(device) === reads)
}
