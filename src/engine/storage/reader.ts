// Reads verified pieces for upload. Invariant: 'ok' is only said after the file, looked at after the read, was still
// what it was when its pieces were verified, so a block that somebody changed meanwhile is never sent.

import type { Millis, PieceIndex } from '../../base/ids.ts'
import type { Clock, Disk, DiskFile } from '../../base/ports.ts'
import { type DataFile, type FileFacts, factsOf, type Layout, sameFacts } from './layout.ts'
import type { PieceFiles } from './piece-files.ts'
import { ProblemError, problemOf, type StorageProblem } from './trouble.ts'

export type ReadOutcome = 'ok' | 'changed' | 'unreadable'

/** How often the path of a file that is being read is followed again, to notice that it was removed or replaced. */
const PATH_CHECK_MS = 5_000

export interface ReaderOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly layout: Layout
  readonly files: PieceFiles
  /** The file is not what it was. */
  readonly changed: (file: DataFile, problem: StorageProblem) => void
  /** Something else is wrong with reading. */
  readonly failed: (error: unknown) => void
}

export class Reader {
  readonly #options: ReaderOptions
  /** Looks at open files in flight: many reads of one file share one. */
  readonly #looks = new Map<DataFile, { running: Promise<FileFacts>; next: Promise<FileFacts> | undefined }>()

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  async read(piece: PieceIndex, begin: number, views: readonly Uint8Array[]): Promise<ReadOutcome> {
    let at: DataFile | undefined
    try {
      await this.#options.files.read(piece, begin, views, (file, opened) => {
        at = file
        return this.#inspect(file, opened)
      })
      return 'ok'
    } catch (error) {
      const problem = problemOf(error)
      const file = at ?? this.#fileOf(problem)
      if (file !== undefined && (problem.code === 'FILE_CHANGED' || problem.code === 'FILE_MISSING')) {
        this.#options.changed(file, problem)
        return 'changed'
      }
      this.#options.failed(error)
      return 'unreadable'
    }
  }

  #fileOf(problem: StorageProblem): DataFile | undefined {
    const { layout } = this.#options
    for (const file of layout.dataFiles()) {
      if (layout.path(file) === problem.path || layout.finalPath(file) === problem.path) return file
    }
    return undefined
  }

  #inspect(file: DataFile, opened: DiskFile): Promise<void> | undefined {
    const now = this.#options.clock.now()
    const pathDue = now - file.pathSeenAt > PATH_CHECK_MS
    if (file.writing && !pathDue) return undefined
    return this.#compare(file, opened, pathDue, now)
  }

  async #compare(file: DataFile, opened: DiskFile, pathDue: boolean, now: Millis): Promise<void> {
    const { facts } = file
    const seen = await this.#look(file, opened)
    const path = this.#options.layout.path(file)
    if (facts !== undefined) {
      const same = file.writing
        ? seen.identity === facts.identity && seen.lengthBytes >= file.lengthBytes
        : sameFacts(seen, facts)
      if (!same && file.facts === facts) throw new ProblemError({ code: 'FILE_CHANGED', path })
    }
    if (!pathDue) return
    const named = await this.#options.disk.stat(path)
    if (named === undefined) throw new ProblemError({ code: 'FILE_MISSING', path })
    if (named.identity !== seen.identity) throw new ProblemError({ code: 'FILE_CHANGED', path })
    file.pathSeenAt = now
  }

  /** A look that began after this call: reads that end while one is under way share the next. */
  #look(file: DataFile, opened: DiskFile): Promise<FileFacts> {
    const look = async () => factsOf(await opened.stat())
    const current = this.#looks.get(file)
    if (current === undefined) {
      const entry = { running: look(), next: undefined }
      this.#looks.set(file, entry)
      return entry.running.finally(() => this.#looked(file))
    }
    current.next ??= current.running.then(look, look)
    return current.next
  }

  #looked(file: DataFile): void {
    const current = this.#looks.get(file)
    this.#looks.delete(file)
    if (current?.next === undefined) return
    const running = current.next
    this.#looks.set(file, { running, next: undefined })
    void running.then(
      () => this.#looked(file),
      () => this.#looked(file),
    )
  }
}
