// Amounts as people type them, on the command line and in the page: rates, sizes and times. Showing them is format-quantity.ts.
// Promise: what is ambiguous or not exact in a double is not guessed at but refused (undefined).

const DECIMAL: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 }
const BINARY: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }
const TIME_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const BITS_PER_BYTE = 8

/** Bytes of `10G`, `500 MB`, `1.5GiB`, `4096`; whole bytes, rounded down. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmgt]?)b?|([kmgt])ib)$/i.exec(text.trim())
  if (match === null) return undefined
  const [, amount, decimal, binary] = match
  const factor = binary === undefined ? DECIMAL[(decimal ?? '').toLowerCase()] : BINARY[binary.toLowerCase()]
  return whole(Number(amount) * (factor ?? Number.NaN))
}

/**
 * Bytes per second of `2M`, `2MB/s`, `500KiB`, `16mbit`, `16 Mbit/s`. A small `b` after a letter (`2Mb`) could mean
 * bits or bytes and is refused.
 */
export function parseRate(text: string): number | undefined {
  const amount = text.trim().replace(/\/s$/i, '')
  const bits = /^(\d+(?:\.\d+)?) ?([kmgt]?)bits?$/i.exec(amount)
  if (bits !== null) {
    return whole((Number(bits[1]) * (DECIMAL[(bits[2] ?? '').toLowerCase()] ?? Number.NaN)) / BITS_PER_BYTE)
  }
  return /[kmgtKMGT]b$/.test(amount) ? undefined : parseSize(amount)
}

/** Milliseconds of `90s`, `10m`, `7d`, `1h30m`, `2w`. A number without a unit is refused: it could mean any. */
export function parseDuration(text: string): number | undefined {
  const compact = text.trim().toLowerCase()
  if (!/^(\d+(\.\d+)?[smhdw])+$/.test(compact)) return undefined
  let totalMs = 0
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)([smhdw])/g)) {
    totalMs += Number(amount) * (TIME_MS[unit ?? ''] ?? Number.NaN)
  }
  return whole(totalMs)
}

function whole(amount: number): number | undefined {
  const floor = Math.floor(amount)
  return Number.isSafeInteger(floor) ? floor : undefined
}
