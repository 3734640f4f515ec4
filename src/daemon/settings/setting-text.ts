// A setting as text, in an environment variable: `SHOAL_SPEED_DOWN=2000000`. Pure.

import { SETTINGS, type SettingKey } from '../../api/settings.ts'

/** `speed.slowDown` → `SHOAL_SPEED_SLOW_DOWN`. */
export function variableOf(key: SettingKey): string {
  return `SHOAL_${key
    .replaceAll('.', '_')
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`
}

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
      return /^\d+(\.\d+)?$/.test(word) ? Number(word) : word
    case 'paths':
    case 'texts':
      // A JSON list where an item holds a comma.
      if (word.startsWith('[')) return listOf(word)
      return word === '' ? [] : word.split(',').map((item) => item.trim())
    default:
      return text
  }
}

function listOf(word: string): unknown {
  try {
    return JSON.parse(word)
  } catch {
    // Refused as what it is: a text that is no list.
    return word
  }
}
