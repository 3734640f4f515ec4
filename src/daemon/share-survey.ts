// What a share would show, counted before anything is shown: files, sizes, kinds, and what is refused.
// Read-only: links are not followed and nothing is opened.

import path from 'node:path'
import { CodedError } from '../base/errors.ts'
import type { Disk } from '../base/ports.ts'
import { kindOfName } from '../safety/file-nature.ts'
import { keyFolderIn, refusedRoot, shareRootFacts } from '../safety/share-roots.ts'
import { type FoundSource, findSource } from './source-files.ts'

export class ShareError extends CodedError<
  | 'SHARE_NOT_FOUND'
  | 'SHARE_REFUSED_ROOT'
  | 'SHARE_REFUSED_KEYS'
  | 'SHARE_REFUSED_PROFILE'
  | 'SHARE_REFUSED_SYNC'
  | 'SHARE_HOLDS_KEYS'
  | 'SHARE_EMPTY'
  | 'SHARE_DATA_MISSING'
  /** A content torrent has one file. */
  | 'SHARE_ONE_FILE'
> {}

export interface ShareSurvey {
  /** Absolute. */
  readonly root: string
  readonly source: FoundSource
  readonly totalBytes: number
  /** Number of files by kind, most first. */
  readonly kinds: readonly { readonly kind: string; readonly count: number }[]
}

export interface SurveyOptions {
  /** What the person named. */
  readonly given: string
  /** The current folder, absolute. */
  readonly folder: string
  readonly stateFolder: string
  /** Whether a relative path (with `/`) is left out. */
  readonly excluded: (relative: string) => boolean
  readonly disk: Pick<Disk, 'join' | 'stat' | 'list'>
}

/** @throws ShareError, CreateError */
export async function surveyShare(options: SurveyOptions): Promise<ShareSurvey> {
  const { disk, excluded } = options
  const root = path.resolve(options.folder, options.given)
  if ((await disk.stat(root)) === undefined) throw new ShareError('SHARE_NOT_FOUND', { path: root })
  refuseRoot(root, options.stateFolder)
  const source = without(await findSource(disk, root, path.basename(root), root + path.sep), excluded)
  refuseKeysInside(
    root,
    source.files.map(({ components }) => components.slice(0, -1)),
  )
  const totalBytes = source.files.reduce((sum, file) => sum + file.lengthBytes, 0)
  if (totalBytes === 0) throw new ShareError('SHARE_EMPTY', { path: root })
  return { root, source, totalBytes, kinds: kindsOf(source.files.map(({ components }) => components)) }
}

/** @throws ShareError when this may never be shared */
export function refuseRoot(root: string, stateFolder: string): void {
  const refused = refusedRoot(root, shareRootFacts(stateFolder))
  if (refused?.why === 'KEYS')
    throw new ShareError('SHARE_REFUSED_KEYS', { path: root, folder: refused.folder })
  if (refused?.why === 'PROFILE') {
    throw new ShareError('SHARE_REFUSED_PROFILE', { path: root, folder: refused.folder })
  }
  if (refused?.why === 'SYNC') {
    throw new ShareError('SHARE_REFUSED_SYNC', {
      path: root,
      folder: refused.folder,
      service: refused.service,
    })
  }
  if (refused !== undefined) throw new ShareError('SHARE_REFUSED_ROOT', { path: root, why: refused.why })
}

/**
 * @param folders of files that would be shared, as components below the root
 * @throws ShareError when one of them is, or lies in, a folder of keys
 */
export function refuseKeysInside(root: string, folders: readonly (readonly string[])[]): void {
  for (const components of folders) {
    const keys = keyFolderIn(components)
    if (keys !== undefined) throw new ShareError('SHARE_HOLDS_KEYS', { path: root, folder: keys.join('/') })
  }
}

function without(source: FoundSource, excluded: (relative: string) => boolean): FoundSource {
  const keep = source.files.map((file) => !excluded(file.components.join('/')))
  return {
    ...source,
    files: source.files.filter((_, i) => keep[i]),
    stats: source.stats.filter((_, i) => keep[i]),
  }
}

/** @param paths of files, as components */
export function kindsOf(
  paths: readonly (readonly string[])[],
): { readonly kind: string; readonly count: number }[] {
  const counts = new Map<string, number>()
  for (const components of paths) {
    const kind = kindOfName(components[components.length - 1] as string)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count)
}
