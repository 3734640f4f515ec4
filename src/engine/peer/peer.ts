// One connected peer of one torrent, after the handshake: the four flags of BEP 3, what the remote has, and both halves
// of the transfer. It answers by itself what concerns only this connection and tells its torrent the rest (host.ts).
// Invariant: after `closed` nothing is written, nothing is outstanding in the picker and the remote's pieces are not counted.

import { isPublicHost } from '../../base/address.ts'
import type { Bitfield } from '../../base/bitfield.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, type Millis, type PeerId, type PieceIndex } from '../../base/ids.ts'
import type { Connection, SocketError } from '../../base/ports.ts'
import { WireDecoder, type WireSink } from '../../protocol/wire/decoder.ts'
import { decodeDonthave, encodeDonthave } from '../../protocol/wire/donthave.ts'
import * as encode from '../../protocol/wire/encode.ts'
import { WireError } from '../../protocol/wire/error.ts'
import {
  decodeExtensionHandshake,
  type ExtensionHandshake,
  encodeExtensionHandshake,
} from '../../protocol/wire/extension-handshake.ts'
import type { Handshake } from '../../protocol/wire/handshake.ts'
import type { Message } from '../../protocol/wire/messages.ts'
import { decodeUploadOnly } from '../../protocol/wire/upload-only.ts'
import { announcementOf, fastPieces } from './announcement.ts'
import { Downloader } from './downloader.ts'
import type { Allowance, CloseReason, ExtensionName, PeerHost } from './host.ts'
import { PeerError } from './peer-error.ts'
import { RateMeter } from './rate.ts'
import { RemotePieces } from './remote-pieces.ts'
import { Toll } from './toll.ts'
import { Uploader } from './uploader.ts'

/** BEP 3: two minutes of silence end a connection. */
export const IDLE_TIMEOUT_MS = 120_000

/** We speak at least this often, well before the other side's two minutes. */
const KEEP_ALIVE_MS = 90_000

/**
 * Unsent bytes at which we stop reading until they are sent: 1 MiB of blocks (uploader.ts) and as much of other replies.
 * Whoever asks and does not read is not read either.
 */
export const MAX_UNSENT_BYTES = 2 << 20

/** Chokes after unchokes: BEP 3 has one in ten seconds; each may cost us a whole pipeline of requests. */
const CHOKES_BURST = 100
const CHOKES_PER_SECOND = 2

/** Interest may change with every small piece of either side, as often as HAVE comes. */
const INTERESTS_BURST = 2_000
const INTERESTS_PER_SECOND = 200

/** Extension handshakes, of up to 16 KiB each; a client sends one, and one more for each change of itself. */
const EXTENSION_HANDSHAKES_BURST = 50
const EXTENSION_HANDSHAKES_PER_SECOND = 1

/** Our extension ids, as told in our handshake's `m` (BEP 10: any number ≥ 1). */
export const EXTENSION_IDS: Readonly<Record<ExtensionName, number>> = {
  ut_metadata: 1,
  ut_pex: 2,
  upload_only: 3,
  lt_donthave: 4,
  ut_holepunch: 5,
}

export interface PeerOptions {
  readonly key: number
  readonly connection: Connection
  readonly remote: Handshake
  /** Both sides agreed on the v2 hash: only then hash messages are sent (libtorrent hangs up on others). */
  readonly v2: boolean
  readonly incoming: boolean
  readonly host: PeerHost
  /** How we learned of it, for the person and for banning. */
  readonly source: string
  /** Someone the person knows: preferred when slots are scarce. */
  readonly preferred: boolean
  /** The way there and back, where it is known. */
  readonly roundTripMs?: number | undefined
}

export class Peer implements WireSink {
  readonly key: number
  readonly connection: Connection
  readonly remote: Handshake
  readonly v2: boolean
  readonly incoming: boolean
  readonly host: PeerHost
  readonly source: string
  readonly preferred: boolean
  readonly endpoint: Endpoint
  readonly connectedAt: Millis
  readonly decoder: WireDecoder
  readonly download: Downloader
  readonly upload: Uploader
  readonly upAllowance: Allowance
  readonly downAllowance: Allowance
  readonly downRate = new RateMeter()
  readonly upRate = new RateMeter()

