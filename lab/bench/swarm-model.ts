// A swarm of the production policies (picker, choker, pipeline) on an ideal network, for judging those policies alone:
// every peer is connected to every other, hashing and disks take no time, each uplink sends block after block, turning
// among the peers that wait, each downlink receives block after block, and every message takes half a round trip.
// Wire, storage and sockets are not in it; lab/sim runs the whole engine.

import { Bitfield } from '../../src/base/bitfield.ts'
import type { Millis, PieceIndex } from '../../src/base/ids.ts'
import { type Random, randomInt, SeededRandom } from '../../src/base/random.ts'
import { type ChokeCandidate, Choker } from '../../src/engine/choker/choker.ts'
import { SuperSeed } from '../../src/engine/choker/super-seed.ts'
import { Pipeline } from '../../src/engine/peer/pipeline.ts'
import { RateMeter } from '../../src/engine/peer/rate.ts'
import { type BlockRef, Picker } from '../../src/engine/picker/picker.ts'
import { BLOCK_BYTES } from '../../src/metainfo/geometry.ts'
import { EventQueue } from '../sim/event-queue.ts'

export interface SwarmPlan {
  readonly seed: number
  readonly leechers: number
  readonly pieces: number
  readonly blocksPerPiece: number
  readonly upBytesPerSecond: number
  readonly downBytesPerSecond: number
  readonly roundTripMs: number
  readonly slots?: number
  readonly superSeed?: boolean
  /** Gives up after this much virtual time. */
  readonly limitMs: number
}

export interface SwarmOutcome {
  readonly finishedAtMs: readonly number[]
  /** max(F/u_s, F/d, N·F/(u_s + Σu_i)) of TRANSFER.md, in ms. */
  readonly fluidMs: number
  /** Last leecher ÷ fluid bound. */
  readonly ratio: number
  /** Blocks sent by the seed ÷ blocks of the torrent. */
  readonly seedCopies: number
  /** Blocks received that were here already ÷ blocks needed. */
  readonly duplicates: number
  /** Blocks given by each leecher ÷ blocks of the torrent. */
  readonly shares: readonly number[]
  /** Times a block was outstanding at a second peer although its picker was not in endgame. */
  readonly doubles: number
}

/** What one end knows of the other. */
interface Link {
  readonly me: Peer
  readonly other: Peer
  readonly has: Bitfield
  readonly pipeline: Pipeline
  readonly downRate: RateMeter
  readonly upRate: RateMeter
  given: number
  amChoking: boolean
  amInterested: boolean
  peerChoking: boolean
  peerInterested: boolean
  unchokedAt: Millis | undefined
  /** What the other asked of us. */
  queue: BlockRef[]
}

interface Peer {
  readonly key: number
  readonly has: Bitfield
  readonly picker: Picker
  readonly choker: Choker
  readonly links: Map<number, Link>
  superSeed: SuperSeed | undefined
  sending: boolean
  turn: number
  downFreeAt: number
  sent: number
  finishedAt: number | undefined
}

const TICK_MS = 1_000

export class SwarmModel {
  readonly #plan: SwarmPlan
  readonly #random: Random
  readonly #events = new EventQueue()
  readonly #peers: Peer[] = []
  #now = 0 as Millis
  #left: number
  #duplicates = 0
  #doubles = 0

