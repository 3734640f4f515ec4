// What a torrent and its session say to the DHT about themselves; read again whenever it matters.

import type { WireHash } from '../../base/ids.ts'
import type { PeerHint } from './candidates.ts'

/** What a torrent registers. */
export interface DhtMember {
  /** Read at each lookup; empty while (or because) nothing may be said. */
  keys(): readonly WireHash[]
  /** BEP 33. */
  seed(): boolean
  wantsPeers(): boolean
  /** It has nobody, and others may not be able to reach it. */
  isStranded(): boolean
  /** @returns how many of them were new */
  found(hints: readonly PeerHint[]): number
}

/** Where peers should connect to us. */
export interface AnnouncedPort {
  /** 0: nobody can, so nothing is announced; others are found all the same. */
  readonly port: number
  /** The port that our datagrams come from, as the router shows it, is one to connect to (BEP 5, implied_port). */
  readonly implied: boolean
}
