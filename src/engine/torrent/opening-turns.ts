// How many torrents open their files at once: of thousands that start together only as many as keep the disk busy, so that
// one that is stopped meanwhile never begins. Invariant: who entered leaves; turns are given in the order they were asked for.

/** Each waits for the disk a dozen times; more at once are not quicker, and all of them would have to be waited for at the end. */
const AT_ONCE = 64

export class OpeningTurns {
  #under = 0
  readonly #waiting = new Set<() => void>()

  /** Undefined when it may begin at once; else resolves when it may. */
  enter(): Promise<void> | undefined {
    if (this.#under < AT_ONCE) {
      this.#under++
      return undefined
    }
    return new Promise((resolve) => this.#waiting.add(resolve))
  }

  leave(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#under--
      return
    }
    // The turn goes over to whoever waits longest.
    this.#waiting.delete(next)
    next()
  }
}
