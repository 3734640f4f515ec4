// What makes a raw peer behave as a seed of a made torrent, honest or not: it tells its pieces, gives metadata, hashes
// and blocks, and each of its words can be replaced by a lie.

import { concatBytes, equalBytes } from '../../src/base/bytes.ts'
import { proveRun } from '../../src/metainfo/hash-run.ts'
import { Merkle, rootLayer } from '../../src/metainfo/merkle.ts'
import {
  encodeHashes,
  encodeHashReject,
  encodeHaveAll,
  encodeReject,
  encodeUnchoke,
  PIECE_HEADER_BYTES,
  pieceHeader,
} from '../../src/protocol/wire/encode.ts'
import type { BlockRef, HashRange } from '../../src/protocol/wire/messages.ts'
import {
  decodeMetadataMessage,
  encodeMetadataData,
  encodeMetadataReject,
  METADATA_PIECE_BYTES,
  metadataPieceBytes,
} from '../../src/protocol/wire/metadata-message.ts'
import { digest } from './digest.ts'
import type { MadeTorrent } from './made-torrent.ts'
import { RAW_IDS, type RawPeer } from './raw-peer.ts'
import type { Recorded } from './recording-sink.ts'

const merkle = new Merkle(digest)

export interface SeedManners {
  /** What it gives for a block; undefined gives nothing at all. Default: the right bytes. */
  readonly give?: (block: BlockRef, right: Uint8Array) => Uint8Array | undefined
  /** Milliseconds between one block and the next; default 0. */
  readonly everyMs?: number
  /** Whether it unchokes who is interested; default yes. */
  readonly unchokes?: boolean
  /** Whether it answers hash requests; default yes. */
  readonly hashes?: boolean
  /** The metadata it gives; default: the right one. Undefined says it has none. */
  readonly infoBytes?: Uint8Array | undefined
}

/** Call before the other side's handshake can come. Says hello by itself only when `greet` was not called before. */
export class RawSeed {
  readonly peer: RawPeer
  readonly made: MadeTorrent
  /** Where it connected from. */
  readonly port: number
  /** Payload given, right or wrong. */
  givenBytes = 0
  /** Blocks given that were not the right bytes. */
  lies = 0
  readonly #manners: SeedManners
  readonly #waiting: BlockRef[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(peer: RawPeer, made: MadeTorrent, manners: SeedManners = {}) {
    this.peer = peer
    this.made = made
    this.port = peer.endpoint.port
    this.#manners = manners
    const greeted = peer.handshake
    peer.onHeard = (event) => this.#heard(event)
    if (greeted === undefined) peer.onHandshake = () => this.#introduce()
    else this.#introduce()
    void peer.ended.then(() => clearTimeout(this.#timer))
  }

  /** The answer to a dial: the same infohash that was asked for. */
  static answering(peer: RawPeer, made: MadeTorrent, manners: SeedManners = {}): RawSeed {
    const { infohashV1, infohashV2 } = made.metainfo
    const hash = infohashV1 ?? infohashV2
    if (hash !== undefined) peer.greet({ hash })
    return new RawSeed(peer, made, manners)
  }

  get #infoBytes(): Uint8Array | undefined {
    return 'infoBytes' in this.#manners ? this.#manners.infoBytes : this.made.metainfo.infoBytes
  }

  #introduce(): void {
    const size = this.#infoBytes?.length
    this.peer.describe({
      ids: RAW_IDS,
      requestQueue: 500,
      ...(size === undefined ? {} : { metadataBytes: size }),
    })
    this.peer.write(encodeHaveAll())
  }

  #heard(event: Recorded): void {
    if (event.type === 'interested' && this.#manners.unchokes !== false) this.peer.write(encodeUnchoke())
    else if (event.type === 'request') this.#requested(event)
    else if (event.type === 'cancel') this.#cancelled(event)
    else if (event.type === 'hashRequest') this.#hashesAsked(event)
    else if (event.type === 'extended' && event.id === RAW_IDS.get('ut_metadata'))
      this.#metadataAsked(event.payload)
  }

  #requested(block: BlockRef): void {
    if ((this.#manners.everyMs ?? 0) === 0) {
      this.#give(block)
      return
    }
    this.#waiting.push(block)
    this.#timer ??= setTimeout(() => this.#next(), this.#manners.everyMs)
  }

  #next(): void {
    this.#timer = undefined
    const block = this.#waiting.shift()
    if (block !== undefined) this.#give(block)
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#next(), this.#manners.everyMs)
  }

  #give(block: BlockRef): void {
    const right = this.made.run(block.piece, block.begin, block.lengthBytes)
    if (right === undefined) {
      this.peer.write(encodeReject(block.piece, block.begin, block.lengthBytes))
      return
    }
    const given = this.#manners.give === undefined ? right : this.#manners.give(block, right)
    if (given === undefined) return
    this.givenBytes += given.length
    if (!equalBytes(given, right)) this.lies++
    this.peer.write(pieceMessage(block.piece, block.begin, given))
  }

  #cancelled({ piece, begin, lengthBytes }: BlockRef): void {
    const at = this.#waiting.findIndex((block) => block.piece === piece && block.begin === begin)
    if (at < 0) return
    this.#waiting.splice(at, 1)
    this.peer.write(encodeReject(piece, begin, lengthBytes))
  }

  #hashesAsked(range: HashRange): void {
    const hashes = this.#manners.hashes === false ? undefined : rightHashes(this.made, range)
    this.peer.write(hashes === undefined ? encodeHashReject(range) : encodeHashes(range, hashes))
  }

  #metadataAsked(payload: Uint8Array): void {
    const message = decodeMetadataMessage(payload)
    if (message?.type !== 'request') return
    const { piece } = message
    const info = this.#infoBytes
    if (info === undefined || metadataPieceBytes(info.length, piece) === 0) {
      this.peer.extend('ut_metadata', encodeMetadataReject(piece))
      return
    }
    const begin = piece * METADATA_PIECE_BYTES
    const bytes = info.subarray(begin, begin + METADATA_PIECE_BYTES)
    this.peer.extend('ut_metadata', encodeMetadataData(piece, info.length, bytes))
  }
}

/** The right answer to a hash request, or undefined when there is no such run. */
export function rightHashes(made: MadeTorrent, range: HashRange): Uint8Array | undefined {
  const { metainfo } = made
  const file = metainfo.files.find(({ root }) => root !== undefined && equalBytes(root, range.root))
  if (file === undefined) return undefined
  const leaves = made.leaves(file.index)
  const rows = [leaves]
  for (let layer = 0; layer < rootLayer(file.lengthBytes); layer++)
    rows.push(merkle.parents(rows.at(-1) as Uint8Array, layer))
  return proveRun(merkle, file.lengthBytes, range, (layer, index) => {
    const bytes = rows[layer]
    return bytes === undefined || (index + 1) * 32 > bytes.length
      ? undefined
      : bytes.subarray(index * 32, (index + 1) * 32)
  })
}

export function pieceMessage(piece: number, begin: number, bytes: Uint8Array): Uint8Array {
  const header = new Uint8Array(PIECE_HEADER_BYTES)
  pieceHeader(header, 0, piece, begin, bytes.length)
  return concatBytes([header, bytes])
}

/** As a block, with some bytes that are not right. */
export function spoiled(right: Uint8Array): Uint8Array {
  const bytes = right.slice()
  bytes[0] = (bytes[0] as number) ^ 0xff
  return bytes
}
