// What goes into a DHT node and what comes out of it: the types of its machine (dht-node.ts).

import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import type { Digest, Signatures } from '../../base/ports.ts'
import type { Random } from '../../base/random.ts'
import type { Contact, Family } from './contact.ts'
import type { MutableItem } from './item.ts'
import type { TrafficFigures } from './traffic.ts'

export interface DhtNodeOptions {
  /** BEP 32: each family has a table and a node of its own. */
  readonly family: Family
  readonly random: Random
  readonly digest: Digest
  readonly signatures: Signatures
  readonly now: Millis
  /** Of an earlier run; a random one until our address is known. */
  readonly nodeId?: Uint8Array
  /** BEP 43: asks, is never asked, and is in nobody's table. */
  readonly readOnly?: boolean
  /** 4 bytes: two letters of the client, and its version. */
  readonly version?: Uint8Array
  /** The node of the other family, for those who want both (BEP 32). */
  readonly sibling?: () => NodeSource | undefined
  /** A person's rule about addresses, such as an IP filter. */
  readonly allows?: (host: string) => boolean
}

export interface NodeSource {
  closest(target: Uint8Array, count: number): readonly Contact[]
  /** Too few nodes to be useful: worth asking others for. */
  readonly isHungry: boolean
}

/** What is told with an announce. */
export interface AnnounceFacts {
  /** Where peers should connect, 1 … 65535. */
  readonly port: number
  /** BEP 5: the port that the datagram comes from counts instead: ours as the router maps it. */
  readonly impliedPort: boolean
  /** BEP 33. */
  readonly seed: boolean
}

/** Each wish has an id chosen by who wishes; `done` comes once for it, unless it was cancelled. */
export type DhtInput =
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array; readonly from: Endpoint }
  | { readonly kind: 'tick' }
  /** Addresses where nodes may be: of an earlier run, typed, or told by peers (BEP 5, `port`). */
  | { readonly kind: 'nodes'; readonly endpoints: readonly Endpoint[] }
  /** Nodes that the other family's node heard of. */
  | { readonly kind: 'contacts'; readonly contacts: readonly Contact[] }
  | {
      readonly kind: 'find-peers'
      readonly id: number
      /** 20 bytes. */
      readonly hash: Uint8Array
      /** Told to the closest nodes at the end; undefined only asks. */
      readonly announce: AnnounceFacts | undefined
      /** BEP 33: count them too. */
      readonly scrape: boolean
      /** BEP 33: we are a seed and need no seeds. */
      readonly noSeeds: boolean
    }
  | { readonly kind: 'get-immutable'; readonly id: number; readonly target: Uint8Array }
  | {
      readonly kind: 'get-mutable'
      readonly id: number
      readonly publicKey: Uint8Array
      readonly salt: Uint8Array
    }
  /** @param value bencoded */
  | { readonly kind: 'put-immutable'; readonly id: number; readonly value: Uint8Array }
  | {
      readonly kind: 'put-mutable'
      readonly id: number
      readonly item: MutableItem
      /** BEP 44: only where this sequence number is. */
      readonly cas: number | undefined
    }
  /** BEP 51: which torrents nodes near the target know. */
  | { readonly kind: 'sample'; readonly id: number; readonly target: Uint8Array }
  | { readonly kind: 'cancel'; readonly id: number }
  /** Another address or network: what others said about us is void. */
  | { readonly kind: 'network-changed' }

export interface LookupFigures {
  readonly asked: number
  readonly answered: number
  readonly hops: number
}

export type DhtResult =
  | {
      readonly kind: 'peers'
      readonly announcedTo: number
      /** About how many, where a scrape was wished and somebody answered it. */
      readonly swarm: { readonly seeds: number; readonly leeches: number } | undefined
    }
  /** @param value bencoded; undefined when nobody has it */
  | {
      readonly kind: 'item'
      readonly value: Uint8Array | undefined
      readonly mutable: MutableItem | undefined
    }
  | { readonly kind: 'put'; readonly storedAt: number; readonly refusals: readonly number[] }
  | { readonly kind: 'sample'; readonly hashes: readonly Uint8Array[]; readonly total: number }

export type DhtEffect =
  | { readonly kind: 'send'; readonly bytes: Uint8Array; readonly to: Endpoint }
  /** As they come in, each address once a wish. */
  | {
      readonly kind: 'peers'
      readonly id: number
      readonly endpoints: readonly Endpoint[]
      readonly from: Endpoint
    }
  | {
      readonly kind: 'done'
      readonly id: number
      readonly result: DhtResult
      readonly figures: LookupFigures
    }
  /** Nodes of the other family. */
  | { readonly kind: 'other-family'; readonly contacts: readonly Contact[] }
  /** Nodes of several networks agree that we are seen at this address. */
  | { readonly kind: 'external-address'; readonly host: string }
  /** BEP 42: it follows the address. */
  | { readonly kind: 'node-id'; readonly nodeId: Uint8Array }

export interface DhtStats extends TrafficFigures {
  readonly nodes: number
  readonly goodNodes: number
  readonly lookups: number
  readonly torrentsKept: number
  readonly itemsKept: number
}
