// Labels of Transmission are tags here, and the category too: Sonarr and others know only labels.

import type { InputOf } from '../../api/routes.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'

/** The category is the first label that names one; the others are tags. */
export function splitLabels(
  labels: readonly string[],
  categories: ReadonlySet<string>,
): { category: string | null; tags: string[] } {
  const trimmed = [...new Set(labels.map((label) => label.trim()).filter((label) => label !== ''))]
  const category = trimmed.find((label) => categories.has(label)) ?? null
  return { category, tags: trimmed.filter((label) => label !== category) }
}

/** What makes the row have exactly these labels; its category stays while it is among them. */
export function labelChange(
  row: Pick<TransferRow, 'category' | 'tags'>,
  labels: readonly string[],
  categories: ReadonlySet<string>,
): Pick<InputOf<'changeTransfers'>['change'], 'category' | 'addTags' | 'removeTags'> {
  const kept = row.category !== null && labels.includes(row.category) ? new Set([row.category]) : categories
  const { category, tags } = splitLabels(labels, kept)
  const addTags = tags.filter((tag) => !row.tags.includes(tag))
  const removeTags = row.tags.filter((tag) => !tags.includes(tag))
  return {
    ...(category === row.category ? {} : { category }),
    ...(addTags.length === 0 ? {} : { addTags }),
    ...(removeTags.length === 0 ? {} : { removeTags }),
  }
}
