// Names of what is in archives that Node cannot unpack, as far as their headers are readable: RAR 4 and 5, 7z.
// Hostile by nature: every length is checked against what is there, and every loop ends with the bytes or the budget.

import type { ByteSource } from './byte-source.ts'
import { asLatin } from './content-kind.ts'
import type { LookBudget } from './look-budget.ts'

export interface PackedNames {
  readonly names: readonly string[]
  /** Of each; undefined where headers do not say it. */
  readonly sizes: readonly number[] | undefined
  /** What is in it cannot be read without one. */
  readonly password: boolean
}

/** Headers are short; a longer one is not looked at further. */
const HEADER_BYTES = 65_536
/** Of a 7z, where all names are in one place. */
const NAMES_BYTES = 1_048_576

export async function namesInRar(source: ByteSource, budget: LookBudget): Promise<PackedNames> {
  const head = await source.read(0, 8)
  return head[6] === 1 ? await inRar5(source, budget) : await inRar4(source, budget)
}

async function inRar4(source: ByteSource, budget: LookBudget): Promise<PackedNames> {
  const names: string[] = []
  const sizes: number[] = []
  let password = false
  for (let at = 7; at + 7 <= source.lengthBytes && budget.entry(); ) {
    const block = await source.read(at, HEADER_BYTES)
    const view = viewOf(block)
    if (block.length < 7) break
    const [type, flags, headBytes] = [view.getUint8(2), view.getUint16(3, true), view.getUint16(5, true)]
    if (headBytes < 7) break
    const added = (flags & 0x8000) !== 0 && block.length >= 11 ? view.getUint32(7, true) : 0
    if (type === 0x73 && (flags & 0x80) !== 0) return { names, sizes: undefined, password: true }
    if (type === 0x74 && block.length >= 32) {
      if ((flags & 0x04) !== 0) password = true
      const large = (flags & 0x100) !== 0 && block.length >= 40
      sizes.push(view.getUint32(11, true) + (large ? view.getUint32(36, true) * 2 ** 32 : 0))
      const nameAt = (flags & 0x100) === 0 ? 32 : 40
      const name = block.subarray(nameAt, nameAt + view.getUint16(26, true))
      // Both spellings in one, the plain one first, when it is not ASCII.
      const end = name.indexOf(0)
      names.push(textOf(end < 0 ? name : name.subarray(0, end)))
    }
    if (type === 0x7b) break
    const high = type === 0x74 && (flags & 0x100) !== 0 && block.length >= 36 ? view.getUint32(32, true) : 0
    at += headBytes + added + high * 2 ** 32
  }
  return { names, sizes, password }
}

async function inRar5(source: ByteSource, budget: LookBudget): Promise<PackedNames> {
  const names: string[] = []
  const sizes: number[] = []
  let password = false
  for (let at = 8; at + 7 <= source.lengthBytes && budget.entry(); ) {
    const reader = new Numbers(await source.read(at, HEADER_BYTES), 4)
    const headBytes = reader.next()
    const start = reader.at
    const type = reader.next()
    const flags = reader.next()
    const extraBytes = (flags & 1) === 0 ? 0 : reader.next()
    const dataBytes = (flags & 2) === 0 ? 0 : reader.next()
    if (reader.failed || headBytes === 0) break
    // Everything behind it is encrypted.
    if (type === 4) return { names, sizes: undefined, password: true }
    if (type === 5) break
    if (type === 2) {
      const fileFlags = reader.next()
      sizes.push(reader.next())
      reader.next() // attributes
      if ((fileFlags & 2) !== 0) reader.skip(4)
      if ((fileFlags & 4) !== 0) reader.skip(4)
      reader.next() // how it is packed
      reader.next() // by which system
      const name = reader.bytes(reader.next())
      if (!reader.failed) names.push(textOf(name))
      if (extraBytes > 0 && hasRecord(reader.slice(start + headBytes - extraBytes, start + headBytes), 1))
        password = true
    }
    at += start + headBytes + dataBytes
  }
  return { names, sizes, password }
}

/** Whether an extra area has a record of this type. */
function hasRecord(extra: Uint8Array, wanted: number): boolean {
  const reader = new Numbers(extra, 0)
  while (!reader.failed && reader.at < extra.length) {
    const bytes = reader.next()
    const next = reader.at + bytes
    if (reader.next() === wanted && !reader.failed) return true
    if (bytes === 0) return false
    reader.at = next
  }
  return false
}

/** Numbers of seven bits a byte, the lowest first. */
class Numbers {
  readonly #bytes: Uint8Array
  at: number
  failed = false

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  next(): number {
    let value = 0
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) break
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    this.failed = true
    return 0
  }

  skip(bytes: number): void {
    this.at += bytes
  }

  bytes(count: number): Uint8Array {
    if (this.at + count > this.#bytes.length) this.failed = true
    const found = this.#bytes.subarray(this.at, this.at + count)
    this.at += count
    return found
  }

  slice(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(Math.max(0, from), Math.max(0, to))
  }
}

/** AES, as a coder of 7z is named. */
const AES_7Z = '\x06\xf1\x07\x01'

export async function namesIn7z(source: ByteSource): Promise<PackedNames> {
  const start = await source.read(0, 32)
  if (start.length < 32) return { names: [], sizes: undefined, password: false }
  const view = viewOf(start)
  const at = Number(view.getBigUint64(12, true)) + 32
  const lengthBytes = Number(view.getBigUint64(20, true))
  if (at >= source.lengthBytes || lengthBytes > source.lengthBytes)
    return { names: [], sizes: undefined, password: false }
  const header = await source.read(at, Math.min(lengthBytes, NAMES_BYTES))
  const text = asLatin(header)
  // A packed header names its own coders only: with AES among them not even the names can be read.
  return {
    names: header[0] === 1 ? wideNames(header) : [],
    sizes: undefined,
    password: text.includes(AES_7Z),
  }
}

/** Runs of UTF-16 that end with a zero: what names are, in the one place where they stand. */
function wideNames(header: Uint8Array): string[] {
  const names: string[] = []
  for (let at = 0; at + 1 < header.length; at++) {
    // Property 0x11: names; a number, a zero (they are here), then all of them.
    if (header[at] !== 0x11) continue
    const reader = new Numbers(header, at + 1)
    reader.next()
    if (header[reader.at] !== 0) continue
    let name = ''
    for (let i = reader.at + 1; i + 1 < header.length && names.length < 10_000; i += 2) {
      const unit = (header[i] as number) | ((header[i + 1] as number) << 8)
      if (unit !== 0) name += String.fromCharCode(unit)
      else if (name === '') break
      else {
        names.push(name)
        name = ''
      }
      if (name.length > 1_024) break
    }
    if (names.length > 0) break
  }
  return names
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
