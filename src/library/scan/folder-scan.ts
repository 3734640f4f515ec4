// One walk of a library folder, or of those of its directories in which something happened: what is there now against
// what is known. Synchronous, in slices. Bounded in depth, count and memory; iterative; follows no link.
// Promises: what was not seen with certainty stays as it was known; nothing is forgotten of a volume that is not there;
// stopping at any instant loses nothing but the rest of the walk.

import type { FileIdentity } from '../file-record.ts'
import { lookAtDirectory, type SeenDirectory, type SeenFile } from './directory-look.ts'
import { type FolderRoot, findRoot, isAway, isMissing, type MissingCode } from './folder-root.ts'
import type { FolderWatch } from './folder-watch.ts'
import { Mounts } from './mounts.ts'
import { ScanBatch } from './scan-batch.ts'
import { ScanRoots } from './scan-roots.ts'
import type { KnownFile, ScanMemory, ScanStore } from './scan-store.ts'

/** Directories that wait to be walked: with paths of 4 KiB at most, of 100 bytes usually. */
const MAX_WAITING_DIRECTORIES = 200_000
/** Twice what a library holds: whoever has more below one folder has no collection there. */
const MAX_SEEN_FILES = 2_000_000
/** A slice of walking: searches and answers wait for it at most. */
const SLICE_MS = 4

/** What keeps a scan from having seen all, counted. */
export type ScanTrouble =
  | 'UNREADABLE'
  | 'TOO_DEEP'
  | 'TOO_MANY_FILES'
  | 'NAMES_NOT_TEXT'
  | 'OTHER_FILE_SYSTEM'
  | 'PART_MISSING'

export interface TroubleFacts {
  count: number
  /** Below the folder, of the first. */
  readonly example: string
}

export type ScanOutcome =
  | { readonly kind: 'done'; readonly troubles: ReadonlyMap<ScanTrouble, TroubleFacts> }
  | { readonly kind: 'missing'; readonly code: MissingCode }
  | { readonly kind: 'failed'; readonly code: string }
  /** A volume came or went meanwhile: what was told until then holds, the walk must begin anew. */
  | { readonly kind: 'unsettled' }

/** A directory in which something happened. */
export interface TouchedDirectory {
  readonly path: string
  /** With all below it: it is new or came from elsewhere. */
  readonly deep: boolean
}

export interface FolderScanOptions {
  readonly folder: { readonly id: string; readonly path: string }
  readonly store: ScanStore
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly wallMs: () => number
  /** Files that may still be added to the library. */
  readonly room: number
  /** Real paths that are never entered: Shoal's own state. */
  readonly never: readonly string[]
  /** Only these instead of everything. */
  readonly touched?: readonly TouchedDirectory[]
  readonly mounts?: Mounts
  /** Told of each directory before and after it is read. */
  readonly watch?: Pick<FolderWatch, 'entering' | 'listed'>
}

interface Waiting {
  readonly path: string
  readonly root: FolderRoot
  /** Whether known directories below are walked too, not only new ones. */
  readonly deep: boolean
}

export class FolderScan {
  readonly #options: FolderScanOptions
  readonly #mounts: Mounts
  readonly #memory: ScanMemory
  readonly #batch: ScanBatch
  readonly #waiting: Waiting[] = []
  /** Each directory is walked once: what it holds is told to the store in a batch to come. */
  readonly #begun = new Set<string>()
  readonly #troubles = new Map<ScanTrouble, TroubleFacts>()
  readonly #work: Generator<undefined, ScanOutcome>
  /** Nothing was known before: then no file can be a known one that was renamed. */
  #wasEmpty = false
  /** A file system went while it was read, though it may be back: not everything was seen. */
  #isUnsettled = false
  #outcome: ScanOutcome | undefined
  seenFiles = 0
  seenDirectories = 0

  constructor(options: FolderScanOptions) {
    this.#options = options
    this.#mounts = options.mounts ?? Mounts.read()
    this.#memory = options.store.memory(options.folder.id) ?? { roots: [], scannedAtMs: null }
    this.#batch = new ScanBatch(options.store, options.folder.id)
    this.#work = this.#walk()
  }

