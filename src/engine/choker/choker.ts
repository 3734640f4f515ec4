// Who may download from us. Decided every ten seconds; between rounds only free slots are filled.
//
// Leeching   tit for tat (BEP 3): the interested peers that give us most, one slot less than there are; those that
//            snub us get none of these. What is left over, and one slot always, is optimistic: a lottery every 30 s
//            among the others, with one lot for each second of waiting, tripled for who connected lately. So new
//            peers can show what they give, and everybody's turn comes.
// Seeding    turns: whoever waited longest is next, and keeps the slot until it got TURN_BYTES in this turn, or had
//            it for TURN_MS, whichever comes first, if somebody waits. Bytes are what is shared: a fast peer passes
//            its slot on sooner, a slow one cannot hold it for ever, a peer that only reconnects gains nothing beyond
//            its lot, and what was given goes to many, who then give to each other.
// In both, peers that the person knows (preferred) go first for a share of the slots (KNOWN_SHARE), by the same rules among
// themselves, and compete like everybody for the others: friends are served before strangers, who are not left out for ever.
// Invariant: never more than slots() are unchoked by a decision, never one that is not interested; a slot is left
// empty only when nobody who wants it is left.

import { after, type Millis } from '../../base/ids.ts'
import { type Random, randomFraction, shuffle } from '../../base/random.ts'
import { UploadSlots } from './upload-slots.ts'

/** BEP 3: often enough to follow, seldom enough that TCP gets up to speed. */
export const ROUND_MS = 10_000
/** BEP 3: three rounds, so that an optimistic unchoke has time to be answered. */
export const OPTIMISTIC_MS = 30_000
/**
 * A seed's turn. Long on purpose: whoever loses its slot in the middle of a piece that nobody else has yet holds bytes
 * of use to no one, and the seed will send them again. With 50 leechers at 100 kB/s the last one is done after 1.30
 * times the least possible time with turns of one minute, and 1.17 with five.
 */
export const TURN_BYTES = 16 * 1024 * 1024
export const TURN_MS = 300_000
/** A slot through which less than this share of the mean flows is not in use. */
const IDLE_SHARE = 1 / 8
/** Who connected within this has three lots instead of one (BEP 3). */
const NEW_PEER_MS = 60_000
const NEW_PEER_LOTS = 3
/** Of the slots, rounded up. */
export const KNOWN_SHARE = 1 / 2
/** Among equals who holds a slot keeps it: its rate counts this much more, so that ties do not flap every round. */
const HOLDER_BONUS = 1.1

export interface ChokeCandidate {
  readonly key: number
  readonly interested: boolean
  /** By us, now. */
  readonly unchoked: boolean
  readonly snubbed: boolean
  /** From them to us. */
  readonly downBytesPerSecond: number
  /** From us to them. */
  readonly upBytesPerSecond: number
  /** Payload given to them since they connected. */
  readonly givenBytes: number
  readonly connectedAt: Millis
  /** Undefined while choked. */
  readonly unchokedAt: Millis | undefined
  /** Somebody the person knows. */
  readonly preferred: boolean
  /** Will never give us anything we lack, nor take (BEP 21). */
  readonly uploadOnly: boolean
}

export interface ChokerOptions {
  /** A fixed number of slots; otherwise it follows the upload capacity (upload-slots.ts). */
  readonly slots: number | undefined
  /** The upload limit in force, if any. */
  readonly uploadLimitBytesPerSecond: () => number | undefined
}

/** What is remembered of a peer between decisions. */
interface Memory {
  /** Given when its present turn began. */
  turnFromBytes: number
  turnFrom: Millis
  /** When it last lost a slot or was first seen: its waiting began. */
  waitingSince: Millis
  optimistic: boolean
}

export class Choker {
  readonly #random: Random
  readonly #limit: () => number | undefined
  readonly #slots: UploadSlots
  readonly #memories = new Map<number, Memory>()
  #nextRound: Millis | undefined
  #nextLottery: Millis | undefined

  constructor(random: Random, options: Partial<ChokerOptions> = {}) {
    this.#random = random
    this.#limit = options.uploadLimitBytesPerSecond ?? (() => undefined)
    this.#slots = new UploadSlots(options.slots)
  }

  /** How many may be unchoked now. */
  slots(): number {
    return this.#slots.count
  }

  /** When to decide next; undefined before the first decision. */
  deadline(): Millis | undefined {
    return this.#nextRound
  }

