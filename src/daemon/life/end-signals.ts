// What the system and the person tell a daemon by signals: end in order, end now, read the settings again.
// Promise: the first wish to end is granted in order and within END_WITHIN_MS, a later second one at once.

/** SAFETY.md G19 allows ten seconds from the signal to the end of the process. */
export const END_WITHIN_MS = 9_000

/** One keystroke reaches the daemon twice where a parent passes it on (npx, a service manager's group): one wish. */
const SAME_WISH_MS = 1_000

const END_SIGNALS = ['SIGTERM', 'SIGINT'] as const
/** 128 + signal, as a shell counts. */
const AT_ONCE = { SIGTERM: 143, SIGINT: 130 } as const

export interface Process {
  on(signal: NodeJS.Signals, heard: () => void): unknown
  off(signal: NodeJS.Signals, heard: () => void): unknown
  exit(code: number): void
}

export class EndSignals {
  /** The first wish to end, by a signal or by `end`. */
  readonly wish: Promise<string>
  readonly #process: Process
  readonly #now: () => number
  readonly #listeners: [NodeJS.Signals, () => void][] = []
  #granted: (why: string) => void = () => {}
  #firstAtMs: number | undefined

  /** @param reread on SIGHUP, where there is one */
  constructor(reread: () => void, process: Process, now: () => number = () => performance.now()) {
    this.#process = process
    this.#now = now
    this.wish = new Promise((resolve) => {
      this.#granted = resolve
    })
    for (const signal of END_SIGNALS) this.#listen(signal, () => this.#heard(signal))
    this.#listen('SIGHUP', reread)
  }

  /** Somebody asked otherwise: over the API. */
  end(why: string): void {
    this.#firstAtMs ??= this.#now()
    this.#granted(why)
  }

  close(): void {
    for (const [signal, heard] of this.#listeners) this.#process.off(signal, heard)
  }

  #heard(signal: (typeof END_SIGNALS)[number]): void {
    const first = this.#firstAtMs
    if (first !== undefined && this.#now() - first >= SAME_WISH_MS) this.#process.exit(AT_ONCE[signal])
    else this.end(signal)
  }

  #listen(signal: NodeJS.Signals, heard: () => void): void {
    this.#listeners.push([signal, heard])
    this.#process.on(signal, heard)
  }
}
