// Finds entries by what a person typed, the best first, a page at a time.
//
// How it stays fast among a million files, and what that costs: ranking every match would take as long as there are
// matches. So at most MAX_RANKED files are looked at. When there are no more matches than that, the answer is exact.
// When there are more, `more` says so, and those looked at are chosen in passes that each stop early: words in a row,
// then all words in the name with the shortest names first, then what came into the library last. Ordered by name, size or
// age, buckets are read in that order, so the first page is right however common the words are; only within one bucket
// (an eighth of an octave of size, a day) of more than MAX_RANKED matches the last added stand for all. So many names that
// begin with the same two letters are walked along in their order instead.
// No pass begins after the budget is used up; what was found by then is answered.

import type { DatabaseSync } from 'node:sqlite'
import { type Entry, EntryReader, type EntryRow } from '../entry-reader.ts'
import { extensionOf, kindOf } from '../names/kinds.ts'
import { SortBuckets, type SortOrder } from './buckets.ts'
import { MOST_NAME_WORDS, nameWordsMark } from './marks.ts'
import { endsShort, type Fields, fieldsOf, matchesFile, matchesTerm } from './match.ts'
import { type Matches, MatchReader } from './matches.ts'
import { NameWalk } from './name-walk.ts'
import { type Expression, type Plan, Planner } from './plan.ts'
import { parseQuery, type Query, type Term } from './query.ts'
import { scoreOf } from './score.ts'

export interface SearchRequest {
  readonly words: string
  readonly typing?: boolean | undefined
  readonly sort: 'fit' | SortOrder
  readonly offset: number
  readonly limit: number
}

export interface SearchAnswer {
  readonly entries: readonly Entry[]
  readonly total: number
  readonly more: boolean
  readonly ignored: readonly string[]
}

/** Files that are looked at for one search; nobody pages further, and each costs some microseconds. */
export const MAX_RANKED = 600
/** Of them, at most so many because their words stand in a row, and so many because no word goes on. */
const MOST_IN_A_ROW = 150
const MOST_WHOLE = 300
/** The newest in the library have a place among them in any case. */
const MOST_CHOSEN = 500
/**
 * No pass begins once a search has used so much of the processor. Not of the clock: a busy computer makes answers late,
 * but must not make them poor.
 */
const BUDGET_MICROS = 7_000
const IN_A_ROW_MICROS = 3_000

/** One group of files with the same content, by the file of it that fits best. */
interface Found {
  readonly row: EntryRow
  readonly score: number
}

export class LibrarySearch {
  readonly #entries: EntryReader
  readonly #matches: MatchReader
  readonly #planner: Planner
  readonly #buckets: SortBuckets
  readonly #names: NameWalk
  readonly #nowMs: () => number

  /** @param database may be read-only */
  constructor(database: DatabaseSync, nowMs: () => number) {
    this.#entries = new EntryReader(database)
    this.#matches = new MatchReader(database)
    this.#planner = new Planner(database)
    this.#buckets = new SortBuckets(database)
    this.#names = new NameWalk(database)
    this.#nowMs = nowMs
  }

