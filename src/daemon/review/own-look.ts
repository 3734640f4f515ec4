// The look before sharing where no daemon runs: the same review and the same gate, for the time of one command.

import type { Audience } from '../../api/schemas/primitives.ts'
import { toHex } from '../../base/bytes.ts'
import { SystemClock } from '../../platform/clock.ts'
import { SystemRandom } from '../../platform/random.ts'
import type { ToolPorts } from '../tool-ports.ts'
import { type LookedAt, lookedAt, removeCopies } from './gate.ts'
import { SystemThings } from './private-things.ts'
import { NOTHING_REMEMBERED } from './remembered-answers.ts'
import { Review } from './review.ts'
import { type PathWish, subjectOfPath } from './subject.ts'

export interface OwnWish extends PathWish {
  readonly stateFolder: string
}

/** One command looks once. */
const THINGS = new SystemThings(0)
const ID_BYTES = 16

export class OwnLook {
  readonly review: Review
  readonly #wish: OwnWish
  readonly #ports: Pick<ToolPorts, 'disk'>
  readonly #done: Promise<void>
  #copies: string | null = null

  private constructor(review: Review, wish: OwnWish, ports: Pick<ToolPorts, 'disk'>, signal: AbortSignal) {
    this.review = review
    this.#wish = wish
    this.#ports = ports
    const end = (): void => void review.end()
    signal.addEventListener('abort', end)
    this.#done = review.begin().finally(() => signal.removeEventListener('abort', end))
    // Whoever waits for it hears of it.
    this.#done.catch(() => {})
  }

  /** Begins to look; how far it is, and what is open, is in `review`, to be answered there. @throws ShareError and others */
  static async begin(
    wish: OwnWish,
    { disk, digest }: Pick<ToolPorts, 'disk' | 'digest'>,
    signal: AbortSignal,
  ): Promise<OwnLook> {
    const clock = new SystemClock()
    const subject = await subjectOfPath(wish, disk, { digest, stateFolder: wish.stateFolder })
    const review = new Review(toHex(new SystemRandom().bytes(ID_BYTES)), subject, {
      disk,
      digest,
      things: THINGS,
      remembered: NOTHING_REMEMBERED,
      wallMs: () => clock.wallMs(),
    })
    return new OwnLook(review, wish, { disk }, signal)
  }

  /** Resolves when everything was looked at, or could not be. */
  get settled(): Promise<void> {
    return this.#done
  }

  /** @throws ReviewError SHARE_NEEDS_ANSWER while something is open, and as lookedAt() */
  async pass(audience: Audience): Promise<LookedAt> {
    await this.#done
    const { stateFolder } = this.#wish
    const looked = await lookedAt(this.review, audience, {
      disk: this.#ports.disk,
      things: THINGS,
      stateFolder,
    })
    this.#copies = looked.copies
    return looked
  }

  /** It is not shared any more: copies made for it go. */
  async close(): Promise<void> {
    await this.review.end()
    if (this.#copies !== null) await removeCopies(this.#ports.disk, this.#copies)
  }
}
