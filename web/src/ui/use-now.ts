// The minute that the page is in: what says "5 minutes ago" is drawn again when that is another minute, all at once.

import { Signal } from '../store/signal.ts'
import { useSignal } from '../store/use-signal.ts'

const MINUTE_MS = 60_000

const now = new Signal(Date.now())
let timer: ReturnType<typeof setInterval> | undefined

function tick(): void {
  clearInterval(timer)
  timer = undefined
  if (document.hidden) return
  now.set(Date.now())
  timer = setInterval(() => now.set(Date.now()), MINUTE_MS)
}

document.addEventListener('visibilitychange', tick)
tick()

export function useNow(): number {
  return useSignal(now)
}
