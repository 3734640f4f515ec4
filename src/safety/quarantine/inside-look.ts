// What is inside of a file: archives in archives, programs in them, macros in documents. One look, one budget, findings that only grow.
// Promise: bounded by LookBudget whatever the bytes are; what could not be seen is told as `password` or by the budget.

import { type Danger, type FileKind, isRunnableName, kindOfName, natureOf } from '../file-nature.ts'
import { activeContentOf } from './active-content.ts'
import { type ByteCursor, SourceCursor, UnpackingCursor } from './byte-cursor.ts'
import { type ByteSource, MemorySource } from './byte-source.ts'
import { contentOf, type Format } from './content-kind.ts'
import { programsInImage } from './disk-image.ts'
import { type LookBudget, MAX_NESTED_BYTES } from './look-budget.ts'
import type { PackedEntry } from './packed-entry.ts'
import { namesIn7z, namesInRar } from './packed-names.ts'
import { eachInTar } from './tar-entries.ts'
import { eachInZip } from './zip-entries.ts'

/** Enough of an entry to know what it is. */
const ENTRY_HEAD_BYTES = 4_096
const INSIDE: ReadonlySet<Format> = new Set(['zip', 'tar', 'gzip', 'zstd', '7z', 'rar'])
/** Nothing is packed in these. */
const FLAT: ReadonlySet<FileKind> = new Set(['video', 'audio', 'image', 'subtitle', 'text'])
/** Parts of documents by which they have macros: those of Microsoft's and of OpenDocument's kind. */
const MACRO_PART = /(^|\/)(vbaproject\.bin|basic\/[^/]+\/[^/]+\.xml|scripts\/[^/]+\/.+)$/i
const EMBEDDED_PART = /(^|\/)(embeddings\/.*\.bin|activex\/.*)$/i

export class InsideLook {
  readonly #budget: LookBudget
  readonly #dangers = new Set<Danger>()
  #password = false
  #installer = false

  constructor(budget: LookBudget) {
    this.#budget = budget
  }

  get dangers(): ReadonlySet<Danger> {
    return this.#dangers
  }

  /** Something in it cannot be read without one. */
  get password(): boolean {
    return this.#password
  }

  /** It is no document but what installs a program. */
  get installer(): boolean {
    return this.#installer
  }

  /** What a scanner makes of it that cannot be known here. */
  #measure(kind: FileKind, format: Format | undefined, lengthBytes: number): void {
    if (format !== undefined && INSIDE.has(format) && format !== '7z') return
    if (kind === 'archive' || kind === 'disk image') this.#budget.hides()
    else if (kind === 'document' || kind === 'program') this.#budget.takesApart(lengthBytes)
  }

  /** The file itself. @param kind by what is in it */
  async lookAt(source: ByteSource, name: string, kind: FileKind, format: Format): Promise<void> {
    this.#measure(kind, format, source.lengthBytes)
    if (format !== 'other') await this.look(source, name, format)
  }

  async look(source: ByteSource, name: string, format: Format, depth = 1): Promise<void> {
    if (INSIDE.has(format)) {
      if (this.#budget.depth(depth)) await this.#archive(source, name, format, depth)
      return
    }
    if (format === 'iso' && (await programsInImage(source))) this.#dangers.add('holds-programs')
    for (const finding of await activeContentOf(source, format)) {
      if (finding === 'password') this.#password = true
      else if (finding === 'installer') this.#installer = true
      else this.#dangers.add(finding)
    }
  }

  async #archive(source: ByteSource, name: string, format: Format, depth: number): Promise<void> {
    const visit = (entry: PackedEntry) => this.#entry(entry, depth)
    switch (format) {
      case 'zip':
        await eachInZip(source, this.#budget, visit)
        return
      case 'tar':
        await eachInTar(new SourceCursor(source), this.#budget, visit)
        return
      case 'gzip':
      case 'zstd':
        await this.#packedStream(source, name, format, depth)
        return
      case 'rar':
      case '7z': {
        const packed = format === 'rar' ? await namesInRar(source, this.#budget) : await namesIn7z(source)
        if (packed.password) this.#password = true
        if (packed.sizes === undefined) this.#budget.hides()
        for (const bytes of packed.sizes ?? []) {
          this.#budget.holds(bytes)
          this.#budget.unpack(bytes)
        }
        // What is in those cannot be reached.
        if (packed.names.some((each) => kindOfName(each) !== 'file' && !FLAT.has(kindOfName(each))))
          this.#budget.hides()
        if (packed.names.some(isRunnableName)) this.#dangers.add('holds-programs')
      }
    }
  }

  /** One packed file; most are a tar. */
  async #packedStream(
    source: ByteSource,
    name: string,
    format: 'gzip' | 'zstd',
    depth: number,
  ): Promise<void> {
    const open = () => new UnpackingCursor(source, format, this.#budget)
    const first = await using(open(), (cursor) => cursor.take(ENTRY_HEAD_BYTES))
    if (contentOf(first)?.format === 'tar') {
      await using(open(), async (cursor) => {
        await eachInTar(cursor, this.#budget, (entry) => this.#entry(entry, depth))
        // Behind the end of a tar there may be anything.
        await cursor.skip(Number.POSITIVE_INFINITY)
      })
      return
    }
    const inner = name.replace(/\.[^.]*$/, '')
    await using(open(), async (cursor) => {
      const read = (limitBytes: number) => cursor.take(limitBytes)
      await this.#entry({ name: inner, lengthBytes: 0, password: false, rereads: false, read }, depth)
      await cursor.skip(Number.POSITIVE_INFINITY)
    })
  }

  async #entry(entry: PackedEntry, depth: number): Promise<void> {
    const { name } = entry
    if (entry.password) this.#password = true
    if (MACRO_PART.test(name)) this.#dangers.add('macros')
    else if (EMBEDDED_PART.test(name)) this.#dangers.add('active-content')
    const file = name.split(/[/\\]/).at(-1) ?? ''
    if (file === '') return
    let head = (await entry.read(ENTRY_HEAD_BYTES)) ?? new Uint8Array(0)
    const nature = natureOf(file, head)
    if (nature.dangers.includes('runs-code')) this.#dangers.add('holds-programs')
    if (nature.dangers.includes('holds-programs')) this.#dangers.add('holds-programs')
    const format = contentOf(head)?.format
    this.#measure(nature.kind, format, entry.lengthBytes)
    if (format === undefined || format === 'other' || format === 'markup') return
    if (INSIDE.has(format) && !this.#budget.depth(depth + 1)) return
    if (entry.lengthBytes > MAX_NESTED_BYTES) return this.#budget.exceed()
    head = await this.#whole(entry, head)
    if (head.length > MAX_NESTED_BYTES) return this.#budget.exceed()
    await this.look(new MemorySource(head), file, format, depth + 1)
  }

  async #whole(entry: PackedEntry, head: Uint8Array): Promise<Uint8Array> {
    const more = (await entry.read(MAX_NESTED_BYTES + 1)) ?? new Uint8Array(0)
    return entry.rereads ? more : Buffer.concat([head, more])
  }
}

async function using<Result>(
  cursor: ByteCursor,
  work: (cursor: ByteCursor) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(cursor)
  } finally {
    cursor.close()
  }
}
