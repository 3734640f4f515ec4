// How much of each reach fits what is typed, so that a tab says before one goes to it whether there is anything.

import { useCallback, useEffect, useRef, useState } from 'react'
import type { PeopleChange } from '../../../../src/api/schemas/events.ts'
import { call } from '../../store/api.ts'
import { usePeopleChanges } from '../../store/use-people-changes.ts'

export type Reach = 'mine' | 'circles' | 'nearby'
export type ReachCounts = Readonly<Record<Reach, number | undefined>>

/** What others offer comes and goes while one looks. */
export const isOf = {
  circles: ({ kind }: PeopleChange) => kind === 'circle',
  nearby: ({ kind }: PeopleChange) => kind === 'nearby',
} as const

const UNKNOWN: ReachCounts = { mine: undefined, circles: undefined, nearby: undefined }
/** Typing rests for so long before all three are asked. */
const REST_MS = 250

export function useReachCounts(typed: string): ReachCounts {
  const words = typed.trim()
  const [counts, setCounts] = useState<ReachCounts>(UNKNOWN)
  const asked = useRef('')
  const ask = useCallback((reach: Reach): void => {
    const mine = asked.current
    if (mine === '') return
    const one = { words: mine, typing: 'true', limit: 1 } as const
    const total: Promise<{ readonly total: number }> =
      reach === 'mine' ? call('search', one) : call('searchOthers', { in: reach, ...one })
    // A reach that cannot be asked has no count; its tab says why.
    total.then(
      (answer) => {
        if (asked.current === mine) setCounts((before) => ({ ...before, [reach]: answer.total }))
      },
      () => undefined,
    )
  }, [])
  useEffect(() => {
    setCounts(UNKNOWN)
    if (words === '') return
    const timer = setTimeout(() => {
      asked.current = words
      for (const reach of ['mine', 'circles', 'nearby'] as const) ask(reach)
    }, REST_MS)
    return () => {
      asked.current = ''
      clearTimeout(timer)
    }
  }, [words, ask])
  usePeopleChanges(
    isOf.circles,
    useCallback(() => ask('circles'), [ask]),
  )
  usePeopleChanges(
    isOf.nearby,
    useCallback(() => ask('nearby'), [ask]),
  )
  return counts
}
