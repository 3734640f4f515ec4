// The catalogues in the library's database: for each audience what it gets to see, and the head that says so.
// Promises: what stands in a catalogue is a function of what was handed in, whatever the order; its number is durable before a
// head with it is signed, so none is used twice; an emptied one shows nothing from the moment its transaction is durable.

import type { DatabaseSync } from 'node:sqlite'
import { equalBytes } from '../base/bytes.ts'
import type { Digest } from '../base/ports.ts'
import { inTransaction } from '../base/transaction.ts'
import type { ContentId } from '../metainfo/content-id.ts'
import type { CatalogueAudience } from '../protocol/catalogue/audience.ts'
import { encodeEntry, entryKey, fitsAudience, leafHash } from '../protocol/catalogue/entry.ts'
import { emptyRoot } from '../protocol/catalogue/head.ts'
import { MAX_HEAD_LIFE_SECONDS } from '../protocol/catalogue/limits.ts'
import { CatalogueTree, type TreeLeaf } from '../protocol/catalogue/tree.ts'
import { CatalogueHistory } from './catalogue-history.ts'
import { CatalogueRoot } from './catalogue-root.ts'
import { type CatalogueStatements, catalogueStatements } from './catalogue-statements.ts'
import { entryOfOffered, type OfferedFile, type WordsOfName } from './offered-file.ts'

/** What the head of a catalogue says; signing it makes no difference to it. */
export interface CatalogueState {
  readonly audience: CatalogueAudience
  /** Where its entries stand in the database. */
  readonly shelf: number
  readonly seq: number
  readonly count: number
  readonly totalBytes: number
  readonly root: Uint8Array
  /** Seconds since 1970. */
  readonly issued: number
  readonly expires: number
}

export interface CatalogueTools {
  readonly digest: Digest
  readonly wordsOfName: WordsOfName
}

/** A head is made anew when half its life is over, so that who was away for three days still believes it. */
const RENEWED_BEFORE_SECONDS = MAX_HEAD_LIFE_SECONDS / 2
/** Kept as a tree in memory up to here (some 22 MB); of more only the hashes of its parts are. */
const TREE_ENTRIES = 100_000
/** More changes than this are made by whole tables, not one by one; the root is then made by reading through. */
const MANY_CHANGES = 2_000
/** Entries of emptied catalogues that go in one step, so that nobody waits for them. */
const SWEPT_AT_ONCE = 1_000

interface Row {
  readonly audience: CatalogueAudience
  readonly shelf: number
  readonly seq: number
  readonly count: number
  readonly bytes: number
  readonly root: Uint8Array
  readonly issued: number
  readonly expires: number
}

/** How one entry changes. */
interface Change {
  readonly key: Uint8Array
  readonly before: Uint8Array | null
  readonly after: Uint8Array | null
  /** Of the content, with its sign: what is added to all bytes. */
  readonly bytes: number
}

export class CatalogueStore {
  readonly #database: DatabaseSync
  readonly #tools: CatalogueTools
  readonly #history: CatalogueHistory
  readonly #statements: CatalogueStatements
  /** The tree of the catalogue that changed last. */
  #tree: { readonly shelf: number; readonly root: Uint8Array; readonly tree: CatalogueTree } | undefined
  readonly #treeEntries: number
  readonly #root: CatalogueRoot

  /** @param treeEntries for tests */
  constructor(database: DatabaseSync, tools: CatalogueTools, treeEntries = TREE_ENTRIES) {
    this.#database = database
    this.#tools = tools
    this.#treeEntries = treeEntries
    this.#history = new CatalogueHistory(database)
    this.#root = new CatalogueRoot(database, tools.digest)
    this.#statements = catalogueStatements(database)
  }

  /** Undefined while nothing was ever offered to this audience. */
  state(audience: CatalogueAudience): CatalogueState | undefined {
    const row = this.#statements.state.get(audience) as Row | undefined
    if (row === undefined) return undefined
    const { bytes, ...rest } = row
    return { ...rest, totalBytes: bytes }
  }

  states(): CatalogueState[] {
    const rows = this.#statements.audiences.all() as { audience: CatalogueAudience }[]
    return rows.map(({ audience }) => this.state(audience) as CatalogueState)
  }

