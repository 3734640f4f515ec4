// Follows somebody's catalogue from one head to the next, page by page (delta.ts), without believing whoever sends the pages.
// Promises: nothing is taken out of order or twice; never more entries than the head says; the whole counts only when its
// root is the signed one. Until then the former state stays as it is, and going on needs only `tree` and `cursor`.

import { compareBytes, EMPTY, equalBytes } from '../../base/bytes.ts'
import type { Digest } from '../../base/ports.ts'
import { CatalogueError } from './catalogue-error.ts'
import { type DeltaPage, decodeDeltaPage } from './delta.ts'
import { type CatalogueEntry, decodeEntry, entryKey, fitsAudience, leafHash } from './entry.ts'
import type { CatalogueHead } from './head.ts'
import { HASH_BYTES, MAX_REPLICATED_ENTRIES } from './limits.ts'
import type { CatalogueTree } from './tree.ts'

export type ReplicaFault =
  | 'MALFORMED'
  /** A page of other roots, or not the one that comes next. */
  | 'WRONG_PAGE'
  /** An entry that may not stand in a catalogue for these. */
  | 'WRONG_ENTRY'
  /** A change that changes nothing, or stands outside its place. */
  | 'WRONG_CHANGE'
  | 'TOO_MANY_ENTRIES'
  /** All pages came, and they do not make the signed root. */
  | 'ROOT_DIFFERS'

export interface TakenEntry {
  readonly key: Uint8Array
  readonly bytes: Uint8Array
  readonly entry: CatalogueEntry
}

export type TakenPage =
  | {
      readonly ok: true
      readonly added: readonly TakenEntry[]
      readonly removed: readonly Uint8Array[]
      /** The whole is there and is what was signed. */
      readonly done: boolean
    }
  | { readonly ok: false; readonly fault: ReplicaFault }

/** Refused before a page is asked for: whoever shares that much is asked live instead. */
export function mayReplicate(head: CatalogueHead): boolean {
  return head.count <= MAX_REPLICATED_ENTRIES
}

export interface ReplicaStart {
  /** Root of the state that was whole before; the empty root for a first copy. */
  readonly from: Uint8Array
  /** That state, or what `tree` was when going on. */
  readonly tree: CatalogueTree
  /** What `cursor` was when going on. */
  readonly cursor?: Uint8Array | undefined
  /** Checked (head.ts). */
  readonly head: CatalogueHead
}

export class Replica {
  readonly #from: Uint8Array
  readonly #head: CatalogueHead
  readonly #digest: Digest
  #tree: CatalogueTree
  #cursor: Uint8Array
  #ended: 'done' | ReplicaFault | undefined

  constructor(start: ReplicaStart, digest: Digest) {
    this.#from = start.from
    this.#head = start.head
    this.#tree = start.tree
    this.#cursor = start.cursor ?? EMPTY
    this.#digest = digest
    if (!mayReplicate(start.head)) this.#ended = 'TOO_MANY_ENTRIES'
  }

  /** What the pages so far made of it. */
  get tree(): CatalogueTree {
    return this.#tree
  }

  /** The next page begins after this key; undefined before the first. */
  get cursor(): Uint8Array | undefined {
    return this.#cursor.length === 0 ? undefined : this.#cursor
  }

  /** After a fault everything taken since the start is worth nothing, and nothing more is taken. */
  take(bytes: Uint8Array): TakenPage {
    if (this.#ended !== undefined)
      return { ok: false, fault: this.#ended === 'done' ? 'WRONG_PAGE' : this.#ended }
    const taken = this.#read(bytes)
    if (!taken.ok) this.#ended = taken.fault
    return taken
  }

  #read(bytes: Uint8Array): TakenPage {
    let page: DeltaPage
    try {
      page = decodeDeltaPage(bytes)
    } catch (error) {
      if (error instanceof CatalogueError) return { ok: false, fault: 'MALFORMED' }
      throw error
    }
    const { from, to, after, end } = page
    const isNext =
      equalBytes(from, this.#from) && equalBytes(to, this.#head.root) && equalBytes(after, this.#cursor)
    if (!isNext) return { ok: false, fault: 'WRONG_PAGE' }

    const added: TakenEntry[] = []
    const removed: Uint8Array[] = []
    let tree = this.#tree
    let last = after
    for (const change of page.changes) {
      const step = this.#change(change, tree, last)
      if ('fault' in step) return { ok: false, fault: step.fault }
      if (step.taken === undefined) removed.push(step.key)
      else added.push(step.taken)
      tree = step.tree
      last = step.key
    }
    if (end !== undefined && !equalBytes(end, last)) return { ok: false, fault: 'WRONG_CHANGE' }
    // What lies up to here is what the head counts.
    if (last.length > 0 && tree.rank(last) > this.#head.count) return { ok: false, fault: 'TOO_MANY_ENTRIES' }
    if (end === undefined) {
      const isWhole = tree.count === this.#head.count && equalBytes(tree.root(this.#digest), this.#head.root)
      if (!isWhole) return { ok: false, fault: 'ROOT_DIFFERS' }
      this.#ended = 'done'
    }
    this.#tree = tree
    this.#cursor = last
    return { ok: true, added, removed, done: end === undefined }
  }

  #change(
    change: Uint8Array,
    tree: CatalogueTree,
    last: Uint8Array,
  ): { tree: CatalogueTree; key: Uint8Array; taken: TakenEntry | undefined } | { fault: ReplicaFault } {
    if (change.length === HASH_BYTES) {
      const next = tree.without(change)
      if (next === tree || compareBytes(change, last) <= 0) return { fault: 'WRONG_CHANGE' }
      return { tree: next, key: change.slice(), taken: undefined }
    }
    const bytes = change.slice()
    let entry: CatalogueEntry
    try {
      entry = decodeEntry(bytes)
    } catch (error) {
      if (error instanceof CatalogueError) return { fault: 'MALFORMED' }
      throw error
    }
    if (!fitsAudience(entry, this.#head.audience)) return { fault: 'WRONG_ENTRY' }
    const key = entryKey(entry, this.#digest)
    const next = tree.with({ key, hash: leafHash(bytes, this.#digest) })
    if (next === tree || compareBytes(key, last) <= 0) return { fault: 'WRONG_CHANGE' }
    return { tree: next, key, taken: { key, bytes, entry } }
  }
}
