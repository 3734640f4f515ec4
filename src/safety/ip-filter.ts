// Lists of addresses that a person does not want to meet: read from files, asked before anybody is contacted or let in.
// Promise: reading is bounded (ranges, unpacked bytes, line length) and says what it could not read; a file that is no
// such list is refused, because a filter that lets everybody through is worse than none.

import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { createGunzip } from 'node:zlib'
import { concatBytes, fromUtf8Lenient } from '../base/bytes.ts'
import { CodedError } from '../base/errors.ts'
import { parseFilterLine } from './ip-filter-line.ts'
import { type IpRanges, IpRangesBuilder } from './ip-ranges.ts'
import { isP2b, readP2b } from './p2b.ts'

/** The largest lists in use have some 300,000 ranges. */
export const MAX_RANGES = 1_000_000
/** A million lines of ordinary length; more is no list but something that unpacks without end. */
export const MAX_UNPACKED_BYTES = 64 * 1024 * 1024
/** Descriptions are a few words. */
const MAX_LINE_CHARACTERS = 1_024
/** Addresses whose answer is remembered: a transfer asks for the same ones again and again. */
const MAX_REMEMBERED = 4_096
/** Who was turned away last, to be shown. */
const MAX_RECENT = 50

/** IP_FILTER_NOT_ONE: not in any of the forms. IP_FILTER_TOO_LARGE: beyond the limits. IP_FILTER_UNREADABLE: the file itself. */
export class IpFilterError extends CodedError<
  'IP_FILTER_NOT_ONE' | 'IP_FILTER_TOO_LARGE' | 'IP_FILTER_UNREADABLE'
> {}

export interface IpList {
  /** The file's name, as the reason why somebody is turned away. */
  readonly name: string
  readonly ranges: IpRanges
  /** Lines, or entries, that were not understood. */
  readonly malformed: number
}

export interface TurnedAway {
  readonly host: string
  /** The list that has it. */
  readonly list: string
}

export class IpFilter {
  readonly lists: readonly IpList[]
  readonly #remembered = new Map<string, string | undefined>()
  readonly #recent: TurnedAway[] = []
  #blocked = 0

  constructor(lists: readonly IpList[]) {
    this.lists = lists
  }

  /** How often somebody was turned away. */
  get blocked(): number {
    return this.#blocked
  }

  /** The last ones, newest last. */
  get recent(): readonly TurnedAway[] {
    return this.#recent
  }

