// The looks that are open: begun by a person or by a share that waits, found by id, forgotten when nobody asks any more.
// Promise: never more than its limits, so that who begins looks and leaves them costs neither memory nor disk for long.

import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import { toHex } from '../../base/bytes.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Clock, Random } from '../../base/ports.ts'
import { LibraryError } from '../../library/library-error.ts'
import { answersOf } from './allowed.ts'
import { Review, type ReviewTools } from './review.ts'
import { ReviewError } from './review-error.ts'
import type { Subject } from './subject.ts'

/** docs/design/library.md. */
const MAX_OPEN = 16
const GONE_AFTER_MS = 3_600_000
const SWEEP_EVERY_MS = 60_000
const ID_BYTES = 16

interface Open {
  readonly review: Review
  lookedAt: Millis
  /** Begun for a share that waits: makes way when a person begins one. */
  readonly forShare: boolean
}

export interface ReviewsSurroundings extends ReviewTools {
  readonly clock: Clock
  readonly random: Random
}

export class Reviews {
  readonly #around: ReviewsSurroundings
  readonly #open = new Map<string, Open>()
  #cancelSweep: (() => void) | undefined

  constructor(around: ReviewsSurroundings) {
    this.#around = around
  }

  /** Begins a look for a person. @throws ReviewError REVIEWS_TOO_MANY */
  start(subject: Subject): Review {
    this.#makeRoom()
    const review = this.#made(subject)
    this.#keep(review, false)
    void review.begin()
    return review
  }

  /**
   * For a share that nobody looked at: resolves when all was looked at. It is kept, to be answered, where something is open.
   * @param allow what may be shared, by id, class or pattern @param leavesOut paths that a person left out of it before
   */
  async look(
    subject: Subject,
    allow: readonly string[],
    signal: AbortSignal,
    leavesOut: readonly (readonly string[])[] = [],
  ): Promise<Review> {
    const review = this.#made(subject)
    const end = (): void => void review.end()
    signal.addEventListener('abort', end)
    try {
      await review.begin()
      const kept = leavesOut.map((at) => ({ path: [...at], answer: 'leave-out' as const }))
      await review.answer([...kept, ...answersOf(allow, review.openFindings())])
    } finally {
      signal.removeEventListener('abort', end)
    }
    if (review.state === 'done' && review.open > 0 && !signal.aborted) this.#keepForShare(review)
    return review
  }

  /** What changed in it since is looked at again, and kept where something is open then. */
  async lookAgain(review: Review): Promise<void> {
    await review.again()
    if (review.open > 0 && !this.#open.has(review.id)) this.#keepForShare(review)
  }

  #made(subject: Subject): Review {
    const id = toHex(this.#around.random.bytes(ID_BYTES))
    return new Review(id, subject, this.#around)
  }

  #keep(review: Review, forShare: boolean): void {
    this.#open.set(review.id, { review, lookedAt: this.#around.clock.now(), forShare })
    this.#sweepLater()
  }

  /** The oldest of its kind makes way; a person's own never does. */
  #keepForShare(review: Review): void {
    if (this.#open.size >= MAX_OPEN && !this.#dropOldestForShare()) return
    this.#keep(review, true)
  }

  #makeRoom(): void {
    if (this.#open.size < MAX_OPEN || this.#dropOldestForShare()) return
    throw new ReviewError('REVIEWS_TOO_MANY', { most: MAX_OPEN })
  }

  #dropOldestForShare(): boolean {
    for (const [id, { forShare }] of this.#open)
      if (forShare) {
        this.#open.delete(id)
        return true
      }
    return false
  }

  /** @throws LibraryError REVIEW_UNKNOWN */
  get(id: string): Review {
    const open = this.find(id)
    if (open === undefined) throw new LibraryError('REVIEW_UNKNOWN', { id })
    return open
  }

  find(id: string): Review | undefined {
    const open = this.#open.get(id)
    if (open !== undefined) open.lookedAt = this.#around.clock.now()
    return open?.review
  }

  /** It was used, or nobody wants it. */
  async end(id: string): Promise<void> {
    const open = this.#open.get(id)
    this.#open.delete(id)
    await open?.review.end()
  }

  async close(): Promise<void> {
    this.#cancelSweep?.()
    await Promise.all([...this.#open.keys()].map((id) => this.end(id)))
  }

  // ── as the API tells it ──

  told({ id, after: from }: ValidInputOf<'review'>): OutputOf<'review'> {
    return this.get(id).told(from)
  }

  async answer({ id, answers }: ValidInputOf<'answerReview'>): Promise<OutputOf<'answerReview'>> {
    const review = this.get(id)
    const { changed } = await review.answer(answers)
    return review.toldOf(changed)
  }

  #sweepLater(): void {
    const { clock } = this.#around
    this.#cancelSweep ??= clock.schedule(after(clock.now(), SWEEP_EVERY_MS), () => {
      this.#cancelSweep = undefined
      const now = clock.now()
      for (const [id, { lookedAt }] of this.#open)
        if (now >= after(lookedAt, GONE_AFTER_MS)) void this.end(id)
      if (this.#open.size > 0) this.#sweepLater()
    })
  }
}
