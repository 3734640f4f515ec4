// Why is it slow? One pure question over counted facts, answered with a code and the evidence (INTERFACE.md B3).
// Sentences are made from it elsewhere; the same facts must always give the same answer.

export interface TransferFacts {
  readonly state: 'metadata' | 'checking' | 'live' | 'paused' | 'failed'
  readonly wantedLeft: boolean
  readonly downBytesPerSecond: number
  readonly downLimit: number | undefined
  readonly sources: number
  readonly interestedIn: number
  readonly unchokedBy: number
  /** Sources that gave steadily but less than we could take, while unchoked. */
  readonly pipelineFull: number
  readonly snubbed: number
  readonly seeds: number
  /** Lowest availability among wanted pieces we lack, peers only. */
  readonly rarestCopies: number
  readonly memoryWaits: boolean
  readonly diskTrouble: string | undefined
  readonly verifyingPieces: number
  readonly dialing: number
  readonly knownAddresses: number
}

export type BottleneckCode =
  | 'NONE'
  | 'PAUSED'
  | 'CHECKING'
  | 'DISK_TROUBLE'
  | 'OWN_LIMIT'
  | 'NO_SOURCES'
  | 'CONNECTING'
  | 'ASKING_FOR_LIST'
  | 'CHOKED'
  | 'SEEDS_GONE'
  | 'NOTHING_NEW'
  | 'DISK'
  | 'HASHING'
  | 'SOURCES_SILENT'
  | 'SOURCES_CAPPED'

export interface Bottleneck {
  readonly code: BottleneckCode
  readonly evidence: Readonly<Record<string, number | string>>
}

/** At this share of the own limit, the limit is what bounds the transfer. */
const AT_LIMIT = 0.9

/** Pieces waiting for their hash before hashing counts as what bounds the transfer. */
const VERIFY_BACKLOG = 16

export function bottleneck(facts: TransferFacts): Bottleneck {
  const { sources, unchokedBy, interestedIn } = facts
  if (facts.state === 'paused' || facts.state === 'failed') return { code: 'PAUSED', evidence: {} }
  if (facts.state === 'checking') return { code: 'CHECKING', evidence: {} }
  if (facts.diskTrouble !== undefined)
    return { code: 'DISK_TROUBLE', evidence: { problem: facts.diskTrouble } }
  if (facts.state === 'live' && !facts.wantedLeft) return { code: 'NONE', evidence: {} }
  if (sources === 0) {
    return facts.dialing > 0
      ? { code: 'CONNECTING', evidence: { dialing: facts.dialing } }
      : { code: 'NO_SOURCES', evidence: { addresses: facts.knownAddresses } }
  }
  if (facts.state === 'metadata') return { code: 'ASKING_FOR_LIST', evidence: { sources } }
  if (facts.downLimit !== undefined && facts.downBytesPerSecond >= AT_LIMIT * facts.downLimit) {
    return { code: 'OWN_LIMIT', evidence: { limit: facts.downLimit } }
  }
  if (interestedIn === 0) {
    return facts.rarestCopies === 0
      ? { code: 'SEEDS_GONE', evidence: { sources } }
      : { code: 'NOTHING_NEW', evidence: { sources } }
  }
  if (facts.memoryWaits) return { code: 'DISK', evidence: {} }
  if (facts.verifyingPieces >= VERIFY_BACKLOG)
    return { code: 'HASHING', evidence: { pieces: facts.verifyingPieces } }
  if (unchokedBy === 0) return { code: 'CHOKED', evidence: { sources: interestedIn } }
  if (facts.snubbed >= unchokedBy) return { code: 'SOURCES_SILENT', evidence: { sources: facts.snubbed } }
  if (facts.pipelineFull >= unchokedBy) return { code: 'SOURCES_CAPPED', evidence: { sources: unchokedBy } }
  return { code: 'NONE', evidence: {} }
}
