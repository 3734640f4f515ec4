// One look before sharing, from its beginning to its end: asked for while it goes on, answered at once, ended with the dialog.

import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from '../../../../src/api/client.ts'
import type { Review, ReviewRequest } from '../../../../src/api/schemas/review.ts'
import { call } from '../../store/api.ts'
import { joined, type Look, type OneAnswer, withAnswers } from './review-state.ts'

/** Findings come a few at a time; more often would only draw more. */
const BEAT_MS = 400

export interface Reviewing {
  readonly look: Look | undefined
  readonly error: unknown
  readonly answer: (answers: readonly OneAnswer[]) => void
  /** It was used: whoever took it ends it. */
  readonly used: () => void
  /** Begins anew: the daemon has forgotten it, or a file changed meanwhile. */
  readonly again: () => void
}

interface Current {
  id: string
  next: number
  /** Requests made, and the newest whose counts are held. */
  asked: number
  counted: number
  used: boolean
}

/** @param request the same object as long as the same is looked at */
export function useReview(request: ReviewRequest): Reviewing {
  const [look, setLook] = useState<Look>()
  const [error, setError] = useState<unknown>()
  const [turn, setTurn] = useState(0)
  const now = useRef<Current>(undefined)

  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn is another review
  useEffect(() => {
    const mine: Current = { id: '', next: 0, asked: 0, counted: 0, used: false }
    now.current = mine
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const take = (review: Review, asked: number): void => {
      if (over) return
      mine.id = review.id
      mine.next = Math.max(mine.next, review.next)
      setLook((before) => joined(before?.review.id === review.id ? before : undefined, review, asked))
      // What an answer overtook told old counts: it is asked for once more.
      const late = asked < mine.counted
      mine.counted = Math.max(mine.counted, asked)
      if (late || review.state === 'counting' || review.state === 'scanning') timer = setTimeout(ask, BEAT_MS)
    }
    const failed = (why: unknown): void => {
      if (!over) setError(why)
    }
    const ask = (): void => {
      const asked = ++mine.asked
      call('review', { id: mine.id, after: mine.next }).then((review) => take(review, asked), failed)
    }
    setLook(undefined)
    setError(undefined)
    call('startReview', request).then((review) => {
      if (over) end(review.id)
      else take(review, 0)
    }, failed)
    return () => {
      over = true
      clearTimeout(timer)
      if (mine.id !== '' && !mine.used) end(mine.id)
    }
  }, [request, turn])

  const answer = useCallback((answers: readonly OneAnswer[]): void => {
    const mine = now.current
    if (mine === undefined || mine.id === '' || answers.length === 0) return
    const asked = ++mine.asked
    setError(undefined)
    setLook((before) => before && withAnswers(before, answers))
    call('answerReview', { id: mine.id, answers: [...answers] }).then(
      (review) => {
        if (now.current !== mine) return
        mine.counted = Math.max(mine.counted, asked)
        setLook((before) => joined(before, review, asked))
      },
      (why: unknown) => {
        if (now.current === mine) setError(why)
      },
    )
  }, [])
  return {
    look,
    error,
    answer,
    used: useCallback(() => {
      if (now.current !== undefined) now.current.used = true
    }, []),
    again: useCallback(() => setTurn((before) => before + 1), []),
  }
}

function end(id: string): void {
  // It ends by itself an hour later where this does not arrive.
  call('endReview', { id }).catch(() => undefined)
}

/** The daemon does not know it any more, or something in it changed: it has to be looked at again. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'REVIEW_UNKNOWN' || error.code === 'REVIEW_UNFINISHED')
}
