// What a daemon has promised by answering: the choices of each transfer, and which transfers there are. A call that was on its
// way when the daemon was killed may have been carried out or not; what it touches is uncertain until the next answer.

import type { TransferChange, TransferRow } from '../../src/api/schemas/transfer.ts'

type Choices = {
  -readonly [Key in 'upLimit' | 'downLimit' | 'category' | 'forced' | 'sequential']?: TransferRow[Key]
} & { tags: Set<string>; paused: boolean | undefined }

export class Promises {
  readonly #made = new Map<string, Choices>()
  /** Asked and not answered yet, and how many calls that are. */
  readonly #uncertain = new Map<string, number>()

  get ids(): string[] {
    return [...this.#made.keys()]
  }

  /** Around one call about these transfers: what it says holds once it has answered. */
  async during(ids: readonly string[], call: () => Promise<unknown>, then: () => void): Promise<void> {
    for (const id of ids) this.#uncertain.set(id, (this.#uncertain.get(id) ?? 0) + 1)
    await call()
    then()
    for (const id of ids) {
      const left = (this.#uncertain.get(id) ?? 1) - 1
      if (left > 0) this.#uncertain.set(id, left)
      else this.#uncertain.delete(id)
    }
  }

  added(id: string, paused: boolean): void {
    this.#made.set(id, { tags: new Set(), paused })
  }

  removed(id: string): void {
    this.#made.delete(id)
  }

  paused(id: string, paused: boolean): void {
    const made = this.#made.get(id)
    if (made !== undefined) made.paused = paused
  }

  changed(id: string, { addTags = [], removeTags = [], ...rest }: TransferChange): void {
    const made = this.#made.get(id)
    if (made === undefined) return
    for (const tag of addTags) made.tags.add(tag)
    for (const tag of removeTags) made.tags.delete(tag)
    Object.assign(made, rest)
  }

  /** Sentences about what was promised and is not so. What was uncertain is as it is from now on. */
  broken(rows: readonly TransferRow[]): string[] {
    const found = new Map(rows.map((row) => [row.id, row]))
    const broken: string[] = []
    for (const [id, made] of this.#made) {
      const row = found.get(id)
      if (this.#uncertain.has(id)) {
        this.#settle(id, row)
        continue
      }
      if (row === undefined) broken.push(`${id.slice(0, 8)} is gone`)
      else broken.push(...differences(made, row))
    }
    for (const row of rows) {
      if (this.#made.has(row.id)) continue
      if (this.#uncertain.has(row.id)) this.#settle(row.id, row)
      else broken.push(`${row.name} is back after it was removed`)
    }
    this.#uncertain.clear()
    return broken
  }

  #settle(id: string, row: TransferRow | undefined): void {
    if (row === undefined) {
      this.#made.delete(id)
      return
    }
    const { upLimit, downLimit, category, forced, sequential } = row
    // One that is being opened does not say yet whether it rests.
    const paused = row.state === 'opening' ? undefined : row.state === 'paused'
    this.#made.set(id, { upLimit, downLimit, category, forced, sequential, tags: new Set(row.tags), paused })
  }
}

function differences({ tags, paused, ...choices }: Choices, row: TransferRow): string[] {
  const wrong: string[] = []
  for (const [key, value] of Object.entries(choices)) {
    const now = row[key as keyof TransferRow]
    if (now !== value) wrong.push(`${row.name}: ${key} is ${String(now)}, was ${String(value)}`)
  }
  const now = new Set(row.tags)
  if (tags.symmetricDifference(now).size > 0)
    wrong.push(`${row.name}: tags are ${[...now]}, were ${[...tags]}`)
  // One that is being opened may not know yet that it is to rest.
  const known = paused !== undefined && row.state !== 'opening' && row.state !== 'failed'
  if (known && (row.state === 'paused') !== paused)
    wrong.push(`${row.name}: is ${row.state}, was ${paused ? 'paused' : 'not paused'}`)
  return wrong
}