  /** Never throws for what was typed. */
  search({ words, typing, sort, offset, limit }: SearchRequest): SearchAnswer {
    this.#entries.begin()
    const query = parseQuery(words, typing)
    const plan = this.#planner.plan(query)
    const wanted = offset + limit
    const { found, complete } =
      plan === undefined ? { found: [], complete: true } : this.#find(query, plan, sort, wanted)
    return {
      entries: found.slice(offset, wanted).map(({ row }) => this.#entries.entry(row)),
      // In an order, no further was read than was asked for; there are more matches than can be looked at anyway.
      total: complete || sort === 'fit' || found.length < wanted ? found.length : MAX_RANKED,
      more: !complete,
      ignored: query.ignored,
    }
  }

  #find(
    query: Query,
    plan: Plan,
    sort: SearchRequest['sort'],
    wanted: number,
  ): { readonly found: readonly Found[]; readonly complete: boolean } {
    const goOn = budget(BUDGET_MICROS)
    const all = this.#matches.read(plan.all, MAX_RANKED, goOn)
    if (sort === 'fit') {
      const ids = all.complete ? all.ids : this.#likely(query, plan, all.ids, goOn)
      return { found: byFit(this.#groups(query, ids)), complete: all.complete }
    }
    const compare = ORDERS[sort]
    if (all.complete) return { found: this.#groups(query, all.ids, 'unranked').sort(compare), complete: true }
    // More than wanted, for those that share their content or are at the edge of a range.
    const enough = Math.min(MAX_RANKED, 2 * wanted + 50)
    const found: Found[] = []
    // A size is a bucket already, and what is at its edge is looked at: its marks would be read again for each.
    const matching = sort === 'size' ? plan.anySize : plan.all
    const read = (mark: string): Matches =>
      this.#matches.read((...more) => matching(`"${mark}"`, ...more), MAX_RANKED, goOn)
    const goesOn = (): boolean => found.length < enough && goOn()
    for (const bucket of this.#buckets.of(sort, query.filters.sizes)) {
      if (!goesOn()) break
      const { ids, complete } = read(bucket.mark)
      if (complete) found.push(...this.#groups(query, ids, 'unranked').sort(compare))
      else {
        for (const part of bucket.parts()) {
          if (!goesOn()) break
          const { ids, complete } = read(part)
          const begun =
            complete || sort !== 'name' ? [] : this.#walk(query, plan, part, enough - found.length, goOn)
          found.push(...begun)
          const last = begun.at(-1)
          if (found.length >= enough) break
          const rest = this.#groups(query, ids, 'unranked').sort(compare)
          found.push(...(last === undefined ? rest : rest.filter((one) => compare(one, last) > 0)))
        }
      }
    }
    return { found: onePerContent(found), complete: false }
  }

  /** Looks at names that begin alike in their order, until there is enough of them. */
  #walk(query: Query, plan: Plan, part: string, enough: number, goOn: () => boolean): Found[] {
    const found: Found[] = []
    for (const ids of this.#names.from(part)) {
      for (const id of ids) {
        const row = this.#entries.row(id)
        if (row !== undefined && this.#matchesRow(query, plan, row)) found.push({ row, score: 0 })
      }
      if (found.length >= enough || !goOn()) break
    }
    return found
  }

  /** What the index answers for all files at once. */
  #matchesRow(query: Query, { holders }: Plan, row: EntryRow): boolean {
    const { terms, excluded, filters } = query
    if (holders?.has(row.holder) === false || !withinBounds(query, row)) return false
    const kind = kindOf(row.name, row.mediaType)
    const extension = extensionOf(row.name)
    if (filters.notKinds.includes(kind) || filters.notExtensions.includes(extension)) return false
    if (filters.kinds.length > 0 && !filters.kinds.includes(kind)) return false
    if (filters.extensions.length > 0 && !filters.extensions.includes(extension)) return false
    const names = namesOf(row)
    if (excluded.length === 0 && terms.every((term) => matchesTerm(term, names))) return true
    const fields = { names, path: this.#entries.pathOf(row).flatMap(fieldsOf) }
    return (
      terms.every((term) => matchesFile(term, fields)) && !excluded.some((term) => matchesFile(term, fields))
    )
  }

  /** Where there are more matches than can be looked at: those that probably fit best. */
  #likely(query: Query, plan: Plan, newest: readonly number[], goOn: () => boolean): number[] {
    const ids = new Set<number>()
    if (query.terms.length > 0) {
      const add = (expression: Expression, most: number, mayGoOn = goOn): void => {
        const room = most - ids.size
        if (room <= 0 || !mayGoOn()) return
        for (const id of this.#matches.read(expression, room, mayGoOn).ids) ids.add(id)
      }
      // Words may be common and never stand in a row; that must not use up everything.
      const share = budget(IN_A_ROW_MICROS)
      if (plan.inARow !== undefined) add(plan.inARow, MOST_IN_A_ROW, share)
      const inName = this.#matches.read(plan.inName, MOST_CHOSEN, goOn)
      if (inName.complete) for (const id of inName.ids) ids.add(id)
      // More names than can be looked at: the shortest of them. Else these are all, and there is nothing to choose.
      const first = inName.complete ? MOST_NAME_WORDS + 1 : Math.min(plan.words, MOST_NAME_WORDS)
      for (let words = first; words <= MOST_NAME_WORDS; words++) {
        const narrow =
          (expression: Expression): Expression =>
          (...more) =>
            expression(`"${nameWordsMark(words)}"`, ...more)
        if (plan.wholeInName !== undefined) add(narrow(plan.wholeInName), MOST_WHOLE)
        add(narrow(plan.inName), MOST_CHOSEN)
      }
    }
    for (const id of newest) {
      if (ids.size >= MAX_RANKED) break
      ids.add(id)
    }
    return [...ids]
  }

  /** Looks at files one by one: bounds that a bucket only comes near, and how well each fits. */
  #groups(query: Query, ids: readonly number[], ranked: 'ranked' | 'unranked' = 'ranked'): Found[] {
    const nowMs = this.#nowMs()
    // Of these the index knew only that their words are there.
    const uncertain = query.terms.filter(
      ({ runs, open }) => open && runs.some((run) => run.length > 1 && endsShort(run)),
    )
    const best = new Map<string, Found>()
    for (const id of ids) {
      const row = this.#entries.row(id)
      if (row === undefined || !withinBounds(query, row)) continue
      if (uncertain.length > 0 && !this.#meets(uncertain, row)) continue
      const score = ranked === 'ranked' ? scoreOf(query.terms, namesOf(row), row.modifiedMs, nowMs) : 0
      const key = groupOf(row)
      const known = best.get(key)
      if (known === undefined || known.score < score) best.set(key, { row, score })
    }
    return [...best.values()]
  }

  #meets(terms: readonly Term[], row: EntryRow): boolean {
    const names = namesOf(row)
    const path = this.#entries.pathOf(row).flatMap(fieldsOf)
    return terms.every((term) => matchesFile(term, { names, path }))
  }
}

type Order = (a: Found, b: Found) => number

const byName: Order = (a, b) =>
  a.row.nameKey < b.row.nameKey ? -1 : a.row.nameKey > b.row.nameKey ? 1 : a.row.id - b.row.id

const ORDERS: Readonly<Record<SortOrder, Order>> = {
  name: byName,
  size: (a, b) => b.row.lengthBytes - a.row.lengthBytes || byName(a, b),
  newest: (a, b) => b.row.modifiedMs - a.row.modifiedMs || byName(a, b),
}

function byFit(found: Found[]): Found[] {
  return found.sort((a, b) => b.score - a.score || byName(a, b))
}

function onePerContent(found: readonly Found[]): Found[] {
  const seen = new Set<string>()
  return found.filter(({ row }) => {
    const key = groupOf(row)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** Whether this thread has used no more than that since now. */
function budget(micros: number): () => boolean {
  const from = process.threadCpuUsage()
  return () => {
    const { user, system } = process.threadCpuUsage(from)
    return user + system < micros
  }
}

const groupOf = ({ id, content }: EntryRow): string =>
  content === undefined ? `file ${id}` : `content ${content}`

function namesOf({ name, facts }: EntryRow): Fields {
  const tags = [facts.title, facts.artist, facts.album].filter((tag) => tag !== undefined)
  return [name, ...tags].flatMap(fieldsOf)
}

function withinBounds({ filters }: Query, { lengthBytes, facts }: EntryRow): boolean {
  const within = (range: { least: number; most: number } | undefined, value: number | undefined): boolean =>
    range === undefined || (value !== undefined && value >= range.least && value <= range.most)
  return (
    within(filters.sizes, lengthBytes) &&
    within(filters.durations, facts.durationSeconds) &&
    within(filters.bitrates, facts.bitrate)
  )
}
