// Removing what this torrent made, and nothing else.
// Invariant: a file is removed only if it is the very one that we wrote or verified; a folder only when it is empty
// and lies between one of our files and the save folder.

import { type Disk, DiskError } from '../../base/ports.ts'
import type { StorageCore } from './core.ts'
import type { DataFile, Layout } from './layout.ts'

/** Files are closed already. @throws DiskError at the first file that cannot be removed */
export async function removeData(core: StorageCore): Promise<void> {
  const { layout, store, journal } = core
  const { disk } = core.options.ports
  for (const file of layout.dataFiles()) {
    if (file.home !== 'absent' && file.suspect === undefined) await removeOwn(disk, file, layout.path(file))
    file.home = 'absent'
  }
  if (store.file.home !== 'absent') await removeOwn(disk, store.file, store.path)
  await removeEmptyFolders(disk, layout)
  await journal.remove()
}

async function removeOwn(disk: Disk, file: DataFile, path: string): Promise<void> {
  const stat = await disk.stat(path)
  if (stat?.kind !== 'file') return
  if (file.facts !== undefined && file.facts.identity !== stat.identity) return
  await goneAnyway(disk.remove(path))
}

/** Somebody else, such as a transfer of the same files, may remove it in the same moment. */
async function goneAnyway(removing: Promise<unknown>): Promise<void> {
  await removing.catch((error: unknown) => {
    if (!(error instanceof DiskError) || error.code !== 'ENOENT') throw error
  })
}

/** Of all files, in their present folders; the deepest first. */
export async function removeEmptyFolders(
  disk: Disk,
  layout: Layout,
  places = [...layout.dataFiles()].map(({ folder, components }) => ({ folder, components })),
): Promise<void> {
  const folders = new Map<string, number>()
  for (const { folder, components } of places) {
    for (let depth = 1; depth < components.length; depth++) {
      folders.set(disk.join(folder, ...components.slice(0, depth)), depth)
    }
  }
  const deepestFirst = [...folders].sort((a, b) => b[1] - a[1])
  for (const [folder] of deepestFirst) {
    const stat = await disk.stat(folder)
    if (stat?.kind === 'directory') await goneAnyway(disk.removeDirectory(folder))
  }
  layout.forgetFolders()
}
