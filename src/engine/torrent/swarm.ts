// Everyone connected for one torrent: adopts connections, routes what peers say to whoever answers it, and ticks them.
// Invariant: a peer is in the table from adopt() until its connection closed, exactly once.

import { isPublicHost } from '../../base/address.ts'
import { after, type Millis, type PeerId, type PieceIndex } from '../../base/ids.ts'
import type { Clock, Connection, Digest } from '../../base/ports.ts'
import { encodePort } from '../../protocol/wire/encode.ts'
import type { ExtensionHandshake } from '../../protocol/wire/extension-handshake.ts'
import { decodePexMessage } from '../../protocol/wire/pex-message.ts'
import { peerPriority } from '../../protocol/wire/priority.ts'
import type { PeerHint } from '../discovery/candidates.ts'
import type { PexTable } from '../discovery/pex.ts'
import type { HandshakeDone } from '../peer/handshaking.ts'
import type { Allowance, CloseReason, ExtensionMessage, FramePool, PeerHost } from '../peer/host.ts'
import { EXTENSION_IDS, Peer } from '../peer/peer.ts'
import { RateMeter } from '../peer/rate.ts'
import { UPLOAD_QUEUE_LIMIT } from '../peer/uploader.ts'
import type { WebSeeds } from '../webseed/web-seeds.ts'
import { priorityTo } from './canonical-priority.ts'
import { ContributionLedger } from './contributions.ts'
import { DepartedCopies } from './departed-copies.ts'
import type { HashExchange } from './hash-exchange.ts'
import type { HashServe } from './hash-serve.ts'
import type { Live } from './live.ts'
import type { MetadataFetch } from './metadata-fetch.ts'
import type { MetadataServe } from './metadata-serve.ts'
import type { TorrentOptions } from './options.ts'
import { PeerTable } from './peer-table.ts'
import { pexFlagsOf } from './pex-flags.ts'
import type { Punching } from './punching.ts'
import type { Sharers, TorrentServices } from './services.ts'
import { Traffic, type Way, wayOf } from './traffic.ts'
import { whoGoes } from './who-goes.ts'

/** What the swarm asks of its torrent. */
export interface SwarmOwner {
  readonly peerId: PeerId
  readonly options: Pick<TorrentOptions, 'realm'>
  readonly live: Live | undefined
  readonly fetch: MetadataFetch | undefined
  readonly serve: MetadataServe | undefined
  readonly hashes: HashExchange | undefined
  readonly hashServe: HashServe | undefined
  readonly webSeeds?: WebSeeds | undefined
  /** Undefined when PEX is off (private, or switched off). */
  readonly pex: PexTable | undefined
  /** Undefined when it is off (private, or no uTP). */
  readonly punching: Punching | undefined
  readonly infoBytes: number | undefined
  readonly maxPeers: number
  /** Not for a private torrent (BEP 27). */
  readonly mayUseDht: boolean
  /** A peer came, went, or changed what it offers. */
  swarmChanged(): void
  /** Addresses that a peer told us. */
  found(hints: readonly PeerHint[]): void
  peerClosed(peer: Peer, reason: CloseReason): void
  wakeAt(at: Millis): void
}

export type AdoptRefusal = 'FULL' | 'DUPLICATE' | 'BANNED' | 'CLOSED'

/** Both sides may have dialled at once if the other connection is no older: a dial and a handshake at most take this. */
const SIMULTANEOUS_MS = 20_000

export class Swarm implements PeerHost {
  readonly peers = new PeerTable()
  readonly downRate = new RateMeter()
  readonly upRate = new RateMeter()
  readonly #up: Sharers
  readonly #down: Sharers
  takenBytes = 0
  givenBytes = 0
  wastedBytes = 0
  readonly byTransport = new Traffic()
  readonly #owner: SwarmOwner
  readonly #services: TorrentServices
  readonly ledger = new ContributionLedger()
  readonly #departed = new DepartedCopies()
  #payloadAt: Millis | undefined
  readonly #over = new Map<Peer, () => void>()
  /** All that was wanted was here when we last looked. */
  #wasDone = false
  #nextKey = 1

