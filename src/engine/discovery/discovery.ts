// Everything that finds peers for one torrent: trackers, the local network, the DHT, and the table of what they told.
// Promise: has no timers of its own, except for the two seconds of its farewell; announces only hashes that the torrent
// says may be announced; a private torrent is announced to its trackers alone (BEP 27).

import { canonicalIp } from '../../base/address.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { after, earliest, type Millis, type PeerId, type WireHash } from '../../base/ids.ts'
import type { NodeAddress } from '../../base/node-address.ts'
import type { Random } from '../../base/random.ts'
import type { AnnounceEvent, AnnounceReply, AnnounceRequest } from '../../protocol/tracker/announce.ts'
import { Candidates, type PeerHint, type PeerSource } from './candidates.ts'
import type { DhtDiscovery, DhtMember } from './dht.ts'
import type { LanDiscovery, LanMember } from './lsd.ts'
import { type TrackerAnswer, TrackerClient, type TrackerClientPorts } from './tracker-client.ts'
import type { TrackerSource, TrackerState } from './tracker-state.ts'
import { Trackers, type TrackersEffect, type TrackersInput } from './trackers.ts'

export type { PeerHint, PeerSource } from './candidates.ts'
export type { TrackerFailure, TrackerSource, TrackerState } from './tracker-state.ts'

/** What discovery asks of the torrent; read again at every announce. */
export interface DiscoveryFacts {
  /** Told to trackers; empty when unlisted (unless private). */
  readonly hashes: readonly WireHash[]
  /** Told on the local network and in the DHT: real hashes, or the rendezvous key of an unlisted torrent. */
  readonly meetingKeys: readonly WireHash[]
  readonly private: boolean
  readonly peerId: PeerId
  /** 0 when not listening. */
  port(): number
  /** The same for the local network, on this side of a router. */
  localPort(): number
  stats(): { readonly uploadedBytes: number; readonly downloadedBytes: number; readonly leftBytes: number }
  wantsPeers(): boolean
  /** It has every piece. */
  seed(): boolean
  /** Nobody is connected, and others may not be able to reach us. */
  isStranded(): boolean
}

export interface DiscoveryOptions {
  readonly facts: DiscoveryFacts
  readonly ports: TrackerClientPorts
  readonly lan: LanDiscovery | undefined
  readonly dht: DhtDiscovery | undefined
  /** Nodes of the DHT that the torrent names. */
  readonly nodes: readonly NodeAddress[]
  readonly trackers: readonly (readonly TrackerSource[])[]
  readonly random: Random
  /** Canonical priority (BEP 40) of a connection with that address, once it is known. */
  readonly priority?: (to: Endpoint) => number | undefined
  /** Addresses for the torrent to add to `candidates`; answers how many were new. */
  readonly found: (hints: readonly PeerHint[]) => number
  /** BEP 27: another private tracker took over; disconnect from everybody. */
  readonly trackerChanged?: () => void
  /** deadline() may have become earlier outside of tick(). */
  readonly wake?: () => void
}

/** Answers hold 50 on most trackers; asking for more is allowed and cheap. */
export const NUM_WANT = 100
/** How long leaving may take (SAFETY.md, G19: quitting takes at most 10 s in all). */
export const FAREWELL_MS = 2_000
/** While a round runs its end is looked for this often: its deadlines appear only as names resolve and sockets open. */
const POLL_MS = 1_000
/** With this many addresses in stock nobody needs to be asked for more before the regular time. */
const ENOUGH_STOCK = 20
/** A port of 0 makes trackers refuse; who does not listen says 1, where nobody answers. */
const NOT_LISTENING_PORT = 1

interface Round {
  cancel(): void
  readonly id: number
  readonly tracker: string
  readonly farewell: boolean
  replies: AnnounceReply[]
  newPeers: number
}

export class Discovery {
  readonly candidates: Candidates
  readonly #options: DiscoveryOptions
  readonly #machine: Trackers
  readonly #client: TrackerClient
  readonly #key: number
  readonly #rounds = new Map<number, Round>()
  /** By tracker, what it gave to be sent back. */
  readonly #trackerIds = new Map<string, Uint8Array>()
  /** Ends membership in the local network's and the DHT's rounds. */
  #leave: (() => void)[] = []
  #lanMember: LanMember | undefined
  #dhtMember: DhtMember | undefined
  #running = false
  /** The trackers were started: there was something to announce. */
  #begun = false
  #private: boolean
  /** Called when the last farewell is over. */
  #farewellsOver: (() => void) | undefined

  constructor(options: DiscoveryOptions) {
    const { facts, ports, random } = options
    this.#options = options
    this.#private = facts.private
    this.#key = random.uint32()
    this.#machine = new Trackers({ tiers: options.trackers, private: facts.private, random })
    this.#client = new TrackerClient(ports)
    this.candidates = new Candidates({
      random,
      accepts: (source) => this.#accepts(source),
      ...(options.priority === undefined ? {} : { priority: options.priority }),
    })
  }

