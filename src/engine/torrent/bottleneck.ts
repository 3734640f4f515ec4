// Why is it slow? One pure question over counted facts, answered with a code and the evidence (INTERFACE.md B3).
// Sentences are made from it elsewhere (api/bottleneck-sentence.ts); the same facts must always give the same answer. What is named
// is what binds: of two causes the one whose removal would make it faster.

import { type Bound, boundBy, type SourceFacts } from './source-facts.ts'

export interface TransferFacts {
  readonly state: 'metadata' | 'checking' | 'live' | 'paused' | 'failed'
  /** Wanted and not verified; undefined while the files are not known. */
  readonly leftBytes: number | undefined
  readonly downBytesPerSecond: number
  /** All sources together for some seconds, the best of the last minutes. */
  readonly bestBytesPerSecond: number
  /** Which limit refused us just now, and how much it allows. */
  readonly heldBy: { readonly whose: 'transfer' | 'all'; readonly bytesPerSecond: number } | undefined
  readonly diskTrouble: string | undefined

  /** Connected peers that have something (any at all while the files are not known), and web seeds that may be asked. */
  readonly sources: number
  /** Of these, who has something that we want. */
  readonly interesting: number
  /** Of these, who lets us ask. */
  readonly asked: readonly SourceFacts[]
  /** Wanted pieces that nobody connected has; counted only where nobody is interesting. */
  readonly missingPieces: number
  /** Since somebody announced a piece that we lack. */
  readonly newsSeconds: number | undefined
  /** Since somebody who has all of it left; 0 while one is here. */
  readonly goneForSeconds: number | undefined

  readonly dialing: number
  readonly knownAddresses: number
  /** Known and not connected, and nobody answered the last time. */
  readonly unanswered: number
  /** Known and never tried to an end. */
  readonly untried: number
  /** Whole copies that trackers know of. */
  readonly trackerSeeds: number
  readonly reachable: 'yes' | 'no' | 'unknown'

  /** 0 … 1 of the recent time, blocks could not be asked for, as there was no memory for them. */
  readonly memoryWaitShare: number
  /** Received and not written, or not hashed. */
  readonly unwrittenBytes: number
  readonly unhashedBytes: number
  /** The disk takes too long to confirm what was written. */
  readonly diskOverdue: boolean
  /** Bytes per second. */
  readonly writing: number
  readonly verifying: number
}

export type BottleneckCode =
  | 'NONE'
  | 'PAUSED'
  | 'CHECKING'
  | 'DISK_TROUBLE'
  | 'OWN_LIMIT'
  | 'OWN_LINE'
  | 'NO_SOURCES'
  | 'UNREACHABLE'
  | 'CONNECTING'
  | 'ASKING_FOR_LIST'
  | 'CHOKED'
  | 'SEEDS_GONE'
  | 'NOTHING_NEW'
  | 'DISK'
  | 'HASHING'
  | 'SOURCES_SILENT'
  | 'REQUEST_QUEUE'
  | 'ROUND_TRIP'
  | 'TOO_FEW_SOURCES'
  | 'SOURCES_CAPPED'

export interface Bottleneck {
  readonly code: BottleneckCode
  readonly evidence: Readonly<Record<string, number | string>>
}

/** A limit that refuses is what binds only if the rate is near it; else it refused a burst. */
const AT_LIMIT = 0.8
/** What is over sooner than a person gets a coffee is not slow, whatever binds it. */
const QUICK_SECONDS = 30
/** So much of the time without memory to ask with: what holds the memory is what binds. */
const MEMORY_SHARE = 0.3
/** Work that is this far behind grows: it never catches up while data comes as fast. A few pieces are always under way. */
const BEHIND_SECONDS = 2
const BEHIND_BYTES = 4 * 1_048_576
/** Pieces get on in a swarm at least this often while they get on at all. */
const NEWS_SECONDS = 60
/** So many of those that may be asked must be bound: if not, others flow, and nothing holds all of it up. */
const BOUND_SHARE = 0.7
/** More choking than giving, by this factor: more of the sources wait than work. */
const CHOKING_FACTOR = 2
/** Each has given more than now, together by this much, while the sum is nearly what it was at best: they share a line, ours. */
const SHARING_FACTOR = 1.4
const AT_BEST = 0.8
/** With more sources than this there are not too few, whoever else cannot be reached. */
const FEW_SOURCES = 5

