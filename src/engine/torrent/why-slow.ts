// Why one torrent is slow: counts the facts now and then, asks bottleneck() what binds, and says what has settled.
// Reads everything, changes nothing but its own memory of the last seconds.

import type { Millis, PieceIndex } from '../../base/ids.ts'
import type { Peer } from '../peer/peer.ts'
import type { WebSeedStatus } from '../webseed/web-seeds.ts'
import { BestRates } from './best-rates.ts'
import { type Bottleneck, bottleneck, type TransferFacts } from './bottleneck.ts'
import type { Live } from './live.ts'
import { RecentTotals } from './recent-totals.ts'
import { SettledBottleneck } from './settled-bottleneck.ts'
import type { SourceFacts } from './source-facts.ts'
import type { Torrent } from './torrent.ts'

type Source = Omit<SourceFacts, 'bestBytesPerSecond'>

/** Looked at by the torrent itself while peers are connected; whoever asks oftener gets the same answer. */
const LOOK_EVERY_MS = 500
/** A torrent of more pieces than this is sampled when those that nobody has are counted. */
const PIECES_LOOKED_AT = 4_096

export class WhySlow {
  readonly #torrent: Torrent
  readonly #settled = new SettledBottleneck()
  readonly #best = new BestRates<string>()
  readonly #recent = new RecentTotals<'memoryWaitedMs' | 'writtenBytes' | 'hashedBytes'>()
  #current: Bottleneck = { code: 'PAUSED', evidence: {} }
  #lookedAt: Millis | undefined
  #lookedIn: string | undefined

  constructor(torrent: Torrent) {
    this.#torrent = torrent
  }

  /** What holds it up. */
  at(now: Millis): Bottleneck {
    const state = this.#torrent.stateName
    if (this.#lookedAt !== undefined && now - this.#lookedAt < LOOK_EVERY_MS && state === this.#lookedIn)
      return this.#current
    this.#lookedAt = now
    this.#lookedIn = state
    this.#current = this.#settled.look(this.#atRest() ?? bottleneck(this.#count(now)), now)
    return this.#current
  }

  /** Of most torrents most of the time there is nothing to count. */
  #atRest(): Bottleneck | undefined {
    const { stateName, live } = this.#torrent
    if (stateName === 'paused' || stateName === 'failed') return { code: 'PAUSED', evidence: {} }
    return live?.done === true && live.problem === undefined ? { code: 'NONE', evidence: {} } : undefined
  }

  #count(now: Millis): TransferFacts {
    const torrent = this.#torrent
    const { swarm, live, webSeeds, discovery, connecting } = torrent
    const { candidates } = discovery
    const done = live?.done === true
    const asked = done ? [] : (webSeeds?.status(now) ?? []).filter(isUsable).map(asSource)
    const usable = asked.length
    let withSomething = 0
    let interesting = usable
    for (const peer of swarm.peers) {
      if (peer.pieces !== undefined && !peer.pieces.empty) withSomething++
      if (!peer.amInterested) continue
      interesting++
      if (peer.peerChoking) continue
      asked.push(sourceOf(peer, now))
    }
    const rates = new Map(asked.map(({ name, bytesPerSecond }) => [name, bytesPerSecond]))
    this.#best.look(rates, now)
    const backlog = live?.store.backlog
    const recent = this.#recent.perSecond(
      {
        memoryWaitedMs: live?.memoryWaitedMs(now) ?? 0,
        writtenBytes: backlog?.writtenBytes ?? 0,
        hashedBytes: backlog?.hashedBytes ?? 0,
      },
      now,
    )
    const knownAddresses = candidates.size
    const { unanswered, untried } = candidates.standing
    return {
      state: torrent.stateName,
      leftBytes: live === undefined ? undefined : done ? 0 : Math.max(1, live.wantedBytes - live.doneBytes),
      downBytesPerSecond: swarm.downRate.rate(now),
      bestBytesPerSecond: this.#best.bestTogether,
      heldBy: this.#heldBy(now),
      diskTrouble: live?.problem?.code,
      sources: live === undefined ? swarm.peers.size : withSomething + usable,
      interesting,
      asked: asked.map((source) => ({ ...source, bestBytesPerSecond: this.#best.best(source.name) })),
      missingPieces: live === undefined || interesting > 0 ? 0 : missing(live),
      newsSeconds: secondsSince(live?.newsAt, now),
      goneForSeconds: secondsSince(swarm.seedSeenAt, now),
      dialing: connecting.underWay,
      knownAddresses,
      unanswered,
      untried,
      trackerSeeds: Math.max(0, ...discovery.trackers.map(({ seeds }) => seeds ?? 0)),
      reachable: torrent.reachable,
      memoryWaitShare: recent.memoryWaitedMs / 1_000,
      unwrittenBytes: backlog?.unwrittenBytes ?? 0,
      unhashedBytes: backlog?.unhashedBytes ?? 0,
      diskOverdue: backlog?.overdue ?? false,
      writing: recent.writtenBytes,
      verifying: recent.hashedBytes,
    }
  }

  #heldBy(now: Millis): TransferFacts['heldBy'] {
    const { swarm, downLimit, totalDownLimit } = this.#torrent
    const held = swarm.held(now)
    if (held === 'own' && downLimit !== undefined) return { whose: 'transfer', bytesPerSecond: downLimit }
    if (held === 'outer' && totalDownLimit !== undefined)
      return { whose: 'all', bytesPerSecond: totalDownLimit }
    return undefined
  }
}

function sourceOf(peer: Peer, now: Millis): Source {
  const { name, snubbed, downRate, download } = peer
  return { name, snubbed, bytesPerSecond: downRate.rate(now), ...download.pipeline.facts(now) }
}

function isUsable({ state }: WebSeedStatus): boolean {
  return state === 'fetching' || state === 'idle'
}

/** A web seed gives as fast as it can from the moment it is asked. */
function asSource({ name, state, downBytesPerSecond }: WebSeedStatus): Source {
  return {
    name,
    bytesPerSecond: downBytesPerSecond,
    snubbed: false,
    outstanding: state === 'fetching' ? 1 : 0,
    depth: 1,
    most: 1,
    growing: false,
    roundTripMs: undefined,
    leastWaitMs: undefined,
    waitMs: undefined,
    silentShare: 0,
    meanSilenceMs: 0,
  }
}

function secondsSince(at: Millis | undefined, now: Millis): number | undefined {
  return at === undefined ? undefined : (now - at) / 1_000
}

/** Wanted pieces that no connected peer has, in proportion where only a sample is looked at. */
function missing(live: Live): number {
  const step = Math.max(1, Math.ceil(live.pieceCount / PIECES_LOOKED_AT))
  let count = 0
  for (let index = 0; index < live.pieceCount; index += step) {
    const piece = index as PieceIndex
    if (live.have.has(piece) || live.picker.priority(piece) === 0) continue
    if (live.picker.availability(piece) === 0) count++
  }
  return Math.min(live.pieceCount, count * step)
}