  /**
   * Makes the catalogue of an audience hold exactly this. For everyone each content once, under one of its names.
   * Joins a transaction that runs; else it is durable when this returns. @param now seconds since 1970
   */
  publish(audience: CatalogueAudience, offered: Iterable<OfferedFile>, now: number): CatalogueState {
    return inTransaction(
      this.#database,
      () => {
        const before = this.#begun(audience, now)
        if (before.count === 0) return this.#fill(before, offered, now)
        this.#gather(audience, offered, 'gather')
        const { shelf } = before
        const { count } = this.#statements.countChanges.get(shelf, shelf) as { count: number }
        if (count > MANY_CHANGES) return this.#replaceMany(before, now)
        return this.#change(before, [...this.#changes('added', shelf), ...this.#changes('gone', shelf)], now)
      },
      'full',
    )
  }

  /**
   * Makes it right for some contents: `offered` is every file with one of them that the audience gets now, none of those that
   * are offered no more. Costs by what changes, not by how much there is. Joins a transaction, as publish.
   */
  refresh(
    audience: CatalogueAudience,
    contents: Iterable<ContentId>,
    offered: Iterable<OfferedFile>,
    now: number,
  ): CatalogueState {
    return inTransaction(
      this.#database,
      () => {
        this.#gather(audience, offered, 'gather')
        const before = this.#begun(audience, now)
        const changes = this.#changes('added', before.shelf)
        for (const { root, lengthBytes } of contents)
          changes.push(...this.#changes('goneOf', before.shelf, root, lengthBytes))
        return this.#change(before, changes, now)
      },
      'full',
    )
  }

  /** Every catalogue shows nothing, each with a higher number. Takes no longer for many entries: sweep() removes them later. */
  empty(now: number): CatalogueState[] {
    return inTransaction(
      this.#database,
      () => {
        for (const { audience, count, seq, shelf } of this.states()) {
          if (count === 0) continue
          this.#statements.leave.run(shelf)
          this.#statements.emptied.run(...this.#emptied(audience, seq, now))
        }
        this.#tree = undefined
        return this.states()
      },
      'full',
    )
  }

  /** Removes entries that no catalogue shows any more, some at a time. @returns whether there may be more */
  sweep(now: number): boolean {
    return inTransaction(this.#database, () => {
      const left = this.#statements.left.get() as { shelf: number } | undefined
      if (left === undefined) return this.#history.forgetOld(now, SWEPT_AT_ONCE)
      this.#history.forget(left.shelf)
      if (Number(this.#statements.swept.run(left.shelf, SWEPT_AT_ONCE).changes) < SWEPT_AT_ONCE)
        this.#statements.unleave.run(left.shelf)
      return true
    })
  }

  /** What was true stays true a while longer: heads that end soon get a new number and new times. @returns those renewed */
  renew(now: number): CatalogueState[] {
    return inTransaction(
      this.#database,
      () => {
        const due = this.states().filter(({ expires }) => expires - now < RENEWED_BEFORE_SECONDS)
        return due.map((state) => this.#stated(state, now))
      },
      'full',
    )
  }

  /** One page that leads from a state with this root (undefined: from nothing) to the present one; undefined when it is forgotten. */
  page(audience: CatalogueAudience, from: Uint8Array | undefined, after: Uint8Array | undefined) {
    const state = this.state(audience)
    return (
      state && this.#history.page(state, from ?? emptyRoot(this.#tools.digest), after, this.#tools.digest)
    )
  }

  /** An entry and its way to the present root, to be sent with the head. */
  proof(audience: CatalogueAudience, key: Uint8Array): { entry: Uint8Array; path: Uint8Array } | undefined {
    const state = this.state(audience)
    const row = state && (this.#statements.entry.get(state.shelf, key) as { entry: Uint8Array } | undefined)
    if (state === undefined || row === undefined) return undefined
    const path = this.#treeOf(state).path(key, this.#tools.digest)
    return path && { entry: row.entry, path }
  }

  /** Of several for one key the first by its bytes counts, so that order does not matter. */
  #gather(
    audience: CatalogueAudience,
    offered: Iterable<OfferedFile>,
    into: 'gather' | 'gatherOnto',
    shelf?: number,
  ): void {
    const { digest, wordsOfName } = this.#tools
    const to = shelf === undefined ? [] : [shelf]
    this.#statements.clear.run()
    for (const file of offered) {
      const entry = entryOfOffered(file, audience, wordsOfName)
      // Without a right to offer it, strangers are not told of it, whoever asks.
      if (!fitsAudience(entry, audience)) continue
      const bytes = encodeEntry(entry)
      const key = entryKey(entry, digest)
      const folder = entry.folders?.join('/') ?? ''
      const { name, lengthBytes, root } = entry
      this.#statements[into].run(...to, key, leafHash(bytes, digest), bytes, folder, name, lengthBytes, root)
    }
  }

  /** Nothing is there yet: nothing to compare with, and nobody has a copy. */
  #fill(before: CatalogueState, offered: Iterable<OfferedFile>, now: number): CatalogueState {
    this.#gather(before.audience, offered, 'gatherOnto', before.shelf)
    return this.#recounted(before, now)
  }

  #replaceMany(before: CatalogueState, now: number): CatalogueState {
    this.#history.forget(before.shelf)
    this.#statements.removeMany.run(before.shelf)
    this.#statements.putMany.run(before.shelf)
    return this.#recounted(before, now)
  }

  #recounted(before: CatalogueState, now: number): CatalogueState {
    this.#statements.clear.run()
    const sums = this.#statements.sums.get(before.shelf) as { count: number; totalBytes: number }
    if (sums.count === 0 && before.count === 0) return before
    const { count, totalBytes } = sums
    const root = this.#root.whole(before.shelf)
    return this.#stated({ ...before, count, totalBytes, root }, now)
  }

