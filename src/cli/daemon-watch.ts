// Follows transfers of the running Shoal for a command that waits for them: looks about once a second, and at once when the
// event stream says that one of them changed. Without the stream (as many follow as may) it only looks.

import { ApiError } from '../api/client.ts'
import type { TransferDetails } from '../api/schemas/transfer.ts'
import type { DaemonLink } from './daemon-link.ts'

const LOOK_MS = 1_000
/** Changes come up to twice a second of each; looking is for what a person can follow. */
const LEAST_MS = 200

/** The code of a transfer that is not there any more. */
const GONE = 'TRANSFER_UNKNOWN'

export class DaemonWatch {
  readonly #link: DaemonLink
  readonly #stop: AbortSignal
  readonly #end = new AbortController()
  #changed = false
  #wake: () => void = () => {}

  /** @param stop ends a wait early */
  constructor(link: DaemonLink, stop: AbortSignal) {
    this.#link = link
    this.#stop = stop
    stop.addEventListener('abort', () => this.#wake())
    void this.#follow()
  }

  /** Undefined when it was removed. @throws ApiError, LinkError */
  async look(id: string): Promise<TransferDetails | undefined> {
    try {
      return await this.#link.call('transfer', { id })
    } catch (error) {
      if (error instanceof ApiError && error.code === GONE) return undefined
      throw error
    }
  }

  /** Until there may be something new, or a second has passed, or the person stops it. */
  async pause(): Promise<void> {
    if (this.#stop.aborted) return
    await this.#wait(LEAST_MS, false)
    if (!this.#changed) await this.#wait(LOOK_MS - LEAST_MS, true)
    this.#changed = false
  }

  close(): void {
    this.#end.abort()
  }

  #wait(ms: number, wakeful: boolean): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms)
      const stop = this.#stop
      function done(): void {
        clearTimeout(timer)
        resolve()
      }
      this.#wake = () => {
        if (wakeful || stop.aborted) done()
      }
      if (stop.aborted) done()
    })
  }

  async #follow(): Promise<void> {
    try {
      for await (const _change of this.#link.changes(undefined, this.#end.signal)) {
        this.#changed = true
        this.#wake()
      }
    } catch {
      // The daemon ends, or has no room for one more stream: whoever looks finds out which.
    }
  }
}
