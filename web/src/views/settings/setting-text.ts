// A setting's value as text in a field, and back. Whether a value is allowed, the daemon says; here only its form counts.

import { formatRate } from '../../../../src/api/format-quantity.ts'
import { parseDuration, parseRate } from '../../../../src/api/parse-quantity.ts'
import type { SettingValue } from '../../../../src/api/schemas/machine.ts'
import type { SettingKind } from '../../../../src/api/settings.ts'

export type ReadValue = { readonly value: SettingValue } | { readonly wrong: SettingKind }

const SECOND_MS = 1_000
const TIME_UNITS = [
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const
const RATE_UNITS = [
  ['GB/s', 1e9],
  ['MB/s', 1e6],
  ['kB/s', 1e3],
] as const

/** Exact: reading it back gives the same value. */
export function textOf(kind: SettingKind, value: SettingValue): string {
  if (value === null) return ''
  if (Array.isArray(value)) return value.join('\n')
  if (typeof value !== 'number') return String(value)
  if (kind === 'rate') return rateText(value)
  if (kind === 'duration') return durationText(value)
  return String(value)
}

/** `2.5 MB/s` */
export function rateText(bytesPerSecond: number): string {
  for (const [unit, factor] of RATE_UNITS) {
    const amount = bytesPerSecond / factor
    // Three places are as many as a person types; what needs more is shown in a smaller unit.
    if (amount >= 1 && Number.isInteger(Math.round(amount * 1e6) / 1e3)) return `${amount} ${unit}`
  }
  return `${bytesPerSecond} B/s`
}

/** `7d`, `1h30m` */
export function durationText(seconds: number): string {
  let left = seconds
  let text = ''
  for (const [unit, size] of TIME_UNITS) {
    const count = Math.floor(left / size)
    left -= count * size
    if (count > 0) text += `${count}${unit}`
  }
  return text === '' ? '0s' : text
}

export function readSetting(
  kind: SettingKind,
  text: string,
  setting: { readonly nullable: boolean },
): ReadValue {
  const trimmed = text.trim()
  if (kind === 'paths' || kind === 'texts') return { value: linesOf(text) }
  if (kind === 'path' || kind === 'text' || kind === 'choice' || kind === 'schedule')
    return { value: trimmed }
  if (trimmed === '' && setting.nullable) return { value: null }
  const amount = readAmount(kind, trimmed)
  return amount === undefined ? { wrong: kind } : { value: amount }
}

export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function readAmount(kind: SettingKind, text: string): number | undefined {
  switch (kind) {
    case 'rate':
      return parseRate(text)
    case 'duration': {
      const durationMs = parseDuration(text)
      return durationMs === undefined ? undefined : Math.round(durationMs / SECOND_MS)
    }
    case 'count':
      return /^\d{1,15}$/.test(text) ? Number(text) : undefined
    default:
      return /^\d{1,9}([.,]\d{1,9})?$/.test(text) ? Number(text.replace(',', '.')) : undefined
  }
}

/** What a rate amounts to, to be shown beside the field: undefined while it cannot be read. */
export function rateMeant(text: string): string | undefined {
  const rate = parseRate(text.trim())
  return rate === undefined ? undefined : formatRate(rate)
}

/** Every word must be found in something that is said about the setting. */
export function fits(query: string, said: readonly string[]): boolean {
  const all = said.join(' ').toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}
