// What web seeds ask of their torrent. The torrent implements it; tests use plain objects.

import type { Millis, PieceIndex } from '../../base/ids.ts'
import type { Clock, Http } from '../../base/ports.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { Allowance, Content } from '../peer/host.ts'
import type { PeerKey } from '../picker/world.ts'

export interface WebSeedHost {
  readonly clock: Clock
  readonly http: Http
  readonly metainfo: Metainfo
  readonly content: Content
  /** Most bytes of one request: memory is held for all of them. */
  readonly rangeBytes: number
  /** A key that no peer of the torrent has. */
  newKey(): PeerKey
  /** A fair share of the limits for one connection. */
  allowance(): Allowance
  /** A block arrived that the picker wanted. */
  received(piece: PieceIndex, lengthBytes: number): void
  /** Payload that was not needed. */
  wasted(lengthBytes: number): void
  /** Somebody else, a peer or another web seed, was asked for the block too: it came. */
  dropElsewhere(key: PeerKey, piece: PieceIndex, block: number): void
  /** Ask again (tick) at this moment. */
  wakeAt(at: Millis): void
  /** This one is not asked any more: it gave wrong bytes. */
  banned(name: string, code: string): void
}
