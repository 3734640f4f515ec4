// Who could bring us together with whom: which connected peer said by PEX that it is connected to a peer that knows hole punching
// (BEP 11, flag 0x08; BEP 55).
// Invariant: only peers that are connected to us are in here, each with at most MAX_INTRODUCTIONS others.

import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { PEX_HOLEPUNCH, type PexMessage } from '../../protocol/wire/pex-message.ts'

/** Two full messages of PEX; a peer that has more connections than that tells us of them by and by. */
export const MAX_INTRODUCTIONS = 100

export class Introductions {
  /** By the key of whoever told us; the oldest first. */
  readonly #told = new Map<number, Set<string>>()

  heard(key: number, message: PexMessage): void {
    const told = this.#told.get(key) ?? new Set()
    this.#told.set(key, told)
    for (const endpoint of message.dropped) told.delete(endpointText(endpoint))
    for (const { endpoint, flags } of message.added) {
      const text = endpointText(endpoint)
      told.delete(text)
      if ((flags & PEX_HOLEPUNCH) !== 0) told.add(text)
    }
    for (const oldest of told) {
      if (told.size <= MAX_INTRODUCTIONS) break
      told.delete(oldest)
    }
  }

  gone(key: number): void {
    this.#told.delete(key)
  }

  /** Keys of the peers to ask, who told us first before the others. */
  to(endpoint: Endpoint): number[] {
    const text = endpointText(endpoint)
    return [...this.#told].filter(([, told]) => told.has(text)).map(([key]) => key)
  }
}