  /** @returns who shall be unchoked now; everybody else is choked. */
  decide(candidates: readonly ChokeCandidate[], seeding: boolean, now: Millis): ReadonlySet<number> {
    this.#remember(candidates, now)
    const wishers = candidates.filter((peer) => peer.interested && !peer.uploadOnly)
    const round = this.#nextRound === undefined || now >= this.#nextRound
    if (round) {
      this.#nextRound = after(now, ROUND_MS)
      this.#slots.round(...this.#use(wishers, now), this.#limit())
    }
    const chosen = round
      ? seeding
        ? this.#seedingRound(wishers, now)
        : this.#leechingRound(wishers, now)
      : new Set(
          wishers
            .filter((peer) => peer.unchoked)
            .map((peer) => peer.key)
            .slice(0, this.slots()),
        )
    this.#fill(chosen, wishers, seeding, now)
    this.#note(candidates, chosen, now)
    return chosen
  }

  /** What flows through the slots, and whether all of them are in use and more are wanted. */
  #use(wishers: readonly ChokeCandidate[], now: Millis): readonly [bytesPerSecond: number, wanted: boolean] {
    const holders = wishers.filter((peer) => peer.unchoked)
    const bytesPerSecond = holders.reduce((sum, peer) => sum + peer.upBytesPerSecond, 0)
    const idleBelow = (bytesPerSecond / holders.length) * IDLE_SHARE
    // A peer that finds nothing to ask for just now is no sign that another one would take more.
    const busy = holders.every((peer) => {
      const young = now - (peer.unchokedAt ?? now) < ROUND_MS
      return young || peer.upBytesPerSecond > idleBelow
    })
    return [bytesPerSecond, busy && holders.length >= this.slots() && wishers.length > holders.length]
  }

  // ── Leeching ──────────────────────────────────────────────────────────────────────────────────────

  #leechingRound(wishers: readonly ChokeCandidate[], now: Millis): Set<number> {
    const slots = this.slots()
    const worth = (peer: ChokeCandidate): number =>
      peer.downBytesPerSecond * (peer.unchoked ? HOLDER_BONUS : 1)
    const ranked = shuffle(this.#random, [...wishers])
      .filter((peer) => !peer.snubbed && (peer.preferred || peer.downBytesPerSecond > 0))
      .sort((a, b) => worth(b) - worth(a))
    const known = ranked.filter((peer) => peer.preferred).slice(0, this.#reserved())
    const first = [...known, ...ranked.filter((peer) => !known.includes(peer))]
    const chosen = new Set(first.slice(0, Math.max(1, slots - 1)).map((peer) => peer.key))
    const lottery = this.#nextLottery === undefined || now >= this.#nextLottery
    if (lottery) this.#nextLottery = after(now, OPTIMISTIC_MS)
    for (const peer of wishers) {
      const memory = this.#memories.get(peer.key) as Memory
      if (chosen.has(peer.key) || lottery || !peer.unchoked) memory.optimistic = false
      else if (memory.optimistic && chosen.size < slots) chosen.add(peer.key)
    }
    return chosen
  }

  /** Draws one of the waiting, with a lot for each second it waited, three if it is new. */
  #draw(waiting: readonly ChokeCandidate[], now: Millis): ChokeCandidate | undefined {
    const lots = waiting.map((peer) => {
      const memory = this.#memories.get(peer.key) as Memory
      const seconds = 1 + (now - memory.waitingSince) / 1000
      return seconds * (now - peer.connectedAt < NEW_PEER_MS ? NEW_PEER_LOTS : 1)
    })
    let ticket = randomFraction(this.#random) * lots.reduce((sum, lot) => sum + lot, 0)
    for (const [i, lot] of lots.entries()) {
      ticket -= lot
      if (ticket < 0) return waiting[i]
    }
    return waiting[waiting.length - 1]
  }

  // ── Seeding ───────────────────────────────────────────────────────────────────────────────────────

  #seedingRound(wishers: readonly ChokeCandidate[], now: Millis): Set<number> {
    const slots = this.slots()
    const holders = wishers.filter((peer) => peer.unchoked)
    let waiting = wishers.length - holders.length
    let knownWaiting = wishers.filter((peer) => peer.preferred && !peer.unchoked).length
    let knownHeld = holders.filter((peer) => peer.preferred).length
    const reserved = this.#reserved()
    const over = (peer: ChokeCandidate): boolean => {
      const memory = this.#memories.get(peer.key) as Memory
      return peer.givenBytes - memory.turnFromBytes >= TURN_BYTES || now - memory.turnFrom >= TURN_MS
    }
    // Who has had its turn longest goes first, one for each that waits.
    const kept = new Set(holders.map((peer) => peer.key))
    const oldestFirst = [...holders].sort((a, b) => this.#turnFrom(a) - this.#turnFrom(b))
    for (const peer of oldestFirst) {
      // Who is known makes way for others who are, and for strangers only where they hold more than their share.
      const stays = peer.preferred && knownWaiting === 0 && knownHeld <= reserved
      const ends = kept.size > slots || (waiting > 0 && !stays && over(peer))
      if (!ends) continue
      if (kept.size <= slots) waiting--
      kept.delete(peer.key)
      if (!peer.preferred) continue
      knownHeld--
      knownWaiting = Math.max(0, knownWaiting - 1)
    }
    return this.#withRoom(kept, oldestFirst, Math.min(reserved - knownHeld, knownWaiting))
  }

  /** Those who are known and have less than their share need not wait for a stranger's turn to end. */
  #withRoom(kept: Set<number>, oldestFirst: readonly ChokeCandidate[], needed: number): Set<number> {
    for (const peer of oldestFirst) {
      if (this.slots() - kept.size >= needed) break
      if (!peer.preferred) kept.delete(peer.key)
    }
    return kept
  }

  #reserved(): number {
    return Math.ceil(this.slots() * KNOWN_SHARE)
  }

  #turnFrom(peer: ChokeCandidate): number {
    return (this.#memories.get(peer.key) as Memory).turnFrom
  }

  // ── Both ──────────────────────────────────────────────────────────────────────────────────────────

  /** Free slots: the preferred while they have less than their share, then by lottery (leeching) or whoever waited longest (seeding). */
  #fill(chosen: Set<number>, wishers: readonly ChokeCandidate[], seeding: boolean, now: Millis): void {
    const slots = this.slots()
    let waiting = shuffle(
      this.#random,
      wishers.filter((peer) => !chosen.has(peer.key)),
    )
    // A peer that just lost its slot comes last, so that giving up a slot means something.
    const since = (peer: ChokeCandidate): number => (peer.unchoked ? now : this.#waitingSince(peer))
    waiting.sort((a, b) => since(a) - since(b))
    let known = wishers.filter((peer) => peer.preferred && chosen.has(peer.key)).length
    while (chosen.size < slots && waiting.length > 0) {
      const patient = waiting.filter((peer) => !peer.unchoked)
      const friend = known < this.#reserved() ? waiting.find((peer) => peer.preferred) : undefined
      const first = friend ?? (waiting[0] as ChokeCandidate)
      const draw = seeding || friend !== undefined || patient.length === 0 ? first : this.#draw(patient, now)
      const next = draw ?? first
      chosen.add(next.key)
      if (next.preferred) known++
      if (!seeding) (this.#memories.get(next.key) as Memory).optimistic = true
      waiting = waiting.filter((peer) => peer !== next)
    }
  }

  #waitingSince(peer: ChokeCandidate): number {
    return (this.#memories.get(peer.key) as Memory).waitingSince
  }

  #remember(candidates: readonly ChokeCandidate[], now: Millis): void {
    const present = new Set<number>()
    for (const { key, connectedAt, givenBytes, unchokedAt } of candidates) {
      present.add(key)
      if (this.#memories.has(key)) continue
      this.#memories.set(key, {
        turnFromBytes: givenBytes,
        turnFrom: unchokedAt ?? now,
        waitingSince: connectedAt,
        optimistic: false,
      })
    }
    for (const key of this.#memories.keys()) if (!present.has(key)) this.#memories.delete(key)
  }

  /** Turns that begin and end with this decision. */
  #note(candidates: readonly ChokeCandidate[], chosen: ReadonlySet<number>, now: Millis): void {
    for (const peer of candidates) {
      const memory = this.#memories.get(peer.key) as Memory
      if (peer.unchoked && !chosen.has(peer.key)) memory.waitingSince = now
      if (!peer.unchoked && chosen.has(peer.key)) {
        memory.turnFrom = now
        memory.turnFromBytes = peer.givenBytes
      }
    }
  }
}
