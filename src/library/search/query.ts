// What a person typed, understood. Promise: any text at all gives a query; what means nothing in it is said in `ignored`
// and left out, and nothing that was typed is ever taken for the database's own syntax.

import { type Kind, kindSaid } from '../names/kinds.ts'
import { isBigram, wordsOf } from '../names/words.ts'
import { bitrateRange, durationRange, type Range, sizeRange } from './amount.ts'

/** One thing to find: in any of these ways, each a run of words that stand beside each other in this order. */
export interface Term {
  readonly runs: readonly (readonly string[])[]
  /** The last word of a run may go on. */
  readonly open: boolean
}

export interface Filters {
  /** Each undefined, or empty, for any. Several of one kind: any of them. */
  readonly sizes: Range | undefined
  readonly durations: Range | undefined
  readonly bitrates: Range | undefined
  readonly kinds: readonly Kind[]
  readonly extensions: readonly string[]
  readonly notKinds: readonly Kind[]
  readonly notExtensions: readonly string[]
  /** In lower case: `open`, `cc-by-4.0`, `cc`. */
  readonly licences: readonly string[]
  readonly publishers: readonly Term[]
}

export interface Query {
  readonly terms: readonly Term[]
  readonly excluded: readonly Term[]
  readonly filters: Filters
  /** As they were written. */
  readonly ignored: readonly string[]
}

/** Beyond these a search is no search any more; what is more is ignored. */
export const MAX_QUERY_CHARACTERS = 200
export const MAX_TERMS = 12

/** `-`, then a name with `:`, then something in quotes (closed or not) or anything up to a space. */
const PART = /(-?)(?:(\p{L}{1,12}):)?(?:"([^"]*)(?:"|$)|([^\s"][^\s]*))/gu

type Draft = {
  -readonly [Name in keyof Filters]: Filters[Name] extends readonly (infer One)[] ? One[] : Filters[Name]
}

/** @param typing the last word is still being typed, so it may go on */
export function parseQuery(text: string, typing = false): Query {
  const input = text
    .slice(0, MAX_QUERY_CHARACTERS)
    .toWellFormed()
    .replaceAll(/[“”„«»‟]/g, '"')
  const terms: Term[] = []
  const excluded: Term[] = []
  const ignored: string[] = []
  const filters: Draft = {
    sizes: undefined,
    durations: undefined,
    bitrates: undefined,
    kinds: [],
    extensions: [],
    notKinds: [],
    notExtensions: [],
    licences: [],
    publishers: [],
  }
  for (const match of input.matchAll(PART)) {
    const [whole, minus, name, quoted, plain = ''] = match
    const not = minus === '-'
    if (name !== undefined && KNOWN.has(name.toLowerCase())) {
      if (!addFilter(filters, name.toLowerCase(), quoted ?? plain, not)) ignored.push(whole)
      continue
    }
    const last = match.index + whole.length === input.length
    const open = quoted === undefined && ((typing && last && !not) || plain.endsWith('*'))
    const written = quoted ?? plain
    const term = termOf(name === undefined ? written : `${name}:${written}`, open)
    if (term === undefined || terms.length + excluded.length >= MAX_TERMS) ignored.push(whole)
    else (not ? excluded : terms).push(term)
  }
  return { terms, excluded, filters, ignored }
}

const KNOWN = new Set(['size', 'type', 'kind', 'ext', 'duration', 'bitrate', 'licence', 'license', 'by'])

/** @returns whether it meant something */
function addFilter(filters: Draft, name: string, value: string, not: boolean): boolean {
  const values = value
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '')
    .slice(0, MAX_TERMS)
  const all = <One>(into: One[], found: readonly (One | undefined)[]): boolean => {
    const known = found.filter((one) => one !== undefined)
    into.push(...known.slice(0, MAX_TERMS - into.length))
    return known.length > 0 && known.length === found.length
  }
  switch (name) {
    case 'type':
    case 'kind':
      return all(not ? filters.notKinds : filters.kinds, kindsIn(value, values))
    case 'ext': {
      const extensions = values
        .map((each) => each.replace(/^\*?\./, ''))
        .map((each) => (EXTENSION.test(each) ? each : undefined))
      return all(not ? filters.notExtensions : filters.extensions, extensions)
    }
  }
  if (not) return false
  switch (name) {
    case 'size':
      return narrow(filters, 'sizes', sizeRange(value))
    case 'duration':
      return narrow(filters, 'durations', durationRange(value))
    case 'bitrate':
      return narrow(filters, 'bitrates', bitrateRange(value))
    case 'by': {
      const publisher = termOf(value, false)
      return all(filters.publishers, [publisher])
    }
    default:
      return all(
        filters.licences,
        values.length === 0
          ? [undefined]
          : values.map((each) => (/^[a-z0-9.+-]{1,64}$/.test(each) ? each : undefined)),
      )
  }
}

const EXTENSION = /^[\p{L}\p{N}]{1,12}$/u

/** `type:"disk image"` is one kind, `type:video,audio` are two. */
function kindsIn(value: string, values: readonly string[]): readonly (Kind | undefined)[] {
  const whole = kindSaid(value)
  return whole === undefined ? values.map(kindSaid) : [whole]
}

function narrow(
  filters: Draft,
  which: 'sizes' | 'durations' | 'bitrates',
  range: Range | undefined,
): boolean {
  if (range === undefined) return false
  const before = filters[which]
  filters[which] =
    before === undefined
      ? range
      : { least: Math.max(before.least, range.least), most: Math.min(before.most, range.most) }
  return true
}

/** Undefined when there is no word in it. */
export function termOf(text: string, open: boolean): Term | undefined {
  const { words, joined } = wordsOf(text)
  const last = words.at(-1)
  if (last === undefined) return undefined
  const run = [...words]
  let goesOn = open
  if (isBigram(last)) {
    // Every character but the last of a stretch begins a word of two; what was typed may be part of a longer stretch.
    goesOn = [...last].length === 1
    const before = run.at(-2)
    if (goesOn && before !== undefined && isBigram(before) && [...before].length === 2) {
      run.pop()
      goesOn = false
    }
  }
  const whole = joined[0]
  const runs = joined.length === 1 && whole !== undefined && words.join('') === whole ? [run, [whole]] : [run]
  return { runs, open: goesOn }
}
