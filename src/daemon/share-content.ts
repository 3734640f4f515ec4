// What a share is made of, before anybody is told of it: a torrent hashed from the person's files or read from a torrent
// file, where those files are, and the link. Nothing of it is written to the person's folders.

import path from 'node:path'
import type { Endpoint } from '../base/endpoint.ts'
import { endpointText } from '../base/endpoint.ts'
import type { Digest, Disk } from '../base/ports.ts'
import type { Listing } from '../engine/torrent/options.ts'
import { contentInfo, contentPieceLength } from '../metainfo/content-id.ts'
import { contentIdOf, namedContent } from '../metainfo/content-torrent.ts'
import { type CreateOptions, createTorrent, planTorrent } from '../metainfo/create.ts'
import type { CreateSource } from '../metainfo/create-plan.ts'
import { formatMagnet } from '../metainfo/magnet.ts'
import type { Metainfo, Torrent as TorrentContent, TorrentFile } from '../metainfo/metainfo.ts'
import { readInfo } from '../metainfo/read.ts'
import type { NodePorts } from './compose.ts'
import type { LookedAt } from './review/gate.ts'
import { refuseKeysInside, refuseRoot, ShareError, type ShareSurvey } from './share-survey.ts'
import { checkUnchanged } from './source-files.ts'
import { readTorrentFile } from './torrent-input.ts'
import { VERSION } from './version.ts'

export interface ContentChoices {
  readonly trackers: readonly string[]
  readonly webSeeds?: readonly string[]
  readonly comment?: string | undefined
  /** `content`: of one file, the torrent that everybody who has it can make (docs/content-ids.md). */
  readonly format?: 'hybrid' | 'v1' | 'v2' | 'content'
}

export interface HashWatch {
  readonly progress: (done: number, total: number) => void
  readonly cancelled: () => boolean
}

/** Hashes what was looked at and answered. @throws CreateError when a file changes meanwhile, or INTERRUPTED */
export async function hashLooked(
  looked: LookedAt,
  { trackers, webSeeds = [], comment, format }: ContentChoices,
  ports: Pick<NodePorts, 'disk' | 'hasher' | 'digest'>,
  watch: HashWatch,
): Promise<TorrentContent> {
  const hints = {
    trackers: trackers.map((url) => [url]),
    ...(webSeeds.length === 0 ? {} : { webSeeds }),
    ...(comment === undefined ? {} : { comment }),
    createdBy: `Shoal ${VERSION}`,
  }
  const { source } = looked
  const wish = format === 'content' ? contentWish(source, looked.root) : format && { version: format }
  const created = await createTorrent(source, { hints, ...wish }, ports, watch)
  await checkUnchanged(ports.disk, source)
  return format === 'content' ? asContent(created.torrent, source.name, ports) : created.torrent
}

/** @throws ShareError */
function contentWish({ singleFile, files: [file] }: CreateSource, root: string): CreateOptions {
  if (!singleFile || file === undefined) throw new ShareError('SHARE_ONE_FILE', { path: root })
  return { version: 'v2', pieceLengthBytes: contentPieceLength(file.lengthBytes) }
}

/** What was hashed with the content torrent's pieces has its layers; the person's name of the file stays with the person. */
function asContent(
  { metainfo, hints }: TorrentContent,
  name: string,
  { digest, disk }: Pick<NodePorts, 'disk' | 'digest'>,
): TorrentContent {
  const [{ root, lengthBytes } = { root: undefined, lengthBytes: 0 }] = metainfo.files
  if (root === undefined) throw new TypeError('a file of v2 without a root')
  const { pieceLayers } = metainfo
  const content = readInfo(contentInfo({ root, lengthBytes }), digest, undefined, { pieceLayers })
  return { metainfo: namedContent(content, name, disk.nameRules), hints }
}

export interface DescribedShare {
  readonly content: TorrentContent
  readonly root: string
  /** Which of its files are here and could be what the torrent describes. */
  readonly here: readonly boolean[]
}

/**
 * What an existing torrent file describes, as far as its files are here.
 * @param folder where its data is: contains the file or folder of that name
 * @throws ShareError, InputError, MetainfoError
 */
export async function readDescribed(
  torrentPath: string,
  folder: string,
  ports: { readonly disk: Pick<Disk, 'stat' | 'nameRules'>; readonly digest: Digest },
  stateFolder: string,
): Promise<DescribedShare> {
  const content = await readTorrentFile(torrentPath, ports)
  const { files, name } = content.metainfo
  const root = path.join(folder, files.find((file) => !file.pad)?.path[0] ?? name)
  if ((await ports.disk.stat(root)) === undefined) throw new ShareError('SHARE_DATA_MISSING', { path: root })
  refuseRoot(root, stateFolder)
  refuseKeysInside(
    root,
    files.map((file) => file.path.slice(0, -1)),
  )
  const here = await Promise.all(
    files.map((file) => isHere(ports.disk, path.join(folder, ...file.path), file)),
  )
  return { content, root, here }
}

async function isHere(disk: Pick<Disk, 'stat'>, at: string, file: TorrentFile): Promise<boolean> {
  const found = file.pad ? undefined : await disk.stat(at, 'follow')
  return found?.kind === 'file' && found.lengthBytes === file.lengthBytes
}

/** Where names on disk are not the torrent's own: a torrent's names may be cleaned, the person's files keep theirs. */
export function diskPathsOf(
  survey: ShareSurvey,
  metainfo: Metainfo,
  saveFolder: string,
  format: ContentChoices['format'] = 'hybrid',
): (string | undefined)[] {
  const version = format === 'content' ? 'v2' : format
  const planned = planTorrent(survey.source, { version }).files
  return metainfo.files.map((file) => {
    const real = planned[file.index]?.source?.path
    return real === path.join(saveFolder, ...file.path) ? undefined : real
  })
}

/** @param trackers beside those that the torrent names */
export function shareLink(
  { metainfo, hints }: TorrentContent,
  listing: Listing,
  trackers: readonly string[],
  addresses: readonly Endpoint[],
): string {
  const listed = listing === 'everyone'
  const told = listed || metainfo.private ? [...trackers, ...hints.trackers.flat()] : []
  return formatMagnet({
    infohashV1: metainfo.infohashV1,
    infohashV2: metainfo.infohashV2,
    displayName: metainfo.name,
    content: contentIdOf(metainfo),
    trackers: [...new Set(told)],
    webSeeds: hints.webSeeds,
    peers: addresses.map(endpointText),
    // A private torrent is found by its tracker: the mark of an unlisted one would silence it (BEP 27).
    ...(listed || metainfo.private ? {} : { to: 'link' }),
  })
}
