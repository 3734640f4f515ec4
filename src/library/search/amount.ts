// Amounts in a search: `>1G`, `100M..2G`, `<10m`, `3:25`, `>=192k`. Decimal units, as everywhere in Shoal; what cannot be
// read is undefined.

export interface Range {
  readonly least: number
  readonly most: number
}

/** An amount without `<` or `>` is meant roughly: nobody knows a size to the byte. */
const ROUGHLY = 0.05

const SIZE: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 }
const BINARY: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600, d: 86_400 }
/** `320` is said of kilobits; nothing has fewer bits than this. */
const LEAST_BITRATE = 4_000

/** Bytes. */
export function sizeRange(text: string): Range | undefined {
  return range(text, (amount) => {
    const match = /^(\d{1,16}(?:[.,]\d{1,6})?)(?:([kmgt]?)b?|([kmgt])ib)$/.exec(amount)
    if (match === null) return undefined
    const [, number, decimal, binary] = match
    return numberOf(number) * ((binary === undefined ? SIZE[decimal ?? ''] : BINARY[binary]) ?? Number.NaN)
  })
}

/** Seconds: `90`, `90s`, `10m`, `1h30m`, `3:25`, `1:02:03`. */
export function durationRange(text: string): Range | undefined {
  return range(text, (amount) => {
    if (/^\d{1,4}(:[0-5]?\d){1,2}$/.test(amount)) {
      return amount.split(':').reduce((seconds, part) => 60 * seconds + Number(part), 0)
    }
    if (/^\d{1,9}$/.test(amount)) return Number(amount)
    if (!/^(\d{1,9}([.,]\d{1,3})?(min|[smhd]))+$/.test(amount)) return undefined
    let seconds = 0
    for (const [, number, unit] of amount.matchAll(/(\d+(?:[.,]\d+)?)(min|[smhd])/g)) {
      seconds += numberOf(number) * (SECONDS[unit ?? ''] ?? Number.NaN)
    }
    return seconds
  })
}

/** Bits per second: `192k`, `320`, `1.4M`, `128kbps`. */
export function bitrateRange(text: string): Range | undefined {
  return range(text, (amount) => {
    const match = /^(\d{1,10}(?:[.,]\d{1,3})?)([kmg]?)(bit\/s|bits|bit|bps|b\/s)?$/.exec(amount)
    if (match === null) return undefined
    const bits = numberOf(match[1]) * (SIZE[match[2] ?? ''] ?? Number.NaN)
    return match[2] === '' && bits < LEAST_BITRATE ? bits * 1_000 : bits
  })
}

function range(written: string, amountOf: (text: string) => number | undefined): Range | undefined {
  const text = written.toLowerCase().replaceAll(' ', '')
  const between = /^(.*?)\.\.(.*)$/.exec(text)
  if (between !== null) {
    const [, from = '', to = ''] = between
    const least = from === '' ? 0 : amountOf(from)
    const most = to === '' ? Number.POSITIVE_INFINITY : amountOf(to)
    return from === '' && to === '' ? undefined : ordered(least, most)
  }
  const [, operator = '', rest = ''] = /^(>=|<=|=|>|<|≥|≤)?(.*)$/.exec(text) ?? []
  const amount = amountOf(rest)
  if (amount === undefined) return undefined
  switch (operator) {
    case '>':
      return ordered(amount + Number.EPSILON * Math.max(1, amount), Number.POSITIVE_INFINITY)
    case '>=':
    case '≥':
      return ordered(amount, Number.POSITIVE_INFINITY)
    case '<':
      return ordered(0, amount - Number.EPSILON * Math.max(1, amount))
    case '<=':
    case '≤':
      return ordered(0, amount)
    case '=':
      return ordered(amount, amount)
    default:
      return ordered(amount * (1 - ROUGHLY), amount * (1 + ROUGHLY))
  }
}

function ordered(least: number | undefined, most: number | undefined): Range | undefined {
  if (least === undefined || most === undefined || Number.isNaN(least) || Number.isNaN(most)) return undefined
  return least <= most ? { least, most } : undefined
}

const numberOf = (text: string | undefined): number => Number((text ?? '').replace(',', '.'))
