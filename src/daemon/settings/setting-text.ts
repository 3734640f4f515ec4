// A setting as text, in an environment variable: `SHOAL_SPEED_DOWN=2M`, `2000000`. Pure.

import { parseDuration, parseRate } from '../../api/parse-quantity.ts'
import { SETTINGS, type SettingKey, type SettingKind } from '../../api/settings.ts'

/** `speed.slowDown` → `SHOAL_SPEED_SLOW_DOWN`. */
export function variableOf(key: SettingKey): string {
  return `SHOAL_${key
    .replaceAll('.', '_')
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`
}

const MS_PER_SECOND = 1_000
const ON: ReadonlySet<string> = new Set(['1', 'true', 'yes', 'on'])
const OFF: ReadonlySet<string> = new Set(['0', 'false', 'no', 'off'])

/** What such a text means for that setting, not yet validated: what it cannot mean stays a text, and is refused. */
export function valueOfText(key: SettingKey, text: string): unknown {
  const word = text.trim()
  switch (SETTINGS[key].kind) {
    case 'switch':
      return ON.has(word.toLowerCase()) ? true : OFF.has(word.toLowerCase()) ? false : word
    case 'rate':
    case 'count':
    case 'duration':
    case 'number':
      if (word === '' || word === 'none') return null
      return /^\d+(\.\d+)?$/.test(word) ? Number(word) : (quantityOf(SETTINGS[key].kind, word) ?? word)
    case 'paths':
    case 'texts':
      // A JSON list where an item holds a comma.
      if (word.startsWith('[')) return listOf(word)
      return word === '' ? [] : word.split(',').map((item) => item.trim())
    default:
      return text
  }
}

/** As the command line takes it: `2M`, `7d`. */
function quantityOf(kind: SettingKind, word: string): number | undefined {
  if (kind === 'rate') return parseRate(word)
  const durationMs = kind === 'duration' ? parseDuration(word) : undefined
  return durationMs === undefined ? undefined : Math.round(durationMs / MS_PER_SECOND)
}

function listOf(word: string): unknown {
  try {
    return JSON.parse(word)
  } catch {
    // Refused as what it is: a text that is no list.
    return word
  }
}
