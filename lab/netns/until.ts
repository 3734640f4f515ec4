// Waiting for a real program: the only kind of waiting that tests outside the simulator may do.
// Promise: returns as soon as the condition holds, and fails with words about what was awaited and what was last seen.

export interface Patience {
  readonly deadlineMs?: number
  readonly everyMs?: number
  /** When this has ended, waiting is over: fails at once, with the last lines it printed. */
  readonly program?: { readonly ending: unknown; tail(): string }
  /** What to show when the time is over, e.g. the end of a program's output. */
  readonly describe?: () => string
}

const DEADLINE_MS = 30_000
const EVERY_MS = 25

/** Asks `look` again and again; the first answer that is neither `undefined` nor `false` is the result. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  patience: Patience = {},
): Promise<T> {
  const deadlineMs = patience.deadlineMs ?? DEADLINE_MS
  const end = performance.now() + deadlineMs
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    const ended = patience.program?.ending !== undefined
    if (ended || performance.now() > end) {
      const more = patience.describe?.() ?? patience.program?.tail() ?? ''
      const why = ended ? 'the program has ended' : `not within ${deadlineMs / 1000} s`
      throw new Error(`${what}: ${why}${more === '' ? '' : `\n${more}`}`)
    }
    await pause(patience.everyMs ?? EVERY_MS)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
