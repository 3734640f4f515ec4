// What changed about people since it was last told: each thing once, however often it changed, and at most so much.
// Pure. Where more happens than anybody reads along, the messages go and `conversation` without an id stands for all of them.

import type { PeopleChange } from '../../api/schemas/events.ts'

/** In one step of the stream, which is half a second. */
export const MOST_CHANGES = 200

export class PeopleNews {
  #changes = new Map<string, PeopleChange>()
  #tooMany = false

  get size(): number {
    return this.#changes.size
  }

  add(change: PeopleChange): void {
    if (this.#tooMany && change.kind === 'message' && change.notify === undefined) return
    const key = [change.kind, change.id, change.message?.id].join(' ')
    const before = this.#changes.get(key)
    // What is worth telling stays so, whatever changes of it afterwards.
    const notify = change.notify ?? before?.notify
    this.#changes.set(key, notify === undefined ? change : { ...change, notify })
    if (this.#changes.size > MOST_CHANGES) this.#cut()
  }

  take(): PeopleChange[] {
    const changes = [...this.#changes.values()]
    this.#changes = new Map()
    this.#tooMany = false
    return changes
  }

  #cut(): void {
    this.#tooMany = true
    for (const [key, { kind, notify }] of this.#changes)
      if (kind === 'message' && notify === undefined) this.#changes.delete(key)
    for (const key of this.#changes.keys()) {
      if (this.#changes.size < MOST_CHANGES) break
      this.#changes.delete(key)
    }
    const all: PeopleChange = { kind: 'conversation', id: null }
    this.#changes.set('all', all)
  }
}