  /** `host` is a canonical address. */
  allows(host: string): boolean {
    const list = this.#listOf(host)
    if (list === undefined) return true
    this.#blocked++
    this.#recent.push({ host, list })
    if (this.#recent.length > MAX_RECENT) this.#recent.shift()
    return false
  }

  #listOf(host: string): string | undefined {
    if (this.#remembered.has(host)) return this.#remembered.get(host)
    const found = this.lists.find(({ ranges }) => ranges.has(host))?.name
    if (this.#remembered.size >= MAX_REMEMBERED)
      this.#remembered.delete(this.#remembered.keys().next().value as string)
    this.#remembered.set(host, found)
    return found
  }
}

/** @throws IpFilterError */
export async function readIpFilter(paths: readonly string[]): Promise<IpFilter> {
  const lists: IpList[] = []
  let room = MAX_RANGES
  for (const path of paths) {
    const { list, entries } = await readIpList(path, room)
    room -= entries
    lists.push(list)
  }
  return new IpFilter(lists)
}

async function readIpList(path: string, room: number): Promise<{ list: IpList; entries: number }> {
  const name = basename(path)
  const reader = new ListReader(path, room)
  try {
    for await (const bytes of unpacked(path)) reader.take(bytes)
  } catch (error) {
    if (error instanceof IpFilterError) throw error
    throw new IpFilterError('IP_FILTER_UNREADABLE', { path, why: errnoOf(error) }, error)
  }
  const { builder, malformed } = reader.finish()
  return { list: { name, ranges: builder.sealed(), malformed }, entries: builder.count }
}

class ListReader {
  readonly #path: string
  readonly #room: number
  readonly #builder = new IpRangesBuilder()
  readonly #decoder = new TextDecoder()
  /** Set while the file may still be, or is, a binary one. */
  #binary: Uint8Array[] | undefined = []
  #receivedBytes = 0
  /** The beginning of a line whose end has not come. */
  #line = ''
  #skipping = false
  #malformed = 0

  constructor(path: string, room: number) {
    this.#path = path
    this.#room = room
  }

  take(bytes: Uint8Array): void {
    this.#receivedBytes += bytes.length
    if (this.#receivedBytes > MAX_UNPACKED_BYTES) throw this.#tooLarge()
    if (this.#binary === undefined) {
      this.#text(this.#decoder.decode(bytes, { stream: true }))
      return
    }
    this.#binary.push(bytes)
    // Eight bytes tell; they come in the first part, or the file is shorter.
    const head = this.#binary.length === 1 ? bytes : concatBytes(this.#binary)
    if (head.length < 8 || isP2b(head.subarray(0, 8))) return
    this.#binary = undefined
    this.#text(this.#decoder.decode(head, { stream: true }))
  }

  finish(): { builder: IpRangesBuilder; malformed: number } {
    if (this.#binary !== undefined) this.#finishBinary(concatBytes(this.#binary))
    else this.#text(`${this.#decoder.decode()}\n`)
    // Most of it must be a list: a web page may have an address in it somewhere.
    if (this.#builder.count === 0 || this.#malformed > this.#builder.count) throw this.#notOne()
    return { builder: this.#builder, malformed: this.#malformed }
  }

  #finishBinary(bytes: Uint8Array): void {
    if (!isP2b(bytes)) {
      this.#text(`${fromUtf8Lenient(bytes)}\n`)
      return
    }
    const malformed = readP2b(bytes, (start, end) => {
      if (this.#builder.count >= this.#room) throw this.#tooLarge()
      return this.#builder.addIPv4(start, end)
    })
    if (malformed === undefined) throw this.#notOne()
    this.#malformed += malformed
  }

  #text(text: string): void {
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop() as string
    for (const line of lines) {
      if (this.#skipping) this.#skipping = false
      else this.#add(line)
    }
    if (this.#line.length <= MAX_LINE_CHARACTERS) return
    this.#line = ''
    if (!this.#skipping) this.#bad()
    this.#skipping = true
  }

  #add(line: string): void {
    const parsed = line.length > MAX_LINE_CHARACTERS ? 'malformed' : parseFilterLine(line)
    if (parsed === 'malformed') {
      this.#bad()
      return
    }
    if (parsed === 'nothing') return
    if (this.#builder.count >= this.#room) throw this.#tooLarge()
    this.#builder.add(parsed.start, parsed.end)
  }

  #bad(): void {
    this.#malformed++
  }

  #tooLarge(): IpFilterError {
    return new IpFilterError('IP_FILTER_TOO_LARGE', {
      path: this.#path,
      ranges: MAX_RANGES,
      bytes: MAX_UNPACKED_BYTES,
    })
  }

  #notOne(): IpFilterError {
    return new IpFilterError('IP_FILTER_NOT_ONE', { path: this.#path })
  }
}

const GZIP = [0x1f, 0x8b] as const

/** The file's bytes, unpacked if they are packed, whatever its name says. */
async function* unpacked(path: string): AsyncGenerator<Uint8Array> {
  const packed = await isPacked(path)
  const file = createReadStream(path)
  if (!packed) {
    yield* file
    return
  }
  const gunzip = createGunzip()
  file.on('error', (error) => gunzip.destroy(error))
  file.pipe(gunzip)
  try {
    yield* gunzip
  } finally {
    file.destroy()
    gunzip.destroy()
  }
}

async function isPacked(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const head = new Uint8Array(GZIP.length)
    const { bytesRead } = await file.read(head, 0, head.length, 0)
    return bytesRead === GZIP.length && GZIP.every((byte, i) => head[i] === byte)
  } finally {
    await file.close()
  }
}

function errnoOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' ? code : 'UNKNOWN'
}
