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
  /** Absolute: what is shared, or the first of several. */
  readonly root: string
  /** Of several: all of them. */
  readonly paths?: readonly string[]
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

/** Of a name in front of a folder or file that has the same. */
const MAX_TWINS = 1_000

/** Several things at once, each under its own name. @throws as subjectOfPath() */
export async function subjectOfPaths(
  paths: readonly string[],
  audience: Audience,
  disk: Disk,
  { stateFolder }: Pick<SubjectTools, 'stateFolder'>,
): Promise<Subject> {
  for (const each of paths) {
    if ((await disk.stat(each)) === undefined) throw new ShareError('SHARE_NOT_FOUND', { path: each })
    refuseRoot(each, stateFolder)
  }
  return {
    root: paths[0] as string,
    paths: [...paths],
    folder: null,
    share: null,
    exclude: [],
    audience,
    whole: false,
    find: async (through) => {
      const files: SourceFile[] = []
      const stats: FileStat[] = []
      const leftOut: string[] = []
      const taken = new Set<string>()
      for (const each of paths) {
        const { source } = await surveyBelow(each, [], through, stateFolder)
        const top = freeName(source.name, taken)
        for (const file of source.files)
          files.push({ ...file, components: source.singleFile ? [top] : [top, ...file.components] })
        stats.push(...source.stats)
        leftOut.push(...source.leftOut.map((below) => `${top}/${below}`))
      }
      return { name: path.basename(paths[0] as string), singleFile: false, files, stats, leftOut }
    },
  }
}

function freeName(name: string, taken: Set<string>): string {
  const { ext, name: stem } = path.parse(name)
  for (let twin = 1; twin <= MAX_TWINS; twin++) {
    const tried = twin === 1 ? name : `${stem} (${twin})${ext}`
    const key = tried.normalize('NFC').toLowerCase()
    if (taken.has(key)) continue
    taken.add(key)
    return tried
  }
  return name
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
