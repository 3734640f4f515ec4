// Questions to a name server and its answers (RFC 1035, RFC 3596): as much as finding addresses needs. Pure.
// Promise: whatever the bytes are, parsing ends, in work linear in their number, with at most MAX_ADDRESSES addresses.

import { formatIp } from '../../base/address.ts'
import { concatBytes, readUint16, utf8 } from '../../base/bytes.ts'

export type RecordType = 'A' | 'AAAA'

const TYPES: Readonly<Record<RecordType, number>> = { A: 1, AAAA: 28 }
const INTERNET = 1
const HEADER_BYTES = 12
const RECORD_HEAD_BYTES = 10
/** RFC 1035: 253 characters and the lengths of their labels. */
const MAX_NAME_BYTES = 255
/** More than any honest name has; a chain of aliases comes before them. */
const MAX_RECORDS = 64
export const MAX_ADDRESSES = 16
/** QR, a standard query, recursion desired: what an answer to us has; TC and the codes are looked at. */
const ANSWER_MASK = 0xf800
const ANSWER = 0x8000
const RECURSE = 0x0100
const CODE_MASK = 0x000f
const NO_SUCH_NAME = 3

export type DnsAnswer =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  /** The server could not, or would not: another may. */
  | { readonly kind: 'failed' }

/** `name` must be a host name. */
export function encodeQuestion(id: number, name: string, type: RecordType): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES)
  const view = new DataView(header.buffer)
  view.setUint16(0, id)
  view.setUint16(2, RECURSE)
  view.setUint16(4, 1)
  return concatBytes([header, questionBytes(name, type)])
}

/** @returns undefined for what is no answer to this question */
export function parseAnswer(
  bytes: Uint8Array,
  id: number,
  name: string,
  type: RecordType,
): DnsAnswer | undefined {
  const question = questionBytes(name, type)
  const start = HEADER_BYTES + question.length
  if (bytes.length < start || readUint16(bytes, 0) !== id || readUint16(bytes, 4) !== 1) return undefined
  const flags = readUint16(bytes, 2)
  if ((flags & ANSWER_MASK) !== ANSWER) return undefined
  // The question comes back as it was asked: letters in another case are another question.
  if (!question.every((byte, i) => bytes[HEADER_BYTES + i] === byte)) return undefined
  const code = flags & CODE_MASK
  if (code === NO_SUCH_NAME) return { kind: 'addresses', addresses: [] }
  if (code !== 0) return { kind: 'failed' }
  return { kind: 'addresses', addresses: addressesIn(bytes, start, TYPES[type]) }
}

function questionBytes(name: string, type: RecordType): Uint8Array {
  const labels = name.replace(/\.$/, '').split('.')
  return concatBytes([
    ...labels.flatMap((label) => [Uint8Array.of(label.length), utf8(label)]),
    Uint8Array.of(0, 0, TYPES[type], 0, INTERNET),
  ])
}

/** Addresses of the whole answer: those of an alias's target are among them. What is cut off counts as far as it goes. */
function addressesIn(bytes: Uint8Array, from: number, type: number): string[] {
  const lengthBytes = type === TYPES.A ? 4 : 16
  const records = Math.min(readUint16(bytes, 6), MAX_RECORDS)
  const found = new Set<string>()
  let at: number | undefined = from
  for (let i = 0; i < records && found.size < MAX_ADDRESSES; i++) {
    at = afterName(bytes, at)
    if (at === undefined || at + RECORD_HEAD_BYTES > bytes.length) break
    const data: number = at + RECORD_HEAD_BYTES
    const end = data + readUint16(bytes, at + 8)
    if (end > bytes.length) break
    const ours = readUint16(bytes, at) === type && readUint16(bytes, at + 2) === INTERNET
    if (ours && end - data === lengthBytes) found.add(formatIp(bytes.subarray(data, end)))
    at = end
  }
  return [...found]
}

/** A pointer ends a name, so none is followed. */
function afterName(bytes: Uint8Array, from: number): number | undefined {
  for (let at = from; at - from <= MAX_NAME_BYTES; ) {
    const lengthBytes = bytes[at]
    if (lengthBytes === undefined) return undefined
    if (lengthBytes === 0) return at + 1
    if (lengthBytes >= 0xc0) return at + 2 <= bytes.length ? at + 2 : undefined
    if (lengthBytes > 63) return undefined
    at += 1 + lengthBytes
  }
  return undefined
}
