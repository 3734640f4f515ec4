// Learns what lies in the folders of the library and keeps knowing it: walks them, watches them, has content ids hashed
// and media read. Lives in the thread of the database, which it never holds for more than a slice of milliseconds.
// Promise: stop() and close() leave the store as it was after the last transaction; nothing is told afterwards.

import type { Millis } from '../../base/ids.ts'
import type { Clock, Digest, Hasher } from '../../base/ports.ts'
import { FactQueue } from '../facts/fact-queue.ts'
import { FactsReader } from '../facts/facts-reader.ts'
import { DirectoryWatches } from './directory-watches.ts'
import { FolderScan, type ScanOutcome } from './folder-scan.ts'
import type { FolderWatch, WatchEvents } from './folder-watch.ts'
import { HashQueue } from './hash-queue.ts'
import type { FactStore, HashStore, ScanStore, WaitingFile } from './scan-store.ts'
import { type FolderStatus, type LibraryFolderPath, ScannedFolder } from './scanned-folder.ts'
import { TreeWatch } from './tree-watch.ts'
import type { Walk } from './walk-turns.ts'
import { type Pressure, pause, restAfter } from './yielding.ts'

/** Files of all folders together (docs/design/library.md). */
export const MAX_LIBRARY_FILES = 1_000_000
/** How often a folder tells that it changed: counts on a page need no more. */
const TELL_EVERY_MS = 500

export interface LibraryScannerOptions {
  readonly store: ScanStore
  readonly hashes: HashStore
  readonly facts: FactStore
  /** Threads of its own, of low priority (platform/quiet-hash-worker.ts). */
  readonly hasher: Hasher
  readonly digest: Digest
  readonly clock: Clock
  readonly pressure: Pressure
  /** Files of library folders that the store holds now. */
  readonly fileCount: () => number
  /** Real paths that are never entered: Shoal's own state. */
  readonly never: readonly string[]
  /** State, problem or counts of this folder are different: at most twice a second. */
  readonly changed: (folder: string) => void
  /** The store failed (it is damaged, its disk is full): everything rests from now on. */
  readonly failed: (error: unknown) => void
  readonly watchFolder?: (events: WatchEvents) => FolderWatch
  readonly factsReader?: FactsReader
}

export interface ScannerProgress {
  readonly hashingBytesPerSecond: number
  /** A file that is being hashed, below its folder. */
  readonly hashing: { readonly folder: string; readonly path: string } | undefined
}

export class LibraryScanner {
  readonly #options: LibraryScannerOptions
  readonly #folders = new Map<string, ScannedFolder>()
  readonly #hashing: HashQueue
  readonly #facts: FactQueue
  readonly #told = new Map<string, () => void>()
  #cancelAlarm: (() => void) | undefined
  #walking: Promise<void> | undefined
  #closed = false

  constructor(options: LibraryScannerOptions) {
    this.#options = options
    const { clock, pressure } = options
    const shared = {
      clock,
      pressure,
      pathOf: (id: string) => {
        const scanned = this.#folders.get(id)
        return scanned?.isThere === true ? scanned.folder.path : undefined
      },
      stale: (file: WaitingFile) => this.#stale(file),
      recorded: (id: string) => this.#tell(id),
      failed: (error: unknown) => this.#fail(error),
    }
    const { hasher, digest, hashes, facts } = options
    this.#hashing = new HashQueue({ ...shared, store: hashes, hasher, digest })
    const reader = options.factsReader ?? new FactsReader({ clock })
    this.#facts = new FactQueue({ ...shared, store: facts, reader })
  }

