// Peers that others announced to us (BEP 5), for those who ask; their number as Bloom filters (BEP 33), and which
// torrents there are (BEP 51).
// Invariants: at most MAX_TORRENTS × MAX_PEERS_PER_TORRENT, one per address of a torrent, none longer than PEER_LIFE_MS; of
// public addresses MAX_TORRENTS_PER_HOST each, and MAX_PEERS_PER_NETWORK in a torrent. A flood of hashes far from our id
// moves nothing that is ours to keep.

import { compactEndpoint, isPublicHost, networkOf, parseIp } from '../../base/address.ts'
import { EMPTY, toHex } from '../../base/bytes.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import { type Random, randomInt, shuffle } from '../../base/random.ts'
import { BloomFilter } from './bloom-filter.ts'
import {
  MAX_PEERS_PER_NETWORK,
  MAX_PEERS_PER_TORRENT,
  MAX_SAMPLES,
  MAX_TORRENTS,
  MAX_TORRENTS_PER_HOST,
  PEER_LIFE_MS,
  SAMPLE_INTERVAL_S,
} from './limits.ts'
import { compareDistance } from './node-id.ts'

interface Announced {
  readonly endpoint: Endpoint
  readonly compact: Uint8Array
  /** Of a public address. */
  readonly network: string | undefined
  readonly seed: boolean
  readonly untilMs: Millis
}

interface Stored {
  readonly hash: Uint8Array
  /** By address, the one announced longest ago first. */
  readonly peers: Map<string, Announced>
  readonly perNetwork: Map<string, number>
}

export class PeerStore {
  readonly #digest: Digest
  readonly #random: Random
  readonly #ownId: () => Uint8Array
  /** By hash in hex. */
  readonly #torrents = new Map<string, Stored>()
  /** Torrents of each public address. */
  readonly #perHost = new Map<string, number>()
  #sample: { readonly hashes: readonly Uint8Array[]; readonly untilMs: Millis } | undefined

  constructor(digest: Digest, random: Random, ownId: () => Uint8Array) {
    this.#digest = digest
    this.#random = random
    this.#ownId = ownId
  }

  get torrents(): number {
    return this.#torrents.size
  }

