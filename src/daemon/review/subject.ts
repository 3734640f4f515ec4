// What is looked at before it is shared: a path, what a torrent file describes, a share as it is, or what the library names.
// All of them end in a list of files as they lie on disk.

import path from 'node:path'
import type { Audience } from '../../api/schemas/primitives.ts'
import type { Digest, Disk, FileStat } from '../../base/ports.ts'
import type { SourceFile } from '../../metainfo/create-plan.ts'
import { readDescribed } from '../share-content.ts'
import { refuseRoot, ShareError } from '../share-survey.ts'
import type { FoundSource } from '../source-files.ts'
import { isTorrentFile, surveyBelow } from '../transfers/surveying.ts'

export interface Subject {
  /** Absolute: what is shared. */
  readonly root: string
  /** Of the library, else null. */
  readonly folder: string | null
  /** Of such a folder: all of it, or what waits in it. */
  readonly only?: 'all' | 'proposals'
  /** The share whose files these are. */
  readonly share: string | null
  readonly exclude: readonly string[]
  /** Whom it would be shared with. */
  readonly audience: Audience
  /** All of it or nothing: what is left out cannot be taken away from it. */
  readonly whole: boolean
  /** @throws ShareError, CreateError and others when it may not or cannot be shared */
  find(disk: LookingDisk): Promise<FoundSource>
}

/** What is only read, and only names and times of it. */
export type LookingDisk = Pick<Disk, 'nameRules' | 'join' | 'stat' | 'list'>

export interface SubjectTools {
  readonly digest: Digest
  readonly stateFolder: string
}

export interface PathWish {
  /** Absolute. */
  readonly path: string
  readonly exclude: readonly string[]
  readonly dataFolder: string | undefined
  readonly audience: Audience
}

/** @throws ShareError when this may never be shared, or is not there */
export async function subjectOfPath(wish: PathWish, disk: Disk, tools: SubjectTools): Promise<Subject> {
  const { path: root, exclude, audience } = wish
  const common = { root, folder: null, share: null, exclude, audience }
  if (await isTorrentFile(root, disk)) {
    const folder = wish.dataFolder ?? path.dirname(root)
    return { ...common, whole: true, find: (through) => findDescribed(root, folder, through, tools) }
  }
  if ((await disk.stat(root)) === undefined) throw new ShareError('SHARE_NOT_FOUND', { path: root })
  refuseRoot(root, tools.stateFolder)
  return {
    ...common,
    whole: false,
    find: async (through) => (await surveyBelow(root, exclude, through, tools.stateFolder)).source,
  }
}

/** As far as its files are here. */
async function findDescribed(
  torrent: string,
  folder: string,
  disk: LookingDisk,
  { digest, stateFolder }: SubjectTools,
): Promise<FoundSource> {
  const { content, here } = await readDescribed(torrent, folder, { disk, digest }, stateFolder)
  const { files, name, singleFile } = content.metainfo
  const found = files.filter(({ index, pad, symlink }) => !pad && !symlink && here[index] === true)
  return await listed(
    disk,
    name,
    singleFile,
    found.map((file) => ({
      components: singleFile ? file.path : file.path.slice(1),
      path: path.join(folder, ...file.path),
      lengthBytes: file.lengthBytes,
    })),
  )
}

/** Files that are named already, as they lie on disk now; what is not there is left out. */
export async function listed(
  disk: LookingDisk,
  name: string,
  singleFile: boolean,
  files: readonly SourceFile[],
): Promise<FoundSource> {
  const there: SourceFile[] = []
  const stats: FileStat[] = []
  const leftOut: string[] = []
  for (const file of files) {
    const stat = await disk.stat(file.path, 'follow')
    if (stat?.kind !== 'file') leftOut.push(file.components.join('/'))
    else {
      there.push({ ...file, lengthBytes: stat.lengthBytes })
      stats.push(stat)
    }
  }
  return { name, singleFile, files: there, stats, leftOut }
}
