// PCP and NAT-PMP with one gateway, as a machine: first PCP, and NAT-PMP where the gateway says that it is older or says
// nothing. TCP is asked for first, so that UDP can be asked for on the same external port.
// Invariant: at most one mapping for each wish; nothing is believed but answers to what was asked.

import { after, earliest, type Millis } from '../../base/ids.ts'
import type { Machine } from '../../base/machine.ts'
import type { Random } from '../../base/random.ts'
import { randomFraction } from '../../base/random.ts'
import {
  type AskedLease,
  type Dialect,
  ERROR_LEAST_MS,
  encodeRequest,
  type GatewayAnswer,
  isAnnouncement,
  readAnswer,
} from './dialect.ts'
import { EpochWatch } from './epoch.ts'
import { Lease } from './lease.ts'
import {
  MAX_CONFLICTS,
  type Mapping,
  type MappingFailure,
  type MappingWish,
  MIN_RENEWAL_MS,
  START_OVER_MS,
} from './mapping.ts'
import { encodeAddressRequest } from './nat-pmp.ts'
import { NONCE_BYTES } from './pcp.ts'

export interface GatewayClientOptions {
  /** Our address towards the gateway: the source of what is sent. */
  readonly ownHost: string
  readonly wishes: readonly MappingWish[]
  readonly random: Random
  readonly lifetimeS: number
  /** Those that may be used. */
  readonly dialects: readonly Dialect[]
}

export type GatewayInput =
  | { readonly kind: 'start' }
  /** From the gateway's port, nobody else's. */
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array }
  /** The gateway's word to everybody, unasked: it was restarted or moved. */
  | { readonly kind: 'announcement'; readonly bytes: Uint8Array }
  | { readonly kind: 'tick' }
  /** Gives everything back. */
  | { readonly kind: 'stop' }

export type GatewayEffect =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** Mappings, or why there are none, are not what they were. */
  | { readonly kind: 'changed' }

/** RFC 6887, section 8.1.1: first wait, doubled each time, a tenth more or less. */
const PCP_FIRST_WAIT_MS = 3_000
/** RFC 6886, section 3.1: 250 ms, doubled each time. */
const NAT_PMP_FIRST_WAIT_MS = 250
/** A gateway without PCP that does not even say so: after 3 and 6 s NAT-PMP is tried. */
const PCP_TRIES_BEFORE_NAT_PMP = 2
/** Where there is no other dialect, and for renewals: 3, 6, 12, 24, 48 s. */
const PCP_TRIES = 5
/** RFC 6886, section 3.1: nine, over a minute in all. */
const NAT_PMP_TRIES = 9
/** An answer comes within milliseconds, over a busy radio within some hundred; without one others may try their luck. */
export const SILENT_MS = 1_000
/** RFC 6887, section 14.1.3: nobody rushes to a gateway that was just restarted. */
const RESTART_SPREAD_MS = 5_000
/** Unasked announcements, which anybody on the network can forge, cost one round of renewals in this time at most. */
const ANNOUNCEMENT_GAP_MS = 30_000
/** Giving back is said up to three times. */
const GOODBYE_WAIT_MS = 250
const GOODBYES = 3

/** NAT-PMP tells the address apart from the mappings. */
interface AddressQuestion {
  host: string | undefined
  dueAt: Millis | undefined
  tries: number
}

export class GatewayClient implements Machine<GatewayInput, GatewayEffect> {
  readonly #options: GatewayClientOptions
  readonly #asked: readonly AskedLease[]
  readonly #epoch = new EpochWatch()
  readonly #address: AddressQuestion = { host: undefined, dueAt: undefined, tries: 0 }
  #dialect: Dialect | undefined
  #heard = false
  #startedAt: Millis | undefined
  /** Whether the end of our patience was told. */
  #reported = false
  #stopping = false
  #announcedAt: Millis | undefined

  constructor(options: GatewayClientOptions) {
    const { wishes, random } = options
    this.#options = options
    this.#asked = wishes.map((wish) => ({ lease: new Lease(wish), nonce: random.bytes(NONCE_BYTES) }))
  }

