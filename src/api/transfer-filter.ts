// What somebody types to find transfers among many, the same in page, command line and API: words that the name holds, and
// `state:error tracker:x tag:y category:z folder:/media size:>10G ratio:<1`, each turned round by a `-` before it. Commas
// mean "any of these" for what can hold none itself: `state:getting,waiting`, `tag:film,music`.
// Promise: any text is a filter. A term that cannot be read is told (`mistakes`) and filters nothing.

import { parseSize } from './parse-quantity.ts'
import type { TransferRow } from './schemas/transfer.ts'

export type FilterKey = 'word' | 'state' | 'tracker' | 'tag' | 'category' | 'folder' | 'size' | 'ratio'

/** What a filter looks at: rows of the API have it, and so may others. */
export type Filterable = Pick<
  TransferRow,
  | 'name'
  | 'state'
  | 'needsYou'
  | 'trackersFail'
  | 'downBytesPerSecond'
  | 'upBytesPerSecond'
  | 'tracker'
  | 'tags'
  | 'category'
  | 'saveFolder'
  | 'totalBytes'
  | 'ratio'
>

export interface FilterTerm {
  readonly key: FilterKey
  /** As typed, without the quotes. */
  readonly value: string
  readonly negated: boolean
}

export interface FilterMistake {
  /** As typed. */
  readonly term: string
  readonly expected: 'state' | 'size' | 'number' | 'value'
}

export interface ParsedFilter {
  readonly terms: readonly FilterTerm[]
  readonly mistakes: readonly FilterMistake[]
  /** Every term fits. */
  fits(row: Filterable): boolean
}

/** Stands for "has none": `category:none`, `tag:none`, `tracker:none`. */
export const NONE = 'none'

const KEYS: ReadonlySet<string> = new Set<FilterKey>([
  'state',
  'tracker',
  'tag',
  'category',
  'folder',
  'size',
  'ratio',
])

type Test = (row: Filterable) => boolean

const isIn =
  (...states: readonly TransferRow['state'][]): Test =>
  ({ state }) =>
    states.includes(state)

/** States by the words of the page, and by those that people bring along from other programs. */
const STATES: Readonly<Record<string, Test>> = {
  opening: isIn('opening'),
  hashing: isIn('hashing'),
  listing: isIn('listing'),
  checking: isIn('checking', 'hashing'),
  getting: isIn('getting', 'listing'),
  downloading: isIn('getting', 'listing'),
  giving: isIn('giving'),
  seeding: isIn('giving'),
  waiting: isIn('waiting', 'queued'),
  stalled: isIn('waiting'),
  queued: isIn('queued'),
  paused: isIn('paused'),
  done: isIn('done'),
  moving: isIn('moving'),
  failed: isIn('failed'),
  error: ({ state, trackersFail }) => state === 'failed' || trackersFail,
  'needs-you': ({ needsYou }) => needsYou,
  active: ({ downBytesPerSecond, upBytesPerSecond }) => downBytesPerSecond > 0 || upBytesPerSecond > 0,
}

export const FILTER_STATES: readonly string[] = Object.keys(STATES)