  /** Walks for a few milliseconds; the outcome once it is at its end. */
  advance(): ScanOutcome | undefined {
    const until = this.#options.now() + SLICE_MS
    while (this.#outcome === undefined) {
      const step = this.#work.next()
      if (step.done) this.#outcome = step.value
      else if (this.#options.now() >= until) break
    }
    return this.#outcome
  }

  /** Gives up: what was told to the store until now holds. */
  stop(): void {
    this.#work.return({ kind: 'unsettled' })
  }

  *#walk(): Generator<undefined, ScanOutcome> {
    const { folder, touched, never, watch } = this.#options
    const top = findRoot(folder.path, this.#mounts)
    if ('failed' in top) return topFailed(top.failed)
    const before = this.#memory.roots.find(({ path }) => path === '')
    const missing = isMissing(top, before, () => this.#knownNames(''), this.#mounts)
    if (missing !== undefined) return { kind: 'missing', code: missing }
    this.#wasEmpty = this.#memory.scannedAtMs === null && this.#knownNames('').length === 0

    const roots = new ScanRoots(top, this.#memory.roots, this.#mounts, never)
    for (const { path, deep } of touched === undefined ? [{ path: '', deep: true }] : merged(touched)) {
      const root = roots.find(path)
      if (root !== undefined) this.#wait({ path, root, deep })
    }
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      watch?.entering(next.path, roots.real(next.path))
      const look = yield* lookAtDirectory(roots.real(next.path), next.root.inodes)
      if (!('failed' in look)) yield* this.#compare(roots, next, look)
      else if (next.path === '') return topFailed(look.failed)
      // Gone since it was listed: the next walk of the directory above says so with certainty.
      else if (touched === undefined || look.failed !== 'ENOENT') this.#trouble('UNREADABLE', next.path)
      if (this.seenFiles >= MAX_SEEN_FILES) break
      yield
    }
    return yield* this.#end(roots)
  }

  *#end(roots: ScanRoots): Generator<undefined, ScanOutcome> {
    const { folder, store, touched, wallMs } = this.#options
    if (!this.#flush(roots) || this.#isUnsettled) return { kind: 'unsettled' }
    if (this.seenFiles < MAX_SEEN_FILES) {
      for (let more = true; more; yield) {
        if (!roots.areStillThere()) return { kind: 'unsettled' }
        more = this.#batch.flushGone()
      }
      const whole = touched === undefined
      const remembered = roots.remembered(whole ? 'whole' : 'part')
      const scannedAtMs = whole ? wallMs() : this.#memory.scannedAtMs
      if (whole || remembered.length > this.#memory.roots.length)
        store.keepMemory(folder.id, { roots: remembered, scannedAtMs })
    }
    return { kind: 'done', troubles: this.#troubles }
  }

  /** Compares one directory with what is known of it. */
  *#compare(roots: ScanRoots, at: Waiting, seen: SeenDirectory): Generator<undefined> {
    const { folder, store } = this.#options
    this.seenDirectories++
    this.#options.watch?.listed(at.path, seen.directories)
    if (seen.unreadableNames > 0) this.#trouble('NAMES_NOT_TEXT', at.path, seen.unreadableNames)
    const known = new Map<string, KnownFile>()
    for (const file of store.filesIn(folder.id, at.path)) known.set(file.name, file)
    for (const file of seen.files) {
      this.seenFiles++
      this.#compareFile(roots, at, file, known.get(file.name))
      known.delete(file.name)
      if (!this.#batch.isFull) continue
      if (!this.#flush(roots)) return
      yield
    }
    for (const [name, { id }] of known) if (!seen.unseen.has(name)) this.#batch.seemsGone(id)
    this.#compareDirectories(roots, at, seen)
  }

  #compareFile(roots: ScanRoots, at: Waiting, file: SeenFile, known: KnownFile | undefined): void {
    if (known !== undefined && isSame(known, file)) return
    const path = below(at.path, file.name)
    if (known === undefined && this.#batch.addedCount >= this.#options.room) {
      this.#trouble('TOO_MANY_FILES', path)
      return
    }
    const { lengthBytes, modifiedMs, inode } = file
    const identity = { lengthBytes, modifiedMs, inode }
    const like = this.#sameElsewhere(roots, at.root, file)
    if (known === undefined) this.#batch.add(path, identity, like)
    else this.#batch.change(known.id, identity, like)
  }

  /** A known file that is this one under another name; only where an inode surely names one file. */
  #sameElsewhere(roots: ScanRoots, root: FolderRoot, file: SeenFile): number | undefined {
    if ((this.#wasEmpty && !file.linked) || file.inode === '' || file.lengthBytes === 0) return undefined
    if (root.inodes === 'doubtful' && Number.isInteger(file.modifiedMs)) return undefined
    const found = this.#options.store.withIdentity(this.#options.folder.id, file)
    return found !== undefined && roots.holding(found.path) === root.path ? found.id : undefined
  }

  #compareDirectories(roots: ScanRoots, at: Waiting, seen: SeenDirectory): void {
    const { folder, store } = this.#options
    const known = new Set(store.directoriesIn(folder.id, at.path))
    for (const name of seen.directories) {
      const isKnown = known.delete(name)
      if (isKnown && !at.deep) continue
      const path = below(at.path, name)
      const entered = roots.enter(path, at.root, seen.stats, () => this.#knownNames(path))
      if (!('why' in entered)) this.#wait({ path, root: entered, deep: true })
      else if (entered.why !== 'OURS') this.#trouble(entered.why, path)
    }
    for (const name of known) {
      const path = below(at.path, name)
      const volumes = roots.vanishedWith(path)
      if (volumes.length === 0) this.#batch.directorySeemsGone(path)
      else this.#trouble('PART_MISSING', path)
    }
  }

  #wait(next: Waiting): void {
    if (this.#begun.has(next.path)) return
    // In a whole walk no directory is met twice; then the set would only be long.
    if (this.#options.touched !== undefined) this.#begun.add(next.path)
    if (this.#waiting.length >= MAX_WAITING_DIRECTORIES) this.#trouble('TOO_MANY_FILES', next.path)
    else this.#waiting.push(next)
  }

  /** Only while every file system is still the one that was read: else what was read is worth nothing. */
  #flush(roots: ScanRoots): boolean {
    if (roots.areStillThere()) this.#batch.flush()
    else this.#isUnsettled = true
    return !this.#isUnsettled
  }

  #knownNames(path: string): string[] {
    const { folder, store } = this.#options
    return [
      ...store.directoriesIn(folder.id, path),
      ...store.filesIn(folder.id, path).map(({ name }) => name),
    ]
  }

  #trouble(kind: ScanTrouble, example: string, count = 1): void {
    const facts = this.#troubles.get(kind)
    if (facts === undefined) this.#troubles.set(kind, { count, example })
    else facts.count += count
  }
}

/** Each directory once, none that a deep one above covers. */
function merged(touched: readonly TouchedDirectory[]): TouchedDirectory[] {
  const deepest = new Map<string, boolean>()
  for (const { path, deep } of touched) deepest.set(path, deep || deepest.get(path) === true)
  const isCovered = (path: string): boolean => {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      if (deepest.get(path.slice(0, at)) === true) return true
    return path !== '' && deepest.get('') === true
  }
  return [...deepest].filter(([path]) => !isCovered(path)).map(([path, deep]) => ({ path, deep }))
}

function topFailed(code: string): ScanOutcome {
  if (code === 'CHANGED') return { kind: 'unsettled' }
  return isAway(code) ? { kind: 'missing', code: 'FOLDER_GONE' } : { kind: 'failed', code }
}

function isSame(a: FileIdentity, b: FileIdentity): boolean {
  return a.lengthBytes === b.lengthBytes && a.modifiedMs === b.modifiedMs && a.inode === b.inode
}

function below(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`
}
