// A disk for big swarms: payload files share one copy of the content that everybody downloads, and each remembers only
// which ranges were written. Everything else (state, journals) is kept by another disk.
// Invariant: what is written to a payload file is the content at that place; anything else throws, for then a peer has
// stored what it should have refused.

import type { Disk, DiskFile, FileStat, OpenMode } from '../../src/base/ports.ts'
import { RangeSet } from './range-set.ts'

interface Payload {
  readonly content: Uint8Array
  readonly written: RangeSet
  lengthBytes: number
}

export class ContentDisk implements Disk {
  readonly nameRules: Disk['nameRules']
  readonly #disk: Disk
  readonly #contentOf: (path: string) => Uint8Array | undefined
  readonly #writing: ((lengthBytes: number) => Promise<void>) | undefined
  /** By identity, so that names may change. */
  readonly #payloads = new Map<string, Payload>()

  /** `contentOf`: what belongs in the file at this path when it is made; undefined for a file that is no payload. */
  /** `writing`: how long that many payload bytes take; default no time. */
  constructor(
    disk: Disk,
    contentOf: (path: string) => Uint8Array | undefined,
    writing?: (lengthBytes: number) => Promise<void>,
  ) {
    this.#disk = disk
    this.#writing = writing
    this.nameRules = disk.nameRules
    this.#contentOf = contentOf
  }

  /** Makes a payload file that is whole already, as a seed has it. */
  async plant(path: string): Promise<void> {
    const file = await this.#disk.open(path, 'create')
    const payload = this.#payloadAt(path, await file.stat())
    if (payload === undefined) throw new TypeError(`${path} is no payload file`)
    payload.lengthBytes = payload.content.length
    payload.written.add(0, payload.content.length)
    await file.close()
  }

  /** Bytes of the file at `path` that were written. */
  async writtenBytes(path: string): Promise<number> {
    const stat = await this.#disk.stat(path)
    return stat === undefined ? 0 : (this.#payloads.get(stat.identity)?.written.lengthBytes ?? 0)
  }

  join(...parts: readonly string[]): string {
    return this.#disk.join(...parts)
  }

  async open(path: string, mode: OpenMode, inside?: string): Promise<DiskFile> {
    const file = await this.#disk.open(path, mode, inside)
    const payload = this.#payloadAt(path, await file.stat())
    return payload === undefined ? file : new PayloadFile(file, payload, path, this.#writing)
  }

  async stat(path: string, follow?: 'follow'): Promise<FileStat | undefined> {
    const stat = await this.#disk.stat(path, follow)
    const payload = stat === undefined ? undefined : this.#payloads.get(stat.identity)
    return stat === undefined || payload === undefined ? stat : withLength(stat, payload)
  }

  makeDirectory(path: string, inside?: string): Promise<void> {
    return this.#disk.makeDirectory(path, inside)
  }

  rename(from: string, to: string): Promise<void> {
    return this.#disk.rename(from, to)
  }

  replace(from: string, to: string): Promise<void> {
    return this.#disk.replace(from, to)
  }

  remove(path: string): Promise<void> {
    return this.#disk.remove(path)
  }

  removeDirectory(path: string): Promise<boolean> {
    return this.#disk.removeDirectory(path)
  }

  list(path: string): Promise<string[]> {
    return this.#disk.list(path)
  }

  syncDirectory(path: string): Promise<void> {
    return this.#disk.syncDirectory(path)
  }

  space(path: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    return this.#disk.space(path)
  }

  reflink(from: string, to: string): Promise<boolean> {
    return this.#disk.reflink(from, to)
  }

  copy(from: string, to: string, onProgress?: (bytes: number) => void): Promise<void> {
    return this.#disk.copy(from, to, onProgress)
  }

  #payloadAt(path: string, stat: FileStat): Payload | undefined {
    const known = this.#payloads.get(stat.identity)
    if (known !== undefined) return known
    const content = this.#contentOf(path)
    if (content === undefined) return undefined
    const payload = { content, written: new RangeSet(), lengthBytes: 0 }
    this.#payloads.set(stat.identity, payload)
    return payload
  }
}

class PayloadFile implements DiskFile {
  readonly #file: DiskFile
  readonly #payload: Payload
  readonly #path: string
  readonly #writing: ((lengthBytes: number) => Promise<void>) | undefined

  constructor(
    file: DiskFile,
    payload: Payload,
    path: string,
    writing: ((lengthBytes: number) => Promise<void>) | undefined,
  ) {
    this.#writing = writing
    this.#file = file
    this.#payload = payload
    this.#path = path
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    const { content, written, lengthBytes } = this.#payload
    const count = Math.max(0, Math.min(into.length, lengthBytes - position))
    into.set(content.subarray(position, position + count))
    written.eachGap(position, position + count, (from, to) => into.fill(0, from - position, to - position))
    // The disk below keeps its own time and faults.
    await this.#file.stat()
    return count
  }

  async readv(into: readonly Uint8Array[], position: number): Promise<number> {
    let total = 0
    for (const view of into) {
      const count = await this.read(view, position + total)
      total += count
      if (count < view.length) break
    }
    return total
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    return this.writev([bytes], position)
  }

  async writev(parts: readonly Uint8Array[], position: number): Promise<void> {
    await this.#file.stat()
    await this.#writing?.(parts.reduce((sum, { length }) => sum + length, 0))
    let at = position
    for (const part of parts) {
      const wanted = this.#payload.content.subarray(at, at + part.length)
      if (Buffer.compare(part, wanted) !== 0) {
        throw new Error(`${this.#path}: ${part.length} bytes at ${at} are not the content`)
      }
      this.#payload.written.add(at, at + part.length)
      at += part.length
    }
    this.#payload.lengthBytes = Math.max(this.#payload.lengthBytes, at)
  }

  async truncate(lengthBytes: number): Promise<void> {
    await this.#file.stat()
    this.#payload.lengthBytes = lengthBytes
    this.#payload.written.cut(lengthBytes)
  }

  async allocate(lengthBytes: number): Promise<void> {
    await this.#file.stat()
    this.#payload.lengthBytes = Math.max(this.#payload.lengthBytes, lengthBytes)
  }

  sync(): Promise<void> {
    return this.#file.sync()
  }

  async stat(): Promise<FileStat> {
    return withLength(await this.#file.stat(), this.#payload)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

function withLength(stat: FileStat, payload: Payload): FileStat {
  return { ...stat, lengthBytes: payload.lengthBytes, allocatedBytes: payload.written.lengthBytes }
}
