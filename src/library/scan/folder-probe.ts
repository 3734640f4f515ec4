// Whether a folder answers at all. A walk is synchronous, and a server that went away without a word would hold its thread
// for as long as the system tries: so it is asked beforehand, beside that thread and within a deadline.
// Invariant: one question at a time for each folder, so that a dead server holds one thread of the pool and no more.

import { stat } from 'node:fs/promises'
import type { Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'

/** A disk that must wake up takes ten seconds; a server that is there answers in one. */
const ANSWER_MS = 15_000
/** The same question was not answered the last time either: other folders want to be walked. */
const OLD_QUESTION_MS = 100

export type AskFolder = (path: string) => Promise<unknown>

export class FolderProbe {
  readonly #clock: Clock
  readonly #ask: AskFolder
  #asked: Promise<true> | undefined

  constructor(clock: Clock, ask: AskFolder = stat) {
    this.#clock = clock
    this.#ask = ask
  }

  /** True as soon as anything is answered, be it that nothing is there: that is for the walk to say. */
  async answers(path: string): Promise<boolean> {
    const waitMs = this.#asked === undefined ? ANSWER_MS : OLD_QUESTION_MS
    if (this.#asked === undefined) {
      const asked = this.#ask(path).then(
        () => true as const,
        () => true as const,
      )
      this.#asked = asked
      void asked.then(() => {
        this.#asked = undefined
      })
    }
    let cancel: (() => void) | undefined
    const late = new Promise<false>((resolve) => {
      cancel = this.#clock.schedule((this.#clock.now() + waitMs) as Millis, () => resolve(false))
    })
    const answered = await Promise.race([this.#asked, late])
    cancel?.()
    return answered
  }
}
