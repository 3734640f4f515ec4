// Scenes for one connection: a torrent that only records (PeerHost), a remote that says what a test dictates, and two
// production peers joined by a link. Everything is real but the torrent, the disk and the network.

import type { Bitfield } from '../../src/base/bitfield.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import { type Millis, type PeerId, type PieceIndex, peerId, type WireHash } from '../../src/base/ids.ts'
import type { Clock } from '../../src/base/ports.ts'
import { ReusedFrames } from '../../src/engine/peer/frame-pool.ts'
import type { Allowance, CloseReason, FramePool, PeerHost } from '../../src/engine/peer/host.ts'
import { EXTENSION_IDS, Peer } from '../../src/engine/peer/peer.ts'
import { WireDecoder } from '../../src/protocol/wire/decoder.ts'
import { encodeMessage } from '../../src/protocol/wire/encode.ts'
import type { ExtensionHandshake } from '../../src/protocol/wire/extension-handshake.ts'
import type { Handshake, HandshakeFlags } from '../../src/protocol/wire/handshake.ts'
import type { Message } from '../../src/protocol/wire/messages.ts'
import { digest } from './digest.ts'
import { type LinkedConnection, type LinkOptions, link } from './linked-connections.ts'
import { MemoryContent, type MemoryContentOptions, rightBytes } from './memory-content.ts'
import type { Told } from './pretended-peer.ts'
import { type Recorded, RecordingSink } from './recording-sink.ts'
import { VirtualClock } from './virtual-clock.ts'

export const HASH = 'aa'.repeat(20) as WireHash

export const MODERN: HandshakeFlags = { extended: true, fast: true, v2: false, dht: false }
export const PLAIN: HandshakeFlags = { extended: false, fast: false, v2: false, dht: false }

export function idOf(letter: string): PeerId {
  return peerId(new Uint8Array(20).fill(letter.charCodeAt(0)))
}

export const UNLIMITED: Allowance = {
  take: (wantedBytes) => wantedBytes,
  give: () => {},
  satisfied: () => {},
  nextAt: (now) => now,
  unlimited: true,
}

/** A limit without time: bytes are there until they are taken. */
export class Purse implements Allowance {
  readonly unlimited = false
  bytes: number
  nextAtMs = 1_000

  constructor(bytes: number) {
    this.bytes = bytes
  }

  take(wantedBytes: number): number {
    const granted = Math.min(wantedBytes, this.bytes)
    this.bytes -= granted
    return granted
  }

  satisfied(): void {}

  give(bytes: number): void {
    this.bytes += bytes
  }

  nextAt(now: Millis): Millis {
    return (now + this.nextAtMs) as Millis
  }
}

/** A torrent that does the least: verifies finished pieces by their bytes, announces them, and records the rest. */
export class RecordingHost implements PeerHost {
  readonly clock: Clock
  readonly digest = digest
  content: MemoryContent | undefined
  readonly frames: FramePool = new ReusedFrames()
  readonly peers = new Map<number, Peer>()
  up: Allowance = UNLIMITED
  down: Allowance = UNLIMITED
  description: ExtensionHandshake = { ids: new Map(Object.entries(EXTENSION_IDS)), requestQueue: 500 }
  readonly changes: string[] = []
  readonly gains: number[] = []
  readonly messages: Parameters<PeerHost['message']>[1][] = []
  readonly wakes: Millis[] = []
  readonly closings: CloseReason[] = []
  readonly brokenBy: unknown[] = []
  /** Finished pieces that were wrong. */
  readonly wrong: number[] = []
  receivedBytes = 0
  wastedBytes = 0
  uploadedBytes = 0
  onChanged: (peer: Peer, what: string) => void = () => {}

  constructor(clock: Clock, content: MemoryContent | undefined) {
    this.clock = clock
    this.content = content
  }

  allowance(direction: 'up' | 'down'): Allowance {
    return direction === 'up' ? this.up : this.down
  }

  describe(): ExtensionHandshake {
    return this.description
  }

  changed(peer: Peer, what: 'pieces' | 'interest' | 'choke' | 'extensions'): void {
    this.changes.push(what)
    this.onChanged(peer, what)
  }

