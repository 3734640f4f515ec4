// A sentence for a live region that changes often: spoken when it comes, and then what it has become, at most every five seconds.

import { useEffect, useRef, useState } from 'react'

const PAUSE_MS = 5_000

export function useSpoken(sentence: string): string {
  const [spoken, setSpoken] = useState('')
  const at = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    const timer = setTimeout(
      () => {
        at.current = performance.now()
        setSpoken(sentence)
      },
      Math.max(0, at.current + PAUSE_MS - performance.now()),
    )
    return () => clearTimeout(timer)
  }, [sentence])
  return spoken
}
