// Acts that cannot be taken back once they are done: told at once, done ten seconds later, and taken back until then.
// Promise: what was told and not taken back is done, also when the tab is left meanwhile.

import { attempt } from './attempt.ts'
import { TOAST_MS, toast } from './toasts.ts'

type Act = () => Promise<unknown>

const waiting = new Map<Act, ReturnType<typeof setTimeout>>()

/** @param undone the person took it back */
export function deferred(sentence: string, act: Act, undone: () => void = () => undefined): void {
  waiting.set(
    act,
    setTimeout(() => run(act), TOAST_MS),
  )
  toast(sentence, {
    undo: () => {
      clearTimeout(waiting.get(act))
      waiting.delete(act)
      undone()
    },
  })
}

function run(act: Act): void {
  clearTimeout(waiting.get(act))
  if (waiting.delete(act)) void attempt(act)
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) for (const act of [...waiting.keys()]) run(act)
})