  gained(_peer: Peer, piece: PieceIndex): void {
    this.gains.push(piece)
  }

  message(_peer: Peer, message: Parameters<PeerHost['message']>[1]): void {
    this.messages.push(message)
  }

  received(_peer: Peer, piece: PieceIndex, _block: number, lengthBytes: number): void {
    this.receivedBytes += lengthBytes
    const { content } = this
    if (content === undefined || !content.picker.complete(piece)) return
    if (!content.isRight(piece)) {
      this.wrong.push(piece)
      return
    }
    content.verified(piece)
    for (const peer of this.peers.values()) {
      peer.announce(piece)
      peer.reviewInterest()
    }
  }

  wasted(_peer: Peer, lengthBytes: number): void {
    this.wastedBytes += lengthBytes
  }

  uploaded(peer: Peer, lengthBytes: number): void {
    this.uploadedBytes += lengthBytes
    peer.uploadedBytes += lengthBytes
  }

  wakeAt(at: Millis): void {
    this.wakes.push(at)
  }

  dropElsewhere(key: number, piece: PieceIndex, block: number): void {
    this.peers.get(key)?.download.drop(piece, block)
  }

  closed(peer: Peer, reason: CloseReason): void {
    this.peers.delete(peer.key)
    this.closings.push(reason)
  }

  broken(error: unknown): void {
    this.brokenBy.push(error)
  }

  get codes(): string[] {
    return this.closings.map(({ code }) => code)
  }

  /** Makes a peer over this end; it is started at once, as a torrent does. */
  adopt(connection: LinkedConnection, remote: Partial<Handshake> = {}, incoming = false): Peer {
    const key = this.peers.size + 1 + this.closings.length
    const peer = new Peer({
      key,
      connection,
      remote: { hash: HASH, peerId: idOf('r'), flags: MODERN, ...remote },
      v2: false,
      incoming,
      host: this,
      source: 'test',
      preferred: false,
    })
    this.peers.set(key, peer)
    peer.start(new Uint8Array(0))
    if (!peer.closed) peer.reviewInterest()
    return peer
  }

  tick(): void {
    for (const peer of [...this.peers.values()]) peer.tick(this.clock.now())
  }
}

/** The far end of a connection, which says what it is told to and remembers what it hears. */
export class DictatedRemote {
  readonly connection: LinkedConnection
  readonly sink = new RecordingSink()
  readonly #decoder: WireDecoder
  closed = false
  #taken = 0

  constructor(connection: LinkedConnection, pieceCount: number | undefined) {
    this.connection = connection
    this.#decoder = new WireDecoder(this.sink)
    this.#decoder.setPieceCount(pieceCount)
    connection.events = {
      data: (bytes) => this.#decoder.push(bytes),
      drain: () => {},
      closed: () => {
        this.closed = true
      },
    }
  }

  /** All of it at once, in one write. */
  say(...messages: (Message | Uint8Array)[]): void {
    this.connection.write(
      concatBytes(
        messages.map((message) => (message instanceof Uint8Array ? message : encodeMessage(message))),
      ),
    )
  }

  /** A block with the right bytes, or others. */
  give(piece: number, block: number, bytes = rightBytes(piece, block * 16_384, 16_384)): void {
    this.connection.write(pieceMessage(piece, block * 16_384, bytes))
  }

