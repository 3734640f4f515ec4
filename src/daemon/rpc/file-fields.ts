// Files of a torrent as Transmission lists them. A "file index" of the RPC is the position in this list, which is not
// the index that the engine uses where a torrent has padding.

import type { Files } from './torrent-view.ts'

/** Priorities of the engine (0 leaves a file out, 4 is usual) and those of Transmission. */
const ENGINE_LOW = 1
const ENGINE_NORMAL = 4
const ENGINE_HIGH = 7
const LOW = -1
const NORMAL = 0
const HIGH = 1

export const ENGINE_PRIORITY = { low: ENGINE_LOW, normal: ENGINE_NORMAL, high: ENGINE_HIGH } as const

export function fileTable(files: Files): { bytesCompleted: number; length: number; name: string }[] {
  return files.map(({ path, lengthBytes, doneBytes }) => ({
    bytesCompleted: doneBytes,
    length: lengthBytes,
    name: path.join('/'),
  }))
}

export function fileStats(files: Files): { bytesCompleted: number; wanted: boolean; priority: number }[] {
  return files.map(({ doneBytes, priority }) => ({
    bytesCompleted: doneBytes,
    wanted: priority > 0,
    priority: priority === 0 || priority === ENGINE_NORMAL ? NORMAL : priority < ENGINE_NORMAL ? LOW : HIGH,
  }))
}
