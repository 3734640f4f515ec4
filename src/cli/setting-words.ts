// Settings as people type and read them: `2M`, `7d`, `on`, `none`. From words to values and back; the table of settings
// (api/settings.ts) says which kind each is, and validates.

import { formatDuration, formatRate } from '../api/format-quantity.ts'
import { parseDuration, parseRate } from '../api/parse-quantity.ts'
import type { SettingValue } from '../api/schemas/machine.ts'
import { expectsOf } from '../api/setting-expects.ts'
import { SETTINGS, type SettingKey, type SettingKind } from '../api/settings.ts'
import { CodedError } from '../base/errors.ts'

export class SettingWordError extends CodedError<'SETTING_VALUE'> {}

const ON: ReadonlySet<string> = new Set(['on', 'true', 'yes', '1'])
const OFF: ReadonlySet<string> = new Set(['off', 'false', 'no', '0'])
/** No limit, no bound, empty. */
const NONE = 'none'
/** Gives a setting its default back. */
export const DEFAULT = 'default'
const MS_PER_SECOND = 1_000

/**
 * @param words at least one; several for a setting that holds several
 * @param absolute makes a path of a word
 * @throws SettingWordError
 */
export function settingValue(
  key: SettingKey,
  words: readonly string[],
  absolute: (path: string) => string,
): SettingValue {
  const { kind, schema } = SETTINGS[key]
  const value = read(kind, words, absolute)
  if (value !== undefined && schema.safeParse(value).success) return value
  throw new SettingWordError('SETTING_VALUE', { key, expects: expectsOf(key), value: words.join(' ') })
}

function read(
  kind: SettingKind,
  words: readonly string[],
  absolute: (path: string) => string,
): SettingValue | undefined {
  const [word = ''] = words
  const none = words.length === 1 && word === NONE
  if (kind === 'paths') return none ? [] : words.map(absolute)
  if (kind === 'texts') return none ? [] : [...words]
  if (kind === 'schedule') return none ? '' : words.join(' ')
  if (words.length !== 1) return undefined
  switch (kind) {
    case 'switch':
      return ON.has(word.toLowerCase()) ? true : OFF.has(word.toLowerCase()) ? false : undefined
    case 'path':
      return none ? '' : absolute(word)
    case 'text':
      return none ? '' : word
    case 'choice':
      return word
    case 'rate':
      return none ? null : parseRate(word)
    case 'duration': {
      const durationMs = none ? null : parseDuration(word)
      return typeof durationMs === 'number' ? Math.round(durationMs / MS_PER_SECOND) : durationMs
    }
    default:
      if (none) return null
      return /^\d+(\.\d+)?$/.test(word) ? Number(word) : undefined
  }
}

/** For reading. */
export function settingText(key: SettingKey, value: SettingValue): string {
  const { kind } = SETTINGS[key]
  // Where an empty list is no item, no list is the usual one.
  if (value === null && kind === 'texts') return DEFAULT
  if (value === null || value === '') return NONE
  if (Array.isArray(value)) return value.length === 0 ? NONE : value.join(', ')
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (kind === 'rate') return formatRate(Number(value))
  if (kind === 'duration') return formatDuration(Number(value) * MS_PER_SECOND)
  return String(value)
}

/** For scripts: what `set` takes back as it is. Of a setting that holds several, each on a line. */
export function settingLines(key: SettingKey, value: SettingValue): string[] {
  const { kind } = SETTINGS[key]
  if (Array.isArray(value)) return value.length === 0 ? [NONE] : [...value]
  if (kind === 'duration' && typeof value === 'number') return [`${value}s`]
  if (kind === 'rate' && typeof value === 'number') return [String(value)]
  return [settingText(key, value)]
}
