// How many connections there may be, in all and per torrent, address and network, and who goes when there are too many.
// The limits are those of SAFETY.md; on loopback, link-local and private ranges many peers share an address or a
// network honestly, so there an "address" is IP and port, one for each torrent, and neither addresses nor networks are bounded
// over all torrents: two computers of one home may have a hundred transfers between them.
// Where only the address lacks a place, a connection there that is of no use to anybody makes room (yields).
// Invariant: every place that was given and not yet closed is counted exactly once wherever it belongs.

import { isPublicHost, networkOf } from '../../base/address.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { TokenBucket } from './token-bucket.ts'

/** Whatever tells torrents apart. */
export type TorrentKey = string | number | object

export interface BudgetLimits {
  /** Open, half-open and not yet greeted, together. */
  readonly maxConnections: number
  readonly maxPerTorrent: number
  /** Public ones. */
  readonly maxPerAddress: number
  /** Of those that were accepted, and of all when one more is dialled. */
  readonly maxPerAddressAndTorrent: number
  /** Per /24 (IPv4) or /48 (IPv6). */
  readonly maxPerNetwork: number
  /** Dials not answered yet: home routers and some systems choke on more. */
  readonly maxHalfOpen: number
  readonly acceptsPerSecond: number
}

/** SAFETY.md, "connections". */
export const DEFAULT_LIMITS: BudgetLimits = {
  maxConnections: 200,
  maxPerTorrent: 50,
  maxPerAddress: 4,
  maxPerAddressAndTorrent: 1,
  maxPerNetwork: 32,
  maxHalfOpen: 20,
  acceptsPerSecond: 50,
}

/** Dials through holes beside the half-open ones: they are few, and send datagrams only. */
const HOLES_BESIDE = 5

/** Two seconds of accepts may come at once: a whole swarm that wakes up together. */
const ACCEPT_BURST_SECONDS = 2

export type BudgetRefusal =
  | 'FULL'
  | 'TORRENT_FULL'
  | 'ADDRESS_IN_TORRENT'
  | 'ADDRESS_FULL'
  | 'NETWORK_FULL'
  | 'HALF_OPEN_FULL'
  | 'ACCEPTS_TOO_FAST'

/** A connection, from the dial or accept until it is over. */
export interface Place {
  readonly endpoint: Endpoint
  readonly address: string
  /** Undefined where networks are not counted. */
  readonly network: string | undefined
}

/** What the budget knows about a place besides. */
interface Holding {
  torrent: TorrentKey | undefined
  halfOpen: boolean
  readonly dialled: boolean
  /** Ends it if it is of no use, see yields(). */
  makeRoom?: () => boolean
}

export class ConnectionBudget {
  /** May change at any time; places that are taken stay. */
  limits: BudgetLimits
  readonly #places = new Map<Place, Holding>()
  readonly #perTorrent = new Map<TorrentKey, number>()
  readonly #perAddress = new Map<string, Set<Place>>()
  readonly #perNetwork = new Map<string, number>()
  #halfOpen = 0
  #accepts: TokenBucket | undefined

