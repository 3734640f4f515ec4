// The first look at what arrived and the system's origin mark, done before a file gets its final name; and the look
// alone at what an earlier run brought, or was there already, so that a danger is named whenever a get is done.

import type { FinalFile } from '../engine/torrent/options.ts'
import type { FileNature } from '../safety/file-nature.ts'
import { type MarkOutcome, OriginMarker } from '../safety/origin-mark.ts'
import { lookAtFile } from '../safety/quarantine/file-look.ts'

export interface ReceivedFile {
  /** Components below the save folder. */
  readonly components: readonly string[]
  readonly nature: FileNature
}

/** Files of an earlier run looked at together. */
const LOOKS_AT_ONCE = 32

/** Warnings kept; a torrent of programs does not need a hundred thousand of them. */
const KEPT_WARNINGS = 100

export class ReceivedCheck {
  readonly #marker = new OriginMarker()
  readonly #origin: string
  readonly #warnings: ReceivedFile[] = []
  /** Paths below the save folder; as many as the torrent has files. */
  readonly #seen = new Set<string>()
  #last: ReceivedFile | undefined
  #unmarked: MarkOutcome | undefined

  /** @param origin the torrent's public hash as a URN: says where a file came from, gives nobody access to an unlisted one. */
  constructor(origin: string) {
    this.#origin = origin
  }

  async beforeFinal(file: FinalFile): Promise<void> {
    this.#note(file.components, await lookAtFile(file.path, nameOf(file)))
    const mark = await this.#marker.mark(file.path, this.#origin)
    if (mark !== 'marked') this.#unmarked = mark
  }

  /** Whatever did not get its final name in this run. What cannot be read any more is left out: it cannot be opened. */
  async lookAtRest(files: readonly Pick<FinalFile, 'path' | 'components'>[]): Promise<void> {
    const rest = files.filter(({ components }) => !this.#seen.has(components.join('/')))
    for (let at = 0; at < rest.length; at += LOOKS_AT_ONCE) {
      const some = rest.slice(at, at + LOOKS_AT_ONCE)
      const looks = await Promise.all(
        some.map((file) => lookAtFile(file.path, nameOf(file)).catch(() => undefined)),
      )
      for (const [i, look] of looks.entries()) {
        if (look !== undefined) this.#note((some[i] as FinalFile).components, look)
      }
    }
  }

  #note(components: readonly string[], nature: FileNature): void {
    const received: ReceivedFile = { components, nature }
    this.#seen.add(components.join('/'))
    this.#last = received
    if (nature.dangers.length > 0 && this.#warnings.length < KEPT_WARNINGS) this.#warnings.push(received)
  }

  get warnings(): readonly ReceivedFile[] {
    return this.#warnings
  }

  /** The only file there was, else undefined. */
  get single(): ReceivedFile | undefined {
    return this.#seen.size === 1 ? this.#last : undefined
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

function nameOf({ components }: Pick<FinalFile, 'components'>): string {
  return components[components.length - 1] ?? ''
}
