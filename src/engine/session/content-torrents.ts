// Content torrents that are opened because somebody asked for them, over the person's own files, and closed when nobody is
// there any more. Invariant: a file is served only while the source offers its content and it is the file that was hashed; at
// most MAX_OPEN are open, and none of them is pushed out while somebody may need it.

import type { DeadlineQueue, Sleeper } from '../../base/deadline-queue.ts'
import { after, hashBytes, type Infohash, type Millis, type WireHash, wireHash } from '../../base/ids.ts'
import type { Ports } from '../../base/ports.ts'
import { contentInfo, contentInfohash } from '../../metainfo/content-id.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { readInfo } from '../../metainfo/read.ts'
import type { Realm, TorrentOptions } from '../torrent/options.ts'
import type { Torrent } from '../torrent/torrent.ts'
import { ASKS_PER_MEMBER, ContentAsks } from './content-asks.ts'
import { ContentLayers } from './content-layers.ts'
import type { ContentSource, OfferedContent } from './content-source.ts'

/** Each has a descriptor and some hundred KiB; more people than this are no household's. */
const MAX_OPEN = 64
/** Opened side by side; whoever asks beyond that comes again. */
const MAX_OPENING = 8
/** Nobody who lacks something is connected for so long. */
const IDLE_MS = 60_000
const LOOK_EVERY_MS = 5_000
/** Found by what an encrypted handshake said, until its plain one follows in a round trip; the oldest goes first. */
const MAX_EXPECTED = 64
/** Of one content torrent; those that were asked for otherwise have the session's own limit. */
const MAX_PEERS = 50

export interface ContentTorrentsOptions {
  readonly source: ContentSource
  readonly ports: Pick<Ports, 'clock' | 'digest' | 'hasher' | 'disk'>
  readonly wakes: DeadlineQueue
  /** Makes a torrent of the session that is in no queue. */
  readonly make: (options: TorrentOptions) => Torrent
  /** Answers to strangers from now on. */
  readonly opened: (torrent: Torrent) => void
  /** And from now on no more. */
  readonly closed: (torrent: Torrent) => void
  /** A torrent of the person's own: it answers for itself. */
  readonly own: (hash: WireHash) => Torrent | undefined
  /** Where they are asked for: `public` unless given. */
  readonly realm?: Realm
  /** What a content torrent's hash is called there; all hashes that go in and out here are such names. */
  readonly nameOf?: (hash: WireHash) => WireHash | undefined
}

interface Open {
  readonly hash: WireHash
  readonly torrent: Torrent
  readonly ready: Promise<Torrent | undefined>
  askedAt: Millis
}

export class ContentTorrents implements Sleeper {
  readonly #options: ContentTorrentsOptions
  readonly #asks: ContentAsks
  readonly #layers: ContentLayers
  /** Least recently asked for first. */
  readonly #open = new Map<WireHash, Open>()
  readonly #opening = new Map<WireHash, Promise<Torrent | undefined>>()
  readonly #expected = new Map<WireHash, OfferedContent>()
  readonly #closing = new Set<Promise<void>>()
  #givenBefore = 0
  /** How often it was said that what is offered changed. */
  #changes = 0
  #closed = false

  constructor(options: ContentTorrentsOptions) {
    this.#options = options
    const open = options.realm === undefined || options.realm === 'public'
    this.#asks = open ? new ContentAsks() : new ContentAsks(ASKS_PER_MEMBER)
    this.#layers = new ContentLayers(options.ports.hasher, options.ports.digest)
  }

  get size(): number {
    return this.#open.size
  }