  get mappings(): readonly Mapping[] {
    const dialect = this.#dialect
    if (dialect === undefined || this.#stopping) return []
    const held = this.#leases
      .map((lease) => lease.mapping(dialect))
      .filter((mapping) => mapping !== undefined)
    return dialect === 'pcp'
      ? held
      : held.map((mapping) => ({ ...mapping, externalHost: this.#address.host }))
  }

  /** Why the first wish could not be had or kept; undefined while nothing is known yet. */
  get failure(): MappingFailure | undefined {
    return this.#leases[0]?.failure
  }

  /** Started, and nobody answered for SILENT_MS; or it said no. */
  hopeless(now: Millis): boolean {
    if (this.#dialect === undefined || this.failure !== undefined) return true
    return !this.#heard && this.#startedAt !== undefined && now >= this.#startedAt + SILENT_MS
  }

  /** Everything was given back, or nothing was ever asked for. */
  get over(): boolean {
    return this.#dialect === undefined || (this.#stopping && this.deadline() === undefined)
  }

  handle(input: GatewayInput, now: Millis): GatewayEffect[] {
    switch (input.kind) {
      case 'start':
        return this.#start(now)
      case 'datagram':
        return this.#hear(input.bytes, now)
      case 'announcement':
        return this.#announced(input.bytes, now)
      case 'tick':
        return this.#tick(now)
      case 'stop':
        return this.#stop(now)
    }
  }

  deadline(): Millis | undefined {
    if (this.#dialect === undefined) return undefined
    const patience =
      this.#heard || this.#stopping || this.failure !== undefined || this.#startedAt === undefined
        ? undefined
        : after(this.#startedAt, SILENT_MS)
    return earliest(
      this.#address.dueAt,
      this.#reported ? undefined : patience,
      ...this.#leases.flatMap((lease) => [lease.dueAt, lease.granted?.expiresAt]),
    )
  }

  get #leases(): readonly Lease[] {
    return this.#asked.map(({ lease }) => lease)
  }

  #start(now: Millis): GatewayEffect[] {
    this.#dialect = this.#options.dialects.includes('pcp') ? 'pcp' : this.#options.dialects[0]
    this.#startedAt = now
    this.#reported = false
    this.#heard = false
    this.#stopping = false
    this.#begin(now)
    return this.#tick(now)
  }

  /** The first lease, or the address before it; each next one follows when the one before is settled. */
  #begin(now: Millis): void {
    for (const lease of this.#leases) {
      lease.dueAt = undefined
      lease.failure = undefined
      lease.tries = 0
    }
    Object.assign(this.#address, { host: undefined, dueAt: undefined, tries: 0 } satisfies AddressQuestion)
    if (this.#dialect === 'nat-pmp') this.#address.dueAt = now
    else this.#next(undefined, now)
  }

  #next(settled: Lease | undefined, now: Millis): void {
    const leases = this.#leases
    const following = leases[settled === undefined ? 0 : leases.indexOf(settled) + 1]
    if (following === undefined || following.dueAt !== undefined) return
    if (settled?.granted !== undefined) following.externalPort = settled.granted.externalPort
    following.dueAt = now
  }

  #tick(now: Millis): GatewayEffect[] {
    const effects: GatewayEffect[] = []
    for (const lease of this.#leases) if (lease.expire(now)) effects.push({ kind: 'changed' })
    if (!this.#reported && this.hopeless(now)) {
      this.#reported = true
      effects.push({ kind: 'changed' })
    }
    if (isDue(this.#address, now)) {
      if (this.#address.tries >= NAT_PMP_TRIES) return [...effects, ...this.#silence(now)]
      this.#address.dueAt = after(now, this.#waitMs(this.#address.tries++))
      effects.push({ kind: 'send', bytes: encodeAddressRequest() })
    }
    for (const asked of this.#asked) {
      const { lease } = asked
      if (!isDue(lease, now)) continue
      if (this.#stopping) {
        effects.push(...this.#goodbye(asked, now))
        continue
      }
      if (lease.tries >= this.#triesAllowed()) return [...effects, ...this.#silence(now)]
      lease.dueAt = after(now, this.#waitMs(lease.tries++))
      effects.push(this.#say(asked, this.#options.lifetimeS))
    }
    return effects
  }

  #triesAllowed(): number {
    if (this.#dialect === 'nat-pmp') return NAT_PMP_TRIES
    const other = this.#options.dialects.includes('nat-pmp') && !this.#heard
    return other ? PCP_TRIES_BEFORE_NAT_PMP : PCP_TRIES
  }

  #waitMs(tries: number): number {
    if (this.#dialect === 'nat-pmp') return NAT_PMP_FIRST_WAIT_MS * 2 ** tries
    return PCP_FIRST_WAIT_MS * 2 ** tries * (0.9 + 0.2 * randomFraction(this.#options.random))
  }

  #say(asked: AskedLease, lifetimeS: number): GatewayEffect {
    const bytes = encodeRequest(this.#dialect as Dialect, this.#options.ownHost, asked, lifetimeS)
    return { kind: 'send', bytes }
  }

  /** Nobody answers in this dialect. What is held stays until its time is over. */
  #silence(now: Millis): GatewayEffect[] {
    if (this.#dialect === 'pcp' && !this.#heard && this.#options.dialects.includes('nat-pmp'))
      return this.#speakNatPmp(now)
    this.#address.dueAt = undefined
    // Another gateway may stand there by then: it is asked in the better dialect first.
    this.#heard = false
    if (this.#options.dialects.includes('pcp') && this.mappings.length === 0) this.#dialect = 'pcp'
    return this.#refuseAll('SILENT', after(now, START_OVER_MS))
  }

  #speakNatPmp(now: Millis): GatewayEffect[] {
    this.#dialect = 'nat-pmp'
    this.#begin(now)
    return this.#tick(now)
  }

  #refuseAll(failure: MappingFailure, againAt: Millis): GatewayEffect[] {
    for (const lease of this.#leases) lease.fail(failure, againAt)
    return [{ kind: 'changed' }]
  }

  #hear(bytes: Uint8Array, now: Millis): GatewayEffect[] {
    const answer = this.#dialect === undefined ? undefined : readAnswer(this.#dialect, bytes, this.#asked)
    if (answer === undefined) return []
    if (answer.kind === 'lease') return this.#answered(answer, now)
    if (answer.kind === 'address') return this.#addressTold(answer, now)
    // Only as the answer to what is being asked: a forger gains nothing once PCP works.
    if (this.#heard || this.#stopping) return []
    if (answer.natPmp && this.#options.dialects.includes('nat-pmp')) return this.#speakNatPmp(now)
    return this.#refuseAll('NOT_SUPPORTED', after(now, START_OVER_MS))
  }

  #answered(answer: Extract<GatewayAnswer, { kind: 'lease' }>, now: Millis): GatewayEffect[] {
    const { lease, outcome, epochS } = answer
    this.#heard = true
    if (this.#stopping) {
      if (!outcome.ok || outcome.lifetimeS === 0) return this.#gone(lease)
      // Granted after we had given up waiting: given back.
      lease.dueAt = now
      return this.#tick(now)
    }
    this.#watch(epochS, lease, now)
    if (outcome.ok) return this.#granted(lease, outcome, now)
    if (outcome.portTaken && lease.conflicts < MAX_CONFLICTS) {
      lease.elsewhere(this.#options.random)
      lease.hasten(now)
      return this.#tick(now)
    }
    return this.#refused(lease, outcome.failure, after(now, outcome.holdsMs), now)
  }

  #addressTold(
    { failure, externalHost, epochS }: Extract<GatewayAnswer, { kind: 'address' }>,
    now: Millis,
  ): GatewayEffect[] {
    if (this.#address.tries === 0 || this.#stopping) return []
    this.#heard = true
    this.#watch(epochS, undefined, now)
    this.#address.dueAt = undefined
    this.#address.tries = 0
    if (failure !== undefined) return this.#refuseAll(failure, after(now, ERROR_LEAST_MS))
    const changed = this.#address.host !== externalHost && this.mappings.length > 0
    this.#address.host = externalHost
    this.#next(undefined, now)
    const effects = this.#tick(now)
    return changed ? [{ kind: 'changed' }, ...effects] : effects
  }

  #granted(
    lease: Lease,
    promised: { externalPort: number; externalHost: string | undefined; lifetimeS: number },
    now: Millis,
  ): GatewayEffect[] {
    // What ends before it may be renewed is no use: others would be told of a port that comes and goes.
    if (promised.externalPort === 0 || 1_000 * promised.lifetimeS <= MIN_RENEWAL_MS)
      return this.#refused(lease, 'BAD_ANSWER', after(now, START_OVER_MS), now)
    const changed = lease.grant(promised, now, this.#options.random)
    lease.follow(this.#leases[this.#leases.indexOf(lease) - 1], now)
    // The address is asked for again with the renewal, so that a new one is noticed.
    if (this.#dialect === 'nat-pmp' && lease === this.#leases[0])
      this.#address.dueAt = this.#address.host === undefined ? now : lease.dueAt
    this.#next(lease, now)
    const effects = this.#tick(now)
    return changed ? [{ kind: 'changed' }, ...effects] : effects
  }

  #refused(lease: Lease, failure: MappingFailure, againAt: Millis, now: Millis): GatewayEffect[] {
    lease.fail(failure, againAt)
    this.#next(lease, now)
    return [{ kind: 'changed' }, ...this.#tick(now)]
  }

  /** The gateway was restarted: whatever else it held for us is asked for anew. */
  #watch(epochS: number, answered: Lease | undefined, now: Millis): void {
    if (this.#epoch.accept(epochS, now)) return
    for (const lease of this.#leases) {
      if (lease !== answered && lease.granted !== undefined) lease.hasten(this.#soon(now))
    }
  }

  /** Only a reason to ask: what is asked is answered, and that is believed. */
  #announced(bytes: Uint8Array, now: Millis): GatewayEffect[] {
    if (this.#dialect === undefined || this.#stopping || !isAnnouncement(bytes)) return []
    if (this.#announcedAt !== undefined && now < this.#announcedAt + ANNOUNCEMENT_GAP_MS) return []
    this.#announcedAt = now
    const at = this.#soon(now)
    for (const lease of this.#leases) {
      if (lease.granted !== undefined || lease.failure !== undefined) lease.hasten(at)
    }
    if (this.#dialect === 'nat-pmp' && this.#address.dueAt !== undefined) this.#address.dueAt = at
    return []
  }

  #soon(now: Millis): Millis {
    return after(now, RESTART_SPREAD_MS * randomFraction(this.#options.random))
  }

  /** What was asked for and not answered may have been granted: it is given back too. */
  #stop(now: Millis): GatewayEffect[] {
    if (this.#stopping) return []
    this.#stopping = true
    this.#address.dueAt = undefined
    for (const lease of this.#leases) {
      const asked = lease.granted !== undefined || (lease.tries > 0 && this.#heard)
      lease.tries = 0
      lease.failure = undefined
      lease.dueAt = asked ? now : undefined
    }
    return this.#tick(now)
  }

  #goodbye(asked: AskedLease, now: Millis): GatewayEffect[] {
    const { lease } = asked
    if (lease.tries >= GOODBYES) return this.#gone(lease)
    lease.dueAt = after(now, GOODBYE_WAIT_MS)
    lease.tries++
    return [this.#say(asked, 0)]
  }

  #gone(lease: Lease): GatewayEffect[] {
    lease.granted = undefined
    lease.dueAt = undefined
    return [{ kind: 'changed' }]
  }
}

function isDue({ dueAt }: { readonly dueAt: Millis | undefined }, now: Millis): boolean {
  return dueAt !== undefined && dueAt <= now
}
