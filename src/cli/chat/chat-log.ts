// The messages of one conversation that are known here, in the order of showing, and the short names that people use for them.
// Pure. Promise: each message once, as it was told last; bounded, the newest stay.

import type { Message } from '../../api/schemas/conversations.ts'

/** A day of a busy room; more is read by going up. */
const MOST_MESSAGES = 5_000
const LEAST_REF_LETTERS = 4

export class ChatLog {
  readonly #byId = new Map<string, Message>()
  #sorted: readonly Message[] | undefined
  #refLetters: number | undefined

  get messages(): readonly Message[] {
    this.#sorted ??= [...this.#byId.values()].sort((a, b) => a.place - b.place || (a.id < b.id ? -1 : 1))
    return this.#sorted
  }

  get newest(): Message | undefined {
    return this.messages.at(-1)
  }

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  /** @returns those that are new or differ from what was known */
  take(messages: readonly Message[]): Message[] {
    const changed = messages.filter((message) => {
      const known = this.#byId.get(message.id)
      return known === undefined || JSON.stringify(known) !== JSON.stringify(message)
    })
    if (changed.length === 0) return changed
    for (const message of changed) this.#byId.set(message.id, message)
    this.#sorted = undefined
    this.#refLetters = undefined
    for (const { id } of this.messages.slice(0, -MOST_MESSAGES)) this.#byId.delete(id)
    if (this.messages.length > this.#byId.size) this.#sorted = undefined
    return changed
  }

  /** As many letters of its id as tell it from every other one here: `a3f1`. */
  ref(id: string): string {
    this.#refLetters ??= lettersFor([...this.#byId.keys()])
    return id.slice(0, this.#refLetters)
  }

  /** By `a3f1`, more of the id, or all of it; undefined for none and for several. */
  find(ref: string): Message | undefined {
    const fits = this.messages.filter(({ id }) => id.startsWith(ref.toLowerCase()))
    return fits.length === 1 ? fits[0] : undefined
  }

  last(fits: (message: Message) => boolean): Message | undefined {
    return this.messages.findLast(fits)
  }
}

function lettersFor(ids: readonly string[]): number {
  const sorted = ids.toSorted()
  let letters = LEAST_REF_LETTERS
  for (const [at, id] of sorted.entries()) {
    const before = sorted[at - 1] ?? ''
    let same = 0
    while (same < before.length && id[same] === before[same]) same++
    if (before !== '') letters = Math.max(letters, same + 1)
  }
  return letters
}
