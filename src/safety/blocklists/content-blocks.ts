// Which contents are not wanted, with who says so and why: a person's own, and lists that they subscribed to. Pure.
// Invariant: the person's own word is found first; a list that is taken out takes what it blocked with it.

import type { SignedList } from './signed-list.ts'

/** A person's own; each was blocked by hand. */
export const MAX_OWN_BLOCKS = 10_000
/** Subscribed lists; each may have MAX_LIST_ENTRIES. */
export const MAX_LISTS = 50

export interface OwnBlock {
  readonly content: string
  readonly name: string
  readonly why: string
  readonly atMs: number
}

export interface Blocked {
  readonly why: string
  /** `me`, or the list's name. */
  readonly who: string
}

export class ContentBlocks {
  readonly #own = new Map<string, OwnBlock>()
  readonly #lists = new Map<string, SignedList>()
  readonly #now: () => number
  #listsChanges = 0
  /** Made when it is asked for; none while something changed. */
  #lengths: ReadonlySet<string> | undefined

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now
  }

  get own(): ReadonlyMap<string, OwnBlock> {
    return this.#own
  }

  block(entry: OwnBlock): void {
    this.#lengths = undefined
    this.#own.set(entry.content, entry)
  }

  unblock(content: string): boolean {
    this.#lengths = undefined
    return this.#own.delete(content)
  }

  setList(id: string, list: SignedList | undefined): void {
    this.#lengths = undefined
    this.#listsChanges++
    if (list === undefined) this.#lists.delete(id)
    else this.#lists.set(id, list)
  }

  list(id: string): SignedList | undefined {
    return this.#lists.get(id)
  }

  /** Whether anything of this length is blocked: others need not be hashed to know. */
  mayBlock(lengthBytes: number): boolean {
    const suffix = `-${lengthBytes}`
    if (this.#lengths === undefined) {
      const all = [this.#own, ...[...this.#lists.values()].map(({ entries }) => entries)]
      this.#lengths = new Set(all.flatMap((each) => [...each.keys()].map((id) => id.slice(id.indexOf('-')))))
    }
    return this.#lengths.has(suffix)
  }

  /** All that lists name now, each once for every list. */
  *listed(): Generator<string> {
    for (const { entries, expiresMs } of this.#lists.values())
      if (expiresMs === null || expiresMs > this.#now()) yield* entries.keys()
  }

  /** Another number whenever the lists are not what they were. */
  get listsChanges(): number {
    return this.#listsChanges
  }

  /** @param content id as text */
  reasonFor(content: string): Blocked | undefined {
    const own = this.#own.get(content)
    if (own !== undefined) return { why: own.why, who: 'me' }
    for (const { entries, name, expiresMs } of this.#lists.values()) {
      const why = entries.get(content)
      if (why !== undefined && (expiresMs === null || expiresMs > this.#now())) return { why, who: name }
    }
    return undefined
  }
}
