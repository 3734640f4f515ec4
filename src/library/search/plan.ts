// A query as expressions of the full-text index. Every text of a person arrives here as words of letters and digits
// within quotes, so it cannot mean anything to the index but themselves.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  beginningMark,
  EVERY_FILE,
  extensionMark,
  holderMark,
  kindMark,
  octaveTop,
  pathWord,
  scaleMarks,
  sizeMarks,
} from './marks.ts'
import { endsShort, type Fields, fieldsOf, matchesTerm } from './match.ts'
import type { Query, Term } from './query.ts'

/** Of the full-text index; `marks` are what must be met besides, each an expression. */
export type Expression = (...marks: readonly string[]) => string

export interface Plan {
  /** Everything that matches. */
  readonly all: Expression
  /** Likewise, but of any size. */
  readonly anySize: Expression
  /** All words in name or tags. */
  readonly inName: Expression
  /** Likewise, with no word going on; undefined when none does anyway. */
  readonly wholeInName: Expression | undefined
  /** All words beside each other in name or tags; undefined for one word. */
  readonly inARow: Expression | undefined
  /** Keys of the only holders in which anything can match; undefined for all. */
  readonly holders: ReadonlySet<number> | undefined
  /** How many words are asked for. */
  readonly words: number
}

/** How many ways a word may go on: each is a list to read along. The shortest ones first. */
const MAX_ENDINGS = 64

type Where = 'name' | 'anywhere'

export class Planner {
  readonly #endings: StatementSync
  readonly #publishers: StatementSync
  readonly #largest: StatementSync

