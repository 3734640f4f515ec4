// Hashes what waits for its content id, in the background, and tells the store. Whatever it is stopped in is done again,
// but for what the store has and, of a long file, what was reached.
// Promises: each file is read once; nothing is kept of a file that was not the same before and after; at most two short
// batches or one slice of a long file is under way.

import { join } from 'node:path'
import type { Millis } from '../../base/ids.ts'
import type { Clock, Digest, Hasher } from '../../base/ports.ts'
import { Merkle } from '../../metainfo/merkle.ts'
import type { FileIdentity } from '../file-record.ts'
import { ByteRate } from './byte-rate.ts'
import { type HashedContent, hashLong, hashShort, WHOLE_BYTES } from './content-hash.ts'
import type { HashStore, WaitingFile } from './scan-store.ts'
import { WaitingTurns } from './waiting-turns.ts'
import { type Pressure, pause, restAfter } from './yielding.ts'

/** Batches under way: while one is looked up and recorded, the threads have the other. */
const LANES = 2
const BATCH_FILES = 64
/** The same, while others want the machine. */
const SMALL_BATCH_FILES = 8
/** A file is worth a checkpoint from here on: below, hashing it again takes under two seconds. */
const CHECKPOINT_FROM_BYTES = 1_073_741_824
/** A timer is not set for less. */
const SHORTEST_WAIT_MS = 50
/** Says something of this computer now and nothing of the file. */
const PASSING: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM'])
/** What is under way may end when everything is to end: a slice takes a second on a slow disk, forever on a dead one. */
const CLOSE_MS = 2_000

export interface HashQueueOptions {
  readonly store: HashStore
  readonly hasher: Hasher
  readonly digest: Digest
  readonly clock: Clock
  readonly pressure: Pressure
  /** Where a folder lies, while its files may be read. */
  readonly pathOf: (folder: string) => string | undefined
  /** A file is not what the library knows: somebody should look at its directory. */
  readonly stale: (file: WaitingFile) => void
  /** Something of this folder was recorded. */
  readonly recorded: (folder: string) => void
  /** The store failed: nothing more is read. */
  readonly failed: (error: unknown) => void
}

export class HashQueue {
  readonly #options: HashQueueOptions
  readonly #merkle: Merkle
  readonly #turns: WaitingTurns
  readonly #rate = new ByteRate()
  readonly #reading = new Set<WaitingFile>()
  #lanes = 0
  #longTurn: Promise<void> = Promise.resolve()
  #cancelAlarm: (() => void) | undefined
  #ended: (() => void) | undefined
  /** Nothing new is begun. */
  #closed = false
  /** Nothing is recorded. */
  #dropped = false

  constructor(options: HashQueueOptions) {
    this.#options = options
    this.#merkle = new Merkle(options.digest)
    const query = options.store.unhashed.bind(options.store)
    this.#turns = new WaitingTurns(query, (folder) => options.pathOf(folder) !== undefined)
  }

  /** There may be something to hash. */
  wake(): void {
    this.#turns.wake()
    this.#run()
  }

  prefer(folder: string | undefined): void {
    this.#turns.prefer(folder)
    this.#run()
  }

  get bytesPerSecond(): number {
    return this.#rate.perSecond(this.#options.clock.now())
  }

  /** Nothing is read and nothing waits that could be read now. */
  get isIdle(): boolean {
    return this.#lanes === 0
  }

  /** The longest file that is read now. */
  get reading(): WaitingFile | undefined {
    let longest: WaitingFile | undefined
    for (const file of this.#reading)
      if (longest === undefined || file.lengthBytes > longest.lengthBytes) longest = file
    return longest
  }

  /** What is under way is ended and recorded, within CLOSE_MS; afterwards the store is not touched any more. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelAlarm?.()
    if (this.#lanes > 0) {
      const ended = new Promise<void>((resolve) => {
        this.#ended = resolve
      })
      const { clock } = this.#options
      let cancel: (() => void) | undefined
      const late = new Promise<void>((resolve) => {
        cancel = clock.schedule((clock.now() + CLOSE_MS) as Millis, resolve)
      })
      await Promise.race([ended, late])
      cancel?.()
    }
    this.#dropped = true
  }

  #run(): void {
    this.#cancelAlarm?.()
    this.#cancelAlarm = undefined
    while (!this.#closed && this.#lanes < LANES) {
      this.#lanes++
      void this.#lane().finally(() => {
        this.#lanes--
        if (this.#lanes > 0) return
        this.#ended?.()
        this.#sleep()
      })
    }
  }

  /** Until what rests may be tried again. */
  #sleep(): void {
    const at = this.#turns.nextAtMs()
    if (this.#closed || at === undefined || this.#cancelAlarm !== undefined) return
    const { clock } = this.#options
    const waitMs = Math.max(SHORTEST_WAIT_MS, at - clock.wallMs())
    this.#cancelAlarm = clock.schedule((clock.now() + waitMs) as Millis, () => this.#run())
  }

  async #lane(): Promise<void> {
    const { clock, pressure } = this.#options
    while (!this.#closed) {
      const batch = this.#turns.next(
        pressure() > 0 ? SMALL_BATCH_FILES : BATCH_FILES,
        WHOLE_BYTES,
        clock.wallMs(),
      )
      if (batch.length === 0 && !this.#turns.hasMore) return
      if (batch.length === 0) await pause(clock, SHORTEST_WAIT_MS)
      for (const file of batch) this.#reading.add(file)
      try {
        await this.#hash(batch)
      } catch (error) {
        if (!isLost(error)) {
          this.#closed = true
          if (!this.#dropped) this.#options.failed(error)
          return
        }
        // The hasher lost a thread, or is closed: what was asked of it is asked again later.
        for (const file of batch) this.#turns.rest(file, clock.wallMs())
      } finally {
        for (const file of batch) this.#reading.delete(file)
      }
    }
  }

  async #hash(batch: readonly WaitingFile[]): Promise<void> {
    const { clock, pressure } = this.#options
    const [first] = batch
    if (first !== undefined && first.lengthBytes > WHOLE_BYTES)
      return this.#inTurn(() => this.#hashLong(first))
    const began = clock.now()
    await this.#hashShort(batch)
    await pause(clock, restAfter(clock.now() - began, pressure()))
  }

