// An answer of the daemon that it tells changes of: asked for while somebody looks, and again when it is said to be another one.
// Promise: an older answer never replaces a newer one, what is known stays while it is asked for again, and many changes within
// half a second are one question.

export interface KeptState<Value> {
  /** Undefined until the first answer. */
  readonly value: Value | undefined
  /** Of the last question, if it failed. */
  readonly error: unknown
}

/** A burst of changes is waited for, and nothing is drawn more often than twice a second. */
const GATHER_MS = 60
const PAUSE_MS = 500

export class Kept<Value> {
  readonly #load: () => Promise<Value>
  readonly #listeners = new Set<() => void>()
  #state: KeptState<Value> = { value: undefined, error: undefined }
  #stale = true
  #turn = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #askedAtMs = Number.NEGATIVE_INFINITY

  constructor(load: () => Promise<Value>) {
    this.#load = load
  }

  /** Bound, as useSyncExternalStore wants it. Whoever listens makes it be asked for. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    if (this.#stale) this.again()
    return () => this.#listeners.delete(listener)
  }

  readonly get = (): KeptState<Value> => this.#state

  get value(): Value | undefined {
    return this.#state.value
  }

  /** It is another one now: asked for soon if somebody looks, else when somebody does. */
  readonly changed = (): void => {
    this.#stale = true
    if (this.#listeners.size === 0 || this.#timer !== undefined) return
    const waitMs = Math.max(GATHER_MS, this.#askedAtMs + PAUSE_MS - performance.now())
    this.#timer = setTimeout(this.again, waitMs)
  }

  /** At once. */
  readonly again = (): void => {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#stale = false
    this.#askedAtMs = performance.now()
    const turn = ++this.#turn
    this.#load().then(
      (value) => {
        if (turn === this.#turn) this.#set({ value, error: undefined })
      },
      (error: unknown) => {
        if (turn === this.#turn) this.#set({ value: this.#state.value, error })
      },
    )
  }

  /** What a change answered with, so that it need not be asked for. */
  readonly put = (value: Value): void => {
    this.#turn++
    this.#set({ value, error: undefined })
  }

  #set(state: KeptState<Value>): void {
    this.#state = state
    for (const listener of [...this.#listeners]) listener()
  }
}
