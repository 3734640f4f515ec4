// Which files on disk stand for the files of a torrent: below the folder a person named, or in it, or that very file.
// Read-only. A name that had to be made safe may be on disk as the torrent spells it, an unfinished one with `.part`.

import type { Disk, FileStat } from '../base/ports.ts'
import type { Metainfo, TorrentFile } from '../metainfo/metainfo.ts'
import { PART_SUFFIX } from '../metainfo/paths.ts'

export interface LaidFile {
  readonly file: TorrentFile
  /** Absolute: where it is, or where it should be. */
  readonly path: string
  /** Undefined when nothing is there. */
  readonly stat: FileStat | undefined
}

/** Files looked for together. */
const STATS_AT_ONCE = 32

/**
 * @param at absolute: the folder the torrent would be saved in, or its own folder or file.
 * @returns one entry per file of the torrent, pads and links included (never looked for).
 */
export async function layOut(disk: Disk, metainfo: Metainfo, at: string): Promise<LaidFile[]> {
  const place = await placeOf(disk, metainfo, at)
  const laid: LaidFile[] = []
  for (let first = 0; first < metainfo.files.length; first += STATS_AT_ONCE) {
    const files = metainfo.files.slice(first, first + STATS_AT_ONCE)
    laid.push(...(await Promise.all(files.map((file) => find(disk, file, place)))))
  }
  return laid
}

/** How the components of a path become one on disk. */
type Place = (components: readonly string[]) => string

async function placeOf(disk: Disk, metainfo: Metainfo, at: string): Promise<Place> {
  const below: Place = (components) => disk.join(at, ...components)
  const named = await disk.stat(at, 'follow')
  if (metainfo.singleFile) return named?.kind === 'file' ? () => at : below
  const folders = metainfo.files.flatMap((file) => [file.path[0], file.originalPath?.[0]])
  for (const folder of new Set(folders.filter((name) => name !== undefined))) {
    // A name that this disk refuses is no folder here either.
    if ((await disk.stat(disk.join(at, folder), 'follow').catch(() => undefined))?.kind === 'directory')
      return below
  }
  return (components) => disk.join(at, ...components.slice(1))
}

async function find(disk: Disk, file: TorrentFile, place: Place): Promise<LaidFile> {
  const path = place(file.path)
  if (file.pad || file.symlink) return { file, path, stat: undefined }
  const candidates = [path]
  if (file.originalPath !== undefined) candidates.push(place(file.originalPath))
  candidates.push(path + PART_SUFFIX)
  for (const candidate of candidates) {
    // A component that is no folder, a name too long for this disk: nothing is there either.
    const stat = await disk.stat(candidate).catch(() => undefined)
    if (stat !== undefined) return { file, path: candidate, stat }
  }
  return { file, path, stat: undefined }
}
