// When a transfer stops giving, as it is typed: how many times its size, how long, how many copies; nothing is no such bound.

import { parseDuration } from '../../../../../src/api/parse-quantity.ts'
import type { TransferRow } from '../../../../../src/api/schemas/transfer.ts'

type StopRule = TransferRow['stopRule']

export interface RuleTexts {
  readonly ratio: string
  readonly time: string
  readonly copies: string
}

/** Bounds of schemas/primitives.ts. */
const MOST_RATIO = 10_000
const MOST_COPIES = 1_000
const MOST_SECONDS = 1e10

const UNITS = [
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const

export function showRule({ ratio, seconds, copies }: StopRule): RuleTexts {
  return {
    ratio: ratio === null ? '' : String(ratio),
    time: seconds === null ? '' : showSeconds(seconds),
    copies: copies === null ? '' : String(copies),
  }
}

/** In the units in which it is typed, exactly: `1d12h`. */
function showSeconds(seconds: number): string {
  let left = seconds
  const parts: string[] = []
  for (const [unit, length] of UNITS) {
    const count = Math.floor(left / length)
    left -= count * length
    if (count > 0) parts.push(`${count}${unit}`)
  }
  return parts.length === 0 ? '0s' : parts.join('')
}

/** Undefined for a field that cannot be read. */
export function readRule(texts: RuleTexts): { readonly [Key in keyof StopRule]: StopRule[Key] | undefined } {
  const ms = texts.time.trim() === '' ? null : parseDuration(texts.time)
  const seconds = ms === null || ms === undefined ? ms : Math.round(ms / 1_000)
  return {
    ratio: readNumber(texts.ratio, MOST_RATIO),
    seconds: seconds !== null && seconds !== undefined && seconds > MOST_SECONDS ? undefined : seconds,
    copies: readNumber(texts.copies, MOST_COPIES),
  }
}

function readNumber(text: string, most: number): number | null | undefined {
  const typed = text.trim().replace(',', '.')
  if (typed === '') return null
  if (!/^\d+(\.\d+)?$/.test(typed)) return undefined
  const value = Number(typed)
  return value > most ? undefined : value
}