  amChoking = true
  amInterested = false
  peerChoking = true
  peerInterested = false
  unchokedAt: Millis | undefined
  /** The remote only gives (BEP 21) or says it has everything. */
  uploadOnly = false
  /** What the remote said about itself; undefined before its extension handshake. */
  extensions: ExtensionHandshake | undefined
  downloadedBytes = 0
  uploadedBytes = 0

  readonly #remotePieces = new RemotePieces()
  readonly #chokeToll = new Toll(CHOKES_BURST, CHOKES_PER_SECOND)
  readonly #interestToll = new Toll(INTERESTS_BURST, INTERESTS_PER_SECOND)
  readonly #handshakeToll = new Toll(EXTENSION_HANDSHAKES_BURST, EXTENSION_HANDSHAKES_PER_SECOND)
  #closed = false
  /** Something was said about our pieces: from now on only by HAVE. */
  #saidPieces = false
  /** We stopped reading until what is queued was sent. */
  #holding = false
  /** When either side was interested last. */
  #interestAt: Millis
  #heardAt: Millis
  #spokeAt: Millis
  #now: Millis

  constructor(options: PeerOptions) {
    this.key = options.key
    this.connection = options.connection
    this.remote = options.remote
    this.v2 = options.v2
    this.incoming = options.incoming
    this.host = options.host
    this.source = options.source
    this.preferred = options.preferred
    this.endpoint = options.connection.remote
    this.#now = options.host.clock.now()
    this.connectedAt = this.#now
    this.#heardAt = this.#now
    this.#spokeAt = this.#now
    this.#interestAt = this.#now
    this.upAllowance = options.host.allowance('up')
    this.downAllowance = options.host.allowance('down')
    this.decoder = new WireDecoder(this)
    this.download = new Downloader(this, undefined)
    this.upload = new Uploader(this)
    this.download.pipeline.roundTripMs = options.roundTripMs
  }

  get id(): PeerId {
    return this.remote.peerId
  }

  get name(): string {
    return endpointText(this.endpoint)
  }

  get closed(): boolean {
    return this.#closed
  }

  /** What the remote has; undefined while the metadata is unknown. */
  get pieces(): Bitfield | undefined {
    return this.#remotePieces.pieces
  }

  get isSeed(): boolean {
    return this.#remotePieces.seed
  }

  /** The listening endpoint as far as known: dialled ones are it, accepted ones tell their port (BEP 10 `p`). */
  get dialBack(): Endpoint | undefined {
    if (!this.incoming) return this.endpoint
    const port = this.extensions?.port
    return port === undefined ? undefined : { host: this.endpoint.host, port }
  }

  /** One name for whoever it is over several connections: its public host, else where it listens (PeerTable tells apart so too). */
  get whereabouts(): string {
    return isPublicHost(this.endpoint.host)
      ? this.endpoint.host
      : endpointText(this.dialBack ?? this.endpoint)
  }

  /** Where its UDP port is seen from outside: a uTP connection comes from it; else the port that it listens on is our best guess. */
  get punchPoint(): Endpoint {
    return this.connection.transport === 'utp' ? this.endpoint : (this.dialBack ?? this.endpoint)
  }

  /** Takes over the connection: says hello and reads on. `rest` came behind the handshake. */
  start(rest: Uint8Array): void {
    this.connection.events = {
      data: (bytes) => this.#data(bytes),
      drain: () => this.#drained(),
      closed: (error) => this.#gone(error),
    }
    this.sendExtensionHandshake()
    if (this.host.content !== undefined) this.#settle()
    else this.#announcePieces()
    if (rest.length > 0) this.#data(rest)
    if (!this.#closed && !this.#holding) this.connection.resume()
  }

  /** The metadata became known while connected: pieces said so far get their meaning, ours are told. */
  contentKnown(): void {
    if (this.#closed) return
    this.#guard(() => {
      this.#settle()
      this.reviewInterest()
    })
  }

