// What a peer asks of its torrent, in three narrow interfaces. The torrent implements them; tests use plain objects.

import type { Bitfield } from '../../base/bitfield.ts'
import type { Millis, PieceIndex } from '../../base/ids.ts'
import type { Clock, Digest } from '../../base/ports.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { ExtensionHandshake } from '../../protocol/wire/extension-handshake.ts'
import type { Message } from '../../protocol/wire/messages.ts'
import type { Picker } from '../picker/picker.ts'
import type { Peer } from './peer.ts'

/** Where block bytes go to and come from. */
export interface BlockStore {
  /** The request was dropped: memory held only for it may be freed. */
  unreserve(piece: PieceIndex, block: number): void
  /** Memory for a block that was reserved (PickerWorld.mayReceive), or undefined when it is gone meanwhile. */
  slot(piece: PieceIndex, begin: number, lengthBytes: number): Uint8Array | undefined
  /** The slot is full: called once per block that the picker called 'first'. */
  blockStored(piece: PieceIndex, block: number): void
  read(
    piece: PieceIndex,
    begin: number,
    views: readonly Uint8Array[],
  ): Promise<'ok' | 'changed' | 'unreadable'>
}

/** The part of a torrent that exists once its metadata is known and its files are open. */
export interface Content {
  readonly geometry: Geometry
  /** Verified pieces. */
  readonly have: Bitfield
  /** What we show this peer: super-seeding hides most of `have`. */
  mayServe(peer: Peer, piece: PieceIndex): boolean
  readonly picker: Picker
  readonly store: BlockStore
  /** No blocks are wanted now (paused by trouble, checking). */
  readonly receiving: boolean
}

/** A share of bandwidth: global and per-torrent limits behind one door. */
export interface Allowance {
  /** Takes up to `wantedBytes`; returns how many were granted (0 … wanted). */
  take(wantedBytes: number, now: Millis): number
  /** Puts back what was granted and not used. */
  give(bytes: number, now: Millis): void
  /** Wants nothing more for now: others need not wait for its turn. */
  satisfied(): void
  /** When asking again makes sense after a refusal. */
  nextAt(now: Millis): Millis
  readonly unlimited: boolean
}

export interface PeerHost {
  readonly clock: Clock
  readonly digest: Digest
  readonly content: Content | undefined
  /** This peer's fair share of the limits; asked once per peer. */
  allowance(direction: 'up' | 'down'): Allowance
  /** Buffers for outgoing piece messages, reused across peers. */
  readonly frames: FramePool
  /** What we say in our extension handshake to this peer (BEP 10). */
  describe(peer: Peer): ExtensionHandshake
  /** The remote's pieces, flags or extensions changed: interest, choking and super-seeding may follow. */
  changed(peer: Peer, what: 'pieces' | 'interest' | 'choke' | 'extensions'): void
  /** The remote announced one more piece (HAVE). */
  gained(peer: Peer, piece: PieceIndex): void
  /** Extension and hash messages that the peer does not answer by itself. */
  message(
    peer: Peer,
    message: ExtensionMessage | Extract<Message, { type: 'hashRequest' | 'hashes' | 'hashReject' | 'port' }>,
  ): void
  /** A block arrived that the picker wanted; `lengthBytes` of payload. */
  received(peer: Peer, piece: PieceIndex, block: number, lengthBytes: number): void
  /** Payload that was not needed (duplicate, late). */
  wasted(peer: Peer, lengthBytes: number): void
  /** Payload that was handed to the connection. */
  uploaded(peer: Peer, lengthBytes: number): void
  /** Ask again (tick) at this moment: an allowance ran dry. */
  wakeAt(at: Millis): void
  /** Another source, a peer or a web seed, was asked for a block that came: it is not to send it any more. */
  dropElsewhere(key: number, piece: PieceIndex, block: number): void
  /** A bug of ours showed in work that nobody waits for: it must become visible. The peer is closed already. */
  broken(error: unknown): void
  /** Last call: the connection is gone. */
  closed(peer: Peer, reason: CloseReason): void
}

/** Extensions of ours, by the name in the `m` dictionary. */
export type ExtensionName = 'ut_metadata' | 'ut_pex' | 'upload_only' | 'lt_donthave' | 'ut_holepunch'

export interface ExtensionMessage {
  readonly type: 'extension'
  readonly name: 'ut_metadata' | 'ut_pex' | 'ut_holepunch'
  readonly payload: Uint8Array
}

/** Why a connection ended; `blame` remote has a price. */
export interface CloseReason {
  readonly code: string
  readonly blame: 'local' | 'remote' | 'nobody'
}

/** Reusable memory for outgoing frames; bounded, falls back to fresh memory. */
export interface FramePool {
  take(lengthBytes: number): Uint8Array
  give(frame: Uint8Array): void
}
