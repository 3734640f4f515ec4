// What a scanner asks of whatever watches a folder.

import type { TouchedDirectory } from './folder-scan.ts'

export interface WatchEvents {
  /** Something happened in these directories. */
  touched(directories: readonly TouchedDirectory[]): void
  /** Events were lost: everything may be different. */
  lost(): void
}

export interface FolderWatch {
  /** Why not everything is watched, as a code of the system: no room for more watches, no watcher for this system. */
  readonly blind: string | undefined
  /** A whole walk begins: what could not be watched before is tried again on its way. */
  wholeWalk(): void
  /** A walk is about to read this directory, the folder itself first: what happens in it from now on is told. */
  entering(path: string, realPath: string): void
  /** A walk saw these directories in it and no others. */
  listed(path: string, directories: readonly string[]): void
  /** After it nothing is told. */
  close(): void
}
