// What is in a tar, entry by entry, read from beginning to end. Long names of GNU and pax are understood; links and devices are names.

import type { ByteCursor } from './byte-cursor.ts'
import { asLatin } from './content-kind.ts'
import type { LookBudget } from './look-budget.ts'
import type { PackedEntry } from './packed-entry.ts'

const BLOCK_BYTES = 512
/** A name that takes more than this is none. */
const LONG_NAME_BYTES = 8_192

export async function eachInTar(
  cursor: ByteCursor,
  budget: LookBudget,
  visit: (entry: PackedEntry) => Promise<void>,
): Promise<void> {
  let longName: string | undefined
  while (budget.entry()) {
    const header = await cursor.take(BLOCK_BYTES)
    if (header.length < BLOCK_BYTES || header[0] === 0 || asLatin(header.subarray(257, 262)) !== 'ustar')
      return
    const lengthBytes = numberIn(header.subarray(124, 136))
    if (lengthBytes === undefined) return
    const padded = Math.ceil(lengthBytes / BLOCK_BYTES) * BLOCK_BYTES
    const type = String.fromCharCode(header[156] ?? 0)
    if (type === 'L' || type === 'x') {
      const words = await cursor.take(Math.min(lengthBytes, LONG_NAME_BYTES))
      await cursor.skip(padded - words.length)
      longName = type === 'L' ? untilZero(words) : (pathIn(words) ?? longName)
      continue
    }
    let taken = 0
    const read = async (limitBytes: number): Promise<Uint8Array> => {
      // Once: what was taken is not there a second time.
      const bytes = await cursor.take(Math.min(limitBytes, lengthBytes - taken))
      taken += bytes.length
      return bytes
    }
    const prefix = untilZero(header.subarray(345, 500))
    const short = untilZero(header.subarray(0, 100))
    const name = longName ?? (prefix === '' ? short : `${prefix}/${short}`)
    longName = undefined
    budget.holds(lengthBytes)
    await visit({ name, lengthBytes: type === '5' ? 0 : lengthBytes, password: false, rereads: false, read })
    await cursor.skip(padded - taken)
  }
}

/** Octal digits, or a number of bytes where the first bit says so. */
function numberIn(field: Uint8Array): number | undefined {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    let value = 0
    for (const byte of field.subarray(1)) value = value * 256 + byte
    return Number.isSafeInteger(value) ? value : undefined
  }
  const digits = asLatin(field).replace(/[\0 ]+/g, '')
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : undefined
}

function pathIn(words: Uint8Array): string | undefined {
  return /\d+ path=([^\n]*)\n/.exec(new TextDecoder().decode(words))?.[1]
}

function untilZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}