  /** Walks a folder now, and keeps to it. */
  start(folder: LibraryFolderPath): void {
    if (this.#closed || this.#folders.has(folder.id)) return
    const { clock, store } = this.#options
    const watchFolder = this.#options.watchFolder ?? systemWatch
    const scanned = new ScannedFolder(folder, watchFolder, clock, () => this.#arm())
    scanned.scannedAtMs = store.memory(folder.id)?.scannedAtMs ?? undefined
    this.#folders.set(folder.id, scanned)
    scanned.turns.wholeNow(clock.now())
    this.#arm()
  }

  /** Nothing of this folder is begun from here on; what is being read is told to the store once more at most. */
  stop(id: string): void {
    this.#folders.get(id)?.stop()
    this.#folders.delete(id)
    this.#told.get(id)?.()
    this.#told.delete(id)
  }

  /** Looks at a folder, or at all, again now; what could not be read is tried again. */
  scan(id?: string): void {
    for (const [known, scanned] of this.#folders) {
      if (id !== undefined && known !== id) continue
      scanned.turns.wholeNow(this.#options.clock.now())
    }
    this.#arm()
  }

  /** Content ids of this folder come first: somebody waits for them. */
  prefer(id: string | undefined): void {
    this.#hashing.prefer(id)
  }

  folder(id: string): FolderStatus | undefined {
    return this.#folders.get(id)?.status
  }

  get progress(): ScannerProgress {
    const file = this.#hashing.reading
    return {
      hashingBytesPerSecond: this.#hashing.bytesPerSecond,
      hashing: file === undefined ? undefined : { folder: file.folder, path: file.path },
    }
  }

  /** Nothing is walked, and nothing waits that could be read now. */
  get isIdle(): boolean {
    return this.#walking === undefined && this.#hashing.isIdle && this.#facts.isIdle
  }

  /** The store is not touched any more once it resolves; within seconds. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelAlarm?.()
    for (const id of [...this.#folders.keys()]) this.stop(id)
    this.#facts.close()
    await this.#hashing.close()
    await this.#walking
  }

  #arm(): void {
    if (this.#closed || this.#walking !== undefined) return
    this.#cancelAlarm?.()
    const at = this.#nextDue()?.at
    this.#cancelAlarm =
      at === undefined ? undefined : this.#options.clock.schedule(at as Millis, () => this.#walkDue())
  }

  #nextDue(): { readonly scanned: ScannedFolder; readonly at: number } | undefined {
    let next: { readonly scanned: ScannedFolder; readonly at: number } | undefined
    for (const scanned of this.#folders.values()) {
      const at = scanned.turns.deadline()
      if (at !== undefined && (next === undefined || at < next.at)) next = { scanned, at }
    }
    return next
  }

  /** One folder after another: two walks at once would send a disk to and fro. */
  #walkDue(): void {
    this.#cancelAlarm = undefined
    const now = this.#options.clock.now()
    const scanned = this.#nextDue()?.scanned
    const walk = scanned?.turns.next(now)
    if (scanned === undefined || walk === undefined) {
      this.#arm()
      return
    }
    this.#walking = this.#walk(scanned, walk)
      .catch((error) => this.#fail(error))
      .finally(() => {
        this.#walking = undefined
        this.#arm()
      })
  }

  async #walk(scanned: ScannedFolder, walk: Walk): Promise<void> {
    const { store, hashes, clock, fileCount, never, pressure } = this.#options
    const { folder } = scanned
    if (!(await scanned.probe.answers(folder.path))) {
      scanned.end(walk, { kind: 'missing', code: 'FOLDER_GONE' }, clock.now())
      this.#tell(folder.id)
      return
    }
    if (scanned.stopped || this.#closed) return
    const watch = scanned.begin(walk)
    if (walk.kind === 'whole' && scanned.isThere) hashes.forgetTroubles(folder.id)
    this.#tell(folder.id)
    const scan = new FolderScan({
      folder,
      store,
      now: () => clock.now(),
      wallMs: () => clock.wallMs(),
      room: MAX_LIBRARY_FILES - fileCount(),
      never,
      watch,
      ...(walk.kind === 'part' ? { touched: walk.touched } : {}),
    })
    let outcome: ScanOutcome | undefined
    while (!scanned.stopped && !this.#closed) {
      const began = clock.now()
      outcome = scan.advance()
      if (outcome !== undefined) break
      scanned.progress(scan)
      this.#tell(folder.id)
      // Others have questions for the database.
      await pause(clock, restAfter(clock.now() - began, pressure()))
    }
    if (outcome === undefined) {
      scan.stop()
      return
    }
    scanned.progress(scan)
    scanned.end(walk, outcome, clock.now())
    if (walk.kind === 'whole' && outcome.kind === 'done') scanned.scannedAtMs = clock.wallMs()
    this.#tell(folder.id)
    this.#hashing.wake()
    this.#facts.wake()
  }

  /** A file was found to be another one than is known: its directory is looked at again. */
  #stale(file: WaitingFile): void {
    const scanned = this.#folders.get(file.folder)
    if (scanned === undefined) return
    const at = file.path.lastIndexOf('/')
    const directory = at < 0 ? '' : file.path.slice(0, at)
    scanned.turns.touched([{ path: directory, deep: false }], this.#options.clock.now())
    this.#arm()
  }

  #tell(id: string): void {
    if (this.#closed || this.#told.has(id) || !this.#folders.has(id)) return
    const { clock, changed } = this.#options
    const at = (clock.now() + TELL_EVERY_MS) as Millis
    const cancel = clock.schedule(at, () => {
      this.#told.delete(id)
      changed(id)
    })
    this.#told.set(id, cancel)
  }

  #fail(error: unknown): void {
    if (this.#closed) return
    this.#options.failed(error)
    void this.close()
  }
}

/** inotify by directories where there is inotify; elsewhere one subscription for the tree. */
function systemWatch(events: WatchEvents): FolderWatch {
  return process.platform === 'linux' ? new DirectoryWatches(events) : new TreeWatch(events)
}
