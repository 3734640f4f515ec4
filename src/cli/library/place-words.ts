// Where a content lies, as a person can go there: the whole path in a library folder, or the transfer that holds it.

import path from 'node:path'
import type { LibraryFolder, Place } from '../../api/schemas/library.ts'

const SHOWN_LETTERS = 8

export function placeWord(
  { where, id, path: below }: Place,
  folders: readonly Pick<LibraryFolder, 'id' | 'path'>[],
): string {
  if (where === 'transfer') return `in the transfer ${id.slice(0, SHOWN_LETTERS)}: ${below}`
  const folder = folders.find((each) => each.id === id)
  return folder === undefined ? below : path.join(folder.path, ...below.split('/'))
}
