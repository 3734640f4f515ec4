// Lets many readers and writers into a file, or one who renames, moves or removes it.
// Invariant: while an exclusive section runs, nobody else is inside.

export class FileGate {
  #inside = 0
  #emptied: (() => void) | undefined
  #closed: Promise<void> | undefined

  /** Enter at once (undefined) or after the promise. Every entering is answered by leave(). */
  enter(): Promise<void> | undefined {
    if (this.#closed === undefined) {
      this.#inside++
      return undefined
    }
    return this.#enterLater()
  }

  leave(): void {
    this.#inside--
    if (this.#inside === 0) this.#emptied?.()
  }

  /** Runs `work` alone; several exclusive sections run one after another. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    while (this.#closed !== undefined) await this.#closed
    let open: () => void = () => {}
    this.#closed = new Promise<void>((resolve) => {
      open = resolve
    })
    try {
      while (this.#inside > 0) {
        await new Promise<void>((resolve) => {
          this.#emptied = resolve
        })
        this.#emptied = undefined
      }
      return await work()
    } finally {
      this.#closed = undefined
      open()
    }
  }

  async #enterLater(): Promise<void> {
    while (this.#closed !== undefined) await this.#closed
    this.#inside++
  }
}
