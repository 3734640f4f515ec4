// One folder as the scanner keeps it: what is due, what watches it, and what is said of it.

import type { Clock } from '../../base/ports.ts'
import { FolderProbe } from './folder-probe.ts'
import { type FolderProblem, problemOf } from './folder-problem.ts'
import type { FolderScan, ScanOutcome } from './folder-scan.ts'
import type { FolderWatch, WatchEvents } from './folder-watch.ts'
import { type Walk, WalkTurns } from './walk-turns.ts'

export interface LibraryFolderPath {
  /** FolderId. */
  readonly id: string
  /** Absolute. */
  readonly path: string
}

export type FolderState = 'waiting' | 'scanning' | 'watching' | 'missing' | 'failed'

export interface FolderStatus {
  readonly state: FolderState
  readonly problem: FolderProblem | undefined
  /** When all of it was last walked to the end; from earlier runs of the program too. */
  readonly scannedAtMs: number | undefined
  /** By the walk that is under way, or the last whole one. */
  readonly seenFiles: number
}

export class ScannedFolder {
  readonly folder: LibraryFolderPath
  readonly turns = new WalkTurns()
  readonly probe: FolderProbe
  readonly #watchFolder: (events: WatchEvents) => FolderWatch
  readonly #clock: Clock
  readonly #due: () => void
  #watch: FolderWatch | undefined
  #state: FolderState = 'waiting'
  #problem: FolderProblem | undefined
  #seenFiles = 0
  #isThere = false
  scannedAtMs: number | undefined
  stopped = false

  /** `due`: something may have to be walked sooner than was thought. */
  constructor(
    folder: LibraryFolderPath,
    watchFolder: (events: WatchEvents) => FolderWatch,
    clock: Clock,
    due: () => void,
  ) {
    this.folder = folder
    this.#watchFolder = watchFolder
    this.#clock = clock
    this.probe = new FolderProbe(clock)
    this.#due = due
  }

  get status(): FolderStatus {
    return {
      state: this.#state,
      problem: this.#problem,
      scannedAtMs: this.scannedAtMs,
      seenFiles: this.#seenFiles,
    }
  }

  /** Whether its files may be read: it was walked, and it was there. */
  get isThere(): boolean {
    return !this.stopped && this.#isThere
  }

  /** What watches it, made when it is first walked. */
  begin(walk: Walk): FolderWatch {
    this.#watch ??= this.#watchFolder({
      touched: (directories) => {
        this.turns.touched(directories, this.#clock.now())
        this.#due()
      },
      lost: () => {
        this.turns.wholeNow(this.#clock.now())
        this.#due()
      },
    })
    if (walk.kind === 'whole') {
      this.#watch.wholeWalk()
      // One that is missing is looked for now and then, and stays missing meanwhile.
      if (this.#isThere || this.#state === 'waiting') this.#state = 'scanning'
      this.#seenFiles = 0
    }
    return this.#watch
  }

  progress(scan: FolderScan): void {
    if (this.#state !== 'watching') this.#seenFiles = scan.seenFiles
  }

  end(walk: Walk, outcome: ScanOutcome, nowMs: number): void {
    this.turns.blind = this.#watch?.blind !== undefined
    this.turns.ended(outcome.kind, nowMs)
    if (outcome.kind === 'done') {
      this.#state = 'watching'
      this.#isThere = true
      // Only a whole walk knows that nothing is wrong any more.
      if (walk.kind === 'whole') this.#problem = problemOf(outcome, this.folder.path, this.#watch?.blind)
    } else if (outcome.kind !== 'unsettled') {
      this.#state = outcome.kind
      this.#isThere = false
      this.#problem = problemOf(outcome, this.folder.path, undefined)
      // What it watched is not there any more, or something else is.
      this.#unwatch()
    }
  }

  stop(): void {
    this.stopped = true
    this.#unwatch()
  }

  #unwatch(): void {
    this.#watch?.close()
    this.#watch = undefined
  }
}
