// Whose turn it is to open a stream to a device: links carry few of them at once, and a folder of photos wants hundreds.
// Promise: never more than MAX_STREAMS to one device; who waits is served in order, or told that it took too long.

/** Two fewer than a link takes (community/network): one that ends here is counted there for a moment longer. */
export const MAX_STREAMS = 6
/** The engine dials some tens at once. */
const MAX_WAITING = 256

interface Line {
  open: number
  /** Told whether it is their turn. */
  readonly waiting: Set<() => void>
}

export class DialTurns {
  readonly #lines = new Map<string, Line>()

  /** @returns what to call when the stream has ended; undefined where it took too long */
  async take(device: string, timeoutMs: number): Promise<(() => void) | undefined> {
    const line = this.#lines.get(device) ?? { open: 0, waiting: new Set() }
    this.#lines.set(device, line)
    if (line.open >= MAX_STREAMS && !(await waited(line, timeoutMs))) return undefined
    line.open++
    let over = false
    return () => {
      if (over) return
      over = true
      line.open--
      const [next] = line.waiting
      next?.()
      if (line.open === 0 && line.waiting.size === 0) this.#lines.delete(device)
    }
  }
}

function waited(line: Line, timeoutMs: number): Promise<boolean> {
  if (line.waiting.size >= MAX_WAITING) return Promise.resolve(false)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const served = (): void => settle(true)
  const timer = setTimeout(() => settle(false), timeoutMs)
  const settle = (mine: boolean): void => {
    clearTimeout(timer)
    line.waiting.delete(served)
    resolve(mine)
  }
  line.waiting.add(served)
  return promise
}