  /** Two long files at once would send a disk to and fro. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#longTurn.then(work)
    this.#longTurn = turn.catch(() => {
      // Told to whoever waits for that turn; the next one begins all the same.
    })
    return turn
  }

  async #hashShort(batch: readonly WaitingFile[]): Promise<void> {
    const { hasher, clock, pathOf } = this.#options
    const first: WaitingFile[] = []
    const paths: string[] = []
    const again: WaitingFile[] = []
    const names = new Set<string>()
    for (const file of batch) {
      const name = nameOfInode(file)
      const folder = pathOf(file.folder)
      if (folder === undefined) this.#turns.done(file)
      else if (name !== undefined && names.has(name)) again.push(file)
      else if (!this.#takeOver(file)) {
        first.push(file)
        paths.push(join(folder, file.path))
      }
      if (name !== undefined) names.add(name)
    }
    const hashed = await hashShort(
      hasher,
      first.map((identity, index) => ({ path: paths[index] as string, identity })),
    )
    if (this.#dropped) return
    for (const [index, file] of first.entries()) {
      const result = hashed[index] as HashedContent
      if (result.kind === 'content') this.#rate.add(file.lengthBytes, clock.now())
      this.#record(file, result)
    }
    // Further names of what was just read; what could not be taken over waits for its own turn.
    for (const file of again) if (!this.#takeOver(file)) this.#turns.done(file)
    if (again.length > 0) this.#turns.wake()
  }

  async #hashLong(file: WaitingFile): Promise<void> {
    const { hasher, store, clock, pressure, pathOf } = this.#options
    const folder = pathOf(file.folder)
    if (folder === undefined || this.#closed) {
      this.#turns.done(file)
      return
    }
    if (this.#takeOver(file)) return
    const checkpoint = file.lengthBytes > CHECKPOINT_FROM_BYTES ? store.checkpoint(file.id) : undefined
    const same = checkpoint !== undefined && isSame(checkpoint.identity, file)
    let began = clock.now()
    const result = await hashLong(
      hasher,
      this.#merkle,
      { path: join(folder, file.path), identity: file },
      {
        reached: same ? checkpoint.layer : undefined,
        turn: async (readBytes) => {
          if (readBytes > 0) this.#rate.add(readBytes, clock.now())
          await pause(clock, restAfter(clock.now() - began, pressure()))
          began = clock.now()
          return this.#closed || pathOf(file.folder) === undefined ? 'stop' : pressure()
        },
        reach: (layer) => {
          if (this.#dropped || file.lengthBytes <= CHECKPOINT_FROM_BYTES) return
          const { lengthBytes, modifiedMs, inode } = file
          store.keepCheckpoint(file.id, { identity: { lengthBytes, modifiedMs, inode }, layer })
        },
      },
    )
    if (!this.#dropped) this.#record(file, result)
  }

  /** The file is known under another name: nothing needs to be read. */
  #takeOver(file: WaitingFile): boolean {
    const { store, recorded } = this.#options
    const content = nameOfInode(file) === undefined ? undefined : store.contentOf(file.folder, file)
    if (content === undefined) return false
    store.recordContent(file.id, file, content)
    this.#turns.done(file)
    recorded(file.folder)
    return true
  }

  #record(file: WaitingFile, result: HashedContent): void {
    const { store, clock, stale, recorded } = this.#options
    if (result.kind === 'changed' || (result.kind === 'failed' && PASSING.has(result.code))) {
      this.#turns.rest(file, clock.wallMs())
      if (result.kind === 'changed') stale(file)
      return
    }
    this.#turns.done(file)
    if (result.kind === 'stopped') return
    if (result.kind === 'content') store.recordContent(file.id, file, result.content, result.layer)
    else store.recordTrouble(file.id, file, result.code)
    recorded(file.folder)
  }
}

/** Only where a time is so fine that no other file can have had the inode at the same moment. */
function nameOfInode(file: WaitingFile): string | undefined {
  if (file.inode === '' || Number.isInteger(file.modifiedMs)) return undefined
  return `${file.folder}:${file.inode}:${file.modifiedMs}:${file.lengthBytes}`
}

function isSame(a: FileIdentity, b: FileIdentity): boolean {
  return a.lengthBytes === b.lengthBytes && a.modifiedMs === b.modifiedMs && a.inode === b.inode
}

/** HashError of the hasher (platform/piece-hash.ts), by its code: this folder does not know that class. */
function isLost(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown }
  return code === 'WORKER_LOST' || code === 'CLOSED'
}
