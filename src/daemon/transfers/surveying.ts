// What sharing a path would show, as the API tells it: the files below it, or those that a torrent file describes.

import path from 'node:path'
import picomatch from 'picomatch'
import type { OutputOf } from '../../api/routes.ts'
import type { Disk } from '../../base/ports.ts'
import { kindsOf, type ShareSurvey, surveyShare } from '../share-survey.ts'
import type { ToolPorts } from '../tool-ports.ts'
import { readTorrentFile } from '../torrent-input.ts'

/** Files shown of a survey (api/schemas/share.ts). */
const SHOWN_FILES = 1_000

/** @param root absolute. @throws ShareError, CreateError, InputError, MetainfoError */
export async function surveyAnswer(
  root: string,
  exclude: readonly string[] | undefined,
  tools: Pick<ToolPorts, 'disk' | 'digest'>,
  stateFolder: string,
): Promise<OutputOf<'survey'>> {
  if (await isTorrentFile(root, tools.disk)) return await describe(root, tools)
  const { source, totalBytes, kinds } = await surveyBelow(root, exclude, tools.disk, stateFolder)
  return {
    path: root,
    name: source.name,
    kind: source.singleFile ? 'file' : 'folder',
    fileCount: source.files.length,
    totalBytes,
    kinds: kinds.map((kind) => ({ ...kind })),
    files: source.files
      .slice(0, SHOWN_FILES)
      .map(({ components, lengthBytes }) => ({ path: [...components], lengthBytes })),
    leftOut: [...source.leftOut],
  }
}

async function describe(
  torrentPath: string,
  tools: Pick<ToolPorts, 'disk' | 'digest'>,
): Promise<OutputOf<'survey'>> {
  const { metainfo } = await readTorrentFile(torrentPath, tools)
  const files = metainfo.files.filter((file) => !file.pad)
  return {
    path: torrentPath,
    name: metainfo.name,
    kind: 'torrent',
    fileCount: files.length,
    totalBytes: metainfo.geometry.payloadBytes,
    kinds: kindsOf(files.map((file) => file.path)).map((kind) => ({ ...kind })),
    files: files
      .slice(0, SHOWN_FILES)
      .map((file) => ({ path: [...file.path], lengthBytes: file.lengthBytes })),
    leftOut: [],
  }
}

/** @throws ShareError, CreateError */
export function surveyBelow(
  given: string,
  exclude: readonly string[] | undefined,
  disk: Pick<Disk, 'join' | 'stat' | 'list'>,
  stateFolder: string,
): Promise<ShareSurvey> {
  const excludes =
    exclude === undefined || exclude.length === 0 ? undefined : picomatch([...exclude], { dot: true })
  const excluded = (relative: string): boolean => excludes?.(relative) ?? false
  return surveyShare({ given, folder: path.sep, stateFolder, excluded, disk })
}

/** A plain file only: a pipe of that name would be waited for, and a folder of that name is shared as one. */
export async function isTorrentFile(given: string, disk: Pick<Disk, 'stat'>): Promise<boolean> {
  if (!given.toLowerCase().endsWith('.torrent')) return false
  // What cannot be looked at is told by whoever reads it then.
  const stat = await disk.stat(given, 'follow').catch(() => undefined)
  return stat === undefined || stat.kind === 'file'
}
