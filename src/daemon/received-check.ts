// The first look at what arrived and the system's origin mark, done before a file gets its final name.

import { open } from 'node:fs/promises'
import type { FinalFile } from '../engine/torrent/options.ts'
import { type FileNature, HEAD_BYTES, natureOf } from '../safety/file-nature.ts'
import { type MarkOutcome, OriginMarker } from '../safety/origin-mark.ts'

export interface ReceivedFile {
  /** Components below the save folder. */
  readonly components: readonly string[]
  readonly nature: FileNature
  readonly mark: MarkOutcome
}

/** Warnings kept; a torrent of programs does not need a hundred thousand of them. */
const KEPT_WARNINGS = 100

export class ReceivedCheck {
  readonly #marker = new OriginMarker()
  readonly #origin: string
  readonly #warnings: ReceivedFile[] = []
  #files = 0
  #last: ReceivedFile | undefined
  #unmarked: MarkOutcome | undefined

  /** @param origin the torrent's public hash as a URN: says where a file came from, gives nobody access to an unlisted one. */
  constructor(origin: string) {
    this.#origin = origin
  }

  async beforeFinal(file: FinalFile): Promise<void> {
    const name = file.components[file.components.length - 1] ?? ''
    const nature = natureOf(name, await headOf(file.path))
    const mark = await this.#marker.mark(file.path, this.#origin)
    const received: ReceivedFile = { components: file.components, nature, mark }
    this.#files++
    this.#last = received
    if (mark !== 'marked') this.#unmarked = mark
    if (nature.dangers.length > 0 && this.#warnings.length < KEPT_WARNINGS) this.#warnings.push(received)
  }

  get warnings(): readonly ReceivedFile[] {
    return this.#warnings
  }

  /** The only file there was, else undefined. */
  get single(): ReceivedFile | undefined {
    return this.#files === 1 ? this.#last : undefined
  }

  /** Why marks are missing, if any is. */
  get unmarked(): MarkOutcome | undefined {
    return this.#unmarked
  }

  /** For `--json`: nothing is virus-checked yet, and that is never shown as checked. */
  get state(): 'plain-not-scanned' | 'careful-not-scanned' {
    return this.#warnings.length === 0 ? 'plain-not-scanned' : 'careful-not-scanned'
  }
}

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const head = new Uint8Array(HEAD_BYTES)
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0)
    return head.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