  get torrents(): Torrent[] {
    return [...this.#open.values()].map(({ torrent }) => torrent)
  }

  /** By all of them, since the session was opened. */
  get givenBytes(): number {
    return this.torrents.reduce((sum, { swarm }) => sum + swarm.givenBytes, this.#givenBefore)
  }

  /** Somebody at `host` asks for it in a plain handshake, or in the one inside an encrypted one. */
  async open(hash: WireHash, host: string): Promise<Torrent | undefined> {
    if (this.#closed) return undefined
    const open = this.#open.get(hash)
    if (open !== undefined) {
      this.#touch(open)
      return await open.ready
    }
    const underWay = this.#opening.get(hash)
    if (underWay !== undefined) return await underWay
    if (this.#opening.size >= MAX_OPENING) return undefined
    const expected = this.#expected.get(hash)
    this.#expected.delete(hash)
    if (expected === undefined && !this.#asks.mayAsk(hash, host, this.#now())) return undefined
    const opening = this.#find(hash, expected).finally(() => this.#opening.delete(hash))
    this.#opening.set(hash, opening)
    return await opening
  }

  /** Somebody at `host` names a torrent by its tag in an encrypted handshake; nothing is opened before it was proved. */
  async byTag(tag: Uint8Array, host: string): Promise<WireHash | undefined> {
    const key = tag.toHex()
    if (this.#closed || !this.#asks.mayAsk(key, host, this.#now())) return undefined
    const offered = await this.#options.source.byTag(tag)
    if (offered === undefined) {
      this.#asks.notFound(key, this.#now())
      return undefined
    }
    const hash = this.#nameOf(offered)
    if (hash === undefined) return undefined
    if (this.#expected.size >= MAX_EXPECTED)
      this.#expected.delete(this.#expected.keys().next().value as WireHash)
    this.#expected.set(hash, offered)
    return hash
  }

  /**
   * What is offered changed: what was not found may be now, and what is not offered any more has nobody connected when this
   * resolves, without waiting for its files.
   */
  async offersChanged(): Promise<void> {
    this.#asks.forget()
    this.#expected.clear()
    this.#changes++
    await Promise.all(
      [...this.#open.values()].map(async (open) => {
        // A source that cannot say offers nothing.
        const offered = await this.#options.source.byInfohash(hashBytes(open.hash)).catch(() => undefined)
        if (offered === undefined) this.#close(open)
      }),
    )
  }

  /** A torrent of the person's own with this hash takes its place. */
  yield(hash: WireHash): void {
    const open = this.#open.get(hash)
    if (open !== undefined) this.#close(open)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#opening.values()].map((opening) => opening.catch(() => undefined)))
    for (const open of [...this.#open.values()]) this.#close(open)
    this.#options.wakes.forget(this)
    while (this.#closing.size > 0) await Promise.all(this.#closing)
  }

  wake(now: Millis): Millis | undefined {
    for (const open of [...this.#open.values()]) {
      if (isWanted(open.torrent)) open.askedAt = now
      else if (now >= after(open.askedAt, IDLE_MS)) this.#close(open)
    }
    return this.#open.size > 0 ? after(now, LOOK_EVERY_MS) : undefined
  }

  async #find(hash: WireHash, expected: OfferedContent | undefined): Promise<Torrent | undefined> {
    const { source } = this.#options
    const changes = this.#changes
    const offered = expected ?? (await source.byInfohash(hashBytes(hash)))
    if (offered === undefined || this.#nameOf(offered) !== hash) {
      this.#asks.notFound(hash, this.#now())
      return undefined
    }
    const metainfo = await this.#metainfo(offered)
    // Looked at again until it is open without anything having changed meanwhile.
    if (changes !== this.#changes) return await this.#find(hash, undefined)
    const own = this.#options.own(hash)
    if (own !== undefined) return own
    if (metainfo === undefined || this.#closed || !this.#makeRoom()) return undefined
    return await this.#start(hash, metainfo, offered)
  }

  /** Undefined while its piece layer cannot be had, or where the file is not that content any more. */
  async #metainfo({ content, path, identity, layer }: OfferedContent): Promise<Metainfo | undefined> {
    const { digest, disk } = this.#options.ports
    const stat = await disk.stat(path)
    const same =
      stat?.kind === 'file' &&
      stat.lengthBytes === content.lengthBytes &&
      stat.modifiedMs === identity.modifiedMs &&
      stat.identity === identity.identity
    // Read by its path only after it was seen to be a plain file of that length.
    const pieces = same ? await this.#layers.of(content, path, layer) : undefined
    if (pieces === undefined) return undefined
    const pieceLayers = pieces.length === 0 ? new Map() : new Map([[content.root.toHex(), pieces]])
    return readInfo(contentInfo(content), digest, undefined, { pieceLayers })
  }

  async #start(hash: WireHash, metainfo: Metainfo, offered: OfferedContent): Promise<Torrent | undefined> {
    const { make, opened, ports, wakes } = this.#options
    let settle: (torrent: Torrent | undefined) => void = () => {}
    const ready = new Promise<Torrent | undefined>((resolve) => {
      settle = resolve
    })
    const torrent = make(
      optionsOf(metainfo, offered, ports.disk.join(offered.path, '..'), this.#options.realm ?? 'public', {
        stateChanged: () => {
          if (torrent.stateName === 'live') settle(torrent)
          if (torrent.stateName === 'failed' || torrent.stateName === 'paused') {
            settle(undefined)
            this.#close(open)
          }
        },
        // Changed, gone, unreadable: nothing of it is given any more, and it is looked at anew when it is asked for again.
        problemChanged: () => this.#close(open),
      }),
    )
    const open: Open = { hash, torrent, ready, askedAt: this.#now() }
    this.#open.set(hash, open)
    opened(torrent)
    torrent.start()
    wakes.hasten(this, after(this.#now(), LOOK_EVERY_MS))
    return await ready
  }

  #touch(open: Open): void {
    open.askedAt = this.#now()
    this.#open.delete(open.hash)
    this.#open.set(open.hash, open)
  }

  /** Whoever was asked for the longest ago and has nobody makes way. */
  #makeRoom(): boolean {
    if (this.#open.size < MAX_OPEN) return true
    for (const open of this.#open.values()) {
      if (isWanted(open.torrent) || open.torrent.stateName !== 'live') continue
      this.#close(open)
      return true
    }
    return false
  }

  #close(open: Open): void {
    if (this.#open.get(open.hash) !== open) return
    this.#open.delete(open.hash)
    this.#options.closed(open.torrent)
    const ending = open.torrent.pause().finally(() => {
      this.#closing.delete(ending)
      this.#options.wakes.forget(open.torrent)
    })
    this.#closing.add(ending)
    this.#givenBefore += open.torrent.swarm.givenBytes
  }

  #nameOf({ content }: OfferedContent): WireHash | undefined {
    const { ports, nameOf } = this.#options
    const hash = wireHash(contentInfohash(content, ports.digest))
    return nameOf === undefined ? hash : nameOf(hash)
  }

  #now(): Millis {
    return this.#options.ports.clock.now()
  }
}

/** Somebody is connected who has not all of it. */
function isWanted({ swarm }: Torrent): boolean {
  for (const peer of swarm.peers) if (!peer.isSeed) return true
  return false
}

/** Found by nobody through it: what is offered to everyone is announced in turn (content-announcer.ts). */
function optionsOf(
  metainfo: Metainfo,
  offered: OfferedContent,
  saveFolder: string,
  realm: Realm,
  events: TorrentOptions['events'],
): TorrentOptions {
  return {
    infohashV1: undefined,
    infohashV2: metainfo.infohashV2 as Infohash,
    metainfo,
    displayName: metainfo.name,
    realm,
    listing: 'everyone',
    saveFolder,
    trackers: [],
    peers: [],
    pex: true,
    lan: false,
    dht: false,
    maxPeers: MAX_PEERS,
    priorities: undefined,
    sequential: false,
    superSeed: false,
    preallocate: 'sparse',
    partSuffix: '',
    justHashed: true,
    onlyAs: [offered.identity],
    agreed: false,
    diskPaths: [offered.path],
    beforeFinal: undefined,
    events,
  }
}
