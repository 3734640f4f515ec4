// What a share would show, counted before anything is shown: files, sizes, kinds, and what is refused.
// Invariant: links are not followed and nothing is opened for writing.

import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import { CodedError } from '../base/errors.ts'
import { kindOfName } from '../safety/file-nature.ts'
import { refusedRoot, shareRootFacts } from '../safety/share-roots.ts'

export class ShareError extends CodedError<
  | 'SHARE_NOT_FOUND'
  | 'SHARE_REFUSED_ROOT'
  | 'SHARE_REFUSED_KEYS'
  | 'SHARE_REFUSED_PROFILE'
  | 'SHARE_EMPTY'
  | 'SHARE_NOT_A_FILE'
  | 'SHARE_DATA_MISSING'
> {}

export interface SurveyedFile {
  /** Absolute. */
  readonly path: string
  /** Components below the shared folder; for a single file just its name. */
  readonly components: readonly string[]
  readonly lengthBytes: number
}

export interface ShareSurvey {
  readonly root: string
  readonly name: string
  readonly files: readonly SurveyedFile[]
  readonly totalBytes: number
  /** Number of files by kind, most first. */
  readonly kinds: readonly { readonly kind: string; readonly count: number }[]
  /** Links and special files that are left out. */
  readonly leftOut: readonly string[]
}

/** @param excluded answers whether a relative path (with `/`) is left out. @throws ShareError */
export async function surveyShare(
  given: string,
  stateFolder: string,
  excluded: (relative: string) => boolean,
): Promise<ShareSurvey> {
  const root = path.resolve(given)
  const stat = await lstat(root).catch((error: NodeJS.ErrnoException) => {
    throw new ShareError('SHARE_NOT_FOUND', { path: given }, error)
  })
  const refused = refusedRoot(root, shareRootFacts(stateFolder))
  if (refused?.why === 'KEYS')
    throw new ShareError('SHARE_REFUSED_KEYS', { path: root, folder: refused.folder })
  if (refused?.why === 'PROFILE')
    throw new ShareError('SHARE_REFUSED_PROFILE', { path: root, folder: refused.folder })
  if (refused !== undefined) throw new ShareError('SHARE_REFUSED_ROOT', { path: root, why: refused.why })
  const files: SurveyedFile[] = []
  const leftOut: string[] = []
  if (stat.isFile()) files.push({ path: root, components: [path.basename(root)], lengthBytes: stat.size })
  else if (stat.isDirectory()) await walk(root, [], files, leftOut, excluded)
  else throw new ShareError('SHARE_NOT_A_FILE', { path: root })
  const totalBytes = files.reduce((sum, file) => sum + file.lengthBytes, 0)
  if (totalBytes === 0) throw new ShareError('SHARE_EMPTY', { path: root })
  return { root, name: path.basename(root), files, totalBytes, kinds: kindsOf(files), leftOut }
}

async function walk(
  folder: string,
  components: readonly string[],
  files: SurveyedFile[],
  leftOut: string[],
  excluded: (relative: string) => boolean,
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  // The same order everywhere: the infohash of a folder depends on it.
  entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
  for (const entry of entries) {
    const inside = [...components, entry.name]
    const full = path.join(folder, entry.name)
    if (excluded(inside.join('/'))) continue
    if (entry.isDirectory()) await walk(full, inside, files, leftOut, excluded)
    else if (entry.isFile())
      files.push({ path: full, components: inside, lengthBytes: (await lstat(full)).size })
    else leftOut.push(inside.join('/'))
  }
}

function kindsOf(files: readonly SurveyedFile[]): { readonly kind: string; readonly count: number }[] {
  const counts = new Map<string, number>()
  for (const { components } of files) {
    const kind = kindOfName(components[components.length - 1] as string)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count)
}
