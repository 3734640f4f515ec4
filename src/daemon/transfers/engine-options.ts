// From a record to what an engine session is given: the list of files that is known or the link, and the choices made. Pure.

import { parseEndpoint } from '../../base/address.ts'
import type { ClosedRealm, FinalFile, TorrentEvents, TorrentOptions } from '../../engine/torrent/options.ts'
import { parseMagnet } from '../../metainfo/magnet.ts'
import type { Torrent as Content, Metainfo } from '../../metainfo/metainfo.ts'
import { type AddChoices, optionsForMagnet, optionsForTorrent } from '../add.ts'
import type { TransferRecord } from './record.ts'

/** Of the settings, what a transfer is opened with. */
export interface OpeningDefaults {
  readonly preallocate: boolean
  readonly maxPeers: number
}

/** What only this opening has. */
export interface Opening {
  readonly content: Content | undefined
  /** What an earlier run of the engine kept of a link's list of files. */
  readonly kept: Metainfo | undefined
  /** Its files were hashed a moment ago. */
  readonly justHashed: boolean
  /** A person asks for it anew, now: what is missing is fetched again. */
  readonly asked: boolean
  readonly priorities: (metainfo: Metainfo) => readonly number[]
  /** The look at what arrives; of a share, what is not given any more. */
  readonly arrival: {
    withheldOf(metainfo: Metainfo): ReadonlySet<number>
    beforeFinal(file: FinalFile): Promise<void>
  }
  readonly events: TorrentEvents
  readonly defaults: OpeningDefaults
}

export function engineOptions(record: TransferRecord, opening: Opening): TorrentOptions {
  const { content, kept, defaults } = opening
  const choices: AddChoices = {
    saveFolder: record.journalFolder,
    listing: record.audience,
    trackers: record.addedTrackers,
    peers: record.peers.map((text) => parseEndpoint(text)).filter((endpoint) => endpoint !== undefined),
    webSeeds: record.role === 'share' ? 'none' : record.webSeeds,
    pex: record.pex,
    maxPeers: record.maxPeers ?? defaults.maxPeers,
    priorities: opening.priorities,
    sequential: record.sequential,
    superSeed: record.superSeed,
    preallocate: defaults.preallocate ? 'full' : 'sparse',
    justHashed: opening.justHashed,
    agreed: record.agreed,
    refetch: opening.asked && record.role === 'get',
    fromDisk: record.role === 'get',
    ...(record.diskPaths === null ? {} : { diskPaths: record.diskPaths.map((path) => path ?? undefined) }),
    ...(record.role === 'share' ? {} : { beforeFinal: (file) => opening.arrival.beforeFinal(file) }),
    events: opening.events,
  }
  const options =
    content === undefined
      ? optionsForMagnet(parseMagnet(record.magnet), kept, choices)
      : optionsForTorrent(content, choices)
  return {
    ...withoutHosts(options, record),
    ...(record.realm === null ? {} : { realm: record.realm as ClosedRealm }),
    wasFinished: record.summary.finished,
    withheld: (metainfo) => opening.arrival.withheldOf(metainfo),
    ...(record.saveFolder === record.journalFolder ? {} : { movedTo: record.saveFolder }),
  }
}

/** What the person did not want to be contacted, and trackers that were taken out. */
function withoutHosts(options: TorrentOptions, record: TransferRecord): TorrentOptions {
  const hosts = new Set(record.exceptHosts)
  const removed = new Set(record.removedTrackers)
  if (hosts.size === 0 && removed.size === 0) return options
  const tiers = options.trackers.map((tier) =>
    tier.filter(({ url }) => !removed.has(url) && !isAmong(hosts, url)),
  )
  const bare = (host: string, port: number) =>
    !hosts.has(host) && !hosts.has(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
  return {
    ...options,
    trackers: tiers.filter((tier) => tier.length > 0),
    peers: options.peers.filter(({ host, port }) => bare(host, port)),
    nodes: (options.nodes ?? []).filter(({ host, port }) => bare(host, port)),
    webSeeds: (options.webSeeds ?? []).filter(({ url }) => !isAmong(hosts, url)),
  }
}

/** By name, or by name and port as a link shows it. */
export function isAmong(hosts: ReadonlySet<string>, url: string): boolean {
  if (!URL.canParse(url)) return hosts.has(url)
  const { host, hostname } = new URL(url)
  return hosts.has(host) || hosts.has(hostname)
}
