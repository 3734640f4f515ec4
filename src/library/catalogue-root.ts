// The root of a catalogue that is too large to be kept as a tree in memory: the hashes of 4,096 parts of it are, and only parts
// that changed are read again. Invariant: they belong to the state whose root was told last; for any other they are made anew.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { equalBytes } from '../base/bytes.ts'
import type { Digest } from '../base/ports.ts'
import { HASH_BYTES } from '../protocol/catalogue/limits.ts'
import { rootOfMany, type TreeLeaf } from '../protocol/catalogue/tree.ts'

// Keys that begin with the same 12 bits are one part: whatever branches within it branches after them.

export class CatalogueRoot {
  readonly #digest: Digest
  readonly #all: StatementSync
  readonly #part: StatementSync
  #shelf = 0
  #root: Uint8Array | undefined
  /** By the first 12 bits: any key of the part, and the hash over it. */
  #parts = new Map<number, TreeLeaf>()

  constructor(database: DatabaseSync, digest: Digest) {
    this.#digest = digest
    const select = 'SELECT key, leaf AS hash FROM catalogue_entries WHERE shelf = ?'
    this.#all = database.prepare(`${select} ORDER BY key`)
    this.#part = database.prepare(`${select} AND key BETWEEN ? AND ? ORDER BY key`)
  }

  /** @param before the root of the state that was changed @param changed keys that came, went, or have another entry */
  root(shelf: number, before: Uint8Array, changed: Iterable<Uint8Array>): Uint8Array {
    const isOfBefore = this.#root !== undefined && this.#shelf === shelf && equalBytes(this.#root, before)
    if (!isOfBefore) return this.whole(shelf)
    for (const part of new Set(Array.from(changed, partOf))) {
      const leaves = this.#part.all(shelf, ...endsOf(part)) as unknown as TreeLeaf[]
      this.#set(part, leaves)
    }
    return this.#told(shelf)
  }

  /** By reading through all of it. */
  whole(shelf: number): Uint8Array {
    this.#parts.clear()
    let part = 0
    let leaves: TreeLeaf[] = []
    for (const row of this.#all.iterate(shelf)) {
      const leaf = row as unknown as TreeLeaf
      if (partOf(leaf.key) !== part) {
        this.#set(part, leaves)
        part = partOf(leaf.key)
        leaves = []
      }
      leaves.push(leaf)
    }
    this.#set(part, leaves)
    return this.#told(shelf)
  }

  #set(part: number, leaves: readonly TreeLeaf[]): void {
    const [first] = leaves
    if (first === undefined) this.#parts.delete(part)
    else this.#parts.set(part, { key: first.key, hash: rootOfMany(leaves, this.#digest) })
  }

  #told(shelf: number): Uint8Array {
    const parts = [...this.#parts].sort(([a], [b]) => a - b).map(([, leaf]) => leaf)
    this.#shelf = shelf
    this.#root = rootOfMany(parts, this.#digest)
    return this.#root
  }
}

function partOf(key: Uint8Array): number {
  return ((key[0] as number) << 4) | ((key[1] as number) >>> 4)
}

/** The lowest and highest key that can be in a part. */
function endsOf(part: number): [Uint8Array, Uint8Array] {
  const low = new Uint8Array(HASH_BYTES)
  const high = new Uint8Array(HASH_BYTES).fill(0xff)
  low[0] = high[0] = part >>> 4
  low[1] = (part & 0xf) << 4
  high[1] = low[1] | 0xf
  return [low, high]
}
