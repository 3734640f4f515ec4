// Which tracker is announced to, when, and with which event: tiers, back-off and farewell (BEP 3, 12, 27, 31). A machine.
// Promise: never two rounds at once in one tier (in one private torrent), never below a tracker's min interval without
// an event, at most MAX_TRACKERS trackers. A round is one announce of all hashes over all address families.
//
// Tiers of a public torrent run side by side, each with one working tracker, as users of magnets with many `tr` expect;
// a private torrent uses one tracker at a time in the order of BEP 12 and forgets its peers when it changes (BEP 27).

import { after, type Millis } from '../../base/ids.ts'
import type { Machine } from '../../base/machine.ts'
import { type Random, randomFraction, shuffle } from '../../base/random.ts'
import type { AnnounceEvent, AnnounceReply } from '../../protocol/tracker/announce.ts'
import { parseTrackerUrl, type TrackerUrl } from '../../protocol/tracker/url.ts'
import type { TrackerFailure, TrackerOrigin, TrackerSource, TrackerState } from './tracker-state.ts'
import { type Entry, type Group, inOrder, merged, promote, statusOf } from './tracker-tiers.ts'

export type TrackersInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'completed' }
  /** What is announced is not what was: another port. */
  | { readonly kind: 'moved' }
  /** The person asks for peers now. */
  | { readonly kind: 'again' }
  /** Not to be announced to any more. */
  | { readonly kind: 'remove'; readonly url: string }
  | { readonly kind: 'stop' }
  | { readonly kind: 'tick'; readonly wantsPeers: boolean }
  /** The torrent turned out to be private (a magnet's metadata came). */
  | { readonly kind: 'private' }
  /** The first good answer of a round, before its peers are used. */
  | { readonly kind: 'heard'; readonly id: number; readonly round: number }
  | {
      readonly kind: 'answered'
      readonly id: number
      readonly round: number
      readonly reply: AnnounceReply
      /** Addresses we did not know yet. */
      readonly newPeers: number
    }
  | { readonly kind: 'failed'; readonly id: number; readonly round: number; readonly failure: TrackerFailure }

export type TrackersEffect =
  | {
      readonly kind: 'announce'
      readonly id: number
      readonly round: number
      readonly tracker: TrackerUrl
      readonly by: TrackerOrigin
      readonly event: AnnounceEvent | undefined
    }
  /** BEP 27: another private tracker took over; disconnect from everybody and forget what the other one told. */
  | { readonly kind: 'forgetPeers' }

/** SAFETY.md. */
export const MAX_TRACKERS = 20
/** Waits after failures: doubling from the first to the second, with up to a quarter more at random. */
export const FIRST_RETRY_MS = 30_000
export const LAST_RETRY_MS = 60 * 60_000
/** The same where nobody was reached: our own network may just be coming up, and a tracker that heard nothing has no burden. */
export const FIRST_RETRY_UNREACHED_MS = 5_000
const UNREACHED: ReadonlySet<TrackerFailure['code']> = new Set(['REFUSED', 'NAME_NOT_FOUND', 'OTHER'])
/** Spread of regular announces, so that a swarm does not fall into step. */
const INTERVAL_SPREAD = 0.05

export class Trackers implements Machine<TrackersInput, TrackersEffect> {
  readonly #random: Random
  #groups: Group[] = []
  #private: boolean
  #running = false
  #wantsPeers = false
  #nextId = 0
  #nextRound = 0

