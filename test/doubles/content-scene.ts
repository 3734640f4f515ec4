// Two simulated computers: one offers files by their content, the other asks for them. For tests of what is opened on demand.

import { SimDisk } from '../../lab/sim/disk.ts'
import type { SimHost } from '../../lab/sim/host.ts'
import { SimNetwork } from '../../lab/sim/network.ts'
import { World } from '../../lab/sim/world.ts'
import { hashBytes, type WireHash, wireHash } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import type { ContentSource, OfferedContent } from '../../src/engine/session/content-source.ts'
import { Session } from '../../src/engine/session/session.ts'
import { DEFAULT_SESSION_OPTIONS, type SessionOptions } from '../../src/engine/session/session-options.ts'
import type { TorrentOptions } from '../../src/engine/torrent/options.ts'
import type { Torrent } from '../../src/engine/torrent/torrent.ts'
import {
  type ContentId,
  contentInfo,
  contentInfohash,
  contentPieceLength,
} from '../../src/metainfo/content-id.ts'
import { BLOCK_BYTES } from '../../src/metainfo/geometry.ts'
import { blocksOf, Merkle, pieceLayer, powerOfTwoAbove, rootLayer } from '../../src/metainfo/merkle.ts'
import { readInfo } from '../../src/metainfo/read.ts'
import { torrentTag } from '../../src/protocol/mse/keys.ts'
import { digest } from './digest.ts'

export const PORT = 6881

export function contentOf(bytes: Uint8Array): ContentId {
  const merkle = new Merkle(digest)
  const leaves = merkle.leaves(bytes)
  return { root: merkle.root(leaves, 0, rootLayer(bytes.length)), lengthBytes: bytes.length }
}

export function layerOf(bytes: Uint8Array): Uint8Array {
  const merkle = new Merkle(digest)
  const pieceBytes = contentPieceLength(bytes.length)
  const leaves = merkle.leaves(bytes)
  // Of the last piece the absent leaves count, too: rows of the layer above whole pieces.
  return merkle.root(
    leaves,
    0,
    Math.min(pieceLayer(pieceBytes), rootLayer(powerOfTwoAbove(blocksOf(bytes.length)) * BLOCK_BYTES)),
  )
}

export function noise(seed: number, lengthBytes: number): Uint8Array {
  return new SeededRandom(seed).bytes(lengthBytes)
}

/** What is offered, by hash, and how often it was asked. */
export class OfferedFiles implements ContentSource {
  readonly offered = new Map<WireHash, OfferedContent>()
  asks = 0
  /** Done between an answer and what is made of it. */
  afterAnswer: (() => void) | undefined

  offer(content: OfferedContent): WireHash {
    const hash = wireHash(contentInfohash(content.content, digest))
    this.offered.set(hash, content)
    return hash
  }

  async byInfohash(hash: Uint8Array): Promise<OfferedContent | undefined> {
    this.asks++
    const found = this.offered.get(hash.toHex() as WireHash)
    this.afterAnswer?.()
    return found
  }

  async byTag(tag: Uint8Array): Promise<OfferedContent | undefined> {
    this.asks++
    const text = tag.toHex()
    const hash = [...this.offered.keys()].find((each) => torrentTag(digest, each).toHex() === text)
    this.afterAnswer?.()
    return hash === undefined ? undefined : this.offered.get(hash)
  }

  async after(hash: Uint8Array | undefined, count: number): Promise<readonly Uint8Array[]> {
    const sorted = [...this.offered.keys()].sort()
    const from = hash === undefined ? 0 : sorted.findIndex((each) => each > hash.toHex())
    return from < 0 ? [] : sorted.slice(from, from + count).map((each) => hashBytes(each))
  }
}

export class ContentScene {
  readonly world: World
  readonly network: SimNetwork
  readonly source = new OfferedFiles()
  readonly holder: { readonly host: SimHost; readonly disk: SimDisk }
  readonly #sessions: Session[] = []
  #hosts = 0
  /** How long each operation of a disk takes; default some turns of the promise queue. */
  diskMs = 0

  constructor(seed = 1) {
    this.world = new World(seed)
    this.network = new SimNetwork(this.world, { strict: false })
    this.holder = this.#computer('holder', '10.0.0.1')
  }

  #computer(name: string, address: string) {
    const host = this.network.addHost(name, { addresses: [address] })
    const disk = new SimDisk({
      random: this.world.random(`disk of ${name}`),
      wallMs: () => host.clock.wallMs(),
      latency: () => (this.diskMs > 0 ? this.world.sleep(this.diskMs) : Promise.resolve()),
    })
    return { host, disk }
  }

  /** A file on the holder's disk, as its content torrent. */
  async plant(path: string, bytes: Uint8Array): Promise<OfferedContent> {
    const { disk } = this.holder
    await disk.makeDirectory(disk.join(path, '..'))
    const file = await disk.open(path, 'create')
    await file.write(bytes, 0)
    await file.sync()
    await file.close()
    await disk.syncDirectory(disk.join(path, '..'))
    await disk.syncDirectory('/')
    const stat = await disk.stat(path)
    if (stat === undefined) throw new Error(`${path} was not written`)
    const { lengthBytes, modifiedMs, identity } = stat
    return { content: contentOf(bytes), path, identity: { lengthBytes, modifiedMs, identity } }
  }

  async open(options: Partial<SessionOptions> = {}): Promise<Session> {
    return await this.#open(this.holder, { content: this.source, ...options })
  }

  /** Another computer with a session of its own. */
  async stranger(
    options: Partial<SessionOptions> = {},
  ): Promise<{ session: Session; disk: SimDisk; host: SimHost }> {
    const computer = this.#computer(`stranger ${++this.#hosts}`, `10.0.1.${this.#hosts}`)
    await computer.disk.makeDirectory('/saved')
    return { ...computer, session: await this.#open(computer, options) }
  }

  async #open(
    { host, disk }: { host: SimHost; disk: SimDisk },
    options: Partial<SessionOptions>,
  ): Promise<Session> {
    const session = await Session.open(host.ports(disk), {
      ...DEFAULT_SESSION_OPTIONS,
      agent: 'Shoal in the lab',
      listen: { host: '::', port: PORT },
      stateFolder: '/state',
      lan: false,
      bufferBytes: 16 << 20,
      ...options,
    })
    this.#sessions.push(session)
    return session
  }

  async close(): Promise<void> {
    await this.world.run(
      'the end',
      async () => {
        await Promise.all(this.#sessions.map((session) => session.close()))
      },
      600_000,
    )
  }
}

/** Gets a content torrent from the holder. */
export function gets(session: Session, content: ContentId, more: Partial<TorrentOptions> = {}): Torrent {
  const metainfo = readInfo(contentInfo(content), digest)
  return session.add({
    infohashV1: undefined,
    infohashV2: metainfo.infohashV2,
    metainfo,
    displayName: metainfo.name,
    realm: 'public',
    listing: 'everyone',
    saveFolder: '/saved',
    trackers: [],
    peers: [{ host: '10.0.0.1', port: PORT }],
    pex: true,
    lan: false,
    dht: false,
    maxPeers: 50,
    priorities: undefined,
    sequential: false,
    superSeed: false,
    preallocate: 'sparse',
    partSuffix: '.part',
    justHashed: false,
    agreed: false,
    diskPaths: undefined,
    beforeFinal: undefined,
    events: {},
    ...more,
  })
}
