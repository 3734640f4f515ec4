// The connected peers of one torrent: by key and by address. Invariant: at most one connection per peer id, and per
// address (address and port where many peers share one machine: loopback and private ranges, SAFETY.md).

import { isPublicHost } from '../../base/address.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { endpointText } from '../../base/endpoint.ts'
import type { PeerId } from '../../base/ids.ts'
import type { Peer } from '../peer/peer.ts'

/** Addresses of peers that left are remembered for judging pieces they gave to; the oldest are forgotten. */
const REMEMBERED_ADDRESSES = 4_096

export class PeerTable {
  readonly #byKey = new Map<number, Peer>()
  readonly #endpoints = new Map<number, Endpoint>()
  readonly #byAddress = new Map<string, Peer>()
  readonly #byId = new Map<PeerId, Peer>()

  get size(): number {
    return this.#byKey.size
  }

  get(key: number): Peer | undefined {
    return this.#byKey.get(key)
  }

  [Symbol.iterator](): IterableIterator<Peer> {
    return this.#byKey.values()
  }

  /** The peer that stands in the way of a new connection, if any. */
  rival(endpoint: Endpoint, id: PeerId): Peer | undefined {
    return this.#byId.get(id) ?? this.#byAddress.get(addressKey(endpoint))
  }

  connectedTo(endpoint: Endpoint): boolean {
    if (this.#byAddress.has(addressKey(endpoint))) return true
    const text = endpointText(endpoint)
    for (const peer of this.#byKey.values()) {
      const { dialBack } = peer
      if (dialBack !== undefined && endpointText(dialBack) === text) return true
    }
    return false
  }

  /** Whoever is connected from there, or says to listen there. */
  at(endpoint: Endpoint): Peer | undefined {
    const text = endpointText(endpoint)
    let listening: Peer | undefined
    for (const peer of this.#byKey.values()) {
      if (endpointText(peer.endpoint) === text) return peer
      const { dialBack } = peer
      if (dialBack !== undefined && endpointText(dialBack) === text) listening ??= peer
    }
    return listening
  }

  has(id: PeerId): boolean {
    return this.#byId.has(id)
  }

  /** Also of a peer that left. */
  endpointOf(key: number): Endpoint | undefined {
    return this.#endpoints.get(key)
  }

  add(peer: Peer): void {
    this.#endpoints.set(peer.key, peer.endpoint)
    if (this.#endpoints.size > REMEMBERED_ADDRESSES) {
      for (const key of this.#endpoints.keys()) {
        if (this.#byKey.has(key)) continue
        this.#endpoints.delete(key)
        break
      }
    }
    this.#byKey.set(peer.key, peer)
    this.#byAddress.set(addressKey(peer.endpoint), peer)
    this.#byId.set(peer.id, peer)
  }

  remove(peer: Peer): void {
    this.#byKey.delete(peer.key)
    if (this.#byAddress.get(addressKey(peer.endpoint)) === peer)
      this.#byAddress.delete(addressKey(peer.endpoint))
    if (this.#byId.get(peer.id) === peer) this.#byId.delete(peer.id)
  }
}

function addressKey(endpoint: Endpoint): string {
  return isPublicHost(endpoint.host) ? endpoint.host : endpointText(endpoint)
}
