// Whom or what a person means by a word: circles, rooms, persons and devices, by name or by the beginning of an id (INTERFACE.md B2).
// Promise: a word means exactly one of them, or nothing is done and all that it fits are listed. Pure.

import { CodedError } from '../../base/errors.ts'
import { nearestWord } from '../nearest-word.ts'

export class NameError extends CodedError<'NAME_FITS_SEVERAL' | 'NAME_FITS_NOTHING'> {}

export type NamedKind = 'circle' | 'room' | 'person' | 'device'

export interface Named {
  readonly kind: NamedKind
  /** Of the API: a key, or a conversation's id. */
  readonly id: string
  /** All that it is called; the first is shown. */
  readonly names: readonly string[]
  /** The same under another guise: a room and its circle, a device and its person. Where both fit, the first of the list is meant. */
  readonly same?: string
}

/** Ids are base32: shorter beginnings are more likely names. */
const LEAST_ID_LETTERS = 4
/** As many as a line shows. */
const SHOWN_MATCHES = 6
const SHOWN_ID_LETTERS = 8

/** `Band`, `Band/plans`, `ana`, `person:ana`, `k3wq9r`. @param expects completes "is no …" @throws NameError */
export function chooseNamed<Row extends Named>(word: string, rows: readonly Row[], expects: string): Row {
  const [, kind, rest] = /^(circle|room|person|device):(.+)$/su.exec(word) ?? []
  const among = kind === undefined ? rows : rows.filter((row) => row.kind === kind)
  const fits = distinct(fitsOf(rest ?? word, among))
  const [only] = fits
  if (only === undefined) {
    const nearest = nearestWord(rest ?? word, [...new Set(among.flatMap(({ names }) => names))])
    throw new NameError('NAME_FITS_NOTHING', { name: word, expects, nearest })
  }
  if (fits.length > 1) {
    const shown = fits.slice(0, SHOWN_MATCHES).map(namedWord)
    const more = fits.length > shown.length ? ', …' : ''
    throw new NameError('NAME_FITS_SEVERAL', {
      name: word,
      count: fits.length,
      matches: `${shown.join(', ')}${more}`,
    })
  }
  return only
}

/** `person:k3wq9r2m (Ana)`: can be typed as it stands, up to the bracket. */
function namedWord({ kind, id, names: [name = ''] }: Named): string {
  return `${kind}:${keyOf(id).slice(0, SHOWN_ID_LETTERS)} (${name})`
}

function fitsOf<Row extends Named>(word: string, rows: readonly Row[]): readonly Row[] {
  const letters = word.toLowerCase()
  const called = (fits: (name: string) => boolean) => rows.filter(({ names }) => names.some(fits))
  const begun =
    letters.length < LEAST_ID_LETTERS ? [] : rows.filter(({ id }) => keyOf(id).startsWith(letters))
  const tiers = [
    rows.filter(({ id }) => id === word || keyOf(id) === letters),
    [...new Set([...called((name) => name === word), ...begun])],
    called((name) => name.toLowerCase() === letters),
    called((name) => name.toLowerCase().startsWith(letters)),
  ]
  return tiers.find((tier) => tier.length > 0) ?? []
}

/** Of a room its own part, which is what tells it from its circle. */
function keyOf(id: string): string {
  return id.slice(id.lastIndexOf(':') + 1)
}

function distinct<Row extends Named>(fits: readonly Row[]): readonly Row[] {
  const seen = new Set<string>()
  return fits.filter(({ id, same = id }) => !seen.has(same) && seen.add(same))
}
