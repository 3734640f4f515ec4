// The folders of one audience's catalogue with what is in each, for a member who looks around in it. Made of entries alone.
// Invariant: a folder is there as long as something lies below it, and its counts are of all that does.

import type { CatalogueEntry } from './entry.ts'
import { MAX_BROWSE_ROWS } from './limits.ts'

export interface BrowseFolder {
  readonly name: string
  /** With all folders below. */
  readonly files: number
  readonly totalBytes: number
}

export interface BrowsePage {
  readonly folders: readonly BrowseFolder[]
  readonly files: readonly CatalogueEntry[]
  /** Folders and files of this folder; the offset counts through both, folders first. */
  readonly total: number
}

class Folder {
  files = 0
  totalBytes = 0
  readonly folders = new Map<string, Folder>()
  /** By name, length and root: two entries of one folder differ in one of them. */
  readonly entries = new Map<string, CatalogueEntry>()
}

export class BrowseTree {
  readonly #top = new Folder()

  /** Entries without folders (what strangers see) lie at the top. The same entry twice counts once. */
  add(entry: CatalogueEntry): void {
    const trail = this.#trail(entry, 'make')
    const folder = trail?.at(-1)
    const id = idOf(entry)
    if (trail === undefined || folder === undefined || folder.entries.has(id)) return
    folder.entries.set(id, entry)
    for (const above of trail) {
      above.files++
      above.totalBytes += entry.lengthBytes
    }
  }

  remove(entry: CatalogueEntry): void {
    const trail = this.#trail(entry)
    if (!trail?.at(-1)?.entries.delete(idOf(entry))) return
    trail.forEach((above, depth) => {
      above.files--
      above.totalBytes -= entry.lengthBytes
      if (above.files === 0 && depth > 0) trail[depth - 1]?.folders.delete(entry.folders?.[depth - 1] ?? '')
    })
  }

  /** Undefined when there is no such folder. Sorted by name. */
  page(path: readonly string[], offset: number, limit: number): BrowsePage | undefined {
    let folder: Folder | undefined = this.#top
    for (const name of path) folder = folder?.folders.get(name)
    if (folder === undefined) return undefined
    const rows = Math.min(limit, MAX_BROWSE_ROWS)
    const names = [...folder.folders.keys()].sort()
    const shown = names.slice(offset, offset + rows)
    const from = Math.max(0, offset - names.length)
    const files = [...folder.entries.values()].sort(byName).slice(from, from + rows - shown.length)
    return {
      folders: shown.map((name) => {
        const { files, totalBytes } = folder.folders.get(name) as Folder
        return { name, files, totalBytes }
      }),
      files,
      total: names.length + folder.entries.size,
    }
  }

  /** Folders from the top down to where an entry lies; undefined when it is not there and is not to be made. */
  #trail({ folders = [] }: CatalogueEntry, make?: 'make'): Folder[] | undefined {
    const trail = [this.#top]
    for (const name of folders) {
      const above = trail.at(-1) as Folder
      let folder = above.folders.get(name)
      if (folder === undefined) {
        if (make === undefined) return undefined
        folder = new Folder()
        above.folders.set(name, folder)
      }
      trail.push(folder)
    }
    return trail
  }
}

function idOf({ name, lengthBytes, root }: CatalogueEntry): string {
  return `${name}/${lengthBytes}/${String.fromCharCode(...root)}`
}

function byName(a: CatalogueEntry, b: CatalogueEntry): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