  /** What was heard since this was last asked. */
  heard(): Recorded[] {
    const news = this.sink.events.slice(this.#taken)
    this.#taken = this.sink.events.length
    return news
  }

  /** The same, of one type. */
  heardOf<Type extends Message['type']>(type: Type): Told<Type>[] {
    return this.heard().filter((message): message is Told<Type> => message.type === type)
  }

  /** The same in short: 'have 3', 'request 0:1', 'unchoke'. Extension handshakes are left out. */
  told(): string[] {
    return this.heard()
      .filter((message) => message.type !== 'extended' || message.id !== 0)
      .map(short)
  }
}

export function pieceMessage(piece: number, begin: number, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(13 + bytes.length)
  const view = new DataView(message.buffer)
  view.setUint32(0, 9 + bytes.length)
  message[4] = 7
  view.setUint32(5, piece)
  view.setUint32(9, begin)
  message.set(bytes, 13)
  return message
}

function short(message: Recorded): string {
  switch (message.type) {
    case 'have':
    case 'suggest':
    case 'allowedFast':
      return `${message.type} ${message.piece}`
    case 'request':
    case 'cancel':
    case 'reject':
    case 'block':
      return `${message.type} ${message.piece}:${message.begin / 16_384}`
    case 'bitfield':
      return `bitfield ${[...message.bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')}`
    case 'extended':
      return `extended ${message.id}`
    default:
      return message.type
  }
}

export interface Scene {
  readonly clock: VirtualClock
  readonly content: MemoryContent
  readonly host: RecordingHost
  readonly peer: Peer
  readonly remote: DictatedRemote
  readonly near: LinkedConnection
  /** Lets everything under way arrive. */
  arrive(): Promise<void>
  /** Moves time on with a tick every second. */
  pass(seconds: number): Promise<void>
}

export interface SceneOptions extends Partial<MemoryContentOptions> {
  readonly flags?: HandshakeFlags
  readonly link?: LinkOptions
  /** The metadata is not known yet: content comes by `host.content = scene.content`. */
  readonly magnet?: boolean
  readonly prepare?: (host: RecordingHost, content: MemoryContent) => void
}

/** One production peer, and a remote under dictation. `pieces` draws what we have. */
export function scene(options: SceneOptions): Scene {
  const clock = new VirtualClock(1_000_000)
  const content = new MemoryContent({ pieces: '....', ...options })
  const host = new RecordingHost(clock, options.magnet ? undefined : content)
  options.prepare?.(host, content)
  const [near, far] = link(clock, options.link)
  const remote = new DictatedRemote(far, content.geometry.pieceCount)
  const peer = host.adopt(near, { flags: options.flags ?? MODERN })
  return {
    clock,
    content,
    host,
    peer,
    remote,
    near,
    arrive: () => clock.advance(100),
    pass: (seconds) => pass(clock, [host], seconds),
  }
}

export async function pass(
  clock: VirtualClock,
  hosts: readonly RecordingHost[],
  seconds: number,
): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    await clock.advance(1_000)
    for (const host of hosts) host.tick()
  }
  await clock.advance(100)
}

/** Another remote under dictation for the same torrent. */
export function joinedBy(
  { clock, host, content }: Pick<Scene, 'clock' | 'host' | 'content'>,
  letter: string,
  flags: HandshakeFlags = MODERN,
): { readonly peer: Peer; readonly remote: DictatedRemote } {
  const [near, far] = link(clock, {
    ends: [
      { host: '198.51.100.1', port: 40_002 },
      { host: `203.0.113.${letter.charCodeAt(0)}`, port: 6_881 },
    ],
  })
  const remote = new DictatedRemote(far, content.geometry.pieceCount)
  return { peer: host.adopt(near, { flags, peerId: idOf(letter) }), remote }
}

/** Two production peers of two torrents, joined. */
export function couple(
  clock: VirtualClock,
  hosts: readonly [RecordingHost, RecordingHost],
  flags: readonly [HandshakeFlags, HandshakeFlags] = [MODERN, MODERN],
  options: LinkOptions = {},
): readonly [Peer, Peer] {
  const [near, far] = link(clock, options)
  return [
    hosts[0].adopt(near, { flags: flags[1], peerId: idOf('b') }, false),
    hosts[1].adopt(far, { flags: flags[0], peerId: idOf('a') }, true),
  ]
}

/** Unchokes whoever is interested, chokes who is not. */
export function generous(host: RecordingHost): void {
  host.onChanged = (peer, what) => {
    if (what !== 'interest') return
    if (peer.peerInterested) peer.unchoke(host.clock.now())
    else peer.choke(host.clock.now())
  }
}

export function bits(field: Bitfield | undefined): string {
  if (field === undefined) return 'unknown'
  return Array.from({ length: field.length }, (_, i) => (field.has(i) ? '#' : '.')).join('')
}
