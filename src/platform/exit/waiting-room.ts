// Those who wait until something may leave again: woken together, each within its own time, or when it gives up.
// Invariant: whoever enters is told once, and nothing of it stays.

export class WaitingRoom {
  readonly #waiting = new Set<() => void>()

  /** Resolves when woken, after `timeoutMs`, or when `gaveUp` is aborted. */
  enter(timeoutMs: number, gaveUp?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(leave)
        gaveUp?.removeEventListener('abort', leave)
        resolve()
      }
      const timer = setTimeout(leave, timeoutMs)
      this.#waiting.add(leave)
      gaveUp?.addEventListener('abort', leave)
      if (gaveUp?.aborted === true) leave()
    })
  }

  wakeAll(): void {
    for (const leave of [...this.#waiting]) leave()
  }
}
