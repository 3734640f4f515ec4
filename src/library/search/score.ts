// How well a file fits what was asked, for people: all words in its name before some in its path, the words as they were
// typed before the same words anywhere, short names before long ones, newer before older.

import { type Fields, matchesTerm, positionOf } from './match.ts'
import type { Term } from './query.ts'

/** Each step outweighs all below it together, but for the last three, which weigh against each other. */
const ALL_IN_NAME = 64
const EXACTLY = 32
const IN_A_ROW = 16
const IN_ORDER = 8
const AT_START = 6
const WHOLE_LAST_WORD = 4
/** Of a name that has no other words; falls with each. */
const SHORT = 4
const NEW = 1
const NEW_DAYS = 365
const DAY_MS = 86_400_000

export function scoreOf(terms: readonly Term[], names: Fields, modifiedMs: number, nowMs: number): number {
  const ageDays = modifiedMs > 0 ? Math.max(0, nowMs - modifiedMs) / DAY_MS : Number.POSITIVE_INFINITY
  const fresh = NEW / (1 + ageDays / NEW_DAYS)
  if (terms.length === 0) return fresh
  const inName = terms.filter((term) => matchesTerm(term, names))
  const best = Math.max(0, ...names.map((field) => scoreOfField(terms, field)))
  const all =
    inName.length === terms.length ? ALL_IN_NAME : (ALL_IN_NAME / 2) * (inName.length / terms.length)
  return all + best + fresh
}

/** Of one title, name or tag. */
function scoreOfField(terms: readonly Term[], field: Fields[number]): number {
  if (field.length === 0) return 0
  let at = 0
  let first = -1
  let previousEnd = -1
  let inOrder = true
  let inARow = true
  let wordsMet = 0
  let lastWhole = false
  for (const term of terms) {
    let found = -1
    let length = 0
    for (const run of term.runs) {
      const position = positionOf(run, term.open, field, at)
      if (position !== -1 && (found === -1 || position < found)) {
        found = position
        length = run.length
        lastWhole = field[position + length - 1] === run[length - 1]
      }
    }
    if (found === -1) {
      inOrder = false
      inARow = false
      continue
    }
    if (first === -1) first = found
    if (previousEnd !== -1 && found !== previousEnd) inARow = false
    previousEnd = found + length
    at = found + length
    wordsMet += length
  }
  if (wordsMet === 0) return 0
  let score = SHORT / (1 + Math.max(0, field.length - wordsMet))
  if (inOrder) score += IN_ORDER
  if (inOrder && inARow) score += IN_A_ROW
  if (inOrder && first === 0) score += AT_START
  if (lastWhole) score += WHOLE_LAST_WORD
  // Its extension is part of a name and nobody types it.
  if (inOrder && inARow && first === 0 && field.length - wordsMet <= 1) score += EXACTLY
  return score
}
