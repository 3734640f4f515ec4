// How much of each reach fits what is typed, so that a tab says before one goes to it whether there is anything.

import { useEffect, useState } from 'react'
import { call } from '../../store/api.ts'

export type Reach = 'mine' | 'circles' | 'nearby'
export type ReachCounts = Readonly<Record<Reach, number | undefined>>

const UNKNOWN: ReachCounts = { mine: undefined, circles: undefined, nearby: undefined }
/** Typing rests for so long before all three are asked. */
const REST_MS = 250

export function useReachCounts(typed: string): ReachCounts {
  const words = typed.trim()
  const [counts, setCounts] = useState<ReachCounts>(UNKNOWN)
  useEffect(() => {
    setCounts(UNKNOWN)
    if (words === '') return
    let current = true
    const count = (reach: Reach, total: Promise<{ readonly total: number }>): void => {
      // A reach that cannot be asked has no count; its tab says why.
      total.then(
        (answer) => current && setCounts((before) => ({ ...before, [reach]: answer.total })),
        () => undefined,
      )
    }
    const timer = setTimeout(() => {
      const one = { words, typing: 'true', limit: 1 } as const
      count('mine', call('search', one))
      count('circles', call('searchOthers', { in: 'circles', ...one }))
      count('nearby', call('searchOthers', { in: 'nearby', ...one }))
    }, REST_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [words])
  return counts
}
