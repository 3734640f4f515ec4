// A removal takes a moment: until keys without the removed one are there, nothing may be written. Calls that write wait for them
// a while instead of failing; each is tried again in a turn of its own, and says KEYS_COMING when they do not come.

import { after, type Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import { CommunityError } from '../../community/community-error.ts'
import type { CircleId } from '../../community/ids.ts'
import type { Membership } from '../../community/membership.ts'

export interface KeysGround {
  readonly clock: Clock
  readonly membership: Membership
  turn<T>(work: () => T): T
}

/** Whoever may make them, and is linked, does it at once; a person waits no longer for a message to be taken. */
const KEYS_WITHIN_MS = 8_000
/** Calls that wait at one time; more are told at once. */
const MOST_WAITING = 64

export class KeysWait {
  readonly #ground: KeysGround
  readonly #waiting = new Set<() => void>()

  constructor(ground: KeysGround) {
    this.#ground = ground
    ground.membership.watch({
      circleChanged: (circle) => this.#changed(circle),
      memberLinked: () => undefined,
      memberUnlinked: () => undefined,
    })
  }

  /** The same call, with patience. */
  patient<Input, Output>(
    call: (input: Input) => Output | Promise<Output>,
  ): (input: Input) => Output | Promise<Output> {
    return (input) => {
      try {
        return call(input)
      } catch (error) {
        if (!isComing(error) || this.#waiting.size >= MOST_WAITING) throw error
        return this.#again(() => call(input), after(this.#ground.clock.now(), KEYS_WITHIN_MS))
      }
    }
  }

  async #again<Output>(work: () => Output | Promise<Output>, until: Millis): Promise<Output> {
    const { clock, turn } = this.#ground
    for (;;) {
      await this.#change(until)
      try {
        return await turn(work)
      } catch (error) {
        if (!isComing(error) || clock.now() >= until) throw error
      }
    }
  }

  /** Resolves when a circle has keys, or the time is over. */
  #change(until: Millis): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel()
        this.#waiting.delete(done)
        resolve()
      }
      const cancel = this.#ground.clock.schedule(until, done)
      this.#waiting.add(done)
    })
  }

  #changed(circle: CircleId): void {
    if (this.#ground.membership.facts(circle)?.epoch?.read === undefined) return
    for (const done of [...this.#waiting]) done()
  }
}

function isComing(error: unknown): boolean {
  return error instanceof CommunityError && error.code === 'KEYS_COMING'
}
