// What can be said after the handshake: the ids on the wire and the messages as values.
// A Message is checked for shape only (lengths); ranges of pieces, order and permission are the peer's to judge.
// `piece` messages are no Message: their bytes stream into lent memory (decoder.ts).

/** BEP 3, 5 (port), 6 (13–17), 10 (20), 52 (21–23). */
export const MESSAGE_ID = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  port: 9,
  suggest: 13,
  haveAll: 14,
  haveNone: 15,
  reject: 16,
  allowedFast: 17,
  extended: 20,
  hashRequest: 21,
  hashes: 22,
  hashReject: 23,
} as const

/** One block of one piece, as requests, cancels, rejects and pieces name it. */
export interface BlockRef {
  readonly piece: number
  readonly begin: number
  readonly lengthBytes: number
}

/** A run of hashes in one layer of one file's tree, and the uncles that prove it (BEP 52). */
export interface HashRange {
  /** The file's pieces root, 32 bytes. */
  readonly root: Uint8Array
  /** Layers above the leaf layer; 0 asks for leaves. */
  readonly baseLayer: number
  /** First hash of the run within its layer. */
  readonly index: number
  /** Hashes in the run. */
  readonly length: number
  /** Ancestor layers to prove it with. */
  readonly proofLayers: number
}

export type Message =
  | {
      readonly type:
        | 'keepAlive'
        | 'choke'
        | 'unchoke'
        | 'interested'
        | 'notInterested'
        | 'haveAll'
        | 'haveNone'
    }
  | { readonly type: 'have' | 'suggest' | 'allowedFast'; readonly piece: number }
  /** Raw bytes (a copy): its length is right for the piece count if that was known, spare bits are unchecked. */
  | { readonly type: 'bitfield'; readonly bytes: Uint8Array }
  | ({ readonly type: 'request' | 'cancel' | 'reject' } & BlockRef)
  /** UDP port of the peer's DHT node (BEP 5). */
  | { readonly type: 'port'; readonly port: number }
  /** `id` 0 is the extension handshake; others are ids that we gave in ours. `payload` is a copy. */
  | { readonly type: 'extended'; readonly id: number; readonly payload: Uint8Array }
  | ({ readonly type: 'hashRequest' | 'hashReject' } & HashRange)
  /** `hashes`: n × 32 bytes, base layer first, then uncles towards the root (a copy). */
  | ({ readonly type: 'hashes'; readonly hashes: Uint8Array } & HashRange)