  constructor(database: DatabaseSync) {
    this.#endings = database.prepare(
      'SELECT word FROM vocabulary WHERE word >= ? AND word < ? ORDER BY length(word), word LIMIT ?',
    )
    this.#largest = database.prepare(
      "SELECT max(word) AS mark FROM vocabulary WHERE word >= '_s' AND word < '_t'",
    )
    this.#publishers = database.prepare(`
      SELECT holder, licence_kind, licence_id, publisher FROM folders
      WHERE licence_kind IS NOT NULL OR publisher IS NOT NULL`)
  }

  /** Undefined when nothing can match. */
  plan(query: Query): Plan | undefined {
    const sizes = this.#sizes(query)
    const holders = this.#holders(query)
    const others = this.#marks(query, holders)
    if (sizes === undefined || others === undefined) return undefined
    const not = [
      ...query.excluded.map((term) => this.#term(term, 'anywhere')),
      ...query.filters.notKinds.map(kindMark).map(quoted),
      ...query.filters.notExtensions
        .map(extensionMark)
        .filter((mark) => mark !== undefined)
        .map(quoted),
    ]
    const joined =
      (parts: readonly string[], narrow = [...sizes, ...others]): Expression =>
      (...marks) => {
        // Something must match before something can be left out.
        const positive = [...parts, ...narrow, ...marks]
        const and = (positive.length === 0 ? [quoted(EVERY_FILE)] : positive).join(' AND ')
        return not.length === 0 ? and : `(${and}) NOT (${not.join(' OR ')})`
      }
    const terms = query.terms.map((term) => this.#term(term, 'anywhere'))
    const inName = (all: readonly Term[]): Expression => joined(all.map((term) => this.#term(term, 'name')))
    const open = query.terms.some((term) => term.open)
    return {
      all: joined(terms),
      anySize: joined(terms, others),
      inName: inName(query.terms),
      wholeInName: open ? inName(query.terms.map((term) => ({ ...term, open: false }))) : undefined,
      inARow: query.terms.length > 1 ? inName([inARow(query.terms)]) : undefined,
      holders: holders === undefined ? undefined : new Set(holders),
      words: query.terms.reduce((sum, { runs }) => sum + (runs[0]?.length ?? 0), 0),
    }
  }

  #term({ runs, open }: Term, where: Where): string {
    const ways = runs.flatMap((run) => (open ? this.#openRun(run, where) : places(run, where).map(phrase)))
    return `(${ways.join(' OR ')})`
  }

  /** Short beginnings are marks; few numbers begin alike; other words go on as the vocabulary knows. */
  #openRun(run: readonly string[], where: Where): string[] {
    const last = run.at(-1) ?? ''
    const before = run.slice(0, -1)
    if (endsShort(run)) {
      const ends = [...places([last], where).map(phrase), quoted(beginningMark(last))]
      const beginning = `(${ends.join(' OR ')})`
      // That they stand beside each other is seen when the file is looked at.
      return [
        before.length === 0
          ? beginning
          : `((${places(before, where).map(phrase).join(' OR ')}) AND ${beginning})`,
      ]
    }
    if (/\p{N}/u.test(last)) return places(run, where).map((words) => `${phrase(words)} *`)
    const endings = this.#endings.all(last, after(last), MAX_ENDINGS).map(({ word }) => word as string)
    const words = endings.includes(last) ? endings : [last, ...endings]
    return words.flatMap((word) => places([...before, word], where).map(phrase))
  }

  /** Each of them narrows. Undefined when nothing is left. */
  #marks({ filters }: Query, holders: readonly number[] | undefined): string[] | undefined {
    const { durations, bitrates, kinds, extensions } = filters
    const groups: (readonly string[])[] = []
    if (durations !== undefined) groups.push(scaleMarks('l', durations.least, durations.most))
    if (bitrates !== undefined) groups.push(scaleMarks('b', bitrates.least, bitrates.most))
    if (kinds.length > 0) groups.push(kinds.map(kindMark))
    if (extensions.length > 0) {
      groups.push(extensions.map(extensionMark).filter((mark) => mark !== undefined))
    }
    if (holders !== undefined) groups.push(holders.map(holderMark))
    return anyOfEach(groups)
  }

  /** No further than the largest file there is: each mark is a list to look into. */
  #sizes({ filters: { sizes } }: Query): string[] | undefined {
    if (sizes === undefined) return []
    const largest = this.#largest.get()?.mark as string | null | undefined
    if (typeof largest !== 'string') return undefined
    return anyOfEach([sizeMarks(sizes.least, Math.min(sizes.most, octaveTop(largest)))])
  }

  #holders({ filters: { licences, publishers } }: Query): number[] | undefined {
    if (licences.length === 0 && publishers.length === 0) return undefined
    return this.#publishers
      .all()
      .filter((row) => licences.length === 0 || licences.some((asked) => licenceFits(asked, row)))
      .filter((row) => {
        if (publishers.length === 0) return true
        const fields: Fields = typeof row.publisher === 'string' ? fieldsOf(row.publisher) : []
        return publishers.some((publisher) => matchesTerm(publisher, fields))
      })
      .map((row) => row.holder as number)
  }
}

/** One of each group. Undefined when one has nothing. */
function anyOfEach(groups: readonly (readonly string[])[]): string[] | undefined {
  if (groups.some((group) => group.length === 0)) return undefined
  return groups.map((group) => `(${group.map(quoted).join(' OR ')})`)
}

/** By kind, by id, or by how an id begins: `cc` is every Creative Commons licence. */
function licenceFits(asked: string, row: Record<string, unknown>): boolean {
  const id = typeof row.licence_id === 'string' ? row.licence_id.toLowerCase() : ''
  return row.licence_kind === asked || id === asked || id.startsWith(`${asked}-`)
}

function inARow(terms: readonly Term[]): Term {
  return { runs: [terms.flatMap(({ runs }) => runs[0] ?? [])], open: terms.at(-1)?.open ?? false }
}

/** As the words stand in names, and in paths. */
function places(run: readonly string[], where: Where): (readonly string[])[] {
  return where === 'name' ? [run] : [run, run.map(pathWord)]
}

const phrase = (run: readonly string[]): string => quoted(run.join(' '))

function quoted(words: string): string {
  return `"${words}"`
}

/** The first text after all that begin so. */
function after(beginning: string): string {
  return `${beginning}\u{10ffff}`
}