  #settle(): void {
    const { content } = this.host
    if (content === undefined) return
    this.decoder.setPieceCount(content.geometry.pieceCount)
    this.#remotePieces.settle(content.geometry, content.picker)
    this.download.contentKnown(content)
    this.#announcePieces()
    if (this.remote.flags.fast && !content.have.empty) {
      const granted = fastPieces(content, this, this.remote.hash, this.host.digest)
      this.upload.grantFast(granted)
      for (const piece of granted) this.#write(encode.encodeAllowedFast(piece))
    }
    if (this.isSeed) this.host.changed(this, 'pieces')
  }

  #announcePieces(): void {
    for (const bytes of announcementOf(this.host.content, this, !this.#saidPieces)) this.#write(bytes)
    this.#saidPieces = true
  }

  sendExtensionHandshake(): void {
    if (!this.remote.flags.extended || this.#closed) return
    this.#write(encode.encodeExtended(0, encodeExtensionHandshake(this.host.describe(this))))
  }

  knows(name: ExtensionName): boolean {
    return (this.extensions?.ids.get(name) ?? 0) > 0
  }

  /** Sends an extension message if the remote knows it. */
  sendExtension(name: ExtensionName, payload: Uint8Array): boolean {
    const id = this.extensions?.ids.get(name)
    if (id === undefined || id === 0 || this.#closed) return false
    this.#write(encode.encodeExtended(id, payload))
    return true
  }

  send(bytes: Uint8Array): void {
    this.#write(bytes)
  }

  announce(piece: PieceIndex): void {
    // Also to seeds: they count copies elsewhere by it, and switch off when there are enough.
    if (!this.#closed) this.#write(encode.encodeHave(piece))
  }

  /** A piece is not there any more (BEP 54); peers without the extension find out by a reject. */
  announceLoss(piece: PieceIndex): void {
    this.sendExtension('lt_donthave', encodeDonthave(piece))
  }

  choke(now: Millis): void {
    if (this.amChoking) return
    this.amChoking = true
    this.unchokedAt = undefined
    this.#write(encode.encodeChoke())
    this.upload.choked(now)
  }

  unchoke(now: Millis): void {
    if (!this.amChoking) return
    this.amChoking = false
    this.unchokedAt = now
    this.#write(encode.encodeUnchoke())
  }

  /** Recomputes amInterested after either side's pieces or our wishes changed. */
  reviewInterest(): void {
    const { content } = this.host
    const { pieces } = this
    if (content === undefined || pieces === undefined || this.#closed) return
    const interested = content.picker.interesting(pieces)
    if (interested === this.amInterested) return
    if (this.amInterested) this.#interestAt = this.host.clock.now()
    this.amInterested = interested
    this.#write(interested ? encode.encodeInterested() : encode.encodeNotInterested())
    if (interested) this.download.fill(this.host.clock.now())
  }

  /** It owes us blocks and gives none (BEP 3, anti-snubbing). */
  get snubbed(): boolean {
    return this.download.snubbed
  }

  /** Since when neither side wants anything of the other; undefined while one does. */
  get uselessSince(): Millis | undefined {
    return this.amInterested || this.peerInterested ? undefined : this.#interestAt
  }

  /** Once a second: silence, keep-alive, timeouts, allowances that have refilled. */
  tick(now: Millis): void {
    if (this.#closed) return
    this.#now = now
    if (now >= after(this.#heardAt, IDLE_TIMEOUT_MS)) {
      this.close({ code: 'SILENT', blame: 'nobody' })
      return
    }
    if (now >= after(this.#spokeAt, KEEP_ALIVE_MS)) this.#write(encode.encodeKeepAlive())
    this.download.tick(now)
    this.download.fill(now)
    this.upload.pump(now)
  }

  close(reason: CloseReason): void {
    if (this.#closed) return
    this.#closed = true
    this.decoder.stop()
    this.download.abandon(this.host.clock.now())
    this.#remotePieces.forget()
    this.connection.close()
    this.host.closed(this, reason)
  }

  // ── from the connection ──

  #gone(error: SocketError | undefined): void {
    this.close({ code: error?.code ?? 'CLOSED', blame: 'nobody' })
  }

  #data(bytes: Uint8Array): void {
    if (this.#closed) return
    this.#now = this.host.clock.now()
    this.#heardAt = this.#now
    this.#guard(() => {
      this.decoder.push(bytes)
      if (this.#closed) return
      this.download.fill(this.#now)
      this.upload.pump(this.#now)
    })
    if (this.#closed || this.#holding || this.connection.queuedBytes < MAX_UNSENT_BYTES) return
    this.#holding = true
    this.connection.pause()
  }

  #drained(): void {
    if (this.#closed) return
    if (this.#holding) {
      this.#holding = false
      this.connection.resume()
    }
    this.upload.pump(this.host.clock.now())
  }

  /** Remote blame ends the connection; anything else is our bug and must not be hidden. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (error instanceof PeerError || (error instanceof WireError && error.blame === 'remote')) {
        this.close({ code: error.code, blame: 'remote' })
        return
      }
      this.close({ code: 'INTERNAL', blame: 'local' })
      throw error
    }
  }

  // ── WireSink ──

  slot(piece: number, begin: number, lengthBytes: number): Uint8Array | undefined {
    return this.download.slot(piece, begin, lengthBytes)
  }

  block(piece: number, begin: number, lengthBytes: number, stored: boolean): void {
    this.downRate.add(lengthBytes, this.#now)
    this.downloadedBytes += lengthBytes
    this.download.block(piece, begin, lengthBytes, stored, this.#now)
  }

  message(message: Message): void {
    if (this.#closed) return
    const now = this.#now
    switch (message.type) {
      case 'keepAlive':
        return
      case 'choke':
        if (this.peerChoking) return
        if (!this.#chokeToll.pay(now)) throw new PeerError('CHOKE_FLOOD', {})
        this.peerChoking = true
        this.download.choked(now)
        this.host.changed(this, 'choke')
        return
      case 'unchoke':
        if (!this.peerChoking) return
        this.peerChoking = false
        this.host.changed(this, 'choke')
        return
      case 'interested':
      case 'notInterested': {
        const interested = message.type === 'interested'
        if (interested === this.peerInterested) return
        if (!this.#interestToll.pay(now)) throw new PeerError('INTEREST_FLOOD', {})
        if (!interested) this.#interestAt = now
        this.peerInterested = interested
        this.host.changed(this, 'interest')
        return
      }
      case 'bitfield':
      case 'haveAll':
      case 'haveNone':
        this.#remotePieces.announced(
          message.type === 'bitfield' ? message.bytes : message.type === 'haveAll' ? 'all' : 'none',
          now,
        )
        this.reviewInterest()
        this.host.changed(this, 'pieces')
        return
      case 'have': {
        if (!this.#remotePieces.have(message.piece, now)) return
        const { content } = this.host
        if (content === undefined) return
        const piece = message.piece as PieceIndex
        // Asked before the review, which looks at every piece: a flood of HAVEs of pieces that we have stays cheap.
        if (!this.amInterested && content.picker.wants(piece)) this.reviewInterest()
        this.host.gained(this, piece)
        if (this.isSeed) this.host.changed(this, 'pieces')
        return
      }
      case 'request':
        this.upload.request(message.piece, message.begin, message.lengthBytes, now)
        return
      case 'cancel':
        this.upload.cancel(message.piece, message.begin, message.lengthBytes)
        return
      case 'reject':
        this.download.rejected(message.piece, message.begin, now)
        return
      case 'suggest':
        this.download.suggest(message.piece)
        return
      case 'allowedFast':
        this.download.allowFast(message.piece)
        return
      case 'extended':
        this.#extended(message.id, message.payload, now)
        return
      case 'port':
      case 'hashRequest':
      case 'hashes':
      case 'hashReject':
        this.host.message(this, message)
    }
  }

  #extended(id: number, payload: Uint8Array, now: Millis): void {
    if (id === 0) {
      if (!this.#handshakeToll.pay(now)) throw new PeerError('EXTENSION_FLOOD', {})
      this.extensions = decodeExtensionHandshake(payload, this.extensions)
      if (this.extensions.uploadOnly !== undefined) this.uploadOnly = this.extensions.uploadOnly
      if (this.extensions.requestQueue !== undefined)
        this.download.pipeline.remoteQueue = this.extensions.requestQueue
      this.host.changed(this, 'extensions')
      return
    }
    switch (id) {
      case EXTENSION_IDS.ut_metadata:
        this.host.message(this, { type: 'extension', name: 'ut_metadata', payload })
        return
      case EXTENSION_IDS.ut_pex:
        this.host.message(this, { type: 'extension', name: 'ut_pex', payload })
        return
      case EXTENSION_IDS.ut_holepunch:
        this.host.message(this, { type: 'extension', name: 'ut_holepunch', payload })
        return
      case EXTENSION_IDS.upload_only:
        this.uploadOnly = decodeUploadOnly(payload)
        this.host.changed(this, 'extensions')
        return
      case EXTENSION_IDS.lt_donthave:
        this.#remotePieces.lost(decodeDonthave(payload), now)
        this.reviewInterest()
        return
      default:
        // An id we never gave out: ignored, as BEP 10 asks.
        return
    }
  }

  #write(bytes: Uint8Array): void {
    if (this.#closed) return
    this.#spokeAt = this.#now
    this.connection.write(bytes)
  }
}