  /** The catalogue, made empty if it is new. Its own first number makes it known that it began. */
  #begun(audience: CatalogueAudience, now: number): CatalogueState {
    const known = this.state(audience)
    if (known !== undefined) return known
    this.#statements.emptied.run(...this.#emptied(audience, 0, now))
    return this.state(audience) as CatalogueState
  }

  #emptied(audience: CatalogueAudience, seq: number, now: number) {
    const { shelf } = this.#statements.newShelf.get() as { shelf: number }
    const root = emptyRoot(this.#tools.digest)
    return [audience, shelf, nextSeq(seq, now), root, now, now + MAX_HEAD_LIFE_SECONDS] as const
  }

  #changes(kind: 'added' | 'gone' | 'goneOf', ...values: (number | Uint8Array)[]): Change[] {
    return this.#statements[kind].all(...values) as unknown as Change[]
  }

  /** Carries out what catalogue_next differs by. A catalogue that stays as it is keeps its number. */
  #change(before: CatalogueState, changes: readonly Change[], now: number): CatalogueState {
    if (changes.length === 0) {
      this.#statements.clear.run()
      return before
    }
    const { shelf } = before
    this.#history.begin(before, changes.length)
    let { count, totalBytes } = before
    let tree = count <= this.#treeEntries ? this.#treeOf(before) : undefined
    for (const { key, before: was, after, bytes } of changes) {
      if (after === null) this.#statements.remove.run(shelf, key)
      else this.#statements.put.run(shelf, key)
      this.#history.note(before, key, was)
      count += (after === null ? 0 : 1) - (was === null ? 0 : 1)
      totalBytes += bytes
      tree = tree && (after === null ? tree.without(key) : tree.with({ key, hash: after }))
    }
    this.#statements.clear.run()
    if (tree !== undefined && tree.count > this.#treeEntries) tree = undefined
    const changed = changes.map(({ key }) => key)
    const root = tree?.root(this.#tools.digest) ?? this.#root.root(shelf, before.root, changed)
    this.#tree = tree && { shelf, root, tree }
    return this.#stated({ ...before, count, totalBytes, root }, now)
  }

  /** The same or other contents under the next number. */
  #stated(state: CatalogueState, now: number): CatalogueState {
    const { audience, count, totalBytes, root } = state
    const seq = nextSeq(state.seq, now)
    this.#statements.restate.run(seq, count, totalBytes, root, now, now + MAX_HEAD_LIFE_SECONDS, audience)
    return this.state(audience) as CatalogueState
  }

  /** A tree of another state (after a transaction that was undone) is not used: its root differs. */
  #treeOf({ shelf, root }: CatalogueState): CatalogueTree {
    if (this.#tree?.shelf === shelf && equalBytes(this.#tree.root, root)) return this.#tree.tree
    const tree = CatalogueTree.of(this.#leaves(shelf))
    if (tree.count <= this.#treeEntries) this.#tree = { shelf, root, tree }
    return tree
  }

  *#leaves(shelf: number): Generator<TreeLeaf> {
    for (const row of this.#database
      .prepare('SELECT key, leaf AS hash FROM catalogue_entries WHERE shelf = ? ORDER BY key')
      .iterate(shelf))
      yield row as unknown as TreeLeaf
  }
}

/** Higher than all before, and never below the clock: a backup that comes back does not say a second thing under an old number. */
function nextSeq(seq: number, now: number): number {
  return Math.max(seq + 1, now)
}
