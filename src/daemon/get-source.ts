// From what a person asked to get, and which of its files, to what a session adds.

import path from 'node:path'
import { endpointText } from '../base/endpoint.ts'
import type { Listing, TorrentOptions } from '../engine/torrent/options.ts'
import type { TorrentStatus } from '../engine/torrent/status.ts'
import { namedContent } from '../metainfo/content-torrent.ts'
import type { Metainfo, Torrent } from '../metainfo/metainfo.ts'
import { type RefusedRoot, refusedTarget, shareRootFacts } from '../safety/share-roots.ts'
import { type AddChoices, optionsForMagnet, optionsForTorrent } from './add.ts'
import type { Engine } from './compose.ts'
import type { TorrentInput } from './torrent-input.ts'

export type { Listing } from '../engine/torrent/options.ts'
/** What a torrent says of itself, and what holds it up where that is not the torrent's to know. */
export interface TransferStatus extends Omit<TorrentStatus, 'bottleneck'> {
  readonly bottleneck: {
    readonly code: string
    readonly evidence: Readonly<Record<string, number | string>>
  }
  /** How often the filters turned somebody away since the start; absent without a filter. */
  readonly blocked?: number
}

/** Every wanted file starts in the middle of 1 … 7. */
const WANTED_PRIORITY = 4

export type GetChoices = Omit<AddChoices, 'events' | 'priorities'> & {
  /** Whether a path or name was chosen; undefined leaves it to the link (BEP 53), else all. */
  readonly fits: ((path: string) => boolean) | undefined
  readonly listing?: Listing
}

/** How to add it once there is somebody to hear its events. A link whose metadata an earlier run learned starts with it. */
export async function adderFor(
  source: TorrentInput,
  engine: Engine,
  choices: GetChoices,
): Promise<(events: TorrentOptions['events']) => TorrentOptions> {
  const { fits, ...rest } = choices
  const full = {
    ...rest,
    // Nothing of a refused torrent is wanted, so nothing of it is ever written.
    priorities: (metainfo: Metainfo) =>
      refusedPlace(metainfo, choices.saveFolder, engine.stateFolder) === undefined
        ? prioritiesOf(metainfo, fits, source)
        : metainfo.files.map(() => 0),
  }
  if (source.kind === 'torrent') return (events) => optionsForTorrent(source.torrent, { ...full, events })
  const { magnet } = source
  const hash = magnet.infohashV2 ?? magnet.infohashV1
  const kept = hash === undefined ? undefined : await engine.session.kept(hash)
  const { nameRules } = engine.ports.disk
  const known = kept === undefined ? source.metainfo : namedContent(kept, magnet.displayName, nameRules)
  return (events) => optionsForMagnet(magnet, known, { ...full, events })
}

/** Why a torrent of this name may not be saved there: it would lie among keys or settings. */
export function refusedPlace(
  metainfo: Metainfo,
  saveFolder: string,
  stateFolder: string,
): RefusedRoot | undefined {
  const root = metainfo.files.find((file) => !file.pad)?.path[0] ?? metainfo.name
  return refusedTarget(path.join(saveFolder, root), shareRootFacts(stateFolder))
}

function prioritiesOf(
  metainfo: Metainfo,
  fits: ((path: string) => boolean) | undefined,
  source: TorrentInput,
): number[] {
  const ranges = source.kind === 'magnet' ? source.magnet.select : undefined
  return metainfo.files.map((file) => {
    if (file.pad) return 0
    // By whole path, by path inside the torrent's folder, and by bare name.
    const spellings = [file.path.join('/'), file.path.slice(1).join('/'), file.path.at(-1) ?? '']
    const selected =
      fits !== undefined
        ? spellings.some((spelling) => spelling !== '' && fits(spelling))
        : ranges === undefined || ranges.some(({ first, last }) => file.index >= first && file.index <= last)
    return selected ? WANTED_PRIORITY : 0
  })
}

/** For what is unlisted: whoever knows its infohash has its link (TRANSFER.md), and marks travel with copies of a file. */
const UNLISTED_ORIGIN = 'urn:shoal:unlisted'

/** Where received files say they came from: the infohash as a URN, where it is no secret. */
export function originOf(source: TorrentInput): string {
  if (isUnlisted(source)) return UNLISTED_ORIGIN
  const { infohashV1, infohashV2 } = source.kind === 'torrent' ? source.torrent.metainfo : source.magnet
  return infohashV1 === undefined ? `urn:btmh:1220${infohashV2}` : `urn:btih:${infohashV1}`
}

/** The link asks to stay unlisted: no tracker is told of it. */
export function isUnlisted(source: TorrentInput): boolean {
  return source.kind === 'magnet' && source.magnet.to === 'link'
}

/** Hosts that what was given names, which will see our address: trackers, peers, nodes and web seeds. */
export function hostsIn(source: TorrentInput): string[] {
  const trackers = announced(source)
  const peers = source.kind === 'magnet' ? source.magnet.peers : nodesOf(source.torrent)
  const urls = [...trackers, ...webSeedsIn(source)]
  return [...new Set([...peers, ...urls.map((url) => (URL.canParse(url) ? new URL(url).host : url))])]
}

function webSeedsIn(source: TorrentInput): readonly string[] {
  if (source.kind === 'magnet') return source.magnet.webSeeds
  return [...source.torrent.hints.webSeeds, ...source.torrent.hints.httpSeeds]
}

function nodesOf({ metainfo, hints }: Torrent): string[] {
  return metainfo.private ? [] : hints.nodes.map(endpointText)
}

/** An unlisted link's trackers are not asked (TRANSFER.md). */
function announced(source: TorrentInput): readonly string[] {
  if (source.kind === 'torrent') return source.torrent.hints.trackers.flat()
  return isUnlisted(source) ? [] : source.magnet.trackers
}