  /** BEP 27: only what the private tracker told; an address typed by the person is the person's own doing. */
  #accepts(source: PeerSource): boolean {
    return !this.#options.facts.private || source === 'tracker' || source === 'hand'
  }

  get trackers(): TrackerState[] {
    return this.#machine.states()
  }

  start(now: Millis): void {
    if (this.#running) return
    this.#running = true
    this.#leave = [this.#joinLan(), this.#joinDht()].filter((leave) => leave !== undefined)
    this.#begin(now)
  }

  /** Trackers hear of us as soon as there is a hash that may be announced. */
  #begin(now: Millis): void {
    if (this.#begun || this.#silent) return
    this.#begun = true
    this.#feed({ kind: 'tick', wantsPeers: this.#wantsPeers }, now)
    this.#feed({ kind: 'start' }, now)
  }

  /** Trackers are asked early only when there is hardly anybody left to dial. */
  get #wantsPeers(): boolean {
    return this.candidates.stock < ENOUGH_STOCK && this.#options.facts.wantsPeers()
  }

  get #silent(): boolean {
    return this.#options.facts.hashes.length === 0
  }

  #joinLan(): (() => void) | undefined {
    const { facts, lan } = this.#options
    this.#lanMember = {
      hashes: () => (facts.private ? [] : facts.meetingKeys),
      port: () => facts.localPort(),
      found: (hints) => this.#options.found(hints),
    }
    return lan?.join(this.#lanMember)
  }

  #joinDht(): (() => void) | undefined {
    const { facts, dht, nodes } = this.#options
    if (!facts.private) for (const node of nodes) void dht?.addNodeAt(node)
    this.#dhtMember = {
      keys: () => (facts.private ? [] : facts.meetingKeys),
      seed: () => facts.seed(),
      wantsPeers: () => this.#wantsPeers,
      isStranded: () => facts.isStranded(),
      found: (hints) => this.#options.found(hints),
    }
    return dht?.join(this.#dhtMember)
  }

  /** Hashes or privacy may have changed: what is announced in the DHT follows at once. */
  reviewDht(): void {
    this.#options.dht?.review()
  }

  /** The port that is announced is another one: trackers hear of it as soon as they permit. */
  moved(now: Millis): void {
    this.#feed({ kind: 'moved' }, now)
  }

  /** The last wanted byte arrived. */
  completed(now: Millis): void {
    this.#feed({ kind: 'completed' }, now)
  }

  /** Says good-bye to the trackers that know us; resolves when they heard it, or after FAREWELL_MS. */
  async stop(): Promise<void> {
    if (!this.#running) return
    const { clock } = this.#options.ports
    this.#running = false
    this.#begun = false
    for (const leave of this.#leave) leave()
    this.#leave = []
    for (const round of this.#rounds.values()) round.cancel()
    this.#rounds.clear()
    const effects = this.#machine.handle({ kind: 'stop' }, clock.now())
    if (effects.length === 0) return
    let cancelAlarm: (() => void) | undefined
    await new Promise<void>((over) => {
      this.#farewellsOver = over
      cancelAlarm = clock.schedule(after(clock.now(), FAREWELL_MS), over)
      this.#carry(effects)
    })
    cancelAlarm?.()
    this.#farewellsOver = undefined
    for (const [key, round] of this.#rounds) {
      if (!round.farewell) continue
      round.cancel()
      this.#rounds.delete(key)
    }
  }

  /** False when the URL is none of ours, there already, or there are enough. */
  addTracker(url: string, by: 'hand'): boolean {
    const added = this.#machine.add({ url, by })
    if (added) this.#feed({ kind: 'tick', wantsPeers: this.#wantsPeers }, this.#options.ports.clock.now())
    return added
  }

  /** It hears that we left, if it knows us. False when it is none of ours. */
  removeTracker(url: string): boolean {
    if (!this.#machine.has(url)) return false
    const before = new Set(this.#machine.states().map((state) => state.url))
    const effects = this.#machine.handle({ kind: 'remove', url }, this.#options.ports.clock.now())
    for (const { url: left } of this.#machine.states()) before.delete(left)
    for (const [key, round] of this.#rounds) {
      if (round.farewell || !before.has(round.tracker)) continue
      round.cancel()
      this.#rounds.delete(key)
    }
    for (const text of before) this.#trackerIds.delete(text)
    this.#carry(effects)
    this.#options.wake?.()
    return true
  }

  /** Everybody is asked for peers now, or as soon as they permit. */
  again(now: Millis): void {
    if (!this.#running) return
    this.#feed({ kind: 'again' }, now)
    if (this.#lanMember !== undefined) this.#options.lan?.again(this.#lanMember, now)
    if (this.#dhtMember !== undefined) this.#options.dht?.again(this.#dhtMember, now)
  }

  tick(now: Millis): void {
    if (!this.#running) return
    const { facts } = this.#options
    this.#client.tick(now)
    if (facts.private && !this.#private) {
      this.#private = true
      this.#becomePrivate(now)
    }
    this.#begin(now)
    this.#feed({ kind: 'tick', wantsPeers: this.#wantsPeers }, now)
  }

  /** Whoever was found in a way that BEP 27 forbids is left; the others may be dialled again at once. */
  #becomePrivate(now: Millis): void {
    const farewells = this.#machine.handle({ kind: 'private' }, now)
    const forgotten = this.candidates.forgetUnaccepted()
    this.reviewDht()
    this.#carry(farewells)
    if (farewells.length > 0 || forgotten > 0) this.#options.trackerChanged?.()
  }

  deadline(): Millis | undefined {
    const { ports } = this.#options
    if (!this.#running || this.#silent) return undefined
    const now = ports.clock.now()
    const poll = this.#rounds.size > 0 || !this.#begun ? after(now, POLL_MS) : undefined
    return earliest(this.#machine.deadline(), this.#client.deadline(), poll)
  }

  /** Feeds the machine and carries what it says. While nothing may be announced it is left alone. */
  #feed(input: TrackersInput, now: Millis): void {
    if (!this.#begun || this.#silent) return
    this.#carry(this.#machine.handle(input, now))
    if (input.kind !== 'tick') this.#options.wake?.()
  }

  #carry(effects: readonly TrackersEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'announce') this.#announce(effect)
      else {
        this.candidates.forgetTold()
        this.#options.trackerChanged?.()
      }
    }
  }

  #announce(effect: Extract<TrackersEffect, { kind: 'announce' }>): void {
    const { facts } = this.#options
    const farewell = effect.event === 'stopped'
    const round: Round = {
      id: effect.id,
      tracker: effect.tracker.text,
      farewell,
      replies: [],
      newPeers: 0,
      cancel: () => {},
    }
    this.#rounds.set(effect.round, round)
    round.cancel = this.#client.announce({
      tracker: effect.tracker,
      by: effect.by,
      requests: facts.hashes.map((hash) => this.#request(hash, effect.event, effect.tracker.text)),
      ...(farewell ? { totalMs: FAREWELL_MS } : {}),
      heard: (answer) => this.#heard(effect, round, answer),
      done: (failure) => {
        const at = this.#options.ports.clock.now()
        this.#rounds.delete(effect.round)
        if (farewell) this.#farewellOver()
        else if (failure !== undefined) {
          this.#feed({ kind: 'failed', id: effect.id, round: effect.round, failure }, at)
        } else {
          const reply = together(round.replies)
          this.#feed(
            { kind: 'answered', id: effect.id, round: effect.round, reply, newPeers: round.newPeers },
            at,
          )
        }
      },
    })
  }

  #farewellOver(): void {
    for (const round of this.#rounds.values()) if (round.farewell) return
    this.#farewellsOver?.()
  }

  #request(hash: WireHash, event: AnnounceEvent | undefined, tracker: string): AnnounceRequest {
    const { facts } = this.#options
    const port = facts.port()
    return {
      hash,
      peerId: facts.peerId,
      port: port > 0 ? port : NOT_LISTENING_PORT,
      ...facts.stats(),
      event,
      numWant: event === 'stopped' ? 0 : NUM_WANT,
      key: this.#key,
      trackerId: this.#trackerIds.get(tracker),
    }
  }

  #heard(effect: Extract<TrackersEffect, { kind: 'announce' }>, round: Round, answer: TrackerAnswer): void {
    if (round.farewell) return
    const { reply, teller } = answer
    this.#feed({ kind: 'heard', id: effect.id, round: effect.round }, this.#options.ports.clock.now())
    if (reply.trackerId !== undefined) this.#trackerIds.set(effect.tracker.text, reply.trackerId)
    if (reply.externalIp !== undefined) this.#seenAs(reply.externalIp)
    round.replies.push(reply)
    const before = this.candidates.admitted
    if (reply.peers.length > 0) {
      this.#options.found(reply.peers.map((endpoint) => ({ endpoint, source: 'tracker', teller })))
    }
    round.newPeers += this.candidates.admitted - before
  }

  /** Our own address as a tracker sees it: it will be among the peers it tells. */
  #seenAs(externalIp: string): void {
    const host = canonicalIp(externalIp)
    const port = this.#options.facts.port()
    if (host !== undefined && port > 0) this.candidates.itIsOurselves({ host, port } satisfies Endpoint)
  }
}

/** Several answers of one round (two hashes, two families) as one: the more patient times, the larger swarm. */
function together(replies: readonly AnnounceReply[]): AnnounceReply {
  const most = (values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined)
    return known.length === 0 ? undefined : Math.max(...known)
  }
  return {
    intervalS: Math.max(...replies.map((reply) => reply.intervalS)),
    minIntervalS: Math.max(...replies.map((reply) => reply.minIntervalS)),
    peers: replies.flatMap((reply) => reply.peers),
    seeds: most(replies.map((reply) => reply.seeds)),
    leeches: most(replies.map((reply) => reply.leeches)),
    downloads: most(replies.map((reply) => reply.downloads)),
    warning: replies.find((reply) => reply.warning !== undefined)?.warning,
    trackerId: undefined,
    externalIp: undefined,
  }
}
