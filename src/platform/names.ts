// The Names port on Node: names to addresses by the system's own resolver, so that hosts files and local names work.
// Promise: canonical addresses, at most MAX_LOOKUPS look-ups at once (each holds a thread that the disk needs too);
// the same name asked for twice at once is looked up once. A name that does not exist gives an empty list.

import { lookup } from 'node:dns/promises'
import { canonicalIp } from '../base/address.ts'
import type { Names } from '../base/ports.ts'

/** Node's pool has 4 threads by default; a slow name server must leave some to files. */
const MAX_LOOKUPS = 2
/** More than any honest name has; we would not try them all anyway. */
const MAX_ADDRESSES = 16
/** RFC 1035: a name has at most 253 characters. */
const MAX_NAME_CHARACTERS = 253

export class NodeNames implements Names {
  readonly #running = new Map<string, Promise<readonly string[]>>()
  readonly #waiting: (() => void)[] = []
  #lookups = 0

  resolve(name: string): Promise<readonly string[]> {
    const literal = canonicalIp(name)
    if (literal !== undefined) return Promise.resolve([literal])
    if (name === '' || name.length > MAX_NAME_CHARACTERS || name.includes('\0')) return Promise.resolve([])
    const running = this.#running.get(name)
    if (running !== undefined) return running
    const asked = this.#lookup(name).finally(() => this.#running.delete(name))
    this.#running.set(name, asked)
    return asked
  }

  async #lookup(name: string): Promise<readonly string[]> {
    if (this.#lookups >= MAX_LOOKUPS) await new Promise<void>((go) => this.#waiting.push(go))
    this.#lookups++
    try {
      const found = await lookup(name, { all: true, order: 'verbatim' })
      const addresses = found.map(({ address }) => canonicalIp(address)).filter((host) => host !== undefined)
      return [...new Set(addresses)].slice(0, MAX_ADDRESSES)
    } catch {
      // Every failure of the resolver means the same to the caller: there is no address to contact now.
      return []
    } finally {
      this.#lookups--
      this.#waiting.shift()?.()
    }
  }
}
