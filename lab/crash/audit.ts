// Reads a dead getter's journal with the journal's own codec, and compares what it claims with what is on disk and with
// the content that was shared. Promise: reads only, and believes nothing that it did not read itself.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { Bitfield } from '../../src/base/bitfield.ts'
import type { PieceIndex } from '../../src/base/ids.ts'
import { decodeRecord } from '../../src/engine/storage/journal-record.ts'
import { JournalState } from '../../src/engine/storage/journal-state.ts'
import type { FilePart } from '../../src/metainfo/geometry.ts'
import { BLOCK_BYTES } from '../../src/metainfo/geometry.ts'
import type { Scene } from './scene.ts'

export interface Audit {
  /** Bytes that need not come again: of recorded pieces, and of recorded blocks of other pieces. Padding not counted. */
  readonly recordedBytes: number
  readonly pieces: number
  /** Bytes behind the last whole record: the kill came while it was written. */
  readonly tornBytes: number
  /** Recorded, and not on disk or not right. */
  readonly wrong: readonly string[]
}

const READ_BYTES = 1_048_576
const NOTHING: Audit = { recordedBytes: 0, pieces: 0, tornBytes: 0, wrong: [] }

/** @param saveFolder where the getter saves. @param stateFolder its `--state-dir` */
export async function audit(scene: Scene, saveFolder: string, stateFolder: string): Promise<Audit> {
  const path = journalIn(stateFolder)
  if (path === undefined) return NOTHING
  const bytes = readFileSync(path)
  const state = new JournalState(scene.metainfo)
  let at = 0
  for (let decoded = decodeRecord(bytes, at); decoded !== undefined; decoded = decodeRecord(bytes, at)) {
    if (at === 0 && decoded.record.type !== 'header') throw new Error(`${path} does not begin with a header`)
    state.apply(decoded.record)
    at = decoded.next
  }
  const look = new Look(scene, saveFolder, state)
  try {
    await look.pieces()
    await look.blocks()
  } finally {
    await look.close()
  }
  return {
    recordedBytes: look.recordedBytes,
    pieces: state.have.count,
    tornBytes: bytes.length - at,
    wrong: look.wrong,
  }
}

function journalIn(stateFolder: string): string | undefined {
  const folder = join(stateFolder, 'torrents')
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.journal')) : []
  if (names.length > 1) throw new Error(`several journals of one torrent: ${names.join(', ')}`)
  return names[0] === undefined ? undefined : join(folder, names[0])
}

class Look {
  readonly wrong: string[] = []
  recordedBytes = 0
  readonly #scene: Scene
  readonly #saveFolder: string
  readonly #state: JournalState
  readonly #open = new Map<string, Promise<FileHandle | undefined>>()

  constructor(scene: Scene, saveFolder: string, state: JournalState) {
    this.#scene = scene
    this.#saveFolder = saveFolder
    this.#state = state
  }

  async pieces(): Promise<void> {
    const { geometry } = this.#scene.metainfo
    for (const index of this.#state.have.ones()) {
      const piece = index as PieceIndex
      for (let block = 0; block < geometry.blockCount(piece); block++) this.#count(piece, block)
      await this.#compare(piece, 0, geometry.pieceBytes(piece), `piece ${piece}`)
    }
  }

  async blocks(): Promise<void> {
    const { geometry } = this.#scene.metainfo
    for (const [index, bits] of this.#state.partials) {
      const piece = index as PieceIndex
      if (this.#state.have.has(piece)) continue
      for (const block of Bitfield.fromBytes(bits, geometry.blockCount(piece)).ones()) {
        this.#count(piece, block)
        const name = `block ${block} of piece ${piece}`
        await this.#compare(piece, block * BLOCK_BYTES, geometry.blockBytes(piece, block), name)
      }
    }
  }

  async close(): Promise<void> {
    for (const opening of this.#open.values()) await (await opening)?.close()
  }

  #count(piece: PieceIndex, block: number): void {
    const { geometry } = this.#scene.metainfo
    if (!geometry.isPadding(piece, block)) this.recordedBytes += geometry.blockBytes(piece, block)
  }

  async #compare(piece: PieceIndex, begin: number, lengthBytes: number, name: string): Promise<void> {
    const { metainfo, sourceFolder } = this.#scene
    let at = begin
    for (const part of metainfo.geometry.parts(piece, begin, lengthBytes)) {
      const file = metainfo.files[part.file]
      const start = at
      at += part.lengthBytes
      if (file === undefined || file.pad) continue
      const held = this.#heldAt(piece, start, part)
      const here = held === undefined ? undefined : await this.#file(held.path)
      const there = await this.#file(join(sourceFolder, ...file.path))
      if (there === undefined) throw new Error(`the shared content is gone: ${file.path.join('/')}`)
      const difference =
        held === undefined || here === undefined
          ? 'not on disk'
          : await firstDifference(here, held.offset, there, part.offset, part.lengthBytes)
      if (difference !== undefined) this.wrong.push(`${name}, ${file.path.join('/')}: ${difference}`)
    }
  }

  /** A rename may have come after the last record, so both names are looked at. */
  #heldAt(piece: PieceIndex, begin: number, part: FilePart): { path: string; offset: number } | undefined {
    const { metainfo } = this.#scene
    const file = metainfo.files[part.file]
    const known = this.#state.files.get(part.file)
    const final = join(this.#saveFolder, ...(file?.path ?? []))
    for (const path of [final, `${final}.part`]) if (existsSync(path)) return { path, offset: part.offset }
    const slot = this.#state.slots.get(piece)
    if (slot === undefined || known?.inStore !== true) return undefined
    const hash = (metainfo.infohashV2 ?? metainfo.infohashV1 ?? '').slice(0, 16)
    return {
      path: join(this.#saveFolder, `.shoal-${hash}.parts`),
      offset: slot * metainfo.pieceLengthBytes + begin,
    }
  }

  #file(path: string): Promise<FileHandle | undefined> {
    let opening = this.#open.get(path)
    if (opening === undefined) {
      opening = existsSync(path) ? open(path, 'r') : Promise.resolve(undefined)
      this.#open.set(path, opening)
    }
    return opening
  }
}

async function firstDifference(
  here: FileHandle,
  hereOffset: number,
  there: FileHandle,
  thereOffset: number,
  lengthBytes: number,
): Promise<string | undefined> {
  const [found, expected] = [Buffer.alloc(READ_BYTES), Buffer.alloc(READ_BYTES)]
  for (let at = 0; at < lengthBytes; at += READ_BYTES) {
    const length = Math.min(READ_BYTES, lengthBytes - at)
    const read = await here.read(found, 0, length, hereOffset + at)
    await there.read(expected, 0, length, thereOffset + at)
    if (read.bytesRead < length) return `ends at byte ${hereOffset + at + read.bytesRead}`
    if (found.compare(expected, 0, length, 0, length) !== 0)
      return `differs within ${length} bytes from ${hereOffset + at}`
  }
  return undefined
}
