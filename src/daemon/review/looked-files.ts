// The files of one look as they were when they were looked at: counted by kind, and whether each is still the same.
// Invariant: what is here of a file is what its last look saw; a file is the same while length, times and inode are.

import type { OutputOf } from '../../api/routes.ts'
import { type Disk, DiskError, type FileStat } from '../../base/ports.ts'
import { kindOfName } from '../../safety/file-nature.ts'
import { type FoundSource, sameFile } from '../source-files.ts'
import type { ScanInput } from './private-scan.ts'

const EXAMPLES_OF_A_KIND = 3
const MAX_EXAMPLES = 30

type Kinds = OutputOf<'review'>['kinds']

export class LookedFiles {
  readonly name: string
  readonly singleFile: boolean
  /** Links, special files, names that are no text. */
  readonly leftOut: readonly string[]
  readonly kinds: Kinds
  readonly examples: readonly string[]
  readonly #files: ScanInput[]
  readonly #stats: FileStat[]

  constructor(found: FoundSource) {
    this.name = found.name
    this.singleFile = found.singleFile
    this.leftOut = found.leftOut
    this.#stats = [...found.stats]
    this.#files = found.files.map(({ path, components, lengthBytes }, at) => ({
      path,
      components,
      lengthBytes,
      modifiedMs: this.stat(at).modifiedMs,
    }))
    const { kinds, examples } = counted(this.#files)
    this.kinds = kinds
    this.examples = examples
  }

  get all(): readonly ScanInput[] {
    return this.#files
  }

  file(place: number): ScanInput {
    return this.#files[place] as ScanInput
  }

  stat(place: number): FileStat {
    return this.#stats[place] as FileStat
  }

  /** False: another one than before, and counted as it is now. Undefined: gone. */
  async isSame(place: number, disk: Pick<Disk, 'stat'>): Promise<boolean | undefined> {
    const file = this.file(place)
    const before = this.stat(place)
    const now = await disk.stat(file.path, 'follow').catch((error: unknown) => {
      if (!(error instanceof DiskError)) throw error
      // What cannot be looked at cannot be shared.
      return undefined
    })
    if (now?.kind !== 'file') return undefined
    if (sameFile(before, now)) return true
    const { lengthBytes, modifiedMs } = now
    this.#stats[place] = now
    this.#files[place] = { ...file, lengthBytes, modifiedMs }
    return false
  }
}

function counted(files: readonly ScanInput[]): {
  readonly kinds: Kinds
  readonly examples: readonly string[]
} {
  const kinds = new Map<string, Kinds[number]>()
  const examples: string[] = []
  for (const { components, lengthBytes } of files) {
    const name = components.at(-1) as string
    const kind = kindOfName(name)
    const known = kinds.get(kind) ?? { kind, count: 0, totalBytes: 0 }
    kinds.set(kind, known)
    if (known.count < EXAMPLES_OF_A_KIND && examples.length < MAX_EXAMPLES) examples.push(name)
    known.count++
    known.totalBytes += lengthBytes
  }
  return { kinds: [...kinds.values()].sort((a, b) => b.count - a.count), examples }
}
