// Who was banned, and for what, so that a person can take it back: of each reason the last ones, forgotten with the engine.

import { parseEndpoint } from '../base/address.ts'
import type { Endpoint } from '../base/endpoint.ts'
import type { Guard } from './guard.ts'

/** Of each reason: more than anybody looks at, and as many as can be taken back at once. */
const MAX_REMEMBERED = 1_000

export interface BansTask {
  readonly guard: Guard
  pardon(endpoint: Endpoint): void
}

export class Bans {
  readonly #task: BansTask
  readonly #byReason = new Map<string, Set<string>>()

  constructor(task: BansTask) {
    this.#task = task
  }

  /** @param reason a code of the engine's: there are few of them */
  note(address: string, reason: string): void {
    const known = this.#byReason.get(reason) ?? new Set()
    this.#byReason.set(reason, known)
    known.delete(address)
    known.add(address)
    if (known.size > MAX_REMEMBERED) known.delete(known.values().next().value as string)
    this.#task.guard.turnedAway(reason, address, () => this.#lift(reason))
  }

  #lift(reason: string): void {
    for (const address of this.#byReason.get(reason) ?? []) {
      const endpoint = parseEndpoint(address)
      // Servers of web seeds are named by their host, and tried again by themselves.
      if (endpoint !== undefined) this.#task.pardon(endpoint)
    }
    this.#byReason.delete(reason)
  }
}
