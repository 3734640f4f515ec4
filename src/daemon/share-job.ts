// One `share`: what is offered becomes torrents of a session, each with its link, and is given until told to stop.
// It prints nothing; the facts of each share and its status are for whoever runs it to show.

import path from 'node:path'
import type { Endpoint } from '../base/endpoint.ts'
import { endpointText } from '../base/endpoint.ts'
import type { Disk } from '../base/ports.ts'
import type { Listing } from '../engine/torrent/options.ts'
import type { Torrent } from '../engine/torrent/torrent.ts'
import { createTorrent, planTorrent } from '../metainfo/create.ts'
import { formatMagnet } from '../metainfo/magnet.ts'
import type { Metainfo, Torrent as TorrentContent, TorrentFile } from '../metainfo/metainfo.ts'
import { optionsForTorrent } from './add.ts'
import type { Engine } from './compose.ts'
import { linkAddresses } from './link-addresses.ts'
import { refuseKeysInside, refuseRoot, ShareError, type ShareSurvey } from './share-survey.ts'
import { checkUnchanged } from './source-files.ts'
import { readTorrentFile } from './torrent-input.ts'
import { VERSION } from './version.ts'
import { ownAddressesBy } from './way-out.ts'

export interface ShareChoices {
  readonly listing: Listing
  readonly trackers: readonly string[]
  readonly peers: readonly Endpoint[]
  readonly pex: boolean
  readonly lan: boolean
  readonly superSeed: boolean
  readonly changed: () => void
}

export interface Share {
  readonly torrent: Torrent
  readonly metainfo: Metainfo
  readonly magnet: string
}

/** Hashes what was surveyed and shares it. @throws CreateError when a file changes meanwhile */
export async function sharePath(
  survey: ShareSurvey,
  choices: ShareChoices,
  engine: Engine,
  watch: { readonly progress: (done: number, total: number) => void; readonly cancelled: () => boolean },
): Promise<Share> {
  const hints = { trackers: choices.trackers.map((url) => [url]), createdBy: `Shoal ${VERSION}` }
  const created = await createTorrent(survey.source, { hints }, engine.ports, watch)
  await checkUnchanged(engine.ports.disk, survey.source)
  const saveFolder = path.dirname(survey.root)
  const diskPaths = diskPathsOf(survey, created.torrent.metainfo, saveFolder)
  return begin(created.torrent, saveFolder, choices, engine, { diskPaths })
}

/**
 * Shares what an existing torrent file describes, as far as its files are here: nothing is fetched, no file is made.
 * @param folder where its data is: contains the file or folder of that name
 */
export async function shareTorrent(
  torrentPath: string,
  folder: string,
  choices: ShareChoices,
  engine: Engine,
): Promise<Share> {
  const content = await readTorrentFile(torrentPath, engine.ports)
  const root = path.join(
    folder,
    content.metainfo.files.find((file) => !file.pad)?.path[0] ?? content.metainfo.name,
  )
  if ((await engine.ports.disk.stat(root)) === undefined)
    throw new ShareError('SHARE_DATA_MISSING', { path: root })
  refuseRoot(root, engine.stateFolder)
  refuseKeysInside(
    root,
    content.metainfo.files.map((file) => file.path.slice(0, -1)),
  )
  const here = await Promise.all(
    content.metainfo.files.map((file) => isHere(engine.ports.disk, path.join(folder, ...file.path), file)),
  )
  return begin(content, folder, choices, engine, { here })
}

async function isHere(disk: Disk, at: string, file: TorrentFile): Promise<boolean> {
  const found = file.pad ? undefined : await disk.stat(at, 'follow')
  return found?.kind === 'file' && found.lengthBytes === file.lengthBytes
}

/** Just hashed, and where its files are; or which of its files are here and could be what the torrent describes. */
type Data = { readonly diskPaths: readonly (string | undefined)[] } | { readonly here: readonly boolean[] }

const WANTED = 1
const NOT_WANTED = 0

async function begin(
  content: TorrentContent,
  saveFolder: string,
  choices: ShareChoices,
  engine: Engine,
  data: Data,
): Promise<Share> {
  const { metainfo } = content
  const torrent = engine.add(
    optionsForTorrent(content, {
      saveFolder,
      listing: choices.listing,
      trackers: choices.trackers,
      peers: choices.peers,
      webSeeds: 'none',
      pex: choices.pex,
      lan: choices.lan,
      superSeed: choices.superSeed,
      ...('here' in data
        ? { priorities: () => data.here.map((here) => (here ? WANTED : NOT_WANTED)) }
        : { justHashed: true, diskPaths: data.diskPaths }),
      events: { stateChanged: choices.changed, finished: choices.changed, problemChanged: choices.changed },
    }),
  )
  const addresses = await linkAddresses(engine.session.reach, engine.ports.clock, () =>
    ownAddressesBy(engine.exit),
  )
  return { torrent, metainfo, magnet: linkOf(content, choices, addresses) }
}

/** Where names on disk are not the torrent's own: a torrent's names may be cleaned, the person's files keep theirs. */
function diskPathsOf(survey: ShareSurvey, metainfo: Metainfo, saveFolder: string): (string | undefined)[] {
  const planned = planTorrent(survey.source, {}).files
  return metainfo.files.map((file) => {
    const real = planned[file.index]?.source?.path
    return real === path.join(saveFolder, ...file.path) ? undefined : real
  })
}

function linkOf(
  { metainfo, hints }: TorrentContent,
  choices: ShareChoices,
  addresses: readonly Endpoint[],
): string {
  const listed = choices.listing === 'everyone'
  const trackers = listed || metainfo.private ? [...choices.trackers, ...hints.trackers.flat()] : []
  return formatMagnet({
    infohashV1: metainfo.infohashV1,
    infohashV2: metainfo.infohashV2,
    displayName: metainfo.name,
    trackers: [...new Set(trackers)],
    webSeeds: hints.webSeeds,
    peers: addresses.map(endpointText),
    // A private torrent is found by its tracker: the mark of an unlisted one would silence it (BEP 27).
    ...(listed || metainfo.private ? {} : { to: 'link' }),
  })
}
