// Rows that the daemon answers page by page, as a list of known length of which some are here.
// Promise: an older question's answer never replaces a newer one's; what was shown stays until the next first page is here; the
// pages held are few, however far somebody scrolls.

import { useCallback, useEffect, useRef, useState } from 'react'

export const PAGE_ROWS = 100
/** About ten screens; those farthest from what is seen go first. */
const MOST_PAGES = 12

export interface PageAnswer<Row> {
  readonly rows: readonly Row[]
  readonly total: number
}

export interface Paged<Row, Answer extends PageAnswer<Row> = PageAnswer<Row>> {
  /** Undefined until the first page has come. */
  readonly head: Answer | undefined
  readonly total: number
  readonly row: (index: number) => Row | undefined
  /** Rows that are about to be seen. */
  readonly need: (first: number, last: number) => void
  /** Of the last question, if it failed. */
  readonly error: unknown
  /** The first page of another question is on its way. */
  readonly loading: boolean
  /** What is seen is asked for anew. */
  readonly again: () => void
}

interface Held<Row, Answer> {
  readonly load: (offset: number) => Promise<Answer>
  readonly head: Answer
  readonly pages: ReadonlyMap<number, readonly Row[]>
}

/**
 * @param load keep it the same (useCallback) as long as it asks the same
 * @param everyMs what is seen is asked for anew on this beat, while the tab is seen; undefined: only when it is asked to
 */
export function usePaged<Row, Answer extends PageAnswer<Row>>(
  load: (offset: number) => Promise<Answer>,
  everyMs?: number,
): Paged<Row, Answer> {
  const [held, setHeld] = useState<Held<Row, Answer>>()
  const [error, setError] = useState<unknown>()
  const [loading, setLoading] = useState(true)
  const asked = useRef(new Set<number>())
  const seen = useRef<readonly [first: number, last: number]>([0, 0])
  const newest = useRef(load)

  const ask = useCallback((page: number): void => {
    const mine = newest.current
    asked.current.add(page)
    mine(page * PAGE_ROWS).then(
      (answer) => {
        if (newest.current !== mine) return
        setError(undefined)
        if (page === 0) setLoading(false)
        setHeld((before) =>
          withPage(before?.load === mine ? before : undefined, mine, page, answer, seen.current),
        )
      },
      (failed: unknown) => {
        if (newest.current !== mine) return
        asked.current.delete(page)
        setError(failed)
        setLoading(false)
      },
    )
  }, [])
  useEffect(() => {
    newest.current = load
    asked.current = new Set()
    setLoading(true)
    ask(0)
    return () => {
      asked.current = new Set()
    }
  }, [load, ask])

  const again = useCallback(() => {
    const [first, last] = seen.current
    for (let page = first; page <= last; page++) ask(page)
    if (first > 0) ask(0)
  }, [ask])
  useEffect(() => {
    if (everyMs === undefined) return
    const beat = setInterval(() => {
      if (!document.hidden) again()
    }, everyMs)
    return () => clearInterval(beat)
  }, [everyMs, again])

  return {
    head: held?.head,
    total: held?.head.total ?? 0,
    row: (index) => held?.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS],
    need: (first, last) => {
      seen.current = pagesOf(first, last)
      if (held === undefined || held.load !== newest.current) return
      for (let page = seen.current[0]; page <= seen.current[1]; page++) {
        if (!held.pages.has(page) && !asked.current.has(page)) ask(page)
      }
      // What was let go of may be asked for again.
      for (const page of asked.current)
        if (!held.pages.has(page) && !isNear(page, seen.current)) asked.current.delete(page)
    },
    error,
    loading,
    again,
  }
}

function pagesOf(first: number, last: number): readonly [number, number] {
  return [Math.floor(first / PAGE_ROWS), Math.floor(Math.max(first, last) / PAGE_ROWS)]
}

function isNear(page: number, [first, last]: readonly [number, number]): boolean {
  return page >= first - MOST_PAGES / 2 && page <= last + MOST_PAGES / 2
}

/** Exported for its test. */
export function withPage<Row, Answer extends PageAnswer<Row>>(
  before: Held<Row, Answer> | undefined,
  load: Held<Row, Answer>['load'],
  page: number,
  answer: Answer,
  seen: readonly [number, number],
): Held<Row, Answer> {
  const pages = new Map(before?.pages)
  pages.set(page, answer.rows)
  if (pages.size > MOST_PAGES) {
    for (const one of [...pages.keys()]) if (one !== 0 && !isNear(one, seen)) pages.delete(one)
  }
  // The newest total holds for all; the rest of the first answer speaks for the whole.
  const head = page === 0 || before === undefined ? answer : { ...before.head, total: answer.total }
  return { load, head, pages }
}
