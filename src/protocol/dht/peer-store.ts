// Peers that others announced to us (BEP 5), for those who ask; their number as Bloom filters (BEP 33), and which
// torrents there are (BEP 51).
// Invariant: at most MAX_TORRENTS × MAX_PEERS_PER_TORRENT, one per address of a torrent, none longer than PEER_LIFE_MS.

import { compactEndpoint, isPublicHost, parseIp } from '../../base/address.ts'
import { EMPTY, toHex } from '../../base/bytes.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import { type Random, randomInt } from '../../base/random.ts'
import { BloomFilter } from './bloom-filter.ts'
import {
  MAX_PEERS_PER_TORRENT,
  MAX_SAMPLES,
  MAX_TORRENTS,
  PEER_LIFE_MS,
  SAMPLE_INTERVAL_S,
} from './limits.ts'

interface Announced {
  readonly endpoint: Endpoint
  readonly compact: Uint8Array
  readonly seed: boolean
  readonly untilMs: Millis
}

interface Stored {
  readonly hash: Uint8Array
  /** By address, the one announced longest ago first. */
  readonly peers: Map<string, Announced>
}

export class PeerStore {
  readonly #digest: Digest
  readonly #random: Random
  /** By hash in hex, the one announced longest ago first. */
  readonly #torrents = new Map<string, Stored>()
  #sample: { readonly hashes: readonly Uint8Array[]; readonly untilMs: Millis } | undefined

  constructor(digest: Digest, random: Random) {
    this.#digest = digest
    this.#random = random
  }

  get torrents(): number {
    return this.#torrents.size
  }

  announce(hash: Uint8Array, endpoint: Endpoint, seed: boolean, now: Millis): void {
    const key = toHex(hash)
    const stored = this.#torrents.get(key) ?? { hash: hash.slice(), peers: new Map() }
    this.#torrents.delete(key)
    if (this.#torrents.size >= MAX_TORRENTS) deleteFirst(this.#torrents)
    this.#torrents.set(key, stored)
    const { peers } = stored
    const address = isPublicHost(endpoint.host) ? endpoint.host : endpointText(endpoint)
    peers.delete(address)
    if (peers.size >= MAX_PEERS_PER_TORRENT) deleteFirst(peers)
    peers.set(address, {
      endpoint,
      compact: compactEndpoint(endpoint),
      seed,
      untilMs: after(now, PEER_LIFE_MS),
    })
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

  /** BEP 51: the same for everybody until it is drawn anew, so that asking often tells no more. */
  sample(now: Millis): {
    readonly hashes: readonly Uint8Array[]
    readonly total: number
    readonly intervalS: number
  } {
    if (this.#sample === undefined || this.#sample.untilMs <= now) {
      const all = [...this.#torrents.values()].map(({ hash }) => hash)
      const hashes: Uint8Array[] = []
      while (hashes.length < MAX_SAMPLES && all.length > 0) {
        const [hash] = all.splice(randomInt(this.#random, all.length), 1)
        hashes.push(hash as Uint8Array)
      }
      this.#sample = { hashes, untilMs: after(now, SAMPLE_INTERVAL_S * 1_000) }
    }
    const intervalS = Math.max(0, Math.ceil((this.#sample.untilMs - now) / 1_000))
    return { hashes: this.#sample.hashes, total: this.#torrents.size, intervalS }
  }

  /** Forgets who has not announced again. */
  expire(now: Millis): void {
    for (const [key, { peers }] of this.#torrents) {
      for (const [address, { untilMs }] of peers) {
        if (untilMs > now) break
        peers.delete(address)
      }
      if (peers.size === 0) this.#torrents.delete(key)
    }
  }
}

function deleteFirst(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key)
    return
  }
}
