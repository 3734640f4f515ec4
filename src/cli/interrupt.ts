// Ctrl-C and its relatives, as one abort signal for the command that wants to end in order.
// Until `listen` is called the system's own way holds: the process ends at once.
// Promise: the first signal asks, a later second one ends the process, so nobody is ever stuck.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** 128 + signal; SIGHUP (the terminal went away) counts as terminated. */
const EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 143 } as const

/**
 * One keystroke can arrive twice: from the terminal, which tells the whole group, and passed on by a parent
 * (npx, bin/shoal, timeout). Only what comes later than this is a second wish.
 */
const SAME_WISH_MS = 1_000

export class Interrupt {
  readonly #abort = new AbortController()
  #exitCode: 130 | 143 | undefined
  #firstAtMs = 0
  #listening = false

  /** 130 or 143 once interrupted. */
  get exitCode(): 130 | 143 | undefined {
    return this.#exitCode
  }

  /** From now on signals abort this instead of ending the process. */
  listen(): AbortSignal {
    if (!this.#listening) {
      this.#listening = true
      for (const signal of SIGNALS) process.on(signal, () => this.#heard(EXIT[signal]))
    }
    return this.#abort.signal
  }

  #heard(exitCode: 130 | 143): void {
    const now = performance.now()
    if (this.#exitCode === undefined) {
      this.#exitCode = exitCode
      this.#firstAtMs = now
      this.#abort.abort()
    } else if (now - this.#firstAtMs >= SAME_WISH_MS) {
      process.exit(exitCode)
    }
  }
}