  constructor(options: {
    readonly tiers: readonly (readonly TrackerSource[])[]
    readonly private: boolean
    readonly random: Random
  }) {
    this.#random = options.random
    this.#private = options.private
    for (const [tier, sources] of options.tiers.entries()) {
      const entries: Entry[] = []
      for (const source of sources) {
        const entry = this.#entry(source, tier, entries)
        if (entry !== undefined) entries.push(entry)
      }
      if (entries.length > 0)
        this.#groups.push({ entries: shuffle(this.#random, entries), current: undefined })
    }
    if (this.#private) this.#groups = merged(this.#groups)
  }

  /** Undefined when it is no tracker, is there already, or there are enough. */
  #entry(source: TrackerSource, tier: number, besides: readonly Entry[]): Entry | undefined {
    const tracker = parseTrackerUrl(source.url)
    const present = [...this.#entries(), ...besides]
    if (tracker === undefined || present.length >= MAX_TRACKERS) return undefined
    if (present.some((entry) => entry.tracker.text === tracker.text)) return undefined
    return {
      id: this.#nextId++,
      tracker,
      by: source.by,
      tier,
      round: undefined,
      event: undefined,
      joined: false,
      completedDue: false,
      soonDue: false,
      neverAgain: false,
      failures: 0,
      failure: undefined,
      retryAt: undefined,
      failedAt: undefined,
      reply: undefined,
      answeredAt: undefined,
      intervalMs: 0,
      fruitless: 0,
    }
  }

  /** In a tier of its own, last. False when it cannot be used or is there already. The next tick announces to it. */
  add(source: TrackerSource): boolean {
    const last = Math.max(-1, ...[...this.#entries()].map((entry) => entry.tier))
    const entry = this.#entry(source, last + 1, [])
    if (entry === undefined) return false
    const only = this.#groups[0]
    if (this.#private && only !== undefined) only.entries.push(entry)
    else this.#groups.push({ entries: [entry], current: undefined })
    return true
  }

  has(url: string): boolean {
    const text = parseTrackerUrl(url)?.text
    return [...this.#entries()].some(({ tracker }) => tracker.text === text)
  }

  get size(): number {
    return [...this.#entries()].length
  }

  states(): TrackerState[] {
    const states: TrackerState[] = []
    for (const group of this.#groups)
      for (const entry of group.entries) states.push(this.#state(group, entry))
    return states.sort((a, b) => a.tier - b.tier)
  }

  #state(group: Group, entry: Entry): TrackerState {
    const next = this.#running && this.#choice(group) === entry ? this.#due(group) : undefined
    return {
      url: entry.tracker.text,
      tier: entry.tier,
      by: entry.by,
      status: statusOf(group, entry),
      seeds: entry.reply?.seeds,
      leeches: entry.reply?.leeches,
      downloads: entry.reply?.downloads,
      peers: entry.reply?.peers.length,
      warning: entry.reply?.warning,
      failure: entry.failure,
      failures: entry.failures,
      lastAnswerAt: entry.answeredAt,
      nextAnnounceAt: next,
    }
  }

  deadline(): Millis | undefined {
    if (!this.#running) return undefined
    let earliest: Millis | undefined
    for (const group of this.#groups) {
      const due = this.#due(group)
      if (due !== undefined && (earliest === undefined || due < earliest)) earliest = due
    }
    return earliest
  }

  handle(input: TrackersInput, now: Millis): TrackersEffect[] {
    switch (input.kind) {
      case 'start':
        return this.#start(now)
      case 'completed':
        for (const entry of this.#entries())
          if (entry.joined || entry.round !== undefined) entry.completedDue = true
        return this.#announceDue(now)
      case 'moved':
        for (const entry of this.#entries()) entry.soonDue = entry.joined || entry.round !== undefined
        return this.#announceDue(now)
      case 'again':
        return this.#again(now)
      case 'remove':
        return this.#remove(input.url, now)
      case 'stop':
        return this.#stop()
      case 'tick':
        this.#wantsPeers = input.wantsPeers
        return this.#announceDue(now)
      case 'private':
        return this.#becomePrivate()
      case 'heard':
        return this.#heard(input.id, input.round)
      case 'answered':
        return this.#answered(input, now)
      case 'failed':
        return this.#failed(input, now)
    }
  }

  #start(now: Millis): TrackersEffect[] {
    if (!this.#running) {
      this.#running = true
      for (const entry of this.#entries()) {
        entry.joined = false
        entry.completedDue = false
        entry.failures = 0
        entry.retryAt = undefined
        entry.fruitless = 0
      }
    }
    return this.#announceDue(now)
  }

  /** Says good-bye to everybody who knows us, or may by now. */
  #stop(): TrackersEffect[] {
    if (!this.#running) return []
    this.#running = false
    return [...this.#entries()].flatMap((entry) => this.#farewell(entry))
  }

  #farewell(entry: Entry): TrackersEffect[] {
    const known = entry.joined || entry.round !== undefined
    entry.round = undefined
    entry.joined = false
    return known ? [this.#announce(entry, 'stopped')] : []
  }

  /** What failed is tried again, but for those that asked to be left alone; who works, as soon as it permits. */
  #again(now: Millis): TrackersEffect[] {
    for (const entry of this.#entries()) {
      entry.soonDue = entry.joined
      if (entry.failedAt === undefined || typeof entry.failure?.retryMs === 'number') continue
      const earliest = after(entry.failedAt, FIRST_RETRY_UNREACHED_MS)
      if (entry.retryAt !== undefined && earliest < entry.retryAt) entry.retryAt = earliest
    }
    return this.#announceDue(now)
  }

  /** It hears that we left. Whoever it told of is forgotten if the torrent is private (BEP 27). */
  #remove(url: string, now: Millis): TrackersEffect[] {
    const text = parseTrackerUrl(url)?.text
    for (const group of this.#groups) {
      const entry = group.entries.find(({ tracker }) => tracker.text === text)
      if (entry === undefined) continue
      const forget: TrackersEffect[] =
        this.#private && group.current === entry ? [{ kind: 'forgetPeers' }] : []
      group.entries = group.entries.filter((other) => other !== entry)
      if (group.current === entry) group.current = undefined
      this.#groups = this.#groups.filter(({ entries }) => entries.length > 0)
      return [...forget, ...this.#farewell(entry), ...this.#announceDue(now)]
    }
    return []
  }

  #announceDue(now: Millis): TrackersEffect[] {
    if (!this.#running) return []
    const effects: TrackersEffect[] = []
    for (const group of this.#groups) {
      const due = this.#due(group)
      const entry = this.#choice(group)
      if (due === undefined || due > now || entry === undefined) continue
      entry.soonDue = false
      entry.event = !entry.joined ? 'started' : entry.completedDue ? 'completed' : undefined
      const effect = this.#announce(entry, entry.event)
      entry.round = effect.round
      effects.push(effect)
    }
    return effects
  }

  #announce(entry: Entry, event: AnnounceEvent | undefined): Extract<TrackersEffect, { kind: 'announce' }> {
    return {
      kind: 'announce',
      id: entry.id,
      round: this.#nextRound++,
      tracker: entry.tracker,
      by: entry.by,
      event,
    }
  }

  /** Whom the next announce of this group goes to: the working one, else the one that may be tried first. */
  #choice(group: Group): Entry | undefined {
    const { current } = group
    if (current !== undefined && current.failures === 0 && !current.neverAgain) return current
    let best: Entry | undefined
    for (const entry of inOrder(group)) {
      if (entry.neverAgain) continue
      if (best === undefined || (entry.retryAt ?? -1) < (best.retryAt ?? -1)) best = entry
    }
    return best
  }

  #due(group: Group): Millis | undefined {
    if (group.entries.some((entry) => entry.round !== undefined)) return undefined
    const entry = this.#choice(group)
    if (entry === undefined) return undefined
    if (entry.failures > 0) return entry.retryAt
    if (!entry.joined || entry.completedDue || entry.answeredAt === undefined) return 0 as Millis
    const minMs = (entry.reply?.minIntervalS ?? 0) * 1000
    if (entry.soonDue) return after(entry.answeredAt, Math.min(entry.intervalMs, minMs))
    if (!this.#wantsPeers) return after(entry.answeredAt, entry.intervalMs)
    return after(entry.answeredAt, Math.min(entry.intervalMs, minMs * 2 ** Math.max(0, entry.fruitless - 1)))
  }

  #heard(id: number, round: number): TrackersEffect[] {
    const found = this.#find(id, round)
    if (found === undefined) return []
    const { group, entry } = found
    const changed = this.#private && group.current !== undefined && group.current !== entry
    const before = group.current
    group.current = entry
    promote(group, entry)
    if (!changed || before === undefined) return []
    return [{ kind: 'forgetPeers' }, ...this.#farewell(before)]
  }

  #answered(input: Extract<TrackersInput, { kind: 'answered' }>, now: Millis): TrackersEffect[] {
    const effects = this.#heard(input.id, input.round)
    const found = this.#find(input.id, input.round)
    if (found === undefined) return effects
    const { entry } = found
    const { reply } = input
    entry.round = undefined
    entry.failures = 0
    entry.failure = undefined
    entry.retryAt = undefined
    entry.joined = true
    if (entry.event === 'completed') entry.completedDue = false
    entry.answeredAt = now
    entry.reply = reply
    entry.intervalMs = reply.intervalS * 1000 * (1 + INTERVAL_SPREAD * randomFraction(this.#random))
    entry.fruitless = input.newPeers > 0 ? 0 : Math.min(entry.fruitless + 1, 16)
    return [...effects, ...this.#announceDue(now)]
  }

  #failed(input: Extract<TrackersInput, { kind: 'failed' }>, now: Millis): TrackersEffect[] {
    const entry = this.#find(input.id, input.round)?.entry
    if (entry === undefined) return []
    const { retryMs } = input.failure
    entry.round = undefined
    entry.failures++
    entry.failedAt = now
    entry.failure = input.failure
    entry.neverAgain = retryMs === 'never'
    const firstMs = UNREACHED.has(input.failure.code) ? FIRST_RETRY_UNREACHED_MS : FIRST_RETRY_MS
    const backOffMs = Math.min(firstMs * 2 ** (entry.failures - 1), LAST_RETRY_MS)
    const waitMs = backOffMs * (1 + randomFraction(this.#random) / 4)
    entry.retryAt = after(now, Math.max(waitMs, typeof retryMs === 'number' ? retryMs : 0))
    return this.#announceDue(now)
  }

  /** One tracker goes on, the first that works; the others hear that we left. */
  #becomePrivate(): TrackersEffect[] {
    if (this.#private) return []
    this.#private = true
    const kept = this.#groups.find((group) => group.current !== undefined)?.current
    this.#groups = merged(this.#groups)
    const only = this.#groups[0]
    if (only === undefined) return []
    only.current = kept
    const left = only.entries.filter((entry) => entry !== kept)
    return left.flatMap((entry) => this.#farewell(entry))
  }

  #find(id: number, round: number): { readonly group: Group; readonly entry: Entry } | undefined {
    for (const group of this.#groups) {
      for (const entry of group.entries) if (entry.id === id && entry.round === round) return { group, entry }
    }
    return undefined
  }

  *#entries(): Iterable<Entry> {
    for (const group of this.#groups) yield* group.entries
  }
}