const BOUND_CODES: Readonly<Record<Bound, BottleneckCode>> = {
  silent: 'SOURCES_SILENT',
  queue: 'REQUEST_QUEUE',
  window: 'ROUND_TRIP',
  capped: 'SOURCES_CAPPED',
}

export function bottleneck(facts: TransferFacts): Bottleneck {
  if (facts.state === 'paused' || facts.state === 'failed') return { code: 'PAUSED', evidence: {} }
  if (facts.state === 'checking') return { code: 'CHECKING', evidence: {} }
  if (facts.diskTrouble !== undefined)
    return { code: 'DISK_TROUBLE', evidence: { problem: facts.diskTrouble } }
  if (facts.leftBytes === 0) return NONE
  if (facts.sources === 0) return withoutSources(facts)
  if (facts.state === 'metadata') return { code: 'ASKING_FOR_LIST', evidence: { sources: facts.sources } }
  // What is behind makes it last, however quickly the rest comes.
  const behind = ownWork(facts)
  if (behind !== undefined) return behind
  const quick = (facts.leftBytes ?? Number.POSITIVE_INFINITY) <= facts.downBytesPerSecond * QUICK_SECONDS
  return quick ? NONE : (ownLimit(facts) ?? others(facts))
}

const NONE: Bottleneck = { code: 'NONE', evidence: {} }

function withoutSources(facts: TransferFacts): Bottleneck {
  const { dialing, knownAddresses, unanswered, untried, reachable } = facts
  if (dialing > 0 && untried > 0) return { code: 'CONNECTING', evidence: { dialing } }
  const evidence = { addresses: knownAddresses, unanswered }
  const hidden = reachable === 'no' && unanswered > 0
  return { code: hidden ? 'UNREACHABLE' : 'NO_SOURCES', evidence }
}

function ownLimit({ heldBy, downBytesPerSecond }: TransferFacts): Bottleneck | undefined {
  // Of the limit of all, others may have a part: that it refused us is enough.
  if (heldBy === undefined) return undefined
  const { whose, bytesPerSecond } = heldBy
  if (whose === 'transfer' && downBytesPerSecond < AT_LIMIT * bytesPerSecond) return undefined
  return { code: 'OWN_LIMIT', evidence: { limit: bytesPerSecond, whose, rate: round(downBytesPerSecond) } }
}

/** Disk and processor: whichever holds the memory that new blocks would need, or falls ever further behind. */
function ownWork(facts: TransferFacts): Bottleneck | undefined {
  const { unwrittenBytes, unhashedBytes, writing, verifying } = facts
  const starved = facts.memoryWaitShare >= MEMORY_SHARE
  const behind = (bytes: number, perSecond: number) =>
    bytes >= BEHIND_BYTES && bytes >= perSecond * BEHIND_SECONDS
  const diskBehind = facts.diskOverdue || behind(unwrittenBytes, writing)
  const hashBehind = behind(unhashedBytes, verifying)
  const work = unwrittenBytes + unhashedBytes
  if (!diskBehind && !hashBehind && !(starved && work >= BEHIND_BYTES)) return undefined
  const rate = round(facts.downBytesPerSecond)
  // What waits for the hash was written mostly, so what is unwritten too waits for the disk.
  if (facts.diskOverdue || unwrittenBytes >= unhashedBytes) {
    return { code: 'DISK', evidence: { rate, waitingBytes: unwrittenBytes, writing: round(writing) } }
  }
  return { code: 'HASHING', evidence: { rate, unhashedBytes, verifying: round(verifying) } }
}

