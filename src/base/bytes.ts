// Plain functions over Uint8Array: compare, join, hex, base32, big-endian integers, UTF-8.
// Everything here copies unless its docstring says "view".

import { CodedError } from './errors.ts'

export class BytesError extends CodedError<'BAD_HEX' | 'BAD_BASE32' | 'BAD_UTF8'> {}

const ENCODER = new TextEncoder()
const STRICT_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const LENIENT_DECODER = new TextDecoder('utf-8', { ignoreBOM: true })

export const EMPTY: Uint8Array = new Uint8Array(0)

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Lexicographic order of raw bytes; the order of bencode keys (BEP 3). */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let lengthBytes = 0
  for (const part of parts) lengthBytes += part.length
  const joined = new Uint8Array(lengthBytes)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}

/** Accepts both cases. @throws BytesError BAD_HEX */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) {
    throw new BytesError('BAD_HEX', { length: text.length })
  }
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 base32 without padding, either case; left-over bits must be zero. @throws BytesError BAD_BASE32 */
export function fromBase32(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8))
  let bits = 0
  let value = 0
  let at = 0
  for (const character of text.toUpperCase()) {
    const digit = BASE32.indexOf(character)
    if (digit < 0) throw new BytesError('BAD_BASE32', { length: text.length })
    value = ((value << 5) | digit) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (value >>> bits) & 0xff
    }
  }
  if ((value & ((1 << bits) - 1)) !== 0) throw new BytesError('BAD_BASE32', { length: text.length })
  return bytes
}

/** RFC 4648 base32 in capitals, without padding. */
export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32.charAt((held >>> bits) & 31)
    }
  }
  return bits === 0 ? text : text + BASE32.charAt((held << (5 - bits)) & 31)
}

export function utf8(text: string): Uint8Array {
  return ENCODER.encode(text)
}

/** Strict UTF-8. @throws BytesError BAD_UTF8 */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return STRICT_DECODER.decode(bytes)
  } catch (cause) {
    throw new BytesError('BAD_UTF8', { length: bytes.length }, cause)
  }
}

/** UTF-8 with U+FFFD for every bad sequence; for text that is only shown. */
export function fromUtf8Lenient(bytes: Uint8Array): string {
  return LENIENT_DECODER.decode(bytes)
}

/** ASCII and Latin-1: one character per byte. */
export function fromLatin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) * 0x1000000 +
    (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
  )
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}