  /** @returns false when there is no room for it here */
  announce(hash: Uint8Array, endpoint: Endpoint, seed: boolean, now: Millis): boolean {
    const key = toHex(hash)
    const isPublic = isPublicHost(endpoint.host)
    const address = isPublic ? endpoint.host : endpointText(endpoint)
    const network = isPublic ? networkOf(endpoint.host) : undefined
    const before = this.#torrents.get(key)
    const again = before?.peers.get(address)
    if (again === undefined) {
      if (isPublic && (this.#perHost.get(address) ?? 0) >= MAX_TORRENTS_PER_HOST) return false
      if (network !== undefined && (before?.perNetwork.get(network) ?? 0) >= MAX_PEERS_PER_NETWORK)
        return false
      if (before === undefined && this.#torrents.size >= MAX_TORRENTS && !this.#makeRoom(hash)) return false
    }
    const stored = before ?? { hash: hash.slice(), peers: new Map(), perNetwork: new Map() }
    this.#torrents.set(key, stored)
    if (again !== undefined) this.#forget(stored, address)
    else if (stored.peers.size >= MAX_PEERS_PER_TORRENT)
      for (const oldest of stored.peers.keys()) {
        this.#forget(stored, oldest)
        break
      }
    const untilMs = after(now, PEER_LIFE_MS)
    stored.peers.set(address, { endpoint, compact: compactEndpoint(endpoint), network, seed, untilMs })
    if (network === undefined) return true
    add(this.#perHost, address, 1)
    add(stored.perNetwork, network, 1)
    return true
  }

  #forget(stored: Stored, address: string): void {
    const { network } = stored.peers.get(address) ?? {}
    stored.peers.delete(address)
    if (network === undefined) return
    add(this.#perHost, address, -1)
    add(stored.perNetwork, network, -1)
  }

  /** What lies farthest from our id goes: it is others' to keep. @returns false when that is what is to come in */
  #makeRoom(hash: Uint8Array): boolean {
    const ownId = this.#ownId()
    let farthest: Stored | undefined
    for (const stored of this.#torrents.values())
      if (compareDistance(ownId, stored.hash, farthest?.hash ?? hash) > 0) farthest = stored
    if (farthest === undefined) return false
    for (const address of farthest.peers.keys()) this.#forget(farthest, address)
    this.#torrents.delete(toHex(farthest.hash))
    return true
  }

  /** Whom we know of ourselves. */
  *all(hash: Uint8Array, now: Millis): Iterable<{ readonly endpoint: Endpoint; readonly seed: boolean }> {
    for (const announced of this.#torrents.get(toHex(hash))?.peers.values() ?? [])
      if (announced.untilMs > now) yield announced
  }

  /** At most `count` compact endpoints, drawn at random. @param noSeeds BEP 33: who asks is a seed */
  peers(hash: Uint8Array, count: number, noSeeds: boolean, now: Millis): Uint8Array[] {
    const stored = this.#torrents.get(toHex(hash))
    if (stored === undefined) return []
    const found: Uint8Array[] = []
    for (const { compact, seed, untilMs } of stored.peers.values())
      if (untilMs > now && !(noSeeds && seed)) found.push(compact)
    for (let i = 0; i < Math.min(count, found.length); i++) {
      const j = i + randomInt(this.#random, found.length - i)
      const held = found[i] as Uint8Array
      found[i] = found[j] as Uint8Array
      found[j] = held
    }
    found.length = Math.min(found.length, count)
    return found
  }

  /** BEP 33: addresses of seeds and of others, or undefined when nobody is here. */
  filters(
    hash: Uint8Array,
    now: Millis,
  ): { readonly seeds: Uint8Array; readonly peers: Uint8Array } | undefined {
    const stored = this.#torrents.get(toHex(hash))
    if (stored === undefined || stored.peers.size === 0) return undefined
    const seeds = new BloomFilter(this.#digest)
    const peers = new BloomFilter(this.#digest)
    for (const { endpoint, seed, untilMs } of stored.peers.values()) {
      if (untilMs > now) (seed ? seeds : peers).add(parseIp(endpoint.host) ?? EMPTY)
    }
    return { seeds: seeds.bytes, peers: peers.bytes }
  }

  /** BEP 51: all, or where they are too many some, the same for everybody for a while: asking often tells no more. */
  sample(now: Millis): {
    readonly hashes: readonly Uint8Array[]
    readonly total: number
    readonly intervalS: number
  } {
    const total = this.#torrents.size
    const all = () => [...this.#torrents.values()].map(({ hash }) => hash)
    if (total <= MAX_SAMPLES) return { hashes: all(), total, intervalS: SAMPLE_INTERVAL_S }
    if (this.#sample === undefined || this.#sample.untilMs <= now) {
      const hashes = shuffle(this.#random, all()).slice(0, MAX_SAMPLES)
      this.#sample = { hashes, untilMs: after(now, SAMPLE_INTERVAL_S * 1_000) }
    }
    const intervalS = Math.max(0, Math.ceil((this.#sample.untilMs - now) / 1_000))
    return { hashes: this.#sample.hashes, total, intervalS }
  }

  /** Forgets who has not announced again. */
  expire(now: Millis): void {
    for (const [key, stored] of this.#torrents) {
      for (const [address, { untilMs }] of stored.peers) {
        if (untilMs > now) break
        this.#forget(stored, address)
      }
      if (stored.peers.size === 0) this.#torrents.delete(key)
    }
  }
}

function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change
  if (count <= 0) counts.delete(key)
  else counts.set(key, count)
}
