// What is told of conversations as it happens, bounded: a history that comes in is one word a conversation, not a hundred
// thousand messages; whoever is told of a conversation looks at it again.

import type { Message } from '../../api/schemas/conversations.ts'
import type { PeopleChange } from '../../api/schemas/events.ts'
import type { Millis } from '../../base/ids.ts'

/** Messages told whole, at most so many at once and a second. */
const BURST = 60
const PER_SECOND = 20
/** Conversations that have more to tell are told again no sooner. */
const AGAIN_MS = 1_000

export class ChatNews {
  readonly #tell: (change: PeopleChange) => void
  readonly #dirty = new Set<string>()
  #left = BURST
  #at: Millis | undefined
  #againAt: Millis | undefined

  constructor(tell: (change: PeopleChange) => void) {
    this.#tell = tell
  }

  /** @param told the message, and what is worth telling the person; undefined where it is not shown */
  message(
    conversation: string,
    told: () => { readonly message: Message; readonly notify: PeopleChange['notify'] } | undefined,
    now: Millis,
  ): void {
    this.#refill(now)
    if (this.#left < 1) {
      this.#dirty.add(conversation)
      this.#againAt ??= (now + AGAIN_MS) as Millis
      return
    }
    const news = told()
    if (news === undefined) return
    this.#left--
    const { message, notify } = news
    this.#tell({ kind: 'message', id: conversation, message, ...(notify === undefined ? {} : { notify }) })
  }

  conversation(id: string): void {
    this.#tell({ kind: 'conversation', id })
  }

  typing(id: string): void {
    this.#tell({ kind: 'typing', id })
  }

  circle(id: string): void {
    this.#tell({ kind: 'circle', id })
  }

  wake(now: Millis): void {
    if (this.#againAt === undefined || now < this.#againAt) return
    this.#againAt = undefined
    for (const id of this.#dirty) this.conversation(id)
    this.#dirty.clear()
  }

  deadline(): Millis | undefined {
    return this.#againAt
  }

  #refill(now: Millis): void {
    if (this.#at !== undefined)
      this.#left = Math.min(BURST, this.#left + ((now - this.#at) * PER_SECOND) / 1_000)
    this.#at = now
  }
}
