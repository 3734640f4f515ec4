// By what names are put in order: folded, and numbers by their value, so that `img 9` comes before `img 10`.

import { fold } from './folding.ts'

/** Names that agree so far are ordered by what was added first; the index stays small. */
const MAX_KEY_CHARACTERS = 48
const MAX_DIGITS = 9

export function nameKey(name: string): string {
  return fold(name)
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Co}\p{So}]+/gu, ' ')
    .trim()
    .replaceAll(/[0-9]+/g, numberKey)
    .slice(0, MAX_KEY_CHARACTERS)
    .toWellFormed()
}

/** A number with how many digits it has before it: longer ones are larger. */
function numberKey(digits: string): string {
  const value = digits.replace(/^0+(?=.)/, '')
  return `${Math.min(MAX_DIGITS, value.length)}${value}`
}
