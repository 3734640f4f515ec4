// Tells linked devices what is held here: a sum when they come, the whole vector where sums differ, new heads as they come.
// What others wrote is told a little later, together, and only to those who have it not; to its author always.

import type { Encodable } from '../../base/bencode-encode.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import type { DeviceId } from '../ids.ts'
import type { ChainShelf } from './chain-shelf.ts'
import type { LogKind } from './log-frames.ts'
import type { LogPeer } from './log-peer.ts'
import { MAX_HEADS, MAX_VECTOR_PART, packVector, type VectorEntry, vectorSum } from './log-vector.ts'

/** False where the link has no room. */
export type Send = (
  peer: LogPeer,
  kind: LogKind,
  body: { readonly [key: string]: Encodable | undefined },
) => boolean

/** Several authors, and several records of one, go together. */
const TELL_AFTER_MS = 60

export class HeadTeller {
  readonly #shelf: ChainShelf
  readonly #peers: ReadonlyMap<DeviceId, LogPeer>
  readonly #digest: Digest
  readonly #send: Send
  #at: Millis | undefined

  constructor(shelf: ChainShelf, peers: ReadonlyMap<DeviceId, LogPeer>, digest: Digest, send: Send) {
    this.#shelf = shelf
    this.#peers = peers
    this.#digest = digest
    this.#send = send
  }

  get deadline(): Millis | undefined {
    return this.#at
  }

  tellSum(peer: LogPeer): void {
    peer.untold.clear()
    this.#send(peer, 'sum', { d: vectorSum(this.#shelf.vector(), this.#digest) })
  }

  /** It told its sum. Different ones: each tells the other everything. @returns what it holds, where that is what is here */
  sumCame(peer: LogPeer, theirs: Uint8Array): readonly VectorEntry[] | undefined {
    const mine = this.#shelf.vector()
    if (vectorSum(mine, this.#digest).every((byte, index) => byte === theirs[index])) return mine
    this.#tellVector(peer, mine)
    return undefined
  }

  tellAll(peer: LogPeer): void {
    peer.untold.clear()
    this.#tellVector(peer, this.#shelf.vector())
  }

  #tellVector(peer: LogPeer, mine: readonly VectorEntry[]): void {
    for (let part = 0; part === 0 || part * MAX_VECTOR_PART < mine.length; part++) {
      const entries = mine.slice(part * MAX_VECTOR_PART, (part + 1) * MAX_VECTOR_PART)
      if (!this.#send(peer, 'vector', { i: part, v: packVector(entries) })) return
    }
  }

  /** The author's own device is told, too: it counts who holds what it wrote. */
  changed(author: DeviceId, from: DeviceId | undefined): void {
    for (const peer of this.#peers.values())
      if (peer.device !== from || from === author) peer.untold.add(author)
  }

  soon(now: Millis): void {
    this.#at ??= after(now, TELL_AFTER_MS)
  }

  wake(now: Millis): void {
    if (this.#at !== undefined && now >= this.#at) this.tell()
  }

  tell(): void {
    this.#at = undefined
    for (const peer of this.#peers.values()) {
      const heads = [...peer.untold].slice(0, MAX_HEADS).flatMap((author) => this.#news(peer, author))
      // More than a frame of heads: it is told all at once.
      if (peer.untold.size > MAX_HEADS) this.tellAll(peer)
      else if (heads.length > 0) this.#send(peer, 'heads', { v: packVector(heads) })
      peer.untold.clear()
    }
  }

  #news(peer: LogPeer, author: DeviceId): VectorEntry[] {
    const told = this.#shelf.told(author)
    if (told === undefined) return []
    const theirs = peer.vector.get(author)
    const has = theirs !== undefined && theirs.seq >= told.seq && told.forkedAt === undefined
    return has && author !== peer.device ? [] : [told]
  }
}
