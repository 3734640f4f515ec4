// Categories with their save folders. Invariant: a transfer never has a category that there is not.

import type { Category } from '../../api/schemas/machine.ts'
import type { Memory } from '../memory.ts'
import { absolute } from './places.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'

/** docs/design/daemon.md. */
const MAX_CATEGORIES = 1_000

export class Categories {
  readonly #memory: Memory
  readonly #transfers: Iterable<Transfer>

  constructor(memory: Memory, transfers: Iterable<Transfer>) {
    this.#memory = memory
    this.#transfers = transfers
  }

  list(): Category[] {
    return this.#memory.now.categories.map((category) => ({ ...category }))
  }

  /** In use, by name. */
  tags(): string[] {
    const tags = new Set<string>()
    for (const { record } of this.#transfers) for (const tag of record.tags) tags.add(tag)
    return [...tags].sort((a, b) => a.localeCompare(b))
  }

  /** Null where it has none of its own. @throws TransferError CATEGORY_UNKNOWN */
  folderOf(name: string): string | null {
    const found = this.#memory.now.categories.find((category) => category.name === name)
    if (found === undefined) throw new TransferError('CATEGORY_UNKNOWN', { name })
    return found.saveFolder
  }

  /** What is there already is not moved. @throws TransferError */
  async set({ name, saveFolder, checks }: Category): Promise<void> {
    const category: Category = {
      name,
      saveFolder: saveFolder === null ? null : absolute(saveFolder),
      ...(checks === undefined ? {} : { checks }),
    }
    const others = this.#memory.now.categories.filter((known) => known.name !== name)
    if (others.length >= MAX_CATEGORIES)
      throw new TransferError('TOO_MANY_CATEGORIES', { most: MAX_CATEGORIES })
    const categories = [...others, category].sort((a, b) => a.name.localeCompare(b.name))
    await this.#memory.change({ categories })
  }

  /** Its transfers have none then. @throws TransferError CATEGORY_UNKNOWN */
  async remove(name: string): Promise<void> {
    this.folderOf(name)
    const its = [...this.#transfers].filter(({ record }) => record.category === name)
    await Promise.all(its.map((transfer) => transfer.update({ category: null })))
    await this.#memory.change({
      categories: this.#memory.now.categories.filter((known) => known.name !== name),
    })
  }
}