  constructor(
    owner: SwarmOwner,
    services: TorrentServices,
    limits: { readonly up: () => number | undefined; readonly down: () => number | undefined },
  ) {
    this.#owner = owner
    this.#services = services
    this.#up = services.limiter('up', limits.up)
    this.#down = services.limiter('down', limits.down)
  }

  allowance(direction: 'up' | 'down'): Allowance {
    return direction === 'up' ? this.#up.asker() : this.#down.asker()
  }

  /** Whose download limit holds it back now. */
  held(now: Millis): 'own' | 'outer' | undefined {
    return this.#down.held(now)
  }

  get clock(): Clock {
    return this.#services.ports.clock
  }

  get digest(): Digest {
    return this.#services.ports.digest
  }

  get frames(): FramePool {
    return this.#services.frames
  }

  get content(): Live | undefined {
    return this.#owner.live
  }

  /** Takes over a connection after its handshake, or says why not (the caller closes it). `over` is called when it ended. */
  adopt(done: HandshakeDone, incoming: boolean, source: string, over: () => void): AdoptRefusal | undefined {
    const { connection, remote, answer } = done
    const { trust } = this.#services
    if (done.ended()) return 'CLOSED'
    if (trust.banned(connection.remote)) return 'BANNED'
    const rival = this.peers.rival(connection.remote, remote.peerId)
    if (rival !== undefined) {
      // Both sides dialled at once: both must keep the same one, so the lower peer id's dial wins. An older connection
      // stays whatever comes: somebody may only pretend to have that peer's id.
      const ourDialWins = answer.ourId < remote.peerId
      const atOnce = this.clock.now() < after(rival.connectedAt, SIMULTANEOUS_MS)
      if (rival.id !== remote.peerId || rival.incoming === incoming || incoming === ourDialWins || !atOnce)
        return 'DUPLICATE'
      rival.close({ code: 'DUPLICATE', blame: 'nobody' })
    }
    if (this.peers.size >= this.#owner.maxPeers && !this.#makeRoom(connection)) return 'FULL'
    // Whoever was dialled has the last word: it may answer a v1 hash with the v2 hash of the same torrent (BEP 52).
    const agreed = incoming ? answer.handshake.hash : remote.hash
    const peer = new Peer({
      key: this.#nextKey++,
      connection,
      remote,
      v2: agreed === answer.v2Hash,
      incoming,
      host: this,
      source,
      preferred: this.#services.knows(connection.remote),
      roundTripMs: done.connectedInMs,
    })
    this.peers.add(peer)
    this.#over.set(peer, over)
    const { remote: theirs, local, transport } = connection
    this.#services.outside.connected(theirs, local, transport, incoming, this.clock.now())
    peer.download.exclusive = trust.onParole(connection.remote)
    // Before start(): what came behind the handshake may already say what PEX wants to know.
    this.#owner.pex?.connected(peer.key, peer.dialBack, this.clock.now())
    peer.start(done.rest)
    if (!peer.closed) {
      // BEP 5: a node that is here may be asked, if both sides said that they know the DHT.
      const udpPort = this.#services.udpPort()
      if (remote.flags.dht && answer.handshake.flags.dht && udpPort > 0) peer.send(encodePort(udpPort))
      peer.reviewInterest()
      this.#owner.swarmChanged()
    }
    return undefined
  }

  /** Full: somebody idle goes, or whoever has less claim to the place than the newcomer (BEP 40). */
  #makeRoom(newcomer: Connection): boolean {
    const now = this.clock.now()
    const present = [...this.peers].map((peer) => ({
      key: peer,
      priority: this.#priority(peer.connection),
      idleSince: peer.uselessSince,
      kept: peer.preferred || peer.downRate.rate(now) >= BUSY_RATE || peer.upRate.rate(now) >= BUSY_RATE,
    }))
    const leaver = whoGoes(present, this.#priority(newcomer), now)
    leaver?.close({ code: 'MADE_ROOM', blame: 'nobody' })
    return leaver !== undefined
  }

  /** There are to be fewer: whoever moves least goes. */
  makeFit(): void {
    const now = this.clock.now()
    const excess = this.peers.size - this.#owner.maxPeers
    if (excess <= 0) return
    const moving = (peer: Peer) => peer.downRate.rate(now) + peer.upRate.rate(now)
    const leaving = [...this.peers].sort((a, b) => moving(a) - moving(b)).slice(0, excess)
    for (const peer of leaving) peer.close({ code: 'MADE_ROOM', blame: 'nobody' })
  }

  #priority({ local, remote }: Connection): number {
    return priorityTo(remote, this.#services) ?? peerPriority(local, remote) ?? 0
  }

  /** A key for a source that is no peer: keys are never used twice. */
  newKey(): number {
    return this.#nextKey++
  }

  dropElsewhere(key: number, piece: PieceIndex, block: number): void {
    const peer = this.peers.get(key)
    if (peer !== undefined) peer.download.drop(piece, block)
    else this.#owner.webSeeds?.drop(key, piece, block)
  }

  broken(error: unknown): void {
    throw error
  }

  describe(peer: Peer): ExtensionHandshake {
    const services = this.#services
    const port = isPublicHost(peer.endpoint.host) ? services.announcedPort() : services.listenPort()
    const ids = new Map<string, number>(Object.entries(EXTENSION_IDS))
    if (this.#owner.pex === undefined) ids.delete('ut_pex')
    if (this.#owner.punching === undefined) ids.delete('ut_holepunch')
    const live = this.#owner.live
    return {
      ids,
      client: this.#services.agent,
      requestQueue: UPLOAD_QUEUE_LIMIT,
      ...(port > 0 ? { port } : {}),
      ...(this.#owner.infoBytes === undefined ? {} : { metadataBytes: this.#owner.infoBytes }),
      // BEP 21: whoever has all it wants gives only, partial seeds too. Said both ways, since the last word counts.
      ...(live === undefined ? {} : { uploadOnly: live.done }),
      yourAddress: peer.endpoint.host,
    }
  }

  changed(peer: Peer, what: 'pieces' | 'interest' | 'choke' | 'extensions'): void {
    const now = this.clock.now()
    const live = this.#owner.live
    if (what === 'interest' && live !== undefined) {
      if (!peer.peerInterested) peer.upload.pump(now)
      live.reconsiderChoking(now)
    }
    if (what === 'choke' && !peer.peerChoking) peer.download.fill(now)
    if (what === 'extensions') {
      this.#owner.fetch?.consider([peer], now)
      const seenAs = peer.extensions?.yourAddress
      if (seenAs !== undefined) this.#services.outside.seenAs(seenAs, peer.endpoint)
      this.#owner.pex?.described(peer.key, peer.dialBack, pexFlagsOf(peer))
    }
    if (what === 'pieces') live?.revealFirst(peer)
    if (what === 'pieces' && live?.complete && peer.isSeed && !this.#keepsSeeds()) {
      // Two seeds have nothing to give each other (BEP 21). While there is room they stay: they count as copies elsewhere.
      peer.close({ code: 'BOTH_SEEDS', blame: 'nobody' })
      return
    }
    this.#owner.hashes?.consider(this.peers)
    this.#owner.swarmChanged()
  }

  /** In a closed realm a link carries few streams, and the next file waits for one. */
  #keepsSeeds(): boolean {
    return this.#owner.options.realm === 'public' && 2 * this.peers.size <= this.#owner.maxPeers
  }

  gained(peer: Peer, piece: PieceIndex): void {
    this.#owner.live?.gained(peer, piece)
  }

  message(peer: Peer, message: Parameters<PeerHost['message']>[1]): void {
    const now = this.clock.now()
    switch (message.type) {
      case 'extension':
        this.#extension(peer, message, now)
        return
      case 'hashRequest':
        this.#owner.hashServe?.requested(peer, message, now)
        return
      case 'hashes':
        this.#owner.hashes?.answered(peer, message)
        return
      case 'hashReject':
        this.#owner.hashes?.refused(peer, message, now)
        return
      case 'port':
        if (this.#owner.mayUseDht)
          this.#services.dht()?.addNode({ host: peer.endpoint.host, port: message.port })
        return
    }
  }

  #extension(peer: Peer, message: ExtensionMessage, now: Millis): void {
    if (message.name === 'ut_metadata') {
      if (this.#owner.serve !== undefined) this.#owner.serve.message(peer, message.payload)
      else this.#owner.fetch?.message(peer, message.payload, now)
      return
    }
    if (message.name === 'ut_holepunch') {
      this.#owner.punching?.heard(peer, message.payload, now)
      return
    }
    const { pex } = this.#owner
    if (pex === undefined) return
    const heard = pex.heard(peer.key, decodePexMessage(message.payload), peer.endpoint.host, now)
    if (heard.flooding) peer.close({ code: 'PEX_FLOOD', blame: 'remote' })
    else this.#owner.found(heard.hints)
  }

  received(peer: Peer, piece: PieceIndex, _block: number, lengthBytes: number): void {
    this.took(piece, lengthBytes, wayOf(peer))
  }

  /** Wanted payload came, from whomever. */
  took(piece: PieceIndex, lengthBytes: number, way: Way = 'http'): void {
    this.byTransport[way].takenBytes += lengthBytes
    const now = this.clock.now()
    this.#payloadAt = now
    this.downRate.add(lengthBytes, now)
    this.takenBytes += lengthBytes
    this.#owner.live?.received(piece)
  }

  wasted(_source: unknown, lengthBytes: number): void {
    this.wastedBytes += lengthBytes
  }

  uploaded(peer: Peer, lengthBytes: number): void {
    const now = this.clock.now()
    if (peer.uploadedBytes === 0) this.ledger.takes(peer.whereabouts)
    this.#payloadAt = now
    peer.uploadedBytes += lengthBytes
    peer.upRate.add(lengthBytes, now)
    this.upRate.add(lengthBytes, now)
    this.givenBytes += lengthBytes
    this.byTransport[wayOf(peer)].givenBytes += lengthBytes
  }

  wakeAt(at: Millis): void {
    this.#owner.wakeAt(at)
  }

  closed(peer: Peer, reason: CloseReason): void {
    const { whereabouts, downloadedBytes, uploadedBytes } = peer
    if (peer.isSeed && reason.blame !== 'remote') this.#departed.left(peer.id, this.clock.now())
    this.ledger.left(whereabouts, peer.extensions?.client ?? '', downloadedBytes, uploadedBytes)
    this.peers.remove(peer)
    this.#over.get(peer)?.()
    this.#over.delete(peer)
    this.#owner.fetch?.gone(peer)
    this.#owner.hashes?.gone(peer)
    this.#owner.pex?.disconnected(peer.key)
    this.#owner.punching?.gone(peer, this.clock.now())
    this.#owner.live?.peerLeft(peer)
    this.#owner.peerClosed(peer, reason)
    this.#owner.live?.reconsiderChoking(this.clock.now())
    this.#owner.swarmChanged()
  }

  /** The metadata became known: everyone connected is told what we have and asked for what we want. */
  contentKnown(): void {
    for (const peer of [...this.peers]) {
      peer.contentKnown()
      if (!peer.closed) {
        peer.sendExtensionHandshake()
      }
    }
  }

  tick(now: Millis): void {
    const done = this.#owner.live?.done ?? false
    // More is wanted again, or something was lost: who was told that we only give (BEP 21) is told otherwise.
    if (this.#wasDone && !done) for (const peer of this.peers) peer.sendExtensionHandshake()
    this.#wasDone = done
    for (const peer of [...this.peers]) peer.tick(now)
    this.#owner.punching?.tick(now)
    for (const [key, payload] of this.#owner.pex?.due(now) ?? [])
      this.peers.get(key)?.sendExtension('ut_pex', payload)
  }

  closeAll(reason: CloseReason): void {
    for (const peer of [...this.peers]) peer.close(reason)
  }

  /** Peers that had everything when they left, not long ago: a finished get closes, its copy is still there. */
  get copiesGone(): number {
    return this.#departed.count(this.clock.now(), (id) => this.peers.has(id))
  }

  /** When somebody who has all of it was last connected. */
  get seedSeenAt(): Millis | undefined {
    for (const peer of this.peers) if (peer.isSeed) return this.clock.now()
    return this.#departed.lastLeftAt
  }

  /** When payload last moved, either way. */
  get payloadAt(): Millis | undefined {
    return this.#payloadAt
  }
}

/** Bytes per second that make a connection worth keeping whatever its priority. */
const BUSY_RATE = 1_024

/** Peers are looked after once a second while there are any. */
export const SWARM_TICK_MS = 1_000
