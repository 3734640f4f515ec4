// The look before sharing in the running Shoal, as look.ts asks for it. Promise: one that is not used is ended.

import type { InputOf } from '../api/routes.ts'
import type { Review } from '../api/schemas/review.ts'
import type { DaemonLink } from './daemon-link.ts'
import { type AnswerRequest, type Look, LookError } from './look.ts'

/** Findings come as they are found; a person does not see more often. */
const LOOK_EVERY_MS = 200

export class DaemonLook implements Look {
  readonly id: string
  readonly #link: DaemonLink
  readonly #stop: AbortSignal

  private constructor(link: DaemonLink, id: string, stop: AbortSignal) {
    this.#link = link
    this.#stop = stop
    this.id = id
  }

  static async begin(link: DaemonLink, wish: InputOf<'startReview'>, stop: AbortSignal): Promise<DaemonLook> {
    const { id } = await link.call('startReview', wish)
    return new DaemonLook(link, id, stop)
  }

  async review(after: number): Promise<Review> {
    return await this.#link.call('review', { id: this.id, after: Math.min(after, MOST_FINDINGS) })
  }

  async answer(answers: AnswerRequest[]): Promise<void> {
    await this.#link.call('answerReview', { id: this.id, answers })
  }

  async pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    if (this.#stop.aborted) throw new LookError('INTERRUPTED')
  }

  async end(): Promise<void> {
    await this.#link.call('endReview', { id: this.id })
  }
}

/** The highest place that may be asked for: nothing comes after it. */
const MOST_FINDINGS = 1_000_000
