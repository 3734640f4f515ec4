// From what a person gave (a torrent, a magnet link, choices) to the options an engine session is given. Pure of I/O.

import { parseEndpoint } from '../base/address.ts'
import type { Endpoint } from '../base/endpoint.ts'
import { DEFAULT_MAX_PEERS } from '../engine/session/session-options.ts'
import type { FinalFile, Listing, TorrentEvents, TorrentOptions } from '../engine/torrent/options.ts'
import type { WebSeedSource } from '../engine/webseed/source.ts'
import type { Magnet } from '../metainfo/magnet.ts'
import type { Metainfo, Torrent } from '../metainfo/metainfo.ts'

export interface AddChoices {
  readonly saveFolder: string
  /** Undefined: as the link says (x.to=link stays unlisted), else everyone. */
  readonly listing?: Listing
  readonly trackers?: readonly string[]
  readonly peers?: readonly Endpoint[]
  /** Typed ones, asked beside those that the link or torrent names; 'none': nothing is fetched from anywhere. */
  readonly webSeeds?: readonly string[] | 'none'
  readonly pex?: boolean
  readonly lan?: boolean
  readonly dht?: boolean
  readonly maxPeers?: number
  readonly priorities?: (metainfo: Metainfo) => readonly number[]
  readonly sequential?: boolean
  readonly superSeed?: boolean
  readonly preallocate?: 'sparse' | 'full'
  readonly partSuffix?: string
  readonly justHashed?: boolean
  readonly agreed?: boolean
  /** Files whose content is here already are taken from there. */
  readonly fromDisk?: boolean
  readonly refetch?: boolean
  readonly diskPaths?: readonly (string | undefined)[]
  readonly beforeFinal?: (file: FinalFile) => Promise<void>
  readonly withheld?: (metainfo: Metainfo) => ReadonlySet<number>
  readonly events: TorrentEvents
}

/** Suffix of files that are not whole yet (TRANSFER.md). */
export const PART_SUFFIX = '.part'

/** A torrent file, or one rebuilt from what an earlier run kept. */
export function optionsForTorrent(torrent: Torrent, choices: AddChoices): TorrentOptions {
  const { metainfo, hints } = torrent
  const listing = choices.listing ?? 'everyone'
  return {
    ...common(choices),
    infohashV1: metainfo.infohashV1,
    infohashV2: metainfo.infohashV2,
    metainfo,
    displayName: metainfo.name,
    listing,
    trackers: tiers(hints.trackers, choices.trackers ?? [], listing === 'everyone' || metainfo.private),
    peers: choices.peers ?? [],
    nodes: metainfo.private ? [] : hints.nodes,
    webSeeds: webSeeds(
      // These are told the infohash (BEP 17), so an unlisted torrent has none of them.
      { files: hints.webSeeds, pieces: listing === 'everyone' || metainfo.private ? hints.httpSeeds : [] },
      choices.webSeeds,
    ),
  }
}

/** A magnet link; `kept` is its metadata when an earlier run learned it. */
export function optionsForMagnet(
  magnet: Magnet,
  kept: Metainfo | undefined,
  choices: AddChoices,
): TorrentOptions {
  const listing = choices.listing ?? (magnet.to === 'link' ? 'link' : 'everyone')
  const named = magnet.peers.map((text) => parseEndpoint(text)).filter((endpoint) => endpoint !== undefined)
  return {
    ...common(choices),
    infohashV1: magnet.infohashV1,
    infohashV2: magnet.infohashV2,
    metainfo: kept,
    displayName: kept?.name ?? magnet.displayName ?? magnet.infohashV2 ?? magnet.infohashV1 ?? '',
    listing,
    trackers: tiers(
      magnet.trackers.map((url) => [url]),
      choices.trackers ?? [],
      listing === 'everyone',
    ),
    peers: [...(choices.peers ?? []), ...named],
    webSeeds: webSeeds({ files: magnet.webSeeds, pieces: [] }, choices.webSeeds),
  }
}

function common(choices: AddChoices) {
  return {
    realm: 'public' as const,
    saveFolder: choices.saveFolder,
    pex: choices.pex ?? true,
    lan: choices.lan ?? true,
    dht: choices.dht ?? true,
    maxPeers: choices.maxPeers ?? DEFAULT_MAX_PEERS,
    priorities: choices.priorities,
    sequential: choices.sequential ?? false,
    superSeed: choices.superSeed ?? false,
    preallocate: choices.preallocate ?? ('sparse' as const),
    partSuffix: choices.partSuffix ?? PART_SUFFIX,
    justHashed: choices.justHashed ?? false,
    agreed: choices.agreed ?? false,
    fromDisk: choices.fromDisk ?? false,
    refetch: choices.refetch ?? false,
    diskPaths: choices.diskPaths,
    beforeFinal: choices.beforeFinal,
    ...(choices.withheld === undefined ? {} : { withheld: choices.withheld }),
    events: choices.events,
  }
}

/** BEP 19 tells nobody the infohash, so an unlisted torrent may have such web seeds. */
function webSeeds(
  told: { readonly files: readonly string[]; readonly pieces: readonly string[] },
  typed: AddChoices['webSeeds'] = [],
): readonly WebSeedSource[] {
  if (typed === 'none') return []
  const byUrl = new Map<string, WebSeedSource>()
  for (const url of told.pieces) byUrl.set(url, { url, kind: 'pieces', by: 'link' })
  for (const url of told.files) byUrl.set(url, { url, kind: 'files', by: 'link' })
  for (const url of typed) byUrl.set(url, { url, kind: 'files', by: 'hand' })
  return [...byUrl.values()]
}

/** Trackers learn the infohash, so an unlisted torrent has none (TRANSFER.md, Listed and unlisted). */
function tiers(
  told: readonly (readonly string[])[],
  typed: readonly string[],
  announced: boolean,
): TorrentOptions['trackers'] {
  if (!announced) return []
  const byHand = typed.map((url) => [{ url, by: 'hand' as const }])
  // The links and .torrent files a person gives are given by hand (SAFETY.md, Scope of addresses).
  return [...byHand, ...told.map((tier) => tier.map((url) => ({ url, by: 'hand' as const })))]
}
