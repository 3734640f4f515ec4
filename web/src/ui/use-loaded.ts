// What a call answers, as a view holds it: loaded when it is shown, again when asked or on a beat while the tab is seen.
// Promise: an older answer never replaces a newer one, and what was loaded stays while it is loaded again or that fails.

import { useCallback, useEffect, useRef, useState } from 'react'

export interface Loaded<Value> {
  readonly value: Value | undefined
  /** Of the last try, if it failed. */
  readonly error: unknown
  readonly loading: boolean
  readonly again: () => void
  /** What a change answered with, so that it need not be asked for. */
  readonly put: (value: Value) => void
}

/**
 * @param load keep it the same (useCallback) as long as it asks the same
 * @param everyMs undefined loads once
 */
export function useLoaded<Value>(load: () => Promise<Value>, everyMs?: number): Loaded<Value> {
  const [state, setState] = useState<Omit<Loaded<Value>, 'again' | 'put'>>({
    value: undefined,
    error: undefined,
    loading: true,
  })
  const turn = useRef(0)
  const again = useCallback((): void => {
    const mine = ++turn.current
    setState((before) => ({ ...before, loading: true }))
    load().then(
      (value) => {
        if (turn.current === mine) setState({ value, error: undefined, loading: false })
      },
      (error: unknown) => {
        if (turn.current === mine) setState((before) => ({ ...before, error, loading: false }))
      },
    )
  }, [load])
  useEffect(() => {
    again()
    return () => {
      turn.current++
    }
  }, [again])
  useEffect(() => {
    if (everyMs === undefined) return
    const beat = setInterval(() => {
      if (!document.hidden) again()
    }, everyMs)
    return () => clearInterval(beat)
  }, [again, everyMs])
  const put = useCallback((value: Value): void => {
    turn.current++
    setState({ value, error: undefined, loading: false })
  }, [])
  return { ...state, again, put }
}
