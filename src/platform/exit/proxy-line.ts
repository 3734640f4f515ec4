// Whether the proxy answers: what fails says so, everybody waits, and one knocks until it answers again.
// Invariant: while there is trouble exactly one probe is under way or due; whoever waits is woken once.

import type { ExitTrouble } from './exit.ts'
import { WaitingRoom } from './waiting-room.ts'

/** Between two knocks: the first soon, for a proxy that is being restarted, then at most this often. */
const FIRST_KNOCK_MS = 500
const LAST_KNOCK_MS = 5_000

export class ProxyLine {
  readonly #knock: () => Promise<ExitTrouble | undefined>
  readonly #waiting = new WaitingRoom()
  #trouble: ExitTrouble | undefined
  #timer: NodeJS.Timeout | undefined
  #pauseMs = FIRST_KNOCK_MS
  #closed = false

  /** @param knock asks the proxy anew; undefined when it answers as it should */
  constructor(knock: () => Promise<ExitTrouble | undefined>) {
    this.#knock = knock
  }

  get trouble(): ExitTrouble | undefined {
    return this.#trouble
  }

  /** The proxy did not do its part. */
  down(trouble: ExitTrouble): void {
    const begins = this.#trouble === undefined
    this.#trouble = trouble
    if (begins) {
      this.#pauseMs = FIRST_KNOCK_MS
      this.#knockLater()
    }
  }

  async ready(timeoutMs: number, gaveUp?: AbortSignal): Promise<boolean> {
    if (this.#trouble !== undefined) await this.#waiting.enter(timeoutMs, gaveUp)
    return this.#trouble === undefined && !this.#closed
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#waiting.wakeAll()
  }

  #knockLater(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => void this.#ask(), this.#pauseMs)
    // A program that has nothing else to do need not wait for a proxy.
    this.#timer.unref()
    this.#pauseMs = Math.min(LAST_KNOCK_MS, this.#pauseMs * 2)
  }

  async #ask(): Promise<void> {
    const trouble = await this.#knock()
    if (this.#closed) return
    this.#trouble = trouble
    if (trouble === undefined) this.#waiting.wakeAll()
    else this.#knockLater()
  }
}