  constructor(plan: SwarmPlan) {
    this.#plan = plan
    this.#random = new SeededRandom(plan.seed)
    this.#left = plan.leechers
    for (let key = 1; key <= plan.leechers + 1; key++) this.#peers.push(this.#newPeer(key, key === 1))
    for (const me of this.#peers) for (const other of this.#peers) if (me !== other) this.#connect(me, other)
    for (const peer of this.#peers) {
      const start = randomInt(this.#random, TICK_MS)
      this.#at(start, () => this.#tick(peer))
      for (const link of peer.links.values()) this.#review(link)
    }
  }

  run(): SwarmOutcome {
    while (this.#left > 0) {
      const event = this.#events.pop()
      if (event === undefined || event.at > this.#plan.limitMs) break
      this.#now = event.at as Millis
      event.run?.()
    }
    return this.#outcome()
  }

  #newPeer(key: number, isSeed: boolean): Peer {
    const { pieces, blocksPerPiece, slots } = this.#plan
    const world = {
      pieceCount: pieces,
      blockCount: () => blocksPerPiece,
      isPadding: () => false,
      mayReceive: () => true,
      verifiable: () => true,
    }
    const picker = new Picker(world, this.#random)
    const has = isSeed ? Bitfield.full(pieces) : new Bitfield(pieces)
    for (const piece of has.ones()) picker.markHave(piece as PieceIndex)
    return {
      key,
      has,
      picker,
      choker: new Choker(this.#random, slots === undefined ? {} : { slots }),
      links: new Map(),
      superSeed: isSeed && this.#plan.superSeed ? new SuperSeed(pieces, this.#random) : undefined,
      sending: false,
      turn: 0,
      downFreeAt: 0,
      sent: 0,
      finishedAt: undefined,
    }
  }

  #connect(me: Peer, other: Peer): void {
    const known = other.superSeed === undefined ? other.has.clone() : new Bitfield(this.#plan.pieces)
    me.links.set(other.key, {
      me,
      other,
      has: known,
      pipeline: new Pipeline(),
      downRate: new RateMeter(),
      upRate: new RateMeter(),
      given: 0,
      amChoking: true,
      amInterested: false,
      peerChoking: true,
      peerInterested: false,
      unchokedAt: undefined,
      queue: [],
    })
    me.picker.peerJoined(known)
    if (me.superSeed !== undefined) this.#show(me, other, me.superSeed.joined(other.key, other.has))
  }

  #show(from: Peer, to: Peer, pieces: readonly PieceIndex[]): void {
    for (const piece of pieces) this.#soon(() => this.#hear(to, from, piece))
  }

  // ── Messages ──────────────────────────────────────────────────────────────────────────────────────

  /** `peer` hears that `from` has a piece. */
  #hear(peer: Peer, from: Peer, piece: PieceIndex): void {
    const link = peer.links.get(from.key) as Link
    if (!link.has.set(piece)) return
    peer.picker.peerHas(piece)
    for (const { key, piece: next } of peer.superSeed?.peerHas(
      from.key,
      piece,
      (k) => peer.links.get(k)?.has,
    ) ?? []) {
      this.#show(peer, peer.links.get(key)?.other as Peer, [next])
    }
    if (!link.amInterested && peer.picker.wants(piece)) this.#review(link)
    if (link.amInterested) this.#fill(link)
  }

  #review(link: Link): void {
    const interested = link.me.picker.interesting(link.has)
    if (interested === link.amInterested) return
    link.amInterested = interested
    const theirs = link.other.links.get(link.me.key)
    this.#soon(() => {
      const there = theirs ?? (link.other.links.get(link.me.key) as Link)
      there.peerInterested = interested
      // A slot that became free is not left empty until the next round.
      const wishers = [...there.me.links.values()].filter((each) => each.peerInterested)
      const unchoked = wishers.filter((each) => !each.amChoking).length
      if (unchoked < there.me.choker.slots() && unchoked < wishers.length) this.#choke(there.me)
    })
  }

  #choke(peer: Peer): void {
    const candidates: ChokeCandidate[] = [...peer.links.values()].map((link) => ({
      key: link.other.key,
      interested: link.peerInterested,
      unchoked: !link.amChoking,
      snubbed: link.amInterested && link.pipeline.snubbed(this.#now),
      downBytesPerSecond: link.downRate.rate(this.#now),
      upBytesPerSecond: link.upRate.rate(this.#now),
      givenBytes: link.given,
      connectedAt: 0 as Millis,
      unchokedAt: link.unchokedAt,
      preferred: false,
      uploadOnly: link.has.complete,
    }))
    const chosen = peer.choker.decide(candidates, peer.picker.done, this.#now)
    for (const link of peer.links.values()) {
      const choking = !chosen.has(link.other.key)
      if (choking === link.amChoking) continue
      link.amChoking = choking
      link.unchokedAt = choking ? undefined : this.#now
      const theirs = link.other.links.get(peer.key) as Link
      const refused = choking ? link.queue : []
      link.queue = choking ? [] : link.queue
      this.#soon(() => {
        theirs.peerChoking = choking
        if (choking) {
          theirs.pipeline.choked(this.#now)
          for (const ref of refused) this.#refused(theirs, ref)
        } else this.#fill(theirs)
      })
    }
  }

  #refused(link: Link, ref: BlockRef): void {
    if (!link.me.picker.released(link.other.key, ref.piece, ref.block)) return
    link.pipeline.released(1)
    // What one peer will not give, others may be asked for at once.
    for (const other of link.me.links.values()) if (!other.peerChoking) this.#fill(other)
  }

  #fill(link: Link): void {
    if (link.peerChoking || !link.amInterested) return
    const { picker } = link.me
    const depth = link.pipeline.depth(this.#now)
    const room = depth - picker.outstandingCount(link.other.key)
    if (room < Math.max(1, Math.min(depth >> 2, 32))) return
    const endgame = picker.endgame
    const refs = picker.pick({
      peer: link.other.key,
      has: link.has,
      count: room,
      now: this.#now,
      exclusive: false,
      only: undefined,
      rate: link.pipeline.bytesPerSecond,
      suggested: undefined,
    })
    if (refs.length === 0) return
    if (!endgame && !picker.endgame) {
      for (const ref of refs)
        if (picker.othersAsked(link.other.key, ref.piece, ref.block).length > 0) this.#doubles++
    }
    link.pipeline.requested(refs.length, this.#now)
    const theirs = link.other.links.get(link.me.key) as Link
    this.#soon(() => {
      if (theirs.amChoking) {
        this.#soon(() => {
          for (const ref of refs) this.#refused(link, ref)
        })
        return
      }
      theirs.queue.push(...refs)
      this.#send(theirs.me)
    })
  }

  // ── Links ─────────────────────────────────────────────────────────────────────────────────────────

  /** The uplink takes the next block of the next peer that waits. */
  #send(peer: Peer): void {
    if (peer.sending) return
    const links = [...peer.links.values()]
    for (let step = 1; step <= links.length; step++) {
      const at = (peer.turn + step) % links.length
      const link = links[at] as Link
      const ref = link.queue.shift()
      if (ref === undefined) continue
      peer.turn = at
      peer.sending = true
      this.#at(this.#now + (BLOCK_BYTES * 1000) / this.#plan.upBytesPerSecond, () => {
        peer.sending = false
        peer.sent++
        link.given += BLOCK_BYTES
        link.upRate.add(BLOCK_BYTES, this.#now)
        const receiver = link.other
        const arrives = Math.max(this.#now + this.#plan.roundTripMs / 2, receiver.downFreeAt)
        receiver.downFreeAt = arrives + (BLOCK_BYTES * 1000) / this.#plan.downBytesPerSecond
        this.#at(receiver.downFreeAt, () => this.#arrived(receiver.links.get(peer.key) as Link, ref))
        this.#send(peer)
      })
      return
    }
  }

  #arrived(link: Link, ref: BlockRef): void {
    const { picker } = link.me
    if (picker.isOutstanding(link.other.key, ref.piece, ref.block))
      link.pipeline.blockArrived(BLOCK_BYTES, this.#now)
    link.downRate.add(BLOCK_BYTES, this.#now)
    const rivals = picker.othersAsked(link.other.key, ref.piece, ref.block)
    if (picker.received(link.other.key, ref.piece, ref.block) === 'first') {
      for (const key of rivals) this.#cancel(link.me.links.get(key) as Link, ref)
      if (picker.complete(ref.piece)) this.#completed(link.me, ref.piece)
    } else this.#duplicates++
    this.#fill(link)
  }

  #cancel(link: Link, ref: BlockRef): void {
    if (link.me.picker.released(link.other.key, ref.piece, ref.block)) link.pipeline.released(1)
    const theirs = link.other.links.get(link.me.key) as Link
    this.#soon(() => {
      theirs.queue = theirs.queue.filter((each) => each.piece !== ref.piece || each.block !== ref.block)
    })
  }

  #completed(peer: Peer, piece: PieceIndex): void {
    peer.picker.passed(piece)
    peer.has.set(piece)
    for (const link of peer.links.values()) this.#review(link)
    this.#soon(() => {
      for (const link of peer.links.values()) this.#hear(link.other, peer, piece)
    })
    if (peer.picker.done && peer.finishedAt === undefined) {
      peer.finishedAt = this.#now
      this.#left--
    }
  }

  #tick(peer: Peer): void {
    for (const link of peer.links.values()) {
      if (link.pipeline.snubbed(this.#now)) {
        const refs = peer.picker.outstanding(link.other.key)
        for (const ref of refs) this.#cancel(link, ref)
      }
      this.#fill(link)
    }
    if (this.#now >= (peer.choker.deadline() ?? 0)) this.#choke(peer)
    this.#at(this.#now + TICK_MS, () => this.#tick(peer))
  }

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────────

  #soon(run: () => void): void {
    this.#at(this.#now + this.#plan.roundTripMs / 2, run)
  }

  #at(at: number, run: () => void): void {
    this.#events.add(at, run)
  }

  #outcome(): SwarmOutcome {
    const { leechers, pieces, blocksPerPiece, upBytesPerSecond, downBytesPerSecond } = this.#plan
    const blocks = pieces * blocksPerPiece
    const bytes = blocks * BLOCK_BYTES
    const fluidMs =
      1000 *
      Math.max(
        bytes / upBytesPerSecond,
        bytes / downBytesPerSecond,
        (leechers * bytes) / ((leechers + 1) * upBytesPerSecond),
      )
    const [seed, ...others] = this.#peers as [Peer, ...Peer[]]
    const finishedAtMs = others.map((peer) => peer.finishedAt ?? Number.POSITIVE_INFINITY)
    return {
      finishedAtMs,
      fluidMs,
      ratio: Math.max(...finishedAtMs) / fluidMs,
      seedCopies: seed.sent / blocks,
      duplicates: this.#duplicates / (leechers * blocks),
      shares: others.map((peer) => peer.sent / blocks),
      doubles: this.#doubles,
    }
  }
}
