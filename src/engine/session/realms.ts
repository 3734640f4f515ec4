// Closed realms: torrents of one circle, or of what one device sent to another. Whoever opens streams to its devices and knows what hashes are
// called there stands behind RealmWays; what a torrent of a realm is given instead of the session's own services is made here.
// Invariant: a torrent of a closed realm has no tracker, no DHT, no local network, no PEX, no hole and no address of ours to tell; it
// meets others by streams of its realm alone, and answers to nobody else.

import { formatIp } from '../../base/address.ts'
import type { DeadlineQueue } from '../../base/deadline-queue.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { WireHash } from '../../base/ids.ts'
import type { Connection } from '../../base/ports.ts'
import type { ClosedRealm, TorrentOptions } from '../torrent/options.ts'
import type { Outside, TorrentServices } from '../torrent/services.ts'
import { Torrent } from '../torrent/torrent.ts'
import type { Dialer } from '../transport/racing.ts'
import type { ContentSource } from './content-source.ts'
import { ContentTorrents, type ContentTorrentsOptions } from './content-torrents.ts'

/**
 * Devices have no address here: each stands under one of its own that is no network's (`fd…`, RFC 4193) and this port. It is never
 * dialled by anything but the realm's streams.
 */
export const DEVICE_PORT = 1

/** What is given to people one knows, beside one torrent of strangers, where the upload limit is short: four fifths. */
export const KNOWN_WEIGHT = 4

export interface RealmWays {
  /**
   * What a torrent's hash is called there now: nobody who has not the realm's secret can tell which torrent it is. Undefined where we
   * are not in it (any more). Asked for each handshake: must be quick.
   */
  nameOf(realm: ClosedRealm, hash: WireHash): WireHash | undefined
  /** Streams to its devices, authenticated both ways. */
  dialer(realm: ClosedRealm): Dialer
  /** What is offered there, by names; `byTag` is never asked. */
  source(realm: ClosedRealm): ContentSource
}

/** Nobody in a realm sees or tells where we are. */
const NOWHERE: Outside = { connected() {}, seenAs() {}, outside: () => undefined }

/** The same session, without anything that reaches beyond the realm. */
function realmServices(
  services: TorrentServices,
  realm: ClosedRealm,
  ways: Pick<RealmWays, 'nameOf'>,
): TorrentServices {
  return {
    ...services,
    lan: undefined,
    dht: () => undefined,
    announcedPort: () => DEVICE_PORT,
    listenPort: () => DEVICE_PORT,
    mayBeHidden: () => false,
    udpPort: () => 0,
    punches: () => false,
    outside: NOWHERE,
    nameOf: (hash) => ways.nameOf(realm, hash),
    // Among themselves all are alike; what they get before strangers is the session's to share out.
    knows: () => false,
    limiter: (direction, own) => services.limiter(direction, own, direction === 'up' ? KNOWN_WEIGHT : 1),
    reachable: () => 'yes',
  }
}

/** Whatever was asked for: nothing of it is found or told outside. */
function realmOptions(options: TorrentOptions): TorrentOptions {
  return {
    ...options,
    listing: 'link',
    trackers: [],
    nodes: [],
    webSeeds: [],
    pex: false,
    lan: false,
    dht: false,
  }
}

/** The address under which a device stands: of 15 bytes of its hash, so that two never meet by chance. @param hash at least 15 bytes */
export function deviceEndpoint(hash: Uint8Array): Endpoint {
  return { host: formatIp(Uint8Array.of(0xfd, ...hash.subarray(0, 15))), port: DEVICE_PORT }
}

export interface RealmsOptions {
  readonly ways: RealmWays
  readonly ports: ContentTorrentsOptions['ports']
  readonly wakes: DeadlineQueue
  /** Of the session, from which those of each realm are made. */
  readonly services: TorrentServices
  /** The session's own torrents, of all realms. */
  readonly own: Iterable<Torrent>
  readonly accept: (realm: ClosedRealm, connection: Connection) => void
}

interface Parts {
  readonly services: TorrentServices
  readonly content: ContentTorrents
}

export class Realms {
  readonly #options: RealmsOptions
  readonly #parts = new Map<ClosedRealm, Parts>()

  constructor(options: RealmsOptions) {
    this.#options = options
  }

  dialer(realm: ClosedRealm): Dialer {
    return this.#options.ways.dialer(realm)
  }

  /** The torrent that answers to this name there now. */
  lookup(realm: ClosedRealm, name: WireHash): Torrent | undefined {
    return (
      namedIn(this.#options.own, realm, name) ??
      namedIn(this.#parts.get(realm)?.content.torrents ?? [], realm, name)
    )
  }

  /** One that is not open and may be, for the device at `host`. */
  onDemand(realm: ClosedRealm, name: WireHash, host: string): Promise<Torrent | undefined> {
    return this.#of(realm).content.open(name, host)
  }

  /** Where we are not in that realm (yet), it has no name there: it waits, and is nobody's. */
  enclose(realm: ClosedRealm, options: TorrentOptions): Torrent {
    const { services, content } = this.#of(realm)
    const torrent = new Torrent(realmOptions(options), services)
    for (const name of torrent.wireHashes) content.yield(name)
    return torrent
  }

  /** Somebody of this realm opened a stream; whom it is from was proved before. */
  accept(realm: ClosedRealm, connection: Connection): void {
    this.#options.accept(realm, connection)
  }

  /**
   * Its secret, its members or what is offered there changed: what is not offered any more, and whoever is not `allowed`, has no
   * connection there when this resolves.
   */
  async changed(realm: ClosedRealm, allowed: (from: Endpoint) => boolean): Promise<void> {
    const parts = this.#parts.get(realm)
    for (const { options, swarm } of [...this.#options.own, ...(parts?.content.torrents ?? [])]) {
      if (options.realm !== realm) continue
      for (const peer of [...swarm.peers])
        if (!allowed(peer.endpoint)) peer.close({ code: 'LEFT_REALM', blame: 'nobody' })
    }
    await parts?.content.offersChanged()
  }

  /** To whoever asked there for content that no torrent of ours is about, since the session was opened. */
  get givenBytes(): number {
    return [...this.#parts.values()].reduce((sum, { content }) => sum + content.givenBytes, 0)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#parts.values()].map(({ content }) => content.close()))
  }

  #of(realm: ClosedRealm): Parts {
    const known = this.#parts.get(realm)
    if (known !== undefined) return known
    const { ways, ports, wakes, own } = this.#options
    const services = realmServices(this.#options.services, realm, ways)
    const content = new ContentTorrents({
      source: ways.source(realm),
      ports,
      wakes,
      make: (wish) => new Torrent(realmOptions(wish), services),
      opened: () => {},
      closed: () => {},
      own: (name) => namedIn(own, realm, name),
      realm,
      nameOf: (hash) => ways.nameOf(realm, hash),
    })
    const parts = { services, content }
    this.#parts.set(realm, parts)
    return parts
  }
}

function namedIn(torrents: Iterable<Torrent>, realm: ClosedRealm, name: WireHash): Torrent | undefined {
  for (const torrent of torrents)
    if (torrent.options.realm === realm && torrent.wireHashes.includes(name)) return torrent
  return undefined
}
