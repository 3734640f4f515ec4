// Which waiting files are read next, and which must rest first. A machine: it asks the queue of the store and the time,
// nothing else.
//
// The order: shortest first, because most of what a person has becomes known by content within minutes so, while a few
// large files take the hours; a folder that is about to be offered goes before the others. Within a batch files lie in
// the order of their inodes, which is roughly that of the disk.

import type { WaitingFile, WaitingPlace } from './scan-store.ts'

/**
 * A file that changed so recently may be changed again without a trace: within one tick of its file system's clock
 * (2 s on FAT) two states have one time. So nothing is read sooner after its last change.
 */
export const REST_MS = 3_000
/** After a file changed while it was read: what writes it may go on for hours. */
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 600_000
/** Files that rest; beyond, one is asked for sooner than it should be, which costs a look at it. */
const MAX_RESTING = 10_000
/** Rows that are asked for at once. */
const PAGE_ROWS = 256
/** Pages of one call: where a whole folder may not be read now, its rows are passed over in stretches. */
const PAGES_A_CALL = 8

interface Resting {
  readonly modifiedMs: number
  readonly lengthBytes: number
  readonly untilMs: number
  readonly times: number
}

export type WaitingQuery = (
  after: WaitingPlace | undefined,
  limit: number,
  folder?: string,
) => readonly WaitingFile[]

export class WaitingTurns {
  readonly #query: WaitingQuery
  /** Whether files of this folder may be read now. */
  readonly #mayRead: (folder: string) => boolean
  readonly #resting = new Map<number, Resting>()
  /** Given out and not yet told to be over. */
  readonly #out = new Set<number>()
  #page: WaitingFile[] = []
  #place: WaitingPlace | undefined
  #preferred: string | undefined
  #sweptAll = false
  #sweepBeganMs = 0

  constructor(query: WaitingQuery, mayRead: (folder: string) => boolean) {
    this.#query = query
    this.#mayRead = mayRead
  }

  /** There may be new ones: begins again with the shortest. */
  wake(): void {
    this.#page = []
    this.#place = undefined
    this.#sweptAll = false
  }

  /** Files of this folder come first. */
  prefer(folder: string | undefined): void {
    this.#preferred = folder
    this.wake()
  }

  /**
   * The next batch: at most so many files and bytes, but at least one file; empty when nothing may be read now.
   * Each must be told over by done() or rest().
   */
  next(maxFiles: number, maxBytes: number, wallMs: number): WaitingFile[] {
    const batch: WaitingFile[] = []
    let bytes = 0
    while (batch.length < maxFiles) {
      const file = this.#peek(wallMs)
      if (file === undefined || (batch.length > 0 && bytes + file.lengthBytes > maxBytes)) break
      this.#page.shift()
      this.#out.add(file.id)
      batch.push(file)
      bytes += file.lengthBytes
    }
    return batch.sort(byInode)
  }

  done(file: WaitingFile): void {
    this.#out.delete(file.id)
    this.#resting.delete(file.id)
  }

  /** It changed while it was read, or is not what was known of it: later again. */
  rest(file: WaitingFile, wallMs: number): void {
    this.#out.delete(file.id)
    const times = this.#resting.get(file.id)?.times ?? 0
    this.#setAside(file, wallMs + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** times), times + 1)
  }

  /** When a file that rests can be tried, if nothing else is to be done before. */
  nextAtMs(): number | undefined {
    let earliest: number | undefined
    for (const [id, { untilMs }] of this.#resting)
      if (!this.#out.has(id) && (earliest === undefined || untilMs < earliest)) earliest = untilMs
    return earliest
  }

  /** Whether an empty batch meant only that next() should be asked again. */
  get hasMore(): boolean {
    return !this.#sweptAll
  }

  #peek(wallMs: number): WaitingFile | undefined {
    for (let pages = 0; ; pages++) {
      while (this.#page.length > 0) {
        const file = this.#page[0] as WaitingFile
        if (this.#isDue(file, wallMs)) return file
        this.#page.shift()
      }
      if (pages === PAGES_A_CALL || !this.#fill(wallMs)) return undefined
    }
  }

  /** False when the queue is at its end and nothing that rested is due. */
  #fill(wallMs: number): boolean {
    if (this.#sweptAll) {
      const at = this.nextAtMs()
      if (at === undefined || at > wallMs) return false
      this.#place = undefined
      this.#sweptAll = false
    }
    if (this.#place === undefined) this.#sweepBeganMs = wallMs
    const page = this.#query(this.#place, PAGE_ROWS, this.#preferred)
    const last = page.at(-1)
    if (last !== undefined) this.#place = { lengthBytes: last.lengthBytes, id: last.id }
    this.#page = []
    for (const file of page) {
      if (this.#mayRead(file.folder)) this.#page.push(file)
      else this.#resting.delete(file.id)
    }
    if (page.length === PAGE_ROWS) return true
    if (this.#preferred !== undefined) {
      this.#preferred = undefined
      this.#place = undefined
    } else {
      this.#sweptAll = true
      this.#forgetOverdue(this.#sweepBeganMs)
    }
    return true
  }

  /**
   * What was not met though its time had come when this round began is no longer there, or was read under another name. What
   * became due since may have been passed over before: it is met in the next round.
   */
  #forgetOverdue(beganMs: number): void {
    const met = new Set(this.#page.map(({ id }) => id))
    for (const [id, { untilMs }] of this.#resting)
      if (untilMs <= beganMs && !met.has(id) && !this.#out.has(id)) this.#resting.delete(id)
  }

  #isDue(file: WaitingFile, wallMs: number): boolean {
    if (this.#out.has(file.id)) return false
    const resting = this.#resting.get(file.id)
    if (
      resting !== undefined &&
      resting.modifiedMs === file.modifiedMs &&
      resting.lengthBytes === file.lengthBytes
    )
      return resting.untilMs <= wallMs
    // The time of a file may lie ahead (a camera's clock, another computer's): then it rests from now on.
    const restedMs = wallMs - file.modifiedMs
    if (restedMs >= REST_MS) return true
    this.#setAside(file, restedMs < 0 ? wallMs + REST_MS : file.modifiedMs + REST_MS, resting?.times ?? 0)
    return false
  }

  #setAside({ id, modifiedMs, lengthBytes }: WaitingFile, untilMs: number, times: number): void {
    if (this.#resting.size >= MAX_RESTING && !this.#resting.has(id)) {
      const [oldest] = this.#resting.keys()
      if (oldest !== undefined) this.#resting.delete(oldest)
    }
    this.#resting.set(id, { modifiedMs, lengthBytes, untilMs, times })
  }
}

/** Decimal numbers without leading zeros, as text. */
function byInode(a: WaitingFile, b: WaitingFile): number {
  return a.inode.length - b.inode.length || (a.inode < b.inode ? -1 : a.inode > b.inode ? 1 : 0)
}