function others(facts: TransferFacts): Bottleneck {
  const { asked, interesting, sources, missingPieces, newsSeconds, goneForSeconds } = facts
  if (interesting === 0) {
    const getsOn = newsSeconds !== undefined && newsSeconds < NEWS_SECONDS
    if (getsOn) return { code: 'NOTHING_NEW', evidence: { sources } }
    const gone = goneForSeconds === undefined ? {} : { goneForSeconds: round(goneForSeconds) }
    return { code: 'SEEDS_GONE', evidence: { sources, missingPieces, ...gone } }
  }
  const rate = round(facts.downBytesPerSecond)
  const choking = interesting - asked.length
  if (asked.length === 0) return { code: 'CHOKED', evidence: { sources: choking, of: interesting, rate } }
  const [bound, which] = commonBound(asked)
  if (bound === undefined) return NONE
  if (bound === 'capped' && sharesLine(facts)) {
    const couldGive = asked.reduce((sum, source) => sum + source.bestBytesPerSecond, 0)
    return { code: 'OWN_LINE', evidence: { sources: asked.length, rate, couldGive: round(couldGive) } }
  }
  if (bound !== 'silent' && choking >= CHOKING_FACTOR * asked.length)
    return { code: 'CHOKED', evidence: { sources: choking, of: interesting, rate } }
  const evidence = { sources: which.length, rate, ...evidenceOf(bound, which) }
  const beyond = facts.untried > 0 ? 0 : Math.max(0, facts.trackerSeeds - sources - facts.unanswered)
  const outOfReach = facts.unanswered + beyond
  if (bound === 'capped' && asked.length <= FEW_SOURCES && outOfReach >= asked.length) {
    const { reachable } = facts
    return { code: 'TOO_FEW_SOURCES', evidence: { ...evidence, known: sources + outOfReach, reachable } }
  }
  return { code: BOUND_CODES[bound], evidence }
}

function sharesLine({ asked, downBytesPerSecond, bestBytesPerSecond }: TransferFacts): boolean {
  if (asked.length < 2 || downBytesPerSecond < AT_BEST * bestBytesPerSecond) return false
  const couldGive = asked.reduce((sum, source) => sum + source.bestBytesPerSecond, 0)
  return couldGive >= SHARING_FACTOR * downBytesPerSecond
}

/** What binds most of the sources, and which these are; nothing while others flow. */
function commonBound(asked: readonly SourceFacts[]): readonly [Bound | undefined, readonly SourceFacts[]] {
  const byBound = new Map<Bound, SourceFacts[]>()
  let bound = 0
  for (const source of asked) {
    const by = boundBy(source)
    if (by === undefined) continue
    bound++
    byBound.set(by, [...(byBound.get(by) ?? []), source])
  }
  if (bound < BOUND_SHARE * asked.length) return [undefined, []]
  let most: readonly [Bound | undefined, readonly SourceFacts[]] = [undefined, []]
  for (const entry of byBound) if (entry[1].length > most[1].length) most = entry
  return most
}

function evidenceOf(bound: Bound, which: readonly SourceFacts[]): Readonly<Record<string, number | string>> {
  const sorted = [...which].sort((a, b) => b.bytesPerSecond - a.bytesPerSecond)
  const [fastest] = sorted
  const slowest = sorted[sorted.length - 1]
  if (fastest === undefined || slowest === undefined || bound === 'silent') return {}
  const rates = { fastest: round(fastest.bytesPerSecond), slowest: round(slowest.bytesPerSecond) }
  const delayMs = round(median(which.map(({ roundTripMs, leastWaitMs }) => roundTripMs ?? leastWaitMs ?? 0)))
  switch (bound) {
    case 'queue':
      return { who: fastest.name, requests: median(which.map(({ most }) => most)), delayMs, ...rates }
    case 'window':
      return {
        who: fastest.name,
        delayMs,
        windowBytes: round((fastest.bytesPerSecond * (fastest.roundTripMs ?? 0)) / 1_000),
        ...rates,
      }
    case 'capped':
      return {
        who: fastest.name,
        waitMs: round(median(which.map(({ waitMs }) => waitMs ?? 0))),
        delayMs,
        ...rates,
      }
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

function round(value: number): number {
  return Math.round(value)
}