  constructor(limits: Partial<BudgetLimits> = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...limits }
  }

  get size(): number {
    return this.#places.size
  }

  get halfOpen(): number {
    return this.#halfOpen
  }

  of(torrent: TorrentKey): number {
    return this.#perTorrent.get(torrent) ?? 0
  }

  /**
   * A place for a connection we make; it counts as half-open until connected() or closed().
   * @param throughHole somebody makes a hole from the other side just now (BEP 55), and it closes again: vain dials do not
   *   stand in its way, neither ours to another port of that address nor half-open ones in all
   * @param mayGain something may come of it: connections of that address that are of no use make room
   */
  tryDial(
    torrent: TorrentKey,
    to: Endpoint,
    _now: Millis,
    throughHole = false,
    mayGain = true,
  ): Place | BudgetRefusal {
    const place = placeOf(to)
    const counts = (other: Holding) => !throughHole || !other.halfOpen
    const refusal = this.#general(place) ?? this.#inTorrent(place, torrent, counts)
    if (refusal !== undefined) return refusal
    const most = this.limits.maxHalfOpen + (throughHole ? HOLES_BESIDE : 0)
    if (this.#halfOpen >= most) return 'HALF_OPEN_FULL'
    if (this.#addressFull(place) && !(mayGain && this.#makeRoom(place))) return 'ADDRESS_FULL'
    this.#halfOpen++
    return this.#take(place, { torrent, halfOpen: true, dialled: true })
  }

  /** A place for a connection that somebody made to us; its torrent is known after the handshake (belongs). */
  tryAccept(from: Endpoint, now: Millis): Place | BudgetRefusal {
    const perSecond = this.limits.acceptsPerSecond
    this.#accepts ??= new TokenBucket(perSecond, now, ACCEPT_BURST_SECONDS * perSecond)
    if (this.#accepts.take(1, now) === 0) return 'ACCEPTS_TOO_FAST'
    const place = placeOf(from)
    const refusal = this.#general(place)
    if (refusal !== undefined) return refusal
    if (this.#addressFull(place) && !this.#makeRoom(place)) return 'ADDRESS_FULL'
    return this.#take(place, { torrent: undefined, halfOpen: false, dialled: false })
  }

  /**
   * Says how to ask for this place when another connection of its address lacks one: `makeRoom` ends it if it is of no use to
   * anybody, gives the place back by closed(), and says whether it did.
   */
  yields(place: Place, makeRoom: () => boolean): void {
    const holding = this.#places.get(place)
    if (holding !== undefined) holding.makeRoom = makeRoom
  }

  /** The dial was answered or gave up: it is not half-open any more. */
  connected(place: Place): void {
    const holding = this.#places.get(place)
    if (holding?.halfOpen !== true) return
    holding.halfOpen = false
    this.#halfOpen--
  }

  /**
   * The handshake named its torrent. @returns false when that torrent has no room for it: close it.
   * What we dialled there ourselves is no hindrance: when both sides dial at once, both must see both connections, and
   * the torrent keeps one. Otherwise each would refuse the other's.
   */
  belongs(place: Place, torrent: TorrentKey): boolean {
    const holding = this.#places.get(place)
    if (holding === undefined) return false
    if (holding.torrent !== undefined) return holding.torrent === torrent
    if (this.#inTorrent(place, torrent, (other) => !other.dialled) !== undefined) return false
    holding.torrent = torrent
    this.#perTorrent.set(torrent, this.of(torrent) + 1)
    return true
  }

  /** Gives the place back; a second time does nothing. */
  closed(place: Place): void {
    const holding = this.#places.get(place)
    if (holding === undefined) return
    this.connected(place)
    this.#places.delete(place)
    const sharers = this.#perAddress.get(place.address)
    sharers?.delete(place)
    if (sharers?.size === 0) this.#perAddress.delete(place.address)
    if (place.network !== undefined) less(this.#perNetwork, place.network)
    if (holding.torrent !== undefined) less(this.#perTorrent, holding.torrent)
  }

  #take(place: Place, holding: Holding): Place {
    this.#places.set(place, holding)
    const sharers = this.#perAddress.get(place.address)
    if (sharers === undefined) this.#perAddress.set(place.address, new Set([place]))
    else sharers.add(place)
    if (place.network !== undefined) {
      this.#perNetwork.set(place.network, (this.#perNetwork.get(place.network) ?? 0) + 1)
    }
    if (holding.torrent !== undefined) this.#perTorrent.set(holding.torrent, this.of(holding.torrent) + 1)
    return place
  }

  #general(place: Place): BudgetRefusal | undefined {
    const { limits } = this
    if (this.#places.size >= limits.maxConnections) return 'FULL'
    if (place.network === undefined) return undefined
    const inNetwork = this.#perNetwork.get(place.network) ?? 0
    return inNetwork >= limits.maxPerNetwork ? 'NETWORK_FULL' : undefined
  }

  #addressFull(place: Place): boolean {
    const sharers = this.#perAddress.get(place.address)?.size ?? 0
    return place.network !== undefined && sharers >= this.limits.maxPerAddress
  }

  /** The oldest that is of no use goes; whoever is of use stays, whatever comes. */
  #makeRoom(place: Place): boolean {
    for (const other of [...(this.#perAddress.get(place.address) ?? [])]) {
      if (this.#places.get(other)?.makeRoom?.() === true) return !this.#addressFull(place)
    }
    return false
  }

  #inTorrent(
    place: Place,
    torrent: TorrentKey,
    counts: (other: Holding) => boolean,
  ): BudgetRefusal | undefined {
    if (this.of(torrent) >= this.limits.maxPerTorrent) return 'TORRENT_FULL'
    let same = 0
    for (const other of this.#perAddress.get(place.address) ?? []) {
      const holding = this.#places.get(other)
      if (holding?.torrent === torrent && counts(holding)) same++
    }
    return same >= this.limits.maxPerAddressAndTorrent ? 'ADDRESS_IN_TORRENT' : undefined
  }
}

function placeOf(endpoint: Endpoint): Place {
  const open = isPublicHost(endpoint.host)
  return {
    endpoint,
    address: open ? endpoint.host : endpointText(endpoint),
    network: open ? networkOf(endpoint.host) : undefined,
  }
}

function less<K>(counts: Map<K, number>, key: K): void {
  const count = (counts.get(key) ?? 0) - 1
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
