// Seeded mutation of byte strings: the same random source and corpus give the same sequence of inputs.

import type { Random } from '../../src/base/random.ts'
import { randomInt } from '../../src/base/random.ts'

/** Inputs grow no longer than this, so that one round stays short. */
const MAX_INPUT_BYTES = 1 << 16

/** Bytes that mean something to text protocols, bencode and length prefixes. */
const INTERESTING = Uint8Array.from([
  0, 1, 0x20, 0x2d, 0x2e, 0x2f, 0x30, 0x39, 0x3a, 0x5c, 0x64, 0x65, 0x69, 0x6c, 0x7f, 0x80, 0xff,
])

/** One input made of a corpus entry by one to eight small changes. */
export function mutate(random: Random, corpus: readonly Uint8Array[]): Uint8Array {
  let bytes: Uint8Array = pick(random, corpus).slice(0, MAX_INPUT_BYTES)
  for (let left = 1 + randomInt(random, 8); left > 0; left--) bytes = change(random, bytes, corpus)
  return bytes
}

function change(random: Random, bytes: Uint8Array, corpus: readonly Uint8Array[]): Uint8Array {
  const at = randomInt(random, bytes.length + 1)
  switch (randomInt(random, 8)) {
    case 0:
      return flipped(bytes, at, 1 << randomInt(random, 8))
    case 1:
      return replaced(bytes, at, 1, Uint8Array.of(pickByte(random)))
    case 2:
      return replaced(bytes, at, 0, Uint8Array.of(pickByte(random)))
    case 3:
      return replaced(bytes, at, randomInt(random, 9), new Uint8Array(0))
    case 4:
      return bytes.slice(0, at)
    case 5: {
      const end = Math.min(bytes.length, at + 1 + randomInt(random, 32))
      return replaced(bytes, at, 0, bytes.slice(at, end))
    }
    case 6: {
      const other = pick(random, corpus)
      const from = randomInt(random, other.length + 1)
      return replaced(bytes, at, 0, other.slice(from, from + randomInt(random, 64)))
    }
    default:
      return changedNumber(random, bytes, at)
  }
}

function pick(random: Random, corpus: readonly Uint8Array[]): Uint8Array {
  return corpus[randomInt(random, corpus.length)] ?? new Uint8Array(0)
}

function pickByte(random: Random): number {
  return randomInt(random, 2) === 0
    ? randomInt(random, 256)
    : (INTERESTING[randomInt(random, INTERESTING.length)] as number)
}

function flipped(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  if (at >= bytes.length) return bytes
  const copy = bytes.slice()
  copy[at] = (copy[at] as number) ^ mask
  return copy
}

function replaced(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const tail = bytes.subarray(Math.min(bytes.length, at + removed))
  const result = new Uint8Array(at + inserted.length + tail.length)
  result.set(bytes.subarray(0, at))
  result.set(inserted, at)
  result.set(tail, at + inserted.length)
  return result.length > MAX_INPUT_BYTES ? result.slice(0, MAX_INPUT_BYTES) : result
}

const NUMBERS = [
  '0',
  '-1',
  '-0',
  '00',
  '1',
  '2147483648',
  '4294967295',
  '9007199254740991',
  '9007199254740992',
  '',
]

/** Replaces the run of decimal digits at or after a place by a number on some edge. */
function changedNumber(random: Random, bytes: Uint8Array, at: number): Uint8Array {
  const isDigit = (index: number) => (bytes[index] ?? 0) >= 0x30 && (bytes[index] ?? 0) <= 0x39
  let start = at
  while (start < bytes.length && !isDigit(start)) start++
  let end = start
  while (isDigit(end)) end++
  const text = NUMBERS[randomInt(random, NUMBERS.length)] as string
  return replaced(
    bytes,
    start,
    end - start,
    Uint8Array.from(text, (digit) => digit.charCodeAt(0)),
  )
}
