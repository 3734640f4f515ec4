// One `share`: what is offered becomes torrents of a session, each with its link, and is given until told to stop.
// It prints nothing; the facts of each share and its status are for whoever runs it to show.

import path from 'node:path'
import type { Endpoint } from '../base/endpoint.ts'
import type { Listing } from '../engine/torrent/options.ts'
import type { Torrent } from '../engine/torrent/torrent.ts'
import type { Metainfo, Torrent as TorrentContent } from '../metainfo/metainfo.ts'
import { optionsForTorrent } from './add.ts'
import type { Engine } from './compose.ts'
import { linkAddresses } from './link-addresses.ts'
import type { LookedAt } from './review/gate.ts'
import {
  type ContentChoices,
  diskPathsOf,
  type HashWatch,
  hashLooked,
  readDescribed,
  shareLink,
} from './share-content.ts'
import { ownAddressesBy } from './way-out.ts'

export interface ShareChoices {
  readonly listing: Listing
  readonly trackers: readonly string[]
  readonly peers: readonly Endpoint[]
  readonly pex: boolean
  readonly lan: boolean
  readonly superSeed: boolean
  readonly format?: ContentChoices['format']
  readonly changed: () => void
}

export interface Share {
  readonly torrent: Torrent
  readonly metainfo: Metainfo
  readonly magnet: string
}

/** Hashes what was looked at and answered, and shares it. @throws CreateError when a file changes meanwhile */
export async function sharePath(
  looked: LookedAt,
  choices: ShareChoices,
  engine: Engine,
  watch: HashWatch,
): Promise<Share> {
  const { trackers, format = 'hybrid' } = choices
  const content = await hashLooked(looked, { trackers, format }, engine.ports, watch)
  const saveFolder = path.dirname(looked.root)
  const diskPaths = diskPathsOf(looked, content.metainfo, saveFolder, format)
  return begin(content, saveFolder, choices, engine, { diskPaths })
}

/**
 * Shares what an existing torrent file describes, as far as its files are here: nothing is fetched, no file is made.
 * @param folder where its data is: contains the file or folder of that name
 */
export async function shareTorrent(
  torrentPath: string,
  folder: string,
  looked: LookedAt,
  choices: ShareChoices,
  engine: Engine,
): Promise<Share> {
  const { content } = await readDescribed(torrentPath, folder, engine.ports, engine.stateFolder)
  const seen = new Set(looked.source.files.map((file) => file.path))
  const here = content.metainfo.files.map((file) => seen.has(path.join(folder, ...file.path)))
  return begin(content, folder, choices, engine, { here })
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
  return { torrent, metainfo, magnet: shareLink(content, choices.listing, choices.trackers, addresses) }
}
