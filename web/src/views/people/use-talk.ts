// One conversation as it is followed: its newest messages or those around one, older and newer ones when they are scrolled to, and
// every change as it is told.

import { useCallback, useEffect, useRef, useState } from 'react'
import type { Message } from '../../../../src/api/schemas/conversations.ts'
import { call } from '../../store/api.ts'
import { connection, onPeople } from '../../store/connection.ts'
import { begun, type Talk, withMessage, withNewer, withOlder } from './talk.ts'

const PAGE_MESSAGES = 50
const MOST_ASKED = 200

export interface Talking {
  readonly talk: Talk | undefined
  readonly error: unknown
  readonly older: () => void
  readonly newer: () => void
  /** Back to the end, from wherever. */
  readonly newest: () => void
  /** What a call answered with. */
  readonly put: (message: Message) => void
}

/** @param around a message to begin at; undefined begins at the end. Drawn anew (key) for another conversation. */
export function useTalk(id: string, around: string | undefined): Talking {
  const [talk, setTalk] = useState<Talk>()
  const [error, setError] = useState<unknown>()
  const held = useRef<Talk>(undefined)
  const asking = useRef(false)
  const turn = useRef(0)

  const hold = useCallback((next: Talk): void => {
    held.current = next
    setTalk(next)
    setError(undefined)
  }, [])
  const ask = useCallback(
    (input: { before?: string; after?: string; around?: string; limit?: number }, join: typeof withOlder) => {
      const mine = turn.current
      if (asking.current) return
      asking.current = true
      call('messages', { id, limit: PAGE_MESSAGES, ...input }).then(
        (answer) => {
          if (mine !== turn.current) return
          asking.current = false
          hold(held.current === undefined ? begun(answer) : join(held.current, answer))
        },
        (failed: unknown) => {
          if (mine !== turn.current) return
          asking.current = false
          setError(failed)
        },
      )
    },
    [id, hold],
  )
  const begin = useCallback(
    (at: string | undefined, limit = PAGE_MESSAGES): void => {
      turn.current++
      asking.current = false
      ask({ ...(at === undefined ? {} : { around: at }), limit }, (before, answer) => ({
        ...begun(answer),
        firstUnread: before.firstUnread ?? answer.firstUnread,
      }))
    },
    [ask],
  )
  /** What is held, once more: a late one came between, or changes were missed. */
  const again = useCallback((): void => {
    const now = held.current
    if (now === undefined) {
      begin(around)
      return
    }
    const middle = now.messages[Math.floor(now.messages.length / 2)]
    begin(
      now.newer ? middle?.id : undefined,
      Math.min(MOST_ASKED, Math.max(PAGE_MESSAGES, now.messages.length)),
    )
  }, [begin, around])
  const put = useCallback(
    (message: Message): void => {
      if (held.current === undefined) return
      const { talk: next, stale } = withMessage(held.current, message)
      hold(next)
      if (stale) again()
    },
    [again, hold],
  )
  useEffect(() => begin(around), [begin, around])
  useEffect(
    () =>
      onPeople((changes) => {
        for (const change of changes) {
          if (change.kind !== 'message' || (change.id !== id && change.message?.conversation !== id)) continue
          if (change.message === undefined) again()
          else put(change.message)
        }
      }),
    [id, put, again],
  )
  useEffect(
    () =>
      connection.subscribe(() => {
        if (connection.value.kind === 'live') again()
      }),
    [again],
  )
  return {
    talk,
    error,
    put,
    older: useCallback(() => {
      const [first] = held.current?.messages ?? []
      if (held.current?.older === true && first !== undefined) ask({ before: first.id }, withOlder)
    }, [ask]),
    newer: useCallback(() => {
      const last = held.current?.messages.at(-1)
      if (held.current?.newer === true && last !== undefined) ask({ after: last.id }, withNewer)
    }, [ask]),
    newest: useCallback(() => begin(undefined), [begin]),
  }
}
