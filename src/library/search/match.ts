// Whether the words of one file hold what was asked for, word by word: what the full-text index answers for all files
// at once. It decides where the index is not asked, and how well a file fits.

import { wordsOf } from '../names/words.ts'
import { LONGEST_BEGINNING } from './marks.ts'
import type { Term } from './query.ts'

/** Runs of words; a phrase never goes on from one to the next. */
export type Fields = readonly (readonly string[])[]

export interface Matched {
  /** Name and tags: what a person means first. */
  readonly names: Fields
  readonly path: Fields
}

/** The runs of one text as the index has them: its words, and what was taken apart, whole. */
export function fieldsOf(text: string): Fields {
  const { words, joined } = wordsOf(text)
  return joined.length === 0 ? [words] : [words, joined]
}

export function matchesTerm(term: Term, fields: Fields): boolean {
  return fields.some((field) => term.runs.some((run) => positionOf(run, term.open, field) !== -1))
}

/**
 * As the index promises: where a word goes on that is at most LONGEST_BEGINNING long so far, only in name and tags; as it
 * stands, and in every other way, in the path too.
 */
export function matchesFile(term: Term, { names, path }: Matched): boolean {
  if (!term.open) return matchesTerm(term, names) || matchesTerm(term, path)
  if (matchesTerm(term, names)) return true
  return term.runs.some((run) => matchesTerm({ runs: [run], open: !endsShort(run) }, path))
}

/** Whether the index knows only that the end of a run is there, not where. */
export function endsShort(run: readonly string[]): boolean {
  return [...(run.at(-1) ?? '')].length <= LONGEST_BEGINNING
}

/** Where a run begins in a field, or -1. */
export function positionOf(
  run: readonly string[],
  open: boolean,
  field: readonly string[],
  from = 0,
): number {
  for (let at = from; at + run.length <= field.length; at++) {
    let index = 0
    while (index < run.length && wordFits(field[at + index], run[index], open && index === run.length - 1))
      index++
    if (index === run.length) return at
  }
  return -1
}

function wordFits(word: string | undefined, asked: string | undefined, open: boolean): boolean {
  if (word === undefined || asked === undefined) return false
  return open ? word.startsWith(asked) : word === asked
}
