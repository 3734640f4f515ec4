// Which transfers a person means: by the beginning of an ID, by a whole hash, or by a name (INTERFACE.md B2).
// Promise: each word means exactly one transfer, or nothing is done at all.

import type { TransferRow } from '../api/schemas/transfer.ts'
import { CodedError } from '../base/errors.ts'

export class ChoiceError extends CodedError<'FITS_NOTHING' | 'FITS_SEVERAL'> {}

export type Choosable = Pick<TransferRow, 'id' | 'name' | 'infohashV1' | 'infohashV2'>

/** Shorter ones are more likely a slip than an ID, and soon fit several. */
const LEAST_ID_LETTERS = 2
/** As many as a line shows. */
const SHOWN_MATCHES = 6

/** In the order of the words, none twice. @throws ChoiceError */
export function chooseTransfers<Row extends Choosable>(
  words: readonly string[],
  rows: readonly Row[],
): Row[] {
  return [...new Set(words.map((word) => chooseOne(word, rows)))]
}

export function chooseOne<Row extends Choosable>(word: string, rows: readonly Row[]): Row {
  const fitting = fitsOf(word, rows)
  const [only] = fitting
  if (only === undefined) throw new ChoiceError('FITS_NOTHING', { id: word })
  if (fitting.length > 1) {
    const short = shortIds(rows.map(({ id }) => id))
    const shown = fitting.slice(0, SHOWN_MATCHES).map(({ id, name }) => `${short(id)} ${name}`)
    const more = fitting.length > shown.length ? ', …' : ''
    throw new ChoiceError('FITS_SEVERAL', {
      id: word,
      count: fitting.length,
      matches: `${shown.join(', ')}${more}`,
    })
  }
  return only
}

function fitsOf<Row extends Choosable>(word: string, rows: readonly Row[]): Row[] {
  const letters = word.toLowerCase()
  const whole = rows.filter(({ id, infohashV1, infohashV2 }) =>
    [id, infohashV1, infohashV2].includes(letters),
  )
  if (whole.length > 0) return whole
  const named = rows.filter(({ name }) => name === word)
  const begun = letters.length < LEAST_ID_LETTERS ? [] : rows.filter(({ id }) => id.startsWith(letters))
  const either = [...new Set([...begun, ...named])]
  return either.length > 0 ? either : rows.filter(({ name }) => name.toLowerCase() === letters)
}

const LEAST_SHOWN_LETTERS = 6

/** As many letters of each ID as tell them all apart, the same for all. */
export function shortIds(ids: readonly string[]): (id: string) => string {
  let letters = LEAST_SHOWN_LETTERS
  const sorted = [...ids].sort()
  for (const [i, id] of sorted.entries()) {
    const before = sorted[i - 1]
    if (before === undefined || before === id) continue
    let same = 0
    while (same < id.length && id[same] === before[same]) same++
    letters = Math.max(letters, same + 1)
  }
  return (id) => id.slice(0, letters)
}