/** Quotes hold spaces together, within a term too (`tag:"to keep"`); one that is never closed ends with the text. */
const TERM = /-?(?:[^\s"]|"[^"]*(?:"|$))+/g

export function parseTransferFilter(text: string): ParsedFilter {
  const terms: FilterTerm[] = []
  const mistakes: FilterMistake[] = []
  const tests: Test[] = []
  for (const [typed] of text.matchAll(TERM)) {
    const negated = typed.startsWith('-') && typed.length > 1
    const term = termOf(negated ? typed.slice(1) : typed, negated)
    if (term === undefined) continue
    const test = testOf(term)
    if (typeof test === 'string') {
      mistakes.push({ term: typed, expected: test })
      continue
    }
    terms.push(term)
    tests.push(negated ? (row) => !test(row) : test)
  }
  return { terms, mistakes, fits: (row) => tests.every((test) => test(row)) }
}

/** As it is typed, so that a click on `category: films` and typing it are the same. */
export function filterTermText({ key, value, negated }: FilterTerm): string {
  const quoted = /[\s"]/.test(value) || (key === 'word' && /^-|^\w+:/.test(value)) ? `"${value}"` : value
  return `${negated ? '-' : ''}${key === 'word' ? '' : `${key}:`}${quoted}`
}

/** An address or a name with a colon is a word: only known keys are keys. */
function termOf(typed: string, negated: boolean): FilterTerm | undefined {
  const colon = typed.indexOf(':')
  const key = typed.slice(0, Math.max(0, colon)).toLowerCase()
  if (KEYS.has(key)) {
    return { key: key as FilterKey, value: unquoted(typed.slice(colon + 1)), negated }
  }
  const value = unquoted(typed)
  return value === '' ? undefined : { key: 'word', value, negated }
}

const unquoted = (typed: string): string => typed.replaceAll('"', '')

/** The test, or what was expected instead. */
function testOf({ key, value }: FilterTerm): Test | FilterMistake['expected'] {
  const wanted = folded(value)
  if (wanted === '') return 'value'
  switch (key) {
    case 'word':
      return ({ name }) => folded(name).includes(wanted)
    case 'state':
      return anyOf(wanted, 'state', (name) => (Object.hasOwn(STATES, name) ? STATES[name] : undefined))
    case 'tracker':
      return anyOf(wanted, 'value', (host) => ({ tracker }) => {
        return tracker === null ? host === NONE : folded(tracker).includes(host)
      })
    case 'tag':
      return anyOf(wanted, 'value', (name) => ({ tags }) => {
        return tags.length === 0 ? name === NONE : tags.some((tag) => folded(tag) === name)
      })
    case 'category':
      return anyOf(wanted, 'value', (name) => ({ category }) => {
        return category === null ? name === NONE : folded(category) === name
      })
    case 'folder':
      return ({ saveFolder }) => isBelow(saveFolder, value, wanted)
    case 'size':
      return amountTest(value, parseSize, 'size', ({ totalBytes }) => totalBytes)
    case 'ratio':
      return amountTest(value, numberOf, 'number', ({ ratio }) => ratio)
  }
}

function anyOf(
  wanted: string,
  expected: FilterMistake['expected'],
  testFor: (value: string) => Test | undefined,
): Test | FilterMistake['expected'] {
  const tests = wanted.split(',').map((value) => (value === '' ? undefined : testFor(value)))
  if (!tests.every((test) => test !== undefined)) return expected
  return (row) => tests.some((test) => test(row))
}

/** Upper and lower case, and the two ways in which Unicode writes an é, are the same. */
function folded(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/** A whole path means that folder and what is below; a part of one means every folder that is called like it. */
function isBelow(folder: string, value: string, wanted: string): boolean {
  if (!/^([/\\]|[a-z]:)/i.test(value)) return folded(folder).includes(wanted)
  const base = value.replace(/[/\\]+$/, '')
  return folder === base || folder.startsWith(`${base}/`) || folder.startsWith(`${base}\\`)
}

function amountTest(
  value: string,
  read: (text: string) => number | undefined,
  expected: FilterMistake['expected'],
  of: (row: Filterable) => number,
): Test | FilterMistake['expected'] {
  const [, sign = '', amount = ''] = /^(<=|>=|<|>|=)?(.*)$/s.exec(value) ?? []
  const between = sign === '' ? /^(.+)\.\.(.+)$/s.exec(amount) : null
  if (between !== null) {
    const [low, high] = [read(between[1] ?? ''), read(between[2] ?? '')]
    if (low === undefined || high === undefined) return expected
    return (row) => of(row) >= low && of(row) <= high
  }
  const bound = read(amount)
  if (bound === undefined) return expected
  switch (sign) {
    case '<':
      return (row) => of(row) < bound
    case '<=':
      return (row) => of(row) <= bound
    case '>':
      return (row) => of(row) > bound
    case '>=':
      return (row) => of(row) >= bound
    default:
      return (row) => of(row) === bound
  }
}

function numberOf(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}
