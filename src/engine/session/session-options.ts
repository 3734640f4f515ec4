// What a session is told when it opens; limits with their defaults and reasons (SAFETY.md).

import type { Endpoint } from '../../base/endpoint.ts'
import type { DhtIds } from '../discovery/dht.ts'
import type { Gateways } from '../discovery/port-map.ts'
import type { LocalContent } from '../torrent/take-from-disk.ts'
import type { BudgetLimits } from './connection-budget.ts'
import type { ContentSource } from './content-source.ts'
import type { ConnectionGate } from './gate.ts'
import type { RealmWays } from './realms.ts'

/** Of connections between peers (MSE/PE): never, both ways with it first, or nothing without it. */
export type EncryptionMode = 'off' | 'prefer' | 'require'

export interface SessionOptions {
  /** Where to listen; undefined accepts nobody. Port 0 takes any free one. */
  readonly listen: Endpoint | undefined
  /** Absolute; journals and kept metadata live below it. */
  readonly stateFolder: string
  /** Local discovery (BEP 14). */
  readonly lan: boolean
  /** Find peers in the mainline DHT (BEP 5). */
  readonly dht: boolean
  /** Nodes that the person named, `host:port`. */
  readonly dhtNodes: readonly string[]
  /** Public nodes that know others, `host:port`, asked only when nobody else answers; empty for none. */
  readonly dhtRouters: readonly string[]
  /** Ids that our nodes had before, for whoever has the state folder alone. */
  readonly dhtIds?: DhtIds
  /** Connections over UDP too (BEP 29). */
  readonly utp: boolean
  readonly encryption: EncryptionMode
  /** Asks the router to let others in (UPnP-IGD, NAT-PMP, PCP). */
  readonly portMapping: boolean
  /** Who knows this computer's routers; without it no port is mapped. */
  readonly gateways?: Gateways
  /** Who may be connected with; undefined lets everybody. */
  readonly gate?: ConnectionGate
  /** Which ways of connecting are used, for labs; both where undefined (`utp` permitting). */
  readonly transports?: { readonly tcp: boolean; readonly utp: boolean }
  /** Files offered to everyone, each answered as its content torrent when somebody asks; nothing is without it. */
  readonly content?: ContentSource
  /** Circles, and what is sent from device to device, in closed realms; there are none without it. */
  readonly realms?: RealmWays
  /** What is on this computer already, so that it need not be fetched. */
  readonly local?: LocalContent
  /** Shown to other clients, as `Shoal 0.1.0`. */
  readonly agent: string
  readonly upLimit: number | undefined
  readonly downLimit: number | undefined
  readonly maxConnections: number
  /** The other limits of connections where they are not those of SAFETY.md: raised for seedboxes and tests. */
  readonly connectionLimits?: Partial<BudgetLimits>
  /** Memory for arriving blocks, all torrents together. */
  readonly bufferBytes: number
  readonly maxOpenFiles: number
  /** Torrents that may download, and seed, at the same time. */
  readonly maxActiveDownloads: number
  readonly maxActiveSeeds: number
  /** Something went wrong that stops nothing now and costs something later: told once, when it happens. */
  readonly warn?: (warning: SessionWarning) => void
}

export interface SessionWarning {
  /** METADATA_NOT_KEPT: the next start asks peers for it again. NODES_NOT_KEPT: the next start finds the DHT more slowly. */
  readonly code: 'METADATA_NOT_KEPT' | 'NODES_NOT_KEPT'
  readonly name: string
  readonly why: string
}

export const DEFAULT_SESSION_OPTIONS = {
  lan: true,
  dht: false,
  dhtNodes: [],
  dhtRouters: [],
  utp: false,
  encryption: 'prefer',
  portMapping: false,
  upLimit: undefined,
  downLimit: undefined,
  /** SAFETY.md: 200 in all. */
  maxConnections: 200,
  /** Enough for a gigabit at half a second of disk delay, small beside the rest of a computer. */
  bufferBytes: 128 * 1024 * 1024,
  /** Well below the usual limit of 1,024 descriptors, sockets included. */
  maxOpenFiles: 256,
  maxActiveDownloads: 8,
  maxActiveSeeds: 200,
} as const

/** SAFETY.md: 50 connections a torrent. */
export const DEFAULT_MAX_PEERS = 50
